import { dirname, extname, resolve } from 'node:path';
import { chmod, stat, unlink } from 'node:fs/promises';
import type { SourceDocument } from '../compiler/compile.js';
import { HostError } from '../model/host-error.js';
import { writeFileAtomically } from '../store/atomic-file.js';
import { nodeFileSystem } from '../store/file-system.js';
import { allowedPath } from './project-path.js';
import { sourceEndings } from './read-documents.js';

/**
 * The documents of a project, each named by the path of the file that it is written to: the project's own file, or sources below
 * its directory. PATH_REFUSED for a document that would lie elsewhere.
 */
export async function placedDocuments(
  path: string,
  documents: readonly SourceDocument[],
): Promise<readonly SourceDocument[]> {
  const isFolder = (await stat(path)).isDirectory();
  const place = async (document: SourceDocument): Promise<SourceDocument> => {
    if (document.name === path) return document;
    const name = resolve(isFolder ? path : dirname(path), document.name);
    if (!isFolder || !sourceEndings.includes(extname(name).toLowerCase()))
      throw new HostError(
        'PATH_REFUSED',
        `'${document.name}' can't be written back: ${isFolder ? `a source ends in ${sourceEndings.join(', ')}` : 'the project is one file'}.`,
        { document: document.name },
      );
    const real = await allowedPath(name, [path]);
    return real === document.name ? document : { ...document, name: real };
  };
  return Promise.all(documents.map(place));
}

/** Brings the files from what they hold to what they are to hold, each atomically: a crash leaves the old or the new. */
export async function writeBack(before: readonly SourceDocument[], after: readonly SourceDocument[]): Promise<void> {
  const old = new Map(before.map(({ name, content }) => [name, Buffer.from(content as Uint8Array)]));
  for (const { name, content } of after) {
    const bytes = Buffer.from(content as Uint8Array);
    if (old.get(name)?.equals(bytes)) continue;
    const mode = await stat(name).then((info) => info.mode & 0o777, () => undefined); // prettier-ignore
    await writeFileAtomically(nodeFileSystem, name, bytes);
    if (mode !== undefined) await chmod(name, mode);
  }
  const kept = new Set(after.map(({ name }) => name));
  for (const { name } of before) if (!kept.has(name)) await unlink(name);
}
