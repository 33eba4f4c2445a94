import type { Argument, BinaryOperator, DirectAddress, Expression, PartialAccess } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { parseLiteral, parseTypedLiteral } from './parse-literal.js';

interface OperatorEntry {
  readonly op: BinaryOperator;
  readonly precedence: number;
}
const byKind: (OperatorEntry | undefined)[] = [];
byKind[T.equal] = { op: '=', precedence: 4 };
byKind[T.notEqual] = { op: '<>', precedence: 4 };
byKind[T.less] = { op: '<', precedence: 5 };
byKind[T.lessEqual] = { op: '<=', precedence: 5 };
byKind[T.greater] = { op: '>', precedence: 5 };
byKind[T.greaterEqual] = { op: '>=', precedence: 5 };
byKind[T.plus] = { op: '+', precedence: 6 };
byKind[T.minus] = { op: '-', precedence: 6 };
byKind[T.star] = { op: '*', precedence: 7 };
byKind[T.slash] = { op: '/', precedence: 7 };
byKind[T.power] = { op: '**', precedence: 8 };
byKind[T.ampersand] = { op: 'AND', precedence: 3 };
const byKeyword: (OperatorEntry | undefined)[] = [];
byKeyword[K.OR] = { op: 'OR', precedence: 1 };
byKeyword[K.OR_ELSE] = { op: 'OR_ELSE', precedence: 1 };
byKeyword[K.XOR] = { op: 'XOR', precedence: 2 };
byKeyword[K.AND] = { op: 'AND', precedence: 3 };
byKeyword[K.AND_THEN] = { op: 'AND_THEN', precedence: 3 };
byKeyword[K.MOD] = { op: 'MOD', precedence: 7 };
/** What C and its like write instead, and its precedence here. */
const byForeign: Readonly<Record<string, OperatorEntry & { readonly write: string }>> = {
  '==': { op: '=', precedence: 4, write: '=' },
  '!=': { op: '<>', precedence: 4, write: '<>' },
  '&&': { op: 'AND', precedence: 3, write: 'AND' },
  '||': { op: 'OR', precedence: 1, write: 'OR' },
  '%': { op: 'MOD', precedence: 7, write: 'MOD' },
};

function operatorHere(p: Cursor): OperatorEntry | undefined {
  const kind = p.kind();
  if (kind === T.word) return byKeyword[p.keyword()];
  if (kind === T.foreign) return byForeign[p.word()];
  return byKind[kind];
}

/** An expression of IEC 61131-3:2013, 7.3.2. Gives up (see Cursor) where there is none. */
export function parseExpression(p: Cursor): Expression {
  const start = p.start();
  return parseBinary(p, parseUnary(p), 1, start);
}

/** Goes on after an operand that has been read; its text begins at `start`, where a parenthesis may open before the operand's own. */
export function parseBinary(p: Cursor, first: Expression, minimum: number, start = first.span.start): Expression {
  let left = first;
  for (;;) {
    const operator = operatorHere(p);
    if (!operator || operator.precedence < minimum) return left;
    const height = p.height;
    if (p.kind() === T.foreign) {
      const { write } = byForeign[p.word()]!;
      p.report('E1107', p.start(), p.end(), `Structured Text writes \`${write}\`, not \`${p.word()}\`.`, write);
    }
    const sign = p.kind();
    p.advance();
    if ((sign === T.less || sign === T.greater) && p.kind() === sign && p.adjacent()) {
      const shift = sign === T.less ? 'SHL' : 'SHR';
      const text = p.text.slice(left.span.start, left.span.end);
      p.at -= 1;
      p.fail('E1107', `Structured Text has no \`${p.word()}${p.word(1)}\`: write \`${shift}(${text}, ...)\`.`);
    }
    // The right operand takes what binds tighter; each level adds one frame, at most eight in a row.
    const from = p.start();
    const right = parseBinary(p, parseUnary(p), operator.precedence + 1, from);
    p.grow(Math.max(height, p.height) + 1);
    left = { kind: 'binary', op: operator.op, left, right, span: p.span(start) };
  }
}

