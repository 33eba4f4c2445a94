import type { CaseLabel, Expression, Statement } from '../syntax/ast.js';
import { closeBlock, endStatement, endsStatements, normalizeKeyword, requireKeyword, synchronize } from './block.js';
import { parseCaseLabels, startsCaseLabel } from './case-label.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { parseAssignment } from './parse-assignment.js';
import { parseArguments, parseBinary, parseComparison, parseExpression, parseVariable } from './parse-expression.js';

/** Statements up to the word that closes the block, which is left to the caller. Never gives up. */
export function parseStatementList(p: Cursor, inCase = false): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    normalizeKeyword(p);
    if (endsStatements(p)) return statements;
    if (inCase && startsCaseLabel(p)) return statements;
    const at = p.at;
    if (!p.attempt(() => parseStatement(p, statements))) synchronize(p);
    if (p.at === at) p.advance();
  }
}

/** One statement, pushed to `into`; gives true, or gives up after reporting. */
function parseStatement(p: Cursor, into: Statement[]): true {
  const start = p.start();
  if (p.take(T.semicolon)) {
    into.push({ kind: 'empty', span: p.span(start) });
    return true;
  }
  switch (p.keyword()) {
    case K.IF:
      into.push(parseIf(p));
      return true;
    case K.CASE:
      into.push(parseCase(p));
      return true;
    case K.FOR:
      into.push(parseFor(p));
      return true;
    case K.WHILE:
      into.push(parseWhile(p));
      return true;
    case K.REPEAT:
      into.push(parseRepeat(p));
      return true;
    case K.EXIT:
      p.advance();
      into.push({ kind: 'exit', span: p.span(start) });
      endStatement(p, K.EXIT);
      return true;
    case K.RETURN: {
      p.advance();
      const bare = p.kind() === T.semicolon || p.lineBreak() || endsStatements(p);
      const value = bare ? undefined : parseExpression(p);
      into.push({ kind: 'return', ...(value && { value }), span: p.span(start) });
      endStatement(p, value ? 0 : K.RETURN);
      return true;
    }
    case K.CONTINUE:
      if (p.kind(1) === T.semicolon || p.lineBreak(1)) {
        p.advance();
        into.push({ kind: 'continue', span: p.span(start) });
        endStatement(p, K.CONTINUE);
        return true;
      }
      break;
    case K.JMP:
      if (p.isName(1) && (p.kind(2) === T.semicolon || p.lineBreak(2))) {
        p.advance();
        const label = p.expectName('a label');
        into.push({ kind: 'jump', label, span: p.span(start) });
        endStatement(p);
        return true;
      }
      break;
    case K.BEGIN:
      if (p.lineBreak(1)) {
        p.report(
          'E1107',
          start,
          p.end(),
          'Structured Text has no BEGIN: remove it, statements follow the declarations at once.',
          '',
        );
        p.advance();
        return true;
      }
      break;
    case K.GOTO:
      if (p.isName(1))
        p.fail('E1107', 'Structured Text has no GOTO: write `JMP label;`, or restructure with IF, EXIT or RETURN.');
      break;
    case K.SWITCH:
      if (p.kind(1) === T.openParen) p.fail('E1107', 'Structured Text has no SWITCH: write `CASE x OF ... END_CASE;`.');
      break;
    default:
  }
  if (skipTryWord(p)) return true;
  if (p.isName() && p.kind(1) === T.colon && p.kind(2) !== T.equal) {
    const label = p.word();
    p.at += 2;
    into.push({ kind: 'label', label, span: p.span(start) });
    return true;
  }
  parseSimple(p, into);
  return true;
}

const tryWords = /^__(TRY|CATCH|FINALLY|ENDTRY)$/i;

/** Passes a word of CODESYS' exception handling; the first of a block, `__TRY`, is reported. */
function skipTryWord(p: Cursor): boolean {
  if (!p.isName() || !tryWords.test(p.word())) return false;
  if (p.word().toUpperCase() === '__TRY') {
    p.report(
      'E9202',
      p.start(),
      p.end(),
      '__TRY is not supported: a fault stops the program with its outputs safe. Test the operands before, and remove __TRY to __ENDTRY.',
    );
  }
  p.advance();
  if (p.kind() === T.openParen) parseArguments(p);
  p.take(T.semicolon);
  return true;
}

/** Assignment or call. */
function parseSimple(p: Cursor, into: Statement[]): void {
  const start = p.start();
  if (p.kind() === T.word && !p.isName() && p.keyword() !== K.AND && p.keyword() !== K.OR && p.keyword() !== K.XOR) {
    p.fail('E1101', `Expected a statement, found the keyword ${p.shown()}.`);
  }
  const target = parseVariable(p, true);
  if (parseAssignment(p, target, into)) return;
  const expression = parseBinary(p, target, 1);
  into.push({ kind: 'expression', expression, span: p.span(start) });
  endStatement(p);
}

/** A condition, and the keyword behind it. An unreadable one is FALSE, so that the body is still read. */
function parseCondition(p: Cursor, keyword: number, owner: string): Expression {
  const start = p.start();
  const condition = p.attempt(() => {
    const expression = parseComparison(p);
    if (p.kind() === T.arrow) p.fail('E1107', '`=>` binds an output: compare with `>=`.');
    return expression;
  });
  requireKeyword(p, keyword, owner, condition === undefined);
  return condition ?? { kind: 'bool', value: false, span: p.span(start) };
}

