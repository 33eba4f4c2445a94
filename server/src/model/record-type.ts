import type { EventClass } from './event.js';

/** Types of journal records: what the log writes, and what recovery therefore finds. Part of the format on disk; never renumbered. */
export const recordTypes = {
  run_state: 1,
  project: 2,
  audit: 3,
  log: 4,
  io: 5,
  scan: 6,
  /** No event; its attachment counts. */
  state: 7,
  /** Body: decimal sequences, separated by blanks, of events (and attachments) that were never in force. */
  withdrawn: 8,
} as const satisfies Record<EventClass | 'state' | 'withdrawn', number>;
