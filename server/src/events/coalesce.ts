import type { WordChanges } from '../model/event.js';

/** What merging several scans must not hide. */
export interface CoalescedChanges {
  /** Scans merged, 1 or more. */
  readonly scans: number;
  readonly firstScan: number;
  readonly lastScan: number;
  /** Edges of every BOOL among the merged words: those that changed at all are listed. */
  readonly edges: EdgeColumns;
}

/** Word index, bit number 0..31, and how often that bit changed, rising and falling together. In ascending order. */
export interface EdgeColumns {
  readonly index: Uint32Array;
  readonly bit: Uint8Array;
  readonly count: Uint32Array;
}

/** Bits of each word of a layout that hold a BOOL; undefined where nobody knows: then every bit is counted. */
export type BoolBits = Uint32Array | undefined;

export interface MergeInput {
  readonly changes: WordChanges;
  /** Edges where `changes` is itself a merger. */
  readonly edges?: EdgeColumns;
}

/** Merges change columns of one layout, oldest first: newest value, oldest `before`, and the edges in between. */
export interface ChangeMerger {
  merge(
    inputs: readonly MergeInput[],
    boolBits: BoolBits,
  ): { readonly changes: WordChanges; readonly edges: EdgeColumns };
}

const emptyColumn = new Uint32Array(0);
export const noEdges: EdgeColumns = { index: emptyColumn, bit: new Uint8Array(0), count: emptyColumn };

/** Scratch memory is kept from merger to merger: one per log. */
export function createChangeMerger(): ChangeMerger {
  let stamp = 0;
  let stamps = new Uint32Array(1024);
  let slots = new Uint32Array(1024);
  let value = new Uint32Array(1024);
  let before = new Uint32Array(1024);
  let edgeRow = new Int32Array(1024);
  let edgeCounts = new Uint32Array(32 * 256);

  const reserveWords = (words: number): void => {
    if (words <= stamps.length) return;
    const size = Math.max(words, stamps.length * 2);
    stamps = new Uint32Array(size);
    slots = new Uint32Array(size);
    stamp = 0;
  };
  const reserveSlots = (count: number): void => {
    if (count <= value.length) return;
    const size = Math.max(count, value.length * 2);
    value = widen(value, new Uint32Array(size));
    before = widen(before, new Uint32Array(size));
    edgeRow = widen(edgeRow, new Int32Array(size));
  };

  return {
    merge: (inputs, boolBits) => {
      const layout = inputs[inputs.length - 1]?.changes.layout ?? 0;
      stamp += 1;
      let count = 0;
      let rows = 0;
      const rowOf = (slot: number): number => {
        if (edgeRow[slot]! >= 0) return edgeRow[slot]!;
        if ((rows + 1) * 32 > edgeCounts.length) edgeCounts = widen(edgeCounts, new Uint32Array(edgeCounts.length * 2));
        edgeCounts.fill(0, rows * 32, rows * 32 + 32);
        edgeRow[slot] = rows;
        rows += 1;
        return rows - 1;
      };
      for (const { changes, edges } of inputs) {
        const { index } = changes;
        const size = index.length;
        if (size > 0) reserveInto(index[size - 1]! + 1);
        reserveSlots(count + size);
        for (let i = 0; i < size; i += 1) {
          const word = index[i]!;
          let slot: number;
          if (stamps[word] === stamp) slot = slots[word]!;
          else {
            slot = count;
            count += 1;
            stamps[word] = stamp;
            slots[word] = slot;
            before[slot] = changes.before[i]!;
            edgeRow[slot] = -1;
          }
          value[slot] = changes.value[i]!;
          if (edges) continue;
          let flipped = (changes.before[i]! ^ changes.value[i]!) & (boolBits ? (boolBits[word] ?? 0) : -1);
          if (flipped === 0) continue;
          const row = rowOf(slot) * 32;
          while (flipped !== 0) {
            const bit = 31 - Math.clz32(flipped);
            edgeCounts[row + bit]! += 1;
            flipped &= ~(1 << bit);
          }
        }
        for (let i = 0; edges && i < edges.index.length; i += 1) {
          edgeCounts[rowOf(slots[edges.index[i]!]!) * 32 + edges.bit[i]!]! += edges.count[i]!;
        }
      }

      // Words of this merger in ascending order.
      const index = new Uint32Array(count);
      let at = 0;
      for (const { changes } of inputs) {
        for (const word of changes.index) {
          if (stamps[word] !== stamp) continue;
          index[at] = word;
          at += 1;
          stamps[word] = 0;
        }
      }
      index.sort();
      const newest = new Uint32Array(count);
      const oldest = new Uint32Array(count);
      const edgeIndex: number[] = [];
      const edgeBit: number[] = [];
      const edgeCount: number[] = [];
      for (let i = 0; i < count; i += 1) {
        const word = index[i]!;
        const slot = slots[word]!;
        newest[i] = value[slot]!;
        oldest[i] = before[slot]!;
        const row = edgeRow[slot]!;
        for (let bit = 0; row >= 0 && bit < 32; bit += 1) {
          if (edgeCounts[row * 32 + bit] === 0) continue;
          edgeIndex.push(word);
          edgeBit.push(bit);
          edgeCount.push(edgeCounts[row * 32 + bit]!);
        }
      }
      return {
        changes: { layout, index, value: newest, before: oldest },
        edges:
          edgeIndex.length === 0
            ? noEdges
            : { index: Uint32Array.from(edgeIndex), bit: Uint8Array.from(edgeBit), count: Uint32Array.from(edgeCount) },
      };

      function reserveInto(words: number): void {
        if (words <= stamps.length) return;
        // Words seen so far in this merger must keep their slots.
        const oldStamps = stamps;
        const oldSlots = slots;
        const current = stamp;
        reserveWords(words);
        stamp = 1;
        for (let word = 0; word < oldStamps.length; word += 1) {
          if (oldStamps[word] !== current) continue;
          stamps[word] = stamp;
          slots[word] = oldSlots[word]!;
        }
      }
    },
  };
}

function widen<T extends Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Only the words that a mask selects; the same object where all are. */
export function selectWords(changes: WordChanges, mask: Uint32Array | undefined): WordChanges {
  if (!mask) return changes;
  const { index } = changes;
  let kept = 0;
  for (const word of index) kept += ((mask[word >>> 5] ?? 0) >>> (word & 31)) & 1;
  if (kept === index.length) return changes;
  const result = {
    layout: changes.layout,
    index: new Uint32Array(kept),
    value: new Uint32Array(kept),
    before: new Uint32Array(kept),
  };
  let at = 0;
  for (let i = 0; at < kept; i += 1) {
    const word = index[i]!;
    if ((((mask[word >>> 5] ?? 0) >>> (word & 31)) & 1) === 0) continue;
    result.index[at] = word;
    result.value[at] = changes.value[i]!;
    result.before[at] = changes.before[i]!;
    at += 1;
  }
  return result;
}

/** Words `from` to `to` (positions in the columns). */
export function sliceWords(changes: WordChanges, from: number, to: number): WordChanges {
  return {
    layout: changes.layout,
    index: changes.index.subarray(from, to),
    value: changes.value.subarray(from, to),
    before: changes.before.subarray(from, to),
  };
}
