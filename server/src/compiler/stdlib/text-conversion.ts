import type { ElementaryType } from '../check/types.js';
import { elementaryTypes as e, stringType } from '../check/types.js';
import type { IrExpr, IrStmt } from '../ir/ir.js';
import { convertScalar, unitNs, widen } from './convert-scalar.js';
import { cond, drop, i32, i64, seq, unary } from '../ir/make.js';
import { normalizeDuration } from './normalize-duration.js';
import type { LowerContext } from './standard-function.js';

/** Room for the text of any number: REAL and hexadecimal texts are shorter. */
const numberCapacity = 40;
/** Room for durations with every unit, and for dates with nanoseconds. */
const instantCapacity = 64;

/** Most characters of a value's text. */
export function textCapacity(from: ElementaryType): number {
  switch (from.group) {
    case 'char':
      return 1;
    case 'bool':
      return 5;
    case 'duration':
    case 'date':
    case 'tod':
    case 'dt':
      return instantCapacity;
    default:
      return numberCapacity;
  }
}

const prefixes: Readonly<Record<string, string>> = {
  TIME: 'T#',
  LTIME: 'LTIME#',
  DATE: 'D#',
  LDATE: 'LDATE#',
  TOD: 'TOD#',
  LTOD: 'LTOD#',
  DT: 'DT#',
  LDT: 'LDT#',
};

/** Address of the text of a scalar: the formats of docs/profiles. */
export function scalarToText(from: ElementaryType, wide: boolean, value: IrExpr, context: LowerContext): IrExpr {
  if (from.group === 'bool')
    return cond(value, context.stringConstant('TRUE', wide), context.stringConstant('FALSE', wide));
  if (from.group === 'char') {
    const target = context.scratch(wide ? 4 : 2);
    const unit = convertScalar(from, wide ? e.WCHAR : e.CHAR, value, context);
    return seq([drop(context.callPrelude(wide ? '__WSTR_OF_CHAR' : '__STR_OF_CHAR', [target, unit], 'i32'))], target);
  }
  const capacity = textCapacity(from);
  const text = context.scratch(capacity + 1);
  const body = writeText(from, value, text, capacity, context);
  if (!wide) return seq(body.statements, body.text);
  const target = context.scratch((capacity + 1) * 2);
  return seq(
    [...body.statements, drop(context.callPrelude('__STR_TO_WSTR', [target, i32(capacity), body.text], 'i32'))],
    target,
  );
}

function writeText(
  from: ElementaryType,
  value: IrExpr,
  text: IrExpr,
  capacity: number,
  context: LowerContext,
): { statements: readonly IrStmt[]; text: IrExpr } {
  const profile = context.profile;
  const call = (name: string, args: readonly IrExpr[]): { statements: readonly IrStmt[]; text: IrExpr } => ({
    statements: [drop(context.callPrelude(name, [text, ...args], 'i32'))],
    text,
  });
  switch (from.group) {
    case 'signed':
      return call('__LINT_TO_STR', [widen(from, value)]);
    case 'unsigned':
      return call('__ULINT_TO_STR', [widen(from, value)]);
    case 'real': {
      const shortest = profile.realToString === 'shortest';
      const single = from === e.REAL;
      const statement: IrStmt = {
        op: 'callHost',
        callee: 'real_to_string',
        args: [single ? unary('f64.promote_f32', value) : value, i32(single && shortest ? 1 : 0), text, i32(capacity)],
      };
      if (shortest) return { statements: [statement], text };
      const target = context.scratch(numberCapacity + 1);
      return {
        statements: [statement, drop(context.callPrelude('__TEN_DIGITS', [target, text], 'i32'))],
        text: target,
      };
    }
    case 'duration':
      return call('__TIME_TO_STR', [
        context.stringConstant(prefixes[from.name]!, false),
        value,
        i32(profile.timeToString === 'leading-units' ? 1 : 0),
      ]);
    case 'date':
      return call('__DATE_TO_STR', [context.stringConstant(prefixes[from.name]!, false), value]);
    case 'tod':
    case 'dt':
      return call(from.group === 'tod' ? '__TOD_TO_STR' : '__DT_TO_STR', [
        context.stringConstant(prefixes[from.name]!, false),
        value,
        i32(profile.timeToString === 'leading-units' ? 1 : 0),
      ]);
    default:
      if (profile.bitStringToString === 'decimal') return call('__ULINT_TO_STR', [widen(from, value)]);
      return call('__HEX_TO_STR', [
        widen(from, value),
        i32((profile.bitStringToString === 'prefixed-hex' ? 'A' : 'a').charCodeAt(0)),
      ]);
  }
}

/** A scalar read from text at an address; 0 where the text does not begin with one. Integers wrap. */
export function textToScalar(to: ElementaryType, wide: boolean, address: IrExpr, context: LowerContext): IrExpr {
  if (to.group === 'char') {
    const first: IrExpr = { op: 'load', type: 'i32', mem: wide ? 'u16' : 'u8', address, offset: 0 };
    return convertScalar(wide ? e.WCHAR : e.CHAR, to, first, context);
  }
  const text = wide ? narrowed(address, instantCapacity, context) : address;
  switch (to.group) {
    case 'bool':
      return context.callPrelude('__STR_TO_BOOL', [text], 'i32');
    case 'real': {
      const value: IrExpr = { op: 'callHost', type: 'f64', callee: 'string_to_real', args: [text] };
      return to === e.REAL ? unary('f32.demote_f64', value) : value;
    }
    case 'duration':
      return normalizeDuration(
        to,
        context.callPrelude('__STR_TO_TIME', [text, i64(unitNs(to, context.profile))], 'i64'),
        context.profile,
      );
    case 'date':
      return context.callPrelude('__STR_TO_DT', [text, i32(0)], 'i64');
    case 'tod':
      return context.callPrelude('__STR_TO_DT', [text, i32(1)], 'i64');
    case 'dt':
      return context.callPrelude('__STR_TO_DT', [text, i32(2)], 'i64');
    default:
      return convertScalar(e.LINT, to, context.callPrelude('__STR_TO_LINT', [text], 'i64'), context);
  }
}

function narrowed(address: IrExpr, capacity: number, context: LowerContext): IrExpr {
  const target = context.scratch(stringType(false, capacity).size);
  return seq([drop(context.callPrelude('__WSTR_TO_STR', [target, i32(capacity), address], 'i32'))], target);
}
