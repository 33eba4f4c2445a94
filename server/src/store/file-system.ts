import { constants, writeSync } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** The few file operations that durability needs; tests put faults in front of them. Errors are those of node:fs. */
export interface FileSystem {
  /**
   * `read`: must exist. `create`: must not exist, mode 0600, read and write. `update`: made if missing, mode 0600, read and
   * write, contents kept. None of them follows a symbolic link or waits on a FIFO.
   */
  open(path: string, how: 'read' | 'create' | 'update'): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Names of the entries, sorted. */
  list(directory: string): Promise<string[]>;
  /** Makes one directory with mode 0700. */
  makeDirectory(path: string): Promise<void>;
  /** Undefined where nothing exists. Does not follow a symbolic link. */
  status(path: string): Promise<FileStatus | undefined>;
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly owner: number;
}

export interface OpenFile {
  readonly sizeBytes: () => Promise<number>;
  /** Fills as much of `into` as the file has from `position`; gives the number of bytes. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all bytes or fails. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** The same, at once, on the calling thread: for a few bytes into the page cache. */
  writeNow(bytes: Uint8Array, position: number): void;
  /** Data on disk when it resolves. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

const noFollow = constants.O_NOFOLLOW | constants.O_NONBLOCK;
const flags = {
  read: constants.O_RDONLY | noFollow,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | noFollow,
  update: constants.O_RDWR | constants.O_CREAT | noFollow,
};

/** The machine's own. */
export const nodeFileSystem: FileSystem = {
  open: async (path, how) => openFile(await open(path, flags[how], 0o600)),
  rename,
  unlink,
  list: async (directory) => (await readdir(directory)).sort(),
  makeDirectory: async (path) => {
    await mkdir(path, { mode: 0o700 });
  },
  status: async (path) => {
    try {
      const found = await lstat(path);
      const kind = found.isFile()
        ? 'file'
        : found.isDirectory()
          ? 'directory'
          : found.isSymbolicLink()
            ? 'symlink'
            : 'other';
      return { kind, sizeBytes: found.size, mode: found.mode & 0o7777, owner: found.uid };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  syncDirectory: async (path) => {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

function openFile(handle: FileHandle): OpenFile {
  return {
    sizeBytes: async () => (await handle.stat()).size,
    read: async (into, position) => {
      let done = 0;
      while (done < into.length) {
        const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done;
    },
    write: async (bytes, position) => {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    writeNow: (bytes, position) => {
      let done = 0;
      while (done < bytes.length) done += writeSync(handle.fd, bytes, done, bytes.length - done, position + done);
    },
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  };
}

/** `ENOSPC` and the like; empty where the error is not one of the system's. */
export function errorCode(error: unknown): string {
  const isObject = typeof error === 'object' && error !== null;
  return isObject && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** All bytes of a file of at most `maxBytes`; undefined where it is missing or larger. */
export async function readWhole(fs: FileSystem, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const status = await fs.status(path);
  if (status?.kind !== 'file' || status.sizeBytes > maxBytes) return undefined;
  const file = await fs.open(path, 'read');
  try {
    const bytes = new Uint8Array(status.sizeBytes);
    const got = await file.read(bytes, 0);
    return got === bytes.length ? bytes : bytes.subarray(0, got);
  } finally {
    await file.close();
  }
}
