import { commonNumber, isBits, isInteger } from '../check/conversion.js';
import { typeName } from '../check/type-name.js';
import { underlying, type ElementaryType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Expression, ForStatement } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, cond, i32, i64, iff, not } from '../ir/make.js';
import { assignOperand, checkWritable } from './lower-assign.js';
import {
  coerce,
  constantOf,
  convertInteger,
  convertValue,
  operandType,
  reportNoValue,
  rvalue,
  settle,
} from './lower-convert.js';
import { isValueOperand, lowerExpression } from './lower-expression.js';
import { comparisonCode } from './lower-comparison.js';
import { loadPlace, stablePlace, storePlace } from './lower-place.js';
import { wrapInteger } from '../stdlib/wrap-integer.js';
import { adaptLiteral, rangeOf } from './literal-value.js';
import { lowerLoopBody, lowerStatements, pushLoop } from './lower-statement.js';
import type { Operand } from './operand.js';

/**
 * FOR: start, limit and step are evaluated once; an empty range runs zero times; after the loop the variable is one step past
 * the limit. Where the next value would leave the variable's type the loop ends, so that it never runs for ever.
 * IEC 61131-3:2013, 7.3.3.4.2.
 */
export function lowerFor(f: FunctionBuilder, node: ForStatement): void {
  const target = lowerExpression(f, node.variable);
  const type = underlying(operandType(target));
  const integral = isInteger(type) || isBits(type);
  if (target.kind !== 'error' && !integral)
    f.c.problems.report(
      'E4015',
      node.variable.span,
      `FOR counts with an integer variable, not with ${typeName(operandType(target))}; declare an INT for it.`,
    );
  if (
    target.kind === 'error' ||
    !integral ||
    !checkWritable(f, target, node.variable.span) ||
    target.place.form === 'property'
  ) {
    checkOnly(f, node);
    return;
  }
  const variable: Operand & { kind: 'place' } = { ...target, place: stablePlace(f, target.place) };
  assignOperand(f, variable, lowerExpression(f, node.from, type), node.from.span, 'The variable of FOR');
  const limit = bound(f, node.to, type);
  const step = node.by ? stepOf(f, node.by, type) : { constant: 1n };
  if (!limit || !step) {
    checkOnly(f, node);
    return;
  }
  emitLoop(f, node, variable, type, limit, step);
}

function checkOnly(f: FunctionBuilder, node: ForStatement): void {
  f.capture(() => {
    pushLoop(f);
    lowerStatements(f, node.body);
    f.loops.pop();
  });
}

interface Limit {
  readonly type: ElementaryType;
  readonly ir: IrExpr;
  readonly constant?: bigint;
}

function bound(f: FunctionBuilder, node: Expression, type: ElementaryType): Limit | undefined {
  const operand = lowerExpression(f, node, type);
  if (operand.kind === 'error') return undefined;
  if (!isValueOperand(operand)) {
    reportNoValue(f, operand, node.span);
    return undefined;
  }
  if (operand.kind === 'literal') {
    const adapted = adaptLiteral(operand.type, operand.value, false, type, f.c.profile);
    if (!('problem' in adapted))
      return {
        type,
        ir: coerce(f, operand, type, node.span, 'The limit of FOR'),
        ...(typeof adapted.value === 'bigint' && { constant: adapted.value }),
      };
  }
  const settled = settle(f, operand);
  const own = underlying(operandType(settled));
  const common = own.kind === 'elementary' ? commonNumber(type, own) : undefined;
  if (!common || !(isInteger(common) || isBits(common))) {
    if (own.kind !== 'error')
      f.c.problems.report('E4015', node.span, `The limit of FOR is an integer, not ${typeName(operandType(settled))}.`);
    return undefined;
  }
  const constant = constantOf(settled);
  const ir = f.once(convertValue(f, rvalue(f, settled, node.span), own, common, node.span), 'limit');
  return { type: common, ir, ...(typeof constant === 'bigint' && { constant }) };
}

type Step = { readonly constant: bigint } | { readonly ir: IrExpr; readonly type: ElementaryType };

