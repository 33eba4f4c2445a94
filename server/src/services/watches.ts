import { Role } from '../../../proto/plcemu/v1/options_pb.js';
import type { WatchOptions } from '../../../proto/plcemu/v1/stream_pb.js';
import { OnGap, WatchStart } from '../../../proto/plcemu/v1/stream_pb.js';
import type { OpenRequest, Snapshot, SnapshotPart, WatchFilter } from '../events/subscription.js';
import { encodeCursor } from '../model/cursor.js';
import { eventClasses, eventClassTable, type EventClass, type logSeverities } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import type { HostRecord } from '../runtime/host-record.js';
import type { Layout } from '../runtime/layout.js';
import type { HostedRuntime, Runtimes } from '../runtime/runtimes.js';
import { createBatchEncoder, type PartPayload } from './batch-encoder.js';
import { boundedDuration } from './convert.js';
import type { CallContext, EncodedStream } from './registry.js';
import { createSelection, type Selection } from './selection.js';
import { createWatchStream } from './watch-stream.js';

export interface WatchAsk {
  /** Empty: `main`; `*`: all. */
  readonly runtime: string;
  readonly options: WatchOptions | undefined;
  /** Empty: all that the caller's role may read. */
  readonly classes: readonly EventClass[];
  readonly variables?: readonly string[];
  readonly channels?: readonly string[];
  readonly minSeverity?: (typeof logSeverities)[number];
  readonly changesOnly?: boolean;
}

/** Opens watches for all services. */
export interface Watches {
  open(ask: WatchAsk, context: CallContext): EncodedStream;
}

const hourNs = 3_600_000_000_000n;
/** Leaves in one piece of a snapshot: columns of 8 bytes and an id, or values in full. */
const columnsPiece = 40_000;
const readingsPiece = 1500;
const textBytesPiece = 500_000;

export function createWatches(record: HostRecord, runtimes: Runtimes): Watches {
  const { events } = record;
  return {
    open(ask, context) {
      const { options } = ask;
      const classes = classesFor(ask.classes, context);
      const watched = ask.runtime === '*' ? undefined : runtimes.get(ask.runtime);
      const name = watched?.core.name ?? '*';
      const selection = createSelection(ask.variables ?? [], ask.channels ?? []);
      const verbose = options?.verbose ?? false;
      const present = (): readonly HostedRuntime[] => (watched ? [watched] : runtimes.list());
      const layouts = present().flatMap((r): [string, Layout][] => {
        const layout = r.core.unloaded ? undefined : r.core.layouts.current();
        return layout ? [[r.core.name, layout]] : [];
      });
      const restricted = (ask.variables?.length ?? 0) > 0 || (ask.channels?.length ?? 0) > 0;
      const filter: WatchFilter = {
        classes,
        ...(watched && { runtimes: [name] }),
        words: wordSelector(selection, runtimes),
        ...(ask.minSeverity && { minSeverity: ask.minSeverity }),
        minIntervalMs: Number(boundedDuration(options?.minInterval, 'min_interval', 0n, hourNs)) / 1e6,
        ...(ask.changesOnly && { changesOnly: true }),
        encodingKey: `${verbose ? 'verbose' : 'columns'}/${name}`,
      };
      const encoder = createBatchEncoder({
        selection,
        verbose,
        findLayout: (runtime, version) => runtimes.find(runtime)?.core.layouts.find(version),
        cursorBytes: (sequence) => encodeCursor(events.cursorAt(sequence)),
      });
      const subscription = events.subscribe({
        start: startOf(options),
        onGap: options?.onGap === OnGap.RESET ? 'reset' : 'fail',
        filter,
        ...(options?.lossless && { delivery: 'lossless' as const }),
        connection: context.caller.connection,
        encoder,
        snapshots: () => Promise.resolve(takeSnapshot(record, present(), selection, classes, verbose)),
      });
      return createWatchStream({
        subscription,
        selection,
        classes,
        runtime: name,
        hostId: events.hostId,
        verbose,
        layouts,
        unknown: restricted
          ? unknownTerms(selection, layouts, [...(ask.variables ?? []), ...(ask.channels ?? [])])
          : [],
      });
    },
  };
}

