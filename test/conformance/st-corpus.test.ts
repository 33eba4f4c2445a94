import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpusFolder, describeCorpus } from '../support/corpus.js';
import { stTable } from '../support/st-table.js';

describeCorpus('the plain sources of the corpus', () => {
  const { rows, text } = stTable(corpusFolder);

  it('are many', () => {
    expect(rows.length).toBeGreaterThan(350);
  });

  it('are accepted, or refused for a reason that is not ours', () => {
    expect(rows.filter(({ blame }) => blame === 'ours').map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  });

  it('never make the compiler fail, and take two seconds at most', () => {
    const bad = rows.filter(({ reason, milliseconds }) => reason.startsWith('E9999') || milliseconds > 2000);
    expect(bad.map(({ id, reason, milliseconds }) => `${id}: ${reason} ${milliseconds.toFixed(0)} ms`)).toEqual([]);
  });

  it('give the outcomes of test/corpus/st-outcomes.md', () => {
    // Rewritten by scripts/st-corpus-table.mjs.
    const page = readFileSync(join(import.meta.dirname, '../corpus/st-outcomes.md'), 'utf8');
    expect(text.split('\n')).toEqual(page.split('\n'));
  });
});
