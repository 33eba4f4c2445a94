import type { SourceSpan } from '../../model/source-span.js';
import type { Expression } from '../syntax/ast.js';

/** The text that a span covers. */
export const textOfSpan = (span: SourceSpan): string => span.source.text.slice(span.start, span.end).trim();

/** The text from the first span to the end of the last, with all that stands between them. */
export function textBetween(spans: readonly SourceSpan[]): string {
  const first = spans[0];
  const last = spans.at(-1);
  if (!first || !last) return '';
  const end = /^\s*;/.exec(last.source.text.slice(last.end));
  return first.source.text.slice(first.start, last.end + (end ? end[0].length : 0));
}

/**
 * An expression as it is written. Durations that import made have no text of their own; names that no text can spell stand in
 * backquotes.
 */
export function textOfExpression(expression: Expression): string {
  const text = textOfSpan(expression.span);
  if (expression.kind === 'duration' && !text.includes('#')) return `T#${expression.ns / 1_000_000n}ms`;
  if (expression.kind === 'name' && !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(expression.name)) return `\`${expression.name}\``;
  return text;
}
