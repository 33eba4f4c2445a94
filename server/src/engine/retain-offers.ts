import type { ProgramImage } from '../model/program-image.js';
import type { Mirror } from './engine.js';

/** Variables and the program that they belong to. */
export interface Offered {
  readonly image: ProgramImage;
  readonly mirror: Mirror;
}

/** Offers the retained variables when they have changed, at most once an interval. Nothing happens while nothing changes. */
export interface RetainOffers {
  changed(of: Offered): void;
  /** Offers now what is due later. */
  flush(of: Offered): void;
  close(): void;
}

export function createRetainOffers(
  intervalMs: number,
  offer: (image: ProgramImage, scan: number, bytes: Uint8Array) => void,
): RetainOffers {
  let last: { readonly image: ProgramImage; readonly bytes: Uint8Array } | undefined;
  let lastMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  /** Newest that has changed: an online change may come before the timer. */
  let due: Offered | undefined;

  function offerIfChanged({ image, mirror }: Offered): void {
    clearTimeout(timer);
    timer = undefined;
    if (!mirror.consistent) return;
    const { start, size } = image.memory.retain;
    const present = mirror.bytes.subarray(start - mirror.base, start - mirror.base + size);
    lastMs = performance.now();
    if (last?.image === image && Buffer.compare(last.bytes, present) === 0) return;
    last = { image, bytes: present.slice() };
    offer(image, mirror.scan, last.bytes.slice());
  }
  const isOff = ({ image }: Offered): boolean => image.memory.retain.size === 0 || intervalMs <= 0;

  return {
    changed(of) {
      due = of;
      if (isOff(of) || timer) return;
      const dueMs = lastMs + intervalMs - performance.now();
      if (dueMs <= 0) {
        offerIfChanged(of);
        return;
      }
      timer = setTimeout(() => {
        timer = undefined;
        if (due && !isOff(due)) offerIfChanged(due);
      }, dueMs);
      timer.unref();
    },
    flush(of) {
      if (!isOff(of)) offerIfChanged(of);
    },
    close: () => clearTimeout(timer),
  };
}
