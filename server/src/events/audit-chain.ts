import { createHash } from 'node:crypto';
import type { AuditEvent } from '../model/event.js';

/** Hash before the first record of a host. */
export const auditChainStart = '0'.repeat(64);

/** SHA-256 over the hash before and what the record says, sequence and time included, as 64 hex digits. */
export function auditHash(previous: string, sequence: bigint, timeNs: bigint, event: AuditEvent): string {
  const { by, action, target, outcome, reason, detail, requestId } = event;
  const text = [sequence, timeNs, by.kind, by.name, action, target, outcome, reason, detail, requestId].map((part) =>
    part === undefined ? '-' : `${String(part).length}:${String(part)}`,
  );
  return createHash('sha256').update(previous).update('\n').update(text.join('\n')).digest('hex');
}

export interface AuditRecord {
  readonly sequence: bigint;
  readonly timeNs: bigint;
  readonly payload: AuditEvent;
}

/**
 * Sequence of the first record that does not follow from the one before it (changed, or something between is missing); undefined where
 * all do. `start`: hash of the record before the first, where the reader has it (an exported checkpoint).
 */
export function findAuditBreak(records: readonly AuditRecord[], start?: string): bigint | undefined {
  let previous = start;
  for (const { sequence, timeNs, payload } of records) {
    if (payload.hash === undefined) return sequence;
    if (previous !== undefined && auditHash(previous, sequence, timeNs, payload) !== payload.hash) return sequence;
    previous = payload.hash;
  }
  return undefined;
}
