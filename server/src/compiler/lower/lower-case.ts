import { isBits, isInteger } from '../check/conversion.js';
import { typeName } from '../check/type-name.js';
import { elementaryTypes as e, underlying, type Type } from '../check/types.js';
import type { IrCase } from '../ir/ir.js';
import type { CaseStatement, Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { unary } from '../ir/make.js';
import { constantOf, operandType, rvalue, settle } from './lower-convert.js';
import { lowerExpression } from './lower-expression.js';
import { lowerStatements } from './lower-statement.js';
import { rangeOf } from './literal-value.js';

/** Labels of one CASE; more are refused. */
const maxLabels = 50_000;

/** CASE with lists and ranges of constants. IEC 61131-3:2013, 7.3.3.3.3. */
export function lowerCase(f: FunctionBuilder, node: CaseStatement): void {
  const selector = settle(f, lowerExpression(f, node.selector));
  const type = operandType(selector);
  const scalar = underlying(type);
  const isStandard = f.c.profile.implicitConversion === 'widening';
  const integral =
    scalar.kind === 'elementary' &&
    (isInteger(scalar) || isBits(scalar) || scalar.group === 'char' || (scalar === e.BOOL && !isStandard));
  if (selector.kind !== 'error' && !integral) {
    f.c.problems.report(
      'E3002',
      node.selector.span,
      `CASE selects by an integer, bit string or enumeration, not by ${typeName(type)}.`,
    );
  }
  if (node.branches.reduce((sum, branch) => sum + branch.labels.length, 0) > maxLabels) {
    f.c.problems.report('E8102', node.span, `SIZE: a CASE has at most ${maxLabels} labels.`);
    return;
  }
  const labels = new LabelSet(f);
  const cases = node.branches.map((branch): IrCase => {
    const ranges = branch.labels.flatMap((label): [bigint, bigint][] => {
      const low = labelValue(f, label.low, type, integral);
      const high = label.high ? labelValue(f, label.high, type, integral) : low;
      if (low === undefined || high === undefined) return [];
      if (low > high) {
        f.c.problems.report('E2008', label.span, `The range ${low}..${high} is empty; swap its limits.`);
        return [];
      }
      labels.add(low, high, label.span);
      return [[low, high]];
    });
    return { ranges, body: f.capture(() => lowerStatements(f, branch.body)) };
  });
  labels.check();
  const otherwise = node.otherwise ? f.capture(() => lowerStatements(f, node.otherwise!)) : [];
  if (selector.kind === 'error' || !integral) return;
  const value = rvalue(f, selector, node.selector.span);
  const wide =
    scalar.kind === 'elementary' &&
    scalar.num === 'i32' &&
    scalar.size === 4 &&
    scalar.group !== 'signed' &&
    scalar !== e.BOOL;
  f.emit({ op: 'switch', selector: wide ? unary('i64.extend_i32_u', value) : value, cases, otherwise });
}

function labelValue(f: FunctionBuilder, node: Expression, type: Type, integral: boolean): bigint | undefined {
  let value: bigint | undefined;
  f.capture(() => {
    const operand = lowerExpression(f, node, type);
    if (operand.kind === 'error' || !integral) return;
    const scalar = underlying(type);
    const constant = constantOf(operand);
    const from = operandType(operand);
    if (constant === undefined) {
      f.c.problems.report('E2007', node.span, 'A label of CASE has to be a constant.');
      return;
    }
    if (operand.kind === 'literal' && operand.based === true && f.c.profile.name === 'matiec') {
      f.c.problems.report(
        'E4013',
        node.span,
        'A label of CASE is a decimal integer here; write the number without a base.',
      );
      return;
    }
    if (operand.kind === 'literal' && operand.based === true && isInteger(scalar) && f.c.profile.name === 'iec') {
      f.c.problems.report(
        'E4013',
        node.span,
        `A literal with a base is a bit string; write the label of the ${typeName(scalar)} as a decimal number.`,
      );
      return;
    }
    if (typeof constant === 'boolean') value = constant ? 1n : 0n;
    else if (typeof constant === 'bigint') value = constant;
    else if (
      typeof constant === 'string' &&
      constant.length === 1 &&
      scalar.kind === 'elementary' &&
      scalar.group === 'char'
    )
      value = BigInt(constant.charCodeAt(0));
    if (value === undefined || (type.kind === 'enum' && from.kind === 'enum' && from !== type)) {
      f.c.problems.report('E3001', node.span, `The label does not fit CASE over ${typeName(type)}.`);
      value = undefined;
      return;
    }
    if (scalar.kind !== 'elementary') return;
    const [low, high] = rangeOf(scalar);
    if (value < low || value > high) {
      f.c.problems.report(
        'E3003',
        node.span,
        `${value} is no value of ${typeName(type)}, which holds ${low} to ${high}.`,
      );
      value = undefined;
    } else if (scalar.num === 'i64') value = BigInt.asIntN(64, value);
  });
  return value;
}

/** E4012: labels that stand twice; the second would never be reached. */
class LabelSet {
  private readonly all: { low: bigint; high: bigint; span: Expression['span'] }[] = [];

  constructor(private readonly f: FunctionBuilder) {}

  add(low: bigint, high: bigint, span: Expression['span']): void {
    this.all.push({ low, high, span });
  }

  check(): void {
    const sorted = this.all
      .map((one, order) => ({ ...one, order }))
      .sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : a.order - b.order));
    let before: (typeof sorted)[number] | undefined;
    for (const one of sorted) {
      if (before && one.low <= before.high) {
        const later = one.order > before.order ? one : before;
        const text = later.low === later.high ? String(later.low) : `${later.low}..${later.high}`;
        const same = one.low === before.low && one.high === before.high;
        this.f.c.problems.report(
          same ? 'E4012' : 'W4012',
          later.span,
          `The label ${text} ${same ? 'stands twice' : 'overlaps another one'} in this CASE, and the first one wins; remove one of them.`,
        );
      }
      if (!before || one.high > before.high) before = one;
    }
  }
}
