import type { FileSystem } from './file-system.js';
import { nodeFileSystem } from './file-system.js';
import { openSlotFile } from './slot-file.js';

/** A retained variable: values are found again by name and type, so that a changed program cannot shift them. */
export interface RetainField {
  /** Access path. */
  readonly name: string;
  /** Spelling of the type that decides whether bytes mean the same; equal text, equal meaning. */
  readonly type: string;
  readonly sizeBytes: number;
}

/** Retained values as they stood at one scan boundary. `values` holds those of `fields`, one after the other. */
export interface RetainImage {
  /** Digest of the program image. */
  readonly digest: string;
  readonly scan: number;
  readonly fields: readonly RetainField[];
  readonly values: Uint8Array;
}

export type RetainReading =
  /** Nothing was ever saved. */
  | { readonly kind: 'none' }
  /** `damage`: a slot was bad and the other, older or equal, is given; empty where all is well. */
  | { readonly kind: 'restored'; readonly image: RetainImage; readonly damage: readonly string[] }
  /** RETAIN_LOST: there were values, and neither slot can be read. */
  | { readonly kind: 'lost'; readonly damage: readonly string[] };

export interface RetainStore {
  /**
   * Saves a state; on disk when it resolves. A state equal to the one saved last costs nothing. While a save is under way the
   * newest of the states given meanwhile waits, and the ones it replaces resolve with it. HostError STORAGE_FAILED.
   */
  save(image: RetainImage): Promise<void>;
  close(): Promise<void>;
}

/** Largest retained state: bytes of values and of names together. */
export const maxRetainBytes = 64 * 1024 * 1024;
const format = 1;

/** Opens the two slots at `path` (`.a` and `.b` are appended) and reads what is there. */
export async function openRetainStore(
  path: string,
  fs: FileSystem = nodeFileSystem,
): Promise<{ readonly store: RetainStore; readonly reading: RetainReading }> {
  const { file, reading } = await openSlotFile(fs, path, maxRetainBytes);
  const encode = createEncoder();
  let saved:
    { readonly digest: string; readonly fields: readonly RetainField[]; readonly values: Uint8Array } | undefined;
  let waiting: { image: RetainImage; result: Promise<void> } | undefined;
  let active: Promise<void> = Promise.resolve();
  let busy = false;

  const write = async (image: RetainImage): Promise<void> => {
    if (saved?.digest === image.digest && saved.fields === image.fields && equalBytes(saved.values, image.values))
      return;
    await file.write(encode(image));
    saved = { digest: image.digest, fields: image.fields, values: image.values.slice() };
  };
  const run = async (image: RetainImage): Promise<void> => {
    busy = true;
    try {
      await write(image);
    } finally {
      busy = false;
    }
  };

  const store: RetainStore = {
    save: (image) => {
      if (!busy && !waiting) {
        active = run(image);
        return active;
      }
      if (waiting) {
        waiting.image = image;
        return waiting.result;
      }
      const result = active
        .catch(() => undefined)
        .then(() => {
          const newest = waiting?.image ?? image;
          waiting = undefined;
          return run(newest);
        });
      waiting = { image, result };
      active = result;
      return result;
    },
    close: async () => {
      await active.catch(() => undefined);
      await file.close();
    },
  };
  return { store, reading: interpret(reading.value, reading.damage) };
}

function interpret(value: Uint8Array | undefined, damage: readonly string[]): RetainReading {
  if (value === undefined) return damage.length > 0 ? { kind: 'lost', damage } : { kind: 'none' };
  const image = decode(value);
  return image ? { kind: 'restored', image, damage } : { kind: 'lost', damage: [...damage, 'the format is not known'] };
}

/**
 * Format u32, scan f64, length of head u32, length of values u32, head (JSON: digest and fields), values. The head is encoded
 * once per list of fields: the list of a program is one object for as long as the program runs.
 */
function createEncoder(): (image: RetainImage) => Uint8Array {
  let head:
    { readonly digest: string; readonly fields: readonly RetainField[]; readonly bytes: Uint8Array } | undefined;
  return (image) => {
    if (head?.fields !== image.fields || head.digest !== image.digest) {
      const fields = image.fields.map((field) => [field.name, field.type, field.sizeBytes]);
      const text = JSON.stringify({ digest: image.digest, fields });
      head = { digest: image.digest, fields: image.fields, bytes: new TextEncoder().encode(text) };
    }
    const bytes = new Uint8Array(20 + head.bytes.length + image.values.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, format, true);
    view.setFloat64(4, image.scan, true);
    view.setUint32(12, head.bytes.length, true);
    view.setUint32(16, image.values.length, true);
    bytes.set(head.bytes, 20);
    bytes.set(image.values, 20 + head.bytes.length);
    return bytes;
  };
}

function decode(bytes: Uint8Array): RetainImage | undefined {
  if (bytes.length < 20) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = view.getUint32(12, true);
  const valueLength = view.getUint32(16, true);
  if (view.getUint32(0, true) !== format || bytes.length !== 20 + headLength + valueLength) return undefined;
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + headLength)));
  } catch {
    return undefined;
  }
  if (!isHead(head)) return undefined;
  const fields = head.fields.map(([name, type, sizeBytes]) => ({ name, type, sizeBytes }));
  if (fields.reduce((sum, field) => sum + field.sizeBytes, 0) !== valueLength) return undefined;
  return { digest: head.digest, scan: view.getFloat64(4, true), fields, values: bytes.slice(20 + headLength) };
}

function isHead(head: unknown): head is { digest: string; fields: [string, string, number][] } {
  if (typeof head !== 'object' || head === null || !('digest' in head) || !('fields' in head)) return false;
  if (typeof head.digest !== 'string' || !Array.isArray(head.fields)) return false;
  return head.fields.every(
    (field: unknown) =>
      Array.isArray(field) &&
      field.length === 3 &&
      typeof field[0] === 'string' &&
      typeof field[1] === 'string' &&
      Number.isSafeInteger(field[2]) &&
      (field[2] as number) >= 0,
  );
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** What became of one variable when a state was laid over a program. */
export interface RetainMatch {
  readonly field: RetainField;
  /** Its bytes in the saved state; absent where the state has no variable of that name and type. */
  readonly bytes?: Uint8Array;
}

/** Finds the values for the variables of a program, by name (without regard to case) and type. */
export function matchRetained(image: RetainImage, wanted: readonly RetainField[]): RetainMatch[] {
  const key = (field: RetainField): string => `${field.name.toUpperCase()}\n${field.type}\n${field.sizeBytes}`;
  const found = new Map<string, Uint8Array>();
  let at = 0;
  for (const field of image.fields) {
    found.set(key(field), image.values.subarray(at, at + field.sizeBytes));
    at += field.sizeBytes;
  }
  return wanted.map((field) => {
    const bytes = found.get(key(field));
    return bytes ? { field, bytes } : { field };
  });
}
