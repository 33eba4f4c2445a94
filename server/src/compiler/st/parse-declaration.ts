import type {
  Access,
  Argument,
  DirectAddress,
  Expression,
  RelativeAddress,
  Section,
  TypeNode,
  VariableDeclaration,
} from '../syntax/ast.js';
import { joinEnd } from './block.js';
import type { Cursor } from './cursor.js';
import { K, T, keywordName } from './cursor.js';
import { endsInOpenString } from './open-string.js';
import { parseArguments, parseDirectAddress, parseExpression } from './parse-expression.js';
import { parseVariableInitializer } from './parse-initializer.js';
import { relativeAddress } from './relative-address.js';

/** The sections of variables by their keyword. */
export const sections: ReadonlyMap<number, Section> = new Map<number, Section>([
  [K.VAR, 'VAR'],
  [K.VAR_INPUT, 'VAR_INPUT'],
  [K.VAR_OUTPUT, 'VAR_OUTPUT'],
  [K.VAR_IN_OUT, 'VAR_IN_OUT'],
  [K.VAR_TEMP, 'VAR_TEMP'],
  [K.VAR_STAT, 'VAR_STAT'],
  [K.VAR_INST, 'VAR_INST'],
  [K.VAR_GLOBAL, 'VAR_GLOBAL'],
  [K.VAR_EXTERNAL, 'VAR_EXTERNAL'],
]);
/** Access specifiers by their keyword. */
export const accesses: ReadonlyMap<number, Access> = new Map<number, Access>([
  [K.PUBLIC, 'PUBLIC'],
  [K.PRIVATE, 'PRIVATE'],
  [K.PROTECTED, 'PROTECTED'],
  [K.INTERNAL, 'INTERNAL'],
]);
/** Words that end a list of declarations whose own end is missing. */
function endsDeclarations(p: Cursor): boolean {
  const keyword = p.keyword();
  if (p.kind() === T.end) return true;
  // `type : INT;` is meant as a name.
  if (keyword === 0 || p.kind(1) === T.colon || p.kind(1) === T.comma) return false;
  return (
    sections.has(keyword) ||
    keyword === K.VAR_CONFIG ||
    keyword === K.VAR_ACCESS ||
    keyword === K.FUNCTION ||
    keyword === K.FUNCTION_BLOCK ||
    keyword === K.PROGRAM ||
    keyword === K.TYPE ||
    keyword === K.CONFIGURATION ||
    (keyword >= K.END_VAR && keywordName(keyword).startsWith('END_'))
  );
}

/** Declarations up to and with `end`. `parseType` comes as a parameter, as structures contain declarations in turn. */
export function parseDeclarationList(
  p: Cursor,
  end: number,
  opener: string,
  start: number,
  parseType: (p: Cursor, declares: boolean) => TypeNode,
): VariableDeclaration[] {
  const variables: VariableDeclaration[] = [];
  for (;;) {
    joinEnd(p);
    if (p.takeKeyword(end)) return variables;
    if (p.take(T.semicolon)) continue;
    if (endsDeclarations(p) || startsStatement(p)) {
      p.reportHere(
        'E1113',
        `${opener.toUpperCase()} of line ${p.line(start)} is not closed: write ${keywordName(end)} before ${p.shown()}.`,
      );
      return variables;
    }
    const at = p.at;
    if (!p.attempt(() => parseDeclaration(p, variables, parseType, end === K.END_STRUCT))) synchronize(p, end);
    if (p.at === at) p.advance();
  }
}

/** Statements among declarations: END_VAR was forgotten. */
function startsStatement(p: Cursor): boolean {
  const keyword = p.keyword();
  if (p.kind(1) === T.colon || p.kind(1) === T.comma) return false;
  if (
    keyword === K.IF ||
    keyword === K.CASE ||
    keyword === K.FOR ||
    keyword === K.WHILE ||
    keyword === K.REPEAT ||
    keyword === K.RETURN
  ) {
    return true;
  }
  return (
    p.isName() &&
    (p.kind(1) === T.assign || p.kind(1) === T.dot || p.kind(1) === T.openParen || p.kind(1) === T.openBracket)
  );
}

/** To the next declaration after an error. */
function synchronize(p: Cursor, end: number): void {
  for (;;) {
    if (p.kind() === T.semicolon) {
      p.advance();
      return;
    }
    if (p.keyword() === end || endsDeclarations(p)) return;
    if (p.lineBreak() && p.isName() && (p.kind(1) === T.colon || p.kind(1) === T.comma || p.keyword(1) === K.AT))
      return;
    p.advance();
  }
}

