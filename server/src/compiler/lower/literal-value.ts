import type { Constant } from '../check/compilation.js';
import { typeName } from '../check/type-name.js';
import { elementaryTypes as e, type ElementaryType, type LiteralType, type Type } from '../check/types.js';
import type { Profile } from '../profile.js';

type Range = readonly [low: bigint, high: bigint];

const ranges = new Map<ElementaryType, Range>(
  Object.values(e).map((type) => {
    const bits = BigInt(type.size * 8);
    if (type === e.BOOL) return [type, [0n, 1n]];
    return [type, type.group === 'signed' ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n]];
  }),
);

/** The least and greatest value of an integer or bit string type. */
export const rangeOf = (type: ElementaryType): Range => ranges.get(type)!;

/** A number brought into the range of a type as storing it would. */
export function wrapConstant(type: ElementaryType, value: bigint): bigint {
  const bits = type.size * 8;
  return type.group === 'signed' ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

export type Adapted = { readonly value: Constant; readonly warning?: string } | { readonly problem: string };

/** The value that an untyped literal has as a value of `type`, or why it can't be one. */
export function adaptLiteral(
  literal: LiteralType,
  value: Constant,
  based: boolean,
  type: Type,
  profile: Profile,
): Adapted {
  const lenient = profile.implicitConversion !== 'widening';
  switch (type.kind) {
    case 'elementary':
      return adaptToElementary(literal, value, based, type, lenient);
    case 'subrange': {
      const base = adaptToElementary(literal, value, based, type.base, lenient);
      if ('problem' in base || typeof base.value !== 'bigint') return base;
      if (base.value < type.low || base.value > type.high)
        return { problem: `${base.value} is outside ${type.name}, which holds ${type.low} to ${type.high}` };
      return base;
    }
    case 'enum': {
      if (literal.form !== 'int' || typeof value !== 'bigint') break;
      if ([...type.values.values()].some((one) => one.value === value))
        return { value, warning: `A number stands for a value of ${type.name}; write its name.` };
      return { problem: `${value} is no value of ${type.name}` };
    }
    case 'string':
      if (typeof value === 'string' && (literal.form === 'wstring') === type.wide) return { value };
      if (typeof value === 'string')
        return {
          problem: `a ${type.wide ? 'WSTRING takes double quotes ("...")' : "STRING takes single quotes ('...')"}`,
        };
      break;
    case 'pointer':
    case 'interface':
      if (literal.form === 'int' && (value === 0n || (lenient && type.kind === 'pointer'))) return { value };
      break;
    default:
  }
  return { problem: `${typeName(literal)} does not fit ${typeName(type)}${wholeAdvice(type)}` };
}

/** What to name instead of a whole array, structure or instance. */
function wholeAdvice(type: Type): string {
  switch (type.kind) {
    case 'array':
      return '; name one element with [...], or assign an array';
    case 'struct':
      return '; name one member with a dot, or assign a structure';
    case 'instance':
      return '; name one of its inputs with a dot';
    case 'pointer':
      return '; take an address with ADR or REF';
    case 'string':
      return '; write it in quotes, or convert it with TO_STRING(...)';
    default:
      return '';
  }
}

function adaptToElementary(
  literal: LiteralType,
  value: Constant,
  based: boolean,
  type: ElementaryType,
  lenient: boolean,
): Adapted {
  switch (literal.form) {
    case 'int':
      return typeof value === 'bigint' ? adaptInteger(value, based, type, lenient) : mismatch(literal, type);
    case 'real':
      if (typeof value !== 'number') return mismatch(literal, type);
      if (type.group === 'real') return adaptReal(value, type);
      if (
        lenient &&
        (type.group === 'signed' || type.group === 'unsigned' || type.group === 'bits') &&
        type !== e.BOOL
      ) {
        return {
          value: wrapConstant(type, BigInt(Math.round(value))),
          warning: `${value} loses its fraction as ${type.name}; write a conversion.`,
        };
      }
      return mismatch(literal, type);
    case 'bool':
      if (type === e.BOOL) return { value };
      if (type.group === 'signed' || type.group === 'unsigned' || type.group === 'bits') {
        return {
          value: value === true ? 1n : 0n,
          warning: `A BOOL stands for a ${type.name}; write BOOL_TO_${type.name}.`,
        };
      }
      return mismatch(literal, type);
    case 'string':
    case 'wstring': {
      const wanted = literal.form === 'wstring' ? e.WCHAR : e.CHAR;
      if (type !== wanted || typeof value !== 'string') return mismatch(literal, type);
      if (value.length !== 1) return { problem: `a ${type.name} is exactly one character` };
      const code = BigInt(value.charCodeAt(0));
      return type === e.CHAR && code > 255n
        ? { problem: `'${value}' is no Latin-1 character; use WCHAR` }
        : { value: code };
    }
  }
}

const mismatch = (literal: LiteralType, type: ElementaryType): Adapted => ({
  problem: `${typeName(literal)} does not fit ${type.name}${literalAdvice(literal, type)}`,
});

/** How to write the value so that it fits. */
function literalAdvice({ form }: LiteralType, type: ElementaryType): string {
  const whole = type.group === 'signed' || type.group === 'unsigned' || type.group === 'bits';
  if (form === 'real' && whole) return `; write a whole number, or convert with REAL_TO_${type.name}(...)`;
  if (form === 'string' || form === 'wstring') {
    if (type === e.BOOL) return '; write TRUE or FALSE without quotes';
    return type.group === 'char' ? '' : `; write it without quotes, or convert with STRING_TO_${type.name}(...)`;
  }
  if (type.group === 'duration') return '; write a duration such as T#5s';
  if (type.group === 'date') return '; write a date such as D#2024-12-31';
  if (type.group === 'tod') return '; write a time of day such as TOD#12:30:00';
  if (type.group === 'dt') return '; write a date and time such as DT#2024-12-31-12:30:00';
  return type === e.BOOL ? '; write TRUE or FALSE, or compare with <> 0' : '';
}

/** The smallest type of the same kind that holds a number. */
function largerType(value: bigint, type: ElementaryType): string {
  const kinds = { signed: [e.SINT, e.INT, e.DINT, e.LINT], unsigned: [e.USINT, e.UINT, e.UDINT, e.ULINT], bits: [e.BYTE, e.WORD, e.DWORD, e.LWORD] }; // prettier-ignore
  const kind = type.group === 'signed' || value < 0n ? 'signed' : type.group === 'bits' ? 'bits' : 'unsigned';
  const found = kinds[kind].find((one) => value >= rangeOf(one)[0] && value <= rangeOf(one)[1]);
  return found ? `; use ${found.name}, or a smaller number` : '; use a smaller number';
}

function adaptReal(value: number, type: ElementaryType): Adapted {
  const stored = type === e.REAL ? Math.fround(value) : value;
  return Number.isFinite(stored) || !Number.isFinite(value)
    ? { value: stored }
    : { problem: `${value} is too large for ${type.name}` };
}

function adaptInteger(value: bigint, based: boolean, type: ElementaryType, lenient: boolean): Adapted {
  switch (type.group) {
    case 'real':
      return adaptReal(Number(value), type);
    case 'bool':
      return value === 0n || value === 1n
        ? { value: value === 1n }
        : { problem: `${value} is neither 0 (FALSE) nor 1 (TRUE)` };
    case 'signed':
    case 'unsigned':
    case 'bits': {
      const [low, high] = rangeOf(type);
      if (value >= low && value <= high) return { value };
      // `16#FFFF` gives the bits of an INT, `NOT 16#0F` those of a WORD.
      const bits = 1n << BigInt(type.size * 8);
      if (based && value < bits && value >= -bits) return { value: wrapConstant(type, value) };
      if (lenient && value < 0n && value >= -(1n << BigInt(type.size * 8 - 1))) {
        return {
          value: wrapConstant(type, value),
          warning: `${value} becomes ${wrapConstant(type, value)} as ${type.name}.`,
        };
      }
      return { problem: `${value} is outside ${type.name}, which holds ${low} to ${high}${largerType(value, type)}` };
    }
    case 'char':
      return { problem: `a number does not fit ${type.name}; write a character in quotes` };
    default:
      if (lenient)
        return {
          value: value * nanosecondsPer(type),
          warning: `A number stands for a ${type.name}; write a literal such as T#${value}ms.`,
        };
      return {
        problem: `a number does not fit ${type.name}${
          type.group === 'duration'
            ? `; write a duration such as T#${value}ms or T#${value}s`
            : literalAdvice({ kind: 'literal', form: 'int' }, type)
        }`,
      };
  }
}

/** What the number 1 stands for where dialects let numbers be times: ms for TIME and TOD, s for dates, ns for the long forms. */
export function nanosecondsPer(type: ElementaryType): bigint {
  switch (type.name) {
    case 'TIME':
    case 'TOD':
      return 1_000_000n;
    case 'DATE':
    case 'DT':
      return 1_000_000_000n;
    default:
      return 1n;
  }
}

const integerTypes = [e.DINT, e.UDINT, e.LINT, e.ULINT];

/** The type that an untyped literal gets where nothing decides: DINT, LREAL, BOOL, STRING. */
export function literalType(
  literal: LiteralType,
  value: Constant,
  makeString: (wide: boolean, length: number) => Type,
): Type {
  switch (literal.form) {
    case 'int': {
      const number = value as bigint;
      return integerTypes.find((type) => number >= rangeOf(type)[0] && number <= rangeOf(type)[1]) ?? e.LINT;
    }
    case 'real':
      return e.LREAL;
    case 'bool':
      return e.BOOL;
    case 'string':
      return makeString(false, Math.max(1, (value as string).length));
    case 'wstring':
      return makeString(true, Math.max(1, (value as string).length));
  }
}
