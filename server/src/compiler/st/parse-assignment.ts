import type { Assignment, Expression, Statement } from '../syntax/ast.js';
import { endStatement } from './block.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { parseExpression } from './parse-expression.js';
import { parseInitializer } from './parse-initializer.js';

/** A variable that is assigned, and how. */
interface Target {
  readonly target: Expression;
  readonly op: Assignment['op'];
}

/**
 * The rest of an assignment behind its first variable; false, and nothing is read, where no sign of assignment follows.
 * `a := b := c` assigns from the right; where a chain has `S=` or `R=`, all variables get the last value, or are set or reset by it,
 * from the right (CODESYS).
 */
export function parseAssignment(p: Cursor, target: Expression, into: Statement[]): boolean {
  const first = assignmentHere(p);
  if (!first) return p.kind() === T.foreign && reportForeignAssignment(p, target);
  const { start } = target.span;
  const targets: Target[] = [{ target, op: first }];
  let value = first === ':=' && startsInitializer(p) ? parseInitializer(p) : parseExpression(p);
  while (chainable.has(targets.at(-1)!.op)) {
    const op = chainedSign(p);
    if (!op) break;
    targets.push({ target: value, op });
    value = parseExpression(p);
  }
  const span = p.span(start);
  const plain = targets.every(({ op }) => op === ':=');
  if (!plain && targets.length > 1 && value.kind !== 'bool') {
    // The value is computed once, and before any of the variables changes.
    const name = `$chain$${start}`;
    into.push({ kind: 'let', name, value, span });
    value = { kind: 'name', name, span: value.span };
  }
  for (let i = targets.length - 1; i >= 0; i -= 1)
    into.push({ kind: 'assign', ...targets[i]!, value: plain ? (targets[i + 1]?.target ?? value) : value, span });
  endStatement(p);
  return true;
}

const chainable: ReadonlySet<Assignment['op']> = new Set([':=', 'S=', 'R=']);

/** Takes a sign behind which a chain of assignments goes on. */
function chainedSign(p: Cursor): Assignment['op'] | undefined {
  if (p.kind() !== T.assign && p.kind() !== T.word) return undefined;
  return p.keyword() === K.REF ? undefined : assignmentHere(p);
}

/** `[1, 2]` or `(a := 1, b := 2)`: all elements or members at once, as some dialects assign them. */
function startsInitializer(p: Cursor): boolean {
  return p.kind() === T.openBracket || (p.kind() === T.openParen && p.kind(1) === T.word && p.kind(2) === T.assign);
}

/** Takes an assignment operator. `S=`, `R=` and `REF=` are a word and `=` without a space between. */
function assignmentHere(p: Cursor): Assignment['op'] | undefined {
  switch (p.kind()) {
    case T.assign:
      p.advance();
      return ':=';
    case T.attempt:
      p.advance();
      return '?=';
    case T.equal:
      if (p.kind(1) === T.colon && p.adjacent(1)) {
        p.report('E1105', p.start(), p.end(1), 'The assignment sign is `:=`, the colon first.', ':=');
        p.at += 2;
        return ':=';
      }
      p.report('E1105', p.start(), p.end(), '`=` compares: assign with `:=`.', ':=');
      p.advance();
      return ':=';
    case T.colon:
      // `x : = 1`
      if (p.kind(1) !== T.equal) return undefined;
      p.report('E1105', p.start(), p.end(1), 'The assignment sign `:=` has no space within: write it together.', ':=');
      p.at += 2;
      return ':=';
    case T.word: {
      const keyword = p.keyword();
      if (p.kind(1) !== T.equal || !p.adjacent(1)) return undefined;
      const op = keyword === K.S ? 'S=' : keyword === K.R ? 'R=' : keyword === K.REF ? 'REF=' : undefined;
      if (op) p.at += 2;
      return op;
    }
    default:
      return undefined;
  }
}

/** `i++`, `i += 2`: gives true when it was one, reported and read over. */
function reportForeignAssignment(p: Cursor, target: Expression): boolean {
  const operator = p.word();
  const written = p.text.slice(target.span.start, target.span.end);
  if (operator === '++') {
    p.report(
      'E1107',
      p.start(),
      p.end(),
      `Structured Text has no \`++\`: write \`${written} := ${written} + 1\`.`,
      ` := ${written} + 1`,
    );
    p.advance();
    endStatement(p);
    return true;
  }
  if (!/^[-+*/]=$/.test(operator)) return false;
  const sign = operator[0]!;
  p.report(
    'E1107',
    p.start(),
    p.end(),
    `Structured Text has no \`${operator}\`: write \`${written} := ${written} ${sign} ...\`.`,
    `:= ${written} ${sign}`,
  );
  p.advance();
  parseExpression(p);
  endStatement(p);
  return true;
}
