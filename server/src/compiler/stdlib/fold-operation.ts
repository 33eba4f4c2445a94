import type { BinaryOp, UnaryOp } from '../ir/ir.js';

/** WebAssembly's numeric instructions on constants: i32 as a signed number, i64 as a signed bigint, f32 and f64 as numbers. */
type Constant = number | bigint;

const view = new DataView(new ArrayBuffer(8));
const s64 = (v: bigint): bigint => BigInt.asIntN(64, v);
const u64 = (v: Constant): bigint => BigInt.asUintN(64, BigInt(v));
const u32 = (v: Constant): number => Number(v) >>> 0;

/** Half to even, keeping the sign of zero. */
export function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const floor = Math.floor(x);
  const fraction = x - floor;
  const even = floor % 2 === 0 ? floor : floor + 1;
  const result = fraction < 0.5 ? floor : fraction > 0.5 ? floor + 1 : even;
  return result === 0 && (x < 0 || Object.is(x, -0)) ? -0 : result;
}

function saturate(x: number, low: bigint, high: bigint): bigint {
  if (Number.isNaN(x)) return 0n;
  const whole = Math.trunc(x);
  if (whole <= Number(low)) return low;
  if (whole >= Number(high)) return high;
  return BigInt(whole);
}

/** Throws a RangeError for an instruction that does not exist; the type excludes it. */
export function foldUnary(code: UnaryOp, value: Constant): Constant {
  const [type, name] = code.split('.') as [string, string];
  if (type === 'f32' || type === 'f64') {
    const result = floatUnary(name, value);
    return type === 'f32' ? Math.fround(result) : result;
  }
  return type === 'i32' ? intUnary32(name, value) : intUnary64(name, value);
}

function floatUnary(name: string, value: Constant): number {
  const x = Number(value);
  switch (name) {
    case 'abs':
      return Math.abs(x);
    case 'neg':
      return -x;
    case 'ceil':
      return Math.ceil(x);
    case 'floor':
      return Math.floor(x);
    case 'trunc':
      return Math.trunc(x);
    case 'nearest':
      return nearest(x);
    case 'sqrt':
      return Math.sqrt(x);
    case 'convert_i32_s':
    case 'demote_f64':
    case 'promote_f32':
      return x;
    case 'convert_i32_u':
      return u32(value);
    case 'convert_i64_s':
      return x;
    case 'convert_i64_u':
      return Number(u64(value));
    case 'reinterpret_i32':
      view.setInt32(0, x);
      return view.getFloat32(0);
    case 'reinterpret_i64':
      view.setBigInt64(0, BigInt(value));
      return view.getFloat64(0);
    default:
      throw new RangeError(`no float instruction ${name}`);
  }
}

function intUnary32(name: string, value: Constant): number {
  const v = Number(BigInt.asIntN(32, typeof value === 'bigint' ? value : 0n));
  const x = Number(value);
  switch (name) {
    case 'eqz':
      return value == 0 ? 1 : 0;
    case 'clz':
      return Math.clz32(x);
    case 'ctz':
      return x === 0 ? 32 : 31 - Math.clz32(x & -x);
    case 'popcnt':
      return popcount(BigInt(u32(x)));
    case 'extend8_s':
      return (x << 24) >> 24;
    case 'extend16_s':
      return (x << 16) >> 16;
    case 'wrap_i64':
      return v;
    case 'trunc_sat_f32_s':
    case 'trunc_sat_f64_s':
      return Number(saturate(x, -(2n ** 31n), 2n ** 31n - 1n));
    case 'trunc_sat_f32_u':
    case 'trunc_sat_f64_u':
      return Number(saturate(x, 0n, 2n ** 32n - 1n)) | 0;
    case 'reinterpret_f32':
      view.setFloat32(0, x);
      return view.getInt32(0);
    default:
      throw new RangeError(`no i32 instruction ${name}`);
  }
}

