import type { BatchBuilder } from './batch-builder.js';
import { createBatchBuilder } from './batch-builder.js';
import type { StoredEvent } from './stored-event.js';
import type { CompiledFilter } from './compiled-filter.js';
import type { Layouts, LogView } from './log-view.js';
import type { Half } from './wake-pace.js';
import type { Encoder, EventBatch, Snapshot, SnapshotPart, SnapshotProvider } from './subscription.js';

/** A message as all readers of a group share it. */
export type SharedMessage =
  | {
      readonly kind: 'batch';
      readonly sequence: bigint;
      readonly cursor: Uint8Array;
      readonly scan?: number;
      readonly continued: boolean;
      readonly coalescedScans: number;
      readonly body: Uint8Array;
    }
  | { readonly kind: 'progress'; readonly sequence: bigint; readonly cursor: Uint8Array }
  /** From here on words mean something else: each reader starts over with a snapshot. */
  | { readonly kind: 'layout'; readonly runtime: string };

/** What a group knows of a reader. */
export interface GroupMember {
  readonly id: number;
  /** Index of the next message it takes from the queue; undefined while it is not live. */
  liveIndex(): number | undefined;
  /** Something may be there to take. */
  wake(): void;
  encodingFailed(error: unknown): void;
}

/**
 * All watches with equal filters. Those that keep up ("live") read one queue of encoded messages, each at its own index, so that a
 * message costs the same for one reader and for five hundred. Those that fall off its end read the log by themselves.
 */
export interface FilterGroup {
  readonly filter: CompiledFilter;
  readonly members: ReadonlySet<GroupMember>;
  join(member: GroupMember): void;
  leave(member: GroupMember): void;
  /** Up to where a reader may read by itself before it goes live: where the queue ends, or the head where nobody is live. */
  joinAt(): bigint;
  /** The member at `joinAt()` becomes live; gives its index. */
  goLive(layouts: Layouts): number;
  /** Called when a member has stopped being live. */
  leftLive(): void;
  firstIndex(): number;
  endIndex(): number;
  message(index: number): SharedMessage | undefined;
  queuedBytes(): number;

  /** Takes newly visible events; does nothing while nobody is live. */
  add(event: StoredEvent): void;
  /** After the adds: makes messages up to `head`, unless the interval says wait. Gives when to call again, ms, if so. */
  flush(head: bigint): number | undefined;
  /** Whether messages were made since it was asked last. */
  takeNews(): boolean;
  /** Wakes members, for what they have not taken. */
  wake(half: Half): void;
  /** A second has passed without a message. */
  progress(): void;
  /** Throws away the oldest messages until `bytes` are gone: who has not read them lags. Gives the bytes freed. */
  evict(bytes: number): number;
  /** Forgets messages that every live member has taken. */
  trim(): void;

  /** Encodes a batch that a reader built by itself; `shared`: or finds it encoded, because another reader has built the same. */
  encodeBatch(batch: EventBatch, shared: boolean): SharedMessage;
  encodePart(part: SnapshotPart): Uint8Array;
  /** One provider call serves all members that ask while it is under way, and after it until something new is numbered. */
  snapshot(provider: SnapshotProvider): Promise<Snapshot>;
}

export interface GroupCounters {
  encodes: number;
}

const messageOverheadBytes = 96;
const refillsKept = 8;

