import type { Cursor } from './cursor.js';
import { K, T, keywordName } from './cursor.js';
import { lastReserved } from './keyword.js';
import { endsInOpenString } from './open-string.js';

/** Words that close a statement block. */
const closers: ReadonlySet<number> = new Set([K.END_IF, K.END_CASE, K.END_FOR, K.END_WHILE, K.END_REPEAT]);
/** Words that go on with a block. */
const branches: ReadonlySet<number> = new Set([K.ELSE, K.ELSIF, K.UNTIL]);
const starters: ReadonlySet<number> = new Set([K.IF, K.CASE, K.FOR, K.WHILE, K.REPEAT, K.EXIT, K.RETURN]);
/** Reserved words that never belong to a statement: a body ends before them. */
export const outer: ReadonlySet<number> = new Set([
  K.VAR, K.VAR_INPUT, K.VAR_OUTPUT, K.VAR_IN_OUT, K.VAR_TEMP, K.VAR_STAT, K.VAR_INST, K.VAR_GLOBAL, K.VAR_EXTERNAL, K.VAR_CONFIG,
  K.VAR_ACCESS, K.END_VAR, K.FUNCTION, K.END_FUNCTION, K.FUNCTION_BLOCK, K.END_FUNCTION_BLOCK, K.PROGRAM, K.END_PROGRAM, K.TYPE,
  K.END_TYPE, K.END_STRUCT, K.END_UNION, K.END_CLASS, K.END_INTERFACE, K.END_METHOD, K.END_PROPERTY, K.END_GET, K.END_SET,
  K.END_ACTION, K.END_ACTIONS, K.END_NAMESPACE, K.CONFIGURATION, K.END_CONFIGURATION, K.END_RESOURCE, K.INITIAL_STEP, K.END_STEP,
  K.END_TRANSITION,
]); // prettier-ignore
const modifiers: ReadonlySet<number> = new Set([
  K.PUBLIC, K.PRIVATE, K.PROTECTED, K.INTERNAL, K.ABSTRACT, K.FINAL, K.OVERRIDE,
]); // prettier-ignore
const misspelt: ReadonlyMap<number, number> = new Map([
  [K.ELSEIF, K.ELSIF],
  [K.ELIF, K.ELSIF],
  [K.ENDIF, K.END_IF],
  [K.ENDFOR, K.END_FOR],
  [K.ENDWHILE, K.END_WHILE],
  [K.ENDCASE, K.END_CASE],
  [K.ENDREPEAT, K.END_REPEAT],
  [K.ENDFUNCTION, K.END_FUNCTION],
  [K.ENDPROGRAM, K.END_PROGRAM],
  [K.END_FUNCTIONBLOCK, K.END_FUNCTION_BLOCK],
]);
const afterEnd: ReadonlyMap<number, number> = new Map([
  [K.IF, K.END_IF],
  [K.CASE, K.END_CASE],
  [K.FOR, K.END_FOR],
  [K.WHILE, K.END_WHILE],
  [K.REPEAT, K.END_REPEAT],
]);
/** What ends in END_ and is no statement, by the word that is found behind END. */
const afterOuterEnd: ReadonlyMap<number, number> = new Map([
  [K.VAR, K.END_VAR],
  [K.STRUCT, K.END_STRUCT],
  [K.TYPE, K.END_TYPE],
  [K.PROGRAM, K.END_PROGRAM],
  [K.FUNCTION, K.END_FUNCTION],
  [K.FUNCTION_BLOCK, K.END_FUNCTION_BLOCK],
]);

/** A token that goes on with a statement, so that the word before it is a variable. */
function continuesVariable(kind: number): boolean {
  return (
    kind === T.assign ||
    kind === T.dot ||
    kind === T.openBracket ||
    kind === T.caret ||
    kind === T.openParen ||
    kind === T.colon ||
    kind === T.equal
  );
}

/** `END IF` or `END VAR` at the cursor becomes one word, and is reported. */
export function joinEnd(p: Cursor): void {
  if (p.keyword() !== K.END || p.lineBreak(1)) return;
  const isBlock = p.keyword(1) === K.FUNCTION && !p.lineBreak(2) && p.word(2).toUpperCase() === 'BLOCK';
  const opener = isBlock ? K.FUNCTION_BLOCK : p.keyword(1);
  const meant = afterEnd.get(opener) ?? afterOuterEnd.get(opener);
  if (meant === undefined) return;
  const last = isBlock ? 2 : 1;
  const word = keywordName(meant);
  p.report('E1108', p.start(), p.end(last), `${word} is one word: write it with an underscore.`, word);
  p.at += last;
  p.tokens.keyword[p.at] = meant;
}

