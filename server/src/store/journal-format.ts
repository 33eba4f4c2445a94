import { crc32c } from '../model/crc32c.js';

/**
 * The journal's bytes. A segment is a header and records. Little-endian.
 *
 * Header, 192 bytes: magic 8, format u32, first segment index u32, last segment index u32, boot u32, host id 16, base u64, end u64,
 * count of floors u32, floors 16 x u64, reserved, CRC-32C u32 in the last four bytes.
 * Record: magic 4, CRC-32C u32 over all that follows, body length u32, attachment length u32, sequence u64, previous u64, type u8,
 * reserved 3, body, attachment.
 *
 * The magic begins with FF FE, which UTF-8 text never holds: as long as bodies and attachments are text, no record can be forged
 * inside another.
 */
export const segmentHeaderBytes = 192;
export const recordHeaderBytes = 36;
export const maxRecordBytes = 16 * 1024 * 1024;
export const floorCount = 16;
const format = 1;
const segmentMagic = new Uint8Array([0xff, 0xfe, 0x50, 0x4c, 0x43, 0x4a, 0x52, 0x4e]);
const recordMagic = new Uint8Array([0xff, 0xfe, 0x4a, 0x52]);

export interface SegmentHeader {
  /** Number of the segment; a compacted one stands for `index` to `lastIndex`. */
  readonly index: number;
  readonly lastIndex: number;
  readonly boot: number;
  /** 32 hex digits. */
  readonly hostId: string;
  /** Sequence of the journaled record before the first of this segment, 0 if none. */
  readonly base: bigint;
  /** Compacted: sequence of the last record that stood in it. 0: see the records. */
  readonly end: bigint;
  /** Per record type: newest sequence that compaction has dropped. */
  readonly floors: readonly bigint[];
}

/** One journaled record. `type` and the contents of `body` and `attachment` are the caller's; both are UTF-8 text. */
export interface JournalRecord {
  /** 1 to 15. */
  readonly type: number;
  readonly sequence: bigint;
  /** Sequence of the journaled record before it. */
  readonly previous: bigint;
  readonly body: Uint8Array;
  readonly attachment: Uint8Array;
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(segmentHeaderBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(segmentMagic, 0);
  view.setUint32(8, format, true);
  view.setUint32(12, header.index, true);
  view.setUint32(16, header.lastIndex, true);
  view.setUint32(20, header.boot, true);
  bytes.set(Buffer.from(header.hostId, 'hex'), 24);
  view.setBigUint64(40, header.base, true);
  view.setBigUint64(48, header.end, true);
  for (let i = 0; i < floorCount; i += 1) view.setBigUint64(56 + 8 * i, header.floors[i] ?? 0n, true);
  view.setUint32(segmentHeaderBytes - 4, crc32c(bytes, 0, segmentHeaderBytes - 4), true);
  return bytes;
}

/** Undefined where the bytes are not a whole, sound header. */
export function decodeSegmentHeader(bytes: Uint8Array): SegmentHeader | undefined {
  if (bytes.length < segmentHeaderBytes || !startsWith(bytes, 0, segmentMagic)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(segmentHeaderBytes - 4, true) !== crc32c(bytes, 0, segmentHeaderBytes - 4)) return undefined;
  if (view.getUint32(8, true) !== format) return undefined;
  return {
    index: view.getUint32(12, true),
    lastIndex: view.getUint32(16, true),
    boot: view.getUint32(20, true),
    hostId: Buffer.from(bytes.subarray(24, 40)).toString('hex'),
    base: view.getBigUint64(40, true),
    end: view.getBigUint64(48, true),
    floors: Array.from({ length: floorCount }, (_, i) => view.getBigUint64(56 + 8 * i, true)),
  };
}

export function recordSizeBytes(record: Pick<JournalRecord, 'body' | 'attachment'>): number {
  return recordHeaderBytes + record.body.length + record.attachment.length;
}

export function encodeRecord(record: JournalRecord): Uint8Array {
  const { body, attachment } = record;
  const bytes = new Uint8Array(recordSizeBytes(record));
  const view = new DataView(bytes.buffer);
  bytes.set(recordMagic, 0);
  view.setUint32(8, body.length, true);
  view.setUint32(12, attachment.length, true);
  view.setBigUint64(16, record.sequence, true);
  view.setBigUint64(24, record.previous, true);
  bytes[32] = record.type;
  bytes.set(body, recordHeaderBytes);
  bytes.set(attachment, recordHeaderBytes + body.length);
  view.setUint32(4, crc32c(bytes, 8), true);
  return bytes;
}

/** The record that begins at `at`, or undefined where none does that is whole and sound. Its bytes are views of `bytes`. */
export function decodeRecord(
  bytes: Uint8Array,
  at: number,
): { readonly record: JournalRecord; readonly end: number; readonly checksum: number } | undefined {
  if (at + recordHeaderBytes > bytes.length || !startsWith(bytes, at, recordMagic)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodyLength = view.getUint32(at + 8, true);
  const attachmentLength = view.getUint32(at + 12, true);
  const bodyAt = at + recordHeaderBytes;
  const end = bodyAt + bodyLength + attachmentLength;
  if (bodyLength + attachmentLength > maxRecordBytes || end > bytes.length) return undefined;
  const checksum = view.getUint32(at + 4, true);
  if (checksum !== crc32c(bytes, at + 8, end)) return undefined;
  const record = {
    type: bytes[at + 32]!,
    sequence: view.getBigUint64(at + 16, true),
    previous: view.getBigUint64(at + 24, true),
    body: bytes.subarray(bodyAt, bodyAt + bodyLength),
    attachment: bytes.subarray(bodyAt + bodyLength, end),
  };
  return { record, end, checksum };
}

/** Position of the next possible record at or after `from`; -1 where there is none. */
export function findRecordMagic(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(recordMagic[0]!, from); at >= 0; at = bytes.indexOf(recordMagic[0]!, at + 1)) {
    if (startsWith(bytes, at, recordMagic)) return at;
  }
  return -1;
}

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i += 1) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}
