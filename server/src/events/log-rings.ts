import type { EventClass, EventPayload } from '../model/event.js';
import { eventClasses, eventClassTable } from '../model/event.js';
import { recordTypes } from '../model/record-type.js';
import { auditChainStart } from './audit-chain.js';
import type { ClassRing, StoredEvent } from './class-ring.js';
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
    const event = recoveredEvent(eventClass, sequence, body.slice());
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
  let decoded: ReturnType<typeof decodePayload>;
  const content = (): NonNullable<typeof decoded> => {
    // Its checksum was right, so only a later version can have written something that this one does not read.
    decoded ??= decodePayload(body) ?? {
      timeNs: 0n,
      payload: { kind: 'log', severity: 'error', source: 'host', message: `record ${sequence} has an unknown form` },
    };
    return decoded;
  };
  return {
    sequence,
    class: eventClass,
    get timeNs() {
      return content().timeNs;
    },
    get payload() {
      return content().payload;
    },
    sizeBytes: textBytes(body.length),
    groupStart: sequence,
    groupEnd: sequence,
  };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** What an event costs in memory, roughly. Objects take about twice the bytes of their text; columns, three arrays. */
export function sizeOf(payload: EventPayload, body: Uint8Array | undefined): number {
  if (payload.kind === 'scan' || payload.kind === 'io' || payload.kind === 'values')
    return 1000 + 12 * payload.changes.index.length;
  return textBytes(body?.length ?? 200);
}

/** The payload with columns of its own: a view of a few words must not keep the columns of a whole scan in memory. */
export function ownChanges(payload: EventPayload): EventPayload {
  if (payload.kind !== 'io') return payload;
  const { layout, index, value, before } = payload.changes;
  if (index.buffer.byteLength <= index.byteLength && value.buffer.byteLength <= value.byteLength) return payload;
  return { ...payload, changes: { layout, index: index.slice(), value: value.slice(), before: before.slice() } };
}

function textBytes(length: number): number {
  return 200 + 2 * length;
}
