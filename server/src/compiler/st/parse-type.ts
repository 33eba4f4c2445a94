import type { ArrayTypeNode, EnumTypeNode, Expression, StructTypeNode, TypeNode } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { parseExpression } from './parse-expression.js';
import { parseDeclarationList } from './parse-declaration.js';

const enumBases = new Set([
  'SINT', 'INT', 'DINT', 'LINT', 'USINT', 'UINT', 'UDINT', 'ULINT', 'BYTE', 'WORD', 'DWORD', 'LWORD', 'BOOL',
]); // prettier-ignore

/** A type as it stands after the colon of a declaration. `declares` is true within TYPE, where `T (A, B)` is an enumeration. */
export function parseType(p: Cursor, declares: boolean): TypeNode {
  p.deeper();
  const type = parseTypeHere(p, declares);
  p.shallower();
  return type;
}

function parseTypeHere(p: Cursor, declares: boolean): TypeNode {
  const start = p.start();
  if (p.kind() === T.openParen) return parseEnum(p, start, undefined);
  switch (p.keyword()) {
    case K.ARRAY:
      return parseArray(p);
    case K.STRUCT:
      return parseStruct(p, start, undefined);
    case K.REF_TO:
      p.advance();
      return { kind: 'pointer', form: 'ref_to', target: parseType(p, false), span: p.span(start) };
    case K.POINTER:
    case K.REFERENCE:
      if (p.keyword(1) === K.TO) {
        const form = p.keyword() === K.POINTER ? 'pointer' : 'reference';
        p.advance();
        p.advance();
        return { kind: 'pointer', form, target: parseType(p, false), span: p.span(start) };
      }
      break;
    case K.POINTER_TO:
    case K.REFERENCE_TO:
      if (p.kind(1) === T.word) {
        const form = p.keyword() === K.POINTER_TO ? 'pointer' : 'reference';
        p.advance();
        return { kind: 'pointer', form, target: parseType(p, false), span: p.span(start) };
      }
      break;
    case K.UNION:
      if (p.isName(1)) return parseUnion(p, start);
      break;
    case K.STRING:
    case K.WSTRING:
      return parseString(p);
    default:
  }
  return parseNamed(p, start, declares);
}

function parseString(p: Cursor): TypeNode {
  const start = p.start();
  const wide = p.keyword() === K.WSTRING;
  p.advance();
  const close = p.kind() === T.openBracket ? T.closeBracket : p.kind() === T.openParen ? T.closeParen : 0;
  if (close === 0) return { kind: 'string', wide, span: p.span(start) };
  p.advance();
  const length = parseExpression(p);
  p.expect(close, close === T.closeBracket ? '`]`' : '`)`', 'after the length of the string');
  return { kind: 'string', wide, length, span: p.span(start) };
}

function parseArray(p: Cursor): ArrayTypeNode {
  const start = p.start();
  p.advance();
  if (!p.take(T.openBracket))
    p.fail('E1111', `Expected \`[\` after ARRAY, found ${p.shown()}: write \`ARRAY[0..9] OF INT\`.`);
  const dimensions: ArrayTypeNode['dimensions'][number][] = [];
  do {
    const from = p.start();
    if (p.take(T.star)) {
      dimensions.push({ span: p.span(from) });
      continue;
    }
    const low = parseExpression(p);
    if (!p.take(T.range)) {
      const written = p.text.slice(from, p.previousEnd());
      const bounds = /^(\d+)\s*-\s*(\d+)$/.exec(written) ?? /^(\d+)\s*:\s*(\d+)$/.exec(written);
      if (bounds) {
        const range = `${bounds[1]!}..${bounds[2]!}`;
        p.report(
          'E1111',
          from,
          p.previousEnd(),
          `Bounds of an array are written with two dots: write \`${range}\`.`,
          range,
        );
        dimensions.push({ low, high: low, span: p.span(from) });
        continue;
      }
      p.fail(
        'E1111',
        `An array needs both bounds: write \`0..${/^\d{1,9}$/.test(written) ? Number(written) - 1 : `${written} - 1`}\` in the brackets.`,
      );
    }
    const high = parseExpression(p);
    dimensions.push({ low, high, span: p.span(from) });
  } while (p.take(T.comma));
  p.expect(T.closeBracket, '`]`', 'after the bounds of the array');
  if (!p.takeKeyword(K.OF))
    p.fail('E1109', `Expected OF and the type of the elements after the bounds, found ${p.shown()}.`);
  const element = parseType(p, false);
  return { kind: 'array', dimensions, element, span: p.span(start) };
}

