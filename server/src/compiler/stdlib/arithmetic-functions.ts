import type { ElementaryType, Type } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import {
  commonType,
  elementaryOf,
  instants,
  integers,
  isLenient,
  literalType,
  nameOf,
  numbersIn,
} from './arguments.js';
import type { ArithmeticOperation } from './arithmetic.js';
import { lowerArithmetic, scaleDuration } from './arithmetic.js';
import { convertScalar } from './convert-scalar.js';
import { define, overload } from './define.js';
import { binary, callHost, unary } from '../ir/make.js';
import { normalizeDuration } from './normalize-duration.js';
import type { ArgumentInfo, LowerContext, Overload, OverloadProblem, StandardFunction } from './standard-function.js';
import { wrapInteger } from './wrap-integer.js';

/**
 * One step of arithmetic on two types, of which one may be a time (IEC 61131-3:2013, tables 29 and 35). The checker may use
 * it for the operators, so that `a + b` and ADD(a, b) agree.
 */
export interface ArithmeticStep {
  readonly left: ElementaryType;
  readonly right: ElementaryType;
  readonly result: ElementaryType;
  lower(left: IrExpr, right: IrExpr, context: LowerContext): IrExpr;
}

const long = (type: ElementaryType): boolean => type.name.startsWith('L') && instants.has(type.group);
const durationOf = (a: ElementaryType, b: ElementaryType): ElementaryType => (long(a) || long(b) ? e.LTIME : e.TIME);

/** The step for two typed operands where at least one is a duration or an instant; undefined where there is none. */
export function timeStep(
  operation: ArithmeticOperation,
  left: ElementaryType,
  right: ElementaryType,
): ArithmeticStep | undefined {
  const duration = left.group === 'duration';
  const sum = (result: ElementaryType, code: 'i64.add' | 'i64.sub'): ArithmeticStep => ({
    left,
    right,
    result,
    lower: (a, b, context) => normalizeDuration(result, binary(code, a, b), context.profile),
  });
  switch (operation) {
    case 'add':
      if (duration && right.group === 'duration') return sum(durationOf(left, right), 'i64.add');
      if (right.group === 'duration' && (left.group === 'tod' || left.group === 'dt')) return sum(left, 'i64.add');
      if (duration && (right.group === 'tod' || right.group === 'dt')) return sum(right, 'i64.add');
      return undefined;
    case 'sub':
      if (duration && right.group === 'duration') return sum(durationOf(left, right), 'i64.sub');
      if (right.group === 'duration' && (left.group === 'tod' || left.group === 'dt')) return sum(left, 'i64.sub');
      if (left.group === right.group && instants.has(left.group)) return sum(durationOf(left, right), 'i64.sub');
      return undefined;
    case 'mul':
    case 'div': {
      const scale = (time: ElementaryType, number: ElementaryType, swapped: boolean): ArithmeticStep => ({
        left,
        right,
        result: time,
        lower: (a, b, context) =>
          normalizeDuration(
            time,
            scaleDuration(operation, swapped ? b : a, number, swapped ? a : b, context),
            context.profile,
          ),
      });
      const isNumber = (t: ElementaryType): boolean =>
        integers.has(t.group) || t.group === 'real' || t.group === 'bits';
      if (duration && isNumber(right)) return scale(left, right, false);
      if (operation === 'mul' && right.group === 'duration' && isNumber(left)) return scale(right, left, true);
      return undefined;
    }
    case 'mod':
      if (!duration || right.group !== 'duration') return undefined;
      return {
        left,
        right,
        result: durationOf(left, right),
        lower: (a, b, context) =>
          binary('i64.rem_s', a, { op: 'checkNonZero', type: 'i64', value: b, site: context.site }),
      };
  }
}

const isTime = (info: ArgumentInfo): boolean => instants.has(elementaryOf(info.type)?.group ?? 'real');

