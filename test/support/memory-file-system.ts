import type { FileStatus, FileSystem, OpenFile } from '../../server/src/store/file-system.js';

/** What a test may make fail. `path` is the file's own name. */
export type Operation =
  'open' | 'read' | 'write' | 'sync' | 'truncate' | 'rename' | 'unlink' | 'syncDirectory' | 'makeDirectory';

export interface MemoryFileSystem extends FileSystem {
  /** Contents now, as after kill -9: everything written, synced or not. */
  readonly files: Map<string, Uint8Array>;
  /** Asked before each operation; a code makes it fail. A write that fails writes its first half. */
  fault: ((operation: Operation, path: string) => string | undefined) | undefined;
  /** Syncs wait for it. */
  syncGate: Promise<void> | undefined;
  /** A copy with the same contents and no open files: the machine after the process died. */
  afterKill(): MemoryFileSystem;
  /** The same after a power cut: of each file only what was synced. */
  afterPowerCut(): MemoryFileSystem;
  readonly counts: Record<'writes' | 'syncs', number>;
  readonly directories: Map<string, FileStatus>;
}

export function memoryFileSystem(
  contents: ReadonlyMap<string, Uint8Array> = new Map(),
  knownDirectories: ReadonlyMap<string, FileStatus> = new Map(),
): MemoryFileSystem {
  const files = new Map([...contents].map(([path, bytes]) => [path, bytes.slice()]));
  const synced = new Map([...contents].map(([path, bytes]) => [path, bytes.slice()]));
  const directories = new Map(knownDirectories);
  const counts = { writes: 0, syncs: 0 };

  const check = (operation: Operation, path: string): void => {
    const code = fs.fault?.(operation, path.slice(path.lastIndexOf('/') + 1));
    if (code !== undefined) throw failure(code, operation, path);
  };
  const put = (path: string, bytes: Uint8Array, position: number): void => {
    const before = files.get(path) ?? new Uint8Array(0);
    const grown = new Uint8Array(Math.max(before.length, position + bytes.length));
    grown.set(before);
    grown.set(bytes, position);
    files.set(path, grown);
  };
  const write = (path: string, bytes: Uint8Array, position: number): void => {
    counts.writes += 1;
    try {
      check('write', path);
    } catch (error) {
      put(path, bytes.subarray(0, bytes.length >> 1), position);
      throw error;
    }
    put(path, bytes, position);
  };
  const openFile = (path: string): OpenFile => ({
    sizeBytes: () => Promise.resolve(files.get(path)?.length ?? 0),
    read: async (into, position) => {
      await Promise.resolve();
      check('read', path);
      const found = (files.get(path) ?? new Uint8Array(0)).subarray(position, position + into.length);
      into.set(found);
      return found.length;
    },
    write: async (bytes, position) => {
      await Promise.resolve();
      write(path, bytes, position);
    },
    writeNow: (bytes, position) => write(path, bytes, position),
    sync: async () => {
      await (fs.syncGate ?? Promise.resolve());
      check('sync', path);
      counts.syncs += 1;
      if (files.has(path)) synced.set(path, files.get(path)!.slice());
    },
    truncate: async (size) => {
      await Promise.resolve();
      check('truncate', path);
      files.set(path, (files.get(path) ?? new Uint8Array(0)).slice(0, size));
    },
    close: () => Promise.resolve(),
  });

  const fs: MemoryFileSystem = {
    files,
    fault: undefined,
    syncGate: undefined,
    counts,
    directories,
    afterKill: () => memoryFileSystem(files, directories),
    afterPowerCut: () => memoryFileSystem(synced, directories),
    open: async (path, how) => {
      await Promise.resolve();
      check('open', path);
      const exists = files.has(path);
      if (how === 'read' && !exists) throw failure('ENOENT', 'open', path);
      if (how === 'create' && exists) throw failure('EEXIST', 'open', path);
      if (!exists) files.set(path, new Uint8Array(0));
      return openFile(path);
    },
    rename: async (from, to) => {
      await Promise.resolve();
      check('rename', from);
      const bytes = files.get(from);
      if (!bytes) throw failure('ENOENT', 'rename', from);
      files.set(to, bytes);
      files.delete(from);
      const onDisk = synced.get(from);
      if (onDisk) synced.set(to, onDisk);
      synced.delete(from);
    },
    unlink: async (path) => {
      await Promise.resolve();
      check('unlink', path);
      if (!files.delete(path)) throw failure('ENOENT', 'unlink', path);
      synced.delete(path);
    },
    list: async (directory) => {
      await Promise.resolve();
      const inside = [...files.keys()].filter((path) => path.startsWith(`${directory}/`));
      return inside.map((path) => path.slice(directory.length + 1)).sort();
    },
    makeDirectory: async (path) => {
      await Promise.resolve();
      check('makeDirectory', path);
      if (directories.has(path)) throw failure('EEXIST', 'mkdir', path);
      directories.set(path, { kind: 'directory', sizeBytes: 0, mode: 0o700, owner: 1000 });
    },
    status: async (path) => {
      await Promise.resolve();
      const bytes = files.get(path);
      if (bytes) return { kind: 'file', sizeBytes: bytes.length, mode: 0o600, owner: 1000 };
      if (path === '/') return { kind: 'directory', sizeBytes: 0, mode: 0o755, owner: 0 };
      return directories.get(path);
    },
    syncDirectory: async (path) => {
      await Promise.resolve();
      check('syncDirectory', path);
    },
  };
  return fs;
}

function failure(code: string, operation: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${operation} ${path}`), { code });
}
