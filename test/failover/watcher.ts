import {
  createClient,
  PlcError,
  type Watch,
  type WatchItem,
  type WatchRequestOptions,
} from '../../clients/node/src/index.js';
import { EventClass, IoDirection, RunStateChange, type Event } from '../../proto/plcemu/v1/event_pb.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import type { StreamMessage } from '../../proto/plcemu/v1/stream_pb.js';
import type { Value } from '../../proto/plcemu/v1/value_pb.js';
import type { ColumnValue } from '../../clients/node/src/index.js';
import { createRandom } from '../support/random.js';
import { smallRing, watchedVariables } from './program.js';
import { type LogWriter, type Scalar, type SeenEvent, type Selection, type WatcherLine } from './run-log.js';
import { now } from '../support/host-control.js';
import { sleep, type Client } from './persistent.js';
import { numberOf } from './writer.js';

type Classes = NonNullable<WatchRequestOptions['classes']>;

interface Kind {
  readonly classes: Classes;
  readonly restricted: boolean;
  readonly lossless?: boolean;
  readonly minIntervalMs?: number;
  readonly verbose?: boolean;
  readonly onGap?: 'reset';
  readonly first: 'snapshot' | 'earliest' | 'latest';
  /** Leaves after about this many items and opens again: with its cursor, at a snapshot, or with an old cursor of its own. */
  readonly reopen?: { readonly after: number; readonly how: 'cursor' | 'snapshot' | 'old cursor' };
  /** Stops reading now and then, ms. */
  readonly pauseMs?: number;
}

/** The twelve watchers of a run. */
const kinds: readonly Kind[] = [
  { classes: ['run_state', 'project'], restricted: false, first: 'earliest' },
  { classes: ['run_state', 'project', 'audit'], restricted: false, first: 'earliest' },
  { classes: ['log', 'run_state'], restricted: false, first: 'earliest' },
  { classes: ['scan', 'io', 'run_state'], restricted: true, lossless: true, onGap: 'reset', first: 'snapshot' },
  { classes: ['scan', 'io', 'log'], restricted: true, lossless: true, onGap: 'reset', first: 'snapshot' },
  { classes: ['scan'], restricted: false, lossless: true, onGap: 'reset', first: 'snapshot' },
  {
    classes: ['scan', 'run_state'],
    restricted: true,
    lossless: true,
    verbose: true,
    onGap: 'reset',
    first: 'snapshot',
  },
  { classes: ['scan', 'io'], restricted: true, minIntervalMs: 150, onGap: 'reset', first: 'snapshot' },
  { classes: ['scan'], restricted: true, minIntervalMs: 400, onGap: 'reset', first: 'snapshot', pauseMs: 300 },
  {
    classes: ['scan'],
    restricted: true,
    lossless: true,
    onGap: 'reset',
    first: 'snapshot',
    reopen: { after: 12, how: 'snapshot' },
  },
  {
    classes: ['scan', 'io'],
    restricted: true,
    lossless: true,
    onGap: 'reset',
    first: 'snapshot',
    reopen: { after: 20, how: 'cursor' },
  },
  {
    classes: ['scan', 'run_state'],
    restricted: true,
    lossless: true,
    first: 'earliest',
    reopen: { after: 15, how: 'old cursor' },
  },
];
export const watcherCount = kinds.length;

export interface WatcherOptions {
  /** From 0. */
  readonly index: number;
  readonly target: string;
  readonly log: LogWriter;
  readonly seed: number;
}

