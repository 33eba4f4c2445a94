import { crc32c } from '../model/crc32c.js';
import { cursorSizeBytes, encodeCursor } from '../model/cursor.js';
import type { IdentityPort } from './ports.js';

/** Encodes cursors of this epoch, which differ only in sequence and checksum: for a fraction of what `encodeCursor` costs. */
export function createCursorWriter({ hostId, epoch }: IdentityPort): (sequence: bigint) => Uint8Array {
  const template = encodeCursor({ hostId, epoch, sequence: 0n });
  return (sequence) => {
    const bytes = template.slice();
    const view = new DataView(bytes.buffer);
    view.setBigUint64(29, sequence, true);
    view.setUint32(cursorSizeBytes - 4, crc32c(bytes, 0, cursorSizeBytes - 4), true);
    return bytes;
  };
}
