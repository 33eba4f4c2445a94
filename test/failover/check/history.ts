import { recordTypes } from '../../../server/src/model/record-type.js';
import type { JournalEntry } from '../journal-reader.js';
import { smallRunStateRing } from '../program.js';
import type { EngineerLine, HarnessLine, LogLine, Scalar, WatcherLine, WriterLine } from '../run-log.js';
import type { Violation } from './violation.js';

/** What all clients together know of one event. */
export interface KnownEvent {
  readonly q: number;
  readonly class: string;
  readonly scan?: number;
  readonly between: boolean;
  readonly direction?: 'in' | 'out';
  readonly text?: string;
  /** Everything that anybody saw change in it. */
  readonly values: Record<string, Scalar>;
  /** A client saw it, not only the journal. */
  seen: boolean;
}

/** A run, sorted by who wrote what. */
export interface History {
  readonly harness: readonly HarnessLine[];
  readonly watchers: ReadonlyMap<string, readonly WatcherLine[]>;
  readonly writers: ReadonlyMap<string, readonly WriterLine[]>;
  readonly engineers: ReadonlyMap<string, readonly (EngineerLine | WriterLine)[]>;
  readonly journal: readonly JournalEntry[];
  /** In order of sequence. */
  readonly events: readonly KnownEvent[];
  eventAt(q: number): KnownEvent | undefined;
  /** Position in `events` of the first above `q`. */
  after(q: number): number;
}

/** Sequence of the oldest event of class run_state that has to be there: as many as the class may keep. */
export function oldestRunState(journal: readonly JournalEntry[]): number {
  return journal.filter(({ type }) => type === recordTypes.run_state).at(-smallRunStateRing)?.sequence ?? 0;
}

const classOfType = ['', 'run_state', 'project', 'audit', 'log'];

/** Puts the lines together; two contents under one number are told of as violations. */
export function createHistory(
  lines: readonly LogLine[],
  journal: readonly JournalEntry[],
): { readonly history: History; readonly violations: readonly Violation[] } {
  const violations: Violation[] = [];
  const harness: HarnessLine[] = [];
  const watchers = new Map<string, WatcherLine[]>();
  const writers = new Map<string, WriterLine[]>();
  const engineers = new Map<string, (EngineerLine | WriterLine)[]>();
  const byNumber = new Map<number, KnownEvent>();
  for (const { sequence, type } of journal) {
    const eventClass = classOfType[type];
    if (eventClass) byNumber.set(sequence, { q: sequence, class: eventClass, between: false, values: {}, seen: false });
  }
  for (const line of lines) {
    switch (line.kind) {
      case 'start':
      case 'serving':
      case 'killed':
      case 'asked':
      case 'recovered':
      case 'twin':
      case 'disk':
      case 'network':
        harness.push(line);
        break;
      case 'patch':
      case 'patched':
      case 'source':
        add(engineers, line);
        break;
      case 'refused':
      case 'lost':
        if (line.c.startsWith('engineer')) add(engineers, line);
        else add(writers, line);
        break;
      case 'write':
      case 'command':
      case 'done':
      case 'read':
        add(writers, line);
        break;
      default:
        add(watchers, line);
        if (line.kind === 'events' && !line.coalesced) collect(byNumber, line, violations);
    }
  }
  const events = [...byNumber.values()].sort((a, b) => a.q - b.q);
  harness.sort((a, b) => a.t - b.t);
  const history: History = {
    harness,
    watchers,
    writers,
    engineers,
    journal,
    events,
    eventAt: (q) => byNumber.get(q),
    after: (q) => {
      let low = 0;
      let high = events.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (events[middle]!.q <= q) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
  return { history, violations };
}

function add<L extends { readonly c: string }>(into: Map<string, L[]>, line: L): void {
  const list = into.get(line.c);
  if (list) list.push(line);
  else into.set(line.c, [line]);
}

function collect(
  byNumber: Map<number, KnownEvent>,
  line: Extract<WatcherLine, { kind: 'events' }>,
  violations: Violation[],
): void {
  for (const event of line.events) {
    const known = byNumber.get(event.q);
    if (!known || (!known.seen && known.class === event.class)) {
      byNumber.set(event.q, {
        q: event.q,
        class: event.class,
        ...(event.scan !== undefined && { scan: event.scan }),
        between: event.between ?? false,
        ...(event.direction && { direction: event.direction }),
        ...(event.text !== undefined && { text: event.text }),
        values: { ...event.values },
        seen: true,
      });
      continue;
    }
    const conflict = [
      known.class !== event.class && `a ${known.class} and a ${event.class} event`,
      known.text !== event.text && `"${known.text}" and "${event.text}"`,
      known.scan !== event.scan && `scan ${known.scan} and scan ${event.scan}`,
      ...Object.entries(event.values ?? {}).map(
        ([path, value]) =>
          path in known.values &&
          known.values[path] !== value &&
          `${path} = ${known.values[path]} and ${path} = ${value}`,
      ),
    ].find((found) => found !== false);
    if (conflict !== undefined)
      violations.push({ invariant: 'numbers', detail: `number ${event.q} stands for ${conflict} (${line.c})` });
    Object.assign(known.values, event.values);
  }
}
