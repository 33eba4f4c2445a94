import type { ProgramImage } from '../model/program-image.js';
import { pageBytes } from './worker/scan-machine.js';
import type { EngineStats, PacingInForce } from './engine.js';
import { readHistogram } from './histogram.js';
import type { Program } from './messages.js';
import { createRingReader } from './ring.js';
import { allocateStats, statsCounters, statsLayout } from './stats-page.js';
import type { ThreadPriority } from './thread-priority.js';

/** Figures since the program was loaded, from shared memory: no round trip to the scan thread. */
export function readStats(
  program: Program | undefined,
  image: ProgramImage | undefined,
  thread: { readonly priority: ThreadPriority; readonly slackNs?: number } | undefined,
  kernel: PacingInForce['kernel'],
): EngineStats {
  const tasks = image?.tasks ?? [];
  const buffer = program?.stats ?? allocateStats(0);
  const layout = statsLayout(tasks.length);
  const counters = new Float64Array(buffer, 0, 8);
  const ring = program && createRingReader(program.ring);
  return {
    scans: counters[statsCounters.scans]!,
    missedTicks: counters[statsCounters.missedTicks]!,
    lateScans: counters[statsCounters.lateScans]!,
    duration: readHistogram(buffer, layout.duration),
    lateness: readHistogram(buffer, layout.lateness),
    record: readHistogram(buffer, layout.record),
    tasks: tasks.map(({ name }, i) => {
      const own = new Float64Array(buffer, layout.taskCounters(i), 2);
      return {
        name,
        runs: own[0]!,
        overruns: own[1]!,
        duration: readHistogram(buffer, layout.taskDuration(i)),
        lateness: readHistogram(buffer, layout.taskLateness(i)),
      };
    }),
    lostRecords: counters[statsCounters.lostRecords]!,
    ring: {
      capacityBytes: ring?.capacityBytes ?? 0,
      usedBytes: ring?.usedBytes() ?? 0,
      highWaterBytes: counters[statsCounters.ringHighWater]!,
    },
    memoryBytes: (image?.memory.pages ?? 0) * pageBytes,
    pacing: {
      policy: thread?.priority.policy ?? 'other',
      priority: thread?.priority.priority ?? 0,
      ...(thread?.slackNs !== undefined && { slackNs: thread.slackNs }),
      spinNs: counters[statsCounters.spinNs]!,
      ...(thread?.priority.note !== undefined && { note: thread.priority.note }),
      kernel,
    },
  };
}
