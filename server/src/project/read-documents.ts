import { constants } from 'node:fs';
import { open, opendir, readlink, type FileHandle } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import type { SourceDocument } from '../compiler/compile.js';
import { HostError } from '../model/host-error.js';

/** Files larger than this are refused before they are read. */
export const maxDocumentBytes = 16 * 1024 * 1024;
const maxDocuments = 10_000;
const maxDepth = 32;
/** Endings of plain sources. */
export const sourceEndings: readonly string[] = ['.st', '.iecst', '.exp', '.il'];

export interface ReadOptions {
  /** Follow a symbolic link at the path itself; default true. A host opens with false. */
  readonly followLinks?: boolean;
}

/**
 * Reads a project from a path: one file, or all plain sources below a directory in order of name. Regular files only, at
 * most 16 MiB each, opened once without blocking. Errors: FILE_NOT_FOUND, NOT_A_FILE, FILE_TOO_LARGE, PATH_REFUSED,
 * FILE_CHANGED where the file changes while it is read.
 */
export async function readDocuments(path: string, options: ReadOptions = {}): Promise<readonly SourceDocument[]> {
  const followLinks = options.followLinks ?? true;
  const handle = await openFile(path, followLinks);
  try {
    const stat = await handle.stat();
    if (stat.isFile()) {
      if (!followLinks) await refuseElsewhere(handle, path);
      return [{ name: path, content: await readAll(handle, path) }];
    }
    if (!stat.isDirectory()) throw notAFile(path);
  } finally {
    await handle.close();
  }
  const found: string[] = [];
  await listSources(path, 0, found);
  if (found.length === 0) {
    throw new HostError(
      'NOT_A_FILE',
      `The directory '${basename(path)}' has no ${sourceEndings.join(', ')} file; name a project file, or a directory with sources.`,
      { path },
    );
  }
  found.sort();
  const documents: SourceDocument[] = [];
  for (const file of found) {
    const source = await openFile(file, false);
    try {
      if (!(await source.stat()).isFile()) throw notAFile(file);
      if (!followLinks) await refuseElsewhere(source, file);
      documents.push({ name: file, content: await readAll(source, file) });
    } finally {
      await source.close();
    }
  }
  return documents;
}

const notAFile = (path: string): HostError =>
  new HostError('NOT_A_FILE', `'${path}' is not a regular file or directory; name a project file.`, { path });

/** A file that was opened for a client is the one at that path and nowhere else, whatever was renamed or linked meanwhile. */
async function refuseElsewhere(handle: FileHandle, path: string): Promise<void> {
  if ((await handle.stat()).nlink > 1)
    throw new HostError('PATH_REFUSED', `'${path}' has more than one hard link; name a copy of it.`, { path });
  const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
  if (opened !== undefined && opened !== resolve(path) && !opened.endsWith(' (deleted)'))
    throw new HostError('PATH_REFUSED', `'${path}' is reached through a link that changed; try again.`, { path });
}

async function openFile(path: string, followLinks: boolean): Promise<FileHandle> {
  if (path.includes('\0')) throw new HostError('PATH_REFUSED', 'The path has a NUL character.', {});
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (followLinks ? 0 : constants.O_NOFOLLOW));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw new HostError('FILE_NOT_FOUND', `There is no file '${path}'; check the path.`, { path });
      case 'ELOOP':
        throw new HostError('PATH_REFUSED', `'${path}' is a symbolic link; name the file itself.`, { path });
      case 'ENXIO':
        throw notAFile(path);
      default:
        throw new HostError('PATH_REFUSED', `'${path}' can't be opened (${code}); check its permissions.`, {
          path,
          errno: code,
        });
    }
  }
}

async function readAll(handle: FileHandle, path: string): Promise<Uint8Array> {
  const before = await handle.stat();
  if (before.size > maxDocumentBytes) {
    throw new HostError('FILE_TOO_LARGE', `'${path}' has ${before.size} bytes; at most ${maxDocumentBytes} are read.`, {
      path,
      limit: String(maxDocumentBytes),
    });
  }
  const bytes = new Uint8Array(before.size);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  const after = await handle.stat();
  if (length !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    throw new HostError('FILE_CHANGED', `'${path}' changed while it was read; try again when it is complete.`, {
      path,
    });
  }
  return bytes;
}

async function listSources(folder: string, depth: number, found: string[]): Promise<void> {
  if (depth > maxDepth)
    throw new HostError('TOO_MANY_ITEMS', `'${folder}' lies deeper than ${maxDepth} directories.`, {
      limit: String(maxDepth),
    });
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await listSources(path, depth + 1, found);
    else if (entry.isFile() && sourceEndings.includes(extname(entry.name).toLowerCase())) found.push(path);
    if (found.length > maxDocuments) {
      throw new HostError(
        'TOO_MANY_ITEMS',
        `The directory has more than ${maxDocuments} sources; name a smaller one.`,
        { limit: String(maxDocuments) },
      );
    }
  }
}
