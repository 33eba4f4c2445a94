import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { SourceDocument } from '../compiler/compile.js';
import { allowedPath } from './project-path.js';
import { listDocuments, readDocuments, type KnownFolders } from './read-documents.js';
import { placedDocuments, writeBack } from './write-back.js';

/** What the files of a project look like from outside. */
export interface Stamp {
  /** Differs where a source was added, removed, or written. */
  readonly digest: string;
  /** Directory entries that were looked at. */
  readonly entries: number;
}

/** Of the projects that were looked at last. */
const known = new Map<string, KnownFolders>();
const mostKnown = 16;

function foldersOf(path: string): KnownFolders {
  const folders = known.get(path) ?? (new Map() as KnownFolders);
  known.set(path, folders);
  for (const oldest of known.keys()) if (known.size > mostKnown) known.delete(oldest);
  return folders;
}

/** All that a host does with the files of a project; arguments and results can be sent to another process. */
export const fileTasks = {
  read: async (path: string, roots: readonly string[]) => {
    const real = await allowedPath(path, roots);
    return { path: real, documents: await readDocuments(real, { followLinks: false }) };
  },
  placed: placedDocuments,
  writeBack: (_path: string, before: readonly SourceDocument[], after: readonly SourceDocument[]) =>
    writeBack(before, after),
  stamp: async (path: string): Promise<Stamp> => {
    const { files, entries } = await listDocuments(path, foldersOf(path));
    const hash = createHash('sha256');
    for (const file of files) {
      const info = await stat(file).catch(() => undefined);
      hash.update(info ? `${file}\0${info.size} ${info.mtimeMs} ${info.ino}\n` : `${file}\0`);
    }
    return { digest: hash.digest('hex'), entries };
  },
};

export type FileTasks = typeof fileTasks;
