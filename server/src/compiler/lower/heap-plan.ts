/** Where the objects of __NEW lie; stdlib/prelude/heap.ts has the functions that work on it. */
export interface HeapPlan {
  readonly start: number;
  /** Bytes with the table. */
  readonly size: number;
  /** Pieces of 16 bytes that objects take. */
  readonly granules: number;
}

export const granuleBytes = 16;
const headerBytes = 16;
const entryBytes = 8;

/** A heap whose objects take `bytes` at most, rounded down to 32, at an address that is a multiple of 16. */
export function createHeapPlan(start: number, bytes: number): HeapPlan {
  const granules = Math.floor(bytes / (2 * granuleBytes)) * 2;
  return { start, size: headerBytes + granules * (entryBytes + granuleBytes), granules };
}

/** Writes a heap without objects, whose bytes are 0: one free block. */
export function writeEmptyHeap(heap: HeapPlan, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + heap.start);
  view.setUint32(4, heap.granules, true);
  view.setUint32(8, heap.start + headerBytes + heap.granules * entryBytes, true);
  view.setUint32(headerBytes, heap.granules, true);
}
