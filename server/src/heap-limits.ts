import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** What the heap may grow by from one collection to the next: as many bytes, or as many percent where that is more. */
const growingBytes = 12 * 1024 * 1024;
const growingPercent = 25;
const checkMs = 1000;

export interface HeapLimits {
  /** A compile takes much memory for a short time, and V8's flags are one set for all threads: its own rule holds meanwhile. */
  readonly compiling: (on: boolean) => void;
}

/**
 * Has the heap collected when it has grown by a bounded amount, for as long as the process runs. V8's own rule lets that of a busy
 * host grow to several times what it needs.
 */
export function limitHeap(): HeapLimits {
  let free = false;
  const set = (): void => {
    const share = Math.round((growingBytes * 100) / getHeapStatistics().used_heap_size);
    setFlagsFromString(`--heap-growing-percent=${free ? 0 : Math.max(growingPercent, share)}`);
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
