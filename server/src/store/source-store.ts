import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { HostError } from '../model/host-error.js';
import { writeFileAtomically } from './atomic-file.js';
import type { FileSystem } from './file-system.js';
import { nodeFileSystem, readWhole } from './file-system.js';

/** A source as it was sent: text, or bytes whose encoding is the compiler's matter. */
export interface StoredDocument {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/**
 * Sources that lie in no file of the user: sent inline, or changed without being written back. One file each set, named by its
 * owner (a runtime) and the SHA-256 of its contents.
 */
export interface SourceStore {
  /** On disk when it resolves with the digest to read them by. HostError STORAGE_FAILED. */
  keep(owner: string, documents: readonly StoredDocument[]): Promise<string>;
  /** STORAGE_FAILED where the file is gone or not what was kept. */
  read(owner: string, digest: string): Promise<StoredDocument[]>;
  /** Removes all of an owner's sets but one. What can't be removed stays until the next time. */
  dropOthers(owner: string, digest?: string): Promise<void>;
}

const head = 'plc-emu-sources 1\n';
/** Beyond what a project may have, with its manifest. */
const maxBytes = 512 * 1024 * 1024;

export function createSourceStore(directory: string, fs: FileSystem = nodeFileSystem): SourceStore {
  const pathOf = (owner: string, digest: string): string => join(directory, `sources-${owner}-${digest}`);
  return {
    async keep(owner, documents) {
      const bytes = encode(documents);
      const digest = createHash('sha256').update(bytes).digest('hex');
      const path = pathOf(owner, digest);
      if ((await fs.status(path))?.sizeBytes !== bytes.length) await writeFileAtomically(fs, path, bytes);
      return digest;
    },
    async read(owner, digest) {
      const path = pathOf(owner, digest);
      const bytes = await readWhole(fs, path, maxBytes);
      if (!bytes || createHash('sha256').update(bytes).digest('hex') !== digest)
        throw new HostError('STORAGE_FAILED', `The kept sources of '${owner}' are ${bytes ? 'damaged' : 'gone'}.`, {
          path,
        });
      return decode(bytes);
    },
    async dropOthers(owner, digest) {
      // An owner's name has at most 64 characters, so that no name ends like a digest.
      const own = new RegExp(`^sources-${owner.replaceAll('.', '\\.')}-([0-9a-f]{64})$`);
      for (const name of await fs.list(directory).catch(() => [])) {
        const found = own.exec(name);
        if (found && found[1] !== digest) await fs.unlink(join(directory, name)).catch(() => undefined);
      }
    },
  };
}

type Entry = readonly [name: string, sizeBytes: number, form: 'text' | 'bytes'];

function encode(documents: readonly StoredDocument[]): Uint8Array {
  const contents = documents.map(({ content }) => Buffer.from(content as Uint8Array));
  const entries = documents.map(({ name, content }, i): Entry => {
    return [name, contents[i]!.length, typeof content === 'string' ? 'text' : 'bytes'];
  });
  return Buffer.concat([Buffer.from(`${head}${JSON.stringify(entries)}\n`), ...contents]);
}

/** Of bytes whose digest was right. */
function decode(bytes: Uint8Array): StoredDocument[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = all.indexOf('\n', head.length) + 1;
  const entries = JSON.parse(all.toString('utf8', head.length, at)) as readonly Entry[];
  return entries.map(([name, sizeBytes, form]) => {
    const content = all.subarray(at, at + sizeBytes);
    at += sizeBytes;
    return { name, content: form === 'text' ? content.toString() : content };
  });
}