/** An operand with its signs and NOT. */
export function parseUnary(p: Cursor): Expression {
  const kind = p.kind();
  const start = p.start();
  let op: '-' | '+' | 'NOT';
  if (kind === T.minus) op = '-';
  else if (kind === T.plus) op = '+';
  else if (p.keyword() === K.NOT && p.kind(1) === T.openParen && p.kind(2) === T.word && p.kind(3) === T.assign) {
    // `NOT(IN := x)`: the operator as a function.
    const callee: Expression = { kind: 'name', name: 'NOT', span: p.tokenSpan() };
    p.advance();
    const args = parseArguments(p);
    p.grow(p.height + 1);
    return { kind: 'call', callee, args, span: p.span(start) };
  } else if (p.keyword() === K.NOT) op = 'NOT';
  else if (kind === T.foreign && p.word() === '!') {
    p.report('E1107', start, p.end(), 'Structured Text writes `NOT`, not `!`.', 'NOT ');
    op = 'NOT';
  } else if (kind === T.ampersand) {
    // `&x`, as some dialects write ADR(x).
    p.advance();
    const value = parsePostfix(p, parsePrimary(p), true);
    p.grow(p.height + 1);
    const callee: Expression = { kind: 'name', name: 'ADR', span: p.span(start, start + 1) };
    return { kind: 'call', callee, args: [{ direction: 'in', value, span: value.span }], span: p.span(start) };
  } else return parsePostfix(p, parsePrimary(p), true);
  p.advance();
  p.deeper();
  const operand = parseUnary(p);
  p.shallower();
  p.grow(p.height + 1);
  return { kind: 'unary', op, operand, span: p.span(start) };
}

/** A variable: name, members, indices, dereferences. Calls only where `calls`. */
export function parseVariable(p: Cursor, calls: boolean): Expression {
  return parsePostfix(p, parsePrimary(p), calls);
}

function parsePrimary(p: Cursor): Expression {
  p.height = 1;
  const start = p.start();
  switch (p.kind()) {
    case T.word: {
      const keyword = p.keyword();
      if (keyword === 0) {
        const name = p.word();
        p.advance();
        return { kind: 'name', name, span: p.span(start) };
      }
      return parseKeywordPrimary(p, keyword);
    }
    case T.openParen: {
      p.advance();
      p.deeper();
      const inner = parseComparison(p);
      p.shallower();
      if (!p.take(T.closeParen))
        p.fail('E1101', `Expected \`)\` to close the parenthesis of line ${p.line(start)}, found ${p.shown()}.`);
      return inner;
    }
    case T.prefix:
      return parseTypedLiteral(p, '', start);
    case T.direct:
      return parseDirectAddress(p);
    case T.int:
    case T.real:
    case T.string:
    case T.wstring:
    case T.duration:
    case T.date:
      return parseLiteral(p);
    case T.openBracket:
      return p.fail('E1112', 'A list in brackets is an initial value: it can stand only after `:=` of a declaration.');
    case T.dot: {
      if (!p.isName(1) || !p.adjacent(1))
        return p.fail('E1112', `Expected a value, a variable or a call, found ${p.shown()}.`);
      // `.x` of CODESYS: the global, past a local variable of the same name.
      p.advance();
      const name = p.word();
      p.advance();
      return { kind: 'name', name, global: true, span: p.span(start) };
    }
    default:
      return p.fail('E1112', `Expected a value, a variable or a call, found ${p.shown()}.`);
  }
}

