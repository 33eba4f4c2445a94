import type { SourceSpan } from '../../model/source-span.js';
import type { CodeSite } from '../../model/program-image.js';
import type { IrFunction } from '../ir/ir.js';
import type { Problems } from '../problems.js';
import type { CellTable } from './alias.js';
import type { ConstantPool } from './constant-pool.js';
import type { OutsideWrite } from './lowering.js';
import type { BodyOrigin, LoweredFunction, LoweringMemory } from './lowering-memory.js';
import { siteOf } from './site-of.js';

/** Where a function comes from: a POU of the documents, the library or the compiler itself, or somewhere that is not followed. */
export type Origin = BodyOrigin | 'library' | undefined;

export interface RecorderOptions {
  readonly memory: LoweringMemory;
  readonly cells: CellTable;
  readonly pool: ConstantPool;
  readonly problems: Problems;
  readonly functions: Map<string, IrFunction>;
  isAsked(name: string): boolean;
  ask(name: string): void;
  addSite(id: number, site: CodeSite): void;
  addOutsideWrite(write: OutsideWrite): void;
}

/** Stands between lowering and what it works on: notes what a function does, and does it again from the notes. */
export interface LoweringRecorder {
  readonly cells: CellTable;
  readonly pool: ConstantPool;
  readonly problems: Problems;
  /** Lowers a function, or repeats what lowering it did in an earlier compile. */
  lower(name: string, origin: Origin, make: () => IrFunction): IrFunction;
  noteAsked(name: string): void;
  noteSite(id: number, span: SourceSpan, pou: string): void;
  noteOutsideWrite(write: OutsideWrite): void;
  /** The function being lowered does something that notes can't repeat. */
  cannotRepeat(): void;
}

type Notes = { -readonly [K in keyof LoweredFunction]: LoweredFunction[K] };

export function createLoweringRecorder(options: RecorderOptions): LoweringRecorder {
  const { memory, cells, pool, problems, functions } = options;
  let notes: Notes | undefined;
  /** The function being lowered did nothing that notes can't repeat. */
  let isRepeatable = true;
  let origin: Origin;
  const cannotRepeat = (): void => {
    isRepeatable = false;
  };
  const checked = new Map<string, boolean>();

  /** Whether a name that a function asks for will be there without lowering the function. */
  const isKnown = (name: string): boolean => {
    if (options.isAsked(name)) return true;
    const known = checked.get(name);
    if (known !== undefined) return known;
    // Going around is no obstacle.
    checked.set(name, true);
    const found = memory.functions.get(name);
    const answer = found !== undefined && found.digest === undefined && found.asked.every(isKnown);
    checked.set(name, answer);
    return answer;
  };

  const repeat = (lowered: LoweredFunction, from: Origin): boolean => {
    const body = from === 'library' ? undefined : from;
    if (from === undefined || lowered.digest !== body?.digest) return false;
    if (!body && lowered.sites.length + lowered.reports.length > 0) return false;
    if (!lowered.asked.every(isKnown)) return false;
    // What is asked of the pool here, lowering would ask in the same order.
    for (const constant of lowered.constants) {
      const address = 'bytes' in constant ? pool.bytes(constant.bytes) : pool.string(constant.text, constant.wide);
      if (address !== constant.address) return false;
    }
    for (const name of lowered.asked) options.ask(name);
    cells.addAll(lowered.cells, () => {
      lowered.fn = { ...lowered.fn };
      functions.set(lowered.fn.name, lowered.fn);
    });
    for (const { links, size } of lowered.marks) cells.mark(links, size);
    for (const write of lowered.outsideWrites) options.addOutsideWrite(write);
    for (const { id, place, pou } of lowered.sites) options.addSite(id, siteOf(body!.places.absolute(place), pou));
    for (const { code, place, message } of lowered.reports)
      problems.report(code, body!.places.absolute(place), message);
    return true;
  };

  return {
    cannotRepeat,
    lower(name, from, make) {
      const known = memory.functions.get(name);
      if (known && repeat(known, from)) return known.fn;
      const errors = problems.errorCount;
      const mine: Omit<Notes, 'fn'> & { fn?: IrFunction } = {
        digest: from === 'library' ? undefined : from?.digest,
        asked: [],
        constants: [],
        cells: [],
        marks: [],
        outsideWrites: [],
        sites: [],
        reports: [],
      };
      notes = mine as Notes;
      isRepeatable = from !== undefined;
      origin = from;
      const fn = make();
      notes = undefined;
      if (isRepeatable && problems.errorCount === errors) memory.keep({ ...mine, fn });
      return fn;
    },
    noteAsked: (name) => void notes?.asked.push(name),
    noteSite(id, span, pou) {
      const place = typeof origin === 'object' ? origin.places.relative(span) : undefined;
      if (place) notes?.sites.push({ id, place, pou });
      else cannotRepeat();
    },
    noteOutsideWrite: (write) => void notes?.outsideWrites.push(write),
    cells: {
      ...cells,
      cell(key, links, size) {
        const cell = cells.cell(key, links, size);
        notes?.cells.push({ cell, links, size });
        return cell;
      },
      mark(links, size) {
        cells.mark(links, size);
        notes?.marks.push({ links, size });
      },
    },
    pool: {
      string(text, wide) {
        const address = pool.string(text, wide);
        notes?.constants.push({ text, wide, address });
        return address;
      },
      bytes(bytes) {
        const address = pool.bytes(bytes);
        notes?.constants.push({ bytes, address });
        return address;
      },
      get end() {
        return pool.end;
      },
      chunks: pool.chunks,
    },
    problems: {
      report(code, span, message, fix) {
        problems.report(code, span, message, fix);
        if (!notes) return;
        const place = typeof origin === 'object' && !fix ? origin.places.relative(span) : undefined;
        if (place) notes.reports.push({ code, place, message });
        else cannotRepeat();
      },
      reportDocument(code, file, message, position) {
        problems.reportDocument(code, file, message, position);
        cannotRepeat();
      },
      get errorCount() {
        return problems.errorCount;
      },
      list: () => problems.list(),
    },
  };
}
