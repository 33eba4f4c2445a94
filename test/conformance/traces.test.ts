import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpusFolder, corpusManifest, describeCorpus } from '../support/corpus.js';
import type { FieldTrace } from '../support/trace-run.js';
import { runTrace } from '../support/trace-run.js';

/** The rows that the README of the traces names as the gate. */
const gate = corpusManifest('traces').filter(
  (row) =>
    row['self_contained'] === true &&
    Number(row['n_useful']) > 0 &&
    ['raw', 'fix'].includes(String(row['tier'])) &&
    row['order_sensitive'] !== true,
);

describeCorpus('a project that runs under the profile of MATIEC', () => {
  it('has traces to be compared with', () => {
    expect(gate.length).toBeGreaterThan(5);
  });

  it.each(gate.map((row) => String(row['id'])))('agrees in every value of every scan with the trace of %s', (id) => {
    const trace = JSON.parse(readFileSync(join(corpusFolder, `traces/${id}.trace.json`), 'utf8')) as FieldTrace;
    const outcome = runTrace(join(corpusFolder, `plcopen/${id}.xml`), trace);
    expect(outcome.failure).toBeUndefined();
    expect(outcome.differences).toEqual([]);
    expect(outcome.absent).toEqual([]);
    expect(outcome.compared).toBeGreaterThan(0);
  });
});
