import type { Diagnostic, Severity, TextEdit } from '../model/diagnostic.js';
import { positionOf } from '../model/diagnostic.js';
import type { SourceSpan } from '../model/source-span.js';
import type { ProblemCode } from './problem-table.js';
import type { DeclaredNames } from './st/declared-names.js';
import { problemTable } from './problem-table.js';

/** Findings of one compile beyond this number are counted, not listed. */
export const maxDiagnostics = 100;

/** Collects the findings of one compile. */
export interface Problems {
  /** `message` is one sentence: what is wrong and what to do. The severity follows from the code unless given. */
  report(code: ProblemCode, span: SourceSpan, message: string, fix?: readonly TextEdit[]): void;
  /** A finding about a whole document. */
  reportDocument(code: ProblemCode, file: string, message: string, position?: { line: number; column: number }): void;
  readonly errorCount: number;
  /** What the documents declare, where conditions of `{IF}` ask for it: known when they are read a second time. */
  readonly declared?: DeclaredNames;
  /** At most 100, in order of file and position; a last one says how many more there are. */
  list(): readonly Diagnostic[];
}

/** @param ignored findings that the profile does not make */
export function createProblems(ignored: ReadonlySet<ProblemCode> = new Set(), declared?: DeclaredNames): Problems {
  const found: Diagnostic[] = [];
  let errors = 0;
  let omitted = 0;
  const add = (diagnostic: Diagnostic): void => {
    if (diagnostic.severity === 'error') errors += 1;
    if (found.length < maxDiagnostics) {
      found.push(diagnostic);
      return;
    }
    omitted += 1;
    // An error is worth more than a warning that came first.
    if (diagnostic.severity !== 'error') return;
    const victim = found.findIndex((d) => d.severity !== 'error');
    if (victim >= 0) found[victim] = diagnostic;
  };
  const severityOf = (code: ProblemCode): Severity => problemTable[code].severity;
  return {
    ...(declared && { declared }),
    report(code, span, message, fix) {
      if (ignored.has(code)) return;
      add({ code, severity: severityOf(code), message, ...positionOf(span), ...(fix && { fix }) });
    },
    reportDocument(code, file, message, position) {
      add({ code, severity: severityOf(code), message, file, ...position });
    },
    get errorCount() {
      return errors;
    },
    list() {
      if (omitted === 0) return found;
      const last = found.at(-1)!;
      return [
        ...found,
        {
          code: 'W0001',
          severity: 'warning',
          message: `There are ${omitted} more findings; mend these first.`,
          file: last.file,
        },
      ];
    },
  };
}
