import { eventClasses, eventClassTable, type EventClass } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import type { CompiledFilter } from './compiled-filter.js';
import type { LogView } from './log-view.js';
import type { IdentityPort } from './ports.js';
import { resolveCursor } from './resolve-cursor.js';
import type { EffectiveLimits, Opened, OpenRequest, ResetReason } from './subscription.js';

/** How a watch begins, as the log has decided. */
export interface WatchOpening {
  readonly opened: Opened;
  /** Said right after Opened. */
  readonly crash?: { readonly from: bigint; readonly to: bigint };
  readonly snapshot: boolean;
  readonly reset?: ResetReason;
  /** What is gone up to here has been missed by right. */
  readonly knownFloors?: Readonly<Record<EventClass, bigint>>;
}

/** Decides how a watch begins. HostError with the reason of the cursor table, or INVALID_REQUEST. */
export function openWatch(
  log: LogView,
  identity: IdentityPort,
  request: OpenRequest,
  filter: CompiledFilter,
  crashed: { readonly from: bigint; readonly to: bigint } | undefined,
): WatchOpening {
  const { start } = request;
  const floors = log.floors();
  const head = log.head();
  const floor = highestFloor(floors, filter.classes);
  const limits: EffectiveLimits = { ...log.limits, delivery: filter.delivery, minIntervalMs: filter.minIntervalMs };
  const openedAt = (sequence: bigint): Opened => ({
    kind: 'opened',
    sequence,
    cursor: log.cursorBytes(sequence),
    floor,
    floors,
    head,
    epoch: log.epoch,
    limits,
  });
  const crash = crashed && filter.classes.includes('log') ? { crash: crashed } : {};
  const needSnapshots = (): void => {
    if (!request.snapshots)
      throw new HostError('INVALID_REQUEST', 'this watch has no snapshot to begin with; open it at LATEST or EARLIEST');
  };

  switch (start.kind) {
    case 'latest':
      return { opened: openedAt(head), snapshot: false, ...crash };
    case 'snapshot':
      needSnapshots();
      return { opened: openedAt(head), snapshot: true, ...crash };
    case 'earliest': {
      // The oldest event of any class asked: what the others have dropped stands in the floors.
      const lowest = filter.classes.reduce((least, c) => (floors[c] < least ? floors[c] : least), head);
      return { opened: openedAt(lowest), snapshot: false, knownFloors: floors, ...crash };
    }
    case 'cursor': {
      const position = {
        hostId: identity.hostId,
        epoch: identity.epoch,
        earlier: identity.earlier,
        head,
        floors: floorsWithin(floors, identity.epochStart),
      };
      const answer = resolveCursor(start.bytes, position, filter.classes);
      if (answer.kind === 'resume') {
        const opened = openedAt(answer.sequence);
        if (!answer.resumedFrom) return { opened, snapshot: false, knownFloors: floors };
        return { opened: { ...opened, resumedFrom: answer.resumedFrom }, snapshot: false, ...crash };
      }
      if (request.onGap === 'reset' && (answer.reason === 'CURSOR_EXPIRED' || answer.reason === 'CURSOR_TRUNCATED')) {
        needSnapshots();
        return { opened: openedAt(head), snapshot: true, reset: answer.reason, ...crash };
      }
      throw new HostError(answer.reason, answer.message, answer.metadata);
    }
  }
}

/** The class whose floor is highest, and that floor. */
function highestFloor(floors: Readonly<Record<EventClass, bigint>>, classes: readonly EventClass[]): bigint {
  return classes.reduce((highest, c) => (floors[c] > highest ? floors[c] : highest), 0n);
}

/**
 * The floors for a cursor of this epoch. What lives in memory only went with the epoch before, and no cursor of this one promised it:
 * that of a watch from EARLIEST, which reads what is on disk, may be resumed.
 */
function floorsWithin(
  floors: Readonly<Record<EventClass, bigint>>,
  epochStart: bigint,
): Readonly<Record<EventClass, bigint>> {
  const own = { ...floors };
  for (const c of eventClasses) if (eventClassTable[c].durable === 'no' && own[c] <= epochStart) own[c] = 0n;
  return own;
}
