import { create, toBinary } from '@bufbuild/protobuf';
import {
  ChannelChangeSchema,
  EventSchema,
  IoDirection,
  VariableChangeSchema,
} from '../../../proto/plcemu/v1/event_pb.js';
import { RuntimeStateSchema } from '../../../proto/plcemu/v1/runtime_state_pb.js';
import { VariableValueSchema } from '../../../proto/plcemu/v1/value_pb.js';
import type { BatchEvent, Encoder, EventBatch, SnapshotPart } from '../events/subscription.js';
import type { CoalescedChanges } from '../events/coalesce.js';
import { mergedScans } from '../events/batch-builder.js';
import type { LoggedEvent } from '../model/event.js';
import type { Layout } from '../runtime/layout.js';
import { leafKinds, type LeafTable } from '../runtime/leaf-table.js';
import { formatValue } from '../runtime/literal-text.js';
import type { RuntimeStatus } from '../runtime/runtime-core.js';
import { readValue } from '../runtime/value-codec.js';
import type { VariableReading } from '../runtime/variables.js';
import { createByteSink, type ByteSink } from './byte-sink.js';
import { createWordScratch, writeColumns } from './columns.js';
import { durationOf, eventClassOf, stateMessage, timestampOf } from './convert.js';
import { eventMessage, isWordPayload, type WordPayload } from './event-message.js';
import type { Selection } from './selection.js';
import { valueMessage, variableMessage } from './value.js';

/** Layouts that a body speaks of: their names must have been sent before it. */
export interface LayoutUse {
  readonly runtime: string;
  readonly layout: Layout;
}
const uses = new WeakMap<Uint8Array, readonly LayoutUse[]>();
export function layoutsUsedBy(body: Uint8Array): readonly LayoutUse[] {
  return uses.get(body) ?? [];
}

/** What a piece of a snapshot is made from. */
export interface PartPayload {
  readonly runtime: string;
  readonly scan: number;
  /** In the first piece of a runtime. */
  readonly status?: RuntimeStatus;
  readonly layout?: Layout;
  /** Columns: positions of leaves, and memory from address 0 as it was. */
  readonly positions: readonly number[];
  readonly memory: Uint8Array;
  /** With `verbose`. */
  readonly readings: readonly VariableReading[];
}

export interface EncoderOptions {
  readonly selection: Selection;
  readonly verbose: boolean;
  readonly findLayout: (runtime: string, version: number) => Layout | undefined;
  readonly cursorBytes: (sequence: bigint) => Uint8Array;
}

/** Field numbers of stream.proto and event.proto, where bytes are written by hand. */
const f = { snapshot: 5, batch: 6 } as const;
const bFields = { cursor: 1, sequence: 2, scan: 3, events: 4, coalesced: 5, continued: 6, alsoCoalesced: 7 } as const;
const eFields = { sequence: 1, class: 2, time: 3, runtime: 4, io: 14, scan: 15 } as const;
const scanFields = {
  scan: 1,
  scanTime: 2,
  duration: 3,
  lateness: 4,
  between: 5,
  layout: 6,
  changed: 7,
  variables: 8,
} as const;
const ioFields = { scan: 1, direction: 2, layout: 3, changed: 4, channels: 5 } as const;
const cFields = {
  scans: 1,
  firstScan: 2,
  lastScan: 3,
  edgeIds: 4,
  edgeCounts: 5,
  edgePaths: 6,
  runtime: 7,
  layout: 8,
} as const;
const sFields = { scan: 3, state: 4, values: 5, layout: 6, variables: 7, runtime: 9 } as const;

/** An event that speaks of words. */
interface MergedEvent extends BatchEvent {
  readonly payload: WordPayload;
}

