import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * The old generation is collected when it has grown by so many percent since the last time. V8's own rule lets it grow to a multiple
 * where the processor is busy.
 */
const growingPercent = 30;
/** The young generation may take so many bytes; V8 lets it grow to 32 MiB. */
const youngBytes = 8 * 1024 * 1024;
const checkMs = 250;

/**
 * Keeps the heap of this thread near what it needs, for as long as the process runs. A running V8 takes the size of the young
 * generation from no flag; it stops growing where the factor of its growth is 1, which every new thread sets back.
 */
export function limitHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
  const check = (): void => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (young) setFlagsFromString(`--semi-space-growth-factor=${young.space_size >= youngBytes ? 1 : 2}`);
  };
  check();
  setInterval(check, checkMs).unref();
}
