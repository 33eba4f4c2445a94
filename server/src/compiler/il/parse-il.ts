import type { Cursor } from '../st/cursor.js';
import { T } from '../st/cursor.js';
import { endsStatements, outer, startsMember } from '../st/block.js';
import { parseExpression, parseUnary, parseVariable } from '../st/parse-expression.js';
import type { Argument, Expression, IlInstruction } from '../syntax/ast.js';
import type { IlOperator } from './il-operator.js';
import { findIlOperator } from './il-operator.js';

/** Whether the tokens at the cursor begin a body in Instruction List. */
export function startsIl(p: Cursor): boolean {
  let i = 0;
  // Labels are the same in both languages.
  while (p.kind(i) === T.word && p.kind(i + 1) === T.colon) i += 2;
  if (p.kind(i) === T.ampersand) return true;
  if (p.kind(i) !== T.word) return false;
  const operator = findIlOperator(p.word(i));
  if (!operator) return startsFunctionCall(p, i);
  const next = p.kind(i + 1);
  if (operator.takes === 'nothing' && (p.lineBreak(i + 1) || next === T.end)) return true;
  switch (next) {
    case T.word:
      // `R S= x;`
      if (p.kind(i + 2) === T.equal && p.adjacent(i + 2)) return false;
      if (operator.op === 'NOT') return p.lineBreak(i + 1) || p.kind(i + 2) !== T.semicolon;
      // `JMP label;` is Structured Text.
      return operator.takes !== 'label' || p.kind(i + 2) !== T.semicolon;
    case T.int:
    case T.real:
    case T.string:
    case T.wstring:
    case T.duration:
    case T.date:
    case T.direct:
    case T.prefix:
    case T.minus:
      return true;
    case T.openParen:
      return !isCallStatement(p, i + 1);
    default:
      return false;
  }
}

/**
 * A body may begin with the name of a function and its operands, which no statement does: `Scale 10, 20`, or `Scale(A := 1)`
 * without a semicolon. As these may also be slips in Structured Text, there must be no semicolon in the whole body.
 */
function startsFunctionCall(p: Cursor, i: number): boolean {
  if (!p.isName(i) || p.lineBreak(i + 1) || startsMember(p)) return false;
  const next = p.kind(i + 1);
  if (next !== T.openParen && next !== T.word && (next < T.int || next > T.direct) && next !== T.prefix) return false;
  if (next === T.word && !p.isName(i + 1)) return false;
  let depth = 0;
  // Some thousand tokens without a semicolon are no Structured Text.
  for (let k = i + 1; k < 5000; k += 1) {
    const kind = p.kind(k);
    if (kind === T.openParen) depth += 1;
    else if (kind === T.closeParen) depth -= 1;
    else if (kind === T.semicolon || (kind === T.assign && depth === 0)) return false;
    else if (kind === T.end || outer.has(p.keyword(k))) return true;
  }
  return true;
}

/** From `(`: whether a semicolon follows the matching `)`. */
function isCallStatement(p: Cursor, from: number): boolean {
  let depth = 0;
  for (let i = from; ; i += 1) {
    const kind = p.kind(i);
    if (kind === T.openParen) depth += 1;
    else if (kind === T.closeParen) {
      depth -= 1;
      if (depth === 0) return p.kind(i + 1) === T.semicolon || p.kind(i + 1) === T.dot;
    } else if (kind === T.end) return false;
  }
}

/** Instructions up to the end of the body, or to `)` within parentheses. Never gives up. IEC 61131-3:2013, 7.2. */
export function parseInstructions(p: Cursor, nested: boolean): IlInstruction[] {
  const instructions: IlInstruction[] = [];
  for (;;) {
    // A semicolon may end a line.
    while (p.take(T.semicolon));
    if (nested && p.kind() === T.closeParen) return instructions;
    if (endsStatements(p)) return instructions;
    const at = p.at;
    const instruction = p.attempt(() => parseInstruction(p));
    if (instruction) instructions.push(instruction);
    else while (!p.lineBreak() && p.kind() !== T.end) p.advance();
    if (p.at === at) p.advance();
  }
}

