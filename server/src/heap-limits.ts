import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** What the heap may grow by from one collection to the next: as many bytes, or as many percent where that is more. */
const growingBytes = 12 * 1024 * 1024;
const growingPercent = 25;
const checkMs = 1000;
/** `--optimize-for-size` sets it for threads that start under it, and does not take it back. */
const freeYoung = '--max-semi-space-size=0';

export interface HeapLimits {
  /** A compile takes much memory for a short time, and V8's flags are one set for all threads: its own rule holds meanwhile. */
  readonly compiling: (on: boolean) => void;
}

/**
 * Has the heap collected when it has grown by a bounded amount, pages with holes emptied, and the young generation kept as small as
 * it may be, for as long as the process runs. V8's own rule lets the heap of a busy host grow to several times what it needs.
 */
export function limitHeap(): HeapLimits {
  let free = false;
  const set = (): void => {
    const share = Math.round((growingBytes * 100) / getHeapStatistics().used_heap_size);
    const flags = free
      ? ['--heap-growing-percent=0', '--no-optimize-for-size', freeYoung]
      : [`--heap-growing-percent=${Math.max(growingPercent, share)}`, '--optimize-for-size'];
    for (const flag of flags) setFlagsFromString(flag);
  };
  set();
  setInterval(set, checkMs).unref();
  return {
    compiling(on) {
      free = on;
      set();
    },
  };
}
