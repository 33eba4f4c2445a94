import { randomBytes } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { EngineSnapshot } from '../engine/engine.js';
import { HostError } from '../model/host-error.js';
import type { Call } from './host-record.js';
import { systemActor } from './host-record.js';
import type { LifeCycle } from './life-cycle.js';
import type { RuntimeCore, StatusAnswer } from './runtime-core.js';
import { requireProgram, writerNow } from './runtime-core.js';

/** A kept copy of a runtime's memory. */
export interface StoredSnapshot {
  readonly name: string;
  readonly timeNs: bigint;
  readonly snapshot: EngineSnapshot;
}

/** Snapshots of one runtime, in memory, the newest last. */
export interface Snapshots {
  create(name: string): Promise<StoredSnapshot>;
  get(name: string): StoredSnapshot;
  list(): readonly StoredSnapshot[];
  delete(name: string): void;
  restore(call: Call<StatusAnswer>, snapshot: EngineSnapshot): Promise<StatusAnswer>;
  /** Bytes for another host or another day, and back. INVALID_REQUEST where they are none. */
  encode(stored: StoredSnapshot): Uint8Array;
  decode(bytes: Uint8Array): EngineSnapshot;
}

const mostSnapshots = 100;
const mostBytes = 256 * 1024 * 1024;
const magic = Buffer.from('plc-emu snapshot 1\n');

export function checkName(name: string): void {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
    throw new HostError(
      'INVALID_REQUEST',
      `'${name.slice(0, 80)}' is no name; use letters, digits, '.', '_', '-', at most 64.`,
    );
  }
}

/** `restored` is called when a snapshot's memory is in force. */
export function createSnapshots(core: RuntimeCore, lifeCycle: LifeCycle, restored: () => void): Snapshots {
  const kept = new Map<string, StoredSnapshot>();
  const get = (name: string): StoredSnapshot => {
    const found = kept.get(name);
    if (!found)
      throw new HostError('NOT_FOUND', `The runtime '${core.name}' has no snapshot '${name.slice(0, 80)}'.`, {
        snapshot: name.slice(0, 80),
      });
    return found;
  };
  return {
    get,
    list: () => [...kept.values()].reverse(),
    async create(name) {
      requireProgram(core);
      if (name !== '') checkName(name);
      const used = [...kept.values()].reduce((sum, s) => sum + s.snapshot.bytes.length, 0);
      if ((kept.size >= mostSnapshots && !kept.has(name)) || used > mostBytes) {
        throw new HostError(
          'TOO_MANY_ITEMS',
          `A runtime keeps at most ${mostSnapshots} snapshots and ${mostBytes} bytes; delete some.`,
          { limit: String(mostSnapshots) },
        );
      }
      const snapshot = await core.engine.snapshot();
      const stored = {
        name: name === '' ? `scan-${snapshot.scan}-${randomBytes(3).toString('hex')}` : name,
        timeNs: core.record.clock.wallNs(),
        snapshot,
      };
      kept.delete(stored.name);
      kept.set(stored.name, stored);
      return stored;
    },
    delete(name) {
      get(name);
      kept.delete(name);
    },
    restore: (call, snapshot) => {
      core.record.checkStorage();
      const { image } = requireProgram(core);
      if (snapshot.imageDigest !== image.digest) {
        throw new HostError('WRONG_STATE', 'The snapshot was taken of another program; open that one first.', {
          digest: snapshot.imageDigest,
        });
      }
      return lifeCycle.change(call.actor, 'restore', async () => {
        const before = lifeCycle.lastSequence();
        await core.engine.restore(snapshot);
        restored();
        const all = core.generations.bumpAll(writerNow(core, systemActor, snapshot.scan));
        const status = core.status();
        const stopped = lifeCycle.lastSequence() > before;
        const sequence = core.record.nextSequence();
        const appended = core.record.append(
          'run_state',
          {
            kind: 'run_state',
            runtime: core.name,
            state: status.mode,
            previous: stopped ? 'STOPPED' : status.mode,
            cause: 'restore',
            by: call.actor,
            scan: snapshot.scan,
          },
          [all, ...call.remember({ status, sequence })],
        );
        await appended.committed;
        return { status, sequence };
      });
    },
    encode: ({ snapshot }) => Buffer.concat([magic, serialize(snapshot)]),
    decode(bytes) {
      const buffer = Buffer.from(bytes);
      const bad = new HostError(
        'INVALID_REQUEST',
        'The bytes are no snapshot of this version; send what DownloadSnapshot gave.',
      );
      if (!buffer.subarray(0, magic.length).equals(magic)) throw bad;
      let value: unknown;
      try {
        value = deserialize(buffer.subarray(magic.length));
      } catch {
        throw bad;
      }
      if (!isSnapshot(value)) throw bad;
      return value;
    },
  };
}

function isSnapshot(value: unknown): value is EngineSnapshot {
  if (typeof value !== 'object' || value === null) return false;
  const s = value as Record<string, unknown>;
  const cells =
    Array.isArray(s.forces) &&
    s.forces.every(
      (c: unknown) => typeof c === 'object' && c !== null && (c as { bytes?: unknown }).bytes instanceof Uint8Array,
    );
  return (
    typeof s.imageDigest === 'string' &&
    Number.isSafeInteger(s.scan) &&
    typeof s.timeNs === 'bigint' &&
    s.bytes instanceof Uint8Array &&
    Array.isArray(s.tasks) &&
    cells
  );
}
