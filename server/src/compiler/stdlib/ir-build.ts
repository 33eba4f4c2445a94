import type { BinaryOp, IrExpr, IrLocal, IrStmt, NumType, UnaryOp } from '../ir/ir.js';
import type { HostFunctionName } from '../../model/host-function.js';
import type { LowerContext } from './standard-function.js';

/** Short forms for building IR trees. Nothing here knows the library. */
export const i32 = (value: number): IrExpr => ({ op: 'const', type: 'i32', value: value | 0 });
export const i64 = (value: bigint): IrExpr => ({ op: 'const', type: 'i64', value: BigInt.asIntN(64, value) });
export const f64 = (value: number): IrExpr => ({ op: 'const', type: 'f64', value });
export const f32 = (value: number): IrExpr => ({ op: 'const', type: 'f32', value: Math.fround(value) });

/** A constant of any number type. */
export function constant(type: NumType, value: number | bigint): IrExpr {
  switch (type) {
    case 'i32':
      return i32(Number(BigInt.asIntN(32, BigInt(value))));
    case 'i64':
      return i64(BigInt(value));
    case 'f32':
      return f32(Number(value));
    case 'f64':
      return f64(Number(value));
  }
}

export const unary = (code: UnaryOp, value: IrExpr): IrExpr => ({
  op: 'unary',
  type: code.endsWith('.eqz') ? 'i32' : prefixOf(code),
  code,
  value,
});
const comparison = /\.(eq|ne|lt|gt|le|ge)(_[su])?$/;
export const binary = (code: BinaryOp, left: IrExpr, right: IrExpr): IrExpr => ({
  op: 'binary',
  type: comparison.test(code) ? 'i32' : prefixOf(code),
  code,
  left,
  right,
});
const prefixOf = (code: string): NumType => code.slice(0, 3) as NumType;

export const cond = (test: IrExpr, then: IrExpr, otherwise: IrExpr): IrExpr => ({
  op: 'cond',
  type: then.type,
  test,
  then,
  otherwise,
});
export const callHost = (callee: HostFunctionName, args: readonly IrExpr[], type: NumType): IrExpr => ({
  op: 'callHost',
  type,
  callee,
  args,
});
export const seq = (body: readonly IrStmt[], value: IrExpr): IrExpr =>
  body.length === 0 ? value : { op: 'seq', type: value.type, body, value };
export const localValue = (local: IrLocal): IrExpr => ({ op: 'local', type: local.type, local });
export const drop = (value: IrExpr): IrStmt => ({ op: 'drop', value });
export const not = (test: IrExpr): IrExpr => unary('i32.eqz', test);

/** Whether an expression may be written twice: no cost, no effect, and nothing between the two can change it. */
const repeatable = (e: IrExpr): boolean => e.op === 'const' || e.op === 'frame' || e.op === 'instance';

/** Evaluates `values` once each, in order, and builds on them as often as needed. */
export function once(
  context: LowerContext,
  values: readonly IrExpr[],
  build: (values: readonly IrExpr[]) => IrExpr,
): IrExpr {
  const body: IrStmt[] = [];
  const held = values.map((value) => {
    if (repeatable(value)) return value;
    const local = context.local(value.type, 'arg');
    body.push({ op: 'setLocal', local, value });
    return localValue(local);
  });
  return seq(body, build(held));
}
