import { HostError } from '../model/host-error.js';
import type { Timer } from '../model/timers.js';
import type { StoredEvent } from './stored-event.js';
import type { CompiledFilter } from './compiled-filter.js';
import type { FilterGroup, GroupCounters } from './filter-group.js';
import { createFilterGroup } from './filter-group.js';
import { createLayoutHistory } from './layout-history.js';
import type { Layouts, LogView } from './log-view.js';
import type { GoodbyeReason, OpenRequest } from './subscription.js';
import type { WatchOpening } from './open-watch.js';
import type { Watch } from './watch.js';
import { createWatch } from './watch.js';
import { createWakePace } from './wake-pace.js';

/** Hands visible events to all watches. Its cost grows with distinct filters, not with watches. */
export interface FanOut {
  /** Limits per connection and host; HostError TOO_MANY_SUBSCRIPTIONS. */
  open(request: OpenRequest, filter: CompiledFilter, opening: WatchOpening): Watch;
  /** Newly visible events in order, after which the log is visible up to `head`. */
  pump(events: readonly StoredEvent[], head: bigint): void;
  endAll(reason: GoodbyeReason, message: string): void;
  stats(): {
    readonly subscriptions: number;
    readonly lagging: number;
    readonly queuedBytes: number;
    readonly encodes: number;
    readonly goodbyes: number;
  };
}

export interface FanOutLimits {
  readonly perConnection: number;
  readonly perHost: number;
}

/** Stalls and idle seconds are noticed to within this; one timer for all watches. */
export const wheelMs = 250;

export function createFanOut(log: LogView, limits: FanOutLimits): FanOut {
  const groups = new Map<string, FilterGroup>();
  const watches = new Set<Watch>();
  const connections = new Map<object, number>();
  const layouts = createLayoutHistory();
  const counters: GroupCounters = { encodes: 0 };
  let waiting: { readonly sequence: bigint; readonly callback: () => void }[] = [];
  let pumpedHead = log.head();
  let ticks = 0;
  let nextId = 1;
  let mostAtOnce = 0;
  let goodbyes = 0;
  let wheel: Timer | undefined;
  let flushTimer: Timer | undefined;
  let flushAt = Infinity;

  const pace = createWakePace(log);
  const turnWheel = (): void => {
    ticks += 1;
    for (const group of groups.values()) group.progress();
    tellNews();
    for (const watch of watches) {
      if (watch.stalledTicks() * wheelMs < log.limits.stallTimeoutMs) continue;
      watch.end('SLOW_READER', `the reader took nothing for ${log.limits.stallTimeoutMs / 1000} s with events waiting`);
      goodbyes += 1;
    }
    limitBytes();
    wheel = watches.size > 0 ? log.timers.after(wheelMs, turnWheel) : undefined;
  };
  const flush = (head: bigint): void => {
    let next = Infinity;
    for (const group of groups.values()) {
      group.trim();
      next = Math.min(next, group.flush(head) ?? Infinity);
    }
    tellNews();
    if (next >= flushAt) return;
    flushTimer?.cancel();
    flushAt = next;
    flushTimer = log.timers.after(Math.max(0, next - log.nowMs()), () => {
      flushAt = Infinity;
      flush(pumpedHead);
    });
  };
  const tellNews = (): void => {
    const told = [...groups.values()].filter((group) => group.takeNews());
    if (told.length > 0) pace.queued(told);
  };
  const limitBytes = (): void => {
    let total = 0;
    for (const group of groups.values()) total += group.queuedBytes();
    for (const watch of watches) total += watch.heldBytes();
    while (total > log.maxTotalBytes) {
      let largest: FilterGroup | undefined;
      for (const group of groups.values()) if (!largest || group.queuedBytes() > largest.queuedBytes()) largest = group;
      const freed = largest?.evict(total - log.maxTotalBytes) ?? 0;
      if (freed === 0) break;
      total -= freed;
    }
    for (const watch of watches) {
      if (total <= log.maxTotalBytes) return;
      total -= watch.heldBytes();
      watch.dropHeld();
    }
  };
  /**
   * Where scans come faster than rings and queues are made for, the rings drop words that readers have not had. `count`: events that came
   * now; what twice as many as came at most of late would drop is taken to safety.
   */
  const rescueWords = (count: number): void => {
    mostAtOnce = Math.max(count, mostAtOnce * 0.98);
    for (const c of ['scan', 'io'] as const) {
      const upTo = log.ring(c).dropsWith(2 * mostAtOnce);
      if (upTo !== undefined) for (const watch of watches) watch.rescue(c, upTo);
    }
  };
  const host = {
    log,
    layouts: (): Layouts => layouts.at(pumpedHead),
    layoutsAt: (sequence: bigint): Layouts => layouts.at(sequence),
    whenVisible: (sequence: bigint, callback: () => void): void => {
      if (sequence <= pumpedHead) callback();
      else waiting.push({ sequence, callback });
    },
    tick: () => ticks,
    ended: (watch: Watch): void => {
      if (!watches.delete(watch)) return;
      if (watch.group.members.size === 0 && groups.get(watch.group.filter.key) === watch.group) {
        groups.delete(watch.group.filter.key);
      }
      const connection = owners.get(watch);
      if (connection === undefined) return;
      const left = (connections.get(connection) ?? 1) - 1;
      if (left > 0) connections.set(connection, left);
      else connections.delete(connection);
    },
  };
  const owners = new WeakMap<Watch, object>();

  return {
    open: (request, filter, opening) => {
      const ofConnection = request.connection ? (connections.get(request.connection) ?? 0) : 0;
      if (watches.size >= limits.perHost || ofConnection >= limits.perConnection) {
        const [count, what] =
          watches.size >= limits.perHost ? [limits.perHost, 'host'] : [limits.perConnection, 'connection'];
        throw new HostError(
          'TOO_MANY_SUBSCRIPTIONS',
          `this ${what} has ${count} watches, as many as are allowed; end some`,
          {
            limit: String(count),
          },
        );
      }
      let group = groups.get(filter.key);
      if (!group) {
        group = createFilterGroup(log, filter, request.encoder, counters, () => pumpedHead);
        groups.set(filter.key, group);
      }
      const watch = createWatch(nextId, request, group, host, opening);
      nextId += 1;
      watches.add(watch);
      if (request.connection) {
        connections.set(request.connection, ofConnection + 1);
        owners.set(watch, request.connection);
      }
      wheel ??= log.timers.after(wheelMs, turnWheel);
      return watch;
    },
    pump: (events, head) => {
      pumpedHead = head;
      for (const event of events) {
        layouts.add(event);
        for (const group of groups.values()) group.add(event);
      }
      rescueWords(events.length);
      flush(head);
      limitBytes();
      if (waiting.length > 0) {
        const due = waiting.filter(({ sequence }) => sequence <= head);
        waiting = waiting.filter(({ sequence }) => sequence > head);
        for (const { callback } of due) callback();
      }
    },
    endAll: (reason, message) => {
      for (const watch of [...watches]) watch.end(reason, message);
    },
    stats: () => {
      let lagging = 0;
      let queuedBytes = 0;
      for (const watch of watches) if (watch.state() === 'lagging') lagging += 1;
      for (const group of groups.values()) queuedBytes += group.queuedBytes();
      for (const watch of watches) queuedBytes += watch.heldBytes();
      return { subscriptions: watches.size, lagging, queuedBytes, encodes: counters.encodes, goodbyes };
    },
  };
}
