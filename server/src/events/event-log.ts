import type { Cursor, Epoch } from '../model/cursor.js';
import type { EventClass, LoggedEvent, PayloadOf } from '../model/event.js';
import type { OpenRequest, Subscription } from './subscription.js';

/** One totally ordered log per data directory. See streams.md. */
export interface EventLog {
  readonly hostId: string;
  readonly epoch: Epoch;
  /** Sequence before the first record of this epoch. */
  readonly epochStart: bigint;

  /**
   * Numbers and keeps one event. Never waits. A record of class run_state, project or audit is hidden from readers, and
   * with it everything numbered later, until it is on disk; `committed` settles then. A call must reply only after it.
   * HostError STORAGE_FAILED by rejection of `committed`.
   */
  append<C extends EventClass>(eventClass: C, payload: PayloadOf[C], options?: AppendOptions): Appended;
  /**
   * The records of one scan, in order (io, log, io, scan): consecutive numbers, never torn apart by a cursor.
   */
  appendGroup(records: readonly GroupRecord[]): Appended;
  /** Journals state without an event that readers see (class-less record). Same promise as `append`. */
  appendState(attachment: Uint8Array): Appended;

  /** Newest sequence that readers may see: everything at or below it that is durable is on disk. */
  head(): bigint;
  /** Newest number given, visible or not. A snapshot taken now is a snapshot at this sequence. */
  assigned(): bigint;
  /** Sequence of the newest dropped record per class, 0 if none. */
  floors(): Readonly<Record<EventClass, bigint>>;
  cursorAt(sequence: bigint): Cursor;

  /** Kept and visible events of some classes after a sequence, oldest first: QueryLogs, QueryAudit. */
  read(query: ReadQuery): readonly LoggedEvent[];

  /** HostError with a CURSOR_ reason, FILTER_TOO_LARGE, TOO_MANY_SUBSCRIPTIONS, INVALID_REQUEST or SHUTTING_DOWN. */
  subscribe(request: OpenRequest): Subscription;

  /** True between a failed write and the first good one: mutations are to be refused with STORAGE_FAILED. */
  storageFailed(): boolean;
  stats(): EventLogStats;

  /** Says Goodbye to all subscribers, flushes the journal. The log takes no further records. */
  close(reason: 'SHUTTING_DOWN'): Promise<void>;
}

export interface AppendOptions {
  /** Bytes that must be on disk if and only if the event is (request ids, generations): opaque, given back by recovery. */
  readonly attachment?: Uint8Array;
  /**
   * What becomes of the event when it cannot be written. `show` (default): it is a fact, readers see it marked volatile.
   * `withdraw`: it announces something that the caller does only after `committed`; nobody ever sees it.
   */
  readonly ifStorageFails?: 'show' | 'withdraw';
}

export type GroupRecord = {
  readonly [C in EventClass]: { readonly class: C; readonly payload: PayloadOf[C]; readonly attachment?: Uint8Array };
}[EventClass];

export interface Appended {
  /** Of the last record. */
  readonly sequence: bigint;
  readonly committed: Promise<void>;
}

export interface ReadQuery {
  readonly classes: readonly EventClass[];
  /** Exclusive. */
  readonly after: bigint;
  readonly limit: number;
}

export interface EventLogStats {
  readonly subscriptions: number;
  readonly lagging: number;
  /** Bytes of encoded messages held for subscribers. */
  readonly queuedBytes: number;
  readonly keptBytes: Readonly<Record<EventClass, number>>;
  readonly encodes: number;
  readonly goodbyes: number;
}
