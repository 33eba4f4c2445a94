import type { Region } from '../model/program-image.js';
import type { Mirror } from './engine.js';

/** Offers the retained variables when they have changed, at most once an interval. Nothing happens while nothing changes. */
export interface RetainOffers {
  changed(mirror: Mirror, region: Region): void;
  /** Offers now what is due later. */
  flush(mirror: Mirror, region: Region): void;
  close(): void;
}

export function createRetainOffers(intervalMs: number, offer: (scan: number, bytes: Uint8Array) => void): RetainOffers {
  let last: Uint8Array | undefined;
  let lastMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  function offerIfChanged(mirror: Mirror, region: Region): void {
    clearTimeout(timer);
    timer = undefined;
    if (!mirror.consistent) return;
    const start = region.start - mirror.base;
    const present = mirror.bytes.subarray(start, start + region.size);
    lastMs = performance.now();
    if (last && Buffer.compare(last, present) === 0) return;
    last = present.slice();
    offer(mirror.scan, last.slice());
  }

  return {
    changed(mirror, region) {
      if (region.size === 0 || intervalMs <= 0 || timer) return;
      const dueMs = lastMs + intervalMs - performance.now();
      if (dueMs <= 0) {
        offerIfChanged(mirror, region);
        return;
      }
      timer = setTimeout(() => offerIfChanged(mirror, region), dueMs);
      timer.unref();
    },
    flush(mirror, region) {
      if (region.size > 0 && intervalMs > 0) offerIfChanged(mirror, region);
    },
    close: () => clearTimeout(timer),
  };
}
