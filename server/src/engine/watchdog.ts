import { controlWords } from './control-page.js';

/** Looks from the host's thread at the activity word of a worker and calls `onStuck` where one scan takes longer than its limit. */
export interface Watchdog {
  /** From now on; `limitMs` for one stretch of generated code. Goes on undisturbed where it watches with this limit already. */
  watch(limitMs: number): void;
  stop(): void;
}

/**
 * Time in which this process did not run (a suspended machine, SIGSTOP, a blocked host thread) is not held against the scan: each
 * look counts at most one and a half periods.
 */
export function createWatchdog(control: Int32Array, onStuck: () => void): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  let currentLimitMs = 0;
  let seen = 0;
  let stuckMs = 0;
  let lastLookMs = 0;

  return {
    watch(limitMs) {
      if (timer && limitMs === currentLimitMs) return;
      clearInterval(timer);
      currentLimitMs = limitMs;
      const periodMs = Math.max(20, limitMs / 8);
      seen = 0;
      stuckMs = 0;
      lastLookMs = performance.now();
      timer = setInterval(() => {
        const now = performance.now();
        const elapsedMs = Math.min(now - lastLookMs, periodMs * 1.5);
        lastLookMs = now;
        const activity = Atomics.load(control, controlWords.activity);
        const idle = activity % 2 === 0 || Atomics.load(control, controlWords.held) === 1;
        stuckMs = !idle && activity === seen ? stuckMs + elapsedMs : 0;
        seen = activity;
        if (stuckMs < limitMs) return;
        clearInterval(timer);
        timer = undefined;
        onStuck();
      }, periodMs);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
