import type { IrExpr, IrRange, MemType } from '../ir.js';

/** Inclusive bounds of an i32 value, read as signed. */
export type Range = IrRange;

const whole: Range = { low: -0x8000_0000, high: 0x7fff_ffff };
const truth: Range = { low: 0, high: 1 };
const memRanges: Readonly<Record<MemType | 'bit', Range>> = {
  bit: truth,
  i8: { low: -128, high: 127 },
  u8: { low: 0, high: 255 },
  i16: { low: -32_768, high: 32_767 },
  u16: { low: 0, high: 65_535 },
  i32: whole,
  i64: whole,
  f32: whole,
  f64: whole,
};

export const rangeOfMem = (mem: MemType | 'bit'): Range => memRanges[mem];

export const within = (inner: Range, outer: Range): boolean => inner.low >= outer.low && inner.high <= outer.high;

const fits = (low: number, high: number): Range => (low >= whole.low && high <= whole.high ? { low, high } : whole);

/** Least 2^k - 1 that is not below a non-negative number. */
const ones = (value: number): number => (value === 0 ? 0 : 2 ** (32 - Math.clz32(value)) - 1);

/** Bounds that an i32 expression's value keeps; the whole of i32 where nothing is known. Depth is limited, to stay linear. */
export function rangeOf(expr: IrExpr, depth = 6): Range {
  if (expr.type !== 'i32') return whole;
  switch (expr.op) {
    case 'const': {
      const value = Number(expr.value) | 0;
      return { low: value, high: value };
    }
    case 'local':
      if (expr.range) return expr.range;
      return expr.local.holds ? memRanges[expr.local.holds] : whole;
    case 'loadCell':
      if (expr.range) return expr.range;
      return expr.cell.bit === undefined ? memRanges[expr.cell.mem] : truth;
    case 'load':
      return memRanges[expr.mem];
    case 'cond':
    case 'seq':
    case 'checkNonZero':
    case 'checkIndex':
    case 'unary':
    case 'binary':
      return depth > 0 ? combined(expr, depth - 1) : whole;
    default:
      return whole;
  }
}

function combined(expr: IrExpr, depth: number): Range {
  switch (expr.op) {
    case 'cond': {
      const then = rangeOf(expr.then, depth);
      const otherwise = rangeOf(expr.otherwise, depth);
      return { low: Math.min(then.low, otherwise.low), high: Math.max(then.high, otherwise.high) };
    }
    case 'seq': {
      const { value } = expr;
      const last = expr.body.at(-1);
      // Kept in a local on the way: what was kept is the value.
      if (value.op === 'local' && last?.op === 'setLocal' && last.local.id === value.local.id)
        return rangeOf(last.value, depth);
      return rangeOf(value, depth);
    }
    case 'checkNonZero':
      return rangeOf(expr.value, depth);
    case 'checkIndex': {
      // A check that passes at all leaves 0 .. high - low.
      const value = rangeOf(expr.value, depth);
      const low = Math.max(value.low, expr.low) - expr.low;
      const high = Math.min(value.high, expr.high) - expr.low;
      return low <= high && high <= whole.high ? { low, high } : fits(0, expr.high - expr.low);
    }
    case 'unary':
      return unaryRange(expr, depth);
    case 'binary':
      return binaryRange(expr, depth);
    default:
      return whole;
  }
}

function unaryRange(expr: IrExpr & { op: 'unary' }, depth: number): Range {
  switch (expr.code) {
    case 'i32.eqz':
    case 'i64.eqz':
      return truth;
    case 'i32.extend8_s':
    case 'i32.extend16_s': {
      const bounds = memRanges[expr.code === 'i32.extend8_s' ? 'i8' : 'i16'];
      const value = rangeOf(expr.value, depth);
      return within(value, bounds) ? value : bounds;
    }
    case 'i32.clz':
    case 'i32.ctz':
    case 'i32.popcnt':
      return { low: 0, high: 32 };
    default:
      return whole;
  }
}

function binaryRange(expr: IrExpr & { op: 'binary' }, depth: number): Range {
  const name = expr.code.slice(4);
  if (/^(eq|ne|lt|gt|le|ge)/.test(name)) return truth;
  const left = rangeOf(expr.left, depth);
  const right = rangeOf(expr.right, depth);
  const constant = right.low === right.high ? right.low : undefined;
  switch (name) {
    case 'add':
      return fits(left.low + right.low, left.high + right.high);
    case 'sub':
      return fits(left.low - right.high, left.high - right.low);
    case 'mul': {
      const corners = [left.low * right.low, left.low * right.high, left.high * right.low, left.high * right.high];
      return fits(Math.min(...corners), Math.max(...corners));
    }
    case 'and':
      if (left.low >= 0 && right.low >= 0) return { low: 0, high: Math.min(left.high, right.high) };
      if (left.low >= 0) return { low: 0, high: left.high };
      return right.low >= 0 ? { low: 0, high: right.high } : whole;
    case 'or':
    case 'xor':
      return left.low >= 0 && right.low >= 0 ? { low: 0, high: ones(Math.max(left.high, right.high)) } : whole;
    case 'shl':
      return constant !== undefined && constant >= 0 && constant < 31
        ? fits(left.low * 2 ** constant, left.high * 2 ** constant)
        : whole;
    case 'shr_s':
      return constant !== undefined && constant >= 0 && constant < 32
        ? { low: left.low >> constant, high: left.high >> constant }
        : whole;
    case 'shr_u':
      if (constant === undefined || constant < 0 || constant > 31)
        return left.low >= 0 ? { low: 0, high: left.high } : whole;
      if (left.low >= 0) return { low: left.low >>> constant, high: left.high >>> constant };
      return constant === 0 ? whole : { low: 0, high: 0xffff_ffff >>> constant };
    case 'div_s':
      return constant !== undefined && constant > 0
        ? { low: Math.trunc(left.low / constant), high: Math.trunc(left.high / constant) }
        : whole;
    case 'rem_s': {
      if (constant === undefined || constant === 0) return whole;
      const most = Math.abs(constant) - 1;
      return {
        low: left.low >= 0 ? 0 : Math.max(-most, left.low),
        high: left.high <= 0 ? 0 : Math.min(most, left.high),
      };
    }
    case 'div_u':
      if (constant === undefined || constant <= 0) return left.low >= 0 ? { low: 0, high: left.high } : whole;
      return left.low >= 0 || constant > 1
        ? { low: 0, high: Math.trunc((left.low >= 0 ? left.high : 0xffff_ffff) / constant) }
        : whole;
    case 'rem_u':
      return constant !== undefined && constant > 0
        ? { low: 0, high: constant - 1 }
        : left.low >= 0 && right.low > 0
          ? { low: 0, high: left.high }
          : whole;
    default:
      return whole;
  }
}
