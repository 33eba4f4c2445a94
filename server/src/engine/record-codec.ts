import type { EngineRecord, LogRecord, SnapshotRecord } from './engine.js';
import type { RingViews } from './ring.js';

/**
 * How records lie in the ring. All begin with {u32 bytes in all, a multiple of 8; u32 kind; f64 scan}; scan and snapshot records
 * go on with times, then columns or bytes. Offsets are in bytes from the start of the record.
 */
export const recordKinds = { scan: 1, write: 2, snapshot: 3, lost: 4, log: 5, mark: 6 } as const;

export const recordAt = {
  size: 0,
  kind: 4,
  scan: 8,
  timeNs: 16,
  dateNs: 24,
  latenessNs: 32,
  durationNs: 40,
  taskRuns: 48,
  missedTicks: 52,
  /** Changed words, bytes of a snapshot or of a text. */
  count: 56,
  /** Reason of a snapshot, severity of a log line. */
  detail: 60,
  body: 64,
} as const;
export const lostBytes = 48;
export const markBytes = 16;
export const severities = ['debug', 'info', 'warning', 'error'] as const;
export const snapshotReasons = ['load', 'reset', 'restore', 'swap', 'resync'] as const;

/** Size in the ring of a record with `count` changed words. */
export const changeBytes = (count: number): number => recordAt.body + count * 8;
export const bodyBytes = (size: number): number => recordAt.body + Math.ceil(size / 8) * 8;

/** A mark: the message with this number belongs here in the order. */
export interface MarkRecord {
  readonly kind: 'mark';
  readonly mark: number;
}

/** Reads the record at `at`, copying its columns. `taskName` names tasks by index. */
export function decodeRecord(
  views: RingViews,
  at: number,
  taskName: (index: number) => string,
): EngineRecord | MarkRecord {
  const { words, floats, longs, bytes } = views;
  const word = (offset: number): number => words[(at + offset) / 4]!;
  const float = (offset: number): number => floats[(at + offset) / 8]!;
  const scan = float(recordAt.scan);
  const count = word(recordAt.count);
  const column = (index: number): Uint32Array => {
    const start = (at + recordAt.body) / 4 + index * count;
    return words.slice(start, start + count);
  };
  switch (word(recordAt.kind)) {
    case recordKinds.scan:
      return {
        kind: 'scan',
        scan,
        timeNs: longs[(at + recordAt.timeNs) / 8]!,
        dateNs: longs[(at + recordAt.dateNs) / 8]!,
        startLatenessNs: float(recordAt.latenessNs),
        durationNs: float(recordAt.durationNs),
        taskRuns: word(recordAt.taskRuns),
        missedTicks: word(recordAt.missedTicks),
        indices: column(0),
        values: column(1),
      };
    case recordKinds.write:
      return { kind: 'write', scan, indices: column(0), values: column(1) };
    case recordKinds.snapshot:
      return {
        kind: 'snapshot',
        reason: snapshotReasons[word(recordAt.detail)] as SnapshotRecord['reason'],
        scan,
        timeNs: longs[(at + recordAt.timeNs) / 8]!,
        dateNs: longs[(at + recordAt.dateNs) / 8]!,
        bytes: copyOut(bytes, at + recordAt.body, count),
      };
    case recordKinds.lost:
      return {
        kind: 'lost',
        toScan: scan,
        fromScan: float(16),
        scanRecords: float(24),
        writeRecords: float(32),
        logRecords: float(40),
      };
    case recordKinds.log:
      return {
        kind: 'log',
        scan,
        severity: severities[word(recordAt.detail)] as LogRecord['severity'],
        task: taskName(word(recordAt.taskRuns)),
        text: String.fromCharCode(...copyOut(bytes, at + recordAt.body, count)),
        suppressed: word(recordAt.missedTicks),
      };
    case recordKinds.mark:
      return { kind: 'mark', mark: scan };
    default:
      throw new Error(`ring: record of unknown kind ${word(recordAt.kind)} at ${at}`);
  }
}

/** Out of shared memory into memory of one's own. */
function copyOut(bytes: Uint8Array, start: number, size: number): Uint8Array {
  const copy = new Uint8Array(size);
  copy.set(bytes.subarray(start, start + size));
  return copy;
}
