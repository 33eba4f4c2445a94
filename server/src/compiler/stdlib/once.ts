import type { IrExpr, IrStmt } from '../ir/ir.js';
import { localValue, seq } from '../ir/make.js';
import type { LowerContext } from './standard-function.js';

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
