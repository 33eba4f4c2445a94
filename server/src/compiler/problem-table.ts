import type { Severity } from '../model/diagnostic.js';

export interface ProblemEntry {
  readonly severity: Severity;
  /** Short title for the code's page. */
  readonly title: string;
  /** What it means and how to mend it: the body of the page. */
  readonly explain: string;
  /** Clause of IEC 61131-3:2013 or other source, where one decides. */
  readonly clause?: string;
}

/**
 * Every diagnostic code. Codes are stable: never reuse one. E0xxx documents and XML, E1xxx lexing and parsing,
 * E2xxx names and declarations, E3xxx types and expressions, E4xxx statements and calls, E5xxx object orientation,
 * E6xxx graphical bodies and SFC, E7xxx configuration, tasks, addresses, E8xxx limits, E9xxx not supported. W... likewise.
 */
const table = {
  W0001: { severity: 'warning', title: 'More findings', explain: 'At most 100 findings are listed; this one counts the rest.' },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof table;
export const problemTable: Readonly<Record<ProblemCode, ProblemEntry>> = table;
