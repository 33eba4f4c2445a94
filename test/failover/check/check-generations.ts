import type { History } from './history.js';
import { numberIn } from './check-writes.js';
import type { Violation } from './violation.js';

/** A write or read of one register: it took effect at some time between `began` and `ended`. */
export interface Operation {
  readonly client: string;
  readonly began: number;
  readonly ended: number;
  readonly generation: number;
  readonly isWrite: boolean;
}

/**
 * Generations make each variable a register whose versions are numbered, so linearizability comes down to this: the journal counts the
 * writes of a variable one by one; a conditional write is the version after the one it named; what a read gives is not older than the
 * version that it names; and no operation sees or makes an older version than one that had ended before it began.
 */
export function checkGenerations(history: History): Violation[] {
  const violations: Violation[] = [];
  const report = (detail: string): void => void violations.push({ invariant: 'generations', detail });
  const written = checkJournal(history, report);
  const operations = new Map<string, Operation[]>();
  const add = (path: string, operation: Operation): void => {
    const list = operations.get(path);
    if (list) list.push(operation);
    else operations.set(path, [operation]);
  };

  for (const [client, lines] of history.writers) {
    const asked = new Map<string, { readonly began: number; readonly expected: ReadonlyMap<string, number> }>();
    for (const line of lines) {
      switch (line.kind) {
        case 'write': {
          const expected = new Map(
            line.writes.flatMap(([path, , generation]) => (generation === undefined ? [] : [[path, generation]])),
          );
          // Repeated under its id, it began when it was sent first.
          if (!asked.has(line.id)) asked.set(line.id, { began: line.t, expected });
          break;
        }
        case 'done': {
          const request = asked.get(line.id);
          if (!request) break;
          for (const [path, generation] of line.results) {
            const expected = request.expected.get(path);
            if (expected !== undefined && generation !== expected + 1)
              report(`${client}: ${line.id} expected generation ${expected} of ${path} and made ${generation}`);
            add(path, { client, began: request.began, ended: line.t, generation, isWrite: true });
          }
          break;
        }
        case 'refused': {
          const [expected] = asked.get(line.id)?.expected.values() ?? [];
          if (line.reason !== 'GENERATION_CONFLICT') report(`${client}: ${line.id} was refused: ${line.reason}`);
          else if (line.generation === expected)
            report(`${client}: ${line.id} was refused although generation ${expected} was in force`);
          break;
        }
        case 'read':
          for (const [path, value, generation] of line.values) {
            // Newer than its generation it may be: a write is in force before it is on disk, and counts when it is.
            const version = written.versionOf.get(`${path} ${value}`);
            if (version !== undefined && version < generation && written.generations.has(`${path} ${generation}`))
              report(
                `${client}: ${path} was read as ${value} at generation ${generation}, which is the value of ${version}`,
              );
            add(path, { client, began: line.began, ended: line.t, generation, isWrite: false });
          }
          break;
        default:
      }
    }
  }
  for (const [path, list] of operations) checkTime(path, list, report);
  return violations;
}

interface Versions {
  /** Generation by path and value: no value is written twice, except to inputs. */
  readonly versionOf: ReadonlyMap<string, number>;
  /** Path and generation of each journaled write. */
  readonly generations: ReadonlySet<string>;
}

function checkJournal({ journal }: History, report: (detail: string) => void): Versions {
  const versionOf = new Map<string, number>();
  const generations = new Set<string>();
  const newest = new Map<string, { readonly generation: number; readonly starts: number; readonly sequence: number }>();
  let starts = 0;
  for (const { sequence, payload } of journal) {
    if (payload?.kind === 'host_started') starts += 1;
    if (payload?.kind !== 'write') continue;
    for (const item of payload.items) {
      const generation = Number(item.generation);
      const before = newest.get(item.path);
      versionOf.set(`${item.path} ${numberIn(item.value)}`, generation);
      generations.add(`${item.path} ${generation}`);
      newest.set(item.path, { generation, starts, sequence });
      if (!before) continue;
      // Every load of the program counts for all variables; a start that was killed may have come that far or not.
      const least = before.generation + 1 + (starts > before.starts ? 1 : 0);
      const most = before.generation + 1 + (starts - before.starts);
      if (generation < least || generation > most)
        report(
          `${item.path} is at generation ${before.generation} in event ${before.sequence} and at ${generation} in event ${sequence}`,
        );
    }
  }
  return { versionOf, generations };
}

/** No operation sees or makes an older version than one that had ended before it began. */
export function checkTime(path: string, operations: readonly Operation[], report: (detail: string) => void): void {
  const byBegin = [...operations].sort((a, b) => a.began - b.began);
  const byEnd = [...operations].sort((a, b) => a.ended - b.ended);
  let ended = 0;
  let newest: Operation | undefined;
  for (const operation of byBegin) {
    while (ended < byEnd.length && byEnd[ended]!.ended < operation.began) {
      const done = byEnd[ended]!;
      ended += 1;
      if (!newest || done.generation > newest.generation) newest = done;
    }
    if (!newest) continue;
    const tooOld = operation.isWrite
      ? operation.generation <= newest.generation
      : operation.generation < newest.generation;
    if (tooOld)
      report(
        `${operation.client}: a ${operation.isWrite ? 'write' : 'read'} of ${path} came to generation ${operation.generation} after ` +
          `${newest.client} had come to ${newest.generation}`,
      );
  }
}
