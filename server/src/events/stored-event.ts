import type { EventClass, EventPayload, LoggedEvent } from '../model/event.js';
import { unpackColumns, type ColumnSlab, type PackedColumns } from './column-slab.js';
import { decodePayload } from './payload-codec.js';

export interface StoredEventParts {
  readonly sequence: bigint;
  readonly class: EventClass;
  readonly sizeBytes: number;
  readonly groupStart: bigint;
  readonly groupEnd: bigint;
  readonly words?: StoredEvent['words'];
  readonly volatile?: boolean;
}

type Content = Pick<LoggedEvent, 'timeNs' | 'payload'>;
/** A payload whose columns lie packed beside it. */
interface Packed extends Content {
  readonly columns: PackedColumns;
}

/**
 * An event as the log keeps it. Objects take several times the memory of what they say, and few events are ever asked for again:
 * from when all watches have had it, an event with a body on disk is kept as that text, columns are kept packed, and both are
 * read when they are asked for.
 */
export class StoredEvent implements LoggedEvent {
  readonly sequence: bigint;
  readonly class: EventClass;
  readonly sizeBytes: number;
  /** First and last record of the group that it was appended with: no cursor may stand between them. */
  readonly groupStart: bigint;
  readonly groupEnd: bigint;
  /** Whose memory the group speaks of, and in which layout; the same on all its records. */
  readonly words: { readonly runtime: string; readonly layout: number } | undefined;
  volatile?: true;
  /** Content, packed content, or the body as characters. */
  #kept: Content | Packed | string;
  readonly #text: string | undefined;

  private constructor(parts: StoredEventParts, content: Content | undefined, body: Uint8Array | undefined) {
    this.sequence = parts.sequence;
    this.class = parts.class;
    this.sizeBytes = parts.sizeBytes;
    this.groupStart = parts.groupStart;
    this.groupEnd = parts.groupEnd;
    this.words = parts.words;
    if (parts.volatile) this.volatile = true;
    this.#text = body && Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
    this.#kept = content ?? this.#text ?? '';
  }

  static appended(parts: StoredEventParts, content: Content, body: Uint8Array | undefined): StoredEvent {
    return new StoredEvent(parts, content, body);
  }

  static recovered(parts: StoredEventParts, body: Uint8Array): StoredEvent {
    return new StoredEvent(parts, undefined, body);
  }

  get timeNs(): bigint {
    return typeof this.#kept === 'string' ? this.#read().timeNs : this.#kept.timeNs;
  }

  get payload(): EventPayload {
    return typeof this.#kept === 'string' || 'columns' in this.#kept ? this.#read().payload : this.#kept.payload;
  }

  /** All watches have had it. */
  settle(slab: ColumnSlab): void {
    if (typeof this.#kept === 'string' || 'columns' in this.#kept) return;
    const { timeNs, payload } = this.#kept;
    if (this.#text !== undefined) this.#kept = this.#text;
    else if (payload.kind === 'io' || payload.kind === 'scan' || payload.kind === 'values')
      this.#kept = { timeNs, payload: { ...payload, changes: noChanges }, columns: slab(payload.changes) };
  }

  #read(): Content {
    if (lastRead?.event === this) return lastRead.content;
    const content = typeof this.#kept === 'string' ? decoded(this.#kept, this.sequence) : unpacked(this.#kept);
    lastRead = { event: this, content };
    return content;
  }
}

/** Whoever reads one asks for its parts one after the other. */
let lastRead: { readonly event: StoredEvent; readonly content: Content } | undefined;

const nothing = new Uint32Array(0);
const noChanges = { layout: 0, index: nothing, value: nothing, before: nothing };

function decoded(text: string, sequence: bigint): Content {
  // Its checksum was right, so only a later version can have written something that this one does not read.
  return (
    decodePayload(Buffer.from(text, 'latin1')) ?? {
      timeNs: 0n,
      payload: { kind: 'log', severity: 'error', source: 'host', message: `record ${sequence} has an unknown form` },
    }
  );
}

function unpacked(kept: Content | Packed): Content {
  if (!('columns' in kept)) return kept;
  const changes = unpackColumns(kept.columns);
  return { timeNs: kept.timeNs, payload: { ...kept.payload, changes } as EventPayload };
}
