import { status as Status } from '@grpc/grpc-js';
import { EventClass } from '../../../proto/plcemu/v1/event_pb.js';
import {
  OnGap,
  WatchStart,
  type Batch,
  type Snapshot,
  type StreamMessage,
} from '../../../proto/plcemu/v1/stream_pb.js';
import type { RuntimeService, WatchRequestSchema, WatchResponse } from '../../../proto/plcemu/v1/runtime_pb.js';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Severity } from '../../../proto/plcemu/v1/diagnostic_pb.js';
import { createBackoff } from './backoff.js';
import { BrokenStream, createLayoutBook } from './columns.js';
import { PlcError, toPlcError } from './plc-error.js';
import type { ServiceClient } from './service-client.js';
import { isTransient } from './transient.js';
import { joinBatches, joinSnapshots, type EventClassName, type WatchItem } from './watch-item.js';

export interface WatchRequestOptions {
  /** Default `main`; `*` for all. */
  readonly runtime?: string;
  /** Default: all that the caller's role may read. */
  readonly classes?: readonly EventClassName[];
  /** Paths or globs for scan events; default all. */
  readonly variables?: readonly string[];
  /** Addresses or globs for I/O events; default all. */
  readonly channels?: readonly string[];
  readonly minSeverity?: 'debug' | 'info' | 'warning' | 'error';
  readonly changesOnly?: boolean;
  /** Where to begin: a place, or the cursor of an earlier watch. Default `latest`. */
  readonly start?: 'latest' | 'snapshot' | 'earliest' | Uint8Array;
  /** When a cursor is too old to resume: refuse (default), or begin anew with a snapshot. */
  readonly onGap?: 'fail' | 'reset';
  readonly verbose?: boolean;
  readonly lossless?: boolean;
  readonly minIntervalMs?: number;
  /** Reconnect by itself with the cursor; default true. */
  readonly reconnect?: boolean;
  /**
   * The host speaks every second; after this long without a word the connection is given up for another, ms. Default 10,000;
   * Infinity: never.
   */
  readonly silenceMs?: number;
  /** Sees every message as it came, before it is checked: for traces and proofs. Must not throw. */
  readonly onMessage?: (message: StreamMessage) => void;
}

/**
 * An iterator over a host's log. Iterate it once, one item after the other. Connection losses are mended inside: after one, the next
 * item follows the last one taken without gap or repeat, or the iterator throws (CURSOR_EXPIRED and the like) or says `reset`. Without
 * `reconnect` it throws where a connection ends. Leaving the loop closes it.
 */
export interface Watch extends AsyncIterable<WatchItem> {
  /**
   * Resumes after the last item that the loop has finished with; empty before the first. Store it to outlive the process. From a reset
   * to the end of its snapshot it stays where it was.
   */
  readonly cursor: Uint8Array;
  /** Connections that broke, and messages that did not fit their predecessor (both were mended). */
  readonly stats: { readonly reconnects: number; readonly violations: number };
  close(): void;
}

/** Connections in a row that break at the same cursor before the watch gives up. */
const mostViolations = 5;
const longestTimerMs = 2 ** 31 - 1;

