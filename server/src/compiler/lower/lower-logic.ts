import { isBits, isInteger } from '../check/conversion.js';
import { elementaryTypes as e, underlying, type ElementaryType, type Type } from '../check/types.js';
import type { BinaryOp, IrExpr, IrStmt } from '../ir/ir.js';
import type { BinaryExpression } from '../syntax/ast.js';
import { foldBinary, foldTypedBinary } from './fold-operator.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, cond, i32 } from '../ir/make.js';
import { constantOf, convertValue, operandType, rvalue, typedConstant } from './lower-convert.js';
import { type Operand } from './operand.js';
import { both, reportOperator } from './operator-operands.js';

/** AND, OR, XOR on truth values and on bits; AND_THEN and OR_ELSE leave out the right side where the left one decides. */
export function combineLogic(
  f: FunctionBuilder,
  node: BinaryExpression,
  l: Operand,
  r: Operand,
  late: IrStmt[],
): Operand {
  const [left, right] = both(f, l, r, true);
  const a = underlying(operandType(left));
  const b = underlying(operandType(right));
  const takes = (t: Type): t is ElementaryType => t === e.BOOL || isBits(t) || isInteger(t);
  if (!takes(a) || !takes(b)) return reportOperator(f, node, l, r);
  const short = node.op === 'AND_THEN' || node.op === 'OR_ELSE';
  if (a === e.BOOL && b === e.BOOL) {
    const x = constantOf(left);
    const y = constantOf(right);
    const folded = x !== undefined && y !== undefined ? foldBinary(node.op, x, y) : undefined;
    if (folded !== undefined) return typedConstant(f, e.BOOL, folded);
    const first = rvalue(f, left, node.left.span);
    if (short) {
      const second: IrExpr =
        late.length > 0
          ? { op: 'seq', type: 'i32', body: late, value: rvalue(f, right, node.right.span) }
          : rvalue(f, right, node.right.span);
      return {
        kind: 'value',
        type: e.BOOL,
        ir: node.op === 'AND_THEN' ? cond(first, second, i32(0)) : cond(first, i32(1), second),
      };
    }
    const code = { AND: 'i32.and', OR: 'i32.or', XOR: 'i32.xor' } as const;
    return {
      kind: 'value',
      type: e.BOOL,
      ir: binary(code[node.op as 'AND' | 'OR' | 'XOR'], first, rvalue(f, right, node.right.span)),
    };
  }
  if (short || a === e.BOOL || b === e.BOOL) return reportOperator(f, node, l, r);
  const type = a === b ? a : commonBits(a, b);
  const x = constantOf(left);
  const y = constantOf(right);
  const folded = x !== undefined && y !== undefined ? foldTypedBinary(node.op, x, y, type) : undefined;
  if (folded !== undefined) return typedConstant(f, type, folded);
  const code = `${type.num as 'i32' | 'i64'}.${node.op.toLowerCase() as 'and' | 'or' | 'xor'}` as BinaryOp;
  const first = convertValue(f, rvalue(f, left, node.left.span), a, type, node.span);
  return {
    kind: 'value',
    type,
    ir: binary(code, first, convertValue(f, rvalue(f, right, node.right.span), b, type, node.span)),
  };
}

/** Bit strings and integers combined bit by bit: as wide as the wider one, and a bit string if one is. */
function commonBits(a: ElementaryType, b: ElementaryType): ElementaryType {
  if (isBits(a) === isBits(b)) return a.size >= b.size ? a : b;
  const size = Math.max(a.size, b.size);
  return size <= 1 ? e.BYTE : size <= 2 ? e.WORD : size <= 4 ? e.DWORD : e.LWORD;
}