function classesFor(asked: readonly EventClass[], { caller }: CallContext): readonly EventClass[] {
  const allowed = (c: EventClass): boolean => eventClassTable[c].role !== 'admin' || caller.role >= Role.ADMIN;
  if (asked.length === 0) return eventClasses.filter(allowed);
  const refused = asked.find((c) => !allowed(c));
  if (refused)
    throw new HostError('PERMISSION_DENIED', `Events of the class ${refused} need the role admin.`, { class: refused });
  return [...new Set(asked)];
}

function startOf(options: WatchOptions | undefined): OpenRequest['start'] {
  const start = options?.start;
  if (start?.case === 'cursor') return { kind: 'cursor', bytes: start.value };
  switch (start?.value) {
    case WatchStart.LATEST:
      return { kind: 'latest' };
    case WatchStart.SNAPSHOT:
      return { kind: 'snapshot' };
    case WatchStart.EARLIEST:
      return { kind: 'earliest' };
    default:
      throw new HostError(
        'INVALID_REQUEST',
        'A watch needs a start: options.at LATEST, SNAPSHOT or EARLIEST, or options.cursor.',
        { field: 'options.start' },
      );
  }
}

function wordSelector(selection: Selection, runtimes: Runtimes): NonNullable<WatchFilter['words']> {
  return {
    key: selection.key,
    select: (runtime, version, eventClass) => {
      const layout = runtimes.find(runtime)?.core.layouts.find(version);
      return layout && selection.words(layout, eventClass);
    },
  };
}

function unknownTerms(
  selection: Selection,
  layouts: readonly (readonly [string, Layout])[],
  terms: readonly string[],
): readonly string[] {
  const lists = layouts.map(([, layout]) => new Set(selection.unknown(layout)));
  return [...new Set(terms)].filter((term) => lists.every((unknown) => unknown.has(term)));
}

/** The state at the newest number given: nothing is awaited, so no event comes in between. */
function takeSnapshot(
  record: HostRecord,
  present: readonly HostedRuntime[],
  selection: Selection,
  classes: readonly EventClass[],
  verbose: boolean,
): Snapshot {
  const sequence = record.events.assigned();
  const parts: SnapshotPart[] = [];
  for (const runtime of present) {
    for (const payload of partsOf(runtime, selection, classes, verbose)) {
      parts.push({ payload, sizeBytes: 200 + 16 * payload.positions.length + 400 * payload.readings.length });
    }
  }
  return { sequence, parts };
}

function partsOf(
  runtime: HostedRuntime,
  selection: Selection,
  classes: readonly EventClass[],
  verbose: boolean,
): readonly PartPayload[] {
  const { core } = runtime;
  const layout = core.unloaded ? undefined : core.layouts.current();
  const base = { runtime: core.name, scan: core.memory.scan, memory: new Uint8Array(0), readings: [], positions: [] };
  if (!layout || !(classes.includes('scan') || classes.includes('io'))) return [{ ...base, status: core.status() }];
  const { scan, io } = selection.in(layout);
  const wanted: number[] = [];
  for (let i = 0; i < layout.leaves.count; i += 1) {
    if ((classes.includes('scan') && scan[i] === 1) || (classes.includes('io') && io[i] === 1)) wanted.push(i);
  }
  const memory = verbose ? base.memory : core.memory.bytes.slice();
  const pieces = piecesOf(wanted, layout, verbose);
  return pieces.map((positions, i) => ({
    ...base,
    memory,
    layout,
    ...(i === 0 && { status: core.status() }),
    positions: verbose ? [] : positions,
    readings: verbose ? positions.map((position) => runtime.reader.readOne(layout.leaves.variable(position))) : [],
  }));
}

/** Cuts a list of leaves so that each piece fits well into a message. */
function piecesOf(positions: readonly number[], layout: Layout, verbose: boolean): readonly (readonly number[])[] {
  const most = verbose ? readingsPiece : columnsPiece;
  const pieces: number[][] = [[]];
  let textBytes = 0;
  for (const position of positions) {
    const length = layout.leaves.extra[position]!;
    if (pieces.at(-1)!.length >= most || textBytes + length > textBytesPiece) {
      pieces.push([]);
      textBytes = 0;
    }
    textBytes += length;
    pieces.at(-1)!.push(position);
  }
  return pieces;
}
