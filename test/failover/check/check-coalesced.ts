import type { SeenCoalesced, Selection, WatcherLine } from '../run-log.js';
import type { History } from './history.js';
import { isSelected } from './selected.js';

/** What a merged batch says about (after, line.q], against the scans that others saw one by one. Gives what is wrong. */
export function checkCoalesced(
  history: History,
  selection: Selection,
  after: number,
  line: Extract<WatcherLine, { kind: 'events' }>,
  coalesced: SeenCoalesced,
): string[] {
  if (!selection.classes.includes('scan')) return [];
  const { events } = history;
  const range = [];
  for (let i = history.after(after); i < events.length && events[i]!.q <= line.q; i += 1)
    if (events[i]!.class === 'scan') range.push(events[i]!);
  const scans = range.filter((event) => !event.between);
  // Nobody else may have seen all of them, for instance right after a restart.
  const complete = scans.length > 0 && scans[0]!.scan === coalesced.first && scans.at(-1)!.scan === coalesced.last &&
    scans.every((event, i) => i === 0 || event.scan === scans[i - 1]!.scan! + 1); // prettier-ignore
  if (!complete) return [];
  const problems: string[] = [];
  if (coalesced.scans !== Math.max(1, scans.length))
    problems.push(`the batch up to ${line.q} says ${coalesced.scans} scans, there were ${scans.length}`);
  const edges = new Map<string, number>();
  const newest = new Map<string, unknown>();
  for (const { values } of range) {
    for (const [path, value] of Object.entries(values)) {
      if (selection.restricted && !isSelected(path)) continue;
      newest.set(path, value);
      if (typeof value === 'boolean') edges.set(path, (edges.get(path) ?? 0) + 1);
    }
  }
  for (const [path, count] of edges) {
    const said = coalesced.edges[path] ?? 0;
    if (said !== count) problems.push(`the batch up to ${line.q} says ${said} edges of ${path}, there were ${count}`);
  }
  const merged = line.events.find((event) => event.class === 'scan');
  for (const [path, value] of Object.entries(merged?.values ?? {}))
    if (newest.has(path) && newest.get(path) !== value)
      problems.push(
        `the batch up to ${line.q} has ${path} = ${value}, its newest value was ${String(newest.get(path))}`,
      );
  return problems;
}
