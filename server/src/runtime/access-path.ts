import { foldName } from '../model/identifier.js';
import { HostError } from '../model/host-error.js';

/** One step of an access path: a member by name, or array indices. */
export type PathSegment =
  { readonly kind: 'name'; readonly name: string } | { readonly kind: 'index'; readonly indices: readonly number[] };

/** Longest path that is looked at, in characters. */
export const maxPathLength = 1000;

const refused = (path: string, why: string): HostError =>
  new HostError(
    'INVALID_REQUEST',
    `The path '${path.slice(0, 80)}' ${why}; write it like Main.Motor.Speed[2] or %IX0.0.`,
    {
      path: path.slice(0, maxPathLength),
    },
  );

/**
 * Splits `Instance.member[i,j].member` (api.md, paths of variables). Direct addresses (`%IX0.0`) are one name.
 * Throws INVALID_REQUEST where the text is no path.
 */
export function parseAccessPath(path: string): readonly PathSegment[] {
  const text = path.trim();
  if (text.length === 0) throw refused(path, 'is empty');
  if (text.length > maxPathLength) throw refused(path, `is longer than ${maxPathLength} characters`);
  if (text.startsWith('%')) return [{ kind: 'name', name: canonicalAddress(text) }];
  const segments: PathSegment[] = [];
  let at = 0;
  let wantsName = true;
  while (at < text.length) {
    if (wantsName) {
      const match = /^[\p{L}\p{N}_$]+/u.exec(text.slice(at));
      if (!match) throw refused(path, `has no name at column ${at + 1}`);
      segments.push({ kind: 'name', name: match[0] });
      at += match[0].length;
      wantsName = false;
    } else if (text[at] === '.') {
      at += 1;
      wantsName = true;
    } else if (text[at] === '[') {
      const end = text.indexOf(']', at);
      const inside = end < 0 ? '' : text.slice(at + 1, end);
      const indices = inside.split(',').map((part) => part.trim());
      if (end < 0 || !indices.every((part) => /^[+-]?\d{1,10}$/.test(part)))
        throw refused(path, `has no valid index at column ${at + 1}`);
      segments.push({ kind: 'index', indices: indices.map(Number) });
      at = end + 1;
    } else {
      throw refused(path, `has an unexpected character at column ${at + 1}`);
    }
  }
  if (wantsName) throw refused(path, 'ends with a dot');
  return segments;
}

/** `%ix0.0`, `%I0.0` and `%IX0.0` are the same place; the canonical form names the size. */
export function canonicalAddress(text: string): string {
  const upper = text.toUpperCase();
  return /^%[IQM]\d/.test(upper) ? `${upper.slice(0, 2)}X${upper.slice(2)}` : upper;
}

/** Whether a text is a glob rather than the path of one variable. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*');
}

/**
 * A test for canonical paths: `*` stands for anything within a segment, `**` for anything across segments. Linear in
 * the length of the path for each star (no backtracking beyond the last star of either kind). Case-insensitive.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  if (pattern.length > maxPathLength) throw refused(pattern, `is longer than ${maxPathLength} characters`);
  const tokens = foldName(pattern.trim())
    .split(/(\*+)/)
    .filter((part) => part !== '');
  return (path) => matches(tokens, foldName(path));
}

/** Dynamic programming over tokens: the set of positions that the tokens so far can reach. */
function matches(tokens: readonly string[], path: string): boolean {
  let reached: Uint8Array = new Uint8Array(path.length + 1);
  reached[0] = 1;
  for (const token of tokens) {
    const next = new Uint8Array(path.length + 1);
    if (token.startsWith('*')) {
      const across = token.length > 1;
      let open = false;
      for (let i = 0; i <= path.length; i += 1) {
        open = reached[i] === 1 || (open && (across || !isSeparator(path, i - 1)));
        if (open) next[i] = 1;
      }
    } else {
      for (let i = 0; i + token.length <= path.length; i += 1) {
        if (reached[i] === 1 && path.startsWith(token, i)) next[i + token.length] = 1;
      }
    }
    reached = next;
  }
  return reached[path.length] === 1;
}

function isSeparator(path: string, index: number): boolean {
  const c = path[index];
  return c === '.' || c === '[';
}
