import type { PouDeclaration } from '../syntax/ast.js';
import { createDigest, type Digest } from './digest.js';

/** Digest of what a POU says: of its text, and where the document is no plain text, of its tree without positions. */
export function pouDigest(original: PouDeclaration): string {
  let known = digests.get(original);
  if (known === undefined) digests.set(original, (known = computeDigest(original)));
  return known;
}

const digests = new WeakMap<PouDeclaration, string>();

function computeDigest(original: PouDeclaration): string {
  const digest = createDigest();
  const { source, start, end } = original.span;
  // What begins like a declaration is one; spans in XML documents are of something else.
  const text = source.text.slice(start, end);
  const isDeclaration =
    /^\s*(FUNCTION|FUNCTION_BLOCK|PROGRAM|CLASS|INTERFACE)\b/i.test(text) && /END_\w+\s*;?\s*$/i.test(text);
  if (isDeclaration) digest.text(text);
  // What is read of a text with conditions depends on what is defined before it.
  if (!isDeclaration || /\{\s*IF\b/i.test(text)) feed(digest, original);
  return digest.hex();
}

const positions: ReadonlySet<string> = new Set(['span', 'memberSpan', 'nameSpan', 'foreign', 'element', 'x', 'y']);

/** Feeds a tree without positions, and without what `leaveOut` names. */
export function feed(digest: Digest, value: unknown, leaveOut = ''): void {
  if (Array.isArray(value)) {
    digest.text(`[${value.length}`);
    for (const one of value) feed(digest, one, leaveOut);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (positions.has(key) || inner === undefined || key === leaveOut) continue;
      digest.text(key);
      feed(digest, inner, leaveOut);
    }
    digest.text('}');
    return;
  }
  digest.text(`${typeof value}:${String(value)}`);
}
