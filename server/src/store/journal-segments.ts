import type { JournalRecord } from './journal-format.js';
import { recordSizeBytes } from './journal-format.js';

/** What is known of a segment without reading it again. */
export interface SegmentInfo {
  readonly index: number;
  readonly lastIndex: number;
  readonly base: bigint;
  /** Sequence of the last record that stands, or stood, in it. */
  end: bigint;
  sizeBytes: number;
  readonly types: Map<number, TypeShare>;
  records: number;
  /** False where something in it could not be read: it is never rewritten, only removed as a whole. */
  sound: boolean;
}

/** The records of one type within a segment. */
export interface TypeShare {
  sizeBytes: number;
  readonly first: bigint;
  last: bigint;
}

export const segmentPattern = /^journal-(\d{8})\.seg$/;

export function segmentName(index: number): string {
  return `journal-${String(index).padStart(8, '0')}.seg`;
}

export function countRecord(info: SegmentInfo, record: JournalRecord): void {
  const sizeBytes = recordSizeBytes(record);
  info.records += 1;
  const share = info.types.get(record.type);
  if (!share) {
    info.types.set(record.type, { sizeBytes, first: record.sequence, last: record.sequence });
    return;
  }
  share.sizeBytes += sizeBytes;
  share.last = record.sequence;
}

/** Estimate of the bytes that are still wanted; exact where a type is wholly above or below its floor. */
export function liveBytes(info: SegmentInfo, floors: readonly bigint[]): number {
  let sum = 0;
  for (const [type, share] of info.types) {
    const floor = floors[type] ?? 0n;
    if (floor >= share.last) continue;
    const gone = floor < share.first ? 0 : Number(floor - share.first + 1n) / Number(share.last - share.first + 1n);
    sum += share.sizeBytes * (1 - gone);
  }
  return sum;
}
