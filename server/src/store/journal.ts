import { join } from 'node:path';
import type { HostError } from '../model/host-error.js';
import { recordTypes } from '../model/record-type.js';
import type { Timer, Timers } from '../model/timers.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { compactOnce } from './journal-compaction.js';
import type { JournalRecord } from './journal-format.js';
import { encodeRecord, encodeSegmentHeader, floorCount, segmentHeaderBytes } from './journal-format.js';
import type { JournalMark } from './journal-mark.js';
import { openMarkFile } from './journal-mark.js';
import type { JournalRecovery } from './journal-recovery.js';
import { recoverJournal } from './journal-recovery.js';
import type { SegmentInfo } from './journal-segments.js';
import { countRecord, segmentName } from './journal-segments.js';
import { storageError } from './storage-error.js';

/** An append-only file of records with group commit: what is appended while the disk is busy goes to disk together. */
export interface Journal {
  /**
   * Takes a record; sequences must ascend. Never waits. `urgent`: to disk at once; else within `relaxedMs`, or along with an
   * urgent one. The listener hears when it is there.
   */
  append(record: Omit<JournalRecord, 'previous'>, urgent: boolean): void;
  listen(listener: JournalListener): void;
  /** Resolves when all appended so far is on disk; rejects with STORAGE_FAILED when that did not work now. */
  flush(): Promise<void>;
  /**
   * Records of type t at or below floors[t] are no longer wanted. Space is freed in the background, by whole segments or by
   * rewriting them.
   */
  trim(floors: readonly bigint[]): void;
  /** Attachments at or below `floor` are no longer wanted. Until then no segment that may hold one is touched. */
  trimAttachments(floor: bigint): void;
  /** Sequence of the newest record taken, on disk or not. */
  last(): bigint;
  failed(): boolean;
  sizeBytes(): number;
  /** Writes what is left, if it can be written, and closes the files. */
  close(): Promise<void>;
}

export interface JournalListener {
  /** Everything up to and including `sequence` is on disk. */
  committed(sequence: bigint): void;
  /** The disk refused. What was appended is kept and tried again by itself; it may still come to disk. */
  failed(error: HostError): void;
  /** The first good commit after a failure; `committed` follows at once. Records up to `dropped` did not fit the memory: gone. */
  restored(dropped: bigint): void;
}

export interface JournalOptions {
  readonly fs: FileSystem;
  readonly timers: Timers;
  readonly directory: string;
  readonly hostId: string;
  readonly boot: number;
  readonly segmentBytes?: number;
  readonly relaxedMs?: number;
  readonly retryMs?: number;
  /** Records kept in memory while the disk refuses. */
  readonly maxBacklogBytes?: number;
}

interface Pending {
  readonly record: JournalRecord;
  readonly bytes: Uint8Array;
}

export async function openJournal(
  options: JournalOptions,
): Promise<{ readonly journal: Journal; readonly recovery: JournalRecovery }> {
  const { fs, directory, hostId } = options;
  const { file: markFile, mark } = await openMarkFile(fs, join(directory, 'journal.mark'));
  const recovery = await recoverJournal(fs, directory, hostId, mark);
  return { journal: createJournal(options, recovery, markFile, mark), recovery };
}