/** Is in `open` while it is iterated. RangeError where `silenceMs` is no time. */
export function createWatch(
  runtime: ServiceClient<typeof RuntimeService>,
  options: WatchRequestOptions,
  open = new Set<{ close(): void }>(),
): Watch {
  const { silenceMs = 10_000 } = options;
  if (!(silenceMs > 0)) throw new RangeError(`silenceMs is more than 0 ms, not ${silenceMs}.`);
  const abort = new AbortController();
  const stats = { reconnects: 0, violations: 0 };
  let cursor: Uint8Array = options.start instanceof Uint8Array ? options.start : new Uint8Array();
  let iterating = false;

  /** One connection, from Opened to its end. */
  async function* connection(attempt: number): AsyncGenerator<WatchItem> {
    const layouts = createLayoutBook();
    const check = createSequenceCheck();
    let pieces: Snapshot[] = [];
    let continued: Batch[] = [];
    // Until the snapshot that was asked for is complete, a cursor would skip it.
    let owesSnapshot = cursor.length === 0 && options.start === 'snapshot';
    const call = (signal: AbortSignal): AsyncIterable<WatchResponse> =>
      runtime.watch(buildRequest(options, cursor), { signal });
    for await (const response of endSilence(call, silenceMs, abort.signal)) {
      const message = response.message;
      if (!message) continue;
      options.onMessage?.(message);
      check(message);
      const body = message.message;
      const items: WatchItem[] = [];
      let next: Uint8Array | undefined;
      switch (body.case) {
        case 'opened': {
          if (body.value.layout) layouts.add(body.value.layout);
          items.push({
            kind: 'opened',
            attempt,
            sequence: body.value.sequence,
            floor: body.value.floor,
            epoch: body.value.epoch,
            unknown: body.value.unknown,
          });
          // A watch that resumes stays where it was until something is said: a reset may follow, and then it is not here yet.
          if (!owesSnapshot && cursor.length === 0) next = body.value.cursor;
          break;
        }
        case 'layout':
          layouts.add(body.value);
          break;
        case 'snapshot': {
          pieces.push(body.value);
          if (body.value.more) break;
          // After a reset: what happened before the snapshot and is not in it.
          if (continued.length > 0) items.push(joinBatches(continued, layouts, body.value.at));
          continued = [];
          items.push(...joinSnapshots(pieces, layouts));
          next = body.value.cursor;
          pieces = [];
          owesSnapshot = false;
          break;
        }
        case 'batch': {
          continued.push(body.value);
          if (body.value.continued) break;
          items.push(joinBatches(continued, layouts, body.value.sequence));
          next = body.value.cursor;
          continued = [];
          break;
        }
        case 'progress':
          items.push({ kind: 'progress', sequence: body.value.sequence });
          next = body.value.cursor;
          break;
        case 'lagged': {
          const { from, to, reason } = body.value;
          // Pieces of a scan that was not completed: it comes again, whole.
          continued = [];
          items.push({ kind: 'lagged', class: className(body.value.class), from, to, reason });
          break;
        }
        case 'reset':
          owesSnapshot = true;
          continued = [];
          items.push({ kind: 'reset', reason: body.value.reason });
          break;
        case 'epochChanged':
          items.push({ kind: 'epoch', oldEpoch: body.value.oldEpoch, newEpoch: body.value.newEpoch });
          break;
        case 'goodbye':
          if (body.value.reason === 'CURSOR_EXPIRED' && options.onGap !== 'reset') {
            throw new PlcError(
              'The watch fell behind what the host keeps; begin again with a snapshot.',
              Status.OUT_OF_RANGE,
              'CURSOR_EXPIRED',
              {},
            );
          }
          throw new PlcError(
            `The host ended the watch: ${body.value.reason}.`,
            Status.UNAVAILABLE,
            body.value.reason,
            {},
          );
        case undefined:
          break;
      }
      for (const item of items) {
        if (abort.signal.aborted) return;
        yield item;
      }
      // The loop came back for more: what it had is done with.
      if (next && next.length > 0 && !owesSnapshot) cursor = next;
      if (abort.signal.aborted) return;
    }
  }

  async function* iterate(): AsyncGenerator<WatchItem> {
    open.add(watch);
    try {
      const backoff = createBackoff({ firstMs: 50, mostMs: 2000 });
      let brokenAt: Uint8Array | undefined;
      let broken = 0;
      for (let attempt = 1; !abort.signal.aborted; attempt += 1) {
        let lost: PlcError;
        try {
          for await (const item of connection(attempt)) {
            if (item.kind !== 'opened' && item.kind !== 'reset') backoff.succeeded();
            yield item;
          }
          lost = new PlcError('The host ended the watch without a word.', Status.UNAVAILABLE, '', {});
        } catch (error) {
          if (abort.signal.aborted) return;
          if (error instanceof BrokenStream) {
            stats.violations += 1;
            broken = brokenAt === cursor ? broken + 1 : 1;
            brokenAt = cursor;
            lost = new PlcError(`The watch is broken: ${error.message}.`, Status.DATA_LOSS, 'BROKEN_STREAM', {});
            if (broken >= mostViolations) throw lost;
          } else {
            lost = toPlcError(error);
            if (!isTransient(lost)) throw lost;
          }
        }
        if (abort.signal.aborted) return;
        if (options.reconnect === false) throw lost;
        stats.reconnects += 1;
        await backoff.wait(abort.signal);
      }
    } finally {
      open.delete(watch);
    }
  }

  const watch: Watch = {
    get cursor() {
      return cursor;
    },
    stats,
    close: () => abort.abort(),
    [Symbol.asyncIterator]() {
      if (iterating) throw new Error('A watch is iterated once; open another for a second reader.');
      iterating = true;
      const items = iterate();
      let isAsking = false;
      return {
        async next() {
          // To ask for more says that the item before is done with, so it must have come.
          if (isAsking) throw new Error('Wait for an item of a watch before you ask for the next.');
          isAsking = true;
          try {
            return await items.next();
          } finally {
            isAsking = false;
          }
        },
        return: (value?: unknown) => {
          abort.abort();
          return items.return(value);
        },
        async throw(error: unknown) {
          abort.abort();
          await items.return(undefined);
          throw error;
        },
      };
    },
  };
  return watch;
}

