import type { ElementaryName, TypeDescriptor } from '../model/data-type.js';
import type { Variable, VariableTree } from './variable-tree.js';

/** How the bytes of a leaf are read. */
export const leafKinds = {
  bool: 0, bit: 1, i8: 2, u8: 3, i16: 4, u16: 5, i32: 6, u32: 7, i64: 8, u64: 9, f32: 10, f64: 11, text: 12, wideText: 13, char: 14, wideChar: 15,
} as const; // prettier-ignore
export type LeafKind = (typeof leafKinds)[keyof typeof leafKinds];

/**
 * The leaves of a layout in columns, for the hot path from changed words to values. Index = position in the table; `id` is the
 * leaf of the tree. Compiler-made variables, and places that hold an address instead of a value, are left out.
 * Word w is the 4 bytes at `variables.start + 4 * w`.
 */
export interface LeafTable {
  readonly count: number;
  readonly id: Uint32Array;
  readonly kind: Uint8Array;
  /** Byte address. */
  readonly address: Uint32Array;
  /** Bit 0..7 for `bit`; characters of the declared length for texts. */
  readonly extra: Uint32Array;
  /** First and last word that hold it. */
  readonly firstWord: Uint32Array;
  readonly lastWord: Uint32Array;
  /** Positions of the leaves in word w: `wordLeaves[wordStart[w] .. wordStart[w + 1])`. */
  readonly wordStart: Uint32Array;
  readonly wordLeaves: Uint32Array;
  readonly wordCount: number;
  /** 1 where a leaf in the word is longer than the word. */
  readonly wide: Uint8Array;
  variable(position: number): Variable;
  /** Position of a leaf of the tree; undefined where it is left out. */
  position(leaf: number): number | undefined;
}

const elementaryKinds: Readonly<Record<ElementaryName, LeafKind>> = {
  BOOL: leafKinds.bool,
  BYTE: leafKinds.u8, WORD: leafKinds.u16, DWORD: leafKinds.u32, LWORD: leafKinds.u64,
  SINT: leafKinds.i8, INT: leafKinds.i16, DINT: leafKinds.i32, LINT: leafKinds.i64,
  USINT: leafKinds.u8, UINT: leafKinds.u16, UDINT: leafKinds.u32, ULINT: leafKinds.u64,
  REAL: leafKinds.f32, LREAL: leafKinds.f64,
  TIME: leafKinds.i64, LTIME: leafKinds.i64, DATE: leafKinds.i64, LDATE: leafKinds.i64,
  TOD: leafKinds.i64, LTOD: leafKinds.i64, DT: leafKinds.i64, LDT: leafKinds.i64,
  CHAR: leafKinds.char, WCHAR: leafKinds.wideChar,
}; // prettier-ignore

/** How a leaf of the type is read; undefined for aggregates. */
export function leafKindOf(type: TypeDescriptor, bit: number | undefined): LeafKind | undefined {
  switch (type.kind) {
    case 'elementary':
      return type.name === 'BOOL' && bit !== undefined ? leafKinds.bit : elementaryKinds[type.name];
    case 'enum':
    case 'subrange':
      return elementaryKinds[type.base];
    case 'string':
      return type.wide ? leafKinds.wideText : leafKinds.text;
    case 'pointer':
      return leafKinds.u32;
    default:
      return undefined;
  }
}

export function createLeafTable(tree: VariableTree): LeafTable {
  const { variables } = tree.data.memory;
  const wordCount = Math.ceil(variables.size / 4);
  const capacity = tree.leafCount;
  const id = new Uint32Array(capacity);
  const kind = new Uint8Array(capacity);
  const address = new Uint32Array(capacity);
  const extra = new Uint32Array(capacity);
  const firstWord = new Uint32Array(capacity);
  const lastWord = new Uint32Array(capacity);
  const wide = new Uint8Array(wordCount);
  const wordStart = new Uint32Array(wordCount + 1);
  /** By leaf, from 1; 0 where it is left out. */
  const positions = new Uint32Array(capacity);
  let count = 0;
  for (const leaf of visibleLeaves(tree)) {
    const type = tree.typeOf(leaf);
    const leafKind = leafKindOf(type, leaf.bit);
    const end = leaf.address + (leaf.bit === undefined ? type.size : 1);
    if (
      leafKind === undefined ||
      leaf.indirect ||
      leaf.address < variables.start ||
      end > variables.start + variables.size
    )
      continue;
    id[count] = leaf.leaf;
    kind[count] = leafKind;
    address[count] = leaf.address;
    extra[count] = leaf.bit ?? (type.kind === 'string' ? type.length : 0);
    firstWord[count] = (leaf.address - variables.start) >> 2;
    lastWord[count] = (end - 1 - variables.start) >> 2;
    positions[leaf.leaf] = count + 1;
    for (let w = firstWord[count]!; w <= lastWord[count]!; w += 1) {
      wordStart[w + 1]! += 1;
      if (firstWord[count] !== lastWord[count]) wide[w] = 1;
    }
    count += 1;
  }
  for (let w = 0; w < wordCount; w += 1) wordStart[w + 1]! += wordStart[w]!;
  const wordLeaves = new Uint32Array(wordStart[wordCount]!);
  const next = wordStart.slice();
  for (let i = 0; i < count; i += 1) {
    for (let w = firstWord[i]!; w <= lastWord[i]!; w += 1) {
      wordLeaves[next[w]!] = i;
      next[w]! += 1;
    }
  }
  return {
    count,
    id,
    kind,
    address,
    extra,
    firstWord,
    lastWord,
    wordStart,
    wordLeaves,
    wordCount,
    wide,
    variable: (position) => tree.leaf(id[position]!),
    position: (leaf) => (positions[leaf] ? positions[leaf] - 1 : undefined),
  };
}

function* visibleLeaves(tree: VariableTree): Generator<Variable> {
  for (const root of tree.data.roots) {
    if (root.hidden) continue;
    for (const leaf of tree.leavesBelow(tree.resolve(root.path))) if (!leaf.hidden) yield leaf;
  }
}
