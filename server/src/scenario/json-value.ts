import type { TypeDescriptor, TypeId } from '../model/data-type.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import type { Value } from '../model/value.js';
import { formatValue, parseLiteral } from '../runtime/literal-text.js';
import { typeName } from '../runtime/value-codec.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Parses JSON; integers of 16 and more digits, which a JavaScript number may not hold, become texts. Throws SyntaxError as
 * JSON.parse does.
 */
export function parseJsonExactly(text: string): unknown {
  const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  return JSON.parse(text.replace(token, (found) => (/^-?\d{16,}$/.test(found) ? `"${found}"` : found)));
}

/**
 * The value that JSON text has for a type (api.md, scenario file): booleans, numbers and strings as they are; TIME, dates and
 * 64-bit integers also as IEC literals; numbers for TIME are milliseconds; 0 and 1 also for BOOL. TYPE_MISMATCH otherwise.
 */
export function valueFromJson(types: readonly TypeDescriptor[], id: TypeId, json: Json): Value {
  const type = types[id]!;
  const wrong = (): HostError =>
    new HostError(
      'TYPE_MISMATCH',
      `${JSON.stringify(json)?.slice(0, 60)} is not a value of type ${typeName(types, id)}.`,
      { type: typeName(types, id) },
    );
  switch (type.kind) {
    case 'array':
      if (!Array.isArray(json)) throw wrong();
      return {
        kind: 'array',
        elements: (json as readonly Json[]).map((element) => valueFromJson(types, type.element, element)),
      };
    case 'struct': {
      if (json === null || typeof json !== 'object' || Array.isArray(json)) throw wrong();
      const members = Object.entries(json).map(([name, part]) => {
        const member = type.members.find((m) => foldName(m.name) === foldName(name));
        if (!member) throw wrong();
        return [member.name, valueFromJson(types, member.type, part)] as const;
      });
      return { kind: 'struct', typeName: type.name, members };
    }
    case 'string':
      if (typeof json !== 'string') throw wrong();
      return { kind: 'string', wide: type.wide, value: json };
    case 'pointer':
      throw wrong();
    case 'enum':
      if (typeof json === 'string') return parseLiteral(types, id, json);
      if (typeof json !== 'number' || !Number.isInteger(json)) throw wrong();
      return { kind: 'int', type: type.base, value: BigInt(json) };
    case 'elementary':
    case 'subrange': {
      const name = type.kind === 'subrange' ? type.base : type.name;
      if (typeof json === 'string') {
        if ((name === 'CHAR' || name === 'WCHAR') && json.length === 1)
          return { kind: 'int', type: name, value: BigInt(json.charCodeAt(0)) };
        if ((name === 'REAL' || name === 'LREAL') && ['NaN', 'Infinity', '-Infinity'].includes(json))
          return { kind: 'real', type: name, value: Number(json) };
        return parseLiteral(types, id, json);
      }
      if (name === 'BOOL') {
        if (typeof json !== 'boolean' && json !== 0 && json !== 1) throw wrong();
        return { kind: 'bool', value: json === true || json === 1 };
      }
      if (typeof json === 'boolean') return { kind: 'int', type: name, value: json ? 1n : 0n };
      if (typeof json !== 'number') throw wrong();
      if (name === 'REAL' || name === 'LREAL') return { kind: 'real', type: name, value: json };
      if (name === 'TIME' || name === 'LTIME')
        return { kind: 'int', type: name, value: BigInt(Math.round(json * 1e6)) };
      if (!Number.isInteger(json)) throw wrong();
      return { kind: 'int', type: name, value: BigInt(json) };
    }
  }
}

/** The JSON form of a value: the inverse of `valueFromJson`. Integers beyond 2^53, TIME and dates are IEC literals; enums their names. */
export function valueToJson(value: Value): Json {
  switch (value.kind) {
    case 'bool':
      return value.value;
    case 'real':
      return Number.isFinite(value.value) ? value.value : String(value.value);
    case 'string':
      return value.value;
    case 'array':
      return value.elements.map(valueToJson);
    case 'struct':
      return Object.fromEntries(value.members.map(([name, part]) => [name, valueToJson(part)]));
    case 'pointer':
      return value.address;
    case 'int': {
      if (value.enumName !== undefined) return value.enumName;
      switch (value.type) {
        case 'TIME':
        case 'LTIME':
        case 'DATE':
        case 'LDATE':
        case 'TOD':
        case 'LTOD':
        case 'DT':
        case 'LDT':
          return formatValue(value);
        case 'CHAR':
        case 'WCHAR':
          return String.fromCharCode(Number(value.value));
        default:
          return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value.toString();
      }
    }
  }
}

/** What a scenario step or test case expects of one variable: a value, or a number within a tolerance. */
export type Expectation = Json | { readonly near: number; readonly within: number };

export function isNear(expectation: Expectation): expectation is { readonly near: number; readonly within: number } {
  return (
    expectation !== null && typeof expectation === 'object' && !Array.isArray(expectation) && 'near' in expectation
  );
}

/**
 * Whether a value is as expected. REAL and LREAL are equal when equal after rounding to the type, or within `tolerance`
 * (absolute). NaN is expected as "NaN". Throws TYPE_MISMATCH where the expectation is no value of the type.
 */
export function meets(
  types: readonly TypeDescriptor[],
  id: TypeId,
  value: Value,
  expectation: Expectation,
  tolerance?: number,
): boolean {
  if (isNear(expectation)) {
    const actual = numeric(value);
    return actual !== undefined && Math.abs(actual - expectation.near) <= expectation.within;
  }
  return equal(value, valueFromJson(types, id, expectation), tolerance);
}

function numeric(value: Value): number | undefined {
  if (value.kind === 'real') return value.value;
  return value.kind === 'int'
    ? Number(value.value) / (value.type === 'TIME' || value.type === 'LTIME' ? 1e6 : 1)
    : undefined;
}

function equal(actual: Value, wanted: Value, tolerance: number | undefined): boolean {
  switch (wanted.kind) {
    case 'bool':
      return actual.kind === 'bool' && actual.value === wanted.value;
    case 'int':
      return actual.kind === 'int' && actual.value === wanted.value;
    case 'real': {
      if (actual.kind !== 'real') return false;
      if (Number.isNaN(wanted.value)) return Number.isNaN(actual.value);
      const rounded = actual.type === 'REAL' ? Math.fround(wanted.value) : wanted.value;
      return (
        actual.value === rounded || (tolerance !== undefined && Math.abs(actual.value - wanted.value) <= tolerance)
      );
    }
    case 'string':
      return actual.kind === 'string' && actual.value === wanted.value;
    case 'array':
      return (
        actual.kind === 'array' &&
        actual.elements.length === wanted.elements.length &&
        wanted.elements.every((w, i) => equal(actual.elements[i]!, w, tolerance))
      );
    case 'struct':
      return (
        actual.kind === 'struct' &&
        wanted.members.every(([name, w]) => {
          const found = actual.members.find(([n]) => foldName(n) === foldName(name));
          return found !== undefined && equal(found[1], w, tolerance);
        })
      );
    case 'pointer':
      return actual.kind === 'pointer' && actual.address === wanted.address;
  }
}
