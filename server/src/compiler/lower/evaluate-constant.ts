import { implicitConversion } from '../check/conversion.js';
import type { Constant } from '../check/compilation.js';
import type { Scope } from '../check/symbols.js';
import { elementaryTypes as e, underlying, type Type } from '../check/types.js';
import type { Problems } from '../problems.js';
import type { Expression } from '../syntax/ast.js';
import { FunctionBuilder } from './function-builder.js';
import { adaptLiteral, wrapConstant } from './literal-value.js';
import { coerce, constantOf, operandType, settle } from './lower-convert.js';
import { lowerExpression } from './lower-expression.js';
import type { Lowering } from './lowering.js';
import type { Operand } from './operand.js';

/** A constant as a value of another type that it converts to by itself; undefined where only code can convert it. */
function convertConstant(value: Constant, from: Type, to: Type): Constant | undefined {
  const a = underlying(from);
  const b = underlying(to);
  if (b.kind === 'string') return typeof value === 'string' ? value : undefined;
  if (a.kind === 'null' || b.kind === 'pointer' || b.kind === 'interface')
    return typeof value === 'bigint' ? value : undefined;
  if (a.kind !== 'elementary' || b.kind !== 'elementary') return undefined;
  if (a === b) return value;
  if (b.group === 'real')
    return typeof value === 'bigint'
      ? Number(value)
      : typeof value === 'number'
        ? b === e.REAL
          ? Math.fround(value)
          : value
        : undefined;
  const integral = (t: typeof a): boolean => t.group === 'signed' || t.group === 'unsigned' || t.group === 'bits';
  if (typeof value === 'boolean') return integral(b) ? (value ? 1n : 0n) : undefined;
  if (typeof value === 'bigint' && ((integral(a) && integral(b)) || a.group === b.group)) return wrapConstant(b, value);
  return undefined;
}

/** Collects nothing, but knows whether there was something. */
export function mutedProblems(): Problems {
  let errors = 0;
  return {
    report: (code) => {
      if (code.startsWith('E')) errors += 1;
    },
    reportDocument: () => undefined,
    get errorCount() {
      return errors;
    },
    list: () => [],
  };
}

/** Value of a constant expression, see Compilation.evaluate. `c` already has the problems to report to. */
export function evaluateConstant(
  c: Lowering,
  expression: Expression,
  scope: Scope,
  expected: Type | undefined,
  quiet: boolean,
): { value: Constant; type: Type } | undefined {
  const f = new FunctionBuilder(c, '$constant', scope, undefined, '', true);
  const before = c.problems.errorCount;
  const found: { operand: Operand } = { operand: { kind: 'error' } };
  f.capture(() => {
    found.operand = lowerExpression(f, expression, expected);
  });
  const { operand } = found;
  if (c.problems.errorCount > before || operand.kind === 'error') return undefined;
  const value = constantOf(operand);
  if (value === undefined) {
    if (operandType(operand).kind === 'null') return { value: 0n, type: operandType(operand) };
    if (!quiet)
      c.problems.report(
        'E2007',
        expression.span,
        'The value has to be constant: literals and CONSTANT variables only.',
      );
    return undefined;
  }
  if (expected === undefined || expected.kind === 'error') {
    const settled = operand.kind === 'literal' ? operand : settle(f, operand);
    return { value, type: operandType(settled) };
  }
  if (operand.kind === 'literal') {
    const adapted = adaptLiteral(operand.type, value, operand.based ?? false, expected, c.profile);
    if (!('problem' in adapted)) {
      if (adapted.warning !== undefined) c.problems.report('W3001', expression.span, adapted.warning);
      return { value: adapted.value, type: expected };
    }
    f.capture(() => void coerce(f, operand, expected, expression.span, 'The value'));
    return undefined;
  }
  const from = operandType(operand);
  if (isExactReal(expression, expected)) return { value, type: expected };
  if (implicitConversion(from, expected, c.profile) === 'no') {
    f.capture(() => void coerce(f, operand, expected, expression.span, 'The value'));
    return undefined;
  }
  const converted = convertConstant(value, from, expected);
  if (converted === undefined || !fitsSubrange(converted, expected)) {
    if (!quiet)
      c.problems.report('E2007', expression.span, "The value can't be computed when the program is compiled.");
    return undefined;
  }
  return { value: converted, type: expected };
}

/** `LREAL#11.0` as a REAL: nothing is lost, and real files have it in declarations. */
export const isExactReal = (expression: Expression, to: Type): boolean =>
  expression.kind === 'real' &&
  expression.typeName !== undefined &&
  underlying(to) === e.REAL &&
  Math.fround(expression.value) === expression.value;

const fitsSubrange = (value: Constant, type: Type): boolean =>
  type.kind !== 'subrange' || (typeof value === 'bigint' && value >= type.low && value <= type.high);
