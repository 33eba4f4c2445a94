import type { BinaryOp, MemType, NumType, UnaryOp } from '../ir/ir.js';
import { memSize } from '../ir/memory-type.js';

/** Value types of the binary format. */
export const valueType: Readonly<Record<NumType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };
export const v128Type = 0x7b;
export const emptyBlock = 0x40;

/** Control, variable and other instructions without a type. */
export const op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  /** Prefix of saturating truncation and bulk memory. */
  misc: 0xfc,
  /** Prefix of vector instructions. */
  simd: 0xfd,
} as const;

/** Sub-opcodes behind `misc`. */
export const misc = { memoryCopy: 10, memoryFill: 11 } as const;

/** One-byte opcodes; those behind `misc` are 0x100 + sub-opcode. */
export const unaryOpcode: Readonly<Record<UnaryOp, number>> = {
  'i32.eqz': 0x45, 'i64.eqz': 0x50,
  'i32.clz': 0x67, 'i32.ctz': 0x68, 'i32.popcnt': 0x69, 'i64.clz': 0x79, 'i64.ctz': 0x7a, 'i64.popcnt': 0x7b,
  'i32.extend8_s': 0xc0, 'i32.extend16_s': 0xc1, 'i64.extend8_s': 0xc2, 'i64.extend16_s': 0xc3, 'i64.extend32_s': 0xc4,
  'i32.wrap_i64': 0xa7, 'i64.extend_i32_s': 0xac, 'i64.extend_i32_u': 0xad,
  'f32.convert_i32_s': 0xb2, 'f32.convert_i32_u': 0xb3, 'f32.convert_i64_s': 0xb4, 'f32.convert_i64_u': 0xb5,
  'f64.convert_i32_s': 0xb7, 'f64.convert_i32_u': 0xb8, 'f64.convert_i64_s': 0xb9, 'f64.convert_i64_u': 0xba,
  'i32.trunc_sat_f32_s': 0x100, 'i32.trunc_sat_f32_u': 0x101, 'i32.trunc_sat_f64_s': 0x102, 'i32.trunc_sat_f64_u': 0x103,
  'i64.trunc_sat_f32_s': 0x104, 'i64.trunc_sat_f32_u': 0x105, 'i64.trunc_sat_f64_s': 0x106, 'i64.trunc_sat_f64_u': 0x107,
  'f32.demote_f64': 0xb6, 'f64.promote_f32': 0xbb,
  'i32.reinterpret_f32': 0xbc, 'i64.reinterpret_f64': 0xbd, 'f32.reinterpret_i32': 0xbe, 'f64.reinterpret_i64': 0xbf,
  'f32.abs': 0x8b, 'f32.neg': 0x8c, 'f32.ceil': 0x8d, 'f32.floor': 0x8e, 'f32.trunc': 0x8f, 'f32.nearest': 0x90, 'f32.sqrt': 0x91,
  'f64.abs': 0x99, 'f64.neg': 0x9a, 'f64.ceil': 0x9b, 'f64.floor': 0x9c, 'f64.trunc': 0x9d, 'f64.nearest': 0x9e, 'f64.sqrt': 0x9f,
}; // prettier-ignore

const binaryNames: Readonly<Record<NumType, readonly [first: number, names: string][]>> = {
  i32: [
    [0x46, 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'],
    [0x6a, 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'],
  ],
  i64: [
    [0x51, 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'],
    [0x7c, 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'],
  ],
  f32: [
    [0x5b, 'eq ne lt gt le ge'],
    [0x92, 'add sub mul div min max copysign'],
  ],
  f64: [
    [0x61, 'eq ne lt gt le ge'],
    [0xa0, 'add sub mul div min max copysign'],
  ],
};

export const binaryOpcode = Object.fromEntries(
  Object.entries(binaryNames).flatMap(([type, groups]) =>
    groups.flatMap(([first, names]) => names.split(' ').map((name, at) => [`${type}.${name}`, first + at] as const)),
  ),
) as Readonly<Record<BinaryOp, number>>;
/** Opcode that loads a scalar as a value of type `type`. */
export function loadOpcode(type: NumType, mem: MemType): number {
  if (type === 'f32') return 0x2a;
  if (type === 'f64') return 0x2b;
  const wide = type === 'i64';
  switch (mem) {
    case 'i8':
      return wide ? 0x30 : 0x2c;
    case 'u8':
      return wide ? 0x31 : 0x2d;
    case 'i16':
      return wide ? 0x32 : 0x2e;
    case 'u16':
      return wide ? 0x33 : 0x2f;
    case 'i32':
      return wide ? 0x34 : 0x28;
    default:
      return 0x29;
  }
}

/** Opcode that stores the low bytes of a value of type `type`. */
export function storeOpcode(type: NumType, mem: MemType): number {
  if (type === 'f32') return 0x38;
  if (type === 'f64') return 0x39;
  const wide = type === 'i64';
  switch (memSize[mem]) {
    case 1:
      return wide ? 0x3c : 0x3a;
    case 2:
      return wide ? 0x3d : 0x3b;
    case 4:
      return wide ? 0x3e : 0x36;
    default:
      return 0x37;
  }
}
