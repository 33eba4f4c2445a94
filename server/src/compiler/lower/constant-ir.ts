import type { Constant } from '../check/compilation.js';
import { underlying, type Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { f32, f64, i32, i64 } from './ir-make.js';

/** The IR of a scalar constant in its type's representation. */
export function constantIr(value: Constant, type: Type): IrExpr {
  const scalar = underlying(type);
  const num = scalar.kind === 'elementary' ? scalar.num : 'i32';
  switch (num) {
    case 'i32':
      return i32(typeof value === 'boolean' ? (value ? 1 : 0) : Number(BigInt.asIntN(32, BigInt(value))));
    case 'i64':
      return i64(BigInt(value));
    case 'f32':
      return f32(Number(value));
    case 'f64':
      return f64(Number(value));
  }
}
