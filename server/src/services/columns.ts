import { ColumnKind } from '../../../proto/plcemu/v1/value_pb.js';
import type { WordChanges } from '../model/event.js';
import type { Layout } from '../runtime/layout.js';
import { leafKinds, type LeafTable } from '../runtime/leaf-table.js';
import type { ByteSink } from './byte-sink.js';

/** The column of each kind of leaf; index = LeafKind. */
export const columnOfLeafKind: readonly ColumnKind[] = (() => {
  const columns: ColumnKind[] = [];
  const set = (column: ColumnKind, ...kinds: (keyof typeof leafKinds)[]): void =>
    kinds.forEach((kind) => (columns[leafKinds[kind]] = column));
  set(ColumnKind.BOOL, 'bool', 'bit');
  set(ColumnKind.INT, 'i8', 'i16', 'i32');
  set(ColumnKind.UINT, 'u8', 'u16', 'u32');
  set(ColumnKind.LONG, 'i64');
  set(ColumnKind.ULONG, 'u64');
  set(ColumnKind.REAL, 'f32');
  set(ColumnKind.LREAL, 'f64');
  set(ColumnKind.TEXT, 'text', 'wideText', 'char', 'wideChar');
  return columns;
})();

/** Field numbers of the ids in `Columns`; values are in the next field. FALSE has a column of its own. */
const idField: Readonly<Record<ColumnKind, number>> = {
  [ColumnKind.UNSPECIFIED]: 0,
  [ColumnKind.BOOL]: 1,
  [ColumnKind.INT]: 3,
  [ColumnKind.UINT]: 5,
  [ColumnKind.LONG]: 7,
  [ColumnKind.ULONG]: 9,
  [ColumnKind.REAL]: 11,
  [ColumnKind.LREAL]: 13,
  [ColumnKind.TEXT]: 15,
};
const falseField = 2;
const valueColumns = [
  ColumnKind.INT,
  ColumnKind.UINT,
  ColumnKind.LONG,
  ColumnKind.ULONG,
  ColumnKind.REAL,
  ColumnKind.LREAL,
  ColumnKind.TEXT,
] as const;

/** Writes a `Columns` message as `field`: the values of leaves, by position, taken from `view` (byte `base` is its first). */
export function writeColumns(
  sink: ByteSink,
  field: number,
  leaves: LeafTable,
  positions: readonly number[],
  view: DataView,
  base: number,
): void {
  if (positions.length === 0) return;
  const columns: number[][] = [];
  const trueIds: number[] = [];
  const falseIds: number[] = [];
  for (const position of positions) {
    const kind = leaves.kind[position]!;
    if (kind === leafKinds.bool || kind === leafKinds.bit) {
      const byte = view.getUint8(leaves.address[position]! - base);
      const isTrue = kind === leafKinds.bool ? byte !== 0 : ((byte >> leaves.extra[position]!) & 1) === 1;
      (isTrue ? trueIds : falseIds).push(position);
    } else (columns[columnOfLeafKind[kind]!] ??= []).push(position);
  }
  const mark = sink.open(field);
  writeIds(sink, idField[ColumnKind.BOOL], trueIds);
  writeIds(sink, falseField, falseIds);
  for (const column of valueColumns) {
    const found = columns[column];
    if (!found) continue;
    writeIds(sink, idField[column], found);
    if (column === ColumnKind.TEXT) {
      for (const position of found) sink.element(idField[column] + 1, textAt(leaves, position, view, base));
      continue;
    }
    const values = sink.open(idField[column] + 1);
    for (const position of found) writeNumber(sink, leaves.kind[position]!, view, leaves.address[position]! - base);
    sink.close(values);
  }
  sink.close(mark);
}

function writeIds(sink: ByteSink, field: number, ids: readonly number[]): void {
  if (ids.length === 0) return;
  const mark = sink.open(field);
  for (const id of ids) sink.varint(id);
  sink.close(mark);
}

