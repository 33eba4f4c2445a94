import type { Cursor } from './cursor.js';

/** Reports the pragmas that change what a program means and that this compiler does not carry out; others are hints. */
export function reportPragmas(p: Cursor): void {
  for (const pragma of p.tokens.pragmas) {
    const inner = p.text.slice(pragma.start + 1, Math.min(pragma.end - 1, pragma.start + 80)).trim();
    if (/^(IF|ELSIF|ELSE|END_IF|define|undefine)\b/i.test(inner)) {
      p.reportPragma(
        'E9103',
        pragma,
        `The pragma \`{${inner}}\` compiles text on a condition, which is not supported: keep the text that is wanted and remove the pragma.`,
      );
    } else if (inner.startsWith('{') || /^extern\b/i.test(inner)) {
      p.reportPragma(
        'E9104',
        pragma,
        'The pragma holds code of another language, which is not supported: write it in a language of IEC 61131-3, or as a plugin.',
      );
    }
  }
}