function intUnary64(name: string, value: Constant): Constant {
  switch (name) {
    case 'eqz':
      return value == 0 ? 1 : 0;
    case 'clz':
      return BigInt(64 - (u64(value) === 0n ? 0 : u64(value).toString(2).length));
    case 'ctz': {
      const bits = u64(value);
      return bits === 0n ? 64n : BigInt((bits & -bits).toString(2).length - 1);
    }
    case 'popcnt':
      return BigInt(popcount(u64(value)));
    case 'extend8_s':
      return BigInt.asIntN(8, BigInt(value));
    case 'extend16_s':
      return BigInt.asIntN(16, BigInt(value));
    case 'extend32_s':
    case 'extend_i32_s':
      return BigInt.asIntN(32, BigInt(value));
    case 'extend_i32_u':
      return BigInt(u32(value));
    case 'trunc_sat_f32_s':
    case 'trunc_sat_f64_s':
      return saturate(Number(value), -(2n ** 63n), 2n ** 63n - 1n);
    case 'trunc_sat_f32_u':
    case 'trunc_sat_f64_u':
      return s64(saturate(Number(value), 0n, 2n ** 64n - 1n));
    case 'reinterpret_f64':
      view.setFloat64(0, Number(value));
      return view.getBigInt64(0);
    default:
      throw new RangeError(`no i64 instruction ${name}`);
  }
}

const popcount = (v: bigint): number => v.toString(2).replaceAll('0', '').length;

/** The divisor of an integer division is not zero. */
export function foldBinary(code: BinaryOp, left: Constant, right: Constant): Constant {
  const [type, name] = code.split('.') as [string, string];
  if (type === 'f32' || type === 'f64') {
    const result = floatBinary(name, Number(left), Number(right));
    return type === 'f32' ? Math.fround(result) : result;
  }
  const bits = type === 'i32' ? 32 : 64;
  const result = intBinary(name, bits, BigInt.asIntN(bits, BigInt(left)), BigInt.asIntN(bits, BigInt(right)));
  if (typeof result === 'boolean') return result ? 1 : 0;
  const wrapped = BigInt.asIntN(bits, result);
  return bits === 32 ? Number(wrapped) : wrapped;
}

function floatBinary(name: string, a: number, b: number): number {
  switch (name) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'copysign':
      return Math.abs(a) * (b < 0 || Object.is(b, -0) ? -1 : 1);
    case 'eq':
      return a === b ? 1 : 0;
    case 'ne':
      return a !== b ? 1 : 0;
    case 'lt':
      return a < b ? 1 : 0;
    case 'gt':
      return a > b ? 1 : 0;
    case 'le':
      return a <= b ? 1 : 0;
    case 'ge':
      return a >= b ? 1 : 0;
    default:
      throw new RangeError(`no float instruction ${name}`);
  }
}

function intBinary(name: string, bits: number, a: bigint, b: bigint): bigint | boolean {
  const ua = BigInt.asUintN(bits, a);
  const ub = BigInt.asUintN(bits, b);
  const count = ub % BigInt(bits);
  switch (name) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div_s':
      return a / b;
    case 'div_u':
      return ua / ub;
    case 'rem_s':
      return a % b;
    case 'rem_u':
      return ua % ub;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'shl':
      return a << count;
    case 'shr_s':
      return a >> count;
    case 'shr_u':
      return ua >> count;
    case 'rotl':
      return (ua << count) | (ua >> (BigInt(bits) - count));
    case 'rotr':
      return (ua >> count) | (ua << (BigInt(bits) - count));
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'lt_s':
      return a < b;
    case 'lt_u':
      return ua < ub;
    case 'gt_s':
      return a > b;
    case 'gt_u':
      return ua > ub;
    case 'le_s':
      return a <= b;
    case 'le_u':
      return ua <= ub;
    case 'ge_s':
      return a >= b;
    case 'ge_u':
      return ua >= ub;
    default:
      throw new RangeError(`no integer instruction ${name}`);
  }
}