function stepOf(f: FunctionBuilder, node: Expression, type: ElementaryType): Step | undefined {
  const operand = lowerExpression(f, node, type);
  if (operand.kind === 'error') return undefined;
  const own = underlying(operandType(operand));
  const constant = constantOf(operand);
  if (typeof constant === 'bigint') {
    if (constant === 0n)
      f.c.problems.report('W4015', node.span, 'With a step of 0 this loop never ends; the watchdog will stop it.');
    return { constant };
  }
  if (!isValueOperand(operand) || own.kind !== 'elementary' || !(isInteger(own) || isBits(own))) {
    if (own.kind !== 'error')
      f.c.problems.report('E4015', node.span, `The step of FOR is an integer, not ${typeName(operandType(operand))}.`);
    return undefined;
  }
  return { ir: f.once(convertInteger(rvalue(f, operand, node.span), own, type), 'step'), type: own };
}

const ofType = (type: ElementaryType, value: bigint): IrExpr =>
  type.num === 'i64' ? i64(value) : i32(Number(BigInt.asIntN(32, value)));

function emitLoop(
  f: FunctionBuilder,
  node: ForStatement,
  variable: Operand & { kind: 'place' },
  type: ElementaryType,
  limit: Limit,
  step: Step,
): void {
  const frame = pushLoop(f);
  const label = f.label('for');
  const num = type.num as 'i32' | 'i64';
  const read = (): IrExpr => loadPlace(f, variable.place, type);
  const wide = (value: IrExpr): IrExpr => (limit.type === type ? value : convertInteger(value, type, limit.type));
  const within = (op: '<=' | '>='): IrExpr => binary(comparisonCode(op, limit.type), wide(read()), limit.ir);
  // A variable step decides the direction when the loop begins.
  const up: IrExpr | boolean = 'constant' in step ? step.constant >= 0n : f.once(isUp(step), 'up');
  const test = typeof up === 'boolean' ? within(up ? '<=' : '>=') : cond(up, within('<='), within('>='));
  const body = f.capture(() => {
    const position = f.position;
    f.emit(iff(not(test), [{ op: 'br', label: frame.exit }]));
    if (!f.trusted) f.siteAt(position, f.c.site(node.span, f.pouName));
    lowerLoopBody(f, frame, node.body);
    const amount = 'constant' in step ? ofType(type, step.constant) : step.ir;
    const raw = wrapInteger(type, binary(`${num}.add`, read(), amount));
    if (staysInRange(type, limit, step)) storePlace(f, variable.place, type, raw);
    else {
      const next = f.once(raw, 'next');
      const past =
        typeof up === 'boolean'
          ? overflowed(type, next, read(), up)
          : cond(up, overflowed(type, next, read(), true), overflowed(type, next, read(), false));
      if (!('constant' in step && step.constant === 0n)) f.emit(iff(past, [{ op: 'br', label: frame.exit }]));
      storePlace(f, variable.place, type, next);
    }
    f.emit({ op: 'br', label });
  });
  f.loops.pop();
  f.emit({ op: 'block', label: frame.exit, body: [{ op: 'loop', label, body }] });
}

/** A step of an unsigned type counts up; others by their sign. */
function isUp(step: { readonly ir: IrExpr; readonly type: ElementaryType }): IrExpr {
  if (step.type.group !== 'signed') return i32(1);
  return step.ir.type === 'i64' ? binary('i64.ge_s', step.ir, i64(0n)) : binary('i32.ge_s', step.ir, i32(0));
}

const overflowed = (type: ElementaryType, next: IrExpr, now: IrExpr, up: boolean): IrExpr =>
  binary(comparisonCode(up ? '<' : '>', type), next, now);

/** With a constant limit far enough from the end of the type no check is needed. */
function staysInRange(type: ElementaryType, limit: Limit, step: Step): boolean {
  if (!('constant' in step) || limit.constant === undefined) return false;
  const [low, high] = rangeOf(type);
  const last = limit.constant + step.constant;
  return last >= low && last <= high;
}
