import type { ElementaryType } from '../check/types.js';
import type { BinaryOp, IrExpr } from '../ir/ir.js';
import { binary, i32 } from '../ir/make.js';
import type { LowerContext } from './standard-function.js';
import { isUnsigned } from './wrap-integer.js';

export type Relation = 'gt' | 'ge' | 'eq' | 'le' | 'lt' | 'ne';

/** A comparison of two values of one elementary type; REAL as IEEE 754 has it: NaN differs from everything. */
export function compareScalars(relation: Relation, type: ElementaryType, left: IrExpr, right: IrExpr): IrExpr {
  const signed = type.group === 'real' || relation === 'eq' || relation === 'ne' ? '' : isUnsigned(type) ? '_u' : '_s';
  return binary(`${type.num}.${relation}${signed}` as BinaryOp, left, right);
}

/** A comparison of two strings of one kind, given by address. */
export function compareStrings(
  relation: Relation,
  wide: boolean,
  left: IrExpr,
  right: IrExpr,
  context: LowerContext,
): IrExpr {
  const prefix = wide ? '__WSTR' : '__STR';
  if (relation === 'eq') return context.callPrelude(`${prefix}_EQUAL`, [left, right], 'i32');
  if (relation === 'ne') return binary('i32.eq', context.callPrelude(`${prefix}_EQUAL`, [left, right], 'i32'), i32(0));
  return binary(`i32.${relation}_s`, context.callPrelude(`${prefix}_COMPARE`, [left, right], 'i32'), i32(0));
}
