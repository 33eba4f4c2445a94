import type { EventLog } from '../../server/src/events/event-log.js';
import type { EventLogLimits } from '../../server/src/events/create-event-log.js';
import { createEventLog } from '../../server/src/events/create-event-log.js';
import type { BoolBits } from '../../server/src/events/coalesce.js';
import type {
  Encoder,
  OpenRequest,
  StreamMessage,
  Subscription,
  WatchFilter,
} from '../../server/src/events/subscription.js';
import type { AuditEvent, LogLineEvent, RunStateEvent, ScanEvent, WordChanges } from '../../server/src/model/event.js';
import { HostError } from '../../server/src/model/host-error.js';
import type { Store, StoreOptions } from '../../server/src/store/open-store.js';
import { openStore } from '../../server/src/store/open-store.js';
import type { ManualTime } from './manual-time.js';
import { manualTime } from './manual-time.js';
import type { MemoryFileSystem } from './memory-file-system.js';
import { memoryFileSystem } from './memory-file-system.js';

/** A store and a log on a disk in memory, with manual time. */
export interface EventHost {
  readonly fs: MemoryFileSystem;
  readonly time: ManualTime;
  readonly store: Store;
  readonly log: EventLog;
  /** Encodes events as JSON, and counts. */
  readonly encoder: Encoder & { batches: number; parts: number };
  open(request: Partial<OpenRequest> & { readonly classes?: WatchFilter['classes'] }): Subscription;
  /** An orderly stop. */
  stop(): Promise<void>;
}

export interface EventHostOptions {
  readonly fs?: MemoryFileSystem;
  readonly time?: ManualTime;
  readonly limits?: Partial<EventLogLimits>;
  readonly store?: Partial<StoreOptions>;
  readonly boolBits?: (runtime: string, layout: number) => BoolBits;
}

export async function startHost(options: EventHostOptions = {}): Promise<EventHost> {
  const fs = options.fs ?? memoryFileSystem();
  const time = options.time ?? manualTime();
  const { clock, timers } = time;
  const opening = openStore({
    directory: '/data',
    fs,
    userId: 1000,
    processId: 1,
    machine: 'test',
    probe: () => ({ running: false, birth: '' }),
    clock,
    timers,
    ...options.store,
  });
  const store = await opening;
  const log = createEventLog({
    identity: store.identity,
    journal: store.journal,
    recovery: store.recovery,
    clock,
    timers,
    version: 'test',
    ...(options.boolBits && { boolBits: options.boolBits }),
    ...(options.limits && { limits: options.limits }),
  });
  await time.settle();
  const encoder = jsonEncoder();
  return {
    fs,
    time,
    store,
    log,
    encoder,
    open: ({ classes, filter, ...request }) =>
      log.subscribe({
        start: { kind: 'latest' },
        onGap: 'fail',
        encoder,
        filter: filter ?? { classes: classes ?? ['run_state', 'project', 'log', 'io', 'scan'] },
        ...request,
      }),
    stop: async () => {
      const closing = log.close('SHUTTING_DOWN');
      await time.settle();
      await closing;
      const closed = store.close();
      await time.settle();
      await closed;
    },
  };
}

export function jsonEncoder(): Encoder & { batches: number; parts: number } {
  const encoder = {
    batches: 0,
    parts: 0,
    batch: (batch: Parameters<Encoder['batch']>[0]) => {
      encoder.batches += 1;
      return toJson({
        ...batch,
        events: batch.events.map(({ event: { sequence, class: eventClass, timeNs, payload, volatile }, merged }) => ({
          sequence,
          class: eventClass,
          timeNs,
          payload,
          volatile,
          merged,
        })),
      });
    },
    snapshotPart: (part: Parameters<Encoder['snapshotPart']>[0]) => {
      encoder.parts += 1;
      return toJson(part.payload);
    },
  };
  return encoder;
}

function toJson(value: unknown): Uint8Array {
  const plain = (_: string, v: unknown): unknown =>
    typeof v === 'bigint' ? Number(v) : ArrayBuffer.isView(v) ? Array.from(v as Uint32Array) : v;
  return new TextEncoder().encode(JSON.stringify(value, plain) ?? 'null');
}

