import type { ElementaryType, Type } from '../check/types.js';
import type { IrExpr, IrStmt } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import { elementaryOf } from './arguments.js';
import type { LowerContext, Overload } from './standard-function.js';
import { foldBinary, foldUnary } from './fold-operation.js';

/** Value of a constant argument or result. */
export type ConstantValue = bigint | number | boolean | string;

/** Thrown inside: the expression needs memory, a call or a fault. */
class NotConstant extends Error {}

/**
 * Folds a call by lowering it on constants and evaluating the tree, so that a constant expression has exactly the value
 * that the running program would compute. Undefined where the tree reaches memory, the prelude, or a fault.
 */
export function foldByLowering(
  overload: Omit<Overload, 'fold'>,
  profile: Profile,
  args: readonly ConstantValue[],
): ConstantValue | undefined {
  const result = elementaryOf(overload.result);
  if (!result || args.length !== overload.params.length) return undefined;
  try {
    const lowered = overload.lower(
      args.map((value, i) => toIr(overload.params[i]!, value)),
      foldingContext(profile),
    );
    return fromNumber(result, evaluate(lowered, new Map()));
  } catch (error) {
    if (error instanceof NotConstant) return undefined;
    throw error;
  }
}

function toIr(type: Type, value: ConstantValue): IrExpr {
  const own = elementaryOf(type);
  if (!own || typeof value === 'string') throw new NotConstant();
  const number = typeof value === 'boolean' ? (value ? 1n : 0n) : value;
  switch (own.num) {
    case 'i32':
      if (typeof number !== 'bigint') throw new NotConstant();
      return { op: 'const', type: 'i32', value: Number(BigInt.asIntN(32, number)) };
    case 'i64':
      if (typeof number !== 'bigint') throw new NotConstant();
      return { op: 'const', type: 'i64', value: BigInt.asIntN(64, number) };
    case 'f32':
      return { op: 'const', type: 'f32', value: Math.fround(Number(number)) };
    case 'f64':
      return { op: 'const', type: 'f64', value: Number(number) };
  }
}

function fromNumber(type: ElementaryType, value: number | bigint): ConstantValue {
  if (type.group === 'bool') return value !== 0;
  if (type.group === 'real') return Number(value);
  const whole = BigInt(value);
  return type.group === 'unsigned' || type.group === 'bits' || type.group === 'char'
    ? BigInt.asUintN(type.size * 8, whole)
    : whole;
}

function foldingContext(profile: Profile): LowerContext {
  let next = 0;
  const refuse = (): never => {
    throw new NotConstant();
  };
  return {
    profile,
    site: -1,
    local: (type, name) => ({ id: next++, name, type }),
    scratch: refuse,
    stringConstant: refuse,
    emit: refuse,
    callPrelude: refuse,
  };
}

type Locals = Map<number, number | bigint>;
const math: Readonly<Record<string, (...args: number[]) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  exp: Math.exp,
  ln: Math.log,
  log10: Math.log10,
  pow: Math.pow,
};

function evaluate(e: IrExpr, locals: Locals): number | bigint {
  switch (e.op) {
    case 'const':
      return e.value;
    case 'local': {
      const value = locals.get(e.local.id);
      if (value === undefined) throw new NotConstant();
      return value;
    }
    case 'unary':
      return foldUnary(e.code, evaluate(e.value, locals));
    case 'binary':
      return foldBinary(e.code, evaluate(e.left, locals), evaluate(e.right, locals));
    case 'cond':
      return evaluate(evaluate(e.test, locals) !== 0 ? e.then : e.otherwise, locals);
    case 'seq':
      e.body.forEach((statement) => run(statement, locals));
      return evaluate(e.value, locals);
    case 'callHost': {
      const fn = math[e.callee];
      if (!fn) throw new NotConstant();
      return fn(...e.args.map((arg) => Number(evaluate(arg, locals))));
    }
    case 'checkNonZero': {
      const value = evaluate(e.value, locals);
      if (value == 0) throw new NotConstant();
      return value;
    }
    default:
      throw new NotConstant();
  }
}

function run(statement: IrStmt, locals: Locals): void {
  switch (statement.op) {
    case 'setLocal':
      locals.set(statement.local.id, evaluate(statement.value, locals));
      return;
    case 'drop':
      evaluate(statement.value, locals);
      return;
    case 'if':
      (evaluate(statement.test, locals) !== 0 ? statement.then : statement.otherwise).forEach((inner) =>
        run(inner, locals),
      );
      return;
    default:
      throw new NotConstant();
  }
}
