import type { ScanRecord } from '../engine/engine.js';
import type { RuntimeCore } from './runtime-core.js';

/** Tells of scans that were left out. A flood of them is one event a second: the class is durable. */
export interface Overruns {
  missed(record: ScanRecord): void;
}

const intervalNs = 1_000_000_000n;

export function createOverruns(core: RuntimeCore): Overruns {
  let total = 0;
  let told = 0;
  let last: bigint | undefined;
  return {
    missed(record) {
      total += record.missedTicks;
      const now = core.record.clock.monotonicNs();
      if (last !== undefined && now - last < intervalNs) return;
      last = now;
      const { image } = core.layouts.current()!;
      core.record.append('run_state', {
        kind: 'overrun',
        runtime: core.name,
        task: image.tasks.find((_, i) => ((record.taskRuns >>> Math.min(i, 31)) & 1) === 1)?.name ?? '',
        scan: record.scan,
        total,
        durationNs: BigInt(Math.round(record.durationNs)),
        intervalNs: core.tickNs !== undefined && !image.hasTasks ? core.tickNs : image.tickNs,
      });
      told = total;
      core.record.log.warn('scans were left out', { runtime: core.name, scan: record.scan, total: told });
    },
  };
}