function parseKeywordPrimary(p: Cursor, keyword: number): Expression {
  const start = p.start();
  if (keyword === K.TRUE || keyword === K.FALSE) {
    p.advance();
    return { kind: 'bool', value: keyword === K.TRUE, span: p.span(start) };
  }
  if (keyword === K.THIS || keyword === K.SUPER) {
    p.advance();
    // CODESYS has a pointer there, the standard the object: `THIS^.x` and `THIS.x` mean the same.
    p.take(T.caret);
    return { kind: keyword === K.THIS ? 'this' : 'super', span: p.span(start) };
  }
  if (keyword === K.NULL) {
    p.advance();
    return { kind: 'null', span: p.span(start) };
  }
  // Operators in the form of functions: `AND(a, b)`.
  const operator = byKeyword[keyword];
  if (operator && p.kind(1) === T.openParen) {
    p.advance();
    return { kind: 'name', name: operator.op, span: p.span(start) };
  }
  if (!p.isName()) return p.fail('E1112', `Expected a value, a variable or a call, found the keyword ${p.shown()}.`);
  const name = p.word();
  p.advance();
  return { kind: 'name', name, span: p.span(start) };
}

function parsePostfix(p: Cursor, first: Expression, calls: boolean): Expression {
  let object = first;
  const { start } = first.span;
  for (;;) {
    const height = p.height;
    switch (p.kind()) {
      case T.dot: {
        p.advance();
        object = parseMember(p, object);
        break;
      }
      case T.openBracket: {
        const open = p.start();
        p.advance();
        p.deeper();
        const indices: Expression[] = [];
        let tallest = 0;
        do {
          indices.push(parseExpression(p));
          tallest = Math.max(tallest, p.height);
        } while (p.take(T.comma));
        p.shallower();
        if (!p.take(T.closeBracket))
          p.fail('E1101', `Expected \`]\` to close the index of line ${p.line(open)}, found ${p.shown()}.`);
        p.height = Math.max(height, tallest);
        object = { kind: 'index', object, indices, span: p.span(start) };
        break;
      }
      case T.caret:
        if (
          !p.lineBreak(1) &&
          (p.kind(1) === T.int || p.kind(1) === T.real || (p.kind(1) === T.word && p.keyword(1) === 0))
        )
          p.fail('E1107', 'Structured Text writes `**` for a power, not `^`.');
        p.advance();
        object = { kind: 'deref', object, span: p.span(start) };
        break;
      case T.openParen: {
        if (!calls) return object;
        const args = parseArguments(p);
        p.height = Math.max(height, p.height);
        object = { kind: 'call', callee: object, args, span: p.span(start) };
        break;
      }
      default:
        return object;
    }
    p.grow(p.height + 1);
  }
}

/** After the dot: member, bit number, partial access, or the enumeration of a qualified literal. */
function parseMember(p: Cursor, object: Expression): Expression {
  const { start } = object.span;
  switch (p.kind()) {
    case T.word: {
      const memberSpan = p.tokenSpan();
      if (!p.isName())
        p.reportHere('E1110', `\`${p.word()}\` is a reserved word and can't be a member: choose another name.`);
      const member = p.word();
      p.advance();
      return { kind: 'member', object, member, memberSpan, span: p.span(start) };
    }
    case T.int: {
      const digits = p.word();
      if (!/^\d{1,2}$/.test(digits)) p.fail('E1101', `\`.${digits}\` is no bit number: write a number from 0 to 63.`);
      p.advance();
      return { kind: 'partial', object, size: 'X', index: Number(digits), span: p.span(start) };
    }
    case T.partial: {
      const match = /^%([XBWDL])(?:(\d{1,2})|([^\d.][^.]*))((?:\.\d{1,2})*)$/i.exec(p.word());
      if (!match)
        return p.fail(
          'E1009',
          `${p.shown()} is no partial access: write %X, %B, %W, %D or %L and a number, as in \`.%X3\`.`,
        );
      const token = p.tokenSpan();
      p.advance();
      const [, letter, digits, name = '', bits = ''] = match;
      const size = letter!.toUpperCase() as PartialAccess['size'];
      // The bits behind it, `.%B1.3`, belong to the same token.
      const end = token.end - bits.length;
      const index: PartialAccess['index'] =
        digits === undefined
          ? { kind: 'name', name, span: { source: token.source, start: end - name.length, end } }
          : Number(digits);
      const part: PartialAccess = {
        kind: 'partial',
        object,
        size,
        index,
        span: { source: token.source, start, end },
      };
      return bits
        .split('.')
        .slice(1)
        .reduce<PartialAccess>(
          (inner, bit) => ({ kind: 'partial', object: inner, size: 'X', index: Number(bit), span: p.span(start) }),
          part,
        );
    }
    case T.prefix:
      return parseTypedLiteral(p, p.text.slice(start, p.previousEnd()), start);
    default:
      return p.fail('E1101', `Expected the name of a member after the dot, found ${p.shown()}.`);
  }
}

