import { createHash } from 'node:crypto';
import type { SourceDocument } from '../compiler/compile.js';

/** SHA-256 of a source, hex. */
export function contentDigest({ content }: SourceDocument): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The same for the same bytes under the same names, in any order. */
export function sourcesDigest(documents: readonly SourceDocument[]): string {
  const each = documents.map((document) => `${JSON.stringify(document.name)} ${contentDigest(document)}`);
  return createHash('sha256').update(each.sort().join('\n')).digest('hex');
}
