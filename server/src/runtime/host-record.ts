import type { Appended, EventLog } from '../events/event-log.js';
import type { Clock } from '../model/clock.js';
import type { Actor, EventClass, PayloadOf } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import type { Log } from '../model/log.js';
import type { RequestTable } from '../store/request-table.js';
import type { StateChange, StateTable } from '../store/state-table.js';

/** What every room of a running host shares: the event log with the durable state beside it, the clock, the log for operators. */
export interface HostRecord {
  readonly events: EventLog;
  readonly state: StateTable;
  readonly requests: RequestTable;
  readonly clock: Clock;
  readonly log: Log;
  /** Appends an event and, with it, changes of the durable state. The caller's answer waits for `committed`. */
  append<C extends EventClass>(eventClass: C, payload: PayloadOf[C], changes?: readonly StateChange[]): Appended;
  /** Changes of the durable state without an event. */
  remember(changes: readonly StateChange[]): Appended;
  /** The sequence that the next `append` in this turn will give. */
  nextSequence(): bigint;
  /** Refuses changes while the disk does. */
  checkStorage(): void;
}

export interface HostRecordOptions extends Pick<HostRecord, 'events' | 'state' | 'requests' | 'clock' | 'log'> {
  /** Applies changes in memory and gives the bytes to journal with their event. */
  readonly record: (changes: readonly StateChange[]) => Uint8Array;
}

export function createHostRecord(options: HostRecordOptions): HostRecord {
  const { events, record, log } = options;
  // Whoever needs the commit awaits it; nobody else must be surprised by its failure, which the log reports itself.
  const quiet = (appended: Appended): Appended => {
    appended.committed.catch((error: unknown) => log.debug('an event is not on disk', { error: String(error) }));
    return appended;
  };
  return {
    ...options,
    append: (eventClass, payload, changes = []) =>
      quiet(events.append(eventClass, payload, changes.length > 0 ? { attachment: record(changes) } : {})),
    remember: (changes) => quiet(events.appendState(record(changes))),
    nextSequence: () => events.assigned() + 1n,
    checkStorage: () => {
      if (events.storageFailed())
        throw new HostError(
          'STORAGE_FAILED',
          'The disk of the host refuses writes, so it takes no changes; free space or mend it.',
        );
    },
  };
}

/** A mutating call: who, and how its answer is kept for the request id. `R` is what the room answers. */
export interface Call<R> {
  readonly actor: Actor;
  readonly requestId?: string;
  /** The change that keeps the answer; empty without a request id. */
  remember(answer: R): readonly StateChange[];
}

export const systemActor: Actor = { kind: 'system', name: 'system' };
/** A call of the host itself. */
export const systemCall: Call<unknown> = { actor: systemActor, remember: () => [] };
