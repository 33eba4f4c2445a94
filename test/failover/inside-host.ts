import type { EventLogLimits } from '../../server/src/events/create-event-log.js';
import type { FileSystem } from '../../server/src/store/file-system.js';
import { nodeFileSystem } from '../../server/src/store/file-system.js';
import type { StoreOptions } from '../../server/src/store/open-store.js';
import { smallRing, smallRunStateRing } from './program.js';
import type { FailpointName, SeededFaultName } from './seeded-faults.js';
import { faultyFileSystem } from './write-back-disk.js';

/*
 * What the edits of seeded-faults.ts call from within the host. Only the build with `--seeded-faults` contains those edits, so no
 * released host knows of any of this. Steered by the environment:
 *
 *   PLC_EMU_FAULT       name of the seeded fault that is on
 *   PLC_EMU_FAILPOINT   `name:n`: kill this process when it passes there for the n-th time
 *   PLC_EMU_DISK        JSON of DiskFaults
 *   PLC_EMU_SMALL       `1`: small segments, blocks and rings, so that a short run passes their limits
 */
const seeded = process.env.PLC_EMU_FAULT ?? '';
const [failpointName = '', passes = '1'] = (process.env.PLC_EMU_FAILPOINT ?? '').split(':');
const disk = process.env.PLC_EMU_DISK;
const isSmall = process.env.PLC_EMU_SMALL === '1';
let left = Number(passes);
let counter = 0;

export function fault(name: SeededFaultName): boolean {
  return seeded === name;
}

/** True once in `n` calls. */
export function sometimes(n: number): boolean {
  counter += 1;
  return counter % n === 0;
}

/** Whether this pass of a failpoint is the fatal one; counts the pass. */
export function armed(name: FailpointName): boolean {
  if (name !== failpointName) return false;
  left -= 1;
  return left === 0;
}

export function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

export function failpoint(name: FailpointName): void {
  if (armed(name)) die();
}

export function fileSystem(): FileSystem {
  if (disk === undefined) return nodeFileSystem;
  return faultyFileSystem(nodeFileSystem, { writeBack: false, syncMs: 0, ...(JSON.parse(disk) as object) });
}

export function storeOptions(): Partial<StoreOptions> {
  return {
    fs: fileSystem(),
    ...(isSmall && {
      sequenceBlock: 4000n,
      checkpointBytes: 32 * 1024,
      journal: { segmentBytes: 64 * 1024 },
    }),
  };
}

export function logOptions(): { readonly limits?: Partial<EventLogLimits> } {
  if (!isSmall) return {};
  const scan = { maxCount: smallRing, maxBytes: 1 << 24 };
  return { limits: { rings: { scan, run_state: { maxCount: smallRunStateRing, maxBytes: 1 << 26 } } } };
}

/** Seeded fault `scan-before-io`: the last record of a group comes first. */
export function reordered<T>(group: T[]): T[] {
  return fault('scan-before-io') && group.length > 1 ? [group.at(-1)!, ...group.slice(0, -1)] : group;
}

/** Seeded fault `retain-slots-mixed`: the first half of one slot and the second half of the other. */
export function mixed(newest: Uint8Array, older: Uint8Array | undefined): Uint8Array {
  // Retained values begin with their format; the identity, which has slots too, with a brace.
  if (!fault('retain-slots-mixed') || older?.length !== newest.length || newest[0] !== 1) return newest;
  const result = newest.slice();
  // Within the values, which stand at the end.
  const half = newest.length - 512;
  result.set(older.subarray(half), half);
  return result;
}
