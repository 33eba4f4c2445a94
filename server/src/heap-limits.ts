import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** What the heap may grow by from one collection to the next: as many bytes, or as many percent where that is more. */
const growingBytes = 32 * 1024 * 1024;
const growingPercent = 30;
const checkMs = 1000;

/**
 * Has the heap collected when it has grown by a bounded amount, for as long as the process runs. V8's own rule lets that of a busy
 * host grow to several times what it needs. The rule is one for all threads of the process.
 */
export function limitHeap(): void {
  const set = (): void => {
    const share = Math.round((growingBytes * 100) / getHeapStatistics().used_heap_size);
    setFlagsFromString(`--heap-growing-percent=${Math.max(growingPercent, share)}`);
  };
  set();
  setInterval(set, checkMs).unref();
}
