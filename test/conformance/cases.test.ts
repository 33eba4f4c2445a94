import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { corpusFolder } from '../support/corpus.js';
import { parseCaseLine, type TestCase } from '../../server/src/scenario/test-case.js';

/**
 * Cases that other implementers wrote for their compilers. They are not part of the project: the folder beside the corpus has
 * them, and PLC_EMU_CONFORMANCE names another one.
 */
const folder = process.env['PLC_EMU_CONFORMANCE'] ?? join(dirname(corpusFolder), 'conformance');
const present = existsSync(join(folder, 'cases.jsonl'));

/** Id and reason of each case that is known to fail. */
const knownGaps = new Map(
  readFileSync(join(import.meta.dirname, 'known-gaps.txt'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, id, reason] = /^([\w-]+):\s+(.+)$/.exec(line) ?? [];
      return id === undefined || reason === undefined ? [] : [[id, reason] as const];
    }),
);

interface Row {
  readonly id: string;
  readonly confidence: 'A' | 'B' | 'C' | 'X';
  readonly ok: boolean;
  readonly got: unknown;
}

/** Runs all cases through the built JavaScript, as `plc-emu test` does: each isolated in a worker and limited in time. */
async function runAll(): Promise<readonly Row[]> {
  const module = pathToFileURL(resolve('dist/server/src/scenario/run-cases.js')).href;
  const { runCases } = (await import(module)) as typeof import('../../server/src/scenario/run-cases.js');
  const confidence = new Map<TestCase, Row['confidence']>();
  for (const line of readFileSync(join(folder, 'cases.jsonl'), 'utf8').split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(line) as { readonly id: string; readonly confidence: Row['confidence'] };
    confidence.set(parseCaseLine(line, row.id).complete([]), row.confidence);
  }
  const rows: Row[] = [];
  await runCases([...confidence.keys()], {
    jobs: 2,
    timeoutMs: 10_000,
    onResult: (test, { ok, got }) => rows.push({ id: test.id, confidence: confidence.get(test)!, ok, got }),
  });
  return rows;
}

const suite = present
  ? describe
  : (title: string, body: () => void) => {
      describe.skip(`${title} (needs the cases in ${folder})`, body);
    };

suite('the conformance cases of the field', () => {
  let rows: readonly Row[] = [];
  beforeAll(async () => {
    rows = await runAll();
  }, 120_000);
  const failed = (confidence: string): string[] =>
    rows
      .filter((row) => row.confidence === confidence && !row.ok)
      .map(({ id, got }) => `${id}: ${JSON.stringify(got)}`);

  it('are many, and of every confidence', () => {
    const count = (confidence: string): number => rows.filter((row) => row.confidence === confidence).length;
    expect(rows.length).toBeGreaterThan(900);
    expect(['A', 'B', 'C', 'X'].map((confidence) => count(confidence) > 0)).toEqual([true, true, true, true]);
  });

  it.each(['A', 'B'])('of confidence %s pass without exception', (confidence) => {
    expect(failed(confidence)).toEqual([]);
  });

  it('of confidence C pass in at least 92 of 100', () => {
    const all = rows.filter((row) => row.confidence === 'C');
    expect(all.filter((row) => row.ok).length / all.length).toBeGreaterThanOrEqual(0.92);
  });

  it('that fail are listed with a reason, and no case that is listed passes', () => {
    const failing = rows.filter((row) => !row.ok).map(({ id }) => id);
    expect({
      unlisted: failing.filter((id) => !knownGaps.has(id)),
      closed: [...knownGaps.keys()].filter((id) => !failing.includes(id)),
    }).toEqual({ unlisted: [], closed: [] });
  });
});
