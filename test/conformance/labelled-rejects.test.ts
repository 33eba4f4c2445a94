import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile } from '../../server/src/compiler/compile.js';
import { findProfile } from '../../server/src/compiler/profile.js';
import { parseCaseLine, type TestCase } from '../../server/src/scenario/test-case.js';
import { corpusFolder } from '../support/corpus.js';

interface Place {
  readonly line: number;
  readonly code: string;
}

/** A reject case whose source was read: which line is wrong, which code says so, and what else is wrong. */
interface Label extends Place {
  readonly id: string;
  readonly also?: readonly Place[];
  readonly why: string;
}

const labels = JSON.parse(readFileSync(join(import.meta.dirname, 'labelled-rejects.json'), 'utf8')) as readonly Label[];

const folder = process.env['PLC_EMU_CONFORMANCE'] ?? join(dirname(corpusFolder), 'conformance');
const file = join(folder, 'cases.jsonl');
const present = existsSync(file);

const cases = new Map<string, TestCase>(
  present
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => parseCaseLine(line, 'cases.jsonl').complete([]))
        .map((one) => [one.id, one])
    : [],
);

const suite = present
  ? describe
  : (title: string, body: () => void) => {
      describe.skip(`${title} (needs the cases in ${folder})`, body);
    };

suite('a case that is rejected', () => {
  it('is labelled by hand, forty of them at least', () => {
    expect(new Set(labels.map(({ id }) => id)).size).toBeGreaterThanOrEqual(40);
  });

  it.each(labels)('gets its finding at the wrong place and no other: $id, $why', ({ id, line, code, also = [] }) => {
    const test = cases.get(id)!;
    const { diagnostics } = compile({
      name: id,
      documents: test.documents,
      profile: findProfile(test.profile ?? 'iec')!,
    });
    const found = diagnostics.filter(({ severity }) => severity === 'error').map((one) => `${one.line}: ${one.code}`);
    expect(found.sort()).toEqual([{ line, code }, ...also].map((one) => `${one.line}: ${one.code}`).sort());
  });
});
