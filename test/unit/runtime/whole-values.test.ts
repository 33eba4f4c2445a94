import type { WordChanges } from '../../../server/src/model/event.js';
import { buildDocuments } from '../../../server/src/project/build-documents.js';
import { createLayoutBook } from '../../../server/src/runtime/layout.js';
import { leafKinds } from '../../../server/src/runtime/leaf-table.js';
import { createWholeValues } from '../../../server/src/runtime/whole-values.js';
import { createRandomSource } from '../../support/random-source.js';

const source = `PROGRAM Main VAR
  a : INT; b : LINT; c : BOOL; d : LREAL; Short : STRING[5]; Timer : TON; e : ARRAY[0..9] OF LWORD; Wide : WSTRING[20];
  f : DINT; Long : STRING[80]; Low AT %MD4 : DWORD; Whole AT %ML2 : LWORD; g : SINT;
END_VAR END_PROGRAM`;
const { image } = buildDocuments('p', [{ name: 'p.st', content: source }]);
const layout = createLayoutBook().prepare(image!);
const { leaves } = layout;
const { variables } = image!.memory;
const wordCount = Math.ceil(variables.size / 4);

/** The words of every value that has a changed word, found by looking at all values. */
function expected(index: readonly number[], bytes: Uint8Array): number[] {
  const wanted = new Set(index);
  for (let leaf = 0; leaf < leaves.count; leaf += 1) {
    const first = leaves.firstWord[leaf]!;
    const last = leaves.lastWord[leaf]!;
    if (first === last || !index.some((w) => w >= first && w <= last)) continue;
    const unit = leaves.kind[leaf] === leafKinds.text ? 1 : leaves.kind[leaf] === leafKinds.wideText ? 2 : 0;
    let end = 4 * last;
    if (unit > 0) {
      end = leaves.address[leaf]! - variables.start;
      const isEnd = (): boolean =>
        bytes.subarray(variables.start + end, variables.start + end + unit).every((b) => b === 0);
      for (let length = 0; length < leaves.extra[leaf]! && !isEnd(); length += 1) end += unit;
      end += unit - 1;
    }
    for (let w = first; w <= end >> 2; w += 1) wanted.add(w);
  }
  return [...wanted].sort((x, y) => x - y);
}

describe('whole values', () => {
  it('are those that a search through all values finds, whatever words change', () => {
    const random = createRandomSource(7);
    const bytes = new Uint8Array(variables.start + 4 * wordCount);
    const words = new Uint32Array(bytes.buffer, variables.start, wordCount);
    const whole = createWholeValues(layout, words, bytes);
    let completed = 0;
    for (let round = 0; round < 500; round += 1) {
      const density = [0.01, 0.1, 0.5, 1][round % 4]!;
      const index = Uint32Array.from(words.keys()).filter(() => random.chance(density));
      const before = index.map((w) => words[w]!);
      for (const w of index) words[w] = random.chance(0.2) ? 0 : random.below(2 ** 31);
      const changes: WordChanges = { layout: 1, index, value: index.map((w) => words[w]!), before };
      const given = whole(changes);
      expect([...given.index]).toEqual(expected([...index], bytes));
      expect([...given.value]).toEqual([...given.index].map((w) => words[w]));
      const known = new Map([...index].map((w, i) => [w, before[i]!]));
      expect([...given.before]).toEqual([...given.index].map((w) => known.get(w) ?? words[w]));
      if (given.index.length > index.length) completed += 1;
    }
    expect(completed).toBeGreaterThan(200);
  });
});
