import { positionOf, type TextEdit } from '../model/diagnostic.js';
import type { SourceSpan } from '../model/source-span.js';

/** The edit that puts other text in place of a span. */
export function replaceSpan(span: SourceSpan, newText: string): TextEdit {
  const { line, column, endLine, endColumn } = positionOf(span);
  return { line: line!, column: column!, endLine: endLine!, endColumn: endColumn!, newText };
}
