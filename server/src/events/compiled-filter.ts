import type { EventClass, LoggedEvent, WordChanges } from '../model/event.js';
import { eventClasses, eventClassTable, logSeverities } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import type { StoredEvent } from './stored-event.js';
import { selectWords } from './coalesce.js';
import type { OpenRequest, WatchFilter } from './subscription.js';

/** A checked filter, ready to be asked per event. */
export interface CompiledFilter {
  /** Equal keys: equal messages. */
  readonly key: string;
  readonly classes: readonly EventClass[];
  readonly delivery: 'coalesce' | 'lossless';
  readonly minIntervalMs: number;
  /** Scan or io is among the classes. */
  readonly watchesWords: boolean;
  readonly request: WatchFilter;
  /** The event as this filter shows it; undefined where it leaves it out. */
  apply(event: StoredEvent): LoggedEvent | undefined;
  watchesRuntime(runtime: string): boolean;
}

const maxIntervalMs = 3_600_000;
const maxKeyLength = 128 * 1024;
const maxRuntimes = 1000;

/** HostError INVALID_REQUEST or FILTER_TOO_LARGE. Intervals are clamped; what is in force stands in Opened. */
export function compileFilter(open: Pick<OpenRequest, 'filter' | 'delivery'>): CompiledFilter {
  const { filter } = open;
  const asked = new Set<EventClass>(filter.classes);
  if (asked.size === 0) throw new HostError('INVALID_REQUEST', 'a watch needs at least one class of events');
  const classes = eventClasses.filter((c) => asked.has(c));
  const interval = filter.minIntervalMs ?? 0;
  if (Number.isNaN(interval) || interval < 0) {
    throw new HostError('INVALID_REQUEST', `the least interval ${interval} is not a duration of 0 or more`);
  }
  const runtimes = filter.runtimes && new Set(filter.runtimes);
  if (runtimes && runtimes.size > maxRuntimes) {
    throw new HostError(
      'FILTER_TOO_LARGE',
      `a filter may name ${maxRuntimes} runtimes, this one names ${runtimes.size}`,
    );
  }
  const least = logSeverities.indexOf(filter.minSeverity ?? 'debug');
  const delivery =
    open.delivery ?? (classes.some((c) => eventClassTable[c].delivery === 'coalesce') ? 'coalesce' : 'lossless');
  const changesOnly = filter.changesOnly === true;
  // Without merging there is nothing to save up.
  const minIntervalMs = delivery === 'coalesce' ? Math.min(interval, maxIntervalMs) : 0;
  const key = JSON.stringify([
    classes,
    runtimes && [...runtimes].sort(),
    filter.words?.key ?? null,
    least,
    minIntervalMs,
    changesOnly,
    delivery,
    filter.encodingKey ?? null,
  ]);
  if (key.length > maxKeyLength)
    throw new HostError('FILTER_TOO_LARGE', 'the filter is too large; name fewer variables');

  // Masks of one layout per runtime and class; an older layout's go when a newer one comes.
  const masks = new Map<string, { readonly layout: number; readonly mask: Uint32Array | undefined }>();
  const maskOf = (runtime: string, eventClass: 'io' | 'scan', layout: number): Uint32Array | undefined => {
    const id = `${eventClass}/${runtime}`;
    const known = masks.get(id);
    if (known?.layout === layout) return known.mask;
    const mask = filter.words?.select(runtime, layout, eventClass);
    masks.set(id, { layout, mask });
    return mask;
  };
  const selected = (runtime: string, eventClass: 'io' | 'scan', changes: WordChanges): WordChanges =>
    filter.words && changes.index.length > 0
      ? selectWords(changes, maskOf(runtime, eventClass, changes.layout))
      : changes;
  const watchesRuntime = (runtime: string): boolean => runtimes === undefined || runtimes.has(runtime);

  return {
    key,
    classes,
    delivery,
    minIntervalMs,
    watchesWords: asked.has('scan') || asked.has('io'),
    request: filter,
    watchesRuntime,
    apply: (event) => {
      if (!asked.has(event.class)) return undefined;
      const { payload } = event;
      if ('runtime' in payload && payload.runtime !== undefined && !watchesRuntime(payload.runtime)) return undefined;
      switch (payload.kind) {
        case 'log':
          return logSeverities.indexOf(payload.severity) >= least ? event : undefined;
        case 'io': {
          const changes = selected(payload.runtime, 'io', payload.changes);
          if (changes.index.length === 0) return undefined;
          return changes === payload.changes ? event : withChanges(event, changes);
        }
        case 'scan':
        case 'values': {
          const changes = selected(payload.runtime, 'scan', payload.changes);
          if (changes.index.length === 0 && (changesOnly || payload.kind === 'values')) return undefined;
          return changes === payload.changes ? event : withChanges(event, changes);
        }
        default:
          return event;
      }
    },
  };
}

/** The same event with other columns. */
export function withChanges(event: LoggedEvent, changes: WordChanges): LoggedEvent {
  const { payload } = event;
  if (payload.kind !== 'io' && payload.kind !== 'scan' && payload.kind !== 'values') return event;
  return {
    sequence: event.sequence,
    class: event.class,
    timeNs: event.timeNs,
    payload: { ...payload, changes },
    ...(event.volatile && { volatile: true }),
  };
}
