/** Waiting between attempts: doubles from `firstMs` to `mostMs`, with full jitter, so that many clients do not return at once. */
export interface Backoff {
  /** Waits before the next attempt; returns at once when the signal is raised. */
  wait(signal: AbortSignal): Promise<void>;
  /** The connection works: begin small again. */
  succeeded(): void;
}

export function createBackoff(limits: { readonly firstMs: number; readonly mostMs: number }): Backoff {
  let ceiling = limits.firstMs;
  return {
    wait: (signal) =>
      new Promise((resolve) => {
        const ms = limits.firstMs / 2 + Math.random() * ceiling;
        ceiling = Math.min(limits.mostMs, ceiling * 2);
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done);
        if (signal.aborted) done();
      }),
    succeeded: () => {
      ceiling = limits.firstMs;
    },
  };
}