/** Encodes batches and pieces of snapshots once for all readers with the same selection and form. */
export function createBatchEncoder(options: EncoderOptions): Encoder {
  const { selection, verbose } = options;
  const sink = createByteSink();
  const scratch = createWordScratch();

  /** Writes the changed leaves of a word event, as columns or in full. Gives the layout. */
  const writeChanges = (
    payload: WordPayload,
    layout: Layout,
    fields: { layout: number; changed: number; full: number },
  ): void => {
    const isIo = payload.kind === 'io';
    const selected = selection.in(layout);
    scratch.lay(layout, payload.changes);
    const positions = scratch.changedLeaves(isIo ? selected.io : selected.scan);
    sink.uint32(fields.layout, layout.version);
    const base = layout.data.memory.variables.start;
    if (!verbose) {
      writeColumns(sink, fields.changed, layout.leaves, positions, scratch.view, base);
      return;
    }
    const memory = new Uint8Array(scratch.view.buffer);
    for (const position of positions) {
      const variable = layout.leaves.variable(position);
      const value = readValue(layout.data.types, { ...variable, address: variable.address - base }, memory);
      const full = { path: variable.path, value: valueMessage(value), literal: formatValue(value) };
      const bytes = isIo
        ? toBinary(
            ChannelChangeSchema,
            create(ChannelChangeSchema, { ...full, address: selected.addressOf.get(position) ?? '' }),
          )
        : toBinary(VariableChangeSchema, create(VariableChangeSchema, full));
      sink.bytes(fields.full, bytes);
    }
  };

  const writeWordEvent = (event: LoggedEvent, payload: WordPayload, found: LayoutUse[]): void => {
    const layout = options.findLayout(payload.runtime, payload.changes.layout);
    if (layout && !verbose && !found.some((u) => u.layout === layout)) found.push({ runtime: payload.runtime, layout });
    const mark = sink.open(bFields.events);
    sink.uint64(eFields.sequence, event.sequence);
    sink.uint32(eFields.class, eventClassOf[event.class]);
    writeTime(sink, eFields.time, timestampOf(event.timeNs));
    sink.string(eFields.runtime, payload.runtime);
    if (payload.kind === 'io') {
      const io = sink.open(eFields.io);
      sink.uint64(ioFields.scan, BigInt(payload.scan));
      sink.uint32(ioFields.direction, payload.direction === 'input' ? IoDirection.INPUT : IoDirection.OUTPUT);
      if (layout)
        writeChanges(payload, layout, { layout: ioFields.layout, changed: ioFields.changed, full: ioFields.channels });
      sink.close(io);
    } else {
      const scan = sink.open(eFields.scan);
      sink.uint64(scanFields.scan, BigInt(payload.scan));
      if (payload.kind === 'scan') {
        writeTime(sink, scanFields.scanTime, durationOf(payload.nowNs));
        writeTime(sink, scanFields.duration, durationOf(payload.durationNs));
        writeTime(sink, scanFields.lateness, durationOf(payload.lateNs));
      } else sink.bool(scanFields.between, true);
      if (layout)
        writeChanges(payload, layout, {
          layout: scanFields.layout,
          changed: scanFields.changed,
          full: scanFields.variables,
        });
      sink.close(scan);
    }
    sink.close(mark);
  };

  /** For each runtime of which scans were merged. */
  const writeCoalesced = (events: readonly BatchEvent[]): void => {
    const byRuntime = new Map<string, MergedEvent[]>();
    for (const each of events) {
      const { payload } = each.event;
      if (!isWordPayload(payload)) continue;
      const known = byRuntime.get(payload.runtime);
      if (known) known.push({ ...each, payload });
      else byRuntime.set(payload.runtime, [{ ...each, payload }]);
    }
    let field: number = bFields.coalesced;
    for (const [runtime, ofRuntime] of byRuntime) {
      const all = ofRuntime.filter((each) => each.merged);
      if (all.length === 0) continue;
      // I/O that changed between two scans is of the one before, so the scans say it where they are asked for.
      const scans = all.filter(({ payload }) => payload.kind !== 'io');
      const merged = (scans.length > 0 ? scans : all).flatMap((each) => each.merged ?? []);
      const mark = sink.open(field);
      field = bFields.alsoCoalesced;
      sink.uint32(cFields.scans, mergedScans(ofRuntime));
      sink.uint64(cFields.firstScan, BigInt(Math.min(...merged.map(({ firstScan }) => firstScan))));
      sink.uint64(cFields.lastScan, BigInt(Math.max(...merged.map(({ lastScan }) => lastScan))));
      sink.string(cFields.runtime, runtime);
      const layout = options.findLayout(runtime, ofRuntime[0]!.payload.changes.layout);
      if (layout) {
        sink.uint32(cFields.layout, layout.version);
        writeEdges(ofRuntime, layout);
      }
      sink.close(mark);
    }
  };
  /** A channel may be in several events, with the same edges. */
  const writeEdges = (events: readonly MergedEvent[], layout: Layout): void => {
    const selected = selection.in(layout);
    const counts = new Map<number, number>();
    for (const { merged, payload } of events) {
      if (!merged) continue;
      for (const { position, count } of edgesOf(merged, layout.leaves, selected[payload.kind === 'io' ? 'io' : 'scan']))
        counts.set(position, Math.max(count, counts.get(position) ?? 0));
    }
    if (counts.size === 0) return;
    if (verbose)
      for (const position of counts.keys()) sink.element(cFields.edgePaths, layout.leaves.variable(position).path);
    else {
      const ids = sink.open(cFields.edgeIds);
      for (const position of counts.keys()) sink.varint(position);
      sink.close(ids);
    }
    const mark = sink.open(cFields.edgeCounts);
    for (const count of counts.values()) sink.varint(count);
    sink.close(mark);
  };

  return {
    batch(batch: EventBatch) {
      const found: LayoutUse[] = [];
      const mark = sink.open(f.batch);
      if (!batch.continued) sink.bytes(bFields.cursor, options.cursorBytes(batch.sequence));
      sink.uint64(bFields.sequence, batch.sequence);
      sink.uint64(bFields.scan, BigInt(batch.scan ?? 0));
      for (const { event } of batch.events) {
        const { payload } = event;
        if (isWordPayload(payload)) writeWordEvent(event, payload, found);
        else sink.bytes(bFields.events, toBinary(EventSchema, create(EventSchema, eventMessage(event))));
      }
      if (batch.coalesced) writeCoalesced(batch.events);
      sink.bool(bFields.continued, batch.continued);
      sink.close(mark);
      const body = sink.take();
      if (found.length > 0) uses.set(body, found);
      return body;
    },
    snapshotPart(part: SnapshotPart) {
      const payload = part.payload as PartPayload | undefined;
      if (!payload) return new Uint8Array(0);
      sink.string(sFields.runtime, payload.runtime);
      sink.uint64(sFields.scan, BigInt(payload.scan));
      if (payload.status)
        sink.bytes(
          sFields.state,
          toBinary(RuntimeStateSchema, create(RuntimeStateSchema, stateMessage(payload.status))),
        );
      const { layout } = payload;
      if (layout && !verbose) {
        const view = new DataView(payload.memory.buffer, payload.memory.byteOffset, payload.memory.byteLength);
        writeColumns(sink, sFields.values, layout.leaves, payload.positions, view, 0);
        sink.uint32(sFields.layout, layout.version);
      }
      for (const reading of payload.readings)
        sink.bytes(
          sFields.variables,
          toBinary(VariableValueSchema, create(VariableValueSchema, variableMessage(reading))),
        );
      const body = sink.take();
      if (layout && !verbose) uses.set(body, [{ runtime: payload.runtime, layout }]);
      return body;
    },
  };
}

