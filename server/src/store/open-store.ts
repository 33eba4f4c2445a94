import type { Clock } from '../model/clock.js';
import { systemClock } from '../model/clock.js';
import { recordTypes } from '../model/record-type.js';
import type { Timers } from '../model/timers.js';
import { systemTimers } from '../model/timers.js';
import { readCheckpoints, writeCheckpoint } from './checkpoint.js';
import type { DataDir, DataDirOptions } from './data-dir.js';
import { openDataDir } from './data-dir.js';
import type { FileSystem } from './file-system.js';
import { nodeFileSystem } from './file-system.js';
import type { HostIdentity } from './host-identity.js';
import { readHostIdentity } from './host-identity.js';
import type { Journal, JournalOptions } from './journal.js';
import { openJournal } from './journal.js';
import type { JournalRecord } from './journal-format.js';
import type { JournalRecovery } from './journal-recovery.js';
import type { RequestTable } from './request-table.js';
import { createRequestTable } from './request-table.js';
import type { StateChange, StateTable } from './state-table.js';
import { createStateTable, decodeChanges, encodeChanges } from './state-table.js';

/** Everything durable of one host, recovered. The event log is made from `identity`, `journal` and `recovery`. */
export interface Store {
  readonly dataDir: DataDir;
  readonly identity: HostIdentity;
  readonly journal: Journal;
  readonly recovery: StoreRecovery;
  readonly state: StateTable;
  readonly requests: RequestTable;
  /** What was found damaged and mended without loss, and what could not be written; in words, for the log. */
  readonly notes: readonly string[];
  /**
   * Applies changes in memory and gives the bytes to journal with the event that they belong to: the `attachment` of an append in
   * the same turn of the event loop.
   */
  record(changes: readonly StateChange[]): Uint8Array;
  /** The orderly end; the event log must be closed before. */
  close(): Promise<void>;
}

/** What the journal gave back, for the event log. */
export interface StoreRecovery extends Pick<JournalRecovery, 'losses' | 'floors' | 'last'> {
  /** In ascending order; once, so that they do not stay in memory. */
  takeRecords(): readonly JournalRecord[];
}

export interface StoreOptions extends DataDirOptions {
  readonly directory: string;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly journal?: Partial<Pick<JournalOptions, 'segmentBytes' | 'relaxedMs' | 'retryMs' | 'maxBacklogBytes'>>;
  readonly sequenceBlock?: bigint;
  /** Least bytes of attachments between two checkpoints. */
  readonly checkpointBytes?: number;
}

/** HostError PATH_REFUSED, BUSY, STORAGE_FAILED where the directory cannot be used at all. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const fs = options.fs ?? nodeFileSystem;
  const clock = options.clock ?? systemClock;
  const timers = options.timers ?? systemTimers;
  const dataDir = await openDataDir(options.directory, { ...options, fs, timers });
  try {
    return await open({ ...options, fs, clock, timers, dataDir });
  } catch (error) {
    await dataDir.release();
    throw error;
  }
}

interface Opening extends StoreOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly dataDir: DataDir;
}

async function open({ fs, clock, timers, dataDir, ...options }: Opening): Promise<Store> {
  const directory = dataDir.path;
  const block = options.sequenceBlock === undefined ? {} : { blockSize: options.sequenceBlock };
  const reading = await readHostIdentity({ fs, path: dataDir.file('host'), clock, ...block });
  const { journal, recovery } = await openJournal({
    fs,
    timers,
    directory,
    hostId: reading.hostId,
    boot: reading.boot,
    ...options.journal,
  });
  const identity = await reading.begin({ last: recovery.last, boot: recovery.boot });
  const notes = [...identity.notes, ...recovery.ignored];

  const state = createStateTable();
  const checkpoints = await readCheckpoints(fs, directory);
  notes.push(...checkpoints.damage);
  if (checkpoints.newest) state.apply(checkpoints.newest.changes);
  let records = recovery.records;
  const replayed = replay(state, records, checkpoints.newest?.sequence ?? 0n);
  journal.trimAttachments(checkpoints.floor);

  const checkpointBytes = options.checkpointBytes ?? 4 * 1024 * 1024;
  let nextNumber = checkpoints.nextNumber;
  let newest = checkpoints.newest?.sequence ?? 0n;
  let sinceLast = replayed;
  let lastSize = 0;
  let writing: Promise<void> | undefined;

  const checkpoint = async (): Promise<void> => {
    const sequence = journal.last();
    const bytes = sinceLast;
    const { sizeBytes } = await writeCheckpoint({ fs, directory, timers }, nextNumber, sequence, state, () =>
      journal.flush(),
    );
    nextNumber += 1;
    sinceLast -= bytes;
    lastSize = sizeBytes;
    // The one before stays, and what is needed to go on from it.
    journal.trimAttachments(newest);
    newest = sequence;
  };
  const checkpointSoon = (): void => {
    if (writing || sinceLast < Math.max(checkpointBytes, lastSize)) return;
    // A failure is the journal's to report; the next change tries again.
    writing = checkpoint()
      .catch(() => undefined)
      .finally(() => (writing = undefined));
  };

  return {
    dataDir,
    identity,
    journal,
    recovery: {
      losses: recovery.losses,
      floors: recovery.floors,
      last: recovery.last,
      takeRecords: () => {
        const taken = records;
        records = [];
        return taken;
      },
    },
    state,
    requests: createRequestTable(state, clock),
    notes,
    record: (changes) => {
      state.apply(changes);
      const bytes = encodeChanges(changes);
      sinceLast += bytes.length;
      timers.soon(checkpointSoon);
      return bytes;
    },
    close: async () => {
      await writing;
      const flushed = await journal.flush().then(
        () => true,
        () => false,
      );
      if (flushed && sinceLast > 0) await checkpoint().catch(() => undefined);
      await journal.close();
      if (flushed) await identity.markClean().catch(() => undefined);
      await identity.close();
      await dataDir.release();
    },
  };
}

/** Applies what came after the checkpoint, except what was withdrawn. Gives the bytes of all attachments seen. */
function replay(state: StateTable, records: readonly JournalRecord[], after: bigint): number {
  const withdrawn = withdrawnSequences(records);
  let bytes = 0;
  for (const record of records) {
    bytes += record.attachment.length;
    if (record.sequence > after && !withdrawn.has(record.sequence)) state.apply(decodeChanges(record.attachment));
  }
  return bytes;
}

function withdrawnSequences(records: readonly JournalRecord[]): ReadonlySet<bigint> {
  const found = new Set<bigint>();
  for (const record of records) {
    if (record.type !== recordTypes.withdrawn) continue;
    for (const text of new TextDecoder().decode(record.body).split(' '))
      if (/^\d+$/.test(text)) found.add(BigInt(text));
  }
  return found;
}
