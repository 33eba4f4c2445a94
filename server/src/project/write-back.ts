import type { SourceDocument } from '../compiler/compile.js';
import { writeFileAtomically } from '../store/atomic-file.js';
import { nodeFileSystem } from '../store/file-system.js';

/** Writes documents to their files, each atomically: a crash leaves the old or the new, never half. */
export async function writeBack(documents: readonly SourceDocument[]): Promise<void> {
  for (const { name, content } of documents) {
    await writeFileAtomically(
      nodeFileSystem,
      name,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    );
  }
}
