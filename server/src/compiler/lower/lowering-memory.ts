import type { BlockSymbol } from '../check/symbols.js';
import type { IrFunction } from '../ir/ir.js';
import type { ProblemCode } from '../problem-table.js';
import { createDomain, type AliasDomain, type AliasLink, type PlacedCell } from './alias.js';
import type { OutsideWrite } from './lowering.js';
import type { PouPlaces, RelativePlace } from './pou-places.js';

/** The POU that an IR function comes from. */
export interface BodyOrigin {
  readonly digest: string;
  readonly places: PouPlaces;
}

/** All that lowering a function did: enough to do it again without its body, in surroundings that are the same. */
export interface LoweredFunction {
  fn: IrFunction;
  /** Digest of the POU that it came from; undefined for library code. */
  readonly digest: string | undefined;
  /** IR names of the functions that it asked for. */
  readonly asked: string[];
  readonly constants: (
    | { readonly text: string; readonly wide: boolean; readonly address: number }
    | { readonly bytes: Uint8Array; readonly address: number }
  )[];
  readonly cells: PlacedCell[];
  readonly marks: { readonly links: readonly AliasLink[]; readonly size: number }[];
  readonly outsideWrites: OutsideWrite[];
  readonly sites: { readonly id: number; readonly place: RelativePlace; readonly pou: string }[];
  readonly reports: { readonly code: ProblemCode; readonly place: RelativePlace; readonly message: string }[];
}

/**
 * What the compiles of one project leave for the next: lowered functions, as long as all declarations and addresses are the same
 * (`surroundings`), so that only bodies that have changed are lowered. Sites have numbers here that last; the emitter writes those
 * that a compile from nothing gives.
 */
export interface LoweringMemory {
  readonly functions: ReadonlyMap<string, LoweredFunction>;
  /** Forgets everything where the surroundings are others. */
  enter(surroundings: string): void;
  /** Notes that count from the next `enter` on, if the compile is `complete`. */
  keep(lowered: LoweredFunction): void;
  /** What is wrong is told only once, so nothing is kept of a compile with errors: the notes of who else is wrong do not say so. */
  complete(): void;
  domainOf(block: BlockSymbol): AliasDomain;
  readonly memoryDomain: AliasDomain;
  newSite(): number;
  readonly siteCount: number;
}

/** Numbers of sites are not used again. */
const mostSites = 4_000_000;

type OpenDomain = { -readonly [K in keyof AliasDomain]: AliasDomain[K] };

export function createLoweringMemory(): LoweringMemory {
  const functions = new Map<string, LoweredFunction>();
  let pending: LoweredFunction[] = [];
  const domains = new Map<string, OpenDomain>();
  const memoryDomain = createDomain('memory');
  let current: string | undefined;
  let siteCount = 0;
  return {
    functions,
    memoryDomain,
    enter(surroundings) {
      if (current !== surroundings || siteCount > mostSites) {
        functions.clear();
        domains.clear();
        siteCount = 0;
      }
      current = surroundings;
      pending = [];
      for (const domain of [memoryDomain, ...domains.values()]) domain.marks.length = 0;
    },
    keep: (lowered) => void pending.push(lowered),
    complete() {
      for (const lowered of pending) functions.set(lowered.fn.name, lowered);
      pending = [];
    },
    domainOf(block) {
      let domain = domains.get(block.irName);
      if (!domain) {
        domain = createDomain(block.name, block);
        domains.set(block.irName, domain);
      }
      // The symbol is this compile's.
      domain.block = block;
      return domain;
    },
    newSite() {
      siteCount += 1;
      return siteCount - 1;
    },
    get siteCount() {
      return siteCount;
    },
  };
}
