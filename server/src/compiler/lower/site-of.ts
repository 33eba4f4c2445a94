import type { CodeSite } from '../../model/program-image.js';
import type { SourceSpan } from '../../model/source-span.js';
import { lineColumn } from '../../model/source-span.js';

/** A place in the source as faults and hooks name it. */
export function siteOf(span: SourceSpan, pou: string): CodeSite {
  const { source } = span;
  const { line, column } = lineColumn(source, span.start);
  return {
    pou,
    file: source.file,
    language: source.language,
    line,
    column,
    ...(source.element && { element: source.element }),
  };
}