export function createFilterGroup(
  log: LogView,
  filter: CompiledFilter,
  encoder: Encoder,
  counters: GroupCounters,
  /** Head as of the last pump: what is visible beyond it has not been added yet. */
  pumped: () => bigint,
): FilterGroup {
  const members = new Set<GroupMember>();
  const { maxQueuedMessages, maxQueuedBytes, maxMessageBytes, progressIntervalMs } = log.limits;
  const builder: BatchBuilder = createBatchBuilder(filter, maxMessageBytes, log.merger, (runtime, layout) =>
    log.boolBits(runtime, layout),
  );
  const coalesceInterval = filter.minIntervalMs > 0;
  let queue: SharedMessage[] = [];
  let base = 0;
  let bytes = 0;
  let active = false;
  let position = 0n;
  let layouts = new Map<string, number>();
  let lastMessageMs = 0;
  let lastWordsMs = -Infinity;
  let news = false;
  const refills = new Map<string, SharedMessage>();
  const parts = new WeakMap<SnapshotPart, Uint8Array>();
  let taking: Promise<Snapshot> | undefined;
  let latest: Snapshot | undefined;

  const sizeOf = (message: SharedMessage): number =>
    messageOverheadBytes + (message.kind === 'batch' ? message.body.length : 0);
  const push = (message: SharedMessage): void => {
    queue.push(message);
    news = true;
    bytes += sizeOf(message);
    lastMessageMs = log.nowMs();
  };
  const shift = (count: number): number => {
    let freed = 0;
    for (let i = 0; i < count; i += 1) freed += sizeOf(queue[i]!);
    queue = queue.slice(count);
    base += count;
    bytes -= freed;
    return freed;
  };
  const encode = (batch: EventBatch): SharedMessage => {
    counters.encodes += 1;
    return {
      kind: 'batch',
      sequence: batch.sequence,
      cursor: log.cursorBytes(batch.sequence),
      ...(batch.scan !== undefined && { scan: batch.scan }),
      continued: batch.continued,
      coalescedScans: batch.coalesced?.scans ?? 0,
      body: encoder.batch(batch),
    };
  };
  const limit = (): void => {
    let over = Math.max(0, queue.length - maxQueuedMessages);
    let left = bytes;
    for (let i = 0; i < over; i += 1) left -= sizeOf(queue[i]!);
    while (left > maxQueuedBytes && over < queue.length - 1) {
      left -= sizeOf(queue[over]!);
      over += 1;
    }
    if (over > 0) shift(over);
  };
  const deactivate = (): void => {
    active = false;
    shift(queue.length);
    builder.finish(0n, 0n, false);
  };
  const emit = (upTo: bigint): void => {
    try {
      for (const batch of builder.finish(position, upTo, coalesceInterval)) push(encode(batch));
    } catch (error) {
      for (const member of [...members]) member.encodingFailed(error);
    }
    position = upTo;
  };
  /** Words of `event` belong to another layout than those before it: what is collected goes first, then the mark. */
  const noteLayout = ({ words, groupStart }: StoredEvent): void => {
    if (!words || !filter.watchesWords || !filter.watchesRuntime(words.runtime)) return;
    const known = layouts.get(words.runtime);
    if (known === words.layout) return;
    layouts.set(words.runtime, words.layout);
    if (known === undefined) return;
    emit(groupStart - 1n);
    push({ kind: 'layout', runtime: words.runtime });
  };

  return {
    filter,
    members,
    join: (member) => void members.add(member),
    leave: (member) => {
      members.delete(member);
      if (active && ![...members].some((other) => other.liveIndex() !== undefined)) deactivate();
    },
    joinAt: () => (active ? position : pumped()),
    goLive: (known) => {
      if (!active) {
        active = true;
        position = pumped();
        layouts = new Map(known);
        lastMessageMs = log.nowMs();
      }
      return base + queue.length;
    },
    leftLive: () => {
      if (active && ![...members].some((other) => other.liveIndex() !== undefined)) deactivate();
    },
    firstIndex: () => base,
    endIndex: () => base + queue.length,
    message: (index) => queue[index - base],
    queuedBytes: () => bytes,

    add: (event) => {
      if (!active) return;
      noteLayout(event);
      builder.add(event);
    },
    flush: (head) => {
      if (latest && latest.sequence < log.assigned()) latest = undefined;
      if (!active || head <= position) return undefined;
      if (builder.isEmpty()) {
        position = head;
        return undefined;
      }
      if (coalesceInterval) {
        const now = log.nowMs();
        const due = lastWordsMs + filter.minIntervalMs;
        if (now < due && !builder.isUrgent()) return due;
        lastWordsMs = now;
      }
      emit(head);
      limit();
      return undefined;
    },
    takeNews: () => {
      const had = news;
      news = false;
      return had;
    },
    wake: (half) => {
      for (const member of members) if (half === undefined || (member.id & 1) === half) member.wake();
    },
    progress: () => {
      if (!active || log.nowMs() - lastMessageMs < progressIntervalMs) return;
      push({ kind: 'progress', sequence: position, cursor: log.cursorBytes(position) });
      limit();
    },
    evict: (wanted) => {
      let count = 0;
      let freed = 0;
      while (freed < wanted && count < queue.length) {
        freed += sizeOf(queue[count]!);
        count += 1;
      }
      return count > 0 ? shift(count) : 0;
    },
    trim: () => {
      if (queue.length === 0) return;
      let least = base + queue.length;
      for (const member of members) {
        const index = member.liveIndex();
        if (index !== undefined && index < least) least = index;
      }
      if (least > base) shift(least - base);
    },

    encodeBatch: (batch, shared) => {
      // Pieces of one scan have the same bounds, so only whole batches are found again.
      if (!shared || batch.continued) return encode(batch);
      const key = `${batch.previous} ${batch.sequence} ${batch.coalesced?.scans ?? 0} ${batch.events.length}`;
      let message = refills.get(key);
      if (!message) {
        message = encode(batch);
        refills.set(key, message);
        if (refills.size > refillsKept) refills.delete(refills.keys().next().value!);
      }
      return message;
    },
    encodePart: (part) => {
      let body = parts.get(part);
      if (!body) {
        counters.encodes += 1;
        body = encoder.snapshotPart(part);
        parts.set(part, body);
      }
      return body;
    },
    snapshot: (provider) => {
      if (latest && latest.sequence === log.assigned()) return Promise.resolve(latest);
      taking ??= Promise.resolve()
        .then(() => provider(filter.request))
        .then((snapshot) => (latest = snapshot))
        .finally(() => {
          taking = undefined;
        });
      return taking;
    },
  };
}
