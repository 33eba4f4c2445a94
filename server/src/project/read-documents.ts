import { constants } from 'node:fs';
import { open, opendir, readlink, stat, type FileHandle } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import type { SourceDocument } from '../compiler/compile.js';
import { twincatEndings } from '../compiler/document-form.js';
import { HostError } from '../model/host-error.js';

/** Files larger than this are refused before they are read. */
export const maxDocumentBytes = 16 * 1024 * 1024;
const maxDocuments = 10_000;
export const maxDepth = 32;
/** Endings of plain sources, and of TwinCAT's objects. */
export const sourceEndings: readonly string[] = ['.st', '.iecst', '.exp', '.il', ...twincatEndings];

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
  const { files: found } = await listFolder(path);
  if (found.length === 0) {
    throw new HostError(
      'NOT_A_FILE',
      `The directory '${basename(path)}' has no ${sourceEndings.join(', ')} file; name a project file, or a directory with sources.`,
      { path },
    );
  }
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

/** Files that a project at a path is read from, without looking into them: itself, or the sources below it in order of name. */
export async function listDocuments(path: string, known?: KnownFolders): Promise<Listing> {
  const isFolder = await stat(path).then((info) => info.isDirectory(), () => false); // prettier-ignore
  return isFolder ? listFolder(path, known) : { files: [path], entries: 1 };
}

export interface Listing {
  readonly files: readonly string[];
  /** Directory entries that were looked at, or would have been. */
  readonly entries: number;
}

interface Folder {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly entries: number;
}
/** What folders held, by path, and as of when: a folder that has not changed since need not be read again. */
export type KnownFolders = Map<string, Folder & { readonly changedNs: bigint }>;

/** A change so soon after the last may leave the time of a folder as it is. */
const restingNs = 2_000_000_000n;

async function listFolder(path: string, known?: KnownFolders): Promise<Listing> {
  const files: string[] = [];
  let entries = 0;
  const visit = async (folder: string, depth: number): Promise<void> => {
    if (depth > maxDepth)
      throw new HostError('TOO_MANY_ITEMS', `'${folder}' lies deeper than ${maxDepth} directories.`, {
        limit: String(maxDepth),
      });
    const read = await readFolder(folder, known);
    entries += read.entries;
    files.push(...read.files);
    if (files.length > maxDocuments) {
      throw new HostError(
        'TOO_MANY_ITEMS',
        `The directory has more than ${maxDocuments} sources; name a smaller one.`,
        { limit: String(maxDocuments) },
      );
    }
    for (const below of read.folders) await visit(below, depth + 1);
  };
  await visit(path, 0);
  return { files: files.sort(), entries };
}

async function readFolder(path: string, known: KnownFolders | undefined): Promise<Folder> {
  const { mtimeNs } = await stat(path, { bigint: true });
  const before = known?.get(path);
  if (before?.changedNs === mtimeNs) return before;
  const files: string[] = [];
  const folders: string[] = [];
  let entries = 0;
  for await (const entry of await opendir(path, { bufferSize: 1024 })) {
    entries += 1;
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) folders.push(join(path, entry.name));
    else if (entry.isFile() && isSource(entry.name)) files.push(join(path, entry.name));
    if (files.length > maxDocuments) break;
  }
  const read = { files, folders, entries };
  if (BigInt(Date.now()) * 1_000_000n - mtimeNs > restingNs) known?.set(path, { ...read, changedNs: mtimeNs });
  return read;
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

/** By the ending of its name. */
export const isSource = (name: string): boolean => sourceEndings.includes(extname(name).toLowerCase());
