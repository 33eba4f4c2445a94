import { setFlagsFromString } from 'node:v8';

/** Of the heap that was left by the last collection. */
const growingPercent = 30;

/**
 * Has the heap collected when it has grown by so much; V8's own rule lets that of a busy host grow to a multiple of what it needs.
 * The rule is one for all threads of the process, and compiling is a third slower under it, so it does not hold while one compiles.
 */
export function limitHeap(holds: boolean): void {
  setFlagsFromString(`--heap-growing-percent=${holds ? growingPercent : 0}`);
}
