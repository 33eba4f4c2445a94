import type { SourceSpan, SourceText } from '../../model/source-span.js';

/** What begins a line in C++ or Python and can't stand in Structured Text. */
const foreignLine =
  /^[ \t]*(?:#[ \t]*(?:include|define|ifdef|ifndef)\b|void[ \t]+\w+[ \t]*\([^)]{0,500}\)\s{0,200}\{|def[ \t]+\w+[ \t]*\([^)\n]*\)[^:\n]*:[ \t]*(?:#.*)?$|(?:import|from)[ \t]+[\w.]+[ \t]*(?:$|import\b)).*$/m;

/**
 * The line that shows that the text of a body is C++ or Python. OpenPLC Editor exports its blocks in these languages as if they were
 * Structured Text. Undefined where it is not.
 */
export function foreignProgram(source: SourceText): SourceSpan | undefined {
  const line = foreignLine.exec(blanked(source.text));
  if (!line) return undefined;
  const start = line.index + line[0].search(/\S/);
  return { source, start, end: line.index + line[0].length };
}

const ends: Readonly<Record<string, RegExp>> = {
  '(*': /[\s\S]*?(?:\*\)|$(?![\s\S]))/y,
  '/*': /[\s\S]*?(?:\*\/|$(?![\s\S]))/y,
  '//': /.*/y,
  "'": /[^'\n]*'?/y,
  '"': /[^"\n]*"?/y,
};

/** The text with its comments and strings blanked, offsets kept. One that does not end reaches to the end of the text. */
function blanked(text: string): string {
  const opening = /\(\*|\/\*|\/\/|['"]/g;
  const parts: string[] = [];
  let at = 0;
  for (let open = opening.exec(text); open; open = opening.exec(text)) {
    const end = ends[open[0]]!;
    end.lastIndex = opening.lastIndex;
    end.test(text);
    opening.lastIndex = Math.max(end.lastIndex, open.index + open[0].length);
    parts.push(text.slice(at, open.index), text.slice(open.index, opening.lastIndex).replace(/[^\n]/g, ' '));
    at = opening.lastIndex;
  }
  return parts.join('') + text.slice(at);
}
