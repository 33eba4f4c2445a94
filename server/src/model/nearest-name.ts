import { foldName } from './identifier.js';

/** Optimal string alignment distance of two folded names, `limit + 1` as soon as it exceeds `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let value = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, beforeLast[j - 2]! + 1);
      row.push(value);
      best = Math.min(best, value);
    }
    if (best > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The known name that a misspelt one most likely means: one slip for short names, two or three for long ones. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const key = foldName(name);
  // Of one letter, every other one is a slip away.
  if (key.length < 2) return undefined;
  const limit = key.length <= 3 ? 1 : key.length <= 7 ? 2 : 3;
  let found: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const away = distance(key, foldName(candidate), Math.min(limit, least - 1));
    if (away > 0 && away < least) {
      least = away;
      found = candidate;
    }
  }
  return found;
}
