import type { Expression } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { maxNumberLength } from './lexer.js';
import { dateTypeOf, decodeDate, decodeDuration, decodeInteger, decodeReal, decodeString } from './literal.js';

const integerTypes = new Set([
  'SINT', 'INT', 'DINT', 'LINT', 'USINT', 'UINT', 'UDINT', 'ULINT', 'BYTE', 'WORD', 'DWORD', 'LWORD', 'BOOL',
]); // prettier-ignore
const realTypes = new Set(['REAL', 'LREAL']);
const textTypes = new Set(['STRING', 'WSTRING', 'CHAR', 'WCHAR']);
const timeTypes = new Set([
  'T', 'TIME', 'LT', 'LTIME', 'D', 'DATE', 'LD', 'LDATE', 'TOD', 'TIME_OF_DAY', 'LTOD', 'LTIME_OF_DAY', 'DT', 'DATE_AND_TIME', 'LDT',
  'LDATE_AND_TIME',
]); // prettier-ignore

/** The literal at the cursor. A malformed one is reported and read as a value of its kind. */
export function parseLiteral(p: Cursor): Expression {
  const span = p.tokenSpan();
  const text = p.word();
  const kind = p.kind();
  const complain = (code: 'E1005' | 'E1006' | 'E1007', problem: string): void => {
    p.report(code, span.start, span.end, `\`${text.slice(0, 60)}\` ${problem}.`);
  };
  p.advance();
  switch (kind) {
    case T.int: {
      // The lexer has reported it.
      if (text.length > maxNumberLength) return { kind: 'int', value: 0n, base: 10, span };
      const decoded = decodeInteger(text);
      if ('value' in decoded) return { kind: 'int', value: decoded.value.value, base: decoded.value.base, span };
      complain('E1005', decoded.problem);
      return { kind: 'int', value: 0n, base: 10, span };
    }
    case T.real: {
      const decoded = decodeReal(text);
      if ('problem' in decoded) complain('E1005', decoded.problem);
      return { kind: 'real', value: 'value' in decoded ? decoded.value : 0, span };
    }
    case T.string:
    case T.wstring:
      return stringLiteral(p, text, span.start, kind === T.wstring);
    case T.duration: {
      const hash = text.indexOf('#');
      const decoded = decodeDuration(text.slice(hash + 1));
      if ('problem' in decoded) complain('E1006', decoded.problem);
      const typeName = text[0] === 'L' || text[0] === 'l' ? 'LTIME' : 'TIME';
      return { kind: 'duration', ns: 'value' in decoded ? decoded.value : 0n, typeName, span };
    }
    default: {
      const hash = text.indexOf('#');
      const typeName = dateTypeOf(text.slice(0, hash).toUpperCase());
      const decoded = decodeDate(typeName, text.slice(hash + 1));
      if ('problem' in decoded) complain('E1007', decoded.problem);
      return { kind: 'date', ns: 'value' in decoded ? decoded.value : 0n, typeName, span };
    }
  }
}

function stringLiteral(p: Cursor, text: string, start: number, wide: boolean, typeName?: string): Expression {
  const quote = text[0]!;
  const closed = text.length > 1 && text.endsWith(quote);
  const decoded = decodeString(text.slice(1, closed ? -1 : undefined), wide);
  for (const problem of decoded.problems) {
    p.report('E1008', start + 1 + problem.offset, start + 2 + problem.offset, problem.message);
  }
  return {
    kind: 'string',
    wide,
    value: decoded.value,
    ...(typeName !== undefined && { typeName }),
    span: p.span(start),
  };
}

/** `INT#5`, `REAL#-1.5`, `BOOL#TRUE`, `STRING#'x'`, `Color#Red`; `qualifier` is a namespace with its dot. */
export function parseTypedLiteral(p: Cursor, qualifier: string, start: number): Expression {
  const prefix = qualifier + p.word().slice(0, -1);
  const typeName = prefix.toUpperCase();
  p.advance();
  const malformed = (expected: string): never =>
    p.fail('E1012', `Expected ${expected} after \`${prefix.slice(0, 60)}#\`, found ${p.shown()}.`);
  if (integerTypes.has(typeName)) {
    if (typeName === 'BOOL' && (p.keyword() === K.TRUE || p.keyword() === K.FALSE)) {
      const value = p.keyword() === K.TRUE;
      p.advance();
      return { kind: 'bool', value, typeName, span: p.span(start) };
    }
    const negative = takeSign(p);
    if (p.kind() !== T.int) malformed('a whole number');
    const literal = parseLiteral(p);
    if (literal.kind !== 'int') return literal;
    if (typeName === 'BOOL') {
      if (literal.value > 1n || negative)
        p.report('E1012', start, p.previousEnd(), 'A BOOL is BOOL#0, BOOL#1, BOOL#FALSE or BOOL#TRUE.');
      return { kind: 'bool', value: literal.value !== 0n, typeName, span: p.span(start) };
    }
    return { ...literal, value: negative ? -literal.value : literal.value, typeName, span: p.span(start) };
  }
  if (realTypes.has(typeName)) {
    const negative = takeSign(p);
    if (p.kind() !== T.int && p.kind() !== T.real) malformed('a number');
    const literal = parseLiteral(p);
    const value = literal.kind === 'int' ? Number(literal.value) : literal.kind === 'real' ? literal.value : 0;
    return { kind: 'real', value: negative ? -value : value, typeName, span: p.span(start) };
  }
  if (textTypes.has(typeName)) {
    if (p.kind() !== T.string && p.kind() !== T.wstring) malformed('a string in quotes');
    const wide = typeName === 'WSTRING' || typeName === 'WCHAR';
    const textStart = p.start();
    const text = p.word();
    p.advance();
    const literal = stringLiteral(p, text, textStart, wide, typeName);
    return { ...literal, span: p.span(start) };
  }
  if (timeTypes.has(typeName) && p.kind() !== T.word)
    malformed('a duration or date such as `T#1h30m`, `D#2024-12-31`,');
  if (p.kind() !== T.word) malformed('a name of the enumeration');
  if (!p.isName())
    p.reportHere('E1110', `\`${p.word()}\` is a reserved word and can't name a value: choose another name.`);
  const value = p.word();
  p.advance();
  return { kind: 'enumLiteral', typeName: prefix, value, span: p.span(start) };
}

function takeSign(p: Cursor): boolean {
  if (p.take(T.minus)) return true;
  p.take(T.plus);
  return false;
}
