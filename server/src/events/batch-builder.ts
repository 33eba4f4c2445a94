import type { EventPayload, IoEvent, LoggedEvent, ScanEvent, ValuesEvent, WordChanges } from '../model/event.js';
import type { StoredEvent } from './stored-event.js';
import type { BoolBits, ChangeMerger, CoalescedChanges, EdgeColumns, MergeInput } from './coalesce.js';
import { sliceWords } from './coalesce.js';
import type { CompiledFilter } from './compiled-filter.js';
import { withChanges } from './compiled-filter.js';
import type { BatchEvent, EventBatch } from './subscription.js';

/** Collects the events of one filter in order and makes batches of them. One per group of equal filters, or per refill. */
export interface BatchBuilder {
  /** False where the filter leaves the event out. */
  add(event: StoredEvent): boolean;
  /** Bytes of all that cannot be merged away, roughly as encoded. */
  sizeBytes(): number;
  /** Memory that all of it takes, roughly. */
  heldBytes(): number;
  isEmpty(): boolean;
  /** An event of a class that waits for no interval is among them. */
  isUrgent(): boolean;
  /**
   * Everything collected, as the messages that speak of (previous, sequence]; none where nothing was collected. `coalesce` merges
   * the scan and io events of each runtime into one. Empties the builder.
   */
  finish(previous: bigint, sequence: bigint, coalesce: boolean): EventBatch[];
}

/** Merging is put off until this many events wait, so that a long interval costs bounded memory. */
const foldAt = 64;
/** Rough size of a word's index and value in a message. */
const bytesPerWord = 10;

interface Mergeable extends LoggedEvent {
  readonly payload: IoEvent | ScanEvent | ValuesEvent;
}

/** `merged` where the event stands for several already. */
interface Item {
  readonly event: LoggedEvent;
  /** Where a cursor may stand next. */
  readonly groupEnd: bigint;
  readonly sizeBytes: number;
  readonly merged?: CoalescedChanges;
}

export function createBatchBuilder(
  filter: CompiledFilter,
  maxMessageBytes: number,
  merger: ChangeMerger,
  boolBits: (runtime: string, layout: number) => BoolBits,
  /** Scans that wait are merged as they come: they may be many. */
  isMerging = filter.minIntervalMs > 0,
): BatchBuilder {
  let items: Item[] = [];
  let fixedBytes = 0;
  let urgent = false;
  let mergeable = 0;

  const fold = (): void => {
    items = mergeItems(items, merger, boolBits);
    mergeable = items.filter((item) => isMergeable(item.event)).length;
  };

  return {
    add: (event) => {
      const shown = filter.apply(event);
      if (!shown) return false;
      items.push({ event: shown, groupEnd: event.groupEnd, sizeBytes: event.sizeBytes });
      if (isMergeable(shown)) mergeable += 1;
      else {
        fixedBytes += event.sizeBytes;
        if (shown.class !== 'log') urgent = true;
      }
      if (isMerging && mergeable > foldAt) fold();
      return true;
    },
    sizeBytes: () => fixedBytes,
    heldBytes: () =>
      items.reduce((sum, { event, merged }) => {
        if (!isMergeable(event)) return sum;
        return sum + 12 * event.payload.changes.index.length + 9 * (merged?.edges.index.length ?? 0);
      }, fixedBytes),
    isEmpty: () => items.length === 0,
    isUrgent: () => urgent,
    finish: (previous, sequence, coalesce) => {
      if (items.length === 0) return [];
      if (coalesce && mergeable > 1) fold();
      const batches = split(items, previous, sequence, maxMessageBytes);
      items = [];
      fixedBytes = 0;
      mergeable = 0;
      urgent = false;
      return batches;
    },
  };
}

function isMergeable(event: LoggedEvent): event is Mergeable {
  return event.payload.kind === 'scan' || event.payload.kind === 'io' || event.payload.kind === 'values';
}

/** Which events may become one: those of a runtime, class, direction and layout. Scans and values between them are one stream. */
function mergeKey({ payload }: Mergeable): string {
  const direction = payload.kind === 'io' ? payload.direction : 'scan';
  return `${direction}/${payload.changes.layout}/${payload.runtime}`;
}

/** Replaces the mergeable events of each key by one in the place of the last. Others keep their order. */
function mergeItems(
  items: readonly Item[],
  merger: ChangeMerger,
  boolBits: (runtime: string, layout: number) => BoolBits,
): Item[] {
  const sets = new Map<string, Item[]>();
  for (const item of items) {
    if (!isMergeable(item.event)) continue;
    const key = mergeKey(item.event);
    const set = sets.get(key);
    if (set) set.push(item);
    else sets.set(key, [item]);
  }
  const result: Item[] = [];
  for (const item of items) {
    if (!isMergeable(item.event)) {
      result.push(item);
      continue;
    }
    const set = sets.get(mergeKey(item.event))!;
    if (set[set.length - 1] !== item) continue;
    result.push(set.length === 1 ? item : mergeSet(set, merger, boolBits));
  }
  return result;
}

