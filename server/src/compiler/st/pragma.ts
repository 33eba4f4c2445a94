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

/** Attributes of CODESYS and TwinCAT which change what a program does, and which this host does not carry out: what follows. */
const lostAttributes: ReadonlyMap<string, string> = new Map([
  ['call_after_init', 'the method runs only where the program calls it; call it in the first scan, or from FB_init'],
  ['call_after_online_change_slot', 'the method runs only where the program calls it; a change keeps all variables'],
  ['call_on_type_change', 'the method runs only where the program calls it; a change keeps all variables'],
  ['instance-path', 'the STRING keeps the value of its declaration; assign a text that names the instance'],
  ['no_init', 'the variable gets its initial value at each start; make it RETAIN to keep what it has'],
  ['noinit', 'the variable gets its initial value at each start; make it RETAIN to keep what it has'],
  ['init_on_onlchange', 'a change keeps the value that the variable has; assign it where it has to begin anew'],
]);

/** Reports the pragmas that change what a program means and that this compiler does not carry out; others are hints. */
export function reportPragmas(p: Cursor): void {
  for (const { code, pragma, message } of p.conditions) p.reportPragma(code, pragma, message);
  for (const pragma of p.tokens.pragmas) {
    const inner = innerText(p, pragma);
    const attribute = /^attribute\s+'([^']*)'/i.exec(inner)?.[1]?.toLowerCase();
    const lost = attribute === undefined ? undefined : lostAttributes.get(attribute);
    if (lost !== undefined)
      p.reportPragma('W9107', pragma, `The attribute '${attribute!}' has no effect here: ${lost}.`);
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