/** A stream that is cancelled by `outer`, and where nothing comes for `ms` while something is awaited. */
async function* endSilence<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  ms: number,
  outer: AbortSignal,
): AsyncGenerator<T> {
  const inner = new AbortController();
  const cancel = (): void => inner.abort();
  outer.addEventListener('abort', cancel);
  let isWaiting = false;
  const timer = setTimeout(
    () => {
      if (isWaiting && ms <= longestTimerMs) cancel();
    },
    Math.min(ms, longestTimerMs),
  );
  const iterator = open(inner.signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      isWaiting = true;
      timer.refresh();
      const next = await iterator.next();
      isWaiting = false;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', cancel);
    await iterator.return?.();
  }
}

/** Proves that each message follows the one before it (streams.md, opening a watch). */
function createSequenceCheck(): (message: StreamMessage) => void {
  let delivery: bigint | undefined;
  let spoke = 0n;
  return (message) => {
    const { message: body } = message;
    if (delivery === undefined) {
      if (body.case !== 'opened') throw new BrokenStream('the first message is not Opened');
      delivery = message.delivery;
      spoke = body.value.sequence;
      return;
    }
    if (message.delivery !== delivery + 1n) throw new BrokenStream(`delivery ${message.delivery} follows ${delivery}`);
    if (message.previous !== spoke) throw new BrokenStream(`previous ${message.previous} follows ${spoke}`);
    delivery = message.delivery;
    // Pieces of a snapshot or a scan speak when they are complete; Lagged, Reset and Layout speak of nothing.
    if (body.case === 'snapshot' && !body.value.more) spoke = body.value.at;
    else if (body.case === 'batch' && !body.value.continued) spoke = body.value.sequence;
    else if (body.case === 'progress') spoke = body.value.sequence;
  };
}

const classByName: Readonly<Record<EventClassName, EventClass>> = {
  run_state: EventClass.RUN_STATE,
  project: EventClass.PROJECT,
  audit: EventClass.AUDIT,
  log: EventClass.LOG,
  io: EventClass.IO,
  scan: EventClass.SCAN,
};

function className(value: EventClass): EventClassName {
  return (Object.keys(classByName) as EventClassName[]).find((name) => classByName[name] === value) ?? 'run_state';
}

const severityByName = {
  debug: Severity.DEBUG,
  info: Severity.INFO,
  warning: Severity.WARNING,
  error: Severity.ERROR,
} as const;

function buildRequest(options: WatchRequestOptions, cursor: Uint8Array): MessageInitShape<typeof WatchRequestSchema> {
  const place = { latest: WatchStart.LATEST, snapshot: WatchStart.SNAPSHOT, earliest: WatchStart.EARLIEST } as const;
  const named = options.start === undefined || options.start instanceof Uint8Array ? 'latest' : options.start;
  const given = cursor.length > 0 || options.start instanceof Uint8Array;
  return {
    runtime: options.runtime ?? '',
    options: {
      start: given ? { case: 'cursor', value: cursor } : { case: 'at', value: place[named] },
      onGap: options.onGap === 'reset' ? OnGap.RESET : OnGap.FAIL,
      verbose: options.verbose ?? false,
      lossless: options.lossless ?? false,
      ...(options.minIntervalMs !== undefined && {
        minInterval: {
          seconds: BigInt(Math.floor(options.minIntervalMs / 1000)),
          nanos: Math.round((options.minIntervalMs % 1000) * 1e6),
        },
      }),
    },
    filter: {
      classes: (options.classes ?? []).map((name) => classByName[name]),
      variables: [...(options.variables ?? [])],
      channels: [...(options.channels ?? [])],
      changesOnly: options.changesOnly ?? false,
      ...(options.minSeverity && { minSeverity: severityByName[options.minSeverity] }),
    },
  };
}
