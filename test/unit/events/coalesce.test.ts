import fc from 'fast-check';
import type { ChangeMerger, MergeInput } from '../../../server/src/events/coalesce.js';
import { createChangeMerger, selectWords, sliceWords } from '../../../server/src/events/coalesce.js';
import type { WordChanges } from '../../../server/src/model/event.js';
import { changesOf } from '../../support/event-host.js';

/** A run of scans over a few words: each scan writes some of them. `before` follows from the scans before. */
function runOf(writes: readonly (readonly (readonly [word: number, value: number])[])[]): WordChanges[] {
  const memory = new Map<number, number>();
  return writes.map((scan) => {
    const words: Record<number, readonly [number, number]> = {};
    for (const [word, value] of scan) words[word] = [memory.get(word) ?? 0, value];
    for (const [word, value] of scan) memory.set(word, value);
    return changesOf(words);
  });
}

/** What merging means, said plainly. */
function expected(
  run: readonly WordChanges[],
  boolBits: (word: number) => number,
): { words: unknown[]; edges: unknown[] } {
  const words = new Map<number, { before: number; value: number }>();
  const edges = new Map<string, number>();
  for (const { index, before, value } of run) {
    index.forEach((word, i) => {
      words.set(word, { before: words.get(word)?.before ?? before[i]!, value: value[i]! });
      for (let bit = 0; bit < 32; bit += 1) {
        const flipped = ((before[i]! ^ value[i]!) & boolBits(word)) >>> bit;
        if ((flipped & 1) === 1) edges.set(`${word}/${bit}`, (edges.get(`${word}/${bit}`) ?? 0) + 1);
      }
    });
  }
  const ordered = [...words].sort(([a], [b]) => a - b);
  return {
    words: ordered.map(([word, { before, value }]) => [word, before, value]),
    edges: [...edges].sort(([a], [b]) => a.localeCompare(b)),
  };
}

function actual(
  merger: ChangeMerger,
  inputs: readonly MergeInput[],
  bits: Uint32Array | undefined,
): { words: unknown[]; edges: unknown[] } {
  const { changes, edges } = merger.merge(inputs, bits);
  return {
    words: [...changes.index].map((word, i) => [word, changes.before[i], changes.value[i]]),
    edges: [...edges.index]
      .map((word, i) => [`${word}/${edges.bit[i]}`, edges.count[i]] as const)
      .sort(([a], [b]) => a.localeCompare(b)),
  };
}

const runs = fc.array(
  fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 7 })), {
    selector: ([word]) => word,
    maxLength: 8,
  }),
  { maxLength: 12 },
);

describe('merging scans', () => {
  it('keeps the newest value, the oldest value before, and counts every edge of every BOOL', () => {
    const merger = createChangeMerger();
    const bits = Uint32Array.from({ length: 4000 }, (_, word) => (word * 7) & 0xff);
    fc.assert(
      fc.property(runs, fc.boolean(), (writes, known) => {
        const run = runOf(writes);
        const inputs = run.map((changes) => ({ changes }));
        expect(actual(merger, inputs, known ? bits : undefined)).toEqual(
          expected(run, (word) => (known ? (bits[word] ?? 0) : -1)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same whether it is done at once or in steps', () => {
    const merger = createChangeMerger();
    fc.assert(
      fc.property(runs, fc.nat(12), (writes, cut) => {
        const inputs = runOf(writes).map((changes) => ({ changes }));
        if (cut > inputs.length) return;
        const first = merger.merge(inputs.slice(0, cut), undefined);
        const inSteps = actual(merger, [first, ...inputs.slice(cut)], undefined);
        expect(inSteps).toEqual(actual(merger, inputs, undefined));
      }),
      { numRuns: 300 },
    );
  });

  it('tells a pulse that left no trace in the values', () => {
    const pulse = runOf([[[3, 1]], [[3, 0]], [[3, 1]], [[3, 0]]]);
    const { words, edges } = actual(
      createChangeMerger(),
      pulse.map((changes) => ({ changes })),
      undefined,
    );
    expect(words).toEqual([[3, 0, 0]]);
    expect(edges).toEqual([['3/0', 4]]);
  });
});

describe('words', () => {
  it('are selected by a mask, also beyond its end, and given as they are where all are wanted', () => {
    const changes = changesOf({ 0: 1, 31: 2, 32: 3, 100: 4 });
    expect(selectWords(changes, undefined)).toBe(changes);
    expect(selectWords(changes, new Uint32Array(4).fill(0xffffffff))).toBe(changes);
    expect([...selectWords(changes, Uint32Array.of(1 << 31, 1)).index]).toEqual([31, 32]);
    expect(selectWords(changes, new Uint32Array(0)).index.length).toBe(0);
  });

  it('are sliced by position', () => {
    expect(sliceWords(changesOf({ 1: 10, 5: 50, 9: 90 }), 1, 3)).toMatchObject({
      index: Uint32Array.of(5, 9),
      value: Uint32Array.of(50, 90),
    });
  });
});
