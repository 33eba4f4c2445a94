import type { ArrayInitializer, Expression, StructInitializer } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { parseExpression } from './parse-expression.js';

/** What follows `:=` in a declaration: an expression, `[...]` or `(member := ...)`. IEC 61131-3:2013, 6.5.1.3. */
export function parseInitializer(p: Cursor): Expression {
  p.deeper();
  const result = parseInitialValue(p);
  p.shallower();
  return result;
}

function parseInitialValue(p: Cursor): Expression {
  if (p.kind() === T.openBracket) return parseArrayInitializer(p);
  // TwinCAT 2 writes STRUCT before the parenthesis.
  if (p.keyword() === K.STRUCT && p.kind(1) === T.openParen) p.advance();
  if (p.kind() === T.openParen && p.kind(1) === T.word && p.kind(2) === T.assign) return parseStructInitializer(p);
  return parseExpression(p);
}

/**
 * The initial value of a variable of any type. Edition 1 and CODESYS 2 wrote arrays without brackets, `:= 1, 2, 3(0)`: read
 * as if they were there.
 */
export function parseVariableInitializer(p: Cursor): Expression {
  const start = p.start();
  if (isRepetition(p)) return parseBareList(p, start, []);
  const value = parseInitializer(p);
  if (p.kind() !== T.comma) return value;
  p.advance();
  return parseBareList(p, start, [{ values: [value] }]);
}

type Element = ArrayInitializer['elements'][number];

function parseBareList(p: Cursor, start: number, elements: Element[]): ArrayInitializer {
  do {
    elements.push(parseElement(p));
  } while (p.take(T.comma));
  return { kind: 'arrayInit', elements, span: p.span(start) };
}

function parseArrayInitializer(p: Cursor): ArrayInitializer {
  const start = p.start();
  p.advance();
  const elements: Element[] = [];
  if (p.kind() !== T.closeBracket) {
    do {
      if (p.kind() === T.closeBracket) break;
      elements.push(parseElement(p));
    } while (p.take(T.comma));
  }
  if (!p.take(T.closeBracket))
    p.fail('E1101', `Expected \`,\` or \`]\` in the list that opens on line ${p.line(start)}, found ${p.shown()}.`);
  return { kind: 'arrayInit', elements, span: p.span(start) };
}

/** `3(`: a number that repeats what follows. */
function isRepetition(p: Cursor): boolean {
  return p.kind() === T.int && p.kind(1) === T.openParen;
}

function parseElement(p: Cursor): Element {
  if (!isRepetition(p)) return { values: [parseInitializer(p)] };
  const repeat = parseRepeat(p);
  const values: Expression[] = [];
  const open = p.start();
  p.advance();
  if (p.kind() === T.closeParen) values.push({ kind: 'defaultInit', span: p.span(open, p.end()) });
  else {
    do {
      // Repetitions nest: `2(1, 3(0))`.
      if (isRepetition(p)) values.push({ kind: 'arrayInit', elements: [parseElement(p)], span: p.span(open) });
      else values.push(parseInitializer(p));
    } while (p.take(T.comma));
  }
  if (!p.take(T.closeParen))
    p.fail('E1101', `Expected \`,\` or \`)\` in the repetition of line ${p.line(open)}, found ${p.shown()}.`);
  return { repeat, values };
}

function parseRepeat(p: Cursor): Expression {
  const start = p.start();
  const digits = p.word().replaceAll('_', '');
  if (!/^\d{1,9}$/.test(digits))
    p.fail('E1101', `${p.shown()} is no count of repetitions: write a whole number below 1000000000.`);
  p.advance();
  return { kind: 'int', value: BigInt(digits), base: 10, span: p.span(start) };
}

function parseStructInitializer(p: Cursor): StructInitializer {
  const start = p.start();
  p.advance();
  const members: StructInitializer['members'][number][] = [];
  do {
    if (p.kind() === T.closeParen) break;
    const from = p.start();
    const name = p.expectName('the name of a member');
    p.expect(T.assign, '`:=`', 'after the name of the member');
    const value = parseInitializer(p);
    members.push({ name, value, span: p.span(from) });
  } while (p.take(T.comma));
  if (!p.take(T.closeParen))
    p.fail('E1101', `Expected \`,\` or \`)\` in the value that opens on line ${p.line(start)}, found ${p.shown()}.`);
  return { kind: 'structInit', members, span: p.span(start) };
}
