import type { ProblemEntry } from './problem-table.js';

/** The page of one diagnostic code, Markdown. */
export function problemPage(code: string, entry: ProblemEntry): string {
  const clause = entry.clause === undefined ? '' : `\nSource: IEC 61131-3:2013, ${entry.clause}\n`;
  return `# ${code}: ${entry.title}\n\nSeverity: ${entry.severity}\n\n${entry.explain}\n${clause}`;
}

/** The list of all codes, in order, Markdown. */
export function problemIndex(table: Readonly<Record<string, ProblemEntry>>): string {
  const rows = Object.entries(table)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) => `| [${code}](${code}.md) | ${entry.severity} | ${entry.title} |`);
  return ['# Diagnostic codes', '', '| code | severity | title |', '|---|---|---|', ...rows, ''].join('\n');
}
