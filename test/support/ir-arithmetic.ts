import type { BinaryOp, UnaryOp } from '../../server/src/compiler/ir/ir.js';

/** i32: integer number -2^31 .. 2^31-1; i64: bigint, signed; f32: number rounded to single precision; f64: number. */
export type IrValue = number | bigint;

const scratch = new DataView(new ArrayBuffer(8));
const signed = (bits: 32 | 64, value: bigint): IrValue =>
  bits === 32 ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value);

export function unaryOperation(code: UnaryOp, value: IrValue): IrValue {
  const [type, name] = code.split('.') as [string, string];
  if (type === 'i32' || type === 'i64') return integerUnary(type === 'i32' ? 32 : 64, name, value);
  const result = floatUnary(name, value);
  return type === 'f32'
    ? name.startsWith('convert_i64')
      ? nearestSingle(name.endsWith('u') ? BigInt.asUintN(64, value as bigint) : (value as bigint))
      : Math.fround(result)
    : result;
}

function integerUnary(bits: 32 | 64, name: string, value: IrValue): IrValue {
  switch (name) {
    case 'eqz':
      return BigInt(value) === 0n ? 1 : 0;
    case 'clz':
      return signed(
        bits,
        BigInt(bits - (BigInt(value) === 0n ? 0 : BigInt.asUintN(bits, BigInt(value)).toString(2).length)),
      );
    case 'ctz': {
      const text = BigInt.asUintN(bits, BigInt(value)).toString(2);
      return signed(bits, BigInt(BigInt(value) === 0n ? bits : text.length - 1 - text.lastIndexOf('1')));
    }
    case 'popcnt':
      return signed(bits, BigInt(BigInt.asUintN(bits, BigInt(value)).toString(2).replaceAll('0', '').length));
    case 'extend8_s':
      return signed(bits, BigInt.asIntN(8, BigInt(value)));
    case 'extend16_s':
      return signed(bits, BigInt.asIntN(16, BigInt(value)));
    case 'extend32_s':
    case 'extend_i32_s':
      return signed(bits, BigInt.asIntN(32, BigInt(value)));
    case 'extend_i32_u':
      return signed(bits, BigInt.asUintN(32, BigInt(value)));
    case 'wrap_i64':
      return signed(32, value as bigint);
    case 'reinterpret_f32':
      return Number.isNaN(value) ? 0x7fc0_0000 : (scratch.setFloat32(0, value as number), scratch.getInt32(0));
    case 'reinterpret_f64':
      return Number.isNaN(value)
        ? 0x7ff8_0000_0000_0000n
        : (scratch.setFloat64(0, value as number), scratch.getBigInt64(0));
    default: {
      const match = /^trunc_sat_f(?:32|64)_([su])$/.exec(name);
      if (!match) throw new Error(`unknown operation ${name}`);
      const low = match[1] === 's' ? -(2n ** BigInt(bits - 1)) : 0n;
      const high = match[1] === 's' ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
      const number = value as number;
      if (Number.isNaN(number)) return signed(bits, 0n);
      if (number === Infinity) return signed(bits, high);
      if (number === -Infinity) return signed(bits, low);
      const whole = BigInt(Math.trunc(number));
      return signed(bits, whole < low ? low : whole > high ? high : whole);
    }
  }
}

function floatUnary(name: string, value: IrValue): number {
  const number = Number(value);
  switch (name) {
    case 'convert_i32_s':
    case 'convert_i64_s':
    case 'demote_f64':
    case 'promote_f32':
      return number;
    case 'convert_i32_u':
      return number >>> 0;
    case 'convert_i64_u':
      return Number(BigInt.asUintN(64, value as bigint));
    case 'reinterpret_i32':
      scratch.setInt32(0, number);
      return scratch.getFloat32(0);
    case 'reinterpret_i64':
      scratch.setBigInt64(0, value as bigint);
      return scratch.getFloat64(0);
    case 'abs':
      return Math.abs(number);
    case 'neg':
      return -number;
    case 'ceil':
      return Math.ceil(number);
    case 'floor':
      return Math.floor(number);
    case 'trunc':
      return Math.trunc(number);
    case 'sqrt':
      return Math.sqrt(number);
    case 'nearest': {
      if (!Number.isFinite(number) || number === 0) return number;
      const below = Math.floor(number);
      const rest = number - below;
      const rounded = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
      return rounded === 0 && number < 0 ? -0 : rounded;
    }
    default:
      throw new Error(`unknown operation ${name}`);
  }
}

