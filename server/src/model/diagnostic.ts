import type { GraphicElement, Language, SourceSpan } from './source-span.js';
import { lineColumn } from './source-span.js';

export type Severity = 'error' | 'warning' | 'info';

/** Replaces the text between two positions of a diagnostic's own text (1-based, end exclusive). */
export interface TextEdit {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly newText: string;
}

/** A finding about a user's program. Plain data: it crosses threads and the wire as it is. */
export interface Diagnostic {
  /** Stable code, `E1203` for errors, `W2001` for warnings; see compiler/problems.ts. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
  readonly file: string;
  readonly pou?: string;
  readonly language?: Language;
  /** 1-based; absent where the finding is about a whole document. */
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly element?: GraphicElement;
  /** A certain repair, where there is one. */
  readonly fix?: readonly TextEdit[];
}

/** Position fields of a diagnostic for a span. */
export function positionOf(span: SourceSpan): Omit<Diagnostic, 'code' | 'severity' | 'message' | 'fix'> {
  const { source } = span;
  const from = lineColumn(source, span.start);
  const to = lineColumn(source, span.end);
  return {
    file: source.file,
    ...(source.pou !== undefined && { pou: source.pou }),
    language: source.language,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    ...(source.element && { element: source.element }),
  };
}