/** `a, b AT %IX0.0 : BOOL := TRUE;` Gives true; gives up after reporting. */
function parseDeclaration(
  p: Cursor,
  into: VariableDeclaration[],
  parseType: (p: Cursor, declares: boolean) => TypeNode,
  inStructure: boolean,
): true {
  const names: {
    readonly name: string;
    readonly start: number;
    readonly end: number;
    readonly location?: DirectAddress;
    readonly relative?: RelativeAddress;
    readonly hidden?: true;
  }[] = [];
  do {
    const start = p.start();
    // `AT %QW5 : INT;` declares an address without a name.
    if (p.keyword() === K.AT && (p.kind(1) === T.direct || p.kind(1) === T.partial)) {
      const location = parseLocation(p);
      names.push({ name: `__AT_${location.text}`, start, end: p.previousEnd(), location, hidden: true });
      continue;
    }
    const name = p.expectName('the name of a variable');
    const end = p.previousEnd();
    const relative = inStructure ? parseRelativeAddress(p) : undefined;
    const location = p.keyword() === K.AT ? parseLocation(p) : undefined;
    names.push({ name, start, end, ...(location && { location }), ...(relative && { relative }) });
  } while (p.take(T.comma));

  if (!p.take(T.colon)) {
    if (p.kind() === T.assign)
      p.fail('E1111', `\`${names[0]!.name}\` has no type: write \`${names[0]!.name} : TYPE := value;\`.`);
    p.fail('E1111', `Expected \`:\` and a type after \`${names.at(-1)!.name}\`, found ${p.shown()}.`);
  }
  refuseVariadic(p);
  const type = parseType(p, false);
  refuseVariadic(p);
  let edge: 'rising' | 'falling' | undefined;
  if (p.takeKeyword(K.R_EDGE)) edge = 'rising';
  else if (p.takeKeyword(K.F_EDGE)) edge = 'falling';
  const elementArgs = type.kind === 'array' && p.kind() === T.openBracket ? parseElementArguments(p) : undefined;
  const args: Argument[] | undefined = elementArgs ? [] : p.kind() === T.openParen ? parseArguments(p) : undefined;
  // Some dialects put the address behind the type.
  const trailing = p.keyword() === K.AT ? parseLocation(p) : undefined;
  let initial: Expression | undefined;
  if (p.take(T.assign)) initial = parseVariableInitializer(p);
  else if (p.keyword() === K.REF && p.kind(1) === T.equal) {
    p.at += 2;
    initial = parseExpression(p);
  } else if (p.kind() === T.equal) {
    p.reportHere('E1105', 'An initial value follows `:=`, not `=`.', ':=');
    p.advance();
    initial = parseVariableInitializer(p);
  }

  for (const { name, start, end, location, relative, hidden } of names) {
    const place = location ?? trailing;
    into.push({
      name,
      type,
      ...(initial && { initial }),
      ...(place && { location: place }),
      ...(relative && { relative }),
      ...(edge && { edge }),
      ...(args && { args }),
      ...(elementArgs && { elementArgs }),
      ...(hidden && { hidden }),
      span: p.span(start, end),
    });
  }
  endDeclaration(p, type.kind === 'struct');
  return true;
}

/** `[(1, q), (n := 2)]` behind an array of blocks: arguments for each element. */
function parseElementArguments(p: Cursor): Argument[][] {
  const list: Argument[][] = [];
  p.advance();
  do {
    if (p.kind() !== T.openParen)
      p.fail(
        'E1111',
        `Expected the arguments of one element in parentheses, as in \`[(1), (2)]\`, found ${p.shown()}.`,
      );
    list.push(parseArguments(p));
  } while (p.take(T.comma));
  if (!p.take(T.closeBracket))
    p.fail('E1111', `Expected \`]\` behind the arguments of the elements, found ${p.shown()}.`);
  return list;
}

function refuseVariadic(p: Cursor): void {
  if (p.kind() === T.ellipsis || p.pragmasHere().some((pragma) => /^\{\s*sized\s*\}$/i.test(pragma))) {
    p.fail('E9101', 'Variadic parameters (`...`) are not supported: declare the parameters one by one.');
  }
}

/** `AT %B2` behind the name of a member of a structure. */
function parseRelativeAddress(p: Cursor): RelativeAddress | undefined {
  if (p.keyword() !== K.AT || p.kind(1) !== T.direct) return undefined;
  const address = relativeAddress(p.word(1));
  if (!address) return undefined;
  p.advance();
  const span = p.tokenSpan();
  p.advance();
  return { ...address, span };
}

function parseLocation(p: Cursor): DirectAddress {
  p.advance();
  if (p.isName() && /^[IQM][XBWDL]?\d+$/i.test(p.word())) {
    p.report('E1009', p.start(), p.start(), `An address begins with a percent sign: write \`%${p.word()}\`.`, '%');
    p.fail('E1009', 'An address begins with a percent sign.');
  }
  if (p.kind() !== T.direct) p.fail('E1009', `Expected an address such as %IX0.1 after AT, found ${p.shown()}.`);
  return parseDirectAddress(p);
}

/** The semicolon; behind END_STRUCT its absence is only a warning. */
export function endDeclaration(p: Cursor, afterEnd: boolean): void {
  if (p.take(T.semicolon) || endsInOpenString(p)) return;
  const end = p.previousEnd();
  if (afterEnd) {
    p.report('W1001', end, end, `Write \`;\` after ${keywordName(p.keyword(-1)) || 'the end'}.`, ';');
    return;
  }
  if (!p.lineBreak() && p.keyword() === K.END_VAR) {
    p.report('W1013', end, end, 'The last declaration has no semicolon: write `;`.', ';');
    return;
  }
  if (p.lineBreak() || endsDeclarations(p)) {
    p.report('E1102', end, end, 'The declaration has no semicolon at its end: write `;`.', ';');
    return;
  }
  if (p.kind() === T.comma && p.isName(1) && p.kind(2) === T.colon) {
    p.reportHere(
      'E1111',
      'A declaration ends with `;`, and `,` stands between names of one type only: write `;`.',
      ';',
    );
    p.advance();
    return;
  }
  p.fail('E1111', `Expected \`;\` or \`:=\` after the type, found ${p.shown()}.`);
}
