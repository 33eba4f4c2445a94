import { resolveReference } from './xml-tree.js';

export const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));

export function escapeAttribute(text: string): string {
  return text.replace(/[&<"\t\n\r]/g, (c) =>
    c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '"' ? '&quot;' : `&#${c.charCodeAt(0)};`,
  );
}

/** Attributes of a start tag as they are written, with their values; the tag is known to be well-formed. */
export function rawAttributes(
  tag: string,
): readonly { readonly name: string; readonly raw: string; readonly value: string }[] {
  return [...tag.matchAll(/\s([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')/g)].map((match) => ({
    name: match[1]!,
    raw: match[0].trim(),
    value: match[2]!.slice(1, -1).replace(/&([^;]*);/g, (_whole, body: string) => resolveReference(body) ?? ''),
  }));
}