export function startWatcher(options: WatcherOptions): Client {
  const { index, target, log } = options;
  const kind = kinds[index]!;
  const name = `watcher${index + 1}`;
  const random = createRandom(options.seed);
  const client = createClient({ target, name });
  const selection: Selection = {
    classes: kind.classes,
    restricted: kind.restricted,
    lossless: kind.lossless ?? false,
    minIntervalMs: kind.minIntervalMs ?? 0,
  };
  const cursors: { readonly bytes: Uint8Array; readonly q: number }[] = [];
  let watch: Watch | undefined;
  let stopped = false;
  let openedAt = 0;
  /** Sequence of the watch's cursor while an item is being looked at. */
  let before = 0;
  /** The same for the item before it: where the watch stood when it was left. */
  let leftAt = 0;
  let waiting: { readonly since: number; readonly reopened: boolean; resolve(): void }[] = [];

  const arrived = (): void => {
    const isDue = (w: (typeof waiting)[number]): boolean => !w.reopened || w.since <= openedAt;
    const due = waiting.filter(isDue);
    if (due.length === 0) return;
    waiting = waiting.filter((w) => !isDue(w));
    for (const each of due) each.resolve();
  };

  /** One watch, until it is left or fails. */
  const follow = async (start: NonNullable<WatchRequestOptions['start']>, from: number | undefined): Promise<void> => {
    log.write({
      t: now(),
      c: name,
      kind: 'open',
      selection,
      start: start instanceof Uint8Array ? 'cursor' : start,
      ...(from !== undefined && { from }),
    });
    watch = client.watch({
      classes: kind.classes,
      start,
      ...(kind.restricted && { variables: watchedVariables }),
      ...(kind.lossless && { lossless: true }),
      ...(kind.verbose && { verbose: true }),
      ...(kind.minIntervalMs !== undefined && { minIntervalMs: kind.minIntervalMs }),
      ...(kind.onGap && { onGap: kind.onGap }),
      minSeverity: 'debug',
      onMessage: (message) => log.write({ t: now(), c: name, ...rawOf(message) }),
    });
    let items = 0;
    const leaveAfter = kind.reopen ? kind.reopen.after * (0.5 + random.next()) : Infinity;
    for await (const item of watch) {
      log.write({ t: now(), c: name, ...lineOf(item) });
      if (item.kind === 'opened') openedAt = now();
      else arrived();
      const known = watch.cursor;
      if (item.kind === 'events' && kind.reopen?.how === 'old cursor') {
        cursors.push({ bytes: known, q: before });
        if (cursors.length > 400) cursors.shift();
      }
      leftAt = before;
      if (item.kind === 'opened' || item.kind === 'events' || item.kind === 'progress') before = Number(item.sequence);
      if (item.kind === 'snapshot') before = Number(item.at);
      items += 1;
      if (items > leaveAfter && item.kind === 'events') break;
      if (kind.pauseMs !== undefined && random.next() < 0.1) await sleep(kind.pauseMs * random.next());
    }
  };
  const run = async (): Promise<void> => {
    let start: NonNullable<WatchRequestOptions['start']> = kind.first;
    let from: number | undefined;
    while (!stopped) {
      try {
        await follow(start, from);
        const left = watch?.cursor;
        [start, from] = next(left);
      } catch (error) {
        if (!(error instanceof PlcError)) throw error;
        if (stopped) return;
        log.write({ t: now(), c: name, kind: 'failed', reason: error.reason, message: error.message });
        [start, from] = [kind.first, undefined];
        await sleep(20);
      }
    }
  };
  const next = (left: Uint8Array | undefined): [NonNullable<WatchRequestOptions['start']>, number | undefined] => {
    if (kind.reopen?.how === 'old cursor' && cursors.length > 0) {
      // Mostly about where the floor is.
      const atFloor = cursors.length - smallRing - 4 + random.below(8);
      const old = cursors[random.next() < 0.7 ? Math.max(0, atFloor) : random.below(cursors.length)]!;
      return [old.bytes, old.q];
    }
    if (kind.reopen?.how === 'snapshot' || !left || left.length === 0) return [kind.first, undefined];
    return [left, leftAt];
  };
  const done = run();

  return {
    name,
    current: (reopened) => new Promise((resolve) => waiting.push({ since: now(), reopened, resolve })),
    stop: async () => {
      stopped = true;
      client.close();
      await done.catch(() => undefined);
    },
  };
}

type Line<K extends WatcherLine['kind']> = Omit<Extract<WatcherLine, { kind: K }>, 't' | 'c'>;

function rawOf(message: StreamMessage): Line<'message'> {
  const { case: body, value } = message.message;
  const q =
    body === 'snapshot'
      ? value.at
      : body === 'opened' || body === 'batch' || body === 'progress'
        ? value.sequence
        : undefined;
  const more = (body === 'snapshot' && value.more) || (body === 'batch' && value.continued);
  return {
    kind: 'message',
    delivery: Number(message.delivery),
    previous: Number(message.previous),
    body: body ?? 'none',
    ...(q !== undefined && { q: Number(q) }),
    ...(more && { more: true }),
  };
}

