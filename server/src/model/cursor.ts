import { crc32c } from './crc32c.js';

/** One life of a host. A restored or cloned directory repeats the boot number but never the nonce. */
export interface Epoch {
  /** Counts the boots of a data directory, from 1. */
  readonly boot: number;
  /** 64 random bits. */
  readonly nonce: bigint;
}

/** "Seen up to and including `sequence`" on one host in one epoch. Clients hold it as opaque bytes. */
export interface Cursor {
  /** 16 bytes, as 32 lower-case hex digits. */
  readonly hostId: string;
  readonly epoch: Epoch;
  /** uint64. */
  readonly sequence: bigint;
}

export type CursorDecoding =
  { readonly kind: 'cursor'; readonly cursor: Cursor } | { readonly kind: 'malformed'; readonly detail: string };

export const cursorVersion = 1;
/** Version u8, host id 16, boot u32, nonce u64, sequence u64, CRC-32C u32; little-endian. */
export const cursorSizeBytes = 41;

export function sameEpoch(a: Epoch, b: Epoch): boolean {
  return a.boot === b.boot && a.nonce === b.nonce;
}

export function encodeCursor(cursor: Cursor): Uint8Array {
  const bytes = new Uint8Array(cursorSizeBytes);
  const view = new DataView(bytes.buffer);
  bytes[0] = cursorVersion;
  for (let i = 0; i < 16; i += 1) bytes[1 + i] = Number.parseInt(cursor.hostId.slice(2 * i, 2 * i + 2), 16);
  view.setUint32(17, cursor.epoch.boot, true);
  view.setBigUint64(21, cursor.epoch.nonce, true);
  view.setBigUint64(29, cursor.sequence, true);
  view.setUint32(37, crc32c(bytes, 0, 37), true);
  return bytes;
}

/** Never throws; whatever is not exactly what `encodeCursor` gives is malformed. */
export function decodeCursor(bytes: Uint8Array): CursorDecoding {
  if (bytes.length === 0) return malformed('it is empty');
  if (bytes.length > 64) return malformed(`it has ${bytes.length} bytes, at most 64 are possible`);
  if (bytes[0] !== cursorVersion) return malformed(`version ${bytes[0] ?? 0} is not ${cursorVersion}`);
  if (bytes.length !== cursorSizeBytes) return malformed(`it has ${bytes.length} bytes, not ${cursorSizeBytes}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(37, true) !== crc32c(bytes, 0, 37)) return malformed('its checksum is wrong');
  let hostId = '';
  for (let i = 1; i <= 16; i += 1) hostId += (bytes[i] ?? 0).toString(16).padStart(2, '0');
  return {
    kind: 'cursor',
    cursor: {
      hostId,
      epoch: { boot: view.getUint32(17, true), nonce: view.getBigUint64(21, true) },
      sequence: view.getBigUint64(29, true),
    },
  };
}

function malformed(detail: string): CursorDecoding {
  return { kind: 'malformed', detail };
}

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** base64url without padding: how a cursor stands in JSON and on a command line. */
export function cursorToText(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const left = bytes.length - i;
    text += base64url[n >> 18]! + base64url[(n >> 12) & 63]!;
    if (left > 1) text += base64url[(n >> 6) & 63]!;
    if (left > 2) text += base64url[n & 63]!;
  }
  return text;
}

/** The bytes of a text cursor; undefined where a character or the length is not base64url. Never throws. */
export function cursorFromText(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1 || text.length > 88) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const c of text) {
    const value = base64url.indexOf(c);
    if (value < 0) return undefined;
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[at] = (bits >> count) & 0xff;
      at += 1;
      bits &= (1 << count) - 1;
    }
  }
  return bits === 0 ? bytes : undefined;
}
