import type { SourceSpan, SourceText } from '../../model/source-span.js';
import type { Problems } from '../problems.js';

/** Thrown to leave a line that can't be read; its problem has been reported. */
export class Unreadable extends Error {}

/** Reads the text form piece by piece. Positions are offsets in the text. */
export class TextScanner {
  at = 0;

  constructor(
    readonly source: SourceText,
    private readonly problems: Problems,
  ) {}

  get text(): string {
    return this.source.text;
  }
  get atEnd(): boolean {
    return this.at >= this.text.length;
  }
  span(start: number, end = this.at): SourceSpan {
    return { source: this.source, start, end };
  }

  /** Blanks and tabs, not line ends. */
  skipBlanks(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at += 1;
  }
  atLineEnd(): boolean {
    this.skipBlanks();
    return (
      this.atEnd || this.text[this.at] === '\n' || this.text[this.at] === '\r' || this.text.startsWith('//', this.at)
    );
  }
  skipLine(): void {
    while (!this.atEnd && this.text[this.at] !== '\n' && this.text[this.at] !== '\r') this.at += 1;
    if (this.text[this.at] === '\r') this.at += 1;
    if (this.text[this.at] === '\n') this.at += 1;
  }
  looksAt(text: string): boolean {
    this.skipBlanks();
    return this.text.startsWith(text, this.at);
  }
  /** Takes `text` if it comes next, after blanks. */
  take(text: string): boolean {
    if (!this.looksAt(text)) return false;
    this.at += text.length;
    return true;
  }
  expect(text: string, where: string): void {
    if (!this.take(text)) this.fail(`Expected ${text} ${where}, found ${this.shown()}.`);
  }
  /** Takes what the pattern, which must be sticky, matches here. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    this.skipBlanks();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found ?? undefined;
  }
  /** Takes a word of its own. */
  takeWord(word: string): boolean {
    this.skipBlanks();
    if (!this.text.startsWith(word, this.at) || /[\p{L}\p{N}_]/u.test(this.text[this.at + word.length] ?? ' '))
      return false;
    this.at += word.length;
    return true;
  }

  /** After `{`: the text up to the brace that closes it, strings and comments of ST left whole. Leaves `at` behind the brace. */
  braced(): { readonly start: number; readonly end: number } {
    const start = this.at;
    let depth = 1;
    while (!this.atEnd) {
      const { text, at } = this;
      const c = text[at]!;
      if (c === "'" || c === '"') this.skipString(c);
      else if (text.startsWith('(*', at)) this.skipTo('*)');
      else if (text.startsWith('/*', at)) this.skipTo('*/');
      else if (text.startsWith('//', at)) while (!this.atEnd && this.text[this.at] !== '\n') this.at += 1;
      else {
        this.at += 1;
        if (c === '{') depth += 1;
        else if (c === '}') {
          depth -= 1;
          if (depth === 0) return { start, end: at };
        }
      }
    }
    this.at = start;
    return this.fail('The brace that opens here is not closed.');
  }
  private skipString(quote: string): void {
    this.at += 1;
    while (!this.atEnd && this.text[this.at] !== quote && this.text[this.at] !== '\n')
      this.at += this.text[this.at] === '$' ? 2 : 1;
    this.at += 1;
  }
  private skipTo(close: string): void {
    const found = this.text.indexOf(close, this.at + 2);
    this.at = found < 0 ? this.text.length : found + close.length;
  }

  shown(): string {
    if (this.atLineEnd()) return 'the end of the line';
    return `\`${/\S{1,30}/.exec(this.text.slice(this.at, this.at + 40))?.[0] ?? ''}\``;
  }
  report(message: string, start = this.at): void {
    const end = Math.max(start + 1, Math.min(this.text.length, start + 1));
    this.problems.report('E6040', { source: this.source, start, end }, message);
  }
  fail(message: string): never {
    this.report(message);
    throw new Unreadable(message);
  }
}
