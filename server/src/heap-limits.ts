import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';

const mebibyte = 1024 * 1024;
/** What the heap may grow by from one collection to the next: as many bytes, or as many percent where that is more. */
const growingBytes = 24 * mebibyte;
const growingPercent = 30;
/**
 * Free bytes between old objects. What a scan leaves behind dies at many ages, so pages of the old generation become sparse, and V8 takes
 * new ones: when so much is free, collections also empty sparse pages, until half of it is gone. That makes calls dearer meanwhile.
 */
const mostHoleBytes = 32 * mebibyte;
const checkMs = 1000;
/** `--optimize-for-size` sets it for threads that start under it, and does not take it back. */
const freeYoung = '--max-semi-space-size=0';

export interface HeapLimits {
  /** A compile takes much memory for a short time, and V8's flags are one set for all threads: its own rule holds meanwhile. */
  readonly compiling: (on: boolean) => void;
}

/**
 * Keeps the heap near what it needs, for as long as the process runs. V8's own rules let that of a busy host grow to several times
 * as much.
 */
export function limitHeap(): HeapLimits {
  let free = false;
  let tidying = false;
  let forSize = false;
  const set = (): void => {
    const share = Math.round((growingBytes * 100) / getHeapStatistics().used_heap_size);
    const holes = holeBytes();
    tidying = holes > (tidying ? mostHoleBytes / 2 : mostHoleBytes);
    setFlagsFromString(`--heap-growing-percent=${free ? 0 : Math.max(growingPercent, share)}`);
    if (forSize === (tidying && !free)) return;
    forSize = !forSize;
    for (const flag of forSize ? ['--optimize-for-size'] : ['--no-optimize-for-size', freeYoung])
      setFlagsFromString(flag);
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

function holeBytes(): number {
  const old = getHeapSpaceStatistics().find((space) => space.space_name === 'old_space');
  return old ? old.space_size - old.space_used_size : 0;
}