/** Overload of ADD, SUB, MUL, DIV or MOD for arguments of any types, from left to right. */
function resolveArithmetic(
  operation: ArithmeticOperation,
  args: readonly ArgumentInfo[],
  profile: Profile,
  expected: Type | undefined,
): Overload | OverloadProblem {
  if (args.some(isTime)) return resolveTimes(operation, args, profile);
  const allowed =
    operation === 'mod' && !isLenient(profile)
      ? new Set([...integers, ...(isLenient(profile) ? (['bits'] as const) : [])])
      : numbersIn(profile);
  const type = commonType(args, allowed, operation === 'mod' ? 'integers' : 'numbers', profile, expected);
  if ('problem' in type) return type;
  return overload(
    profile,
    args.map(() => type),
    type,
    (values, context) =>
      values.slice(1).reduce((sum, value) => lowerArithmetic(operation, type, sum, value, context), values[0]!),
  );
}

function resolveTimes(
  operation: ArithmeticOperation,
  args: readonly ArgumentInfo[],
  profile: Profile,
): Overload | OverloadProblem {
  const params: ElementaryType[] = [];
  const steps: ArithmeticStep[] = [];
  for (const info of args) {
    const own = elementaryOf(literalType(info, undefined));
    if (!own) return { problem: `can't take ${nameOf(info.type)} together with times` };
    const so = steps.at(-1)?.result ?? params[0];
    params.push(own);
    if (!so) continue;
    const step = timeStep(operation, so, own);
    if (!step) return { problem: `is not defined for ${so.name} and ${own.name}` };
    steps.push(step);
  }
  return overload(profile, params, steps.at(-1)?.result ?? params[0]!, (values, context) =>
    steps.reduce((sum, step, i) => step.lower(sum, values[i + 1]!, context), values[0]!),
  );
}

const arithmetic = (
  name: string,
  operation: ArithmeticOperation,
  extensible: boolean,
  summary: string,
): StandardFunction =>
  define({
    name,
    summary,
    formals: ['IN1', 'IN2'],
    extensible,
    resolve: (args, profile, expected) => resolveArithmetic(operation, args, profile, expected),
  });

/** A function of table 35 that takes fixed types; `undefined` stands for any number. */
const timeFunction = (
  name: string,
  operation: ArithmeticOperation,
  left: ElementaryType,
  right: ElementaryType | undefined,
): StandardFunction =>
  define({
    name,
    summary: `${left.name} ${{ add: '+', sub: '-', mul: '*', div: '/', mod: 'MOD' }[operation]} ${right ? right.name : 'a number'} (IEC 61131-3:2013, table 35).`,
    formals: ['IN1', 'IN2'],
    resolve(args, profile) {
      const second = right ?? elementaryOf(literalType(args[1]!, undefined));
      const step = second && timeStep(operation, left, second);
      if (!step) return { problem: `takes a number as IN2, not ${nameOf(args[1]!.type)}` };
      return overload(profile, [left, second], step.result, ([a, b], context) => step.lower(a!, b!, context));
    },
  });

