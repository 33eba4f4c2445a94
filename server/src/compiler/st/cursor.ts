import type { TextEdit } from '../../model/diagnostic.js';
import type { Language, SourceSpan, SourceText } from '../../model/source-span.js';
import { lineColumn } from '../../model/source-span.js';
import type { ProblemCode } from '../problem-table.js';
import type { Problems } from '../problems.js';
import { maxNesting } from './comment.js';
import { applyConditions, type PragmaFinding } from './conditional.js';
import { Keyword as K, keywordName, lastReserved } from './keyword.js';
import { tokenize } from './lexer.js';
import type { PragmaRange, Tokens } from './token.js';
import { TokenKind as T } from './token.js';

/** Height of one expression tree at most; recursion over trees in later passes relies on it. */
const maxHeight = 1000;

/** Thrown to leave a construct that can't be completed; its problem has been reported. Caught where parsing can go on. */
class Abandoned extends Error {}
const abandoned = new Abandoned('abandoned');
abandoned.stack = '';

/** What the parser has of its text: tokens, where it is, and how it reports. */
export class Cursor {
  readonly tokens: Tokens;
  readonly text: string;
  /** Source of the spans made now; within a POU of a plain file it carries the POU's name. */
  source: SourceText;
  at = 0;
  /** Height of the expression parsed last. */
  height = 0;
  /** Ends of the blocks that are open around the current statement, innermost last. */
  readonly closers: number[] = [];
  /** Pragmas with code of another language that the bodies in the result name. */
  readonly foreign = new Set<PragmaRange>();
  /** What is wrong with conditional compilation. */
  readonly conditions: readonly PragmaFinding[];
  private depth = 0;
  private lastReport = -1;
  /** After a limit was passed: what follows is noise. */
  private silent = false;
  /** The lexer could not read on: what is missing at the end is noise. */
  private readonly cutShort: boolean;
  private readonly regions: { readonly start: number; end: number; readonly source: SourceText }[] = [];

  constructor(
    private readonly document: SourceText,
    readonly problems: Problems,
  ) {
    this.source = document;
    this.text = document.text;
    this.tokens = tokenize(document.text);
    const { declared } = problems;
    this.conditions = applyConditions(
      document.text,
      this.tokens,
      declared && ((question, offset) => declared.answer(question, document, offset)),
    );
    this.cutShort = this.tokens.problems.some((problem) => problem.rest);
  }

  // ------------------------------------------------------------ looking

  kind(ahead = 0): number {
    const i = this.at + ahead;
    return i < this.tokens.count ? this.tokens.kind[i]! : T.end;
  }
  keyword(ahead = 0): number {
    const i = this.at + ahead;
    return i < this.tokens.count ? this.tokens.keyword[i]! : 0;
  }
  /** Whether a line break stands before the token. */
  lineBreak(ahead = 0): boolean {
    const i = this.at + ahead;
    return i >= this.tokens.count || this.tokens.lineBreak[i] !== 0;
  }
  start(ahead = 0): number {
    return this.tokens.start[Math.min(this.at + ahead, this.tokens.count - 1)]!;
  }
  end(ahead = 0): number {
    return this.tokens.end[Math.min(this.at + ahead, this.tokens.count - 1)]!;
  }
  /** End of the token before the current one. */
  previousEnd(): number {
    return this.at === 0 ? 0 : this.tokens.end[this.at - 1]!;
  }
  /** Whether the token stands directly behind the one before it. */
  adjacent(ahead = 0): boolean {
    return this.start(ahead) === this.end(ahead - 1);
  }
  word(ahead = 0): string {
    return this.text.slice(this.start(ahead), this.end(ahead));
  }
  /** The word is a name here: no keyword, or one that is only a keyword in its context. */
  isName(ahead = 0): boolean {
    return this.kind(ahead) === T.word && (this.keyword(ahead) === 0 || this.keyword(ahead) > lastReserved);
  }
  /** The current token as a message shows it. */
  shown(ahead = 0): string {
    if (this.kind(ahead) === T.end) return 'the end of the text';
    const word = this.word(ahead);
    return `\`${word.length > 40 ? `${word.slice(0, 40)}…` : word}\``;
  }

  // ------------------------------------------------------------ taking

  take(kind: number): boolean {
    if (this.kind() !== kind) return false;
    this.at += 1;
    return true;
  }
  takeKeyword(keyword: number): boolean {
    if (this.keyword() !== keyword) return false;
    this.at += 1;
    return true;
  }
  advance(): void {
    if (this.at < this.tokens.count - 1) this.at += 1;
  }

  // ------------------------------------------------------------ spans

  span(start: number, end = this.previousEnd()): SourceSpan {
    return { source: this.source, start, end: end < start ? start : end };
  }
  tokenSpan(ahead = 0): SourceSpan {
    return { source: this.source, start: this.start(ahead), end: this.end(ahead) };
  }
  line(offset: number): number {
    return lineColumn(this.source, offset).line;
  }