function writeNumber(sink: ByteSink, kind: number, view: DataView, at: number): void {
  switch (kind) {
    case leafKinds.i8:
      zigzag(sink, view.getInt8(at));
      return;
    case leafKinds.i16:
      zigzag(sink, view.getInt16(at, true));
      return;
    case leafKinds.i32:
      zigzag(sink, view.getInt32(at, true));
      return;
    case leafKinds.u8:
      sink.varint(view.getUint8(at));
      return;
    case leafKinds.u16:
      sink.varint(view.getUint16(at, true));
      return;
    case leafKinds.u32:
      sink.varint(view.getUint32(at, true));
      return;
    case leafKinds.i64: {
      const low = view.getUint32(at, true);
      const high = view.getInt32(at + 4, true);
      const sign = high >> 31;
      sink.varint64((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
      return;
    }
    case leafKinds.u64:
      sink.varint64(view.getUint32(at, true), view.getUint32(at + 4, true));
      return;
    case leafKinds.f32:
      sink.float(view.getFloat32(at, true));
      return;
    default:
      sink.double(view.getFloat64(at, true));
  }
}

function zigzag(sink: ByteSink, value: number): void {
  sink.varint((value << 1) ^ (value >> 31));
}

function textAt(leaves: LeafTable, position: number, view: DataView, base: number): string {
  const kind = leaves.kind[position]!;
  const at = leaves.address[position]! - base;
  const wide = kind === leafKinds.wideText || kind === leafKinds.wideChar;
  const most = kind === leafKinds.char || kind === leafKinds.wideChar ? 1 : leaves.extra[position]!;
  let text = '';
  for (let i = 0; i < most; i += 1) {
    const unit = wide ? view.getUint16(at + 2 * i, true) : view.getUint8(at + i);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}

/** Changed words of one layout laid out so that leaves can be read from them. Reused: valid until the next `lay`. */
export interface WordScratch {
  lay(layout: Layout, changes: WordChanges): void;
  /** Bytes after the change; byte 0 is the start of the variables. */
  readonly view: DataView;
  /** Positions of the leaves with a changed bit among the words laid; `selected` filters them. */
  changedLeaves(selected: Uint8Array | undefined): readonly number[];
}

export function createWordScratch(): WordScratch {
  let after = new Uint32Array(0);
  let before = new Uint32Array(0);
  let view = new DataView(after.buffer);
  let seen = new Uint32Array(0);
  let stamp = 0;
  let layout: Layout | undefined;
  let changes: WordChanges | undefined;

  const changed = (leaves: LeafTable, position: number, base: number): boolean => {
    const first = leaves.firstWord[position]!;
    const last = leaves.lastWord[position]!;
    if (first === last) {
      const difference = after[first]! ^ before[first]!;
      if (difference === 0) return false;
      const byte = (leaves.address[position]! - base) & 3;
      return (difference & (maskOf(leaves, position) << (8 * byte))) !== 0;
    }
    for (let w = first; w <= last; w += 1) if (stamps[w] === wordStamp && after[w] !== before[w]) return true;
    return false;
  };
  let stamps = new Uint32Array(0);
  let wordStamp = 0;

  return {
    get view() {
      return view;
    },
    lay(given, words) {
      layout = given;
      changes = words;
      const { wordCount, count } = given.leaves;
      if (after.length < wordCount) {
        after = new Uint32Array(wordCount);
        before = new Uint32Array(wordCount);
        stamps = new Uint32Array(wordCount);
        wordStamp = 0;
        view = new DataView(after.buffer);
      }
      if (seen.length < count) {
        seen = new Uint32Array(count);
        stamp = 0;
      }
      wordStamp += 1;
      for (let i = 0; i < words.index.length; i += 1) {
        const w = words.index[i]!;
        after[w] = words.value[i]!;
        before[w] = words.before[i]!;
        stamps[w] = wordStamp;
      }
    },
    changedLeaves(selected) {
      const { leaves, data } = layout!;
      const base = data.memory.variables.start;
      stamp += 1;
      const found: number[] = [];
      for (const w of changes!.index) {
        for (let i = leaves.wordStart[w]!; i < leaves.wordStart[w + 1]!; i += 1) {
          const position = leaves.wordLeaves[i]!;
          if (seen[position] === stamp || (selected && selected[position] === 0)) continue;
          seen[position] = stamp;
          if (changed(leaves, position, base)) found.push(position);
        }
      }
      return found;
    },
  };
}

/** Bits that a leaf within one word has, shifted to its first byte. */
function maskOf(leaves: LeafTable, position: number): number {
  switch (leaves.kind[position]) {
    case leafKinds.bit:
      return 1 << leaves.extra[position]!;
    case leafKinds.bool:
    case leafKinds.i8:
    case leafKinds.u8:
    case leafKinds.char:
      return 0xff;
    case leafKinds.i16:
    case leafKinds.u16:
    case leafKinds.wideChar:
      return 0xffff;
    case leafKinds.text:
    case leafKinds.wideText: {
      const bytes = (leaves.kind[position] === leafKinds.text ? 1 : 2) * (leaves.extra[position]! + 1);
      return bytes >= 4 ? -1 : (1 << (8 * bytes)) - 1;
    }
    default:
      return -1;
  }
}
