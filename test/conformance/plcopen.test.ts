import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { corpusFiles, corpusFolder, corpusManifest, describeCorpus } from '../support/corpus.js';
import { documentOutcome } from '../support/document-outcome.js';

const documents = [...corpusFiles('first'), ...corpusFiles('plcopen')];

const faulty = readFileSync(join(import.meta.dirname, '../corpus/faulty-documents.txt'), 'utf8')
  .split('\n')
  .flatMap((line) => /^([\w-]+):/.exec(line)?.[1] ?? []);

describeCorpus('the PLCopen documents of the field', () => {
  const outcomes = new Map(
    documents.map((file) => [basename(file, '.xml'), documentOutcome(basename(file), readFileSync(file))]),
  );

  it('are many', () => {
    expect(outcomes.size).toBeGreaterThan(100);
  });

  it('load, in at least 95 of 100, without an error other than a named missing library', () => {
    const sound = [...outcomes].filter(([id]) => !faulty.includes(id));
    const failed = sound.filter(([, { kind }]) => kind !== 'loads' && kind !== 'missing');
    const shown = failed.map(([id, { detail }]) => `${id}: ${detail}`);
    expect({ shown, enough: failed.length <= 0.05 * sound.length }).toEqual({ shown, enough: true });
  });

  it('give an error where their own program is wrong', () => {
    expect(faulty.length).toBeGreaterThan(0);
    expect(faulty.filter((id) => outcomes.get(id)?.kind === 'loads' || outcomes.get(id)?.kind === 'missing')).toEqual(
      [],
    );
  });

  it('never crash the compiler, and take two seconds at most', () => {
    const bad = [...outcomes].filter(([, { kind, milliseconds }]) => kind === 'internal' || milliseconds > 2000);
    expect(bad.map(([id, { detail, milliseconds }]) => `${id}: ${detail} ${milliseconds.toFixed(0)} ms`)).toEqual([]);
  });
});

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a careful host does, as the manifest of the bad documents says: reject, accept, or either; and how long it may take. */
const bad = corpusManifest('bad').map((row) => ({
  file: String(row['file']),
  expect: text(row['expect'] ?? 'reject'),
  what: String(row['what'] ?? row['error']),
  seconds: Number.parseFloat(text(row['limit'] ?? '2')),
}));

describeCorpus('a bad document', () => {
  it.each(bad)('gets what it deserves within $seconds s: $what ($file)', ({ file, expect: expected, seconds }) => {
    const { kind, milliseconds, diagnostics } = documentOutcome(basename(file), readFileSync(join(corpusFolder, file)));
    expect(kind).not.toBe('internal');
    expect(milliseconds).toBeLessThan(seconds * 1000);
    const rejected = diagnostics.some(({ severity }) => severity === 'error');
    if (/^accept(?! or)/.test(expected) && !/ or /.test(expected)) expect(rejected).toBe(false);
    if (/^reject: one clear diagnostic, nothing loaded$/.test(expected)) expect(rejected).toBe(true);
  });
});