function mergeSet(
  set: readonly Item[],
  merger: ChangeMerger,
  boolBits: (runtime: string, layout: number) => BoolBits,
): Item {
  const last = set[set.length - 1]!;
  const inputs: MergeInput[] = [];
  let scans = 0;
  let newest: ScanEvent | undefined;
  let firstScan = Infinity;
  let lastScan = 0;
  for (const { event, merged } of set) {
    if (!isMergeable(event)) continue;
    const { payload } = event;
    inputs.push({ changes: payload.changes, ...(merged && { edges: merged.edges }) });
    // Values between scans are no scan, and I/O that changed with them is of the scan before: that is counted once.
    if (merged) scans += merged.scans - (payload.kind === 'io' && merged.firstScan === lastScan ? 1 : 0);
    else if (payload.kind === 'scan' || (payload.kind === 'io' && payload.scan !== lastScan)) scans += 1;
    firstScan = Math.min(firstScan, merged?.firstScan ?? payload.scan);
    lastScan = Math.max(lastScan, merged?.lastScan ?? payload.scan);
    if (payload.kind === 'scan') newest = payload;
  }
  const lastEvent = last.event as Mergeable;
  const { changes, edges } = merger.merge(
    inputs,
    boolBits(lastEvent.payload.runtime, lastEvent.payload.changes.layout),
  );
  // Times are those of the newest scan; a values event shows only where there was no scan at all.
  const payload: EventPayload = { ...(newest ?? lastEvent.payload), changes };
  return {
    event: { sequence: lastEvent.sequence, class: lastEvent.class, timeNs: lastEvent.timeNs, payload },
    groupEnd: last.groupEnd,
    sizeBytes: last.sizeBytes,
    merged: { scans: Math.max(scans, 1), firstScan, lastScan, edges },
  };
}

/** Messages of at most `maxBytes`, cut at the ends of scans where possible, marked `continued` where not. */
function split(items: readonly Item[], previous: bigint, sequence: bigint, maxBytes: number): EventBatch[] {
  const batches: EventBatch[] = [];
  let from = previous;
  let events: BatchEvent[] = [];
  let size = 0;
  let scan: number | undefined;
  let isMerged = false;
  let closedAt = 0;
  let closedSize = 0;
  let closedSequence = previous;

  const emit = (upTo: bigint, continued: boolean): void => {
    batches.push({
      previous: from,
      sequence: continued ? from : upTo,
      ...(scan !== undefined && { scan }),
      events,
      ...(isMerged && { coalesced: { scans: mergedScans(events) } }),
      continued,
    });
    if (!continued) from = upTo;
    events = [];
    size = 0;
    isMerged = false;
    closedAt = 0;
    closedSize = 0;
  };
  const push = (item: BatchEvent, bytes: number): void => {
    if (size + bytes > maxBytes && events.length > 0) {
      // Back to the end of the last whole scan, if there is one in this message.
      if (closedAt > 0) {
        const rest = events.slice(closedAt);
        events = events.slice(0, closedAt);
        const restBytes = size - closedSize;
        emit(closedSequence, false);
        events = rest;
        size = restBytes;
      }
      if (size + bytes > maxBytes && events.length > 0) emit(from, true);
    }
    events.push(item);
    size += bytes;
    const { payload } = item.event;
    if (item.merged) isMerged = true;
    if (payload.kind === 'scan') ({ scan } = payload);
  };

  items.forEach(({ event, merged, groupEnd, sizeBytes }, i) => {
    const bytes = isMergeable(event) ? wordBytes(event.payload.changes.index.length) : sizeBytes;
    if (bytes > maxBytes && isMergeable(event)) {
      const { changes } = event.payload;
      const step = Math.max(1, Math.floor((maxBytes - wordBytes(0)) / bytesPerWord));
      for (let at = 0; at < changes.index.length; at += step) {
        const part = sliceWords(changes, at, Math.min(at + step, changes.index.length));
        const ofPart = merged && { ...merged, edges: edgesOf(merged.edges, part) };
        push({ event: withChanges(event, part), ...(ofPart && { merged: ofPart }) }, wordBytes(part.index.length));
      }
    } else push({ event, ...(merged && { merged }) }, bytes);
    if (items[i + 1]?.groupEnd === groupEnd) return;
    closedAt = events.length;
    closedSize = size;
    closedSequence = groupEnd;
  });
  emit(sequence, false);
  return batches;
}

/** Scans that events tell of, 1 or more: as the scan events say, else as the I/O events do. */
export function mergedScans(events: readonly BatchEvent[]): number {
  const most = (kind: 'scan' | 'io'): number =>
    Math.max(0, ...events.filter(({ event }) => event.payload.kind === kind).map(({ merged }) => merged?.scans ?? 1));
  return Math.max(1, most('scan') || most('io'));
}

function wordBytes(words: number): number {
  return 64 + bytesPerWord * words;
}

/** The edges of the words of a slice; both are in ascending order. */
function edgesOf(edges: EdgeColumns, part: WordChanges): EdgeColumns {
  const first = part.index[0]!;
  const last = part.index[part.index.length - 1]!;
  const from = edges.index.findIndex((word) => word >= first);
  const after = edges.index.findIndex((word) => word > last);
  const to = after < 0 ? edges.index.length : after;
  const start = from < 0 ? edges.index.length : from;
  return {
    index: edges.index.subarray(start, to),
    bit: edges.bit.subarray(start, to),
    count: edges.count.subarray(start, to),
  };
}
