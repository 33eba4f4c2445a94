import type { Clock } from '../model/clock.js';
import { systemClock } from '../model/clock.js';
import type { EventClass, EventPayload, PayloadOf } from '../model/event.js';
import { eventClasses, eventClassTable } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import { recordTypes } from '../model/record-type.js';
import type { Timers } from '../model/timers.js';
import { systemTimers } from '../model/timers.js';
import { auditHash } from './audit-chain.js';
import { StoredEvent, type StoredEventParts } from './stored-event.js';
import { visitInOrder } from './class-ring.js';
import { createColumnSlab, type ColumnSlab } from './column-slab.js';
import { createCursorWriter } from './cursor-writer.js';
import type { BoolBits } from './coalesce.js';
import { createChangeMerger } from './coalesce.js';
import { compileFilter } from './compiled-filter.js';
import { createDurabilityGate } from './durability-gate.js';
import type { Appended, AppendOptions, EventLog, GroupRecord } from './event-log.js';
import { createFanOut } from './fan-out.js';
import type { LogView } from './log-view.js';
import { openWatch } from './open-watch.js';
import { createRings, floorsOf, restore, sizeOf } from './log-rings.js';
import { encodePayload } from './payload-codec.js';
import type { IdentityPort, JournalPort, RecoveredJournal } from './ports.js';

export interface EventLogOptions {
  readonly identity: IdentityPort;
  readonly journal: JournalPort;
  readonly recovery: RecoveredJournal;
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** Version of the host, for the first record. */
  readonly version?: string;
  /** Which bits of a runtime's words are BOOLs, for the edges of merged scans. */
  readonly boolBits?: (runtime: string, layout: number) => BoolBits;
  readonly limits?: Partial<EventLogLimits>;
}

export interface EventLogLimits {
  readonly perConnection: number;
  readonly perHost: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly maxTotalBytes: number;
  /** Of the events of one message, roughly as encoded. */
  readonly maxMessageBytes: number;
  readonly progressIntervalMs: number;
  readonly stallTimeoutMs: number;
  readonly rings: Partial<Record<EventClass, { readonly maxCount: number; readonly maxBytes: number }>>;
}

const mebibyte = 1024 * 1024;
const defaultLimits: EventLogLimits = {
  perConnection: 64,
  perHost: 512,
  maxQueuedMessages: 256,
  maxQueuedBytes: 4 * mebibyte,
  maxTotalBytes: 64 * mebibyte,
  maxMessageBytes: mebibyte,
  progressIntervalMs: 1000,
  stallTimeoutMs: 10_000,
  rings: {},
};
const noBytes = new Uint8Array(0);
const maxBodyBytes = 8 * mebibyte;
const onDisk: Promise<void> = Promise.resolve();

