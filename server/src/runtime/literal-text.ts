import type { ElementaryName, TypeDescriptor, TypeId } from '../model/data-type.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import {
  formatDate,
  formatDateAndTime,
  formatDuration,
  formatTimeOfDay,
  parseDate,
  parseDateAndTime,
  parseDuration,
  parseTimeOfDay,
} from '../model/time-literal.js';
import type { Value } from '../model/value.js';
import { typeName } from './value-codec.js';

/**
 * The IEC literal of a value (IEC 61131-3:2013, 6.3): `TRUE`, `42`, `16#00FF`, `1.5`, `T#2s`, `D#2026-11-21`, `'text'`,
 * `"wide"`, `Red`, `[1, 2]`, `(a := 1)`. `parseLiteral` reads all of these back.
 */
export function formatValue(value: Value): string {
  switch (value.kind) {
    case 'bool':
      return value.value ? 'TRUE' : 'FALSE';
    case 'int':
      return value.enumName ?? formatInteger(value.type, value.value);
    case 'real':
      return formatReal(value.value, value.type);
    case 'string':
      return quote(value.value, value.wide);
    case 'array':
      return `[${value.elements.map(formatValue).join(', ')}]`;
    case 'struct':
      return `(${value.members.map(([name, part]) => `${name} := ${formatValue(part)}`).join(', ')})`;
    case 'pointer':
      return value.address === 0 ? 'NULL' : `16#${value.address.toString(16).toUpperCase()}`;
  }
}

function formatInteger(type: ElementaryName, value: bigint): string {
  switch (type) {
    case 'BYTE':
    case 'WORD':
    case 'DWORD':
    case 'LWORD': {
      const digits = { BYTE: 2, WORD: 4, DWORD: 8, LWORD: 16 }[type];
      return `16#${value.toString(16).toUpperCase().padStart(digits, '0')}`;
    }
    case 'TIME':
      return `T#${formatDuration(value)}`;
    case 'LTIME':
      return `LTIME#${formatDuration(value)}`;
    case 'DATE':
    case 'LDATE':
      return `${type === 'DATE' ? 'D' : 'LD'}#${formatDate(value)}`;
    case 'TOD':
    case 'LTOD':
      return `${type}#${formatTimeOfDay(value)}`;
    case 'DT':
    case 'LDT':
      return `${type}#${formatDateAndTime(value)}`;
    case 'CHAR':
    case 'WCHAR':
      return quote(String.fromCharCode(Number(value)), type === 'WCHAR');
    default:
      return value.toString();
  }
}

/** Shortest decimal that reads back the same at the type's precision; a REAL is not shown with the digits of an LREAL. */
export function formatReal(value: number, type: 'REAL' | 'LREAL'): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  let text = String(value);
  if (type === 'REAL') {
    for (let digits = 1; digits <= 9; digits += 1) {
      const candidate = Number(value.toPrecision(digits));
      if (Math.fround(candidate) === value) {
        text = Object.is(value, -0) ? '-0' : String(candidate);
        break;
      }
    }
  } else if (Object.is(value, -0)) text = '-0';
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function quote(text: string, wide: boolean): string {
  const mark = wide ? '"' : "'";
  let body = '';
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const char = text[i]!;
    if (char === '$' || char === mark) body += `$${char}`;
    else if (unit < 0x20 || unit === 0x7f)
      body += wide
        ? `$${unit.toString(16).toUpperCase().padStart(4, '0')}`
        : `$${unit.toString(16).toUpperCase().padStart(2, '0')}`;
    else body += char;
  }
  return mark + body + mark;
}

const unreadable = (text: string, wanted: string): HostError =>
  new HostError(
    'TYPE_MISMATCH',
    `'${text.slice(0, 60)}' is not a value of type ${wanted}; write it as IEC 61131-3 does, for example ${example(wanted)}.`,
    { type: wanted },
  );

