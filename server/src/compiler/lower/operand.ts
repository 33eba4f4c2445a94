import type { IrCell, IrExpr, IrLocal } from '../ir/ir.js';
import type { Constant } from '../check/compilation.js';
import type {
  BlockSymbol,
  CallableSymbol,
  InterfaceSymbol,
  ListSymbol,
  NamedTypeSymbol,
  PropertySymbol,
  VariableSymbol,
} from '../check/symbols.js';
import type { ElementaryType, LiteralType, Type } from '../check/types.js';
import type { AliasLink } from './alias.js';

/** A place in memory or a local, which can be read, written, and (but for locals and bits) addressed. */
export type Place =
  | { readonly form: 'local'; readonly local: IrLocal }
  /** Known at compile time. `links` says which cells the bytes can meet. */
  | {
      readonly form: 'cell';
      readonly base: 'absolute' | 'instance' | 'frame';
      readonly offset: number;
      readonly bit?: number;
      readonly links: readonly AliasLink[];
      readonly name: string;
      /** Its cell, once somebody has read or written it: a place keeps one. */
      cell?: IrCell;
      /** So many of its bytes are known to be reached by address. */
      marked?: number;
    }
  | { readonly form: 'address'; readonly address: IrExpr; readonly offset: number }
  /** Bits of an integer or bit string: `.3`, `.%B1`. */
  | {
      readonly form: 'part';
      readonly whole: Place;
      readonly wholeType: ElementaryType;
      /** In bits; computed, as an i32, where a variable says which part it is. */
      readonly shift: number | IrExpr;
      readonly type: ElementaryType;
    }
  /** A property: reading and writing call its accessors. */
  | { readonly form: 'property'; readonly property: PropertySymbol; readonly receiver: Receiver };

/** The object that a method or property belongs to. */
export interface Receiver {
  readonly owner: BlockSymbol | InterfaceSymbol;
  /** Where the instance lies; for an interface, the value that refers to it. */
  readonly place: Place;
  /** The instance may be of a derived block: calls are dispatched. */
  readonly dynamic: boolean;
  /** The value itself of an interface that is no variable: the result of a call or property. */
  readonly reference?: IrExpr;
}

/** What lowering knows of an expression. */
export type Operand =
  | {
      readonly kind: 'value';
      readonly type: Type;
      readonly ir: IrExpr;
      readonly constant?: Constant;
      /** The result of arithmetic as a DINT, not yet cut to its type: profiles with native temporaries go on from it. */
      readonly wide?: IrExpr;
    }
  /** An untyped literal, or untyped literals combined: its context decides the type. */
  | {
      readonly kind: 'literal';
      readonly type: LiteralType;
      readonly value: Constant;
      /** Written with a base, `16#FF`: bits rather than a number. */ readonly based?: boolean;
    }
  | {
      readonly kind: 'place';
      readonly type: Type;
      readonly place: Place;
      /** Why it can't be assigned, as the end of a sentence; absent where it can. */
      readonly readOnly?: string;
      readonly symbol?: VariableSymbol;
      readonly constant?: Constant;
      /** Reached through a pointer, reference or in-out: the instance there may be of a derived block. */
      readonly dynamic?: boolean;
      /** Bounds of ARRAY[*]: low and high of each dimension. */
      readonly bounds?: readonly { readonly low: IrExpr; readonly high: IrExpr }[];
      /** A directly represented variable: a place of a size, which every type of that size fits. */
      readonly direct?: true;
      /** THIS or SUPER: the instance, and where a pointer is wanted its address. */
      readonly self?: true;
    }
  /** A string, array, structure or instance that is no variable: address of its bytes. */
  | { readonly kind: 'memory'; readonly type: Type; readonly address: IrExpr; readonly constant?: Constant }
  | { readonly kind: 'void' }
  | { readonly kind: 'error' }
  // What is no value but may stand before `.`, `(` or `#`.
  | { readonly kind: 'typeName'; readonly symbol: NamedTypeSymbol }
  | { readonly kind: 'function'; readonly symbol: CallableSymbol }
  | { readonly kind: 'standard'; readonly name: string }
  | { readonly kind: 'method'; readonly symbol: CallableSymbol; readonly receiver: Receiver }
  | { readonly kind: 'list'; readonly list: ListSymbol }
  | { readonly kind: 'namespace'; readonly path: string };

export const errorOperand: Operand = { kind: 'error' };
