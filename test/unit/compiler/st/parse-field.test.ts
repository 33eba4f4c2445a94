import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { parseUnit } from '../../../../server/src/compiler/st/parse-unit.js';

const shared = process.env['PLC_EMU_SHARED'] ?? resolve(import.meta.dirname, '../../../../../shared');
const cases = `${shared}/conformance/cases.jsonl`;
const sources = `${shared}/corpus/st`;

function errorsOf(file: string, text: string): string[] {
  const problems = createProblems();
  parseUnit({ file, text, language: 'ST', firstLine: 1, firstColumn: 1 }, problems);
  return problems
    .list()
    .flatMap((found) =>
      found.severity === 'error' ? [`${found.code} ${found.line}:${found.column} ${found.message}`] : [],
    );
}
/** Constructs of other languages and of single compilers, and text that is no program: each is named. */
const foreign = /^(E9\d\d\d|E1108|E1107|E1114|E1009|E1001|E1110)/;

(existsSync(cases) ? describe : describe.skip)(`conformance cases of others (in ${cases})`, () => {
  interface Case {
    readonly id: string;
    readonly kind: string;
    readonly stage: string;
    readonly confidence: string;
    readonly source: string;
  }
  const all = existsSync(cases) ? readFileSync(cases, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Case) : []; // prettier-ignore

  it('that are accepted or run have no syntax error, where two implementations agree', () => {
    const wrong = all.filter((each) => each.kind !== 'reject' && (each.confidence === 'A' || each.confidence === 'B')).flatMap(({ id, source }) => errorsOf(id, source).map((error) => `${id} ${error}`)); // prettier-ignore
    expect(wrong).toEqual([]);
  });
  it('of one origin have at most a handful', () => {
    const wrong = all.filter((each) => each.kind !== 'reject' && errorsOf(each.id, each.source).length > 0);
    expect(wrong.length).toBeLessThanOrEqual(4);
  });
  it('that are rejected while parsing have one', () => {
    const missed = all.filter(
      (each) =>
        each.kind === 'reject' &&
        each.stage === 'parse' &&
        each.confidence !== 'X' &&
        errorsOf(each.id, each.source).length === 0,
    );
    expect(missed.map((each) => each.id)).toEqual([]);
  });
});

(existsSync(sources) ? describe : describe.skip)(`sources from the field (in ${sources})`, () => {
  const files = existsSync(sources) ? readdirSync(sources).filter((name) => name.endsWith('.st')) : [];
  it('parse, but for constructs of single compilers', () => {
    const failing = files
      .map((name) => ({ name, errors: errorsOf(name, readFileSync(`${sources}/${name}`, 'utf8')) }))
      .filter(({ errors }) => errors.length > 0);
    const unexplained = failing
      .filter(({ errors }) => !foreign.test(errors[0]!))
      .map(({ name, errors }) => `${name} ${errors[0]!}`);
    // `:= 3 2`, which its own tool made of `3(2)`.
    expect(unexplained.map((each) => each.split(' ')[1])).toEqual(['E1111']);
    expect(failing.length).toBeLessThan(files.length * 0.15);
  });
});
