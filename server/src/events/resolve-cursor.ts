import type { Epoch } from '../model/cursor.js';
import { decodeCursor, sameEpoch } from '../model/cursor.js';
import type { EventClass } from '../model/event.js';
import { eventClassTable } from '../model/event.js';
import type { ErrorReason } from '../model/host-error.js';

/** What a cursor is judged against. */
export interface LogPosition {
  readonly hostId: string;
  readonly epoch: Epoch;
  readonly earlier: readonly (Epoch & { readonly end: bigint })[];
  readonly head: bigint;
  readonly floors: Readonly<Record<EventClass, bigint>>;
}

export type CursorAnswer =
  | { readonly kind: 'resume'; readonly sequence: bigint; readonly resumedFrom?: Epoch }
  | {
      readonly kind: 'refused';
      readonly reason: Extract<ErrorReason, `CURSOR_${string}`>;
      readonly message: string;
      readonly metadata: Readonly<Record<string, string>>;
    };

/** The table of streams.md. Never throws. */
export function resolveCursor(bytes: Uint8Array, log: LogPosition, classes: readonly EventClass[]): CursorAnswer {
  const decoded = decodeCursor(bytes);
  if (decoded.kind === 'malformed') {
    return refused(
      'CURSOR_MALFORMED',
      `the cursor is malformed: ${decoded.detail}; pass one exactly as a message gave it`,
      {},
    );
  }
  const { hostId, epoch, sequence } = decoded.cursor;
  if (hostId !== log.hostId) {
    return refused('CURSOR_FOREIGN', 'the cursor is of another host; open without it', { host: hostId });
  }
  const floor = classes.reduce((highest, c) => (log.floors[c] > highest ? log.floors[c] : highest), 0n);
  const details = positionDetails(log, classes, sequence);

  if (sameEpoch(epoch, log.epoch)) {
    if (sequence > log.head) {
      return refused('CURSOR_AHEAD', `the cursor (${sequence}) is ahead of the log (${log.head})`, details);
    }
    if (sequence < floor) {
      return refused(
        'CURSOR_EXPIRED',
        `events after ${sequence} are no longer kept; open with RESET or a snapshot`,
        details,
      );
    }
    return { kind: 'resume', sequence };
  }

  const known = log.earlier.find((earlier) => sameEpoch(earlier, epoch));
  if (!known) {
    return refused('CURSOR_FOREIGN', 'the cursor is of an epoch that this data directory never had; open without it', {
      epoch: String(epoch.boot),
    });
  }
  const volatile = classes.filter((c) => eventClassTable[c].durable === 'no');
  if (volatile.length > 0 || sequence < floor || sequence > known.end) {
    const why =
      volatile.length > 0
        ? `events of class ${volatile.join(' and ')} did not survive the restart`
        : `events after ${sequence} are no longer kept`;
    const last = sequence < floor ? floor : log.head;
    return refused('CURSOR_TRUNCATED', `${why}; open with RESET or a snapshot`, { ...details, lastKept: String(last) });
  }
  return { kind: 'resume', sequence, resumedFrom: epoch };
}

/** Floors and head as plain text, for the details of a refusal. */
function positionDetails(
  log: LogPosition,
  classes: readonly EventClass[],
  sequence: bigint,
): Readonly<Record<string, string>> {
  const floors = classes.map((c) => [`floor.${c}`, String(log.floors[c])] as const);
  return { sequence: String(sequence), head: String(log.head), ...Object.fromEntries(floors) };
}

function refused(
  reason: Extract<ErrorReason, `CURSOR_${string}`>,
  message: string,
  metadata: Readonly<Record<string, string>>,
): CursorAnswer {
  return { kind: 'refused', reason, message, metadata };
}
