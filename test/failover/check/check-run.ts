import type { JournalEntry } from '../journal-reader.js';
import type { LogLine } from '../run-log.js';
import { checkChain } from './check-chain.js';
import { checkGenerations } from './check-generations.js';
import { checkLives } from './check-lives.js';
import { checkModel } from './check-model.js';
import { checkProject } from './check-project.js';
import { checkWatchers } from './check-watchers.js';
import { checkWrites } from './check-writes.js';
import { createHistory } from './history.js';
import type { Violation } from './violation.js';

/**
 * Proves the invariants of seeded-faults.ts for a run, from nothing but what its clients wrote down and what lies in the journal.
 * Gives what contradicts them; nothing where all hold.
 */
export function checkRun(lines: readonly LogLine[], journal: readonly JournalEntry[]): readonly Violation[] {
  const { history, violations } = createHistory(lines, journal);
  return [
    ...violations,
    ...checkChain(history),
    ...checkWatchers(history),
    ...checkModel(history),
    ...checkWrites(history),
    ...checkGenerations(history),
    ...checkProject(history),
    ...checkLives(history),
  ];
}