/** Field number of a snapshot in a StreamMessage. */
export const snapshotField = f.snapshot;

function writeTime(sink: ByteSink, field: number, time: { seconds: bigint; nanos: number }): void {
  const mark = sink.open(field);
  sink.uint64(1, BigInt.asUintN(64, time.seconds));
  if (time.nanos < 0) {
    // A negative int32 takes ten bytes.
    sink.varint(2 << 3);
    sink.varint64(time.nanos, -1);
  } else sink.uint32(2, time.nanos);
  sink.close(mark);
}

/** Edges of selected BOOLs: bits of words as positions of leaves. */
function edgesOf(
  merged: CoalescedChanges,
  leaves: LeafTable,
  selected: Uint8Array,
): readonly { readonly position: number; readonly count: number }[] {
  const found: { position: number; count: number }[] = [];
  const { index, bit, count } = merged.edges;
  for (let i = 0; i < index.length; i += 1) {
    const w = index[i]!;
    for (let at = leaves.wordStart[w]!; at < leaves.wordStart[w + 1]!; at += 1) {
      const position = leaves.wordLeaves[at]!;
      if (selected[position] === 1 && boolBit(leaves, position) === bit[i]) found.push({ position, count: count[i]! });
    }
  }
  return found;
}

/** Bit 0..31 within its word that holds a BOOL; undefined for other leaves. Variables start at a multiple of 4. */
function boolBit(leaves: LeafTable, position: number): number | undefined {
  const kind = leaves.kind[position];
  if (kind !== leafKinds.bool && kind !== leafKinds.bit) return undefined;
  return 8 * (leaves.address[position]! & 3) + (kind === leafKinds.bit ? leaves.extra[position]! : 0);
}

/** Bits of each word that hold a BOOL, for the log's count of edges. */
export function boolBitsOf(layout: Layout): Uint32Array {
  const { leaves } = layout;
  const bits = new Uint32Array(leaves.wordCount);
  for (let i = 0; i < leaves.count; i += 1) {
    const bit = boolBit(leaves, i);
    if (bit !== undefined) bits[leaves.firstWord[i]!]! |= 1 << bit;
  }
  return bits;
}
