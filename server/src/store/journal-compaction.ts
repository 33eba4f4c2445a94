import { join } from 'node:path';
import { writeFileAtomically } from './atomic-file.js';
import type { FileSystem } from './file-system.js';
import { readWhole } from './file-system.js';
import type { JournalRecord } from './journal-format.js';
import { decodeRecord, encodeRecord, encodeSegmentHeader, segmentHeaderBytes } from './journal-format.js';
import type { SegmentInfo } from './journal-segments.js';
import { countRecord, liveBytes, segmentName } from './journal-segments.js';

export interface CompactionTarget {
  readonly fs: FileSystem;
  readonly directory: string;
  readonly hostId: string;
  readonly boot: number;
  readonly segmentBytes: number;
}

/** Makes a mark durable that says up to where leading segments were removed. */
export type StoreTrimmed = (trimmed: bigint) => Promise<void>;

/**
 * One step of freeing space: removes leading segments that hold nothing wanted, or rewrites neighbours of which less than half is
 * wanted into one. Gives undefined where nothing is worth doing. The step changes `sealed` when the disk has changed; a crash in
 * between leaves files that recovery recognises. A failure leaves everything as it was.
 */
export function compactOnce(
  target: CompactionTarget,
  sealed: SegmentInfo[],
  floors: readonly bigint[],
  stateFloor: bigint,
): ((storeTrimmed: StoreTrimmed) => Promise<void>) | undefined {
  // An attachment above the state floor is wanted whatever becomes of its event.
  const eligible = (info: SegmentInfo): boolean => info.end <= stateFloor;
  let leading = 0;
  while (leading < sealed.length && eligible(sealed[leading]!) && liveBytes(sealed[leading]!, floors) === 0)
    leading += 1;
  if (leading > 0) return (storeTrimmed) => removeLeading(target, sealed, leading, storeTrimmed);

  for (let from = 0; from < sealed.length; from += 1) {
    let to = from;
    let size = 0;
    let live = 0;
    for (; to < sealed.length; to += 1) {
      const info = sealed[to]!;
      if (!eligible(info) || !info.sound) break;
      const share = liveBytes(info, floors);
      if (live + share > target.segmentBytes) break;
      size += info.sizeBytes;
      live += share;
    }
    // Worth it when half is garbage of a full segment, or when many small ones become one.
    if ((size > target.segmentBytes / 2 && live < size / 2) || to - from >= 16) {
      return () => rewrite(target, sealed, from, to, floors);
    }
  }
  return undefined;
}

async function removeLeading(
  { fs, directory }: CompactionTarget,
  sealed: SegmentInfo[],
  count: number,
  storeTrimmed: StoreTrimmed,
): Promise<void> {
  try {
    await storeTrimmed(sealed[count - 1]!.end);
    for (let i = 0; i < count; i += 1)
      await fs.unlink(join(directory, segmentName(sealed[0]!.index))).then(() => sealed.shift());
    await fs.syncDirectory(directory);
  } catch {
    // Tried again with the next commit.
  }
}

async function rewrite(
  target: CompactionTarget,
  sealed: SegmentInfo[],
  from: number,
  to: number,
  floors: readonly bigint[],
): Promise<void> {
  const { fs, directory } = target;
  const run = sealed.slice(from, to);
  const first = run[0]!;
  const last = run[run.length - 1]!;
  const kept: JournalRecord[] = [];
  for (const info of run) {
    const records = await readSound(target, info);
    if (!records) {
      info.sound = false;
      return;
    }
    for (const record of records) if (record.sequence > (floors[record.type] ?? 0n)) kept.push(record);
  }
  const header = {
    index: first.index,
    lastIndex: last.lastIndex,
    boot: target.boot,
    hostId: target.hostId,
    base: first.base,
    end: last.end,
    floors,
  };
  const merged: SegmentInfo = { ...header, sizeBytes: 0, types: new Map(), records: 0, sound: true };
  const pieces = [encodeSegmentHeader(header)];
  let previous = first.base;
  for (const record of kept) {
    const rewritten = { ...record, previous, attachment: new Uint8Array(0) };
    pieces.push(encodeRecord(rewritten));
    countRecord(merged, rewritten);
    previous = record.sequence;
  }
  const bytes = Buffer.concat(pieces);
  merged.sizeBytes = bytes.length;
  try {
    await writeFileAtomically(fs, join(directory, segmentName(first.index)), bytes);
  } catch {
    return;
  }
  sealed.splice(sealed.indexOf(first), run.length, merged);
  for (const info of run.slice(1)) await fs.unlink(join(directory, segmentName(info.index))).catch(() => undefined);
}

/** The records of a segment, or undefined where one of those once counted is no longer sound. */
async function readSound({ fs, directory }: CompactionTarget, info: SegmentInfo): Promise<JournalRecord[] | undefined> {
  const bytes = await readWhole(fs, join(directory, segmentName(info.index)), 2 ** 31 - 1).catch(() => undefined);
  if (!bytes) return undefined;
  const records: JournalRecord[] = [];
  for (let at = segmentHeaderBytes; at < bytes.length;) {
    const found = decodeRecord(bytes, at);
    if (!found) break;
    records.push(found.record);
    at = found.end;
  }
  return records.length === info.records ? records : undefined;
}