/** Turns a misspelt keyword at the cursor (ELSEIF, ENDIF, END IF) into what was meant, and reports it. */
export function normalizeKeyword(p: Cursor): void {
  const keyword = p.keyword();
  if (keyword <= lastReserved) return;
  if (closesNothing(p, keyword)) {
    const end = p.closers.at(-1)!;
    const isNamed = p.isName(1) && !p.lineBreak(1);
    p.report(
      'E1108',
      p.start(),
      p.end(isNamed ? 1 : 0),
      `\`${p.word()}\` closes no block: write ${keywordName(end)}.`,
      keywordName(end),
    );
    if (isNamed) p.advance();
    p.tokens.keyword[p.at] = end;
    return;
  }
  if (keyword === K.END) {
    joinEnd(p);
    return;
  }
  const meant = misspelt.get(keyword);
  // `ELSEIF (a) THEN`: a parenthesis does not make it a variable.
  if (meant === undefined || (continuesVariable(p.kind(1)) && !(meant === K.ELSIF && p.kind(1) === T.openParen)))
    return;
  p.report(
    'E1108',
    p.start(),
    p.end(),
    `\`${p.word()}\` is no keyword: write ${keywordName(meant)}.`,
    keywordName(meant),
  );
  p.tokens.keyword[p.at] = meant;
}

/** `END;`, `NEXT i` or `WEND` where a block is open that nothing else closes. */
function closesNothing(p: Cursor, keyword: number): boolean {
  const innermost = p.closers.at(-1);
  if (innermost === undefined) return false;
  const closes =
    keyword === K.END ||
    (keyword === K.NEXT && innermost === K.END_FOR) ||
    (keyword === K.WEND && innermost === K.END_WHILE);
  if (!closes || (p.kind(1) !== T.semicolon && !p.lineBreak(1) && !(keyword === K.NEXT && p.isName(1)))) return false;
  return !isClosedLater(p, innermost);
}

/** Whether the innermost open block has its end further on: the word at the cursor may be something else then. */
function isClosedLater(p: Cursor, end: number): boolean {
  let open = 0;
  for (let i = 1; p.kind(i) !== T.end && !outer.has(p.keyword(i)); i += 1) {
    const found = p.keyword(i);
    if (afterEnd.has(found)) open += 1;
    else if (closers.has(found) && (open -= 1) < 0) return found === end;
  }
  return false;
}

/** `END_FOR` where a WHILE is open that nothing else closes: reported, and taken for END_WHILE. */
function closesWrongBlock(p: Cursor, keyword: number): boolean {
  const end = p.closers.at(-1);
  if (end === undefined || !closers.has(keyword) || isClosedLater(p, end)) return false;
  const word = keywordName(end);
  p.report('E1108', p.start(), p.end(), `${p.shown()} does not close the block that is open: write ${word}.`, word);
  p.tokens.keyword[p.at] = end;
  return true;
}

/** Whether METHOD, PROPERTY, ACTION, CLASS and the like begin here; their words may also name variables. */
export function startsMember(p: Cursor): boolean {
  let i = 0;
  while (modifiers.has(p.keyword(i)) && p.kind(i + 1) === T.word) i += 1;
  const keyword = p.keyword(i);
  // Two words in a row begin no statement, save `x S= y` and its like.
  const named = p.kind(i + 1) === T.word && !(p.kind(i + 2) === T.equal && p.adjacent(i + 2));
  if (i > 0 && (keyword === K.FUNCTION || keyword === K.FUNCTION_BLOCK || keyword === K.PROGRAM)) return true;
  switch (keyword) {
    case K.METHOD:
    case K.PROPERTY:
    case K.PROPERTY_GET:
    case K.PROPERTY_SET:
    case K.CLASS:
    case K.INTERFACE:
    case K.ACTION:
    case K.NAMESPACE:
    case K.USING:
    case K.STEP:
    case K.RESOURCE:
      return named;
    case K.GET:
    case K.SET:
      return i > 0;
    case K.ACTIONS:
      return named || (p.keyword(1) === K.ACTION && p.kind(2) === T.word);
    case K.TRANSITION:
      return named || (p.kind(1) === T.openParen && p.keyword(2) === K.PRIORITY && p.kind(3) === T.assign);
    default:
      return false;
  }
}

function closesOpenBlock(p: Cursor, keyword: number): boolean {
  if (keyword === K.ELSE) return p.closers.includes(K.END_IF) || p.closers.includes(K.END_CASE);
  if (keyword === K.ELSIF) return p.closers.includes(K.END_IF);
  if (keyword === K.UNTIL) return p.closers.includes(K.END_REPEAT);
  return p.closers.includes(keyword);
}

/** Whether a list of statements ends here. A closing word without its block is reported and skipped. */
export function endsStatements(p: Cursor): boolean {
  for (;;) {
    const keyword = p.keyword();
    if (keyword === 0) return p.kind() === T.end;
    if (outer.has(keyword)) return true;
    if (!closers.has(keyword) && !branches.has(keyword)) return keyword > lastReserved && startsMember(p);
    if (closesOpenBlock(p, keyword) || closesWrongBlock(p, keyword)) return true;
    p.report(
      'E1104',
      p.start(),
      p.end(),
      `${p.shown()} has no block that it belongs to: remove it, or begin the block before.`,
    );
    p.advance();
    if (closers.has(keyword)) p.take(T.semicolon);
  }
}

