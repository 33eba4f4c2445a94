/** A callback that is still to come. */
export interface Timer {
  cancel(): void;
}

/** Where waiting comes from. Injected beside the clock, so that tests own it. */
export interface Timers {
  /** Calls back once, after at least `ms` milliseconds. Does not keep the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** Calls back once, after what is running now has run. */
  soon(callback: () => void): void;
}

/** The event loop's own timers. */
export const systemTimers: Timers = {
  after: (ms, callback) => {
    const handle = setTimeout(callback, ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  soon: (callback) => {
    setImmediate(callback);
  },
};