  /** Spans made until the matching `leave` belong to this POU or language. Gives what to restore. */
  enterSource(change: { readonly pou?: string; readonly language?: Language }): SourceText {
    const before = this.source;
    const pou = before.pou ?? change.pou;
    this.source = {
      ...before,
      ...(pou !== undefined && { pou }),
      ...(change.language && { language: change.language }),
      // All pieces of a plain file share its table of lines.
      ...(before.origin === undefined &&
        before.firstLine === 1 &&
        before.firstColumn === 1 && { origin: { document: this.document, pieces: [{ at: 0, offset: 0 }] } }),
    };
    this.regions.push({ start: this.start(), end: this.text.length, source: this.source });
    return before;
  }
  leaveSource(before: SourceText): void {
    const region = this.regions.findLast((r) => r.source === this.source);
    if (region) region.end = this.previousEnd();
    this.source = before;
  }

  // ------------------------------------------------------------ reporting

  /** Reports once per place: what follows from an error at the same token is noise. */
  report(code: ProblemCode, start: number, end: number, message: string, replacement?: string): void {
    if (start === this.lastReport || this.silent) return;
    if (this.cutShort && this.kind() === T.end && start >= this.previousEnd()) return;
    // A warning hides no error.
    if (!code.startsWith('W')) this.lastReport = start;
    const span = this.span(start, end);
    this.problems.report(code, span, message, replacement === undefined ? undefined : [this.edit(span, replacement)]);
  }
  edit(span: SourceSpan, newText: string): TextEdit {
    const from = lineColumn(span.source, span.start);
    const to = lineColumn(span.source, span.end);
    return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column, newText };
  }
  /** Reports at the current token. A character that means nothing anywhere is reported as that. */
  reportHere(code: ProblemCode, message: string, replacement?: string): void {
    const bad = this.kind() === T.bad ? this.tokens.badMessages.get(this.at) : undefined;
    if (bad) this.report('E1001', this.start(), this.end(), bad.message, bad.replacement);
    else this.report(code, this.start(), this.end(), message, replacement);
  }
  /** Reports at the current token and leaves the construct. */
  fail(code: ProblemCode, message: string): never {
    this.reportHere(code, message);
    throw abandoned;
  }
  /** Runs `parse`; undefined when it gave up, with the problem reported and the nesting as before. */
  attempt<R>(parse: () => R): R | undefined {
    const { depth } = this;
    const open = this.closers.length;
    try {
      return parse();
    } catch (error) {
      if (error !== abandoned) throw error;
      this.depth = depth;
      this.closers.length = open;
      return undefined;
    }
  }
  /** After a limit: nothing more is read. */
  stop(code: ProblemCode, message: string): never {
    this.report(code, this.start(), this.end(), message);
    this.at = this.tokens.count - 1;
    this.silent = true;
    throw abandoned;
  }
  /** Reports what the lexer found, each finding in the POU that it lies in. */
  reportLexicalProblems(): void {
    for (const problem of this.tokens.problems)
      this.reportAt(problem.code, problem.start, problem.end, problem.message, problem.replacement);
  }
  reportPragma(code: ProblemCode, pragma: { readonly start: number; readonly end: number }, message: string): void {
    this.reportAt(code, pragma.start, pragma.end, message);
  }
  /** Reports after parsing, with the source of the POU that the place lies in. */
  private reportAt(code: ProblemCode, start: number, end: number, message: string, replacement?: string): void {
    const region = this.regions.findLast((r) => r.start <= start && start < r.end);
    this.source = region?.source ?? this.document;
    const span = this.span(start, end);
    this.problems.report(code, span, message, replacement === undefined ? undefined : [this.edit(span, replacement)]);
    this.source = this.document;
  }

  // ------------------------------------------------------------ expecting

  /** Takes a token or reports that it is missing; gives whether it was there. */
  expect(kind: number, what: string, after: string): boolean {
    if (this.take(kind)) return true;
    this.reportHere('E1101', `Expected ${what} ${after}, found ${this.shown()}.`);
    return false;
  }
  expectName(what: string): string {
    if (this.isName()) {
      const name = this.word();
      this.at += 1;
      return name;
    }
    if (this.kind() === T.word) {
      return this.fail('E1110', `\`${this.word()}\` is a reserved word and can't be ${what}: choose another name.`);
    }
    return this.fail('E1101', `Expected ${what}, found ${this.shown()}.`);
  }

  // ------------------------------------------------------------ limits

  deeper(): void {
    this.depth += 1;
    if (this.depth > maxNesting) {
      this.stop(
        'E8001',
        `This is nested deeper than ${maxNesting} levels: split it into several statements or functions.`,
      );
    }
  }
  shallower(): void {
    this.depth -= 1;
  }
  grow(height: number): void {
    this.height = height;
    if (height > maxHeight) {
      this.stop('E8001', `This chain of operators has more than ${maxHeight} parts: split it into several statements.`);
    }
  }

  // ------------------------------------------------------------ pragmas

  /** Pragmas between the token before and the current one, as written. */
  pragmasHere(): string[] {
    return this.pragmasBetween(this.at, this.at).map(({ start, end }) => this.text.slice(start, end));
  }
  /** Pragmas that stand directly before one of the tokens `from`..`to`. */
  pragmasBetween(from: number, to: number): PragmaRange[] {
    const { pragmas } = this.tokens;
    let low = 0;
    let high = pragmas.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pragmas[middle]!.before < from) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (end < pragmas.length && pragmas[end]!.before <= to) end += 1;
    return pragmas.slice(low, end);
  }
}

export { K, T, keywordName };
