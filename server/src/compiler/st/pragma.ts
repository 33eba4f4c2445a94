import type { SourceSpan } from '../../model/source-span.js';
import type { Cursor } from './cursor.js';
import type { PragmaRange } from './token.js';

const innerText = (p: Cursor, pragma: PragmaRange): string =>
  p.text.slice(pragma.start + 1, Math.min(pragma.end - 1, pragma.start + 80)).trim();

/** `{{ ... }}` and `{extern ...}`: C code, as MATIEC passes it on. */
const isForeign = (inner: string): boolean => inner.startsWith('{') || /^extern\b/i.test(inner);

/** The first piece of another language's code in the body that began at token `from` and ends here; it is the checker's to report. */
export function takeForeignCode(p: Cursor, from: number): SourceSpan | undefined {
  let first: SourceSpan | undefined;
  for (const pragma of p.pragmasBetween(from, p.at)) {
    if (!isForeign(innerText(p, pragma))) continue;
    p.foreign.add(pragma);
    first ??= p.span(pragma.start, pragma.end);
  }
  return first;
}

/** Reports the pragmas that change what a program means and that this compiler does not carry out; others are hints. */
export function reportPragmas(p: Cursor): void {
  for (const { code, pragma, message } of p.conditions) p.reportPragma(code, pragma, message);
  for (const pragma of p.tokens.pragmas) {
    const inner = innerText(p, pragma);
    if (isForeign(inner) && !p.foreign.has(pragma)) {
      p.reportPragma(
        'E9104',
        pragma,
        'The pragma holds code of another language, which is not supported: write it in a language of IEC 61131-3, or as a plugin.',
      );
    }
  }
}

/** The value of `{attribute 'name' := 'value'}` among pragmas, '' for `{attribute 'name'}`; undefined where there is none (CODESYS, TwinCAT). */
export function attributeOf(pragmas: readonly string[], name: string): string | undefined {
  for (const pragma of pragmas) {
    const found = /^\{\s*attribute\s+'([^']*)'(?:\s*:=\s*'([^']*)')?/i.exec(pragma);
    if (found?.[1]?.toLowerCase() === name) return found[2] ?? '';
  }
  return undefined;
}
