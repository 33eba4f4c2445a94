import { crc32c } from '../model/crc32c.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { readWhole } from './file-system.js';

/**
 * Two numbers beside the journal, which tell a torn tail that nobody was promised from the loss of acknowledged records.
 * Written into the page cache before an acknowledgement is given, so that it is exact after kill -9; after a power cut it may be
 * older, never newer, than the truth.
 */
export interface JournalMark {
  /** Newest sequence that was acknowledged as being on disk. */
  readonly acknowledged: bigint;
  /** Sequence of the newest record of the removed leading segments. */
  readonly trimmed: bigint;
}

export interface MarkFile {
  /** Never throws: a mark that cannot be written is only an older mark. */
  note(mark: JournalMark): void;
  /** The same, and on disk when it resolves. */
  store(mark: JournalMark): Promise<void>;
  close(): Promise<void>;
}

const sizeBytes = 24;
const seed = 0x4d_41_52_4b;

export async function openMarkFile(
  fs: FileSystem,
  path: string,
): Promise<{ readonly file: MarkFile; readonly mark: JournalMark }> {
  const bytes = await readWhole(fs, path, 4096).catch(() => undefined);
  const mark = (bytes && decode(bytes)) ?? { acknowledged: 0n, trimmed: 0n };
  let file: OpenFile | undefined = await fs.open(path, 'update').catch(() => undefined);
  return {
    mark,
    file: {
      note: (value) => {
        try {
          file?.writeNow(encode(value), 0);
        } catch {
          // See above.
        }
      },
      store: async (value) => {
        file ??= await fs.open(path, 'update');
        // At once, so that an older mark never lands on a newer one.
        file.writeNow(encode(value), 0);
        await file.sync();
      },
      close: async () => {
        await file?.sync().catch(() => undefined);
        await file?.close().catch(() => undefined);
        file = undefined;
      },
    },
  };
}

function encode(mark: JournalMark): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, mark.acknowledged, true);
  view.setBigUint64(8, mark.trimmed, true);
  view.setUint32(16, crc32c(bytes, 0, 16, seed), true);
  return bytes;
}

function decode(bytes: Uint8Array): JournalMark | undefined {
  if (bytes.length < sizeBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(16, true) !== crc32c(bytes, 0, 16, seed)) return undefined;
  return { acknowledged: view.getBigUint64(0, true), trimmed: view.getBigUint64(8, true) };
}
