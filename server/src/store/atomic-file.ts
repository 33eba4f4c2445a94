import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { FileSystem } from './file-system.js';
import { storageError } from './storage-error.js';

const temporary = /^\..*\.[0-9a-f]{12}\.tmp$/;

/**
 * Replaces a file so that after a crash it has its old or its new contents, never a mixture. Resolves when the new contents are
 * on disk; HostError STORAGE_FAILED leaves the old ones.
 */
export async function writeFileAtomically(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const directory = dirname(path);
  const draft = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await fs.open(draft, 'create');
    try {
      await file.write(bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(draft, path);
    await fs.syncDirectory(directory);
  } catch (error) {
    // The draft may be gone already (renamed), or the disk may refuse this too: nothing depends on it.
    await fs.unlink(draft).catch(() => undefined);
    throw storageError(`write ${basename(path)}`, path, error);
  }
}

/** Removes what a crash in the middle of a replacement left behind. */
export async function removeDrafts(fs: FileSystem, directory: string): Promise<void> {
  for (const name of await fs.list(directory)) {
    if (temporary.test(name)) await fs.unlink(join(directory, name)).catch(() => undefined);
  }
}