function example(wanted: string): string {
  if (wanted === 'BOOL') return 'TRUE';
  if (wanted === 'TIME' || wanted === 'LTIME') return 'T#1s500ms';
  if (wanted === 'REAL' || wanted === 'LREAL') return '1.5';
  if (wanted.startsWith('STRING')) return "'text'";
  if (wanted.startsWith('WSTRING')) return '"text"';
  if (wanted.includes('D')) return 'D#2026-11-21';
  return '42 or 16#2A';
}

/**
 * The value that a literal has for a type: `TRUE`, `1`, `INT#5`, `16#FF`, `T#2s`, `'text'`, an enumerator's name, arrays and
 * structures of these. TYPE_MISMATCH where the text is none of that type; ranges are checked when it is encoded.
 */
export function parseLiteral(types: readonly TypeDescriptor[], id: TypeId, text: string): Value {
  const type = types[id]!;
  const trimmed = text.trim();
  const wanted = typeName(types, id);
  switch (type.kind) {
    case 'elementary':
      return parseElementary(type.name, trimmed, wanted);
    case 'subrange':
      return parseElementary(type.base, trimmed, wanted);
    case 'enum': {
      const name = trimmed.includes('#')
        ? trimmed.slice(trimmed.lastIndexOf('#') + 1)
        : trimmed.slice(trimmed.lastIndexOf('.') + 1);
      const found = type.values.find((v) => foldName(v.name) === foldName(name));
      return found
        ? { kind: 'int', type: type.base, value: found.value, enumName: found.name }
        : parseElementary(type.base, trimmed, wanted);
    }
    case 'string':
      return { kind: 'string', wide: type.wide, value: parseText(trimmed, wanted, type.wide) };
    case 'array': {
      const parts = split(trimmed, '[', ']') ?? [];
      if (!trimmed.startsWith('[')) throw unreadable(text, wanted);
      return { kind: 'array', elements: parts.map((part) => parseLiteral(types, type.element, part)) };
    }
    case 'struct': {
      const parts = split(trimmed, '(', ')');
      if (!parts) throw unreadable(text, wanted);
      return {
        kind: 'struct',
        typeName: type.name,
        members: parts.map((part) => {
          const match = /^\s*([\p{L}\p{N}_]+)\s*:=([^]*)$/u.exec(part);
          const member = match && type.members.find((m) => foldName(m.name) === foldName(match[1]!));
          if (!match || !member) throw unreadable(part, wanted);
          return [member.name, parseLiteral(types, member.type, match[2]!)] as const;
        }),
      };
    }
    case 'pointer':
      throw unreadable(text, wanted);
  }
}

function parseElementary(name: ElementaryName, text: string, wanted: string): Value {
  const hash = /^([A-Za-z_]+)#(.*)$/s.exec(text);
  const prefix = hash?.[1]?.toUpperCase();
  const body = hash ? hash[2]! : text;
  if (prefix !== undefined && !prefixes(name).includes(prefix)) throw unreadable(text, wanted);
  const found = parseBody(name, body, prefix !== undefined);
  if (!found) throw unreadable(text, wanted);
  return found;
}

function prefixes(name: ElementaryName): readonly string[] {
  switch (name) {
    case 'TIME':
    case 'LTIME':
      return ['T', 'TIME', 'LT', 'LTIME'];
    case 'DATE':
    case 'LDATE':
      return ['D', 'DATE', 'LD', 'LDATE'];
    case 'TOD':
    case 'LTOD':
      return ['TOD', 'TIME_OF_DAY', 'LTOD', 'LTIME_OF_DAY'];
    case 'DT':
    case 'LDT':
      return ['DT', 'DATE_AND_TIME', 'LDT', 'LDATE_AND_TIME'];
    default:
      return [name];
  }
}

