import type { LexicalProblem } from './token.js';

/** Nesting of comments, statements, expressions and types beyond this is one error (E8001). */
export const maxNesting = 256;

/** Text between tokens: where it ends, whether lines break in it, and what is wrong with it. */
export interface Skipped {
  readonly end: number;
  readonly lineBreak: boolean;
  readonly problem?: LexicalProblem;
  readonly pragma?: true;
}

const openings = { paren: '(*', slash: '/*' } as const;
const closings = { paren: '*)', slash: '*/' } as const;
const descriptionEnd = '(*@KEY@:END_DESCRIPTION*)';

/**
 * The end of the comment that opens at `from`. Comments nest (`nesting`), each closing with its own kind. A problem that is no
 * end of all reading means: from here on comments don't nest.
 */
export function findCommentEnd(text: string, from: number, nesting: boolean): Skipped {
  const open = text.charCodeAt(from);
  const form = open === 40 ? 'paren' : 'slash';
  const special = form === 'paren' ? findSpecialEnd(text, from) : undefined;
  if (special !== undefined) return { end: special, lineBreak: true };
  const close = form === 'paren' ? 41 : 47;
  const { length } = text;
  let lineBreak = false;
  let depth = 1;
  let firstClose = -1;
  for (let i = from + 2; i < length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 42) {
      if (text.charCodeAt(i + 1) === close) {
        i += 1;
        if (firstClose < 0) firstClose = i + 1;
        depth -= 1;
        if (depth === 0 || !nesting) return { end: i + 1, lineBreak };
      }
    } else if (c === open && text.charCodeAt(i + 1) === 42) {
      i += 1;
      depth += 1;
      if (depth > maxNesting && nesting) {
        const message = `Comments nest deeper than ${maxNesting} levels: close them, or take the inner ones out.`;
        return { end: length, lineBreak, problem: { code: 'E8001', start: from, end: from + 2, message, rest: true } };
      }
    } else if (c === 10 || c === 13) lineBreak = true;
  }
  if (firstClose < 0) {
    const message = `The comment that opens here is never closed: write \`${closings[form]}\` where it ends.`;
    return { end: length, lineBreak, problem: { code: 'E1003', start: from, end: from + 2, message, rest: true } };
  }
  // Edition 2 knew no nesting.
  const message = `More comments open than close from here on; comments are read as not nested: remove the \`${openings[form]}\` within this one, or close it with \`${closings[form]}\`.`;
  return { end: firstClose, lineBreak, problem: { code: 'W1003', start: from, end: from + 2, message } };
}

/** Comments of tools that hold text with marks of its own. */
function findSpecialEnd(text: string, from: number): number | undefined {
  // OpenPLC keeps C source in `(*DBG:...*)` lines; a cast in it, `(x *)`, does not end the comment.
  if (text.startsWith('DBG:', from + 2)) {
    let lineEnd = from;
    while (lineEnd < text.length && text.charCodeAt(lineEnd) !== 10 && text.charCodeAt(lineEnd) !== 13) lineEnd += 1;
    const last = text.slice(from, lineEnd).lastIndexOf('*)');
    return last > 1 ? from + last + 2 : undefined;
  }
  // Free text between two comments: a description.
  if (text.startsWith('@KEY@:DESCRIPTION*)', from + 2)) {
    const last = text.slice(from, from + 100_000).indexOf(descriptionEnd);
    return last > 0 ? from + last + descriptionEnd.length : undefined;
  }
  return undefined;
}

/** The end of the pragma that opens at `from`. `{{ ... }}` holds foreign code, whose braces nest. */
export function findPragmaEnd(text: string, from: number): Skipped {
  let depth = 0;
  let lineBreak = false;
  for (let i = from; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 123) depth += 1;
    else if (c === 125) {
      depth -= 1;
      if (depth === 0) return { end: i + 1, lineBreak, pragma: true };
    } else if (c === 10 || c === 13) lineBreak = true;
  }
  const message = 'The pragma that opens here is never closed: write `}` where it ends.';
  return { end: text.length, lineBreak, problem: { code: 'E1004', start: from, end: from + 1, message, rest: true } };
}
