import type { Epoch } from '../model/cursor.js';
import type { EventClass, LoggedEvent } from '../model/event.js';
import type { logSeverities } from '../model/event.js';
import type { CoalescedChanges } from './coalesce.js';

/** Where a watch begins. `cursor` is the client's bytes as they came. */
export type WatchStart =
  | { readonly kind: 'latest' }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'earliest' }
  | { readonly kind: 'cursor'; readonly bytes: Uint8Array };

/**
 * Which words of a runtime's memory concern a subscriber, per layout. `key` names the selection: equal keys select equal
 * words and the same variable ids.
 */
export interface WordSelector {
  readonly key: string;
  /** One bit per word (bit w & 31 of element w >> 5); undefined: all words. Called once per runtime, class and layout. */
  select(runtime: string, layout: number, eventClass: 'io' | 'scan'): Uint32Array | undefined;
}

export interface WatchFilter {
  readonly classes: readonly EventClass[];
  /** Only events of these runtimes; absent: all. Events that belong to no runtime always pass. */
  readonly runtimes?: readonly string[];
  /** Variables (class scan) and channels (class io); absent: all. */
  readonly words?: WordSelector;
  /** Class log: this severity and above. */
  readonly minSeverity?: (typeof logSeverities)[number];
  /** Least time between two messages with scan or io events, milliseconds; they are merged meanwhile. */
  readonly minIntervalMs?: number;
  /** Leave out scan and io events in which nothing selected changed. */
  readonly changesOnly?: boolean;
  /** Anything else that the encoding of the services depends on (verbose, with values ...). */
  readonly encodingKey?: string;
}

export interface OpenRequest {
  readonly start: WatchStart;
  readonly onGap: 'fail' | 'reset';
  readonly filter: WatchFilter;
  /** Scan and io events; default as the class table says (`coalesce`). All other classes are always lossless. */
  readonly delivery?: 'coalesce' | 'lossless';
  /** For the per-connection limit; absent: counted for the host only. */
  readonly connection?: object;
  /** Turns events into the shared bytes of a message. */
  readonly encoder: Encoder;
  /** Gives the state at a sequence; needed for `snapshot` and `reset`. */
  readonly snapshots?: SnapshotProvider;
}

/** Called once per distinct filter, not per subscriber. Must not keep `batch`. */
export interface Encoder {
  batch(batch: EventBatch): Uint8Array;
  snapshotPart(part: SnapshotPart): Uint8Array;
}

/** What one message says about the log between two sequences: (previous, sequence]. */
export interface EventBatch {
  readonly previous: bigint;
  readonly sequence: bigint;
  /** Last scan that the batch speaks of, where it speaks of one. */
  readonly scan?: number;
  readonly events: readonly BatchEvent[];
  /** More of the same scan follows in the next message, and the cursor stays where it was. */
  readonly continued: boolean;
  readonly coalesced?: Coalesced;
}

/** An event as filtered: word columns hold only what was selected. `coalesced` where several were merged into it. */
export interface BatchEvent {
  readonly event: LoggedEvent;
  readonly merged?: CoalescedChanges;
}

export interface Coalesced {
  /** Scans merged into the batch. */
  readonly scans: number;
}

/** The state of what the filter selects, at `sequence`: every event at or below it is in it, none above it is. */
export interface Snapshot {
  readonly sequence: bigint;
  readonly parts: readonly SnapshotPart[];
}

/** A piece that fits into one message. */
export interface SnapshotPart {
  readonly payload: unknown;
  readonly sizeBytes: number;
}

/** Taken between two scans. Requests of equal filters that are under way at once are answered together. */
export type SnapshotProvider = (filter: WatchFilter) => Promise<Snapshot>;

/** Fields of every message after Opened, which stand in front of the shared bytes. */
export interface MessageHeader {
  /** Dense from 1. */
  readonly delivery: bigint;
  /** Sequence up to which the message before it spoke. */
  readonly previous: bigint;
}

export interface Opened {
  readonly kind: 'opened';
  /** Where the watch stands: events above it follow (after the snapshot, where there is one). */
  readonly sequence: bigint;
  readonly cursor: Uint8Array;
  /** Highest floor of the classes asked, and that of each. */
  readonly floor: bigint;
  readonly floors: Readonly<Record<EventClass, bigint>>;
  readonly head: bigint;
  readonly epoch: Epoch;
  /** The epoch-changed notice: the cursor was of this older epoch, and nothing that was asked for is lost. */
  readonly resumedFrom?: Epoch;
  readonly limits: EffectiveLimits;
}

/** What is in force, after clamping. */
export interface EffectiveLimits {
  readonly delivery: 'coalesce' | 'lossless';
  readonly minIntervalMs: number;
  readonly progressIntervalMs: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly maxMessageBytes: number;
  readonly stallTimeoutMs: number;
}

export type LagReason = 'CRASH' | 'SLOW_READER' | 'EXPIRED';
export type ResetReason = 'CURSOR_EXPIRED' | 'CURSOR_TRUNCATED' | 'LAGGED' | 'LAYOUT_CHANGED';
export type GoodbyeReason =
  'SLOW_READER' | 'CURSOR_EXPIRED' | 'SHUTTING_DOWN' | 'REVOKED' | 'SNAPSHOT_FAILED' | 'ENCODING_FAILED';

export type StreamMessage =
  | Opened
  | (MessageHeader & {
      readonly kind: 'snapshot';
      /** `at`. */
      readonly sequence: bigint;
      readonly cursor: Uint8Array;
      readonly more: boolean;
      readonly body: Uint8Array;
    })
  | (MessageHeader & {
      readonly kind: 'batch';
      readonly sequence: bigint;
      readonly cursor: Uint8Array;
      readonly scan?: number;
      readonly continued: boolean;
      readonly coalescedScans: number;
      /** Made by the encoder; the same object for every subscriber with the same filter. */
      readonly body: Uint8Array;
    })
  | (MessageHeader & { readonly kind: 'progress'; readonly sequence: bigint; readonly cursor: Uint8Array })
  | (MessageHeader & {
      readonly kind: 'lagged';
      readonly class: EventClass;
      readonly from: bigint;
      readonly to: bigint;
      /** Records known to be missing; absent where nobody can know. */
      readonly skipped?: bigint;
      readonly reason: LagReason;
    })
  | (MessageHeader & {
      readonly kind: 'reset';
      readonly reason: ResetReason;
      /** With LAYOUT_CHANGED: whose. */
      readonly runtime?: string;
    })
  | (MessageHeader & {
      readonly kind: 'goodbye';
      readonly reason: GoodbyeReason;
      readonly sequence: bigint;
      readonly cursor: Uint8Array;
      /** For the status that follows. */
      readonly message: string;
    });

/** One watch. Pull only: nothing is queued per subscriber while it does not take. */
export interface Subscription {
  readonly id: number;
  /** The next message, or undefined when there is none now (or after `goodbye` was taken). */
  take(): StreamMessage | undefined;
  /** Calls back once, when `take` may give something after it gave undefined. At most one callback is held. */
  onReady(callback: () => void): void;
  /** The next message; undefined after `goodbye` or `close`. For tests and slow paths. */
  next(): Promise<StreamMessage | undefined>;
  state(): 'catching_up' | 'live' | 'lagging' | 'ended';
  /** Ends it from the host's side: the next message is Goodbye. */
  end(reason: GoodbyeReason, message: string): void;
  /** The client is gone: frees everything, at once. */
  close(): void;
}
