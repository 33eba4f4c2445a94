import type { Actor, LastWriter } from '../model/event.js';
import type { Generation, StateChange, StateTable } from '../store/state-table.js';

export interface GenerationReading {
  readonly count: bigint;
  readonly lastWriter?: LastWriter;
}

/**
 * How often each variable of a runtime was written by clients, and by whom last. Cold start, reset, restore and online change
 * count for all variables at once: one number that is added to each (streams.md, writes).
 */
export interface Generations {
  read(path: string): GenerationReading;
  /** Counts a write from now on; it becomes durable with its event. */
  claim(path: string, writer: LastWriter): Claim;
  /** The change by which the system wrote all variables. */
  bumpAll(writer: LastWriter): StateChange;
}

/** A write that was accepted and is on its way to the scan. */
export interface Claim {
  /** To be journaled with the event of the write. */
  readonly change: StateChange;
  /** The write has its event, or has failed. */
  settle(): void;
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
  const claims = new Map<string, { newest: Generation; outstanding: number }>();
  const own = (path: string): Generation | undefined => claims.get(path)?.newest ?? state.generation(runtime, path);
  const read = (path: string): GenerationReading => {
    const mine = own(path);
    const common = base();
    const count = (mine?.count ?? 0n) + (common?.count ?? 0n);
    const newest = mine && (!common || mine.timeNs > common.writer.timeNs) ? mine : common?.writer;
    return { count, ...(newest && { lastWriter: { by: newest.by, scan: newest.scan, timeNs: newest.timeNs } }) };
  };
  return {
    read,
    claim(path, writer) {
      const newest: Generation = { ...writer, count: (own(path)?.count ?? 0n) + 1n };
      const outstanding = (claims.get(path)?.outstanding ?? 0) + 1;
      claims.set(path, { newest, outstanding });
      return {
        change: { kind: 'generation', project: runtime, path, generation: newest },
        settle() {
          const entry = claims.get(path);
          if (!entry) return;
          entry.outstanding -= 1;
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
