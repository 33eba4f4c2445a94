import { existsSync, readFileSync } from 'node:fs';
import type { FileSystem, OpenFile } from '../../server/src/store/file-system.js';

/** How the disk under the host behaves. */
export interface DiskFaults {
  /** What was not synced before the process died is gone, as after a power cut. */
  readonly writeBack: boolean;
  /** Each sync takes this long, ms. */
  readonly syncMs: number;
  /** While this file exists, every change of the disk fails with the error code that it holds: `ENOSPC`, `EIO`, `EROFS`. */
  readonly controlFile?: string;
}

/** A file system whose disk is slow, forgets what was not synced, or refuses. */
export function faultyFileSystem(fs: FileSystem, faults: DiskFaults): FileSystem {
  const refuse = (): void => {
    if (faults.controlFile === undefined || !existsSync(faults.controlFile)) return;
    const code = readFileSync(faults.controlFile, 'utf8').trim();
    if (code !== '') throw Object.assign(new Error(`${code}: injected`), { code });
  };
  const pause = (): Promise<void> =>
    faults.syncMs > 0 ? new Promise((resolve) => setTimeout(resolve, faults.syncMs)) : Promise.resolve();

  const wrap = (file: OpenFile): OpenFile => {
    let unsynced: { readonly bytes: Uint8Array; readonly position: number }[] = [];
    const settle = async (): Promise<void> => {
      const writes = unsynced;
      unsynced = [];
      for (const { bytes, position } of writes) await file.write(bytes, position);
    };
    return {
      sizeBytes: async () => {
        const size = await file.sizeBytes();
        return unsynced.reduce((most, { bytes, position }) => Math.max(most, position + bytes.length), size);
      },
      // Only files that nothing was written to are read while the host runs.
      read: (into, position) => file.read(into, position),
      write: async (bytes, position) => {
        refuse();
        if (faults.writeBack) unsynced.push({ bytes: bytes.slice(), position });
        else await file.write(bytes, position);
      },
      writeNow: (bytes, position) => {
        refuse();
        // The mark may be older than the truth after a power cut, never newer.
        if (faults.writeBack) unsynced.push({ bytes: bytes.slice(), position });
        else file.writeNow(bytes, position);
      },
      sync: async () => {
        refuse();
        await pause();
        await settle();
        await file.sync();
      },
      truncate: async (sizeBytes) => {
        refuse();
        await settle();
        await file.truncate(sizeBytes);
      },
      close: () => file.close(),
    };
  };
  return {
    ...fs,
    open: async (path, how) => {
      if (how === 'create') refuse();
      return wrap(await fs.open(path, how));
    },
    rename: async (from, to) => {
      refuse();
      await fs.rename(from, to);
    },
    unlink: (path) => fs.unlink(path),
    makeDirectory: async (path) => {
      refuse();
      await fs.makeDirectory(path);
    },
    syncDirectory: async (path) => {
      refuse();
      await fs.syncDirectory(path);
    },
  };
}
