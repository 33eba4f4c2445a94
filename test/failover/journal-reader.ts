import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePayload } from '../../server/src/events/payload-codec.js';
import type { EventPayload } from '../../server/src/model/event.js';
import { recordTypes } from '../../server/src/model/record-type.js';
import { decodeRecord, segmentHeaderBytes } from '../../server/src/store/journal-format.js';
import { decodeChanges, type StateChange } from '../../server/src/store/state-table.js';

/** A record of the journal as it lies on disk, read without the host's recovery. */
export interface JournalEntry {
  readonly sequence: number;
  /** 1 to 8, as record-type.ts has them. */
  readonly type: number;
  readonly timeMs: number;
  readonly payload?: EventPayload;
  readonly changes: readonly StateChange[];
}

/** All sound records of a data directory in order of sequence; what was withdrawn is left out. */
export async function readJournal(directory: string): Promise<JournalEntry[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.seg')).sort();
  const entries: JournalEntry[] = [];
  const withdrawn = new Set<number>();
  for (const name of names) {
    const bytes = await readFile(join(directory, name));
    for (let at = segmentHeaderBytes; at < bytes.length;) {
      const found = decodeRecord(bytes, at);
      if (!found) break;
      at = found.end;
      const { sequence, type, body, attachment } = found.record;
      if (type === recordTypes.withdrawn)
        for (const text of new TextDecoder().decode(body).split(' ')) withdrawn.add(Number(text));
      const decoded = body.length > 0 ? decodePayload(body) : undefined;
      entries.push({
        sequence: Number(sequence),
        type,
        timeMs: Number((decoded?.timeNs ?? 0n) / 1000n) / 1000,
        ...(decoded && { payload: decoded.payload }),
        changes: decodeChanges(attachment),
      });
    }
  }
  return entries.filter((e) => !withdrawn.has(e.sequence)).sort((a, b) => a.sequence - b.sequence);
}
