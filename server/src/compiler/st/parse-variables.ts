import type { Access, Section, VariableBlock, VariableDeclaration } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T, keywordName } from './cursor.js';
import { accesses, parseDeclarationList, sections } from './parse-declaration.js';
import { parseType } from './parse-type.js';

/** Whether a section of variables (VAR, VAR_INPUT ...) begins here. */
export function atSection(p: Cursor): boolean {
  return sections.has(p.keyword());
}

/** A variable that stands for another one has that one's value. */
function refuseInitialValues(p: Cursor, section: Section, variables: readonly VariableDeclaration[]): void {
  for (const { name, initial } of variables) {
    if (!initial) continue;
    const owner = section === 'VAR_EXTERNAL' ? 'its VAR_GLOBAL' : 'the variable that the caller passes';
    p.report(
      'E1111',
      initial.span.start,
      initial.span.end,
      `\`${name}\` is a ${section} and has the value of ${owner}: remove the initial value.`,
    );
  }
}

/** `VAR INPUT x : INT;` becomes VAR_INPUT, and is reported. */
function joinSection(p: Cursor): void {
  if (p.keyword() !== K.VAR || p.lineBreak(1) || !p.isName(1) || !p.isName(2) || p.keyword(2) === K.AT) return;
  const word = `VAR_${p.word(1).toUpperCase()}`;
  const meant = [...sections.keys()].find((keyword) => keywordName(keyword) === word);
  if (meant === undefined) return;
  p.report('E1108', p.start(), p.end(1), `${word} is one word: write it with an underscore.`, word);
  p.advance();
  p.tokens.keyword[p.at] = meant;
}

/** From VAR to END_VAR. */
export function parseVariableBlock(p: Cursor): VariableBlock {
  const start = p.start();
  joinSection(p);
  const section = sections.get(p.keyword())!;
  const opener = p.word();
  p.advance();
  let constant = false;
  let retain = false;
  let nonRetain = false;
  let persistent = false;
  let access: Access | undefined;
  for (;;) {
    // A variable may have the name of a qualifier.
    if (p.kind(1) === T.colon || p.kind(1) === T.comma || p.keyword(1) === K.AT) break;
    const keyword = p.keyword();
    if (keyword === K.CONSTANT) constant = true;
    else if (keyword === K.RETAIN) retain = true;
    else if (keyword === K.NON_RETAIN) nonRetain = true;
    else if (keyword === K.PERSISTENT) persistent = true;
    else if (accesses.has(keyword)) access = accesses.get(keyword);
    else break;
    p.advance();
  }
  const variables = parseDeclarationList(p, K.END_VAR, opener, start, parseType);
  if (section === 'VAR_EXTERNAL' || (section === 'VAR_IN_OUT' && !constant)) refuseInitialValues(p, section, variables);
  // `END_VAR;` is common and harmless.
  if (p.kind() === T.semicolon) p.advance();
  return {
    section,
    constant,
    retain,
    nonRetain,
    persistent,
    ...(access && { access }),
    variables,
    span: p.span(start),
  };
}
