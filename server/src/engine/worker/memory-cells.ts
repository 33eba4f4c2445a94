import type { MemoryCell } from '../engine.js';
import type { Region } from '../../model/program-image.js';

/** The first cell that is not wholly inside `region`, or malformed. */
export function cellOutside(cells: readonly MemoryCell[], region: Region): MemoryCell | undefined {
  return cells.find(({ address, bytes, bit }) => {
    if (!Number.isInteger(address) || address < region.start) return true;
    if (address + bytes.length > region.start + region.size || bytes.length === 0) return true;
    return bit !== undefined && !(Number.isInteger(bit) && bit >= 0 && bit <= 7 && bytes.length === 1);
  });
}

export function putCells(bytes: Uint8Array, cells: readonly MemoryCell[]): void {
  for (const { address, bytes: value, bit } of cells) {
    if (bit === undefined) bytes.set(value, address);
    else bytes[address] = (bytes[address]! & ~(1 << bit)) | (value[0] === 0 ? 0 : 1 << bit);
  }
}
