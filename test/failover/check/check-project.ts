import { eventClassTable } from '../../../server/src/model/event.js';
import type { History } from './history.js';
import { checkTime, type Operation } from './check-generations.js';
import type { Violation } from './violation.js';

interface Patch {
  readonly client: string;
  readonly id: string;
  readonly edition: number;
  readonly expected: number;
  readonly began: number;
  /** When it was answered. */
  ended?: number;
  revision?: number;
  refused?: string;
}

/**
 * The project is a register whose versions are its revisions: what was acknowledged is a version of its own, after the one that it
 * named, in the journal once; no revision ever stands for two editions; nobody sees an older one than was there before; what was
 * refused is never seen; what runs is what the project says, or what somebody is about to make of it.
 */
export function checkProject({ engineers, journal }: History): Violation[] {
  const violations: Violation[] = [];
  const report = (detail: string): void => void violations.push({ invariant: 'project', detail });
  const operations: Operation[] = [];
  const patches = new Map<string, Patch>();
  const byEdition = new Map<number, Patch>();
  const editions = new Map<number, number>();
  const stands = (revision: number, edition: number, client: string): void => {
    const known = editions.get(revision);
    if (known !== undefined && known !== edition)
      report(`${client}: revision ${revision} stands for edition ${edition}, and stood for ${known}`);
    editions.set(revision, edition);
  };
  for (const [client, lines] of engineers) {
    for (const line of lines) {
      if (line.kind === 'patch' && !patches.has(line.id)) {
        const made: Patch = { client, ...line, began: line.t };
        patches.set(line.id, made);
        byEdition.set(line.edition, made);
      }
      if (line.kind === 'refused' && patches.has(line.id)) {
        const refused = patches.get(line.id)!;
        refused.refused = line.reason;
        refused.ended = line.t;
        if (line.reason !== 'REVISION_CONFLICT') report(`${client}: ${line.id} was refused: ${line.reason}`);
        else if (line.generation === refused.expected)
          report(`${client}: ${line.id} was refused although revision ${refused.expected} was in force`);
      }
      if (line.kind === 'patched') {
        const done = patches.get(line.id)!;
        done.ended = line.t;
        done.revision = line.revision;
        if (line.revision !== done.expected + 1)
          report(`${client}: ${line.id} expected revision ${done.expected} and made ${line.revision}`);
        stands(line.revision, done.edition, client);
        operations.push({ client, began: done.began, ended: line.t, generation: line.revision, isWrite: true });
      }
    }
  }
  for (const [client, lines] of engineers) {
    for (const line of lines) {
      if (line.kind !== 'source') continue;
      stands(line.revision, line.edition, client);
      operations.push({ client, began: line.began, ended: line.t, generation: line.revision, isWrite: false });
      const seen = byEdition.get(line.edition);
      if (seen?.refused !== undefined && seen.ended! < line.t)
        report(`${client}: edition ${line.edition} was seen, and its patch ${seen.id} was refused`);
      if (line.running === undefined || line.running === line.edition) continue;
      const maker = byEdition.get(line.running);
      const isUnderWay = maker && maker.began < line.t && (maker.ended ?? Infinity) > line.began;
      if (!isUnderWay)
        report(
          `${client}: edition ${line.running} ran where the project was at ${line.edition}, revision ${line.revision}`,
        );
    }
  }
  checkTime('the project', operations, report);

  let revision: number | undefined;
  const journaled = new Map<number, string[]>();
  for (const { sequence, payload } of journal) {
    if (payload?.kind !== 'project_changed') continue;
    const own = Number(payload.revision);
    const isNew = payload.cause !== 'open';
    if (revision !== undefined && own !== revision + (isNew ? 1 : 0))
      report(`event ${sequence} (${payload.cause}) is of revision ${own}, after ${revision}`);
    revision = own;
    if (isNew) journaled.set(own, [...(journaled.get(own) ?? []), payload.by.name]);
  }
  // As many events as the class may keep have to be there; builds, which are not counted here, are of it too.
  const count = [...journaled.values()].flat().length;
  const oldest = count < eventClassTable.project.maxCount / 2 ? 0 : Math.min(...journaled.keys());
  for (const { id, client, revision: made } of patches.values()) {
    if (made === undefined || made < oldest) continue;
    const by = journaled.get(made) ?? [];
    if (by.length !== 1 || by[0] !== client)
      report(`${id} was acknowledged as revision ${made}, which ${by.length === 0 ? 'nobody' : by.join(' and ')} made`);
  }
  return violations;
}
