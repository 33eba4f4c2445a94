import type { SourceSpan, GraphicElement } from '../../model/source-span.js';
import type { Expression } from './ast.js';

/**
 * A network of LD, FBD or CFC elements as the document draws it: who is wired to whom, and where things stand.
 * LD and FBD elements may be mixed freely, as TC6 XML allows. Import makes it, lower/lower-graph.ts turns it into statements.
 */
export interface GraphBody {
  readonly kind: 'graph';
  readonly language: 'LD' | 'FBD' | 'CFC';
  readonly elements: readonly GraphElement[];
  /** The value of the body, where it is the condition of a transition: the wires that it comes from. */
  readonly result?: readonly Wire[];
}

/** One wire into an input: the element it comes from and which of its outputs (formal parameter), where it has several. */
export interface Wire {
  readonly from: string;
  readonly parameter?: string;
}

interface Base {
  readonly id: string;
  readonly element: GraphicElement;
  readonly span: SourceSpan;
  /** executionOrderId, where the document gives one (> 0). */
  readonly order?: number;
}

export interface Pin {
  readonly name: string;
  readonly negated: boolean;
  readonly edge?: 'rising' | 'falling';
  /** Several wires into one input are a wired OR. Empty: not connected. */
  readonly wires: readonly Wire[];
  /** `expression` attached to the pin itself (CFC, CODESYS), instead of a wire. */
  readonly expression?: Expression;
}
export type StorageModifier = 'none' | 'set' | 'reset';

export type GraphElement =
  | (Base & { readonly kind: 'leftRail' })
  | (Base & { readonly kind: 'rightRail'; readonly input: readonly Wire[] })
  | (Base & {
      readonly kind: 'contact';
      readonly variable: Expression;
      readonly negated: boolean;
      readonly edge?: 'rising' | 'falling';
      readonly input: readonly Wire[];
    })
  | (Base & {
      readonly kind: 'coil';
      readonly variable: Expression;
      readonly negated: boolean;
      readonly edge?: 'rising' | 'falling';
      readonly storage: StorageModifier;
      readonly input: readonly Wire[];
    })
  | (Base & {
      readonly kind: 'block';
      readonly typeName: string;
      /** An operator such as ADD, whose pins have no names of their own: arguments go by position. */
      readonly operator?: true;
      /** FB instance; absent for a function or operator. */
      readonly instance?: Expression;
      readonly inputs: readonly Pin[];
      readonly inOuts: readonly Pin[];
      readonly outputs: readonly {
        readonly name: string;
        readonly negated: boolean;
        readonly edge?: 'rising' | 'falling';
        readonly storage?: StorageModifier;
        readonly expression?: Expression;
      }[];
      /** CODESYS EXECUTE box and the like: statements in place of a type. */
      readonly statements?: readonly import('./ast.js').Statement[];
    })
  | (Base & {
      readonly kind: 'inVariable';
      readonly expression: Expression;
      readonly negated: boolean;
      readonly edge?: 'rising' | 'falling';
      readonly storage?: StorageModifier;
    })
  | (Base & {
      readonly kind: 'outVariable';
      readonly expression: Expression;
      readonly negated: boolean;
      readonly edge?: 'rising' | 'falling';
      readonly storage: StorageModifier;
      readonly reference?: boolean;
      readonly input: readonly Wire[];
    })
  | (Base & {
      readonly kind: 'inOutVariable';
      readonly expression: Expression;
      readonly negatedIn: boolean;
      readonly negatedOut: boolean;
      readonly storage: StorageModifier;
      readonly input: readonly Wire[];
    })
  /** Where the line of a connector goes on: names pair up within a body. */
  | (Base & { readonly kind: 'connector'; readonly name: string; readonly input: readonly Wire[] })
  | (Base & { readonly kind: 'continuation'; readonly name: string })
  | (Base & {
      readonly kind: 'jump';
      readonly label: string;
      readonly negated?: boolean;
      readonly input: readonly Wire[];
    })
  | (Base & { readonly kind: 'label'; readonly label: string })
  | (Base & { readonly kind: 'return'; readonly negated?: boolean; readonly input: readonly Wire[] })
  | (Base & { readonly kind: 'comment'; readonly text: string });
