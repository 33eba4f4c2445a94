import { ByteWriter } from './byte-writer.js';
import { binaryOpcode, emptyBlock, op, unaryOpcode, v128Type, valueType } from './opcodes.js';

/** Sub-opcodes behind `op.simd`. */
const simd = {
  load: 0x00,
  store: 0x0b,
  constant: 0x0c,
  i32x4Ne: 0x38,
  or: 0x50,
  xor: 0x51,
  anyTrue: 0x53,
  i8x16Bitmask: 0x64,
  i8x16NarrowI16x8: 0x65,
  i16x8NarrowI32x4: 0x85,
} as const;

// Parameters of `diff`, then its locals.
const [present, past, bytes, indices, values] = [0, 1, 2, 3, 4];
const [end, mask, word, bit, first] = [5, 6, 7, 8, 9];
const loaded = [10, 11, 12, 13] as const;
const differs = [14, 15, 16, 17] as const;

/**
 * A module that imports `env.memory` and exports `diff(present, past, bytes, indices, values) -> count`: compares two stretches
 * of `bytes` bytes (a multiple of 4), word by word as bits, appends for every u32 word that differs its index to the column at
 * `indices` and its present value to the column at `values`, and makes `past` equal to `present`. Each column needs room for as
 * many words as are compared. All addresses are i32 byte addresses in the one memory; nothing need be aligned.
 */
export function changeKernel(): Uint8Array {
  const body = diffBody();
  const out = new ByteWriter(512);
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
  const section = (id: number, write: (part: ByteWriter) => void): void => {
    const part = new ByteWriter(64);
    write(part);
    out.byte(id);
    out.sized(part);
  };
  section(1, (part) => {
    for (const byte of [1, 0x60, 5, ...Array<number>(5).fill(valueType.i32), 1, valueType.i32]) part.byte(byte);
  });
  section(2, (part) => {
    part.u32(1);
    part.name('env');
    part.name('memory');
    for (const byte of [2, 0, 1]) part.byte(byte);
  });
  section(3, (part) => {
    for (const byte of [1, 0]) part.byte(byte);
  });
  section(7, (part) => {
    part.u32(1);
    part.name('diff');
    for (const byte of [0, 0]) part.byte(byte);
  });
  section(10, (part) => {
    part.u32(1);
    part.sized(body);
  });
  return out.toBytes();
}

function diffBody(): ByteWriter {
  const code = new ByteWriter(512);
  const emit = (...list: number[]): void => {
    for (const byte of list) code.byte(byte);
  };
  const get = (local: number): void => emit(op.localGet, local);
  const set = (local: number): void => emit(op.localSet, local);
  const i32 = (value: number): void => {
    emit(op.i32Const);
    code.s32(value);
  };
  const memory = (opcode: readonly number[], offset: number): void => emit(...opcode, 0, offset);
  const vector = (opcode: number): void => {
    emit(op.simd);
    code.u32(opcode);
  };
  /** local := local + value */
  const advance = (local: number, value: number): void => {
    get(local);
    i32(value);
    emit(binaryOpcode['i32.add']);
    set(local);
  };
  const i32Load = [0x28];
  const i32Store = [0x36];

  // Locals: five i32, then vectors.
  emit(2, 5, valueType.i32, loaded.length + differs.length, v128Type);
  // `first` keeps the start of the index column: count = (indices - first) / 4.
  get(indices);
  set(first);
  get(present);
  get(bytes);
  i32(-64);
  emit(binaryOpcode['i32.and'], binaryOpcode['i32.add']);
  set(end);

  // 64 bytes at a time.
  emit(op.block, emptyBlock, op.loop, emptyBlock);
  get(present);
  get(end);
  emit(binaryOpcode['i32.ge_u'], op.brIf, 1);
  for (const part of [0, 1, 2, 3] as const) {
    get(present);
    memory([op.simd, simd.load], part * 16);
    emit(op.localTee, loaded[part]);
    get(past);
    memory([op.simd, simd.load], part * 16);
    vector(simd.xor);
    set(differs[part]);
  }
  for (const part of [0, 1, 2, 3] as const) get(differs[part]);
  for (let count = 0; count < 3; count++) vector(simd.or);
  vector(simd.anyTrue);
  emit(op.if, emptyBlock);
  // One bit for each word: lanes of -1 and 0, narrowed to bytes.
  for (const pair of [0, 2] as const) {
    for (const part of [pair, pair + 1] as (0 | 1 | 2 | 3)[]) {
      get(differs[part]);
      vector(simd.constant);
      emit(...Array<number>(16).fill(0));
      vector(simd.i32x4Ne);
    }
    vector(simd.i16x8NarrowI32x4);
  }
  vector(simd.i8x16NarrowI16x8);
  vector(simd.i8x16Bitmask);
  set(mask);
  for (const part of [0, 1, 2, 3] as const) {
    get(past);
    get(loaded[part]);
    memory([op.simd, simd.store], part * 16);
  }
  emit(op.loop, emptyBlock);
  get(mask);
  emit(unaryOpcode['i32.ctz']);
  set(bit);
  get(indices);
  get(word);
  get(bit);
  emit(binaryOpcode['i32.add']);
  memory(i32Store, 0);
  get(values);
  get(present);
  get(bit);
  i32(2);
  emit(binaryOpcode['i32.shl'], binaryOpcode['i32.add']);
  memory(i32Load, 0);
  memory(i32Store, 0);
  advance(indices, 4);
  advance(values, 4);
  get(mask);
  get(mask);
  i32(1);
  emit(binaryOpcode['i32.sub'], binaryOpcode['i32.and'], op.localTee, mask);
  emit(op.brIf, 0, op.end, op.end);
  advance(present, 64);
  advance(past, 64);
  advance(word, 16);
  emit(op.br, 0, op.end, op.end);

  // The last words, up to 15.
  get(end);
  get(bytes);
  i32(63);
  emit(binaryOpcode['i32.and'], binaryOpcode['i32.add']);
  set(end);
  emit(op.block, emptyBlock, op.loop, emptyBlock);
  get(present);
  get(end);
  emit(binaryOpcode['i32.ge_u'], op.brIf, 1);
  get(present);
  memory(i32Load, 0);
  emit(op.localTee, mask);
  get(past);
  memory(i32Load, 0);
  emit(binaryOpcode['i32.ne'], op.if, emptyBlock);
  get(past);
  get(mask);
  memory(i32Store, 0);
  get(indices);
  get(word);
  memory(i32Store, 0);
  get(values);
  get(mask);
  memory(i32Store, 0);
  advance(indices, 4);
  advance(values, 4);
  emit(op.end);
  advance(present, 4);
  advance(past, 4);
  advance(word, 1);
  emit(op.br, 0, op.end, op.end);
  get(indices);
  get(first);
  emit(binaryOpcode['i32.sub']);
  i32(2);
  emit(binaryOpcode['i32.shr_u'], op.end);
  return code;
}
