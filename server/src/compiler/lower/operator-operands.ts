import type { SourceSpan } from '../../model/source-span.js';
import { isBits, isInteger, isReal } from '../check/conversion.js';
import { typeName } from '../check/type-name.js';
import { elementaryTypes as e, underlying, type ElementaryType, type Type } from '../check/types.js';
import type { BinaryExpression, BinaryOperator } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';

import { adaptLiteral } from './literal-value.js';
import { operandType, settle, typedConstant } from './lower-convert.js';
import { errorOperand, type Operand } from './operand.js';
import { operatorAdvice } from './operator-advice.js';

/** In the standard a REF_TO is equal to another or not, and nothing else. IEC 61131-3:2013, table 12. */
export const isStrictReference = (f: FunctionBuilder, type: Type): boolean =>
  type.kind === 'pointer' && type.form === 'ref_to' && f.c.profile.name === 'iec' && !f.trusted;

/** Names of the standard functions that mean the same as an operator. */
export const functionOf: Partial<Record<BinaryOperator, string>> = {
  '+': 'ADD',
  '-': 'SUB',
  '*': 'MUL',
  '/': 'DIV',
  MOD: 'MOD',
  '**': 'EXPT',
  '=': 'EQ',
  '<>': 'NE',
  '<': 'LT',
  '>': 'GT',
  '<=': 'LE',
  '>=': 'GE',
};

/** The operand as a value of `type` if its literal fits that; other operands stay. */
function adapt(f: FunctionBuilder, operand: Operand, type: Type, bits: boolean): Operand {
  if (operand.kind !== 'literal') return operand;
  if (type.kind !== 'elementary' && type.kind !== 'enum') return settle(f, operand);
  const target = type.kind === 'enum' ? type.base : type;
  // In arithmetic `16#FFFF` is 65535, whatever it meets.
  const asBits = operand.based === true && (bits || (typeof operand.value === 'bigint' && operand.value < 0n));
  const adapted = adaptLiteral(operand.type, operand.value, asBits, target, f.c.profile);
  if ('problem' in adapted || adapted.warning !== undefined) return settle(f, realForInteger(operand, target));
  return typedConstant(f, target, adapted.value);
}

/** `2.5 * i` with an INT: REAL is enough. */
function realForInteger(operand: Operand & { kind: 'literal' }, other: ElementaryType): Operand {
  if (operand.type.form !== 'real' || !(isInteger(other) || isBits(other)) || other.size > 4) return operand;
  return {
    kind: 'value',
    type: e.REAL,
    ir: { op: 'const', type: 'f32', value: Math.fround(operand.value as number) },
    constant: Math.fround(operand.value as number),
  };
}

export function both(f: FunctionBuilder, left: Operand, right: Operand, bits: boolean): [Operand, Operand] {
  const a = underlying(operandType(left));
  const b = underlying(operandType(right));
  return [settle(f, adapt(f, left, b, bits)), settle(f, adapt(f, right, a, bits))];
}

export function reportOperator(f: FunctionBuilder, node: BinaryExpression, left: Operand, right: Operand): Operand {
  const a = operandType(left);
  const b = operandType(right);
  if (a.kind !== 'error' && b.kind !== 'error')
    f.c.problems.report(
      'E3002',
      node.span,
      `${node.op} does not work on ${typeName(a)} and ${typeName(b)}; ${operatorAdvice(node, a, b)}.`,
    );
  return errorOperand;
}

export function reportZeroDivisor(f: FunctionBuilder, span: SourceSpan): void {
  f.c.problems.report(
    'E3010',
    span,
    'The divisor is the constant 0, and division by zero ends in a fault; correct the divisor.',
  );
}

/** In lenient profiles a duration that meets a number by + - or a comparison is one: milliseconds. */
export function durationAsNumber(f: FunctionBuilder, a: ElementaryType, b: ElementaryType): ElementaryType | undefined {
  if (f.c.profile.implicitConversion === 'widening' || (a.group === 'duration') === (b.group === 'duration'))
    return undefined;
  const other = a.group === 'duration' ? b : a;
  if (isReal(other)) return e.LREAL;
  return isInteger(other) || isBits(other) ? e.LINT : undefined;
}
