/**
 * Words that both threads of an engine look at without a message. All are Int32, used with Atomics.
 */
export const controlWords = {
  /** Counts messages posted to the worker; it waits on this word. */
  mail: 0,
  /** 1: the worker shall leave its loop. */
  close: 1,
  /** Odd while generated code runs; even between. The watchdog looks at it. */
  activity: 2,
  /** Index of the task that runs, or ran last. */
  task: 3,
  /** 1: the reader has drained the ring and wants a wake; the writer takes it back to 0. */
  armed: 4,
  /** Counts wakes; the reader waits on this word. */
  wake: 5,
  /** 1: records were lost and the worker waits for room to resync. */
  lost: 6,
  /** 1: a debugger holds the scan; the watchdog is suspended. */
  held: 7,
  /** Index, in the task, of the program that runs or ran last. */
  program: 8,
} as const;

export function allocateControlPage(): SharedArrayBuffer {
  return new SharedArrayBuffer(64);
}
