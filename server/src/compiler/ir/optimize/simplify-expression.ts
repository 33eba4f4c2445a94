import type { BinaryOp, IrExpr } from '../ir.js';
import { foldBinary, foldUnary } from './fold-constant.js';
import { isPure, speculationCost } from './purity.js';
import { rangeOf, within, type Range } from './range.js';

const truth: Range = { low: 0, high: 1 };
export const isTruth = (expr: IrExpr): boolean => expr.type === 'i32' && within(rangeOf(expr), truth);

const i32 = (value: number): IrExpr => ({ op: 'const', type: 'i32', value: value | 0 });
const isConst = (expr: IrExpr, value: number): boolean =>
  expr.op === 'const' && (expr.type === 'i32' || expr.type === 'i64') && Number(expr.value) === value;

const inverse: Readonly<Record<string, string>> = {
  eq: 'ne', ne: 'eq', lt_s: 'ge_s', ge_s: 'lt_s', gt_s: 'le_s', le_s: 'gt_s', lt_u: 'ge_u', ge_u: 'lt_u', gt_u: 'le_u', le_u: 'gt_u',
}; // prettier-ignore
const commutative = new Set(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne']);

/** One node whose operands are simplified already, simplified itself. Same value, same effects, same faults. */
export function simplifyNode(expr: IrExpr): IrExpr {
  switch (expr.op) {
    case 'unary':
      return simplifyUnary(expr);
    case 'binary':
      return simplifyBinary(expr);
    case 'cond':
      return simplifyCond(expr);
    case 'load':
      return foldOffset(expr);
    case 'seq':
      return expr.body.length === 0 ? expr.value : expr;
    case 'checkNonZero': {
      const { value } = expr;
      if (value.op === 'const') return isConst(value, 0) ? expr : value;
      const range = rangeOf(value);
      return expr.type === 'i32' && (range.low > 0 || range.high < 0) ? value : expr;
    }
    case 'checkIndex': {
      if (!within(rangeOf(expr.value), { low: expr.low, high: expr.high })) return expr;
      return expr.low === 0
        ? expr.value
        : simplifyNode({ op: 'binary', type: 'i32', code: 'i32.sub', left: expr.value, right: i32(expr.low) });
    }
    case 'checkRef':
      return expr.value.op === 'frame' ||
        expr.value.op === 'instance' ||
        (expr.value.op === 'const' && !isConst(expr.value, 0))
        ? expr.value
        : expr;
    default:
      return expr;
  }
}

function simplifyUnary(expr: IrExpr & { op: 'unary' }): IrExpr {
  const { value, code } = expr;
  if (value.op === 'const') return foldUnary(code, value.value) ?? expr;
  switch (code) {
    case 'i32.eqz':
      return negated(value) ?? expr;
    case 'i32.extend8_s':
      return within(rangeOf(value), { low: -128, high: 127 }) ? value : expr;
    case 'i32.extend16_s':
      return within(rangeOf(value), { low: -32_768, high: 32_767 }) ? value : expr;
    case 'i32.wrap_i64':
      if (value.op === 'unary' && (value.code === 'i64.extend_i32_s' || value.code === 'i64.extend_i32_u'))
        return value.value;
      return expr;
    default:
      return expr;
  }
}

/** The opposite of a condition as 0 or 1; undefined where `eqz` is the way to say it. */
function negated(value: IrExpr): IrExpr | undefined {
  if (value.op === 'unary' && value.code === 'i32.eqz') {
    return isTruth(value.value)
      ? value.value
      : { op: 'binary', type: 'i32', code: 'i32.ne', left: value.value, right: i32(0) };
  }
  if (value.op !== 'binary') return undefined;
  const [type, name] = [value.code.slice(0, 3), value.code.slice(4)];
  const opposite = inverse[name];
  // Comparisons of floats have no opposite but eq and ne: NaN is neither less nor not less.
  if (!opposite || (type.startsWith('f') && name !== 'eq' && name !== 'ne')) return undefined;
  return { ...value, code: `${type}.${opposite}` as BinaryOp };
}

function simplifyBinary(expr: IrExpr & { op: 'binary' }): IrExpr {
  const { code } = expr;
  let { left, right } = expr;
  const [type, name] = [code.slice(0, 3), code.slice(4)];
  const integer = type === 'i32' || type === 'i64';
  if (left.op === 'const' && right.op === 'const') return foldBinary(code, left.value, right.value) ?? expr;
  if (!integer) return expr;
  if (left.op === 'const' && commutative.has(name)) [left, right] = [right, left];
  if (right.op !== 'const') {
    if (code === 'i32.add') return constantsLast(left, right) ?? expr;
    return left === expr.left ? expr : { ...expr, left, right };
  }
  const value = BigInt(right.value);
  const same = left === expr.left && right === expr.right ? expr : { ...expr, left, right };
  switch (name) {
    case 'sub':
      if (value === 0n) return left;
      return simplifyNode({ ...expr, code: `${type as 'i32'}.add`, left, right: negate(right) });
    case 'add':
      if (value === 0n) return left;
      // (x + a) + b
      if (left.op === 'binary' && left.code === code && left.right.op === 'const') {
        return simplifyNode({ ...left, right: foldBinary(code, left.right.value, right.value)! });
      }
      return same;
    case 'or':
    case 'xor':
    case 'shl':
    case 'shr_s':
    case 'shr_u':
      return value === 0n ? left : same;
    case 'mul':
      if (value === 1n) return left;
      // (x + a) * b, as in addresses of array elements
      if (code === 'i32.mul' && addsConstant(left)) {
        const product = simplifyNode({ ...expr, left: left.left, right });
        return simplifyNode({
          op: 'binary',
          type: 'i32',
          code: 'i32.add',
          left: product,
          right: foldBinary(code, left.right.value, right.value)!,
        });
      }
      return value === 0n && isPure(left) ? right : same;
    case 'div_s':
    case 'div_u':
      return value === 1n ? left : same;
    case 'and':
      if (value === -1n) return left;
      if (value === 0n && isPure(left)) return right;
      // A mask of low bits over what has no others.
      if (
        type === 'i32' &&
        value > 0n &&
        (value & (value + 1n)) === 0n &&
        within(rangeOf(left), { low: 0, high: Number(value) })
      )
        return left;
      return same;
    case 'eq':
    case 'ne':
      if (type === 'i32' && isTruth(left)) {
        if (value === 0n)
          return name === 'ne' ? left : simplifyNode({ op: 'unary', type: 'i32', code: 'i32.eqz', value: left });
        if (value === 1n)
          return name === 'eq' ? left : simplifyNode({ op: 'unary', type: 'i32', code: 'i32.eqz', value: left });
      }
      return value === 0n && name === 'eq'
        ? { op: 'unary', type: 'i32', code: `${type as 'i32'}.eqz`, value: left }
        : same;
    default:
      return same;
  }
}

const addsConstant = (expr: IrExpr): expr is IrExpr & { op: 'binary'; right: IrExpr & { op: 'const' } } =>
  expr.op === 'binary' && expr.code === 'i32.add' && expr.right.op === 'const';

/** (x + a) + y as (x + y) + a, so that the constants of an address meet at its end. */
function constantsLast(left: IrExpr, right: IrExpr): IrExpr | undefined {
  const sum = (a: IrExpr, b: IrExpr): IrExpr =>
    simplifyNode({ op: 'binary', type: 'i32', code: 'i32.add', left: a, right: b });
  if (addsConstant(left)) return sum(sum(left.left, right), left.right);
  if (addsConstant(right)) return sum(sum(left, right.left), right.right);
  return undefined;
}

const negate = (expr: IrExpr & { op: 'const' }): IrExpr & { op: 'const' } =>
  expr.type === 'i64'
    ? { ...expr, value: BigInt.asIntN(64, -BigInt(expr.value)) }
    : { ...expr, value: -Number(expr.value) | 0 };

/** Both sides together may cost this much to be evaluated where one would do. */
const eagerCost = 6;

function simplifyCond(expr: IrExpr & { op: 'cond' }): IrExpr {
  const test = asTest(expr.test);
  const { then, otherwise } = expr;
  if (test.op === 'const') return Number(test.value) !== 0 ? then : otherwise;
  if (test.op === 'unary' && test.code === 'i32.eqz') {
    return simplifyCond({ ...expr, test: test.value, then: otherwise, otherwise: then });
  }
  const bit = isTruth(test) ? test : isTruth(expr.test) ? expr.test : undefined;
  if (expr.type === 'i32' && bit) {
    if (isConst(then, 1) && isConst(otherwise, 0)) return bit;
    if (isConst(then, 0) && isConst(otherwise, 1))
      return simplifyNode({ op: 'unary', type: 'i32', code: 'i32.eqz', value: test });
    // AND and OR of truth values need no branch where the right side costs little.
    if (isConst(otherwise, 0) && isTruth(then) && speculationCost(then) <= eagerCost) {
      return simplifyNode({ op: 'binary', type: 'i32', code: 'i32.and', left: bit, right: then });
    }
    if (isConst(then, 1) && isTruth(otherwise) && speculationCost(otherwise) <= eagerCost) {
      return simplifyNode({ op: 'binary', type: 'i32', code: 'i32.or', left: bit, right: otherwise });
    }
  }
  const result = test === expr.test ? expr : { ...expr, test };
  if (result.eager) return result;
  return canBeEager(result) ? { ...result, eager: true } : result;
}

function canBeEager({ test, then, otherwise }: IrExpr & { op: 'cond' }): boolean {
  if (speculationCost(then) + speculationCost(otherwise) > eagerCost) return false;
  return isPure(test) || (then.op === 'const' && otherwise.op === 'const');
}

/** A condition where only zero or not zero matters. */
export function asTest(expr: IrExpr): IrExpr {
  if (expr.op === 'binary' && expr.code === 'i32.ne' && isConst(expr.right, 0)) return asTest(expr.left);
  if (expr.op === 'unary' && expr.code === 'i32.eqz' && expr.value.op === 'unary' && expr.value.code === 'i32.eqz')
    return asTest(expr.value.value);
  return expr;
}

/** Moves a constant of the address into the instruction, where the sum can't wrap. */
export function foldOffset<T extends { readonly address: IrExpr; readonly offset: number }>(access: T): T {
  const { address, offset } = access;
  if (address.op === 'const') {
    const at = (Number(address.value) >>> 0) + offset;
    return at === offset || at > 0x7fff_ffff ? access : { ...access, address: i32(0), offset: at };
  }
  if (address.op !== 'binary' || address.code !== 'i32.add' || address.right.op !== 'const') return access;
  const add = Number(address.right.value);
  const rest = address.left;
  // x - 4, not negative, with 100 behind it: x with 96 behind it.
  if (add < 0) {
    return offset + add >= 0 && rangeOf(address).low >= 0
      ? foldOffset({ ...access, address: rest, offset: offset + add })
      : access;
  }
  const most = highestAddress(rest);
  return add >= 0 && most !== undefined && most + add <= 0x7fff_ffff
    ? foldOffset({ ...access, address: rest, offset: offset + add })
    : access;
}

/** Instances and frames lie in the first gigabyte: memory is no larger. */
const highestBase = 0x3fff_ffff;

/** The most that an address that is not negative can be; undefined where it may be anything. */
function highestAddress(expr: IrExpr): number | undefined {
  if (expr.op === 'instance' || expr.op === 'frame') return highestBase;
  const range = rangeOf(expr);
  if (range.low >= 0 && range.high < 0x7fff_ffff) return range.high;
  if (expr.op !== 'binary' || expr.code !== 'i32.add') return undefined;
  const left = highestAddress(expr.left);
  const right = highestAddress(expr.right);
  return left === undefined || right === undefined ? undefined : left + right;
}
