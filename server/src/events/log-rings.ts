import type { EventClass, EventPayload } from '../model/event.js';
import { eventClasses, eventClassTable } from '../model/event.js';
import { recordTypes } from '../model/record-type.js';
import { auditChainStart } from './audit-chain.js';
import type { ClassRing } from './class-ring.js';
import { createClassRing } from './class-ring.js';
import { decodePayload } from './payload-codec.js';
import type { IdentityPort, RecoveredJournal } from './ports.js';

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

/** Puts recovered events into the rings; gives the hash that the audit chain goes on from. */
export function restore(
  rings: Readonly<Record<EventClass, ClassRing>>,
  identity: IdentityPort,
  recovery: RecoveredJournal,
): string {
  const withdrawn = new Set<string>();
  for (const { type, body } of recovery.records) {
    if (type === recordTypes.withdrawn)
      for (const sequence of new TextDecoder().decode(body).split(' ')) withdrawn.add(sequence);
  }
  let auditHead = auditChainStart;
  for (const { type, sequence, body } of recovery.records) {
    const eventClass = classOfType.get(type);
    if (!eventClass || withdrawn.has(String(sequence))) continue;
    const decoded = decodePayload(body);
    if (!decoded) continue;
    if (decoded.payload.kind === 'audit') auditHead = decoded.payload.hash ?? auditHead;
    if (sequence <= (recovery.floors[type] ?? 0n)) continue;
    const sizeBytes = sizeOf(decoded.payload, body);
    rings[eventClass].push({
      sequence,
      class: eventClass,
      ...decoded,
      sizeBytes,
      groupStart: sequence,
      groupEnd: sequence,
    });
  }
  for (const c of eventClasses) {
    // What lives in memory only is gone with its epoch.
    const floor = eventClassTable[c].durable === 'no' ? identity.epochStart : (recovery.floors[recordTypes[c]] ?? 0n);
    rings[c].raiseFloor(floor);
  }
  return auditHead;
}

/** What an event costs in memory, roughly. Objects take about twice the bytes of their text; columns, three arrays. */
export function sizeOf(payload: EventPayload, body: Uint8Array | undefined): number {
  if (payload.kind === 'scan' || payload.kind === 'io' || payload.kind === 'values')
    return 1000 + 12 * payload.changes.index.length;
  return 200 + 2 * (body?.length ?? 200);
}

/** The payload with columns of its own: a view of a few words must not keep the columns of a whole scan in memory. */
export function ownChanges(payload: EventPayload): EventPayload {
  if (payload.kind !== 'io') return payload;
  const { layout, index, value, before } = payload.changes;
  if (index.buffer.byteLength <= index.byteLength && value.buffer.byteLength <= value.byteLength) return payload;
  return { ...payload, changes: { layout, index: index.slice(), value: value.slice(), before: before.slice() } };
}
