/** At most `perSecond` lines a second for each task; the next line that passes says how many were dropped. */
export interface LogLimiter {
  /** Lines dropped before this one, or undefined where this one is dropped too. */
  admit(task: number): number | undefined;
}

export function createLogLimiter(perSecond: number, nowMs: () => number): LogLimiter {
  const tasks = new Map<number, { windowMs: number; lines: number; dropped: number }>();
  return {
    admit(task) {
      const now = nowMs();
      let state = tasks.get(task);
      if (!state) tasks.set(task, (state = { windowMs: now, lines: 0, dropped: 0 }));
      if (now - state.windowMs >= 1000) {
        state.windowMs = now;
        state.lines = 0;
      }
      if (state.lines >= perSecond) {
        state.dropped += 1;
        return undefined;
      }
      state.lines += 1;
      const { dropped } = state;
      state.dropped = 0;
      return dropped;
    },
  };
}