function parseBody(name: ElementaryName, body: string, prefixed: boolean): Value | undefined {
  const int = (value: bigint | undefined): Value | undefined =>
    value === undefined ? undefined : { kind: 'int', type: name, value };
  switch (name) {
    case 'BOOL': {
      const word = body.toUpperCase();
      if (word === 'TRUE' || word === '1') return { kind: 'bool', value: true };
      return word === 'FALSE' || word === '0' ? { kind: 'bool', value: false } : undefined;
    }
    case 'REAL':
    case 'LREAL': {
      const digits = body.replaceAll('_', '');
      if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(digits)) return undefined;
      return { kind: 'real', type: name, value: Number(digits) };
    }
    case 'TIME':
    case 'LTIME':
      // A bare number is milliseconds (api.md, scenario file).
      return int(prefixed ? parseDuration(body) : (parseDuration(body) ?? milliseconds(body)));
    case 'DATE':
    case 'LDATE':
      return int(parseDate(body));
    case 'TOD':
    case 'LTOD':
      return int(parseTimeOfDay(body));
    case 'DT':
    case 'LDT':
      return int(parseDateAndTime(body));
    case 'CHAR':
    case 'WCHAR': {
      const text = /^(['"]).+\1$/s.test(body) ? unescapeText(body.slice(1, -1), name === 'WCHAR') : undefined;
      return text?.length === 1 ? int(BigInt(text.charCodeAt(0))) : int(parseInteger(body));
    }
    default:
      return int(parseInteger(body));
  }
}

function milliseconds(text: string): bigint | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? BigInt(Math.round(Number(text) * 1e6)) : undefined;
}

function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(?:(2|8|16)#)?([0-9A-Fa-f_]+)$/.exec(text);
  if (!match) return undefined;
  const digits = match[3]!.replaceAll('_', '');
  const base = match[2] ?? '10';
  const allowed = { '2': /^[01]+$/, '8': /^[0-7]+$/, '10': /^\d+$/, '16': /^[0-9A-Fa-f]+$/ }[base]!;
  if (!allowed.test(digits) || digits.length > 100) return undefined;
  const value = BigInt({ '2': '0b', '8': '0o', '10': '', '16': '0x' }[base]! + digits);
  return match[1] === '-' ? -value : value;
}

/** A quoted text, or (for people) a bare word taken as it is. */
function parseText(text: string, wanted: string, wide: boolean): string {
  const first = text[0];
  if (first === "'" || first === '"') {
    if (text.length < 2 || text.at(-1) !== first) throw unreadable(text, wanted);
    const body = unescapeText(text.slice(1, -1), wide);
    if (body === undefined) throw unreadable(text, wanted);
    return body;
  }
  return text;
}

/** Resolves `$` escapes (IEC 61131-3:2013, table 6 and 7). */
function unescapeText(body: string, wide: boolean): string | undefined {
  let bad = false;
  const pattern = wide ? /\$([0-9A-Fa-f]{4}|.|$)/gsu : /\$([0-9A-Fa-f]{2}|.|$)/gsu;
  const text = body.replace(pattern, (_all, code: string) => {
    if (code.length >= 2) return String.fromCharCode(parseInt(code, 16));
    const named = { N: '\n', L: '\n', P: '\f', R: '\r', T: '\t', $: '$', "'": "'", '"': '"' }[code.toUpperCase()];
    if (named === undefined) bad = true;
    return named ?? '';
  });
  return bad ? undefined : text;
}

/** Splits `[a, b]` or `(a := 1, b := 2)` at the commas of its own level; undefined where the brackets don't match. */
function split(text: string, open: string, close: string): string[] | undefined {
  if (!text.startsWith(open) || !text.endsWith(close)) return undefined;
  const parts: string[] = [];
  let depth = 0;
  let quoted = '';
  let from = 1;
  for (let i = 1; i < text.length - 1; i += 1) {
    const c = text[i]!;
    if (quoted !== '') {
      if (c === '$') i += 1;
      else if (c === quoted) quoted = '';
    } else if (c === "'" || c === '"') quoted = c;
    else if (c === '[' || c === '(') depth += 1;
    else if (c === ']' || c === ')') depth -= 1;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
    if (depth < 0) return undefined;
  }
  const last = text.slice(from, -1);
  if (last.trim() !== '' || parts.length > 0) parts.push(last);
  return parts;
}
