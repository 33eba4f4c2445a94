import type { Event } from '../../../proto/plcemu/v1/event_pb.js';
import type { RuntimeState } from '../../../proto/plcemu/v1/runtime_state_pb.js';
import type { Batch, Coalesced, Snapshot } from '../../../proto/plcemu/v1/stream_pb.js';
import type { VariableValue } from '../../../proto/plcemu/v1/value_pb.js';
import type { Change, LayoutBook } from './columns.js';

export type EventClassName = 'run_state' | 'project' | 'audit' | 'log' | 'io' | 'scan';

/** An event with the names and values of what changed, for scan and I/O events. */
export interface WatchEvent {
  readonly event: Event;
  readonly changes: readonly Change[];
}

export type WatchItem =
  /** A connection is there. `attempt` counts them from 1. */
  | {
      readonly kind: 'opened';
      readonly attempt: number;
      readonly sequence: bigint;
      /** Up to here events of some class may be missing that were once there. */
      readonly floor: bigint;
      readonly epoch: string;
      readonly unknown: readonly string[];
    }
  /** The state of one runtime. Of several, one after the other, all at the same sequence; `more`: that of another follows. */
  | {
      readonly kind: 'snapshot';
      readonly at: bigint;
      readonly runtime: string;
      readonly more: boolean;
      readonly scan: bigint;
      readonly state?: RuntimeState;
      readonly values: readonly Change[];
      readonly variables: readonly VariableValue[];
    }
  /** Events up to and including `sequence`, in order. `coalesced`: scans of a runtime were merged; `alsoCoalesced`: of others, too. */
  | {
      readonly kind: 'events';
      readonly sequence: bigint;
      readonly scan: bigint;
      readonly events: readonly WatchEvent[];
      readonly coalesced?: CoalescedInfo;
      readonly alsoCoalesced?: readonly CoalescedInfo[];
    }
  | { readonly kind: 'progress'; readonly sequence: bigint }
  | {
      readonly kind: 'lagged';
      readonly class: EventClassName;
      readonly from: bigint;
      readonly to: bigint;
      readonly reason: string;
    }
  | { readonly kind: 'reset'; readonly reason: string }
  /** The host was restarted; every durable event since the cursor follows. */
  | { readonly kind: 'epoch'; readonly oldEpoch: string; readonly newEpoch: string };

export interface CoalescedInfo {
  readonly runtime: string;
  readonly scans: number;
  readonly firstScan: bigint;
  readonly lastScan: bigint;
  /** Edges per BOOL path, rising and falling together. */
  readonly edges: ReadonlyMap<string, number>;
}

/** One snapshot of each runtime; its pieces follow each other. */
export function joinSnapshots(pieces: readonly Snapshot[], layouts: LayoutBook): readonly WatchItem[] {
  const byRuntime = new Map<string, Snapshot[]>();
  for (const piece of pieces) {
    const known = byRuntime.get(piece.runtime);
    if (known) known.push(piece);
    else byRuntime.set(piece.runtime, [piece]);
  }
  return [...byRuntime].map(([runtime, own], i) => {
    const first = own[0]!;
    return {
      kind: 'snapshot',
      at: first.at,
      runtime,
      more: i < byRuntime.size - 1,
      scan: first.scan,
      ...(first.state && { state: first.state }),
      values: own.flatMap(({ layout, values }) => (values ? layouts.resolve(runtime, layout, values) : [])),
      variables: own.flatMap(({ variables }) => variables),
    };
  });
}

/** Batches that together speak up to `sequence`. */
export function joinBatches(batches: readonly Batch[], layouts: LayoutBook, sequence: bigint): WatchItem {
  const events = batches
    .flatMap((batch) => batch.events)
    .map((event): WatchEvent => ({ event, changes: changesOf(event, layouts) }));
  const [coalesced, ...others] = joinCoalesced(
    batches.flatMap((batch) => [...(batch.coalesced ? [batch.coalesced] : []), ...batch.alsoCoalesced]),
    layouts,
  );
  return {
    kind: 'events',
    sequence,
    scan: batches.at(-1)!.scan,
    events,
    ...(coalesced && { coalesced }),
    ...(others.length > 0 && { alsoCoalesced: others }),
  };
}

/** What merging did to each runtime. The pieces of one batch tell of different variables, or twice of the same. */
function joinCoalesced(merged: readonly Coalesced[], layouts: LayoutBook): readonly CoalescedInfo[] {
  const byRuntime = new Map<string, Omit<CoalescedInfo, 'edges'> & { readonly edges: Map<string, number> }>();
  for (const each of merged) {
    const { runtime, layout, scans, firstScan, lastScan, edgeIds, edgePaths, edgeCounts } = each;
    const known = byRuntime.get(runtime);
    const edges = known?.edges ?? new Map<string, number>();
    const paths = edgeIds.length > 0 ? edgeIds.map((id) => layouts.pathOf(runtime, layout, id)) : edgePaths;
    paths.forEach((path, i) => edges.set(path, Math.max(edgeCounts[i]!, edges.get(path) ?? 0)));
    byRuntime.set(runtime, {
      runtime,
      scans: Math.max(scans, known?.scans ?? 0),
      firstScan: known && known.firstScan < firstScan ? known.firstScan : firstScan,
      lastScan: known && known.lastScan > lastScan ? known.lastScan : lastScan,
      edges,
    });
  }
  return [...byRuntime.values()];
}

function changesOf(event: Event, layouts: LayoutBook): readonly Change[] {
  const { payload } = event;
  if (payload.case !== 'scan' && payload.case !== 'io') return [];
  return payload.value.changed ? layouts.resolve(event.runtime, payload.value.layout, payload.value.changed) : [];
}
