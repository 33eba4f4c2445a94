import type { BinaryOp, IrExpr, UnaryOp } from '../ir.js';

const i32 = (value: number): IrExpr => ({ op: 'const', type: 'i32', value: value | 0 });
const i64 = (value: bigint): IrExpr => ({ op: 'const', type: 'i64', value: BigInt.asIntN(64, value) });

/** The result of an operation on constants; undefined where it stays as it is. No result is a NaN. */
export function foldUnary(code: UnaryOp, value: number | bigint): IrExpr | undefined {
  switch (code) {
    case 'i32.eqz':
      return i32(value === 0 ? 1 : 0);
    case 'i64.eqz':
      return i32(value === 0n ? 1 : 0);
    case 'i32.extend8_s':
      return i32((Number(value) << 24) >> 24);
    case 'i32.extend16_s':
      return i32((Number(value) << 16) >> 16);
    case 'i64.extend8_s':
      return i64(BigInt.asIntN(8, BigInt(value)));
    case 'i64.extend16_s':
      return i64(BigInt.asIntN(16, BigInt(value)));
    case 'i64.extend32_s':
    case 'i64.extend_i32_s':
      return i64(BigInt.asIntN(32, BigInt(value)));
    case 'i64.extend_i32_u':
      return i64(BigInt.asUintN(32, BigInt(value)));
    case 'i32.wrap_i64':
      return i32(Number(BigInt.asIntN(32, BigInt(value))));
    case 'f64.convert_i32_s':
    case 'f64.promote_f32':
      return Number.isNaN(value) ? undefined : { op: 'const', type: 'f64', value: Number(value) };
    case 'f32.convert_i32_s':
    case 'f32.demote_f64':
      return Number.isNaN(value) ? undefined : { op: 'const', type: 'f32', value: Math.fround(Number(value)) };
    case 'f64.convert_i32_u':
      return { op: 'const', type: 'f64', value: Number(value) >>> 0 };
    case 'f32.neg':
    case 'f64.neg':
      return Number.isNaN(value)
        ? undefined
        : { op: 'const', type: code === 'f32.neg' ? 'f32' : 'f64', value: -Number(value) };
    default:
      return undefined;
  }
}

export function foldBinary(code: BinaryOp, left: number | bigint, right: number | bigint): IrExpr | undefined {
  const [type, name] = [code.slice(0, 3), code.slice(4)];
  if (type === 'i32') return foldNarrow(name, Number(left) | 0, Number(right) | 0);
  if (type === 'i64') return foldWide(name, BigInt.asIntN(64, BigInt(left)), BigInt.asIntN(64, BigInt(right)));
  return foldFloat(type === 'f32', name, Number(left), Number(right));
}

function foldNarrow(name: string, a: number, b: number): IrExpr | undefined {
  switch (name) {
    case 'add':
      return i32(a + b);
    case 'sub':
      return i32(a - b);
    case 'mul':
      return i32(Math.imul(a, b));
    case 'div_s':
      return b === 0 ? undefined : i32(Math.trunc(a / b));
    case 'rem_s':
      return b === 0 ? undefined : i32(a % b);
    case 'div_u':
      return b === 0 ? undefined : i32(Math.trunc((a >>> 0) / (b >>> 0)));
    case 'rem_u':
      return b === 0 ? undefined : i32((a >>> 0) % (b >>> 0));
    case 'and':
      return i32(a & b);
    case 'or':
      return i32(a | b);
    case 'xor':
      return i32(a ^ b);
    case 'shl':
      return i32(a << b);
    case 'shr_s':
      return i32(a >> b);
    case 'shr_u':
      return i32(a >>> b);
    default:
      return compared(name, a, b, a >>> 0, b >>> 0);
  }
}

function foldWide(name: string, a: bigint, b: bigint): IrExpr | undefined {
  const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
  switch (name) {
    case 'add':
      return i64(a + b);
    case 'sub':
      return i64(a - b);
    case 'mul':
      return i64(a * b);
    case 'div_s':
      return b === 0n ? undefined : i64(a / b);
    case 'rem_s':
      return b === 0n ? undefined : i64(a % b);
    case 'div_u':
      return b === 0n ? undefined : i64(unsigned(a) / unsigned(b));
    case 'rem_u':
      return b === 0n ? undefined : i64(unsigned(a) % unsigned(b));
    case 'and':
      return i64(a & b);
    case 'or':
      return i64(a | b);
    case 'xor':
      return i64(a ^ b);
    case 'shl':
      return i64(a << (b & 63n));
    case 'shr_s':
      return i64(a >> (b & 63n));
    case 'shr_u':
      return i64(unsigned(a) >> (b & 63n));
    default:
      return compared(name, a, b, unsigned(a), unsigned(b));
  }
}

function compared<T extends number | bigint>(name: string, a: T, b: T, unsignedA: T, unsignedB: T): IrExpr | undefined {
  const [left, right] = name.endsWith('_u') ? [unsignedA, unsignedB] : [a, b];
  switch (name.slice(0, 2)) {
    case 'eq':
      return i32(left === right ? 1 : 0);
    case 'ne':
      return i32(left !== right ? 1 : 0);
    case 'lt':
      return i32(left < right ? 1 : 0);
    case 'gt':
      return i32(left > right ? 1 : 0);
    case 'le':
      return i32(left <= right ? 1 : 0);
    case 'ge':
      return i32(left >= right ? 1 : 0);
    default:
      return undefined;
  }
}

function foldFloat(single: boolean, name: string, a: number, b: number): IrExpr | undefined {
  const exact: Partial<Record<string, number>> = { add: a + b, sub: a - b, mul: a * b, div: a / b };
  const value = exact[name];
  if (value === undefined) return /^(eq|ne|lt|gt|le|ge)$/.test(name) ? compared(name, a, b, a, b) : undefined;
  if (Number.isNaN(value)) return undefined;
  return { op: 'const', type: single ? 'f32' : 'f64', value: single ? Math.fround(value) : value };
}
