import type { SourceText } from '../model/source-span.js';
import type { Problems } from './problems.js';

/** Tells each finding once: what is looked at in two passes would be told twice. */
export function uniqueProblems(problems: Problems): Problems {
  const seen = new Set<string>();
  const numbers = new Map<SourceText, number>();
  return {
    ...(problems.declared && { declared: problems.declared }),
    report(code, span, message, fix) {
      let number = numbers.get(span.source);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(span.source, number);
      }
      const key = `${code} ${number} ${span.start} ${span.end} ${message}`;
      if (seen.has(key)) return;
      seen.add(key);
      problems.report(code, span, message, fix);
    },
    reportDocument(code, file, message, position) {
      problems.reportDocument(code, file, message, position);
    },
    get errorCount() {
      return problems.errorCount;
    },
    list: () => problems.list(),
  };
}
