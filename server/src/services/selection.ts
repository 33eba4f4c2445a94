import { HostError } from '../model/host-error.js';
import { canonicalAddress, isGlob } from '../runtime/access-path.js';
import { addressGlob } from '../runtime/channels.js';
import type { Layout } from '../runtime/layout.js';

/** Leaves that a watch selects in one layout; by position, 1 = selected. */
export interface SelectedLeaves {
  readonly scan: Uint8Array;
  readonly io: Uint8Array;
  /** Direct address of a channel, by position. */
  readonly addressOf: ReadonlyMap<number, string>;
}

/** Variables and channels that a watch asks for, in whatever layouts come along. */
export interface Selection {
  /** Equal keys select equal leaves. */
  readonly key: string;
  in(layout: Layout): SelectedLeaves;
  /** One bit per word that holds a selected leaf. */
  words(layout: Layout, eventClass: 'io' | 'scan'): Uint32Array;
  /** Terms that select nothing in a layout. */
  unknown(layout: Layout): readonly string[];
}

const mostTerms = 1000;
const mostBytes = 64 * 1024;
/** Globs times variables: a filter that costs more would hold up everyone. */
const mostComparisons = 4_000_000;

/** Empty lists select all. FILTER_TOO_LARGE above 1,000 terms or 64 kB; INVALID_REQUEST for a malformed path. */
export function createSelection(variables: readonly string[], channels: readonly string[]): Selection {
  const terms = [...variables, ...channels];
  const bytes = terms.reduce((sum, term) => sum + Buffer.byteLength(term), 0);
  if (terms.length > mostTerms || bytes > mostBytes) {
    throw new HostError(
      'FILTER_TOO_LARGE',
      `A filter has at most ${mostTerms} terms and ${mostBytes} bytes, not ${terms.length} and ${bytes}.`,
      { limit: String(mostTerms) },
    );
  }
  const known = new WeakMap<Layout, SelectedLeaves & { readonly unknown: readonly string[] }>();
  const resolveIn = (layout: Layout): SelectedLeaves & { readonly unknown: readonly string[] } => {
    const found = known.get(layout);
    if (found) return found;
    const made = select(layout, variables, channels);
    known.set(layout, made);
    return made;
  };
  return {
    key: JSON.stringify([[...variables].sort(), [...channels].sort()]),
    in: resolveIn,
    unknown: (layout) => resolveIn(layout).unknown,
    words(layout, eventClass) {
      const leaves = resolveIn(layout)[eventClass];
      const mask = new Uint32Array(Math.ceil(layout.leaves.wordCount / 32) || 1);
      const { firstWord, lastWord, count } = layout.leaves;
      for (let i = 0; i < count; i += 1) {
        if (leaves[i] === 0) continue;
        for (let w = firstWord[i]!; w <= lastWord[i]!; w += 1) mask[w >>> 5]! |= 1 << (w & 31);
      }
      return mask;
    },
  };
}

function select(
  layout: Layout,
  variables: readonly string[],
  channels: readonly string[],
): SelectedLeaves & { readonly unknown: readonly string[] } {
  const { leaves, tree, data } = layout;
  const unknown: string[] = [];
  const globs = [...variables, ...channels].filter(isGlob).length;
  if (globs * leaves.count > mostComparisons) {
    throw new HostError(
      'FILTER_TOO_LARGE',
      `${globs} globs over ${leaves.count} variables are too many; name paths, or fewer globs.`,
      { limit: String(mostComparisons) },
    );
  }
  const scan = new Uint8Array(leaves.count);
  const io = new Uint8Array(leaves.count);
  if (variables.length === 0) scan.fill(1);
  for (const term of variables) {
    const found = positionsOf(layout, term);
    if (found.length === 0) unknown.push(term);
    for (const position of found) scan[position] = 1;
  }
  const addressOf = new Map<number, string>();
  for (const channel of data.channels) {
    for (const leaf of safely(() => [...tree.leavesBelow(tree.resolve(channel.path))])) {
      const position = leaves.position(leaf.leaf);
      if (position !== undefined && !addressOf.has(position)) addressOf.set(position, channel.address);
    }
  }
  const tests = channels.map((term) =>
    isGlob(term) ? addressGlob(term) : (address: string) => address === canonicalAddress(term),
  );
  const matched = channels.map(() => false);
  for (const [position, address] of addressOf) {
    const hit = channels.length === 0 ? 0 : tests.findIndex((test) => test(address));
    if (hit < 0) continue;
    io[position] = 1;
    tests.forEach((test, i) => (matched[i] ||= test(address)));
  }
  channels.forEach((term, i) => {
    if (!matched[i]) unknown.push(term);
  });
  return { scan, io, addressOf, unknown };
}

function positionsOf(layout: Layout, term: string): readonly number[] {
  const variables = safely(() => [...layout.tree.select(term)]);
  return variables.flatMap((v) => layout.leaves.position(v.leaf) ?? []);
}

/** A term may name what this program does not have: it selects nothing then. Malformed terms are refused. */
function safely<T>(act: () => readonly T[]): readonly T[] {
  try {
    return act();
  } catch (error) {
    if (error instanceof HostError && error.reason === 'VARIABLE_NOT_FOUND') return [];
    throw error;
  }
}
