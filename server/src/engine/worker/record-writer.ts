import type { SnapshotRecord } from '../engine.js';
import {
  bodyBytes,
  changeBytes,
  lostBytes,
  markBytes,
  recordAt,
  recordKinds,
  snapshotReasons,
} from '../record-codec.js';
import { createRingWriter, type RingWriter } from '../ring.js';
import type { ChangeDetector } from './change-detector.js';

/** Times and figures of a scan that has ended. */
export interface ScanFigures {
  readonly scan: number;
  readonly timeNs: bigint;
  readonly dateNs: bigint;
  readonly latenessNs: number;
  readonly durationNs: number;
  readonly taskRuns: number;
  readonly missedTicks: number;
}
/** The boundary that a snapshot shows. */
export type Boundary = Pick<ScanFigures, 'scan' | 'timeNs' | 'dateNs'>;

/**
 * Puts records into the ring and never waits. Where there is no room, records are counted as lost; as soon as there is room for
 * the `lost` record and a snapshot, both go in, and records follow again. Each function compares memory with the past, so each
 * change is told exactly once.
 */
export interface RecordWriter {
  scan(figures: ScanFigures): void;
  /** Changes between scans; nothing where nothing changed. */
  write(boundary: Boundary): void;
  snapshot(boundary: Boundary, reason: SnapshotRecord['reason']): void;
  log(scan: number, task: number, severity: number, text: string, suppressed: number): void;
  /** A place in the order for message `mark`; false where there is no room. */
  mark(mark: number): boolean;
  /** Tries to end a loss; true where none is left. `boundary` is the last. */
  resync(boundary: Boundary): boolean;
  readonly losing: boolean;
  loss(): Loss | undefined;
  readonly ring: RingWriter;
  /** Records lost since this was last asked. */
  takeLost(): number;
}

/** Records that could not be told, so far. */
export interface Loss {
  readonly from: number;
  to: number;
  scans: number;
  writes: number;
  logs: number;
}

/** @param carried a loss that the ring before could not tell */
export function createRecordWriter(buffer: SharedArrayBuffer, detector: ChangeDetector, carried?: Loss): RecordWriter {
  const ring = createRingWriter(buffer);
  const { words, floats, longs, bytes } = ring.views;
  const { indices, values, past } = detector;
  let lost = carried;
  let newlyLost = 0;

  /** Marks are small, and the only records that keep being written during a loss. */
  const markReserveBytes = 1024;

  function begin(kind: number, scan: number, size: number): number {
    const at = ring.reserve(size);
    if (at < 0) return at;
    words[at / 4] = size;
    words[at / 4 + 1] = kind;
    floats[at / 8 + 1] = scan;
    return at;
  }
  function putChanges(at: number, count: number): void {
    words[(at + recordAt.count) / 4] = count;
    const column = (at + recordAt.body) / 4;
    if (count <= 32) {
      for (let i = 0; i < count; i += 1) {
        words[column + i] = indices[i]!;
        words[column + count + i] = values[i]!;
      }
    } else {
      words.set(indices.subarray(0, count), column);
      words.set(values.subarray(0, count), column + count);
    }
    ring.commit();
  }
  function putSnapshot(at: number, boundary: Boundary, reason: SnapshotRecord['reason']): void {
    longs[(at + recordAt.timeNs) / 8] = boundary.timeNs;
    longs[(at + recordAt.dateNs) / 8] = boundary.dateNs;
    words[(at + recordAt.count) / 4] = past.length;
    words[(at + recordAt.detail) / 4] = snapshotReasons.indexOf(reason);
    bytes.set(past, at + recordAt.body);
    ring.commit();
  }
  function lose(what: 'scans' | 'writes' | 'logs', scan: number): void {
    lost ??= { from: scan, to: scan, scans: 0, writes: 0, logs: 0 };
    lost.to = scan;
    lost[what] += 1;
    newlyLost += 1;
  }
  function putLost(): boolean {
    if (!lost) return true;
    const at = begin(recordKinds.lost, lost.to, lostBytes);
    if (at < 0) return false;
    const float = at / 8;
    floats[float + 2] = lost.from;
    floats[float + 3] = lost.scans;
    floats[float + 4] = lost.writes;
    floats[float + 5] = lost.logs;
    ring.commit();
    lost = undefined;
    return true;
  }
  /** Room for both, in one stretch each, so that a loss never ends halfway. */
  const roomFor = (size: number): boolean => ring.freeBytes() > 2 * size + lostBytes + markReserveBytes;

  const writer: RecordWriter = {
    ring,
    get losing() {
      return lost !== undefined;
    },
    loss: () => lost,
    takeLost() {
      const count = newlyLost;
      newlyLost = 0;
      return count;
    },
    resync(boundary) {
      if (!lost) return true;
      const size = bodyBytes(past.length);
      if (!roomFor(size) || !putLost()) return false;
      const at = begin(recordKinds.snapshot, boundary.scan, size);
      if (at < 0) throw new Error('ring: no room for a snapshot that fits');
      putSnapshot(at, boundary, 'resync');
      return true;
    },
    scan(figures) {
      if (lost) writer.resync({ scan: figures.scan - 1, timeNs: figures.timeNs, dateNs: figures.dateNs });
      const count = detector.collect();
      const at = lost ? -1 : begin(recordKinds.scan, figures.scan, changeBytes(count));
      if (at < 0) {
        lose('scans', figures.scan);
        return;
      }
      longs[(at + recordAt.timeNs) / 8] = figures.timeNs;
      longs[(at + recordAt.dateNs) / 8] = figures.dateNs;
      floats[(at + recordAt.latenessNs) / 8] = figures.latenessNs;
      floats[(at + recordAt.durationNs) / 8] = figures.durationNs;
      words[(at + recordAt.taskRuns) / 4] = figures.taskRuns;
      words[(at + recordAt.missedTicks) / 4] = figures.missedTicks;
      putChanges(at, count);
    },
    write(boundary) {
      if (lost) writer.resync(boundary);
      const count = detector.collect();
      if (count === 0) return;
      const at = lost ? -1 : begin(recordKinds.write, boundary.scan, changeBytes(count));
      if (at < 0) lose('writes', boundary.scan);
      else putChanges(at, count);
    },
    snapshot(boundary, reason) {
      detector.reset();
      const size = bodyBytes(past.length);
      if (lost && (!roomFor(size) || !putLost())) return;
      const at = begin(recordKinds.snapshot, boundary.scan, size);
      if (at < 0) lose('writes', boundary.scan);
      else putSnapshot(at, boundary, reason);
    },
    log(scan, task, severity, text, suppressed) {
      const at = lost ? -1 : begin(recordKinds.log, scan, bodyBytes(text.length));
      if (at < 0) {
        lose('logs', scan);
        return;
      }
      words[(at + recordAt.taskRuns) / 4] = task;
      words[(at + recordAt.missedTicks) / 4] = suppressed;
      words[(at + recordAt.count) / 4] = text.length;
      words[(at + recordAt.detail) / 4] = severity;
      for (let i = 0; i < text.length; i += 1) bytes[at + recordAt.body + i] = text.charCodeAt(i);
      ring.commit();
    },
    mark(mark) {
      const at = begin(recordKinds.mark, mark, markBytes);
      if (at < 0) return false;
      ring.commit();
      return true;
    },
  };
  return writer;
}
