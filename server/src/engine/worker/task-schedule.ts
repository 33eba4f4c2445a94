import type { TaskPhase } from '../engine.js';
import type { TaskDescriptor } from '../../model/program-image.js';

/** Decides which tasks are due in a scan, and in which order. Knows neither memory nor code. */
export interface TaskSchedule {
  /** Indices into the image's tasks: priority 0 first, then in order of declaration. */
  readonly order: readonly number[];
  /** Says once for each scan, before its tasks run, what is due; `single(i)` reads the SINGLE input of task i. */
  due(timeNs: bigint, single: (task: number) => boolean): readonly number[];
  /** Due instants without a run of their own, by task. */
  readonly overruns: Float64Array;
  phases(): TaskPhase[];
  setPhases(phases: readonly TaskPhase[]): void;
  restart(): void;
}

/**
 * @param everyScan images without cyclic tasks: the default task runs in each scan, whatever the tick
 *
 * IEC 61131-3:2013, 6.8.2: a task with a SINGLE input runs on its rising edge; with an INTERVAL too, also periodically while
 * SINGLE is FALSE. SINGLE inputs are looked at when the scan starts, so all tasks of a scan see the same instant.
 */
export function createTaskSchedule(tasks: readonly TaskDescriptor[], everyScan: boolean): TaskSchedule {
  const order = tasks.map((_, i) => i).sort((a, b) => tasks[a]!.priority - tasks[b]!.priority || a - b);
  const nextDue = tasks.map(() => 0n);
  const seen = tasks.map(() => false);
  const overruns = new Float64Array(tasks.length);
  const due: number[] = [];
  /** A plain task that runs in every scan needs no clock. */
  const always = tasks.map((t) => !t.single && (everyScan || t.intervalNs === undefined || t.intervalNs <= 0n));
  const allAlways = always.every(Boolean);

  function isDue(i: number, timeNs: bigint, single: (task: number) => boolean): boolean {
    if (always[i]) return true;
    const { intervalNs, single: input } = tasks[i]!;
    let edge = false;
    let held = false;
    if (input) {
      held = single(i);
      edge = held && !seen[i];
      seen[i] = held;
    }
    if (intervalNs === undefined || intervalNs <= 0n) return edge;
    if (timeNs < nextDue[i]!) return edge;
    const late = (timeNs - nextDue[i]!) / intervalNs;
    overruns[i]! += Number(late);
    nextDue[i] = nextDue[i]! + (late + 1n) * intervalNs;
    return edge || !held;
  }

  return {
    order,
    overruns,
    due(timeNs, single) {
      if (allAlways) return order;
      due.length = 0;
      for (const i of order) if (isDue(i, timeNs, single)) due.push(i);
      return due;
    },
    phases: () => tasks.map((_, i) => ({ nextDueNs: nextDue[i]!, single: seen[i]! })),
    setPhases(phases) {
      tasks.forEach((_, i) => {
        nextDue[i] = phases[i]?.nextDueNs ?? 0n;
        seen[i] = phases[i]?.single ?? false;
      });
    },
    restart() {
      nextDue.fill(0n);
      seen.fill(false);
    },
  };
}

/** Phases of the tasks of `to`, for an online change: tasks keep theirs by name; new ones are due at `timeNs`. */
export function movePhases(
  from: readonly TaskDescriptor[],
  phases: readonly TaskPhase[],
  to: readonly TaskDescriptor[],
  timeNs: bigint,
): TaskPhase[] {
  return to.map((task) => {
    const index = from.findIndex((old) => old.name === task.name && old.resource === task.resource);
    const old = phases[index];
    if (!old) return { nextDueNs: timeNs, single: false };
    const latest = timeNs + (task.intervalNs ?? 0n);
    return { single: old.single, nextDueNs: old.nextDueNs < latest ? old.nextDueNs : latest };
  });
}
