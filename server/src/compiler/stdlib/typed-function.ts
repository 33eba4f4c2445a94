import type { ElementaryType } from '../check/types.js';
import { stringType } from '../check/types.js';
import { elementaryOf, isLenient, nameOf } from './arguments.js';
import { conversionType } from './conversion-functions.js';
import { define } from './define.js';
import type { ArgumentInfo, StandardFunction } from './standard-function.js';

/** How many leading arguments of an overloaded function are not of the type that its typed form names. */
const leading: Readonly<Record<string, number>> = { SEL: 1, MUX: 1 };
/** How many trailing ones. */
const trailing: Readonly<Record<string, number>> = {
  SHL: 1,
  SHR: 1,
  ROL: 1,
  ROR: 1,
  EXPT: 1,
  LEFT: 1,
  RIGHT: 1,
  MID: 2,
  DELETE: 2,
  INSERT: 1,
  REPLACE: 2,
};
const typable = new Set([
  'ABS',
  'SQRT',
  'LN',
  'LOG',
  'EXP',
  'SIN',
  'COS',
  'TAN',
  'ASIN',
  'ACOS',
  'ATAN',
  'ATAN2',
  'ADD',
  'SUB',
  'MUL',
  'DIV',
  'MOD',
  'EXPT',
  'MOVE',
  'SHL',
  'SHR',
  'ROL',
  'ROR',
  'AND',
  'OR',
  'XOR',
  'NOT',
  'SEL',
  'MAX',
  'MIN',
  'LIMIT',
  'MUX',
  'GT',
  'GE',
  'EQ',
  'LE',
  'LT',
  'NE',
  'LEN',
  'LEFT',
  'RIGHT',
  'MID',
  'CONCAT',
  'INSERT',
  'DELETE',
  'REPLACE',
  'FIND',
  'FLOOR',
  'CEIL',
  'ROUND',
]);

/** The typed form of an overloaded function (IEC 61131-3:2013, 6.6.2.5.1): ADD_INT, SEL_LREAL, LEN_WSTRING ... */
export function typedFunction(
  name: string,
  find: (name: string) => StandardFunction | undefined,
): StandardFunction | undefined {
  const at = name.indexOf('_');
  const base = at > 0 && typable.has(name.slice(0, at)) ? find(name.slice(0, at)) : undefined;
  const type = base && conversionType(name.slice(at + 1));
  if (!base || !type) return undefined;
  const asGiven = (info: ArgumentInfo): ArgumentInfo | { readonly problem: string } => {
    if (typeof type === 'string') {
      const wide = type === 'WSTRING';
      if (info.type.kind === 'string' ? info.type.wide === wide : info.type.kind === 'literal') return info;
      return { problem: `expects ${type}, not ${nameOf(info.type)}` };
    }
    const own = elementaryOf(info.type);
    if (!own && info.type.kind !== 'literal') return { problem: `expects ${type.name}, not ${nameOf(info.type)}` };
    // The checker converts the argument, and reports where that loses something.
    return info.type.kind === 'literal' && !fitsLiteral(info, type) ? info : { ...info, type };
  };
  return define({
    name,
    summary: `${base.name} of ${typeof type === 'string' ? type : type.name}. ${base.summary}`,
    formals: base.formals,
    ...(base.extensible && { extensible: base.extensible }),
    ...(base.aliases && { aliases: base.aliases }),
    least: 1,
    resolve(args, profile, expected) {
      const from = leading[base.name] ?? 0;
      const to = args.length - (trailing[base.name] ?? 0);
      const typed: ArgumentInfo[] = [];
      for (const [i, info] of args.entries()) {
        const given = i >= from && i < to ? asGiven(info) : info;
        if ('problem' in given) return given;
        typed.push(given);
      }
      const context =
        typeof type !== 'string' ? type : expected?.kind === 'string' ? expected : stringType(type === 'WSTRING', 254);
      const found = base.resolve(
        typed,
        profile,
        base.name === 'LEN' || base.name === 'FIND' || isLenient(profile) ? (expected ?? context) : context,
      );
      return 'problem' in found ? { problem: found.problem.replace(/^\S+ /, '').replace(/\.$/, '') } : found;
    },
  });
}

const fitsLiteral = (info: ArgumentInfo, type: ElementaryType): boolean =>
  info.type.kind === 'literal' &&
  (info.type.form === 'int' ||
    (info.type.form === 'real' && type.group === 'real') ||
    (info.type.form === 'bool' && type.group === 'bool'));
