import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { corpusFiles, corpusFolder, corpusManifest, describeCorpus } from '../support/corpus.js';
import { documentOutcome } from '../support/document-outcome.js';

const documents = [...corpusFiles('first'), ...corpusFiles('plcopen')];

describeCorpus('the PLCopen documents of the field', () => {
  const outcomes = new Map(documents.map((file) => [basename(file, '.xml'), documentOutcome(basename(file), readFileSync(file))]));

  it('are many', () => {
    expect(outcomes.size).toBeGreaterThan(100);
  });

  it('load, in at least 95 of 100, without an error other than a named missing library', () => {
    const failed = [...outcomes].filter(([, { kind }]) => kind !== 'loads' && kind !== 'missing');
    expect({ failed: failed.map(([id, { detail }]) => `${id}: ${detail}`), tooMany: failed.length > 0.05 * outcomes.size }).toMatchObject({ tooMany: false });
  });

  it('never crash the compiler, and take two seconds at most', () => {
    const bad = [...outcomes].filter(([, { kind, milliseconds }]) => kind === 'internal' || milliseconds > 2000);
    expect(bad.map(([id, { detail, milliseconds }]) => `${id}: ${detail} ${milliseconds.toFixed(0)} ms`)).toEqual([]);
  });
});

/** What a careful host does, as the manifest of the bad documents says: reject, accept, or either. */
const bad = corpusManifest('bad').map((row) => ({ file: String(row['file']), expect: String(row['expect'] ?? 'reject'), what: String(row['what'] ?? row['error']) }));

describeCorpus('a bad document', () => {
  it.each(bad)('gets what it deserves in two seconds: $what ($file)', ({ file, expect: expected }) => {
    const { kind, milliseconds, diagnostics } = documentOutcome(basename(file), readFileSync(join(corpusFolder, file)));
    expect(kind).not.toBe('internal');
    expect(milliseconds).toBeLessThan(2000);
    const rejected = diagnostics.some(({ severity }) => severity === 'error');
    if (/^accept(?! or)/.test(expected) && !/ or /.test(expected)) expect(rejected).toBe(false);
    if (/^reject: one clear diagnostic, nothing loaded$/.test(expected)) expect(rejected).toBe(true);
  });
});