function createJournal(
  options: JournalOptions,
  recovery: JournalRecovery,
  markFile: Awaited<ReturnType<typeof openMarkFile>>['file'],
  firstMark: JournalMark,
): Journal {
  const { fs, timers, directory } = options;
  const segmentBytes = options.segmentBytes ?? 4 * 1024 * 1024;
  const relaxedMs = options.relaxedMs ?? 400;
  const retryMs = options.retryMs ?? 500;
  const maxBacklogBytes = options.maxBacklogBytes ?? 16 * 1024 * 1024;

  const sealed: SegmentInfo[] = [...recovery.segments];
  let floors: readonly bigint[] = recovery.floors;
  let stateFloor = 0n;
  let mark = firstMark;
  let nextIndex = recovery.nextIndex;
  let lastAppended = recovery.last;
  let lastWritten = recovery.last;
  let current: { readonly info: SegmentInfo; readonly file: OpenFile } | undefined;

  let pending: Pending[] = [];
  let pendingBytes = 0;
  /** Something pending may not wait for the relaxed timer. */
  let urgent = false;
  let running: Promise<void> | undefined;
  let scheduled = false;
  let relaxed: Timer | undefined;
  let retry: Timer | undefined;
  let failure: HostError | undefined;
  let dropped = 0n;
  let listener: JournalListener | undefined;
  let waiters: { readonly sequence: bigint; resolve(): void; reject(error: HostError): void }[] = [];
  let compacting: Promise<void> | undefined;
  let closed = false;

  const raiseFloors = (least: (type: number) => bigint): void => {
    floors = Array.from({ length: floorCount }, (_, type) =>
      least(type) > floors[type]! ? least(type) : floors[type]!,
    );
  };
  const schedule = (): void => {
    if (scheduled || running || failure || closed) return;
    scheduled = true;
    timers.soon(() => {
      scheduled = false;
      start();
    });
  };
  const start = (): void => {
    if (running || pending.length === 0) return;
    relaxed?.cancel();
    relaxed = undefined;
    running = commitAll().finally(() => {
      running = undefined;
      // What came in after the last look: mostly from those who have just been told of their commit.
      if (urgent) schedule();
    });
  };

  const commitAll = async (): Promise<void> => {
    while (pending.length > 0) {
      const group = pending;
      pending = [];
      pendingBytes = 0;
      urgent = false;
      try {
        await writeGroup(group);
      } catch (error) {
        await abandonSegment();
        putBack(group);
        fail(storageError('write the journal', directory, error));
        return;
      }
      const last = group[group.length - 1]!.record.sequence;
      lastWritten = last;
      mark = { ...mark, acknowledged: last };
      markFile.note(mark);
      if (failure) {
        failure = undefined;
        listener?.restored(dropped);
        dropped = 0n;
      }
      listener?.committed(last);
      const done = waiters.filter((waiter) => waiter.sequence <= last);
      waiters = waiters.filter((waiter) => waiter.sequence > last);
      for (const waiter of done) waiter.resolve();
    }
    compactSoon();
  };

  const writeGroup = async (group: readonly Pending[]): Promise<void> => {
    const total = group.reduce((sum, item) => sum + item.bytes.length, 0);
    if (current && current.info.sizeBytes + total > segmentBytes && current.info.records > 0) await seal();
    current ??= await beginSegment(group[0]!.record.previous);
    const { info, file } = current;
    const bytes = group.length === 1 ? group[0]!.bytes : Buffer.concat(group.map((item) => item.bytes));
    await file.write(bytes, info.sizeBytes);
    await file.sync();
    info.sizeBytes += total;
    for (const item of group) countRecord(info, item.record);
    info.end = group[group.length - 1]!.record.sequence;
  };

  const beginSegment = async (base: bigint): Promise<{ info: SegmentInfo; file: OpenFile }> => {
    const index = nextIndex;
    nextIndex += 1;
    const file = await fs.open(join(directory, segmentName(index)), 'create');
    try {
      const header = { index, lastIndex: index, boot: options.boot, hostId: options.hostId, base, end: 0n, floors };
      await file.write(encodeSegmentHeader(header), 0);
      await file.sync();
      await fs.syncDirectory(directory);
    } catch (error) {
      await file.close().catch(() => undefined);
      await fs.unlink(join(directory, segmentName(index))).catch(() => undefined);
      throw error;
    }
    const info = {
      index,
      lastIndex: index,
      base,
      end: base,
      sizeBytes: segmentHeaderBytes,
      types: new Map(),
      records: 0,
      sound: true,
    };
    return { info, file };
  };

  const seal = async (): Promise<void> => {
    if (!current) return;
    sealed.push(current.info);
    const { file } = current;
    current = undefined;
    await file.close();
  };

  /**
   * After a failed write or sync nothing is known of what the file holds behind its last good record: it gets no more records. What
   * was half written is cut off if the disk lets us; recovery passes over it otherwise.
   */
  const abandonSegment = async (): Promise<void> => {
    if (!current) return;
    const { info, file } = current;
    current = undefined;
    sealed.push(info);
    await file.truncate(info.sizeBytes).catch(() => (info.sound = false));
    await file.close().catch(() => undefined);
  };

  const putBack = (group: Pending[]): void => {
    pending = group.concat(pending);
    pendingBytes = pending.reduce((sum, item) => sum + item.bytes.length, 0);
    limitBacklog();
  };
  const limitBacklog = (): void => {
    while (pendingBytes > maxBacklogBytes && pending.length > 1) {
      const gone = pending.shift()!;
      pendingBytes -= gone.bytes.length;
      dropped = gone.record.sequence;
      // The next segment's header says so: everything up to here is below the floor of every type.
      raiseFloors(() => dropped);
    }
  };

  const fail = (error: HostError): void => {
    const first = !failure;
    failure = error;
    const refused = waiters;
    waiters = [];
    for (const waiter of refused) waiter.reject(error);
    if (first) listener?.failed(error);
    if (!closed) {
      retry?.cancel();
      retry = timers.after(retryMs, start);
    }
  };

  const compactSoon = (): void => {
    if (compacting || closed || failure) return;
    const job = compactOnce(
      { fs, directory, hostId: options.hostId, boot: options.boot, segmentBytes },
      sealed,
      floors,
      stateFloor,
    );
    if (!job) return;
    compacting = job(async (trimmed) => {
      mark = { ...mark, trimmed };
      await markFile.store(mark);
    }).finally(() => {
      compacting = undefined;
    });
  };

  return {
    append: (record, inHurry) => {
      const whole: JournalRecord = { ...record, previous: lastAppended };
      const bytes = encodeRecord(whole);
      lastAppended = record.sequence;
      pending.push({ record: whole, bytes });
      pendingBytes += bytes.length;
      if (failure) limitBacklog();
      else if (inHurry || pendingBytes > segmentBytes) {
        urgent = true;
        schedule();
      } else relaxed ??= timers.after(relaxedMs, start);
    },
    listen: (to) => {
      listener = to;
    },
    flush: () => {
      if (failure) return Promise.reject(failure);
      if (lastWritten >= lastAppended) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiters.push({ sequence: lastAppended, resolve, reject });
        urgent = true;
        schedule();
      });
    },
    trim: (asked) => {
      raiseFloors((type) => asked[type] ?? 0n);
    },
    trimAttachments: (floor) => {
      if (floor <= stateFloor) return;
      stateFloor = floor;
      raiseFloors((type) => (type === recordTypes.state ? floor : 0n));
    },
    last: () => lastAppended,
    failed: () => failure !== undefined,
    sizeBytes: () => sealed.reduce((sum, info) => sum + info.sizeBytes, current?.info.sizeBytes ?? 0),
    close: async () => {
      retry?.cancel();
      relaxed?.cancel();
      await running;
      closed = true;
      if (pending.length > 0) await commitAll();
      await compacting?.catch(() => undefined);
      await current?.file.close().catch(() => undefined);
      current = undefined;
      await markFile.close();
    },
  };
}
