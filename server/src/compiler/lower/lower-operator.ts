import { elementaryTypes as e, type Type } from '../check/types.js';
import type { IrStmt } from '../ir/ir.js';
import type { BinaryExpression, BinaryOperator, Expression } from '../syntax/ast.js';
import { foldBinary } from './fold-operator.js';
import type { FunctionBuilder } from './function-builder.js';

import { operandType, reportNoValue } from './lower-convert.js';
import { isValueOperand, lowerExpression } from './lower-expression.js';
import { errorOperand, type Operand } from './operand.js';
import { combineArithmetic } from './lower-arithmetic.js';
import { reportZeroDivisor } from './operator-operands.js';
import { combineComparison } from './lower-comparison.js';
import { combineLogic } from './lower-logic.js';

const comparisons: ReadonlySet<BinaryOperator> = new Set(['=', '<>', '<', '>', '<=', '>=']);
const logic: ReadonlySet<BinaryOperator> = new Set(['AND', 'OR', 'XOR', 'AND_THEN', 'OR_ELSE']);

export function lowerBinary(f: FunctionBuilder, node: BinaryExpression, expected: Type | undefined): Operand {
  // A chain `a + b + c ...` leans to the left: walk down it instead of calling deep.
  const chain: BinaryExpression[] = [node];
  for (let left = node.left; left.kind === 'binary'; left = left.left) chain.push(left);
  const first = chain.at(-1)!;
  const wanted = comparisons.has(first.op) ? undefined : expected;
  let operand = lowerExpression(f, first.left, wanted);
  for (let i = chain.length - 1; i >= 0; i -= 1) {
    const one = chain[i]!;
    const leftType = operandType(operand);
    const hint =
      leftType.kind === 'enum' || leftType.kind === 'elementary'
        ? leftType
        : comparisons.has(one.op)
          ? undefined
          : expected;
    const late: IrStmt[] = [];
    const right =
      one.op === 'AND_THEN' || one.op === 'OR_ELSE'
        ? lowerLate(f, one.right, late)
        : lowerExpression(f, one.right, hint);
    // `GREEN = color`: the name on the left gets its meaning from the right.
    if (
      i === chain.length - 1 &&
      comparisons.has(one.op) &&
      first.left.kind === 'name' &&
      operandType(right).kind === 'enum' &&
      operandType(right) !== leftType
    ) {
      operand = lowerExpression(f, first.left, operandType(right));
    }
    operand = combine(f, one, operand, right, late, expected);
  }
  return operand;
}

/** An operand whose statements run only where it is asked for. */
function lowerLate(f: FunctionBuilder, node: Expression, statements: IrStmt[]): Operand {
  let operand: Operand = errorOperand;
  statements.push(...f.capture(() => (operand = lowerExpression(f, node, e.BOOL))));
  return operand;
}

function combine(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  late: IrStmt[],
  expected: Type | undefined,
): Operand {
  if (!hasValue(f, left, node.left) || !hasValue(f, right, node.right)) return errorOperand;
  if (left.kind === 'literal' && right.kind === 'literal') {
    const folded = foldLiterals(f, node, left, right);
    if (folded) return folded;
  }
  if (logic.has(node.op)) return combineLogic(f, node, left, right, late);
  if (comparisons.has(node.op)) return combineComparison(f, node, left, right);
  return combineArithmetic(f, node, left, right, expected);
}

function hasValue(f: FunctionBuilder, operand: Operand, node: Expression): boolean {
  if (isValueOperand(operand)) return true;
  if (operand.kind !== 'error') reportNoValue(f, operand, node.span);
  return false;
}

function foldLiterals(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand & { kind: 'literal' },
  right: Operand & { kind: 'literal' },
): Operand | undefined {
  let a = left.value;
  let b = right.value;
  if (typeof a === 'number' && typeof b === 'bigint') b = Number(b);
  if (typeof b === 'number' && typeof a === 'bigint') a = Number(a);
  if ((node.op === '/' || node.op === 'MOD') && b === 0n) {
    reportZeroDivisor(f, node.right.span);
    return errorOperand;
  }
  if (node.op === '**' && typeof a === 'bigint' && typeof b === 'bigint' && b >= 0n && b <= 64n)
    return { kind: 'literal', type: { kind: 'literal', form: 'int' }, value: a ** b };
  const value = foldBinary(node.op, a, b);
  if (value === undefined) return undefined;
  if (typeof value === 'bigint' && (value > 1n << 128n || value < -(1n << 128n))) return undefined;
  const form = typeof value === 'bigint' ? 'int' : typeof value === 'number' ? 'real' : 'bool';
  const based = left.based === true && right.based === true;
  return { kind: 'literal', type: { kind: 'literal', form }, value, ...(based && form === 'int' && { based }) };
}
