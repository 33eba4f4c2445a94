import { foldName } from './identifier.js';

/**
 * The candidate nearest to a misspelled name: at most two edits away (one for names of up to four letters), ties to the
 * first. Undefined where none is near. Optimal string alignment distance (Damerau 1964, restricted).
 */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = foldName(name);
  if (wanted.length > 64) return undefined;
  let limit = wanted.length <= 4 ? 1 : 2;
  let best: string | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, foldName(candidate));
    if (distance <= limit && (best === undefined || distance < limit)) {
      best = candidate;
      limit = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j - 1]! + (same ? 0 : 1), previous[j]! + 1, current[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}
