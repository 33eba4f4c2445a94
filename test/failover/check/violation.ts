import type { Invariant } from '../seeded-faults.js';

/** Something that must never be seen. */
export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
}
