import { createHash } from 'node:crypto';
import type { SourceDocument } from '../compiler/compile.js';

/** The same for the same bytes under the same names, in any order. */
export function sourcesDigest(documents: readonly SourceDocument[]): string {
  const each = documents.map(
    ({ name, content }) => `${JSON.stringify(name)} ${createHash('sha256').update(content).digest('hex')}`,
  );
  return createHash('sha256').update(each.sort().join('\n')).digest('hex');
}
