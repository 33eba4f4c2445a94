import type { SeenEvent, Selection, WatcherLine } from '../run-log.js';
import { checkCoalesced } from './check-coalesced.js';
import type { History, KnownEvent } from './history.js';
import { isSelected } from './selected.js';
import type { Violation } from './violation.js';

/** Order, repeats and gaps of each watcher, against what all of them and the journal know. */
export function checkWatchers(history: History): Violation[] {
  return [...history.watchers].flatMap(([client, lines]) => checkWatcher(history, client, lines));
}

/** The first number of an epoch; 0 where the journal does not tell. */
function startOf({ journal }: History, epoch: string): number {
  const boot = Number(epoch.split('-')[0]);
  return journal.find(({ payload }) => payload?.kind === 'host_started' && payload.boot === boot)?.sequence ?? 0;
}

/** Events of a class in (from, to] that the host said it would not send. */
interface Excuse {
  readonly class: string;
  readonly from: number;
  readonly to: number;
}

function checkWatcher(history: History, client: string, lines: readonly WatcherLine[]): Violation[] {
  const violations: Violation[] = [];
  const report = (invariant: Violation['invariant'], detail: string): void =>
    void violations.push({ invariant, detail: `${client}: ${detail}` });
  let selection: Selection = { classes: [], restricted: false, lossless: true, minIntervalMs: 0 };
  /** The watcher has been told of everything up to here; undefined while it does not know where it stands. */
  let position: number | undefined;
  let epoch: string | undefined;
  /** A snapshot is to come: what it saw before counts no more; `words`: that of the variables does not. */
  let resetting: boolean | 'words' = false;
  /** What the first item after `opened` must be. */
  let owed: { readonly kind: 'reset' | 'lagged'; readonly why: string }[] = [];
  /** EARLIEST: events up to here may be gone. */
  let lenient = 0;
  let excuses: Excuse[] = [];
  let previousGroup: SeenEvent | undefined;

  /** Scans and I/O of earlier epochs are lost to every cursor of this one (docs/adr/0014). */
  let epochStart = 0;
  const missing = (to: number, delivered: ReadonlySet<number>, merged: boolean): void => {
    if (position === undefined || resetting === true) return;
    const { events } = history;
    for (let i = history.after(position); i < events.length && events[i]!.q <= to; i += 1) {
      const event = events[i]!;
      const words = event.class === 'scan' || event.class === 'io';
      if (delivered.has(event.q) || event.q <= lenient) continue;
      if (words && (merged || resetting || event.q < epochStart)) continue;
      if (!wanted(event, selection)) continue;
      if (excuses.some((e) => e.class === event.class && event.q >= e.from && event.q <= e.to)) continue;
      report('gap', `${event.class} event ${event.q} is missing between ${position} and ${to}`);
    }
  };
  const settleOwed = (line: WatcherLine): void => {
    if (line.kind === 'epoch') return;
    owed = owed.filter(({ kind, why }) => {
      if (line.kind === kind) return false;
      if (line.kind === 'lagged' || line.kind === 'reset') return true;
      report('gap', why);
      return false;
    });
  };

  for (const line of lines) {
    if (line.kind === 'message') continue;
    if (line.kind !== 'open' && line.kind !== 'opened' && line.kind !== 'failed') settleOwed(line);
    switch (line.kind) {
      case 'open':
        ({ selection } = line);
        position = line.from;
        // Until the first snapshot is there the watch begins anew with each connection.
        resetting = line.start === 'snapshot';
        owed = [];
        previousGroup = undefined;
        if (line.start !== 'cursor') epoch = undefined;
        break;
      case 'opened': {
        owed = [];
        // The snapshot that was promised has not come: it is to be promised again.
        if (resetting === 'words') {
          resetting = false;
          owed.push({ kind: 'reset', why: 'the watch goes on without the snapshot that was to follow a reset' });
        }
        if (position !== undefined && line.q < position && !resetting)
          report('repeat', `the watch goes on at ${line.q}, before ${position}, where it had come to`);
        if (position !== undefined && line.q > position && !resetting)
          owed.push({ kind: 'reset', why: `the watch goes on at ${line.q} after ${position} without a reset` });
        if (epoch !== undefined && epoch !== line.epoch) {
          if (!resetting && (selection.classes.includes('scan') || selection.classes.includes('io')))
            owed.push({ kind: 'reset', why: `the watch went on in epoch ${line.epoch} as if no scan had been lost` });
          if (selection.classes.includes('log'))
            owed.push({ kind: 'lagged', why: `no word about log events lost in the crash before epoch ${line.epoch}` });
        }
        ({ epoch } = line);
        epochStart = startOf(history, line.epoch);
        lenient = position === undefined ? line.floor : 0;
        position ??= line.q;
        break;
      }
      case 'reset':
        resetting = resetting === true || line.reason !== 'LAYOUT_CHANGED' ? true : 'words';
        break;
      case 'snapshot':
        missing(line.q, new Set(), false);
        position = line.q;
        resetting = false;
        previousGroup = undefined;
        excuses = [];
        break;
      case 'lagged':
        excuses.push(line);
        break;
      case 'progress':
        missing(line.q, new Set(), false);
        position = line.q;
        break;
      case 'events': {
        let last = position ?? 0;
        for (const event of line.events) {
          if (event.q <= last) {
            const again = position !== undefined && event.q <= position;
            report(again ? 'repeat' : 'order', `event ${event.q} comes after ${last}`);
          }
          last = event.q;
          previousGroup = checkPlace(event, previousGroup, line.coalesced !== undefined, report);
        }
        if (last > line.q) report('order', `event ${last} stands in a batch that speaks up to ${line.q}`);
        if (line.coalesced) {
          if (position !== undefined)
            for (const detail of checkCoalesced(history, selection, position, line, line.coalesced))
              report('coalesced', detail);
          previousGroup = undefined;
        }
        missing(line.q, new Set(line.events.map((e) => e.q)), line.coalesced !== undefined);
        position = line.q;
        break;
      }
      case 'failed':
        position = undefined;
        epoch = undefined;
        owed = [];
        break;
      case 'epoch':
        break;
    }
  }
  return violations;
}

/** Whether a selection must deliver an event. Changes between scans come only where something selected changed. */
function wanted(event: KnownEvent, selection: Selection): boolean {
  if (!selection.classes.includes(event.class)) return false;
  if (event.class !== 'scan' || !event.between || !selection.restricted) return true;
  return Object.keys(event.values).some(isSelected);
}

/** Within a boundary: inputs, outputs, then the scan (or the change between scans) as a whole. Scans go up one by one. */
function checkPlace(
  event: SeenEvent,
  before: SeenEvent | undefined,
  merged: boolean,
  report: (invariant: 'order', detail: string) => void,
): SeenEvent | undefined {
  if (merged || (event.class !== 'scan' && event.class !== 'io') || event.scan === undefined) return before;
  if (before?.class === 'io') {
    if (event.scan !== before.scan)
      report(
        'order',
        `${event.class} event ${event.q} of scan ${event.scan} comes where scan ${before.scan} is not complete`,
      );
    if (event.class === 'io' && !(before.direction === 'in' && event.direction === 'out'))
      report('order', `io event ${event.q} (${event.direction}) follows io event ${before.q} (${before.direction})`);
  }
  if (before?.class === 'scan' && before.scan !== undefined && event.class === 'scan' && event.scan !== 0) {
    const expected = event.between ? before.scan : before.scan + 1;
    if (event.scan !== expected) report('order', `scan event ${event.q} is of scan ${event.scan}, not ${expected}`);
  }
  return event;
}
