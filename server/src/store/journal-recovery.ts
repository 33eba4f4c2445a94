import { join } from 'node:path';
import type { FileSystem } from './file-system.js';
import { readWhole } from './file-system.js';
import type { JournalRecord, SegmentHeader } from './journal-format.js';
import {
  decodeRecord,
  decodeSegmentHeader,
  findRecordMagic,
  floorCount,
  segmentHeaderBytes,
} from './journal-format.js';
import type { JournalMark } from './journal-mark.js';
import type { SegmentInfo } from './journal-segments.js';
import { countRecord, segmentName, segmentPattern } from './journal-segments.js';

/** What a journal gave back. Nothing in it was made up: every record passed its checksum and fits the chain. */
export interface JournalRecovery {
  /** In ascending order of sequence. Those at or below the floor of their type are included: their attachments may count. */
  readonly records: readonly JournalRecord[];
  /** Stretches that were acknowledged and are missing, and were not reported by an earlier recovery. Inclusive. */
  readonly losses: readonly JournalLoss[];
  /** Bytes that were passed over without a loss: copies, segments of other journals, repeated records. */
  readonly ignored: readonly string[];
  /** Per record type: newest sequence that is no longer there. */
  readonly floors: readonly bigint[];
  /** Newest sequence known to have been journaled, readable or not. */
  readonly last: bigint;
  /** Highest boot number that a segment names. */
  readonly boot: number;
  readonly segments: readonly SegmentInfo[];
  readonly nextIndex: number;
}

export interface JournalLoss {
  readonly from: bigint;
  readonly to: bigint;
  readonly detail: string;
}

interface Reading {
  readonly records: JournalRecord[];
  readonly losses: JournalLoss[];
  readonly ignored: string[];
  readonly checksums: Map<bigint, number>;
  /** Records at or below it were removed on purpose. */
  readonly trimmed: bigint;
  last: bigint;
}

const maxSegmentBytes = 256 * 1024 * 1024;

/** Reads all segments of `directory`; cuts a torn tail that nobody was promised. Never throws for what the files hold. */
export async function recoverJournal(
  fs: FileSystem,
  directory: string,
  hostId: string,
  mark: JournalMark,
): Promise<JournalRecovery> {
  const reading: Reading = {
    records: [],
    losses: [],
    ignored: [],
    checksums: new Map(),
    trimmed: mark.trimmed,
    last: mark.trimmed,
  };
  const floors = new Array<bigint>(floorCount).fill(0n);
  const segments: SegmentInfo[] = [];
  const names = (await fs.list(directory)).filter((name) => segmentPattern.test(name));
  let covered = 0;
  let nextIndex = 1;
  let boot = 0;
  let tail: { readonly path: string; readonly goodBytes: number; readonly sizeBytes: number } | undefined;

  for (const name of names) {
    const index = Number(segmentPattern.exec(name)![1]);
    nextIndex = Math.max(nextIndex, index + 1);
    const path = join(directory, name);
    if (index <= covered) {
      // Compaction wrote what is live of it into an earlier segment, and was stopped before it could remove this one.
      await fs.unlink(path).catch(() => undefined);
      continue;
    }
    const bytes = await readWhole(fs, path, maxSegmentBytes).catch(() => undefined);
    if (!bytes) {
      reading.ignored.push(`${name} cannot be read`);
      continue;
    }
    if (bytes.length < segmentHeaderBytes) {
      // Killed while making it. Whatever else cut it that short, the chain tells what is missing.
      await fs.unlink(path).catch(() => undefined);
      continue;
    }
    const header = decodeSegmentHeader(bytes);
    if (header && (header.hostId !== hostId || header.index !== index)) {
      reading.ignored.push(
        header.hostId === hostId
          ? `${name} is a copy of ${segmentName(header.index)}`
          : `${name} belongs to the journal of another host`,
      );
      continue;
    }
    if (header) {
      covered = header.lastIndex;
      boot = Math.max(boot, header.boot);
      nextIndex = Math.max(nextIndex, header.lastIndex + 1);
      header.floors.forEach((floor, type) => (floors[type] = floor > floors[type]! ? floor : floors[type]!));
      enterSegment(reading, header, name);
    }
    const info: SegmentInfo = {
      index,
      lastIndex: header?.lastIndex ?? index,
      base: header?.base ?? reading.last,
      end: reading.last,
      sizeBytes: bytes.length,
      types: new Map(),
      records: 0,
      sound: header !== undefined,
    };
    const { goodBytes, newest } = readRecords(reading, bytes, header ? segmentHeaderBytes : 0, name, info);
    if (info.records === 0 && newest > 0n && newest <= mark.trimmed && (header?.end ?? 0n) <= mark.trimmed) {
      // One of several leading segments that were being removed.
      await fs.unlink(path).catch(() => undefined);
      continue;
    }
    if (header && header.end > reading.last) reading.last = header.end;
    info.end = reading.last;
    segments.push(info);
    tail = { path, goodBytes, sizeBytes: bytes.length };
  }

  if (mark.acknowledged > reading.last) {
    reading.losses.push({
      from: reading.last + 1n,
      to: mark.acknowledged,
      detail:
        tail && tail.goodBytes < tail.sizeBytes
          ? 'the end of the journal is damaged'
          : 'the end of the journal is missing',
    });
    reading.last = mark.acknowledged;
  } else if (tail && tail.goodBytes < tail.sizeBytes) {
    await cutTail(fs, tail.path, tail.goodBytes);
  }

  // An earlier recovery raised the floors of all types over what it found missing.
  const reported = floors.slice(1).reduce((least, floor) => (floor < least ? floor : least), floors[1]!);
  const losses = reading.losses.filter((loss) => loss.to > reported);
  for (const loss of losses) {
    for (let type = 0; type < floorCount; type += 1) if (floors[type]! < loss.to) floors[type] = loss.to;
  }
  const { records, ignored, last } = reading;
  return { records, losses, ignored, floors, last, boot, segments, nextIndex };
}

