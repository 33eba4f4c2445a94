import type { WordChanges } from '../model/event.js';
import type { Layout } from './layout.js';
import { leafKinds } from './leaf-table.js';

/**
 * Adds to changes the unchanged words of values that are longer than a word (64-bit numbers, texts up to their NUL), so that a
 * reader can make the value from the record alone. Every scan of a program with a timer passes here, so the time grows with what has
 * changed, whatever the size of memory.
 */
export function createWholeValues(
  layout: Layout,
  words: Uint32Array,
  bytes: Uint8Array,
): (changes: WordChanges) => WordChanges {
  const { leaves } = layout;
  /** 1 for a word that is given or added; all 0 between two calls. */
  const marks = new Uint8Array(words.length);
  let extra = new Uint32Array(64);
  let count = 0;

  const add = (w: number): void => {
    if (marks[w] !== 0) return;
    marks[w] = 1;
    if (count === extra.length) {
      const grown = new Uint32Array(2 * count);
      grown.set(extra);
      extra = grown;
    }
    extra[count] = w;
    count += 1;
  };

  return (changes) => {
    const { index, value, before } = changes;
    for (const w of index) marks[w] = 1;
    let done = -1;
    for (const w of index) {
      if (leaves.wide[w] === 0) continue;
      for (let i = leaves.wordStart[w]!; i < leaves.wordStart[w + 1]!; i += 1) {
        const leaf = leaves.wordLeaves[i]!;
        // The words of a long text follow one another.
        if (leaf === done) continue;
        done = leaf;
        const last = lastWordOf(leaf, layout, bytes);
        for (let each = leaves.firstWord[leaf]!; each <= last; each += 1) add(each);
      }
    }
    const more = extra.subarray(0, count).sort();
    count = 0;
    for (const w of index) marks[w] = 0;
    for (const w of more) marks[w] = 0;
    if (more.length === 0) return changes;

    const size = index.length + more.length;
    const whole = {
      layout: changes.layout,
      index: new Uint32Array(size),
      value: new Uint32Array(size),
      before: new Uint32Array(size),
    };
    let given = 0;
    let taken = 0;
    for (let at = 0; at < size; at += 1) {
      if (taken === more.length || (given < index.length && index[given]! < more[taken]!)) {
        whole.index[at] = index[given]!;
        whole.value[at] = value[given]!;
        whole.before[at] = before[given]!;
        given += 1;
      } else {
        const w = more[taken]!;
        whole.index[at] = w;
        whole.value[at] = words[w]!;
        whole.before[at] = words[w]!;
        taken += 1;
      }
    }
    return whole;
  };
}

function lastWordOf(leaf: number, layout: Layout, bytes: Uint8Array): number {
  const { leaves } = layout;
  const kind = leaves.kind[leaf];
  if (kind !== leafKinds.text && kind !== leafKinds.wideText) return leaves.lastWord[leaf]!;
  const unit = kind === leafKinds.text ? 1 : 2;
  const start = leaves.address[leaf]!;
  const most = leaves.extra[leaf]!;
  let length = 0;
  while (length < most && (bytes[start + unit * length]! !== 0 || (unit === 2 && bytes[start + 2 * length + 1]! !== 0)))
    length += 1;
  return (start + unit * (length + 1) - 1 - layout.data.memory.variables.start) >> 2;
}
