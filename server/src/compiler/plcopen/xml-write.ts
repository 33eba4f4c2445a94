import { resolveReference } from './xml-tree.js';

export const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));

export function escapeAttribute(text: string): string {
  return text.replace(/[&<"\t\n\r]/g, (c) =>
    c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '"' ? '&quot;' : `&#${c.charCodeAt(0)};`,
  );
}

/** Attributes of a start tag as they are written, with their values and places; the tag is known to be well-formed. */
export function rawAttributes(
  tag: string,
): readonly { readonly name: string; readonly value: string; readonly start: number; readonly end: number }[] {
  return [...tag.matchAll(/\s([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')/g)].map((match) => ({
    name: match[1]!,
    value: match[2]!.slice(1, -1).replace(/&([^;]*);/g, (_whole, body: string) => resolveReference(body) ?? ''),
    start: match.index + 1,
    end: match.index + match[0].length,
  }));
}
