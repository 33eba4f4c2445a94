import type { Timer } from '../model/timers.js';
import type { LogView } from './log-view.js';

/** Half of the readers, by the lowest bit of their ids; undefined: all. */
export type Half = 0 | 1 | undefined;

/**
 * When readers are woken for what is queued: all at once, as long as that costs little. Most of what a message costs is one write to one
 * socket, whatever is in it. So where waking takes most of the time there is, each message wakes one half of the readers, which takes the
 * message before in the same write: a reader is one message behind then, never two, and the host keeps time for everything else.
 */
export interface WakePace {
  /** Messages were queued for somebody. */
  queued(): void;
}

/** Share of the time that waking may take before readers are woken by halves; and at which all are woken again. */
const heavyShare = 0.5;
const lightShare = 0.3;
/** Nobody waits where messages are further apart than this, ms. */
const maxGapMs = 20;
/** Weight of the newest measurement. */
const newest = 1 / 16;

export function createWakePace(log: Pick<LogView, 'nowMs' | 'timers'>, wake: (half: Half) => void): WakePace {
  let rest: Timer | undefined;
  let half: 0 | 1 = 0;
  let queuedMs = -Infinity;
  let wokenMs = -Infinity;
  let share = 0;
  let isHeavy = false;

  const run = (who: Half): void => {
    const began = log.nowMs();
    const since = began - wokenMs;
    wokenMs = began;
    wake(who);
    // Streams write to their sockets when this turn of the event loop ends.
    log.timers.soon(() => {
      const took = log.nowMs() - began;
      share += ((since > 0 ? Math.min(1, took / since) : 0) - share) * newest;
      isHeavy = share > (isHeavy ? lightShare : heavyShare);
    });
  };

  return {
    queued: () => {
      const now = log.nowMs();
      const gapMs = now - queuedMs;
      queuedMs = now;
      rest?.cancel();
      rest = undefined;
      if (!isHeavy || gapMs >= maxGapMs) {
        run(undefined);
        return;
      }
      half = half === 0 ? 1 : 0;
      run(half);
      rest = log.timers.after(2 * gapMs, () => run(undefined));
    },
  };
}
