import type { Timer } from '../model/timers.js';
import type { LogView } from './log-view.js';

/** Half of the readers, by the lowest bit of their ids; undefined: all. */
export type Half = 0 | 1 | undefined;

/** Readers who get the same messages. */
export interface WokenGroup {
  wake(half: Half): void;
}

/**
 * When readers are woken for what is queued: all at once, as long as that costs little. Most of what a message costs is one write to one
 * socket, whatever is in it. So where waking takes most of the time there is, each message wakes one half of its readers, which takes the
 * message before in the same write: a reader is one message behind then, never two, and the host keeps time for everything else.
 */
export interface WakePace {
  /** Messages were queued for these. */
  queued(groups: readonly WokenGroup[]): void;
}

interface State {
  half: 0 | 1;
  queuedMs: number;
}

/** Share of the time that waking may take before readers are woken by halves; and at which all are woken again. */
const heavyShare = 0.5;
const lightShare = 0.3;
/** The share is taken over this long at least, ms. */
const windowMs = 100;
/** Nobody waits where messages are further apart than this; for one that does not come, at most twice as long, ms. */
const maxGapMs = 20;

export function createWakePace(log: Pick<LogView, 'nowMs' | 'timers'>): WakePace {
  const states = new WeakMap<WokenGroup, State>();
  /** One half of their readers has not been woken for the newest message. */
  const halved = new Map<WokenGroup, State>();
  let sweeping: Timer | undefined;
  let isHeavy = false;
  let isMeasuring = false;
  let windowBegan = log.nowMs();
  let busyMs = 0;

  const measure = (): void => {
    if (isMeasuring) return;
    isMeasuring = true;
    const began = log.nowMs();
    // Streams write to their sockets when this turn of the event loop ends.
    log.timers.soon(() => {
      isMeasuring = false;
      const now = log.nowMs();
      busyMs += now - began;
      if (now - windowBegan < windowMs) return;
      isHeavy = busyMs / (now - windowBegan) > (isHeavy ? lightShare : heavyShare);
      windowBegan = now;
      busyMs = 0;
    });
  };
  const sweep = (): void => {
    const now = log.nowMs();
    for (const [group, { queuedMs }] of halved) {
      if (now - queuedMs < maxGapMs) continue;
      halved.delete(group);
      group.wake(undefined);
    }
    sweeping = halved.size > 0 ? log.timers.after(maxGapMs, sweep) : undefined;
  };
  const wake = (group: WokenGroup, now: number): void => {
    let state = states.get(group);
    if (!state) states.set(group, (state = { half: 0, queuedMs: -Infinity }));
    const gapMs = now - state.queuedMs;
    state.queuedMs = now;
    if (!isHeavy || gapMs >= maxGapMs) {
      halved.delete(group);
      group.wake(undefined);
      return;
    }
    state.half = state.half === 0 ? 1 : 0;
    halved.set(group, state);
    group.wake(state.half);
    sweeping ??= log.timers.after(maxGapMs, sweep);
  };

  return {
    queued: (groups) => {
      measure();
      const now = log.nowMs();
      for (const group of groups) wake(group, now);
    },
  };
}
