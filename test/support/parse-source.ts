import type { Diagnostic } from '../../server/src/model/diagnostic.js';
import type { SourceText } from '../../server/src/model/source-span.js';
import type { Problems } from '../../server/src/compiler/problems.js';
import { createProblems } from '../../server/src/compiler/problems.js';
import { parseUnit } from '../../server/src/compiler/st/parse-unit.js';
import type { Declaration, PouDeclaration } from '../../server/src/compiler/syntax/ast.js';

export const sourceOf = (text: string, file = 'test.st'): SourceText => ({
  file,
  text,
  language: 'ST',
  firstLine: 1,
  firstColumn: 1,
});

/** Runs a parser on a text; gives what it made and what it found. */
export function withProblems<R>(
  text: string,
  parse: (source: SourceText, problems: Problems) => R,
): { readonly result: R; readonly found: readonly Diagnostic[] } {
  const problems = createProblems();
  const result = parse(sourceOf(text), problems);
  return { result, found: problems.list() };
}

export function parseDocument(text: string): {
  readonly declarations: readonly Declaration[];
  readonly found: readonly Diagnostic[];
} {
  const { result, found } = withProblems(text, parseUnit);
  return { declarations: result.declarations, found };
}

/** The first program unit of a text that has no findings. */
export function parsePou(text: string): PouDeclaration {
  const { declarations, found } = parseDocument(text);
  if (found.length > 0)
    throw new Error(found.map((each) => `${each.line}:${each.column} ${each.code} ${each.message}`).join('\n'));
  const pou = declarations.find((each) => each.kind === 'pou');
  if (!pou) throw new Error('no program unit');
  return pou;
}

/** The text with the fixes of all findings made; later ones first, so that positions hold. */
export function applyFixes(text: string, found: readonly Diagnostic[]): string {
  const starts = [0];
  for (let i = 0; i < text.length; i += 1) if (text[i] === '\n') starts.push(i + 1);
  const edits = found
    .flatMap((each) => each.fix ?? [])
    .map((edit) => ({
      start: starts[edit.line - 1]! + edit.column - 1,
      end: starts[edit.endLine - 1]! + edit.endColumn - 1,
      newText: edit.newText,
    }))
    .sort((a, b) => b.start - a.start);
  return edits.reduce((fixed, { start, end, newText }) => fixed.slice(0, start) + newText + fixed.slice(end), text);
}
