import { crc32c } from '../model/crc32c.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { readWhole } from './file-system.js';
import { storageError } from './storage-error.js';

/**
 * A value in two slots (files `<path>.a`, `<path>.b`): the older is overwritten in place and synced, the newer is never touched,
 * so that a torn write costs at most the value being written. Overwriting in place works on a full disk once both slots exist.
 */
export interface SlotFile {
  /** Writes into the older slot. HostError STORAGE_FAILED: the newest good value is still there. One at a time. */
  write(value: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface SlotReading {
  /** Newest value that is whole, with its counter. */
  readonly value?: Uint8Array;
  readonly counter: bigint;
  /** What is wrong with a slot; empty where both are good, or neither exists yet. */
  readonly damage: readonly string[];
  /** True where `damage` may have cost the newest value. */
  readonly fallback: boolean;
}

/** Magic u32, format u32, counter u64, length u32, CRC-32C u32 over the rest of header and value; little-endian. */
const headerBytes = 24;
const magic = 0x54_4f_4c_53; // "SLOT"
const format = 1;

type Slot =
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'good'; readonly counter: bigint; readonly value: Uint8Array };

/** Opens or makes the slots. `reserveBytes` are allocated at once, so that a later full disk does not matter. */
export async function openSlotFile(
  fs: FileSystem,
  path: string,
  maxBytes: number,
  reserveBytes = 0,
): Promise<{ readonly file: SlotFile; readonly reading: SlotReading }> {
  const names = [`${path}.a`, `${path}.b`] as const;
  const slots = [await readSlot(fs, names[0], maxBytes), await readSlot(fs, names[1], maxBytes)] as const;
  const reading = judge(slots);
  const handles: (OpenFile | undefined)[] = [undefined, undefined];
  let counter = reading.counter;
  let next: 0 | 1 = pickOlder(slots);

  const file: SlotFile = {
    write: async (value) => {
      if (value.length > maxBytes) throw storageError('store', path, new Error(`${value.length} bytes are too many`));
      const bytes = encodeSlot(counter + 1n, value, reserveBytes);
      try {
        handles[next] ??= await fs.open(names[next], 'update');
        await handles[next]!.write(bytes, 0);
        await handles[next]!.sync();
      } catch (error) {
        // After a failed sync nothing is known of the pages of this handle: start afresh next time, in the same slot.
        await handles[next]?.close().catch(() => undefined);
        handles[next] = undefined;
        throw storageError('store', names[next], error);
      }
      counter += 1n;
      next = next === 0 ? 1 : 0;
    },
    close: async () => {
      for (const handle of handles) await handle?.close();
      handles[0] = handles[1] = undefined;
    },
  };
  return { file, reading };
}

function encodeSlot(counter: bigint, value: Uint8Array, reserveBytes: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(headerBytes + value.length, reserveBytes));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, format, true);
  view.setBigUint64(8, counter, true);
  view.setUint32(16, value.length, true);
  bytes.set(value, headerBytes);
  view.setUint32(20, checksum(bytes, value.length), true);
  return bytes;
}

function checksum(bytes: Uint8Array, length: number): number {
  return crc32c(bytes, headerBytes, headerBytes + length, crc32c(bytes, 0, 20));
}

async function readSlot(fs: FileSystem, path: string, maxBytes: number): Promise<Slot> {
  const status = await fs.status(path);
  if (status === undefined) return { kind: 'missing' };
  if (status.kind !== 'file') return damaged(`${path} is not a regular file`);
  // A slot that was once larger keeps its length; only the header says how much counts.
  const limit = headerBytes + maxBytes + 65_536;
  if (status.sizeBytes > limit) return damaged(`${path} has ${status.sizeBytes} bytes, more than any value`);
  const bytes = await readWhole(fs, path, limit).catch(() => undefined);
  if (bytes === undefined) return damaged(`${path} cannot be read`);
  if (bytes.length < headerBytes) return damaged(`${path} is cut to ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== magic) return damaged(`${path} does not begin as a slot`);
  if (view.getUint32(4, true) !== format)
    return damaged(`${path} has format ${view.getUint32(4, true)}, not ${format}`);
  const length = view.getUint32(16, true);
  if (length > bytes.length - headerBytes) return damaged(`${path} is cut to ${bytes.length} bytes`);
  if (view.getUint32(20, true) !== checksum(bytes, length)) return damaged(`${path} has a wrong checksum`);
  return { kind: 'good', counter: view.getBigUint64(8, true), value: bytes.slice(headerBytes, headerBytes + length) };
}

function damaged(why: string): Slot {
  return { kind: 'damaged', why };
}

function judge(slots: readonly [Slot, Slot]): SlotReading {
  const good = slots.filter((slot) => slot.kind === 'good').sort((a, b) => (a.counter < b.counter ? 1 : -1));
  const damage = slots.flatMap((slot) => (slot.kind === 'damaged' ? [slot.why] : []));
  const newest = good[0];
  // A slot that is missing beside one with a counter above 1 was there once.
  if (newest !== undefined && newest.counter > 1n && slots.some((slot) => slot.kind === 'missing')) {
    damage.push('a slot is missing');
  }
  return {
    ...(newest && { value: newest.value }),
    // Above anything a damaged slot may hold beside the good one.
    counter: newest ? newest.counter + (damage.length > 0 ? 1n : 0n) : 0n,
    damage,
    fallback: damage.length > 0,
  };
}

/** The slot to overwrite first: a bad one, else the one with the lower counter. */
function pickOlder(slots: readonly [Slot, Slot]): 0 | 1 {
  if (slots[0].kind !== 'good') return 0;
  if (slots[1].kind !== 'good') return 1;
  return slots[0].counter < slots[1].counter ? 0 : 1;
}