/** The log of a host whose store has been opened. Its first records say that the host started, and what recovery missed. */
export function createEventLog(options: EventLogOptions): EventLog {
  const { identity, journal, recovery } = options;
  const clock = options.clock ?? systemClock;
  const timers = options.timers ?? systemTimers;
  const limits: EventLogLimits = { ...defaultLimits, ...options.limits };
  const rings = createRings(limits.rings);
  const slabs = Object.fromEntries(eventClasses.map((c) => [c, createColumnSlab()])) as Record<EventClass, ColumnSlab>;
  const gate = createDurabilityGate();
  let assigned = identity.epochStart;
  let fresh: StoredEvent[] = [];
  let lastWords: StoredEvent['words'];
  let pumpScheduled = false;
  let failure: HostError | undefined;
  let closed = false;
  let auditHead = restore(rings, limits.rings, identity, recovery);
  let reserving = false;
  const withdrawable = new Set<bigint>();
  const writeCursor = createCursorWriter(identity);

  const view: LogView = {
    epoch: identity.epoch,
    nowMs: () => Number(clock.monotonicNs() / 1000n) / 1000,
    timers,
    limits: {
      maxQueuedMessages: limits.maxQueuedMessages,
      maxQueuedBytes: limits.maxQueuedBytes,
      maxMessageBytes: limits.maxMessageBytes,
      progressIntervalMs: limits.progressIntervalMs,
      stallTimeoutMs: limits.stallTimeoutMs,
    },
    maxTotalBytes: limits.maxTotalBytes,
    merger: createChangeMerger(),
    boolBits: (runtime, layout) => options.boolBits?.(runtime, layout),
    head: () => gate.head(assigned),
    assigned: () => assigned,
    floors: () => floorsOf(rings),
    ring: (eventClass) => rings[eventClass],
    cursorBytes: writeCursor,
  };
  const fanOut = createFanOut(view, limits);

  const pump = (): void => {
    pumpScheduled = false;
    const head = view.head();
    let count = 0;
    while (count < fresh.length && fresh[count]!.sequence <= head) count += 1;
    const events = count === fresh.length ? fresh : fresh.slice(0, count);
    fresh = count === fresh.length ? [] : fresh.slice(count);
    fanOut.pump(events, head);
    for (const event of events) event.settle(slabs[event.class]);
  };
  const pumpSoon = (): void => {
    if (pumpScheduled) return;
    pumpScheduled = true;
    timers.soon(pump);
  };

  /** The next `count` numbers; HostError STORAGE_FAILED where the disk has not taken a mark above them. */
  const takeNumbers = (count: number): bigint => {
    const last = assigned + BigInt(count);
    const left = identity.reserved() - last;
    if (left < 0n) {
      throw new HostError(
        'STORAGE_FAILED',
        'no numbers are left for events: the disk has refused to reserve more for too long',
      );
    }
    if (!reserving && left < identity.blockSize / 2n) {
      reserving = true;
      identity
        .reserveMore()
        .catch(() => undefined)
        .finally(() => timers.after(1000, () => (reserving = false)));
    }
    const first = assigned + 1n;
    assigned = last;
    return first;
  };

  const appendAll = (records: readonly (GroupRecord & AppendOptions)[]): Appended => {
    if (closed) throw new HostError('SHUTTING_DOWN', 'the host is stopping');
    if (records.length === 0) return { sequence: assigned, committed: onDisk };
    const timeNs = clock.wallNs();
    const bodies = records.map((record) =>
      eventClassTable[record.class].durable === 'no' ? undefined : bodyOf(timeNs, record.payload),
    );
    const groupStart = takeNumbers(records.length);
    const groupEnd = records.length === 1 ? groupStart : assigned;
    const words = wordsOf(records, lastWords);
    lastWords = words ?? lastWords;
    let committed: Promise<void> = onDisk;
    records.forEach((record, i) => {
      const sequence = i === 0 ? groupStart : groupStart + BigInt(i);
      let { payload } = record;
      let body = bodies[i];
      if (payload.kind === 'audit') {
        const { hash: _given, ...plain } = payload;
        auditHead = auditHash(auditHead, sequence, timeNs, plain);
        payload = { ...plain, hash: auditHead };
        body = bodyOf(timeNs, payload);
      }
      const rule = eventClassTable[record.class];
      const atOnce = rule.durable === 'at_once';
      const parts: StoredEventParts = {
        sequence,
        class: record.class,
        sizeBytes: sizeOf(payload, body),
        groupStart,
        groupEnd,
        ...(words && { words }),
        ...(failure && atOnce && { volatile: true }),
      };
      const event = StoredEvent.appended(parts, { timeNs, payload }, body);
      const withdrawn = failure && atOnce && record.ifStorageFails === 'withdraw';
      if (!withdrawn) {
        rings[record.class].push(event);
        fresh.push(event);
      }
      const attachment = record.attachment ?? noBytes;
      if (body && !withdrawn) journal.append({ type: recordTypes[record.class], sequence, body, attachment }, atOnce);
      // An attachment must not be lost with an event that is kept in memory only.
      else if (attachment.length > 0 && !withdrawn)
        journal.append({ type: recordTypes.state, sequence, body: noBytes, attachment }, true);
      if (!atOnce && attachment.length === 0) return;
      committed = commitment(sequence, groupStart - 1n, record.ifStorageFails === 'withdraw', withdrawn === true);
    });
    pumpSoon();
    return { sequence: groupEnd, committed };
  };

  const commitment = (
    sequence: bigint,
    visibleBefore: bigint,
    canWithdraw: boolean,
    withdrawn: boolean,
  ): Promise<void> => {
    if (failure) {
      const refusal = Promise.reject(refusalFor(failure, withdrawn));
      refusal.catch(() => undefined);
      return refusal;
    }
    if (canWithdraw) withdrawable.add(sequence);
    return gate.hold(sequence, visibleBefore);
  };

  const storageFailed = (error: HostError): void => {
    failure = error;
    const gone: bigint[] = [];
    const held = new Set(gate.failed((sequence) => refusalFor(error, withdrawable.has(sequence))));
    for (const event of fresh) {
      if (!held.has(event.sequence)) continue;
      if (withdrawable.has(event.sequence)) gone.push(event.sequence);
      else event.volatile = true;
    }
    withdrawable.clear();
    if (gone.length > 0) {
      fresh = fresh.filter((event) => !gone.includes(event.sequence));
      for (const ring of Object.values(rings)) for (const sequence of gone) ring.remove(sequence);
      // The journal may still write them: it must write as well that they never were.
      const sequence = takeNumbers(1);
      journal.append(
        { type: recordTypes.withdrawn, sequence, body: new TextEncoder().encode(gone.join(' ')), attachment: noBytes },
        true,
      );
    }
    appendAll([{ class: 'run_state', payload: { kind: 'storage', state: 'FAILED', detail: error.message } }]);
    // What was held back is visible now.
    pumpSoon();
  };

  journal.listen({
    committed: (sequence) => {
      gate.committed(sequence);
      for (const known of withdrawable) if (known <= sequence) withdrawable.delete(known);
      trimJournal();
      pumpSoon();
    },
    failed: (error) => {
      const reason = error instanceof HostError ? error : new HostError('STORAGE_FAILED', error.message);
      if (closed) gate.failed(() => reason);
      else storageFailed(reason);
    },
    restored: (dropped) => {
      failure = undefined;
      if (closed) return;
      const lost = dropped > 0n ? `; records up to ${dropped} were seen and are not on disk` : '';
      appendAll([
        {
          class: 'run_state',
          payload: { kind: 'storage', state: 'RESTORED', detail: `the journal is written again${lost}` },
        },
      ]);
    },
  });

  let trimmedAt: readonly bigint[] = [];
  /** Tells the journal what the rings have dropped. */
  const trimJournal = (): void => {
    const floors: bigint[] = [0n];
    let least: bigint | undefined;
    for (const c of eventClasses) {
      const floor = rings[c].floor();
      floors[recordTypes[c]] = floor;
      if (eventClassTable[c].durable !== 'no' && (least === undefined || floor < least)) least = floor;
    }
    // A withdrawal is needed for as long as what it withdraws may be there.
    floors[recordTypes.state] = 0n;
    floors[recordTypes.withdrawn] = least ?? 0n;
    if (floors.every((floor, i) => floor === trimmedAt[i])) return;
    trimmedAt = floors;
    journal.trim(floors);
  };

  const log: EventLog = {
    hostId: identity.hostId,
    epoch: identity.epoch,
    epochStart: identity.epochStart,
    append: <C extends EventClass>(eventClass: C, payload: PayloadOf[C], appendOptions?: AppendOptions) =>
      appendAll([{ class: eventClass, payload, ...appendOptions } as GroupRecord & AppendOptions]),
    appendGroup: appendAll,
    appendState: (attachment) => {
      if (closed) throw new HostError('SHUTTING_DOWN', 'the host is stopping');
      const sequence = takeNumbers(1);
      journal.append({ type: recordTypes.state, sequence, body: noBytes, attachment }, true);
      return { sequence, committed: commitment(sequence, sequence - 1n, false, false) };
    },
    head: () => view.head(),
    assigned: () => assigned,
    floors: () => view.floors(),
    cursorAt: (sequence) => ({ hostId: identity.hostId, epoch: identity.epoch, sequence }),
    read: ({ classes, after, limit }) => {
      const found: StoredEvent[] = [];
      const asked = eventClasses.filter((c) => classes.includes(c)).map((c) => rings[c]);
      if (limit <= 0) return found;
      visitInOrder(asked, after, view.head(), (event) => found.push(event) < limit);
      return found;
    },
    subscribe: (request) => {
      if (closed) throw new HostError('SHUTTING_DOWN', 'the host is stopping');
      const filter = compileFilter(request);
      // What is visible is handed out first, so that a watch begins with nothing in between.
      pump();
      const crashed =
        identity.previousStop === 'crash' ? { from: recovery.last + 1n, to: identity.epochStart } : undefined;
      return fanOut.open(request, filter, openWatch(view, identity, request, filter, crashed));
    },
    storageFailed: () => failure !== undefined,
    stats: () => ({
      ...fanOut.stats(),
      keptBytes: Object.fromEntries(eventClasses.map((c) => [c, rings[c].sizeBytes()])) as Record<EventClass, number>,
    }),
    close: async (reason) => {
      if (closed) return;
      closed = true;
      await journal.flush().catch(() => undefined);
      pump();
      fanOut.endAll(reason, 'the host is stopping');
    },
  };

  appendAll([
    {
      class: 'run_state',
      payload: {
        kind: 'host_started',
        boot: identity.epoch.boot,
        clean: identity.previousStop !== 'crash',
        version: options.version ?? '',
      },
    },
  ]);
  for (const loss of recovery.losses)
    appendAll([{ class: 'run_state', payload: { kind: 'journal_truncated', ...loss } }]);
  return log;
}

function refusalFor(error: HostError, withdrawn: boolean): HostError {
  return withdrawn ? new HostError(error.reason, error.message, { ...error.metadata, withdrawn: 'true' }) : error;
}

function bodyOf(timeNs: bigint, payload: EventPayload): Uint8Array {
  const body = encodePayload(timeNs, payload);
  if (body.length > maxBodyBytes) {
    throw new HostError('TOO_LARGE', `an event of ${body.length} bytes is too large for the journal; cut its lists`);
  }
  return body;
}

/** `before`, where the records speak of the same. */
function wordsOf(records: readonly GroupRecord[], before: StoredEvent['words']): StoredEvent['words'] {
  for (const { payload } of records) {
    if (payload.kind !== 'scan' && payload.kind !== 'io' && payload.kind !== 'values') continue;
    const { runtime, changes } = payload;
    const same = before?.runtime === runtime && before.layout === changes.layout;
    return same ? before : { runtime, layout: changes.layout };
  }
  return undefined;
}
