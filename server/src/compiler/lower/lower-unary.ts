import { isBits, isInteger, isNumber, isReal } from '../check/conversion.js';
import { typeName } from '../check/type-name.js';
import { elementaryTypes as e, underlying, type Type } from '../check/types.js';
import type { UnaryExpression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, i32, i64, not, unary, zero } from '../ir/make.js';
import { wrapConstant } from './literal-value.js';
import { constantOf, operandType, reportNoValue, rvalue, typedConstant, valueAs } from './lower-convert.js';
import { isValueOperand, lowerExpression } from './lower-expression.js';
import { wrapInteger } from '../stdlib/wrap-integer.js';
import { errorOperand, type Operand } from './operand.js';

export function lowerUnary(f: FunctionBuilder, node: UnaryExpression, expected: Type | undefined): Operand {
  const operand = lowerExpression(f, node.operand, expected);
  if (operand.kind === 'error') return operand;
  if (!isValueOperand(operand)) {
    reportNoValue(f, operand, node.operand.span);
    return errorOperand;
  }
  if (operand.kind === 'literal') {
    const folded = foldUnary(node.op, operand);
    if (folded) return folded;
  }
  const type = underlying(operandType(operand));
  if (type.kind === 'error') return errorOperand;
  const bad = (takes: string): Operand => {
    f.c.problems.report('E3002', node.span, `${node.op} takes ${takes}, not ${typeName(operandType(operand))}.`);
    return errorOperand;
  };
  if (type.kind !== 'elementary') return bad(node.op === 'NOT' ? 'a BOOL or bit string' : 'a number');
  const value = rvalue(f, operand, node.operand.span);
  const constant = constantOf(operand);
  switch (node.op) {
    case '+':
      return isNumber(type) || type.group === 'duration' ? operand : bad('a number');
    case '-':
      if (isReal(type)) {
        return {
          kind: 'value',
          type,
          ir: unary(`${type.num as 'f32' | 'f64'}.neg`, value),
          ...(typeof constant === 'number' && { constant: -constant }),
        };
      }
      if (!isInteger(type) && type.group !== 'duration' && !isBits(type)) return bad('a number');
      if (typeof constant === 'bigint') return typedConstant(f, type, wrapConstant(type, -constant));
      if (f.c.profile.temporaries === 'native' && type.size < e.DINT.size) {
        const wide = binary('i32.sub', i32(0), valueAs(f, operand, e.DINT, node.span));
        return { kind: 'value', type, ir: wrapInteger(type, wide), wide };
      }
      return {
        kind: 'value',
        type,
        ir: wrapInteger(type, binary(`${type.num as 'i32' | 'i64'}.sub`, zero(type.num), value)),
      };
    case 'NOT':
      if (type === e.BOOL)
        return typeof constant === 'boolean'
          ? typedConstant(f, type, !constant)
          : { kind: 'value', type, ir: not(value) };
      if (!isBits(type) && !isInteger(type)) return bad('a BOOL or bit string');
      if (typeof constant === 'bigint') return typedConstant(f, type, wrapConstant(type, ~constant));
      return {
        kind: 'value',
        type,
        ir: wrapInteger(
          type,
          binary(`${type.num as 'i32' | 'i64'}.xor`, value, type.num === 'i64' ? i64(-1n) : i32(-1)),
        ),
      };
  }
}

function foldUnary(op: UnaryExpression['op'], operand: Operand & { kind: 'literal' }): Operand | undefined {
  const { value } = operand;
  if (op === '-' && (typeof value === 'bigint' || typeof value === 'number'))
    return { kind: 'literal', type: operand.type, value: -value };
  if (op === '+' && (typeof value === 'bigint' || typeof value === 'number')) return operand;
  if (op === 'NOT' && typeof value === 'boolean') return { kind: 'literal', type: operand.type, value: !value };
  // All bits turned, however many there will be: below zero until the context says so.
  if (op === 'NOT' && typeof value === 'bigint')
    return { kind: 'literal', type: operand.type, value: ~value, based: true };
  return undefined;
}
