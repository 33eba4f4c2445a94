import type { Actor, LastWriter } from '../model/event.js';
import type { Generation, StateChange, StateTable } from '../store/state-table.js';

export interface GenerationReading {
  readonly count: bigint;
  readonly lastWriter?: LastWriter;
}

/**
 * How often each variable of a runtime was written by clients, and by whom last. Cold start, reset and restore count for all variables
 * at once: one number that is added to each; an online change counts for those that it initialises anew (streams.md, writes).
 */
export interface Generations {
  /**
   * As clients are told. A write counts here when it is in force and on disk: whoever reads a generation can rely on it, and what a
   * crash takes back was never read, so that no number stands for two values.
   */
  read(path: string): GenerationReading;
  /** The same with the writes that are under way: what a new write is compared with. */
  claimed(path: string): GenerationReading;
  /** Counts a write from now on; it becomes durable with its event. */
  claim(path: string, writer: LastWriter): Claim;
  /** The change by which the system wrote all variables. */
  bumpAll(writer: LastWriter): StateChange;
}

/** A write that was accepted and is on its way to the scan. */
export interface Claim {
  /** To be journaled with the event of the write. */
  readonly change: StateChange;
  /** The write is in force and its event on disk (`done`), or it has failed. */
  settle(done: boolean): void;
}

interface Base {
  readonly count: bigint;
  readonly writer: LastWriter;
}

export function createGenerations(runtime: string, state: StateTable): Generations {
  const baseKey = `generations/${runtime}`;
  // One text is parsed once: it changes only with a reset.
  let parsed: { readonly text: string; readonly base: Base } | undefined;
  const base = (): Base | undefined => {
    const text = state.value(baseKey);
    if (text === undefined) return undefined;
    if (parsed?.text !== text) parsed = { text, base: decodeBase(text) };
    return parsed.base;
  };
  /** Variables with writes under way. `visible`: the newest that is done. */
  const claims = new Map<string, { newest: Generation; outstanding: number; visible: Generation | undefined }>();
  const readingOf = (mine: Generation | undefined): GenerationReading => {
    const common = base();
    const count = (mine?.count ?? 0n) + (common?.count ?? 0n);
    const newest = mine && (!common || mine.timeNs > common.writer.timeNs) ? mine : common?.writer;
    return { count, ...(newest && { lastWriter: { by: newest.by, scan: newest.scan, timeNs: newest.timeNs } }) };
  };
  const stored = (path: string): Generation | undefined => state.generation(runtime, path);
  return {
    read: (path) => {
      const entry = claims.get(path);
      return readingOf(entry ? entry.visible : stored(path));
    },
    claimed: (path) => readingOf(claims.get(path)?.newest ?? stored(path)),
    claim(path, writer) {
      const before = claims.get(path) ?? { newest: stored(path), outstanding: 0, visible: stored(path) };
      const newest: Generation = { ...writer, count: (before.newest?.count ?? 0n) + 1n };
      claims.set(path, { newest, outstanding: before.outstanding + 1, visible: before.visible });
      return {
        change: { kind: 'generation', project: runtime, path, generation: newest },
        settle(done) {
          const entry = claims.get(path);
          if (!entry) return;
          entry.outstanding -= 1;
          if (done && newest.count > (entry.visible?.count ?? 0n)) entry.visible = newest;
          if (entry.outstanding === 0) claims.delete(path);
        },
      };
    },
    bumpAll: (writer) => ({
      kind: 'value',
      key: baseKey,
      value: encodeBase({ count: (base()?.count ?? 0n) + 1n, writer }),
    }),
  };
}

function encodeBase({ count, writer }: Base): string {
  return JSON.stringify([String(count), writer.by.kind, writer.by.name, writer.scan, String(writer.timeNs)]);
}

function decodeBase(text: string): Base {
  const [count, kind, name, scan, timeNs] = JSON.parse(text) as [string, Actor['kind'], string, number, string];
  return { count: BigInt(count), writer: { by: { kind, name }, scan, timeNs: BigInt(timeNs) } };
}
