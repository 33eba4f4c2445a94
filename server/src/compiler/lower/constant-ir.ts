import type { Constant } from '../check/compilation.js';
import { underlying, type Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { constant } from '../ir/make.js';

/** The IR of a scalar constant in its type's representation. */
export function constantIr(value: Constant, type: Type): IrExpr {
  const scalar = underlying(type);
  const num = scalar.kind === 'elementary' ? scalar.num : 'i32';
  return constant(num, typeof value === 'boolean' ? Number(value) : (value as number | bigint));
}