const noParts = { negated: false, conditional: false, operands: [] as readonly Expression[] };

function parseInstruction(p: Cursor): IlInstruction {
  const start = p.start();
  let label: string | undefined;
  if (p.kind() === T.word && p.kind(1) === T.colon) {
    label = p.word();
    p.at += 2;
    const another = p.kind() === T.word && p.kind(1) === T.colon;
    if (another || p.kind() === T.semicolon || endsStatements(p))
      return { label, op: '', ...noParts, span: p.span(start) };
  }
  const operatorStart = p.start();
  const word = takeOperator(p);
  const operator = findIlOperator(word);
  const parts = operator ? parseOperator(p, operator, operatorStart) : parseFunction(p);
  return {
    ...(label !== undefined && { label }),
    op: operator ? operator.op : word.toUpperCase(),
    negated: operator?.negated ?? false,
    conditional: operator?.conditional ?? false,
    ...parts,
    span: p.span(label === undefined ? start : operatorStart),
  };
}

/** The operator's word; `&` and `&N` are two tokens. */
function takeOperator(p: Cursor): string {
  if (p.kind() === T.ampersand) {
    const negated = p.kind(1) === T.word && p.adjacent(1) && p.word(1).toUpperCase() === 'N';
    p.at += negated ? 2 : 1;
    return negated ? '&N' : '&';
  }
  if (p.kind() !== T.word)
    return p.fail('E1116', `Expected an operator of Instruction List such as LD or ST, found ${p.shown()}.`);
  const word = p.word();
  p.advance();
  return word;
}

type Parts = Pick<IlInstruction, 'operands' | 'nested' | 'args'>;

function parseOperator(p: Cursor, operator: IlOperator, start: number): Parts {
  switch (operator.takes) {
    case 'nothing':
      if (
        operator.op === 'NOT' &&
        !p.lineBreak() &&
        startsOperand(p) &&
        !(p.kind() === T.word && findIlOperator(p.word()))
      ) {
        return { operands: [parseOperand(p)] };
      }
      return { operands: [] };
    case 'label': {
      const span = p.tokenSpan();
      const name = p.lineBreak()
        ? p.fail('E1116', `${p.text.slice(start, p.previousEnd())} needs a label: write its name behind it.`)
        : p.expectName('a label');
      return { operands: [{ kind: 'name', name, span }] };
    }
    case 'instance': {
      if (p.lineBreak())
        p.fail(
          'E1116',
          `${p.text.slice(start, p.previousEnd())} needs an instance of a function block: write its name behind it.`,
        );
      const instance = parseVariable(p, false);
      if (p.kind() !== T.openParen) return { operands: [instance] };
      return { operands: [instance], args: parseArgumentLines(p) };
    }
    case 'operand':
      if (p.kind() === T.openParen && !p.lineBreak()) return parseNested(p);
      // An operand may have slipped to the next line, where an editor of XML has wrapped the text.
      if (!startsOperand(p) || (p.lineBreak() && p.kind() === T.word && findIlOperator(p.word())))
        p.fail('E1116', `${p.text.slice(start, p.previousEnd())} needs an operand: write it behind it.`);
      return { operands: parseOperands(p) };
  }
}

function parseNested(p: Cursor): Parts {
  const open = p.start();
  // `ADD(IN1 := ...)`: the operator as a function.
  if (isFormal(p)) return { operands: [], args: parseArgumentLines(p) };
  p.advance();
  p.deeper();
  const operands: Expression[] = [];
  if (!p.lineBreak() && startsOperand(p)) {
    const isInstruction =
      p.kind() === T.word && findIlOperator(p.word()) !== undefined && !p.lineBreak(1) && p.kind(1) !== T.closeParen;
    if (!isInstruction) operands.push(parseOperand(p));
  }
  const nested = parseInstructions(p, true);
  p.shallower();
  if (!p.take(T.closeParen))
    p.fail(
      'E1116',
      `The parenthesis of line ${p.line(open)} is not closed: write \`)\` on a line of its own before ${p.shown()}.`,
    );
  return { operands, nested };
}

