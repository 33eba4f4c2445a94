import { dirname, join } from 'node:path';
import { HostError } from '../model/host-error.js';
import type { FileSystem } from './file-system.js';
import { errorCode, nodeFileSystem } from './file-system.js';
import { removeDrafts } from './atomic-file.js';
import type { LockOptions } from './lock-file.js';
import { takeLock } from './lock-file.js';
import { storageError } from './storage-error.js';

/** A directory that belongs to this process alone until `release`. */
export interface DataDir {
  readonly path: string;
  /** Path of an entry; names are plain file names. */
  file(name: string): string;
  release(): Promise<void>;
}

export interface DataDirOptions extends LockOptions {
  readonly fs?: FileSystem;
  /** User id of this process. */
  readonly userId?: number;
}

/**
 * Makes (0700) or takes over the directory. HostError PATH_REFUSED where it is a symbolic link, not a directory, owned by another
 * account or writable by others; BUSY where another host holds it; STORAGE_FAILED where the disk says no.
 */
export async function openDataDir(path: string, options: DataDirOptions = {}): Promise<DataDir> {
  const fs = options.fs ?? nodeFileSystem;
  const userId = options.userId ?? process.getuid?.() ?? 0;
  await makeDirectories(fs, path);
  await check(fs, path, userId);
  const release = await takeLock(fs, join(path, 'lock'), options);
  await removeDrafts(fs, path).catch(() => undefined);
  return {
    path,
    file: (name) => {
      if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) throw new HostError('PATH_REFUSED', `"${name}" is no file name`);
      return join(path, name);
    },
    release,
  };
}

async function makeDirectories(fs: FileSystem, path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; (await fs.status(at)) === undefined; at = dirname(at)) {
    missing.unshift(at);
    if (dirname(at) === at) break;
  }
  for (const directory of missing) {
    try {
      await fs.makeDirectory(directory);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw storageError('make the data directory', directory, error);
    }
  }
}

async function check(fs: FileSystem, path: string, userId: number): Promise<void> {
  const status = await fs.status(path);
  const refuse = (why: string): never => {
    throw new HostError('PATH_REFUSED', `the data directory ${path} is refused: ${why}`, { path });
  };
  if (status === undefined) return refuse('it does not exist');
  if (status.kind === 'symlink') return refuse('it is a symbolic link; name the directory itself');
  if (status.kind !== 'directory') return refuse('it is not a directory');
  if (status.owner !== userId) return refuse(`it belongs to user ${status.owner}, the host runs as user ${userId}`);
  if ((status.mode & 0o022) !== 0) return refuse(`others can write to it; run chmod 700 ${path}`);
}