/** Arithmetic (IEC 61131-3:2013, table 29) and arithmetic on times (table 35). */
export const arithmeticFunctions: readonly StandardFunction[] = [
  arithmetic('ADD', 'add', true, 'Sum (IEC 61131-3:2013, tables 29 and 35).'),
  arithmetic('SUB', 'sub', false, 'Difference (IEC 61131-3:2013, tables 29 and 35).'),
  arithmetic('MUL', 'mul', true, 'Product (IEC 61131-3:2013, tables 29 and 35).'),
  arithmetic('DIV', 'div', false, 'Quotient; of integers without the remainder (IEC 61131-3:2013, tables 29 and 35).'),
  arithmetic('MOD', 'mod', false, 'Remainder, with the sign of IN1 (IEC 61131-3:2013, table 29).'),
  define({
    name: 'EXPT',
    summary: 'IN1 to the power IN2 (IEC 61131-3:2013, table 29).',
    formals: ['IN1', 'IN2'],
    aliases: { BASE: 'IN1', EXPONENT: 'IN2' },
    resolve: resolvePower,
  }),
  ...['', 'L'].flatMap((l) => {
    const [time, tod, dt, date] = [
      e[`${l}TIME` as 'TIME'],
      e[`${l}TOD` as 'TOD'],
      e[`${l}DT` as 'DT'],
      e[`${l}DATE` as 'DATE'],
    ];
    return [
      timeFunction(`ADD_${l}TIME`, 'add', time, time),
      timeFunction(`ADD_${l}TOD_${l}TIME`, 'add', tod, time),
      timeFunction(`ADD_${l}DT_${l}TIME`, 'add', dt, time),
      timeFunction(`SUB_${l}TIME`, 'sub', time, time),
      timeFunction(`SUB_${l}DATE_${l}DATE`, 'sub', date, date),
      timeFunction(`SUB_${l}TOD_${l}TIME`, 'sub', tod, time),
      timeFunction(`SUB_${l}TOD_${l}TOD`, 'sub', tod, tod),
      timeFunction(`SUB_${l}DT_${l}TIME`, 'sub', dt, time),
      timeFunction(`SUB_${l}DT_${l}DT`, 'sub', dt, dt),
      timeFunction(`MUL_${l}TIME`, 'mul', time, undefined),
      timeFunction(`DIV_${l}TIME`, 'div', time, undefined),
    ];
  }),
  // Names of edition 2 and of MATIEC.
  timeFunction('MULTIME', 'mul', e.TIME, undefined),
  timeFunction('DIVTIME', 'div', e.TIME, undefined),
  timeFunction('ADD_DATE_AND_TIME_TIME', 'add', e.DT, e.TIME),
  timeFunction('SUB_DATE_AND_TIME_TIME', 'sub', e.DT, e.TIME),
  timeFunction('SUB_DATE_AND_TIME_DATE_AND_TIME', 'sub', e.DT, e.DT),
  timeFunction('ADD_TIME_OF_DAY_TIME', 'add', e.TOD, e.TIME),
  timeFunction('SUB_TIME_OF_DAY_TIME', 'sub', e.TOD, e.TIME),
  timeFunction('SUB_TIME_OF_DAY_TIME_OF_DAY', 'sub', e.TOD, e.TOD),
];

/** The type EXPT computes in: REAL and LREAL as they are; integers stay integers where the context wants one or the standard rules. */
function resolvePower(
  args: readonly ArgumentInfo[],
  profile: Profile,
  expected: Type | undefined,
): Overload | OverloadProblem {
  const wanted = expected && elementaryOf(expected);
  const base = commonType([args[0]!], numbersIn(profile), 'numbers', profile, expected);
  if ('problem' in base) return base;
  const exponent = commonType([args[1]!], numbersIn(profile), 'numbers', profile);
  if ('problem' in exponent) return exponent;
  const wholes = base.group !== 'real' && exponent.group !== 'real';
  if (wholes && wanted?.group !== 'real' && (wanted !== undefined || !isLenient(profile))) {
    return {
      params: [base, exponent],
      result: base,
      lower: ([b, n], context) => {
        const power = context.callPrelude(
          '__LINT_POW',
          [convertScalar(base, e.LINT, b!, context), convertScalar(exponent, e.LINT, n!, context)],
          'i64',
        );
        return base.num === 'i64' ? power : wrapInteger(base, unary('i32.wrap_i64', power));
      },
      fold: ([b, n]) =>
        typeof b === 'bigint' && typeof n === 'bigint' && n >= 0n && n <= 64n ? wrapFolded(base, b ** n) : undefined,
    };
  }
  const type = wholes
    ? wanted?.group === 'real'
      ? wanted
      : e.LREAL
    : base.group === 'real'
      ? wanted === e.LREAL && args[0]!.type.kind === 'literal'
        ? e.LREAL
        : base
      : wanted?.group === 'real'
        ? wanted
        : exponent;
  return overload(profile, [type, exponent], type, ([b, n], context) => {
    const wide = (t: ElementaryType, x: IrExpr): IrExpr => convertScalar(t, e.LREAL, x, context);
    const power = callHost('pow', [wide(type, b!), wide(exponent, n!)], 'f64');
    return convertScalar(e.LREAL, type, power, context);
  });
}

const wrapFolded = (type: ElementaryType, value: bigint): bigint =>
  type.group === 'signed' ? BigInt.asIntN(type.size * 8, value) : BigInt.asUintN(type.size * 8, value);