/** `%IX0.1`, `%I*`; the token has been recognised. */
export function parseDirectAddress(p: Cursor): DirectAddress {
  const text = p.word().toUpperCase();
  const match = /^%([IQM])([XBWDL]?)(\*|\d{1,9}(?:\.\d{1,9}){0,7})$/.exec(text);
  if (!match) {
    return p.fail(
      'E1009',
      `\`${p.word().slice(0, 40)}\` is no address: write an area I, Q or M, a size X, B, W, D or L, and numbers, as in \`%IX0.1\`.`,
    );
  }
  const span = p.tokenSpan();
  p.advance();
  return {
    kind: 'direct',
    text,
    area: match[1] as 'I' | 'Q' | 'M',
    size: (match[2] || 'X') as 'X' | 'B' | 'W' | 'D' | 'L',
    path: match[3] === '*' ? [] : match[3]!.split('.').map(Number),
    span,
  };
}

/** An expression where only a value can stand: `a := b` is reported, and read as if it were `a = b`. */
export function parseComparison(p: Cursor): Expression {
  const start = p.start();
  const left = parseExpression(p);
  if (p.kind() !== T.assign) return left;
  p.report(
    'E1106',
    p.start(),
    p.end(),
    '`:=` assigns and gives no value: compare with `=`, or assign in a statement before.',
    '=',
  );
  p.advance();
  const height = p.height;
  const right = parseExpression(p);
  p.grow(Math.max(height, p.height) + 1);
  return { kind: 'binary', op: '=', left, right, span: p.span(start) };
}

/** `(a, b := 1, NOT q => x)`, from `(` to `)`. */
export function parseArguments(p: Cursor): Argument[] {
  const open = p.start();
  p.advance();
  p.deeper();
  const args: Argument[] = [];
  let tallest = 0;
  if (p.kind() !== T.closeParen) {
    do {
      p.height = 0;
      args.push(parseArgument(p));
      tallest = Math.max(tallest, p.height);
      // CODESYS takes a comma behind the last argument.
    } while (p.take(T.comma) && p.kind() !== T.closeParen);
  }
  p.shallower();
  if (!p.take(T.closeParen)) {
    p.fail('E1101', `Expected \`,\` or \`)\` in the arguments that open on line ${p.line(open)}, found ${p.shown()}.`);
  }
  p.height = tallest;
  return args;
}

function parseArgument(p: Cursor): Argument {
  const start = p.start();
  const next = p.kind(1);
  if (p.kind() === T.word) {
    if (next === T.assign || next === T.arrow) {
      const name = p.word();
      p.advance();
      p.advance();
      const empty = p.kind() === T.comma || p.kind() === T.closeParen;
      const value = empty ? undefined : parseExpression(p);
      return { name, direction: next === T.assign ? 'in' : 'out', ...(value && { value }), span: p.span(start) };
    }
    if (p.keyword() === K.NOT && next === T.word && p.kind(2) === T.arrow) {
      const name = p.word(1);
      p.at += 3;
      const empty = p.kind() === T.comma || p.kind() === T.closeParen;
      const value = empty ? undefined : parseExpression(p);
      return { name, direction: 'out', negated: true, ...(value && { value }), span: p.span(start) };
    }
  }
  const value = parseExpression(p);
  return { direction: 'in', value, span: p.span(start) };
}