/** A call of a function by name: `LIMIT 1, 2`, `LIMIT(MN := 0, IN := x, MX := 9)`. */
function parseFunction(p: Cursor): Parts {
  if (p.kind() === T.openParen) {
    if (isFormal(p)) return { operands: [], args: parseArgumentLines(p) };
    p.advance();
    p.deeper();
    const operands: Expression[] = [];
    if (p.kind() !== T.closeParen) {
      do {
        operands.push(parseExpression(p));
      } while (p.take(T.comma));
    }
    p.shallower();
    if (!p.take(T.closeParen)) p.fail('E1116', `Expected \`,\` or \`)\` in the arguments, found ${p.shown()}.`);
    return { operands };
  }
  if (p.lineBreak() || !startsOperand(p)) return { operands: [] };
  if (p.kind() === T.word && findIlOperator(p.word()) && !p.lineBreak(1) && p.kind(1) !== T.comma)
    return { operands: [] };
  return { operands: parseOperands(p) };
}

function parseOperands(p: Cursor): Expression[] {
  const operands: Expression[] = [];
  do {
    operands.push(parseOperand(p));
  } while (p.take(T.comma));
  return operands;
}

function startsOperand(p: Cursor): boolean {
  switch (p.kind()) {
    case T.word:
      return true;
    case T.int:
    case T.real:
    case T.string:
    case T.wstring:
    case T.duration:
    case T.date:
    case T.direct:
    case T.prefix:
    case T.minus:
    case T.plus:
      return true;
    default:
      return false;
  }
}

function parseOperand(p: Cursor): Expression {
  if (p.kind() === T.minus || p.kind() === T.plus) return parseUnary(p);
  return parseVariable(p, false);
}

/** From `(`: whether `name :=`, `name =>` or `NOT name =>` comes next. */
function isFormal(p: Cursor): boolean {
  if (p.kind(1) !== T.word) return false;
  const after = p.kind(2);
  return after === T.assign || after === T.arrow || (after === T.word && p.kind(3) === T.arrow);
}

type IlArgument = NonNullable<IlInstruction['args']>[number];

/** Arguments in parentheses, over as many lines as there are. */
function parseArgumentLines(p: Cursor): IlArgument[] {
  const open = p.start();
  p.advance();
  p.deeper();
  const args: IlArgument[] = [];
  if (p.kind() !== T.closeParen) {
    do {
      args.push(parseIlArgument(p));
    } while (p.take(T.comma));
  }
  p.shallower();
  if (!p.take(T.closeParen))
    p.fail('E1116', `Expected \`,\` or \`)\` in the arguments that open on line ${p.line(open)}, found ${p.shown()}.`);
  return args;
}

function parseIlArgument(p: Cursor): IlArgument {
  const start = p.start();
  const negated = p.kind(1) === T.word && p.kind(2) === T.arrow;
  if (negated) p.advance();
  const formal = p.kind() === T.word && (p.kind(1) === T.assign || p.kind(1) === T.arrow);
  if (!formal) return { direction: 'in', value: parseExpression(p), span: p.span(start) };
  const name = p.word();
  const direction: Argument['direction'] = p.kind(1) === T.assign ? 'in' : 'out';
  p.at += 2;
  const common = { name, direction, ...(negated && { negated: true }) };
  if (p.kind() === T.comma || p.kind() === T.closeParen) return { ...common, span: p.span(start) };
  // `IN := ( LD a ADD b )`, an instruction list as the value.
  if (
    p.kind() === T.openParen &&
    p.kind(1) === T.word &&
    (p.lineBreak(1) || (findIlOperator(p.word(1)) && p.kind(2) === T.word))
  ) {
    p.advance();
    p.deeper();
    const list = parseInstructions(p, true);
    p.shallower();
    p.expect(T.closeParen, '`)`', 'after the instructions');
    return { ...common, list, span: p.span(start) };
  }
  return { ...common, value: parseExpression(p), span: p.span(start) };
}