function parseIf(p: Cursor): Statement {
  const opener = p.start();
  p.advance();
  p.deeper();
  p.closers.push(K.END_IF);
  const branches: { condition: Expression; body: Statement[]; span: ReturnType<Cursor['span']> }[] = [];
  let from = opener;
  for (;;) {
    const condition = parseCondition(p, K.THEN, 'IF');
    const body = parseStatementList(p);
    branches.push({ condition, body, span: p.span(from) });
    if (p.keyword() !== K.ELSIF) break;
    from = p.start();
    p.advance();
  }
  let otherwise: Statement[] | undefined;
  let elseIf: { start: number; end: number } | undefined;
  if (p.keyword() === K.ELSE) {
    if (p.keyword(1) === K.IF && !p.lineBreak(1)) elseIf = { start: p.start(), end: p.end(1) };
    p.advance();
    if (p.keyword() === K.THEN) {
      p.report('E1109', p.start(), p.end(), 'ELSE takes no THEN: remove it.', '');
      p.advance();
    }
    // `ELSE;` does nothing more.
    otherwise = parseStatementList(p);
  }
  p.shallower();
  closeBlock(p, K.END_IF, 'IF', opener, elseIf);
  return { kind: 'if', branches, ...(otherwise && { otherwise }), span: p.span(opener) };
}

function parseCase(p: Cursor): Statement {
  const opener = p.start();
  p.advance();
  p.deeper();
  p.closers.push(K.END_CASE);
  const selector = parseCondition(p, K.OF, 'CASE');
  const branches: { labels: CaseLabel[]; body: Statement[]; span: ReturnType<Cursor['span']> }[] = [];
  let otherwise: Statement[] | undefined;
  const stray = parseStatementList(p, true);
  if (stray.length > 0 && stray.some((s) => s.kind !== 'empty')) {
    const { span } = stray[0]!;
    p.report(
      'E1101',
      span.start,
      span.end,
      'Expected a label such as `1:` after OF: statements of a CASE belong to a label.',
    );
  }
  while (startsCaseLabel(p)) {
    const from = p.start();
    const labels = p.attempt(() => parseCaseLabels(p));
    if (!labels) {
      while (p.kind() !== T.colon && p.kind() !== T.semicolon && !endsStatements(p)) p.advance();
      p.take(T.colon);
    }
    const body = parseStatementList(p, true);
    if (body.length === 0 && labels) {
      const end = p.previousEnd();
      p.report(
        'E1115',
        from,
        end,
        'The branch has no statement: write `;` after the colon if nothing is to be done.',
        `${p.text.slice(from, end)} ;`,
      );
    }
    if (labels) branches.push({ labels, body, span: p.span(from) });
  }
  if (p.keyword() === K.ELSE) {
    p.advance();
    // CODESYS allows a colon here.
    p.take(T.colon);
    otherwise = parseStatementList(p);
  }
  p.shallower();
  closeBlock(p, K.END_CASE, 'CASE', opener);
  return { kind: 'case', selector, branches, ...(otherwise && { otherwise }), span: p.span(opener) };
}

function parseFor(p: Cursor): Statement {
  const opener = p.start();
  p.advance();
  p.deeper();
  p.closers.push(K.END_FOR);
  const header = p.attempt(() => {
    const variable = parseVariable(p, false);
    if (!p.take(T.assign)) {
      if (p.kind() === T.equal) {
        p.report('E1105', p.start(), p.end(), '`=` compares: assign with `:=`.', ':=');
        p.advance();
      } else p.fail('E1101', `Expected \`:=\` after the variable of FOR, found ${p.shown()}.`);
    }
    const from = parseExpression(p);
    if (!p.takeKeyword(K.TO)) {
      p.fail('E1109', `Expected TO and the last value after the first value of FOR, found ${p.shown()}.`);
    }
    const to = parseExpression(p);
    const by = p.takeKeyword(K.BY) ? parseExpression(p) : undefined;
    return { variable, from, to, by };
  });
  requireKeyword(p, K.DO, 'FOR', header === undefined);
  const body = parseStatementList(p);
  p.shallower();
  closeBlock(p, K.END_FOR, 'FOR', opener);
  const span = p.span(opener);
  if (!header) return { kind: 'while', condition: { kind: 'bool', value: false, span }, body, span };
  const { by, ...rest } = header;
  return { kind: 'for', ...rest, ...(by && { by }), body, span };
}

function parseWhile(p: Cursor): Statement {
  const opener = p.start();
  p.advance();
  p.deeper();
  p.closers.push(K.END_WHILE);
  const condition = parseCondition(p, K.DO, 'WHILE');
  const body = parseStatementList(p);
  p.shallower();
  closeBlock(p, K.END_WHILE, 'WHILE', opener);
  return { kind: 'while', condition, body, span: p.span(opener) };
}

function parseRepeat(p: Cursor): Statement {
  const opener = p.start();
  p.advance();
  p.deeper();
  p.closers.push(K.END_REPEAT);
  const body = parseStatementList(p);
  let until: Expression | undefined;
  if (p.takeKeyword(K.UNTIL)) {
    until = p.attempt(() => parseComparison(p));
    if (!until) while (p.kind() !== T.semicolon && !endsStatements(p)) p.advance();
    // `UNTIL x;` is common.
    p.take(T.semicolon);
    normalizeKeyword(p);
  } else {
    p.reportHere(
      'E1109',
      `Expected UNTIL and the condition that ends the REPEAT of line ${p.line(opener)}, found ${p.shown()}.`,
    );
  }
  p.shallower();
  closeBlock(p, K.END_REPEAT, 'REPEAT', opener);
  const span = p.span(opener);
  return { kind: 'repeat', body, until: until ?? { kind: 'bool', value: true, span }, span };
}
