import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stOutcome, type Blame, type StOutcome } from './st-outcome.js';

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');

export interface StTable {
  /** The page, as test/corpus/st-outcomes.md has it. */
  readonly text: string;
  readonly summary: string;
  readonly rows: readonly (StOutcome & { readonly id: string })[];
}

interface ManifestRow {
  readonly id: string;
  readonly file: string;
  readonly form: string;
}

/** Compiles every plain source of the corpus in `corpus`, each alone. */
export function stTable(corpus: string): StTable {
  const rows = readFileSync(join(corpus, 'st/manifest.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ManifestRow)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, file, form }) => ({ id, ...stOutcome(id, readFileSync(join(corpus, file)), form) }));
  const blames: readonly Blame[] = ['own error', 'missing', 'dialect', 'ours'];
  const accepted = rows.filter((row) => row.accepted).length;
  const counts = blames.map((blame) => `${blame} ${rows.filter((row) => row.blame === blame).length}`).join(', ');
  const summary = `${rows.length} sources: accepted ${accepted}, ${counts}.`;
  const text = [
    '# What becomes of each plain source of the corpus',
    '',
    'Written by `npm run build && node scripts/st-corpus-table.mjs`; each source is compiled alone, in the profile `iec`, TwinCAT units in',
    '`twincat`, and in `codesys` where that accepts what `iec` does not. *own error*: the source is wrong, mostly to test a checker.',
    '*missing*: what it names stands in a library or in another file of its project. *dialect*: a construct that one other compiler has.',
    '*ours*: what this compiler should do and does not.',
    '',
    summary,
    '',
    '| source | profile | accepted | whose reason | first reason |',
    '|---|---|---|---|---|',
    ...rows.map(
      (row) => `| ${row.id} | ${row.profile} | ${row.accepted ? 'yes' : 'no'} | ${row.blame} | ${cell(row.reason)} |`,
    ),
    '',
  ].join('\n');
  return { text, summary, rows };
}
