import type { MemoryCell } from '../engine.js';

/** Forced bits by byte: `mask` says which bits are held, `value` at what. */
interface HeldByte {
  readonly address: number;
  mask: number;
  value: number;
}

/** The forced cells of one memory. */
export interface ForcedCells {
  readonly size: number;
  add(cells: readonly MemoryCell[]): void;
  remove(cells: readonly MemoryCell[]): void;
  clear(): void;
  /** Puts all forced values into memory. */
  apply(bytes: Uint8Array): void;
  /** The forced bits as cells: runs of whole bytes, and single bits. */
  cells(): MemoryCell[];
}

export function createForcedCells(initial: readonly MemoryCell[] = []): ForcedCells {
  const held = new Map<number, HeldByte>();
  /** The same entries as an array, for the scan. */
  let list: HeldByte[] = [];

  const forced: ForcedCells = {
    get size() {
      return held.size;
    },
    add(cells) {
      for (const { address, bytes, bit } of cells) {
        if (bit !== undefined) hold(address, 1 << bit, bytes[0] === 0 ? 0 : 1 << bit);
        else bytes.forEach((value, i) => hold(address + i, 0xff, value));
      }
      list = [...held.values()];
    },
    remove(cells) {
      for (const { address, bytes, bit } of cells) {
        if (bit !== undefined) release(address, 1 << bit);
        else for (let i = 0; i < bytes.length; i += 1) release(address + i, 0xff);
      }
      list = [...held.values()];
    },
    clear() {
      held.clear();
      list = [];
    },
    apply(bytes) {
      for (const { address, mask, value } of list) bytes[address] = (bytes[address]! & ~mask) | value;
    },
    cells() {
      const sorted = [...held.values()].sort((a, b) => a.address - b.address);
      const cells: MemoryCell[] = [];
      for (let i = 0; i < sorted.length;) {
        const { address, mask, value } = sorted[i]!;
        if (mask !== 0xff) {
          for (let bit = 0; bit < 8; bit += 1) {
            if (mask & (1 << bit)) cells.push({ address, bytes: Uint8Array.of((value >> bit) & 1), bit });
          }
          i += 1;
          continue;
        }
        let end = i + 1;
        while (end < sorted.length && sorted[end]!.mask === 0xff && sorted[end]!.address === address + end - i)
          end += 1;
        cells.push({ address, bytes: Uint8Array.from(sorted.slice(i, end), (byte) => byte.value) });
        i = end;
      }
      return cells;
    },
  };
  function hold(address: number, mask: number, value: number): void {
    const byte = held.get(address);
    if (byte) {
      byte.value = (byte.value & ~mask) | value;
      byte.mask |= mask;
    } else held.set(address, { address, mask, value });
  }
  function release(address: number, mask: number): void {
    const byte = held.get(address);
    if (!byte) return;
    byte.mask &= ~mask;
    byte.value &= byte.mask;
    if (byte.mask === 0) held.delete(address);
  }
  forced.add(initial);
  return forced;
}
