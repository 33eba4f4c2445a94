import type { WordChanges } from '../model/event.js';

/** 64 KiB: some dozens of scans, which leave the log together. */
const slabWords = 16 * 1024;

/** Columns of an event, one behind the other in an array that many events share: arrays of their own cost more than most columns. */
export interface PackedColumns {
  readonly layout: number;
  readonly words: Uint32Array;
  readonly at: number;
  readonly count: number;
}

export type ColumnSlab = (changes: WordChanges) => PackedColumns;

export function createColumnSlab(): ColumnSlab {
  let slab = new Uint32Array(0);
  let used = 0;
  return ({ layout, index, value, before }) => {
    const count = index.length;
    const size = 3 * count;
    const own = size > slabWords / 4;
    if (!own && used + size > slab.length) {
      slab = new Uint32Array(slabWords);
      used = 0;
    }
    const words = own ? new Uint32Array(size) : slab;
    const at = own ? 0 : used;
    if (!own) used += size;
    words.set(index, at);
    words.set(value, at + count);
    words.set(before, at + 2 * count);
    return { layout, words, at, count };
  };
}

/** Views of them. */
export function unpackColumns({ layout, words, at, count }: PackedColumns): WordChanges {
  return {
    layout,
    index: words.subarray(at, at + count),
    value: words.subarray(at + count, at + 2 * count),
    before: words.subarray(at + 2 * count, at + 3 * count),
  };
}