function lineOf(
  item: WatchItem,
):
  | Line<'opened'>
  | Line<'snapshot'>
  | Line<'events'>
  | Line<'progress'>
  | Line<'lagged'>
  | Line<'reset'>
  | Line<'epoch'> {
  switch (item.kind) {
    case 'opened':
      return { kind: 'opened', q: Number(item.sequence), epoch: item.epoch, floor: Number(item.floor) };
    case 'snapshot': {
      const values: Record<string, Scalar> = {};
      for (const { path, value } of item.values) values[path] = scalarOf(value);
      for (const { path, value } of item.variables) if (value) values[path] = valueOf(value);
      return {
        kind: 'snapshot',
        q: Number(item.at),
        scan: Number(item.scan),
        mode: item.state ? RunMode[item.state.mode] : '',
        values,
      };
    }
    case 'events':
      return {
        kind: 'events',
        q: Number(item.sequence),
        events: item.events.map(({ event, changes }) => seen(event, changes)),
        ...(item.coalesced && {
          coalesced: {
            scans: item.coalesced.scans,
            first: Number(item.coalesced.firstScan),
            last: Number(item.coalesced.lastScan),
            edges: Object.fromEntries(item.coalesced.edges),
          },
        }),
      };
    case 'progress':
      return { kind: 'progress', q: Number(item.sequence) };
    case 'lagged':
      return { kind: 'lagged', class: item.class, from: Number(item.from), to: Number(item.to), reason: item.reason };
    case 'reset':
      return { kind: 'reset', reason: item.reason };
    case 'epoch':
      return { kind: 'epoch', old: item.oldEpoch, new: item.newEpoch };
  }
}

function seen(event: Event, changes: readonly { readonly path: string; readonly value: ColumnValue }[]): SeenEvent {
  const q = Number(event.sequence);
  const eventClass = EventClass[event.class].toLowerCase();
  const { payload } = event;
  switch (payload.case) {
    case 'scan':
    case 'io': {
      const values: Record<string, Scalar> = {};
      for (const { path, value } of changes) values[path] = scalarOf(value);
      const full = payload.case === 'scan' ? payload.value.variables : payload.value.channels;
      for (const { path, value } of full) if (value) values[path] = valueOf(value);
      return {
        q,
        class: eventClass,
        scan: Number(payload.value.scan),
        ...(payload.case === 'scan' && payload.value.between && { between: true }),
        ...(payload.case === 'io' && { direction: payload.value.direction === IoDirection.INPUT ? 'in' : 'out' }),
        values,
      };
    }
    case 'runState': {
      const { change, mode, cause, client, scan, requestId, variables, from, to } = payload.value;
      const written = variables.map((v) => [v.path, numberOf(v.literal), Number(v.generation)] as const);
      const head = [RunStateChange[change], RunMode[mode], cause, client, scan, from, to].join(' ');
      return {
        q,
        class: eventClass,
        text: `${head} ${written.map((w) => w.join('=')).join(' ')}`,
        ...(requestId !== '' && { request: requestId }),
        ...(RunStateChange[change] === 'WRITTEN' && { written }),
      };
    }
    case 'project':
      return { q, class: eventClass, text: `${payload.value.change} ${payload.value.revision} ${payload.value.cause}` };
    case 'audit': {
      const { method, client, outcome, subject } = payload.value;
      return { q, class: eventClass, text: [method, client, outcome, subject].join(' ') };
    }
    case 'log':
      return { q, class: eventClass, text: payload.value.message };
    case undefined:
      return { q, class: eventClass };
  }
}

function scalarOf(value: ColumnValue): Scalar {
  return typeof value === 'bigint' ? Number(value) : value;
}

function valueOf({ kind }: Value): Scalar {
  switch (kind.case) {
    case 'boolValue':
    case 'realValue':
    case 'lrealValue':
    case 'stringValue':
      return kind.value;
    case 'intValue':
    case 'uintValue':
      return Number(kind.value);
    default:
      return kind.case ?? '';
  }
}
