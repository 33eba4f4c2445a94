import { histogramBytes } from './histogram.js';

/** Counters of one loaded image, in shared memory: written by the scan thread, read by any. */
export const statsCounters = {
  scans: 0,
  missedTicks: 1,
  lateScans: 2,
  lostRecords: 3,
  ringHighWater: 4,
  spinNs: 5,
} as const;
const counterBytes = 64;

export interface StatsLayout {
  readonly duration: number;
  readonly lateness: number;
  readonly record: number;
  /** Histograms of task i. */
  taskDuration(index: number): number;
  taskLateness(index: number): number;
  /** f64 counters {runs, overruns} of task i. */
  taskCounters(index: number): number;
  readonly sizeBytes: number;
}

export function statsLayout(tasks: number): StatsLayout {
  const perTask = 2 * histogramBytes + 16;
  const firstTask = counterBytes + 3 * histogramBytes;
  return {
    duration: counterBytes,
    lateness: counterBytes + histogramBytes,
    record: counterBytes + 2 * histogramBytes,
    taskDuration: (index) => firstTask + index * perTask + 16,
    taskLateness: (index) => firstTask + index * perTask + 16 + histogramBytes,
    taskCounters: (index) => firstTask + index * perTask,
    sizeBytes: firstTask + tasks * perTask,
  };
}

export function allocateStats(tasks: number): SharedArrayBuffer {
  return new SharedArrayBuffer(statsLayout(tasks).sizeBytes);
}
