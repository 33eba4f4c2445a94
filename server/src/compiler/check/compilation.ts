import type { Problems } from '../problems.js';
import type { Profile } from '../profile.js';
import type { Expression, SourceUnit } from '../syntax/ast.js';
import type { MissingLibraries } from './missing-library.js';
import type { BlockSymbol, Scope, SymbolTable } from './symbols.js';
import type { Type } from './types.js';

/** A constant: integers, bit strings, times, dates and enumeration values are bigint (times in ns). */
export type Constant = bigint | number | boolean | string;

/** What the passes of one compile share. */
export interface Compilation {
  readonly profile: Profile;
  readonly problems: Problems;
  readonly table: SymbolTable;
  /**
   * Value of an expression that has to be constant, converted to `expected`; undefined after a reported problem, and, where
   * `quiet` is set, for everything that is no constant.
   */
  evaluate(
    expression: Expression,
    scope: Scope,
    expected: Type | undefined,
    quiet?: boolean,
  ): { readonly value: Constant; readonly type: Type } | undefined;
  /** Declares the standard library's POU of that folded name in the table, where there is one. */
  loadStandard(key: string): boolean;
  /** How many instances the configuration makes of a program; its variables lie at fixed addresses where it is one. */
  instanceCount(program: BlockSymbol): number;
  /** What was reported as missing already, so that each missing name is told once. */
  readonly missing: Set<string>;
  readonly libraries: MissingLibraries;
  /** Family of the tool that exported a document of the project; undefined where all of it is text. */
  readonly exportedBy: SourceUnit['dialect'];
  /** Folded names of configurations and resources. */
  readonly configurationNames: ReadonlySet<string>;
  /** Nothing is instantiated: the documents only declare blocks and functions for others. */
  readonly library: boolean;
  /** Work that waits until all is declared, such as checks of types that only declarations mention. */
  readonly later: (() => void)[];
  /** Names of the structures and blocks that are being laid out, outermost first: what a cycle consists of. */
  readonly layoutChain: string[];
  /** Folded names of types that were found to contain themselves; nothing can be laid out then. */
  readonly layoutCycles: Set<string>;
}