/** Takes the closing word of a block, or reports that it is missing, and the semicolon behind it. */
export function closeBlock(
  p: Cursor,
  end: number,
  name: string,
  opener: number,
  elseIf?: { start: number; end: number },
): void {
  p.closers.pop();
  const word = keywordName(end);
  if (!p.takeKeyword(end)) {
    if (elseIf) {
      p.report(
        'E1103',
        elseIf.start,
        elseIf.end,
        'ELSE IF opens a second IF, which needs an END_IF of its own: write ELSIF.',
        'ELSIF',
      );
    } else {
      p.reportHere('E1103', `The ${name} of line ${p.line(opener)} is not closed: write ${word}; before ${p.shown()}.`);
    }
    return;
  }
  if (p.take(T.semicolon)) return;
  const at = p.previousEnd();
  p.report('W1001', at, at, `Write \`;\` after ${word}.`, ';');
}

/** The semicolon of a simple statement. Behind a keyword that is a statement by itself its absence is only a warning. */
export function endStatement(p: Cursor, keyword = 0): void {
  if (p.take(T.semicolon) || endsInOpenString(p)) return;
  const at = p.previousEnd();
  if (keyword !== 0 && (p.lineBreak() || p.kind() === T.end)) {
    p.report('W1001', at, at, `Write \`;\` after ${keywordName(keyword)}.`, ';');
    return;
  }
  const next = p.keyword();
  if (p.kind() === T.end || (outer.has(next) && keywordName(next).startsWith('END_') && !p.lineBreak())) {
    p.report('W1013', at, at, 'The last statement has no semicolon: write `;`.', ';');
    return;
  }
  if (
    p.kind() !== T.bad &&
    (p.lineBreak() ||
      p.kind() === T.end ||
      starters.has(next) ||
      outer.has(next) ||
      closers.has(next) ||
      next === K.ELSE ||
      next === K.ELSIF ||
      next === K.UNTIL)
  ) {
    p.report('E1102', at, at, 'The statement has no semicolon at its end: write `;`.', ';');
    return;
  }
  if (p.kind() === T.closeParen) p.fail('E1101', 'There are more `)` than `(` in this statement: remove one.');
  p.fail('E1101', `Expected \`;\` or an operator, found ${p.shown()}.`);
}

/** The word behind a condition: THEN, DO, OF. `broken` when the condition could not be read. */
export function requireKeyword(p: Cursor, keyword: number, owner: string, broken: boolean): void {
  if (p.takeKeyword(keyword)) return;
  const word = keywordName(keyword);
  const at = p.previousEnd();
  if (!broken) {
    const found = p.keyword();
    if (found === K.THEN || found === K.DO || found === K.OF) {
      p.report('E1109', p.start(), p.end(), `${owner} is followed by ${word}, not by ${p.shown()}.`, word);
      p.advance();
      return;
    }
    if (p.lineBreak() || p.kind() === T.semicolon || starters.has(found)) {
      p.report(
        'E1109',
        at,
        at,
        `${word} is missing after the ${keyword === K.OF ? 'selector' : keyword === K.THEN ? 'condition' : 'head'} of ${owner}: write ${word}.`,
        ` ${word}`,
      );
      if (!p.lineBreak()) p.take(T.semicolon);
      return;
    }
    p.reportHere('E1101', `Expected an operator or ${word}, found ${p.shown()}.`);
  }
  // The word may stand further on in the same statement.
  for (;;) {
    if (p.takeKeyword(keyword)) return;
    if (
      p.kind() === T.semicolon ||
      p.kind() === T.end ||
      starters.has(p.keyword()) ||
      outer.has(p.keyword()) ||
      closers.has(p.keyword())
    )
      return;
    if (p.lineBreak() && p.kind() === T.word && continuesVariable(p.kind(1))) return;
    p.advance();
  }
}

/** To the next statement after an error. */
export function synchronize(p: Cursor): void {
  for (;;) {
    const keyword = p.keyword();
    if (p.kind() === T.semicolon) {
      p.advance();
      return;
    }
    if (p.kind() === T.end || starters.has(keyword) || outer.has(keyword)) return;
    // A closing word amid the statement is part of what is wrong, unless it closes something.
    if ((closers.has(keyword) || branches.has(keyword)) && (p.lineBreak() || closesOpenBlock(p, keyword))) return;
    if (p.lineBreak() && p.kind() === T.word && (p.kind(1) === T.assign || (keyword !== 0 && startsMember(p)))) return;
    p.advance();
  }
}
