import type { Clock } from '../../server/src/model/clock.js';
import type { Timer, Timers } from '../../server/src/model/timers.js';

/** A clock and timers that move only when a test says so. */
export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Runs what is due soon, and what promises lead to, until nothing is left. */
  settle(): Promise<void>;
  /** Moves time on in steps to each due timer, settling after each. */
  advance(ms: number): Promise<void>;
  nowMs(): number;
}

const start = 1_700_000_000_000;

export function manualTime(): ManualTime {
  let nowMs = 0;
  let soon: (() => void)[] = [];
  let due: { readonly at: number; readonly callback: () => void }[] = [];

  const after = (ms: number, callback: () => void): Timer => {
    const entry = { at: nowMs + ms, callback };
    due.push(entry);
    return { cancel: () => (due = due.filter((other) => other !== entry)) };
  };
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 20; quiet += 1) {
      await Promise.resolve();
      if (soon.length === 0) continue;
      const run = soon;
      soon = [];
      for (const callback of run) callback();
      quiet = 0;
    }
  };
  return {
    clock: {
      monotonicNs: () => BigInt(Math.round(nowMs * 1e6)),
      wallNs: () => BigInt(start) * 1_000_000n + BigInt(Math.round(nowMs * 1e6)),
    },
    timers: { after, soon: (callback) => void soon.push(callback) },
    settle,
    advance: async (ms) => {
      const end = nowMs + ms;
      await settle();
      for (;;) {
        const next = due.reduce<(typeof due)[number] | undefined>(
          (least, entry) => (entry.at <= end && (!least || entry.at < least.at) ? entry : least),
          undefined,
        );
        if (!next) break;
        due = due.filter((entry) => entry !== next);
        nowMs = Math.max(nowMs, next.at);
        next.callback();
        await settle();
      }
      nowMs = end;
      await settle();
    },
    nowMs: () => nowMs,
  };
}