/** An event as the encoder wrote it. */
export interface ReadEvent {
  readonly sequence: number;
  readonly class: string;
  readonly volatile?: true;
  readonly payload: { readonly kind: string; readonly [field: string]: unknown };
  readonly merged?: {
    readonly scans: number;
    readonly firstScan: number;
    readonly lastScan: number;
    readonly edges: { readonly index: number[]; readonly bit: number[]; readonly count: number[] };
  };
}

export function eventsOf(message: StreamMessage | undefined): readonly ReadEvent[] {
  if (message?.kind !== 'batch') return [];
  return (JSON.parse(new TextDecoder().decode(message.body)) as { events: ReadEvent[] }).events;
}

/** Takes all there is now. */
export function takeAll(subscription: Subscription): StreamMessage[] {
  const messages: StreamMessage[] = [];
  for (let message = subscription.take(); message; message = subscription.take()) messages.push(message);
  return messages;
}

/** Takes all there is, and what that leads to (a snapshot is taken when its reader comes for it). */
export async function drain(host: EventHost, subscription: Subscription): Promise<StreamMessage[]> {
  const messages: StreamMessage[] = [];
  for (let more = takeAll(subscription); more.length > 0; more = takeAll(subscription)) {
    messages.push(...more);
    await host.time.settle();
  }
  return messages;
}

export const system = { kind: 'system', name: 'system' } as const;

export function stateEvent(scan = 0, fields: Partial<RunStateEvent> = {}): RunStateEvent {
  return {
    kind: 'run_state',
    runtime: 'main',
    state: 'RUNNING',
    previous: 'STOPPED',
    cause: 'start',
    by: system,
    scan,
    ...fields,
  };
}
export function logLine(message: string, severity: LogLineEvent['severity'] = 'info'): LogLineEvent {
  return { kind: 'log', severity, source: 'test', message };
}
export function auditEvent(action: string): AuditEvent {
  return { kind: 'audit', by: system, action, target: 'main', outcome: 'done' };
}
export function changesOf(
  words: Readonly<Record<number, number | readonly [before: number, value: number]>>,
  layout = 1,
): WordChanges {
  const index = Object.keys(words)
    .map(Number)
    .sort((a, b) => a - b);
  const pairs = index.map((word) => {
    const value = words[word]!;
    return typeof value === 'number' ? ([0, value] as const) : value;
  });
  return {
    layout,
    index: Uint32Array.from(index),
    before: Uint32Array.from(pairs, ([before]) => before),
    value: Uint32Array.from(pairs, ([, value]) => value),
  };
}
export function scanEvent(scan: number, changes: WordChanges = changesOf({ 0: scan }), runtime = 'main'): ScanEvent {
  return { kind: 'scan', runtime, scan, nowNs: BigInt(scan), endNs: 0n, durationNs: 1n, lateNs: 0n, changes };
}

/** Fails unless `delivery` is dense from 1 and each `previous` is what the message before it spoke up to. */
export function checkChain(
  messages: readonly StreamMessage[],
  from = { delivery: 0n, sequence: undefined as bigint | undefined },
): void {
  let { delivery, sequence } = from;
  for (const message of messages) {
    if (message.kind === 'opened') {
      ({ sequence } = message);
      continue;
    }
    expect(message.delivery).toBe(delivery + 1n);
    ({ delivery } = message);
    if (sequence !== undefined) expect(message.previous).toBe(sequence);
    if ((message.kind === 'batch' && !message.continued) || message.kind === 'progress') ({ sequence } = message);
    if (message.kind === 'snapshot' && !message.more) ({ sequence } = message);
  }
}

/** For `toThrow`: a HostError with this reason (and these details). */
export function refusal(reason: string, metadata?: Readonly<Record<string, string>>): Error {
  return expect.objectContaining(metadata ? { reason, metadata } : { reason }) as Error;
}

/** `fulfilled` when a promise is kept, the reason of its HostError when not. */
export function outcomeOf(promise: Promise<unknown>, fulfilled: string): Promise<string> {
  return promise.then(
    () => fulfilled,
    (error: unknown) => (error instanceof HostError ? error.reason : String(error)),
  );
}
