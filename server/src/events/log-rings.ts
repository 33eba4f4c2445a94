import type { EventClass, EventPayload } from '../model/event.js';
import { eventClasses, eventClassTable } from '../model/event.js';
import { recordTypes } from '../model/record-type.js';
import { auditChainStart } from './audit-chain.js';
import type { ClassRing } from './class-ring.js';
import { createClassRing } from './class-ring.js';
import { decodePayload } from './payload-codec.js';
import type { IdentityPort, RecoveredJournal } from './ports.js';
import { StoredEvent } from './stored-event.js';

export type RingLimits = Partial<Record<EventClass, { readonly maxCount: number; readonly maxBytes: number }>>;

const classOfType = new Map<number, EventClass>(eventClasses.map((c) => [recordTypes[c], c]));

/** One ring per class, with the limits of the class table where none are given. */
export function createRings(limits: RingLimits): Readonly<Record<EventClass, ClassRing>> {
  const ringOf = (c: EventClass): ClassRing => {
    const { maxCount, maxBytes } = limits[c] ?? eventClassTable[c];
    return createClassRing(maxCount, maxBytes);
  };
  return Object.fromEntries(eventClasses.map((c) => [c, ringOf(c)])) as Record<EventClass, ClassRing>;
}

export function floorsOf(rings: Readonly<Record<EventClass, ClassRing>>): Readonly<Record<EventClass, bigint>> {
  const { run_state, project, audit, log, io, scan } = rings;
  return {
    run_state: run_state.floor(),
    project: project.floor(),
    audit: audit.floor(),
    log: log.floor(),
    io: io.floor(),
    scan: scan.floor(),
  };
}

/**
 * Puts recovered events into the rings; gives the hash that the audit chain goes on from. Most are never asked for: each is decoded
 * when it is.
 */
export function restore(
  rings: Readonly<Record<EventClass, ClassRing>>,
  limits: RingLimits,
  identity: IdentityPort,
  recovery: RecoveredJournal,
): string {
  const { floors } = recovery;
  const records = recovery.takeRecords();
  const withdrawn = new Set<string>();
  for (const { type, body } of records) {
    if (type === recordTypes.withdrawn) for (const sequence of textOf(body).split(' ')) withdrawn.add(sequence);
  }
  // From the newest back, as much as the rings hold.
  const room = new Map(eventClasses.map((c) => [c, { ...(limits[c] ?? eventClassTable[c]) }]));
  const kept: StoredEvent[] = [];
  const dropped = new Map<EventClass, bigint>();
  let auditHead: string | undefined;
  for (let i = records.length - 1; i >= 0; i -= 1) {
    const { type, sequence, body } = records[i]!;
    const eventClass = classOfType.get(type);
    if (!eventClass || withdrawn.has(String(sequence))) continue;
    if (eventClass === 'audit' && auditHead === undefined) {
      const payload = decodePayload(body)?.payload;
      if (payload?.kind === 'audit') auditHead = payload.hash;
    }
    if (sequence <= (floors[type] ?? 0n) || dropped.has(eventClass)) continue;
    const left = room.get(eventClass)!;
    const event = recoveredEvent(eventClass, sequence, body);
    left.maxCount -= 1;
    left.maxBytes -= event.sizeBytes;
    if (left.maxCount < 0 || left.maxBytes < 0) dropped.set(eventClass, sequence);
    else kept.push(event);
  }
  for (const event of kept.reverse()) rings[event.class].push(event);
  for (const c of eventClasses) {
    rings[c].raiseFloor(floors[recordTypes[c]] ?? 0n);
    rings[c].raiseFloor(dropped.get(c) ?? 0n);
    // What lives in memory only is gone with its epoch.
    if (eventClassTable[c].durable === 'no') rings[c].raiseFloor(identity.epochStart);
  }
  return auditHead ?? auditChainStart;
}

function recoveredEvent(eventClass: EventClass, sequence: bigint, body: Uint8Array): StoredEvent {
  const sizeBytes = textBytes(body.length);
  return StoredEvent.recovered(
    { sequence, class: eventClass, sizeBytes, groupStart: sequence, groupEnd: sequence },
    body,
  );
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** What an event costs in memory, roughly: itself, and its text on disk or its columns. */
export function sizeOf(payload: EventPayload, body: Uint8Array | undefined): number {
  if (payload.kind === 'scan' || payload.kind === 'io' || payload.kind === 'values')
    return 700 + 12 * payload.changes.index.length;
  return textBytes(body?.length ?? 200);
}

function textBytes(length: number): number {
  return 250 + length;
}
