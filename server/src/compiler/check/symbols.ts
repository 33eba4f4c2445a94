import type { SourceSpan } from '../../model/source-span.js';
import type {
  Access,
  Body,
  DirectAddress,
  Expression,
  PouDeclaration,
  PropertyDeclaration,
  Section,
  TypeDeclaration,
  TypeNode,
  VariableBlock,
} from '../syntax/ast.js';
import type { EnumType, Initial, InstanceType, InterfaceType, Type, TypeUse } from './types.js';

/** What a program declares. Keys of every map are folded names (model/identifier.ts), so that spelling never matters. */
export type Owner = BlockSymbol | CallableSymbol;

/** Where names are looked up from: innermost first locals, members of the POU, namespaces, globals. */
export interface Scope {
  /** Folded segments of the enclosing namespace. */
  readonly namespace: readonly string[];
  /** Folded dotted names of USING. */
  readonly usings: readonly string[];
  readonly block?: BlockSymbol;
  readonly callable?: CallableSymbol;
}

/** Where a variable lies. */
export type Storage =
  /** Not laid out yet, or a local of a function, which its function builder places. */
  | { readonly kind: 'unplaced' }
  | { readonly kind: 'absolute'; readonly address: number; readonly bit?: number }
  | { readonly kind: 'instance'; readonly offset: number }
  /** The instance holds the u32 address of the variable: VAR_IN_OUT, RETAIN and located members of blocks. */
  | { readonly kind: 'indirect'; readonly offset: number };

export interface VariableSymbol {
  readonly kind: 'variable';
  readonly name: string;
  readonly key: string;
  readonly span: SourceSpan;
  /** `RESULT`: the function's own name; `LET`: temporary of a lowered graphical body. */
  readonly section: Section | 'RESULT' | 'LET';
  readonly constant: boolean;
  readonly retain: boolean;
  readonly access: Access;
  readonly hidden: boolean;
  readonly edge?: 'rising' | 'falling';
  readonly location?: DirectAddress;
  /** Declared PUBLIC, where that is not the default. */
  readonly isPublic: boolean;
  readonly owner?: Owner;
  /** Name of the global variable list it belongs to. */
  readonly list?: string;
  readonly scope: Scope;
  readonly typeNode: TypeNode;
  readonly ownInitial?: Expression;
  /** Arguments of an FB_init style declaration. */
  readonly args?: import('../syntax/ast.js').VariableDeclaration['args'];
  readonly elementArgs?: import('../syntax/ast.js').VariableDeclaration['elementArgs'];
  readonly type: Type;
  /** Own initial value, else the one of its type. */
  readonly initial?: Initial | undefined;
  storage: Storage;
  /** VAR_EXTERNAL: the global it means. */
  target?: VariableSymbol;
  /** Hidden member that holds an edge input's previous value. */
  edgeMemory?: VariableSymbol;
}

export interface EnumeratorSymbol {
  readonly kind: 'enumerator';
  readonly name: string;
  readonly type: EnumType;
  readonly value: bigint;
}

/** A FUNCTION, a METHOD, one accessor of a PROPERTY, or an action as a method without parameters. */
export interface CallableSymbol {
  readonly kind: 'callable';
  readonly form: 'function' | 'method' | 'getter' | 'setter' | 'action';
  readonly name: string;
  readonly key: string;
  /** Name of its IR function. */
  readonly irName: string;
  readonly span: SourceSpan;
  readonly owner?: BlockSymbol | InterfaceSymbol;
  readonly scope: Scope;
  readonly blocks: readonly VariableBlock[];
  readonly body?: Body;
  readonly access: Access;
  readonly abstract: boolean;
  readonly final: boolean;
  readonly override: boolean;
  readonly standard: boolean;
  readonly external: boolean;
  /** Inputs, outputs and in-outs in order of declaration. */
  readonly parameters: readonly VariableSymbol[];
  /** Parameters, locals and the result. */
  readonly variables: ReadonlyMap<string, VariableSymbol>;
  readonly result?: VariableSymbol;
  readonly returnNode?: TypeNode;
}