/** The single nearest to an integer, ties to even; by way of a double it could be rounded twice. */
export function nearestSingle(value: bigint): number {
  const negative = value < 0n;
  let magnitude = negative ? -value : value;
  const excess = Math.max(0, magnitude.toString(2).length - 24);
  if (excess > 0) {
    const unit = 1n << BigInt(excess);
    const rest = magnitude % unit;
    magnitude -= rest;
    if (rest * 2n > unit || (rest * 2n === unit && (magnitude / unit) % 2n === 1n)) magnitude += unit;
  }
  return negative ? -Number(magnitude) : Number(magnitude);
}

export function binaryOperation(code: BinaryOp, left: IrValue, right: IrValue): IrValue {
  const [type, name] = code.split('.') as [string, string];
  if (type === 'i32' || type === 'i64')
    return integerBinary(type === 'i32' ? 32 : 64, name, BigInt(left), BigInt(right));
  return floatBinary(type === 'f32', name, left as number, right as number);
}

function integerBinary(bits: 32 | 64, name: string, left: bigint, right: bigint): IrValue {
  const unsigned = (value: bigint): bigint => BigInt.asUintN(bits, value);
  const truth = (value: boolean): IrValue => (value ? 1 : 0);
  const count = unsigned(right) % BigInt(bits);
  switch (name) {
    case 'add':
      return signed(bits, left + right);
    case 'sub':
      return signed(bits, left - right);
    case 'mul':
      return signed(bits, left * right);
    case 'div_s':
      return signed(bits, left / right);
    case 'div_u':
      return signed(bits, unsigned(left) / unsigned(right));
    case 'rem_s':
      return signed(bits, left % right);
    case 'rem_u':
      return signed(bits, unsigned(left) % unsigned(right));
    case 'and':
      return signed(bits, left & right);
    case 'or':
      return signed(bits, left | right);
    case 'xor':
      return signed(bits, left ^ right);
    case 'shl':
      return signed(bits, left << count);
    case 'shr_s':
      return signed(bits, left >> count);
    case 'shr_u':
      return signed(bits, unsigned(left) >> count);
    case 'rotl':
      return signed(bits, (unsigned(left) << count) | (unsigned(left) >> (BigInt(bits) - count)));
    case 'rotr':
      return signed(bits, (unsigned(left) >> count) | (unsigned(left) << (BigInt(bits) - count)));
    case 'eq':
      return truth(left === right);
    case 'ne':
      return truth(left !== right);
    case 'lt_s':
      return truth(left < right);
    case 'lt_u':
      return truth(unsigned(left) < unsigned(right));
    case 'gt_s':
      return truth(left > right);
    case 'gt_u':
      return truth(unsigned(left) > unsigned(right));
    case 'le_s':
      return truth(left <= right);
    case 'le_u':
      return truth(unsigned(left) <= unsigned(right));
    case 'ge_s':
      return truth(left >= right);
    case 'ge_u':
      return truth(unsigned(left) >= unsigned(right));
    default:
      throw new Error(`unknown operation ${name}`);
  }
}

function floatBinary(single: boolean, name: string, left: number, right: number): number {
  const round = (value: number): number => (single ? Math.fround(value) : value);
  switch (name) {
    case 'add':
      return round(left + right);
    case 'sub':
      return round(left - right);
    case 'mul':
      return round(left * right);
    case 'div':
      return round(left / right);
    case 'min':
      return Math.min(left, right);
    case 'max':
      return Math.max(left, right);
    case 'copysign': {
      // NaN counts as positive.
      const negative = right < 0 || Object.is(right, -0);
      return negative ? -Math.abs(left) : Math.abs(left);
    }
    case 'eq':
      return left === right ? 1 : 0;
    case 'ne':
      return left !== right ? 1 : 0;
    case 'lt':
      return left < right ? 1 : 0;
    case 'gt':
      return left > right ? 1 : 0;
    case 'le':
      return left <= right ? 1 : 0;
    case 'ge':
      return left >= right ? 1 : 0;
    default:
      throw new Error(`unknown operation ${name}`);
  }
}
