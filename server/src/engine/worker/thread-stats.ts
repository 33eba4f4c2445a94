import { createHistogramWriter, type HistogramWriter } from '../histogram.js';
import { statsCounters, statsLayout } from '../stats-page.js';

/** The scan thread's side of the stats page. */
export interface ThreadStats {
  readonly duration: HistogramWriter;
  readonly lateness: HistogramWriter;
  readonly record: HistogramWriter;
  count(counter: keyof typeof statsCounters, by: number): void;
  set(counter: keyof typeof statsCounters, value: number): void;
  raise(counter: keyof typeof statsCounters, value: number): void;
  /** A scan begins that was planned for `atMs` of the monotonic clock. */
  planned(atMs: number): void;
  /** A task has ended that began at `beganMs` of the monotonic clock. */
  task(index: number, beganMs: number, overruns: number): void;
}

export function createThreadStats(buffer: SharedArrayBuffer, tasks: number): ThreadStats {
  const layout = statsLayout(tasks);
  const counters = new Float64Array(buffer, 0, 8);
  const perTask = Array.from({ length: tasks }, (_, i) => ({
    counters: new Float64Array(buffer, layout.taskCounters(i), 2),
    duration: createHistogramWriter(buffer, layout.taskDuration(i)),
    lateness: createHistogramWriter(buffer, layout.taskLateness(i)),
  }));
  let plannedMs = 0;
  return {
    duration: createHistogramWriter(buffer, layout.duration),
    lateness: createHistogramWriter(buffer, layout.lateness),
    record: createHistogramWriter(buffer, layout.record),
    count: (counter, by) => void (counters[statsCounters[counter]]! += by),
    set: (counter, value) => void (counters[statsCounters[counter]] = value),
    raise(counter, value) {
      if (value > counters[statsCounters[counter]]!) counters[statsCounters[counter]] = value;
    },
    planned: (atMs) => void (plannedMs = atMs),
    task(index, beganMs, overruns) {
      const entry = perTask[index]!;
      entry.counters[0]! += 1;
      entry.counters[1] = overruns;
      entry.duration.add((performance.now() - beganMs) * 1e6);
      entry.lateness.add((beganMs - plannedMs) * 1e6);
    },
  };
}