export interface PropertySymbol {
  readonly kind: 'property';
  readonly name: string;
  readonly key: string;
  readonly declaration: PropertyDeclaration;
  readonly owner: BlockSymbol | InterfaceSymbol;
  readonly type: Type;
  readonly access: Access;
  readonly getter?: CallableSymbol;
  readonly setter?: CallableSymbol;
}

/** FUNCTION_BLOCK, CLASS or PROGRAM. */
export interface BlockSymbol {
  readonly kind: 'block';
  readonly pouKind: 'function_block' | 'class' | 'program';
  readonly name: string;
  readonly key: string;
  /** Qualified name, which is also that of its IR function. */
  readonly irName: string;
  readonly declaration: PouDeclaration;
  readonly scope: Scope;
  readonly type: InstanceType;
  readonly standard: boolean;
  base?: BlockSymbol;
  readonly derived: BlockSymbol[];
  interfaces: readonly InterfaceSymbol[];
  /** Own variables in order of declaration. */
  readonly variables: Map<string, VariableSymbol>;
  /** Own inputs, outputs and in-outs in order of declaration. */
  readonly parameters: VariableSymbol[];
  readonly methods: Map<string, CallableSymbol>;
  readonly properties: Map<string, PropertySymbol>;
  readonly actions: Map<string, CallableSymbol>;
  /** It has a header word with the type's number, for dispatch. */
  header: boolean;
  /** Number that the header holds, from 1. */
  typeId: number;
}

export interface InterfaceSymbol {
  readonly kind: 'interface';
  readonly name: string;
  readonly key: string;
  readonly irName: string;
  readonly declaration: PouDeclaration;
  readonly scope: Scope;
  readonly type: InterfaceType;
  bases: readonly InterfaceSymbol[];
  readonly methods: Map<string, CallableSymbol>;
  readonly properties: Map<string, PropertySymbol>;
}

export interface TypeSymbol {
  readonly kind: 'type';
  readonly name: string;
  readonly key: string;
  readonly declaration: TypeDeclaration;
  readonly scope: Scope;
  /** Resolves on first use. */
  readonly use: TypeUse;
}

/** A named list of global variables. */
export interface ListSymbol {
  readonly kind: 'list';
  readonly name: string;
  readonly variables: Map<string, VariableSymbol>;
}

export type NamedTypeSymbol = TypeSymbol | BlockSymbol | InterfaceSymbol;

/** All that is declared at the top level. Keys are folded qualified names, `NS.NAME`. */
export interface SymbolTable {
  readonly types: Map<string, NamedTypeSymbol>;
  readonly functions: Map<string, CallableSymbol>;
  /** Functions with type parameters: each call means an instance, `f__INT`, which is among the functions once it is called. */
  readonly generics: Map<string, PouDeclaration>;
  readonly globals: Map<string, VariableSymbol>;
  /** Globals that only the name of their list reaches. */
  readonly qualifiedOnly: Set<VariableSymbol>;
  readonly lists: Map<string, ListSymbol>;
  /** By folded name; several enumerations may share a name. */
  readonly enumerators: Map<string, EnumeratorSymbol[]>;
  /**
   * Folded names of the inputs that get a variable's address (REFERENCE TO, ANY), and of the functions and methods that have one, these
   * with `(` behind.
   */
  readonly addressInputs: Set<string>;
  /** Enumerations written in place, which only their POU sees. */
  readonly localEnumerators: Map<Owner, Map<string, EnumeratorSymbol[]>>;
  /** Every namespace and each of its prefixes. */
  readonly namespaces: Set<string>;
}

export function createSymbolTable(): SymbolTable {
  return {
    types: new Map(),
    functions: new Map(),
    generics: new Map(),
    globals: new Map(),
    qualifiedOnly: new Set(),
    lists: new Map(),
    enumerators: new Map(),
    addressInputs: new Set(),
    localEnumerators: new Map(),
    namespaces: new Set(),
  };
}
