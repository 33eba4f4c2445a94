import type { SourceSpan } from '../../model/source-span.js';
import type { Type } from '../check/types.js';
import type { IrExpr, IrLocal, IrStmt, NumType, SiteId } from '../ir/ir.js';
import type { Profile } from '../profile.js';

/** What the caller knows of an argument before it chooses an overload. */
export interface ArgumentInfo {
  /** Formal name as written; absent for a positional argument. */
  readonly name?: string;
  readonly type: Type;
  /** Value of a constant argument, where the checker knows it. */
  readonly constant?: bigint | number | boolean | string;
  readonly span: SourceSpan;
}

/** What lowering may ask of the checker's function builder. Values follow the invariant in check/types.ts. */
export interface LowerContext {
  readonly profile: Profile;
  /** A fresh wasm local. */
  local(type: NumType, hint: string): IrLocal;
  /** Address of a fresh piece of the frame, for strings and structures; valid until the function returns. */
  scratch(sizeBytes: number): IrExpr;
  /** Address of a constant string in the pool (NUL-terminated). */
  stringConstant(text: string, wide: boolean): IrExpr;
  /** Appends a statement before the expression being built. */
  emit(statement: IrStmt): void;
  /** Calls a function of the standard prelude (written in ST, stdlib/prelude/) by name; it joins the program on first use. */
  callPrelude(name: string, args: readonly IrExpr[], result: NumType): IrExpr;
  /** Site of the call, for checks that may fault. */
  readonly site: SiteId;
}

/**
 * One way to call a standard function. `params` has a type per argument given, in the order of `ArgumentInfo`s as passed;
 * the checker converts each argument to it (strings are passed as addresses of NUL-terminated text, arrays and
 * structures as addresses), then calls `lower`. A string result is an address valid until the calling statement ends.
 */
export interface Overload {
  readonly params: readonly Type[];
  /** How argument i is passed; default `value`. `reference` gives the address of a variable and needs one; `out` likewise, and may be unassigned before. */
  readonly passing?: readonly ('value' | 'reference' | 'out')[];
  readonly result: Type;
  /** args[i] is the value (or address) of argument i. */
  lower(args: readonly IrExpr[], context: LowerContext): IrExpr;
  /** Value where all arguments are constants: used in constant expressions. */
  fold?(args: readonly (bigint | number | boolean | string)[]): bigint | number | boolean | string | undefined;
}

/** Why no overload fits: a sentence for the diagnostic. */
export interface OverloadProblem {
  readonly problem: string;
}

export interface StandardFunction {
  /** Upper case. */
  readonly name: string;
  /** One line for listings, with the clause or table. */
  readonly summary: string;
  /** Formal parameter names in order; an extensible function names its first ones `IN1`, `IN2` ... and sets `extensible`. */
  readonly formals: readonly string[];
  /** More arguments may follow; their names continue the number of the last formal (`IN3`, `IN4` ...). */
  readonly extensible?: boolean;
  /** Other dialects' names of formals (`STR` for `IN`): upper-case alias to formal. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** The arguments from this index on have the type of the result, so what the context expects of that it expects of them. */
  readonly alikeFrom?: number;
  /** Chooses by the types of the arguments (already in formal order). `expected` is the type the context wants, if any. */
  resolve(args: readonly ArgumentInfo[], profile: Profile, expected?: Type): Overload | OverloadProblem;
}

/** One POU of the standard prelude: ST source of a function block, a structure, or a `__` helper function. */
export interface PreludePou {
  /** As the text declares it; upper case. */
  readonly name: string;
  readonly text: string;
}

/** The prelude of a profile, by upper-case POU name, so that only what a program reaches is parsed. `stdlib/prelude/prelude.ts` provides it. */
export type PreludeFor = (profile: Profile) => ReadonlyMap<string, PreludePou>;

/** Finds a standard function by upper-case name. `stdlib/standard-functions.ts` provides it; names such as INT_TO_STRING[...] are made on demand. */
export type FindStandardFunction = (name: string) => StandardFunction | undefined;