/** A segment says which record stood before its first: if that is not the last one read, some are missing. */
function enterSegment(reading: Reading, header: SegmentHeader, name: string): void {
  if (header.base <= reading.last) return;
  reading.losses.push({
    from: reading.last + 1n,
    to: header.base,
    detail: `a segment before ${name} is missing or damaged`,
  });
  reading.last = header.base;
}

/** Reads records from `from` on, over damaged stretches too. `goodBytes`: the position behind the last good one. */
function readRecords(
  reading: Reading,
  bytes: Uint8Array,
  from: number,
  name: string,
  info: SegmentInfo,
): { readonly goodBytes: number; readonly newest: bigint } {
  let at = from;
  let goodBytes = from;
  let newest = 0n;
  while (at >= 0 && at < bytes.length) {
    const found = decodeRecord(bytes, at);
    if (!found) {
      info.sound = false;
      at = findRecordMagic(bytes, at + 1);
      continue;
    }
    accept(reading, found.record, found.checksum, name, info);
    newest = found.record.sequence;
    at = found.end;
    goodBytes = found.end;
  }
  return { goodBytes, newest };
}

function accept(reading: Reading, record: JournalRecord, checksum: number, name: string, info: SegmentInfo): void {
  if (record.sequence <= reading.trimmed) return;
  const known = reading.checksums.get(record.sequence);
  if (known !== undefined || record.sequence <= reading.last) {
    // Written again after a failed sync: the same bytes. Anything else is not ours to choose from; the first stays.
    if (known !== checksum) reading.ignored.push(`${name} holds a second record ${record.sequence}`);
    info.sound = false;
    return;
  }
  if (record.previous < reading.last) {
    reading.ignored.push(`${name} holds record ${record.sequence}, which does not follow ${reading.last}`);
    info.sound = false;
    return;
  }
  if (record.previous > reading.last) {
    reading.losses.push({ from: reading.last + 1n, to: record.previous, detail: `a part of ${name} is damaged` });
    info.sound = false;
  }
  reading.checksums.set(record.sequence, checksum);
  reading.records.push(record);
  reading.last = record.sequence;
  countRecord(info, record);
}

async function cutTail(fs: FileSystem, path: string, goodBytes: number): Promise<void> {
  try {
    const file = await fs.open(path, 'update');
    try {
      await file.truncate(goodBytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch {
    // Left as it is: the next segment begins at the same record, so it is passed over again.
  }
}
