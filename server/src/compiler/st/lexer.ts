import {
  blank,
  classes,
  datePrefixes,
  digit,
  durationPrefixes,
  isDigit,
  isHex,
  isLetter,
  isWordPart,
  typographicDouble,
  typographicSingle,
  wordStart,
} from './character.js';
import type { Skipped } from './comment.js';
import { findCommentEnd, findPragmaEnd } from './comment.js';
import { findKeyword } from './keyword.js';
import { numberAdvice } from './number-advice.js';
import type { BadToken, LexicalProblem, Tokens } from './token.js';
import { single, TokenKind as T } from './token.js';

const maxWordLength = 1000;
/** Longer numbers are reported here and have no value. */
export const maxNumberLength = 1000;
const maxLiteralLength = 65_536;

/** Splits Structured Text (and IL, and textual SFC) into tokens, in one pass and in linear time. Never throws. */
export function tokenize(text: string): Tokens {
  // Most tokens are followed by a space or are longer than two characters.
  let capacity = (text.length >> 2) + 16;
  let count = 0;
  let kind = new Uint8Array(capacity);
  let keyword = new Uint16Array(capacity);
  let start = new Int32Array(capacity);
  let end = new Int32Array(capacity);
  let lineBreak = new Uint8Array(capacity);
  const pragmas: Tokens['pragmas'] = [];
  const problems: LexicalProblem[] = [];
  const badMessages = new Map<number, BadToken>();
  const length = text.length;
  let at = 0;
  let newLine = 1;
  let nesting = true;
  // Once a limit is passed there is no point in going on.
  let stopped = false;

  const grow = (): void => {
    capacity *= 2;
    kind = enlarged(kind, new Uint8Array(capacity));
    keyword = enlarged(keyword, new Uint16Array(capacity));
    start = enlarged(start, new Int32Array(capacity));
    end = enlarged(end, new Int32Array(capacity));
    lineBreak = enlarged(lineBreak, new Uint8Array(capacity));
  };
  const push = (tokenKind: number, from: number, to: number, word = 0): void => {
    if (count === capacity) grow();
    kind[count] = tokenKind;
    keyword[count] = word;
    start[count] = from;
    end[count] = to;
    lineBreak[count] = newLine;
    count += 1;
    newLine = 0;
    at = to;
  };
  const problem = (
    code: LexicalProblem['code'],
    from: number,
    to: number,
    message: string,
    replacement?: string,
  ): void => {
    problems.push({ code, start: from, end: to, message, ...(replacement !== undefined && { replacement }) });
  };
  /** A problem behind which nothing can be read. */
  const lastProblem = (code: LexicalProblem['code'], from: number, to: number, message: string): void => {
    problems.push({ code, start: from, end: to, message, rest: true });
    stopped = true;
  };
  /** An operator, or the two characters of one that other languages have, such as `+=`. */
  const pushOperator = (tokenKind: number, foreign: boolean): void => {
    if (foreign) push(T.foreign, at, at + 2);
    else push(tokenKind, at, at + 1);
  };
  const bad = (from: number, to: number, message: string, replacement?: string): void => {
    badMessages.set(count, { message, ...(replacement !== undefined && { replacement }) });
    push(T.bad, from, to);
  };

  const skip = (found: Skipped, before: number): void => {
    if (found.lineBreak) newLine = 1;
    if (found.problem) problems.push(found.problem);
    if (found.problem?.rest) stopped = true;
    if (found.pragma) pragmas.push({ start: before, end: found.end, before: count });
    at = found.end;
  };
  const skipComment = (from: number): void => {
    const found = findCommentEnd(text, from, nesting);
    if (found.problem) nesting = false;
    skip(found, from);
  };

  /** A string that opens at `from` with any quote; `quote` closes it. */
  const scanString = (from: number, quote: number): void => {
    const wide = quote === 34;
    let i = from + 1;
    for (;;) {
      const c = i < length ? text.charCodeAt(i) : 10;
      if (c === quote) {
        // Some dialects double the quote within a string.
        if (text.charCodeAt(i + 1) !== quote) break;
        i += 2;
        continue;
      }
      if (c === 36 && i + 1 < length) {
        const next = text.charCodeAt(i + 1);
        i += next === 10 || next === 13 ? 1 : 2;
        continue;
      }
      if (c === 10 || c === 13) {
        const mark = wide ? '"' : "'";
        problem(
          'E1002',
          from,
          from + 1,
          `The string that opens here is not closed on its line: write \`${mark}\` where it ends, and \`$N\` for a line break.`,
        );
        push(wide ? T.wstring : T.string, from, i);
        return;
      }
      i += 1;
    }
    if (i - from > maxLiteralLength) {
      problem(
        'E8002',
        from,
        from + 1,
        `A string literal has at most ${maxLiteralLength} characters, this one has ${i - from - 1}: split it.`,
      );
    }
    push(wide ? T.wstring : T.string, from, i + 1);
  };

  /** “...” and ‘...’ as word processors make them. */
  const scanTypographic = (from: number, set: ReadonlySet<number>, mark: string): void => {
    let i = from + 1;
    while (i < length) {
      const c = text.charCodeAt(i);
      if (set.has(c) || c === mark.charCodeAt(0) || c === 10 || c === 13) break;
      i += 1;
    }
    const closed = i < length && text.charCodeAt(i) !== 10 && text.charCodeAt(i) !== 13;
    const to = closed ? i + 1 : i;
    problem(
      'E1010',
      from,
      to,
      `Typographic quotes do not delimit a string: write ${mark}...${mark}.`,
      closed ? mark + text.slice(from + 1, i) + mark : undefined,
    );
    push(mark === '"' ? T.wstring : T.string, from, to);
  };

  const pastDigits = (from: number): number => {
    let i = from;
    for (let c = text.charCodeAt(i); isDigit(c) || c === 95; c = text.charCodeAt(i)) i += 1;
    return i;
  };

  const scanNumber = (from: number): void => {
    let i = pastDigits(from);
    let tokenKind: number = T.int;
    const afterDot = count > 0 && kind[count - 1] === T.dot && end[count - 1] === from;
    if (text.charCodeAt(i) === 35) {
      i += 1;
      while (isHex(text.charCodeAt(i)) || text.charCodeAt(i) === 95) i += 1;
    } else if (!afterDot) {
      if (text.charCodeAt(i) === 46 && isDigit(text.charCodeAt(i + 1))) {
        tokenKind = T.real;
        i = pastDigits(i + 1);
      }
      const c = text.charCodeAt(i);
      if (c === 69 || c === 101) {
        const sign = text.charCodeAt(i + 1);
        const first = sign === 43 || sign === 45 ? i + 2 : i + 1;
        if (isDigit(text.charCodeAt(first))) {
          tokenKind = T.real;
          i = pastDigits(first);
        }
      }
    }
    if (i - from > maxNumberLength) {
      problem('E8002', from, from + 1, `A number has at most ${maxNumberLength} characters: shorten it.`);
      while (isWordPart(text.charCodeAt(i))) i += 1;
    }
    if (isWordPart(text.charCodeAt(i))) {
      while (isWordPart(text.charCodeAt(i))) i += 1;
      const { message, replacement } = numberAdvice(text.slice(from, Math.min(i, from + 40)));
      bad(from, i, message, replacement);
      return;
    }
    push(tokenKind, from, i);
  };

  const scanWord = (from: number): void => {
    let i = from;
    let hash = 0;
    for (; i < length; i += 1) {
      const c = text.charCodeAt(i);
      if (c >= 128) {
        if (!isLetter(c)) break;
      } else if ((classes[c]! & 3) === 0 && c !== 36) break; // Generated code has `$` within names.
      hash = (Math.imul(hash, 31) + (c >= 97 && c <= 122 ? c - 32 : c)) | 0;
    }
    if (i - from > maxWordLength) {
      lastProblem(
        'E8002',
        from,
        from + 1,
        `A name has at most ${maxWordLength} characters, this one has ${i - from}: shorten it.`,
      );
      at = i;
      return;
    }
    if (text.charCodeAt(i) === 35 && i > from) {
      scanTyped(from, i);
      return;
    }
    push(T.word, from, i, findKeyword(text, from, i, hash));
  };

  /** `prefix#`: durations and dates are one token, anything else leaves the value to the next token. */
  const scanTyped = (from: number, hashAt: number): void => {
    const next = text.charCodeAt(hashAt + 1);
    const length = hashAt - from;
    if (length <= 15 && (isDigit(next) || next === 45 || next === 43)) {
      const prefix = text.slice(from, hashAt).toUpperCase();
      const isDuration = durationPrefixes.has(prefix);
      if (isDuration || datePrefixes.has(prefix)) {
        let i = hashAt + 1;
        if (next === 45 || next === 43) i += 1;
        for (;;) {
          const c = text.charCodeAt(i);
          const part = isDuration
            ? isWordPart(c) || (c === 46 && isDigit(text.charCodeAt(i + 1)))
            : isDigit(c) || c === 95 || ((c === 45 || c === 58 || c === 46) && isDigit(text.charCodeAt(i + 1)));
          if (!part) break;
          i += 1;
        }
        push(isDuration ? T.duration : T.date, from, i);
        return;
      }
    }
    push(T.prefix, from, hashAt + 1);
  };

  const scanDirect = (from: number): void => {
    let i = from + 1;
    while (
      i < length &&
      (isWordPart(text.charCodeAt(i)) || (text.charCodeAt(i) === 46 && isDigit(text.charCodeAt(i + 1))))
    )
      i += 1;
    if (text.charCodeAt(i) === 42 && i > from + 1 && !isDigit(text.charCodeAt(i - 1))) i += 1;
    if (i === from + 1) {
      push(T.foreign, from, i);
      return;
    }
    const first = text.charCodeAt(from + 1) & ~32;
    const afterDot = count > 0 && kind[count - 1] === T.dot;
    // I, Q, M; else X, B, W, D, L of a partial access.
    if (afterDot && first !== 73 && first !== 81 && first !== 77) push(T.partial, from, i);
    else push(T.direct, from, i);
  };

  while (at < length && !stopped) {
    const c = text.charCodeAt(at);
    if (c >= 128) {
      if (isLetter(c)) scanWord(at);
      else if (typographicDouble.has(c)) scanTypographic(at, typographicDouble, '"');
      else if (typographicSingle.has(c)) scanTypographic(at, typographicSingle, "'");
      // No-break and other spaces, byte order marks.
      else if (c === 0xa0 || c === 0xfeff || c === 0x3000 || (c >= 0x2000 && c <= 0x200b)) at += 1;
      else if (c === 0x2028 || c === 0x2029 || c === 0x85) {
        newLine = 1;
        at += 1;
      } else {
        const point = text.codePointAt(at) ?? c;
        const width = point > 0xffff ? 2 : 1;
        bad(
          at,
          at + width,
          `The character U+${point.toString(16).toUpperCase().padStart(4, '0')} has no meaning here: remove it.`,
        );
      }
      continue;
    }
    const characterClass = classes[c]!;
    if (characterClass === wordStart) {
      scanWord(at);
      continue;
    }
    if (characterClass === blank) {
      at += 1;
      continue;
    }
    if (characterClass === digit) {
      scanNumber(at);
      continue;
    }
    const next = text.charCodeAt(at + 1);
    switch (c) {
      case 10:
      case 13:
        newLine = 1;
        at += 1;
        break;
      case 40:
        if (next === 42) skipComment(at);
        else push(T.openParen, at, at + 1);
        break;
      case 46:
        if (next !== 46) push(T.dot, at, at + 1);
        else if (text.charCodeAt(at + 2) === 46) push(T.ellipsis, at, at + 3);
        else push(T.range, at, at + 2);
        break;
      case 42:
        if (next === 42) push(T.power, at, at + 2);
        else pushOperator(T.star, next === 61);
        break;
      case 47:
        if (next === 47) {
          at += 2;
          while (at < length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at += 1;
        } else if (next === 42) skipComment(at);
        else pushOperator(T.slash, next === 61);
        break;
      case 43:
        pushOperator(T.plus, next === 43 || next === 61);
        break;
      case 45:
        // `--` may be two signs before a number.
        pushOperator(T.minus, next === 61);
        break;
      case 38:
        pushOperator(T.ampersand, next === 38);
        break;
      case 58:
        if (next === 61) push(T.assign, at, at + 2);
        else push(T.colon, at, at + 1);
        break;
      case 61:
        if (next === 62) push(T.arrow, at, at + 2);
        else pushOperator(T.equal, next === 61);
        break;
      case 60:
        if (next === 62) push(T.notEqual, at, at + 2);
        else if (next === 61) push(T.lessEqual, at, at + 2);
        else push(T.less, at, at + 1);
        break;
      case 62:
        if (next === 61) push(T.greaterEqual, at, at + 2);
        else push(T.greater, at, at + 1);
        break;
      case 124:
        push(T.foreign, at, next === 124 ? at + 2 : at + 1);
        break;
      case 33:
        push(T.foreign, at, next === 61 ? at + 2 : at + 1);
        break;
      case 63:
        if (next === 61) push(T.attempt, at, at + 2);
        else bad(at, at + 1, 'The character `?` has no meaning here: remove it.');
        break;
      case 37:
        scanDirect(at);
        break;
      case 39:
      case 34:
        scanString(at, c);
        break;
      case 96:
        scanTypographic(at, typographicSingle, "'");
        break;
      case 123:
        skip(findPragmaEnd(text, at), at);
        break;
      case 35:
        // Siemens SCL marks local names with it.
        problem('E1001', at, at + 1, 'The character `#` has no meaning before a name: remove it.', '');
        at += 1;
        break;
      default: {
        const alone = single[c]!;
        if (alone !== 0) {
          push(alone, at, at + 1);
          break;
        }
        const shown = c < 32 || c === 127 ? `U+${c.toString(16).toUpperCase().padStart(4, '0')}` : `\`${text[at]!}\``;
        bad(at, at + 1, `The character ${shown} has no meaning here: remove it.`);
      }
    }
  }
  push(T.end, length, length);
  return { count, kind, keyword, start, end, lineBreak, pragmas, problems, badMessages };
}

function enlarged<A extends Uint8Array | Uint16Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
