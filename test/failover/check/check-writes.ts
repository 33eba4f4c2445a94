import type { WriteEvent } from '../../../server/src/model/event.js';
import type { JournalEntry } from '../journal-reader.js';
import type { Write } from '../run-log.js';
import { oldestRunState, type History } from './history.js';
import type { Violation } from './violation.js';

interface Journaled {
  readonly entry: JournalEntry;
  readonly event: WriteEvent;
}

/**
 * What was acknowledged is in the journal once, as acknowledged; what was refused is not; what is unknown is there at most once. Only
 * as many events as the class may keep have to be there.
 */
export function checkWrites({ writers, journal }: History): Violation[] {
  const violations: Violation[] = [];
  const report = (detail: string): void => void violations.push({ invariant: 'acknowledged', detail });
  const byRequest = new Map<string, Journaled[]>();
  const byNumber = new Map<number, JournalEntry>();
  for (const entry of journal) {
    byNumber.set(entry.sequence, entry);
    const { payload } = entry;
    if (payload?.kind !== 'write' || payload.requestId === undefined) continue;
    byRequest.set(payload.requestId, [...(byRequest.get(payload.requestId) ?? []), { entry, event: payload }]);
  }
  const oldestDue = oldestRunState(journal);
  for (const [client, lines] of writers) {
    const asked = new Map<string, readonly Write[]>();
    for (const line of lines) {
      if (line.kind === 'write') asked.set(line.id, line.writes);
      if (line.kind === 'refused' && byRequest.has(line.id))
        report(`${client}: ${line.id} was refused (${line.reason}) and is in the journal`);
      if (line.kind !== 'done' || (line.sequence < oldestDue && !byNumber.has(line.sequence))) continue;
      const writes = asked.get(line.id);
      if (!writes) {
        if (byNumber.get(line.sequence)?.payload?.kind !== 'run_state')
          report(`${client}: ${line.id} was acknowledged as event ${line.sequence}, which is not in the journal`);
        continue;
      }
      const found = byRequest.get(line.id)?.[0];
      if (!found) report(`${client}: ${line.id} was acknowledged as event ${line.sequence} and is not in the journal`);
      else if (found.entry.sequence !== line.sequence)
        report(`${client}: ${line.id} was acknowledged as event ${line.sequence} and is event ${found.entry.sequence}`);
      else if (!agrees(found.event, writes, line.results))
        report(`${client}: ${line.id} is in the journal with other values or generations than acknowledged`);
    }
  }
  for (const [id, found] of byRequest)
    if (found.length > 1)
      report(`${id} took effect ${found.length} times: events ${found.map((f) => f.entry.sequence).join(', ')}`);
  return violations;
}

function agrees(
  { items }: WriteEvent,
  writes: readonly Write[],
  results: readonly (readonly [path: string, generation: number])[],
): boolean {
  return writes.every(([path, value], i) => {
    const item = items.find((each) => each.path === path);
    return item !== undefined && numberIn(item.value) === value && Number(item.generation) === results[i]?.[1];
  });
}

/** The number that a value holds, as the journal has it. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return undefined;
  return 'value' in value ? numberIn(value.value) : undefined;
}