/** From STRUCT to END_STRUCT. */
export function parseStruct(p: Cursor, start: number, base: string | undefined): StructTypeNode {
  const opener = p.start();
  p.advance();
  const overlap = p.takeKeyword(K.OVERLAP);
  const members = parseDeclarationList(p, K.END_STRUCT, 'STRUCT', opener, parseType);
  return { kind: 'struct', union: overlap, ...(base !== undefined && { extends: base }), members, span: p.span(start) };
}

function parseUnion(p: Cursor, start: number): StructTypeNode {
  const opener = p.start();
  p.advance();
  const members = parseDeclarationList(p, K.END_UNION, 'UNION', opener, parseType);
  return { kind: 'struct', union: true, members, span: p.span(start) };
}

/** `(A, B := 2)` and the base type behind it. */
function parseEnum(p: Cursor, start: number, base: TypeNode | undefined): EnumTypeNode {
  const open = p.start();
  p.advance();
  const values: EnumTypeNode['values'][number][] = [];
  do {
    if (p.kind() === T.closeParen && values.length > 0) break;
    const from = p.start();
    const name = p.expectName('the name of a value');
    const value: Expression | undefined = p.take(T.assign) ? parseExpression(p) : undefined;
    values.push({ name, ...(value && { value }), span: p.span(from) });
  } while (p.take(T.comma));
  if (!p.take(T.closeParen))
    p.fail('E1101', `Expected \`,\` or \`)\` in the enumeration of line ${p.line(open)}, found ${p.shown()}.`);
  let behind = base;
  if (!behind && p.isName()) behind = parseName(p, p.start());
  return { kind: 'enum', ...(behind && { base: behind }), values, span: p.span(start) };
}

function parseName(p: Cursor, start: number): TypeNode {
  let name = p.word();
  if (!p.isName()) {
    return p.kind() === T.word
      ? p.fail('E1111', `Expected a type, found the keyword ${p.shown()}.`)
      : p.fail('E1111', `Expected a type, found ${p.shown()}: write its name, such as INT or BOOL.`);
  }
  p.advance();
  while (p.kind() === T.dot && p.kind(1) === T.word) {
    name += `.${p.word(1)}`;
    p.at += 2;
  }
  return { kind: 'named', name, span: p.span(start) };
}

function parseNamed(p: Cursor, start: number, declares: boolean): TypeNode {
  const base = parseName(p, start);
  if (p.kind() !== T.openParen || base.kind !== 'named') return base;
  const integer = enumBases.has(base.name.toUpperCase());
  if (!declares && !integer && !isSubrange(p)) return base;
  if (p.kind(1) === T.word && (p.kind(2) === T.comma || p.kind(2) === T.assign || p.kind(2) === T.closeParen)) {
    return parseEnum(p, start, base);
  }
  p.advance();
  const low = parseExpression(p);
  if (!p.take(T.range))
    p.fail('E1111', `Expected \`..\` between the bounds of the subrange, found ${p.shown()}: write \`INT(0..100)\`.`);
  const high = parseExpression(p);
  p.expect(T.closeParen, '`)`', 'after the bounds of the subrange');
  return { kind: 'subrange', base, low, high, span: p.span(start) };
}

/** From `(`: whether `..` comes before the matching `)`. */
function isSubrange(p: Cursor): boolean {
  let depth = 0;
  for (let i = 0; i < 64; i += 1) {
    switch (p.kind(i)) {
      case T.openParen:
        depth += 1;
        break;
      case T.closeParen:
        depth -= 1;
        if (depth === 0) return false;
        break;
      case T.range:
        if (depth === 1) return true;
        break;
      case T.assign:
      case T.semicolon:
      case T.end:
        return false;
      default:
    }
  }
  return false;
}
