import type { SourceSpan, GraphicElement, Language } from '../../model/source-span.js';
import type { GraphBody } from './graph.js';

/**
 * The syntax tree in which all languages meet. ST parses to it; IL, LD, FBD, CFC and SFC bodies are kept in their own form
 * (`Body`) and lower to statements of this tree (lower/lower-*.ts), whose spans name the element they came from.
 * Identifiers keep their spelling; compare them through model/identifier.ts only.
 */
export interface Node {
  readonly span: SourceSpan;
}

// ---------------------------------------------------------------- expressions

export type Expression =
  | IntLiteral
  | RealLiteral
  | BoolLiteral
  | StringLiteral
  | DurationLiteral
  | DateLiteral
  | NullLiteral
  | TypedEnumLiteral
  | NameExpression
  | MemberExpression
  | DerefExpression
  | IndexExpression
  | PartialAccess
  | DirectAddress
  | CallExpression
  | UnaryExpression
  | BinaryExpression
  | ThisExpression
  | SuperExpression
  | ArrayInitializer
  | StructInitializer
  | DefaultInitializer;

/** `typeName` is the prefix of a typed literal, `INT` of `INT#5`, in upper case. Signs are unary operators, save in typed literals (`INT#-5`). */
export interface IntLiteral extends Node {
  readonly kind: 'int';
  readonly value: bigint;
  readonly base: 2 | 8 | 10 | 16;
  readonly typeName?: string;
}
export interface RealLiteral extends Node {
  readonly kind: 'real';
  readonly value: number;
  readonly typeName?: string;
}
export interface BoolLiteral extends Node {
  readonly kind: 'bool';
  readonly value: boolean;
  readonly typeName?: string;
}
/** `value` has `$` escapes resolved, as UTF-16. */
export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly wide: boolean;
  readonly value: string;
  readonly typeName?: string;
}
export interface DurationLiteral extends Node {
  readonly kind: 'duration';
  readonly ns: bigint;
  readonly typeName: 'TIME' | 'LTIME';
}
/** `ns` since 1970-01-01 UTC for dates, since midnight for TOD. */
export interface DateLiteral extends Node {
  readonly kind: 'date';
  readonly ns: bigint;
  readonly typeName: 'DATE' | 'LDATE' | 'TOD' | 'LTOD' | 'DT' | 'LDT';
}
export interface NullLiteral extends Node {
  readonly kind: 'null';
}
/** `Color#Red`. */
export interface TypedEnumLiteral extends Node {
  readonly kind: 'enumLiteral';
  readonly typeName: string;
  readonly value: string;
}
export interface NameExpression extends Node {
  readonly kind: 'name';
  readonly name: string;
  /** Written `.name`: past what the program unit declares. */
  readonly global?: true;
}
/** `object.member`; also namespace and list qualification, decided by the checker. */
export interface MemberExpression extends Node {
  readonly kind: 'member';
  readonly object: Expression;
  readonly member: string;
  readonly memberSpan: SourceSpan;
}
/** `object^`. */
export interface DerefExpression extends Node {
  readonly kind: 'deref';
  readonly object: Expression;
}
export interface IndexExpression extends Node {
  readonly kind: 'index';
  readonly object: Expression;
  readonly indices: readonly Expression[];
}
/** `a.3` and `a.%X3` (X), `a.%B1` ... */
export interface PartialAccess extends Node {
  readonly kind: 'partial';
  readonly object: Expression;
  readonly size: 'X' | 'B' | 'W' | 'D' | 'L';
  /** A number, or the variable that holds it: `.%Xn`. */
  readonly index: number | NameExpression;
}
/** `%IX0.0`, `%QW5`, `%MD1`, `%I*`. */
export interface DirectAddress extends Node {
  readonly kind: 'direct';
  /** Canonical upper-case text. */
  readonly text: string;
  readonly area: 'I' | 'Q' | 'M';
  readonly size: 'X' | 'B' | 'W' | 'D' | 'L';
  /** Numbers of the hierarchy; empty for `*`. */
  readonly path: readonly number[];
}
/** Where a member lies within its structure: `AT %B2`, `AT %X3.0`. IEC 61131-3:2013, table 11. */
export interface RelativeAddress extends Node {
  readonly text: string;
  readonly byte: number;
  /** Of a BOOL that is one bit. */
  readonly bit?: number;
}
export interface Argument extends Node {
  /** Formal name; absent for a positional argument. */
  readonly name?: string;
  readonly direction: 'in' | 'out';
  /** `NOT q => x`. */
  readonly negated?: boolean;
  /** Absent in `q =>` and `x :=`, which leave the parameter alone. */
  readonly value?: Expression;
}
export interface CallExpression extends Node {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: readonly Argument[];
}
export interface UnaryExpression extends Node {
  readonly kind: 'unary';
  readonly op: '-' | '+' | 'NOT';
  readonly operand: Expression;
}
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | 'MOD'
  | '**'
  | 'AND'
  | 'OR'
  | 'XOR'
  | 'AND_THEN'
  | 'OR_ELSE'
  | '='
  | '<>'
  | '<'
  | '>'
  | '<='
  | '>=';
export interface BinaryExpression extends Node {
  readonly kind: 'binary';
  readonly op: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface ThisExpression extends Node {
  readonly kind: 'this';
}
export interface SuperExpression extends Node {
  readonly kind: 'super';
}
/** `[1, 3(0), 2(1, 2)]`; only as an initial value. */
export interface ArrayInitializer extends Node {
  readonly kind: 'arrayInit';
  readonly elements: readonly { readonly repeat?: Expression; readonly values: readonly Expression[] }[];
}
/** `(a := 1, b := 2)`; only as an initial value. */
export interface StructInitializer extends Node {
  readonly kind: 'structInit';
  readonly members: readonly { readonly name: string; readonly value: Expression; readonly span: SourceSpan }[];
}
/** The default initial value of the type around it: an empty repetition `3()`. */
export interface DefaultInitializer extends Node {
  readonly kind: 'defaultInit';
}

// ---------------------------------------------------------------- statements

export type Statement =
  | Assignment
  | CallStatement
  | LetStatement
  | IfStatement
  | CaseStatement
  | ForStatement
  | WhileStatement
  | RepeatStatement
  | ExitStatement
  | ContinueStatement
  | ReturnStatement
  | JumpStatement
  | LabelStatement
  | EmptyStatement;

export interface Assignment extends Node {
  readonly kind: 'assign';
  /** `?=` is the assignment attempt; `S=` and `R=` set or reset when the value is TRUE. */
  readonly op: ':=' | 'REF=' | '?=' | 'S=' | 'R=';
  readonly target: Expression;
  readonly value: Expression;
}
/** A call for its effect. Any other expression here is a problem for the checker to report. */
export interface CallStatement extends Node {
  readonly kind: 'expression';
  readonly expression: Expression;
}
/**
 * Compiler-made: a scalar or string temporary of the body with the type of its value. `name` can't clash with a user's. It is known
 * in the whole body from there on, whatever blocks it stands in; a second `let` of the name in the same body assigns the first
 * one's variable, converting to its type. Where no `let` has run, its value is 0, FALSE or ''.
 */
export interface LetStatement extends Node {
  readonly kind: 'let';
  readonly name: string;
  readonly value: Expression;
}
export interface IfStatement extends Node {
  readonly kind: 'if';
  readonly branches: readonly {
    readonly condition: Expression;
    readonly body: readonly Statement[];
    readonly span: SourceSpan;
  }[];
  readonly otherwise?: readonly Statement[];
}
export type CaseLabel = { readonly low: Expression; readonly high?: Expression; readonly span: SourceSpan };
export interface CaseStatement extends Node {
  readonly kind: 'case';
  readonly selector: Expression;
  readonly branches: readonly {
    readonly labels: readonly CaseLabel[];
    readonly body: readonly Statement[];
    readonly span: SourceSpan;
  }[];
  readonly otherwise?: readonly Statement[];
}
export interface ForStatement extends Node {
  readonly kind: 'for';
  readonly variable: Expression;
  readonly from: Expression;
  readonly to: Expression;
  readonly by?: Expression;
  readonly body: readonly Statement[];
}
export interface WhileStatement extends Node {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly body: readonly Statement[];
}
export interface RepeatStatement extends Node {
  readonly kind: 'repeat';
  readonly body: readonly Statement[];
  readonly until: Expression;
}
export interface ExitStatement extends Node {
  readonly kind: 'exit';
}
export interface ContinueStatement extends Node {
  readonly kind: 'continue';
}
/** `value`: `RETURN x` of some dialects. */
export interface ReturnStatement extends Node {
  readonly kind: 'return';
  readonly value?: Expression;
}
export interface JumpStatement extends Node {
  readonly kind: 'jump';
  readonly label: string;
}
export interface LabelStatement extends Node {
  readonly kind: 'label';
  readonly label: string;
}
export interface EmptyStatement extends Node {
  readonly kind: 'empty';
}

// ---------------------------------------------------------------- instruction list

/** One IL instruction. Modifiers stand apart: `ANDN(` is op AND, negated, nested. IEC 61131-3:2013, 7.2. */
export interface IlInstruction extends Node {
  readonly label?: string;
  /** Upper case; empty for a line that is only a label. `CAL`, `JMP`, `RET`, `LD`, `ST`, `S`, `R`, `AND`, `ADD`, `GT`, a function's name ... */
  readonly op: string;
  readonly negated: boolean;
  readonly conditional: boolean;
  /** Instructions within `( ... )`; the operand, where there is one, is loaded first. */
  readonly nested?: readonly IlInstruction[];
  /** Operands: one for most, several for functions called informally. */
  readonly operands: readonly Expression[];
  /** Formal arguments of CAL and of functions called with `( name := ... )`. A value may be an instruction list of its own. */
  readonly args?: readonly (Argument & { readonly list?: readonly IlInstruction[] })[];
}

// ---------------------------------------------------------------- SFC

export interface SfcStep extends Node {
  readonly name: string;
  readonly initial: boolean;
  /** Macro step: its own chart. */
  readonly macro?: SfcBody;
  readonly associations: readonly SfcAssociation[];
}
export interface SfcAssociation extends Node {
  readonly qualifier: 'N' | 'R' | 'S' | 'L' | 'D' | 'P' | 'SD' | 'DS' | 'SL' | 'P0' | 'P1';
  readonly duration?: Expression;
  /** A named action, a BOOL variable, or statements in place. CODESYS entry and exit actions come as P1 and P0. */
  readonly action: { readonly kind: 'named'; readonly name: string } | { readonly kind: 'inline'; readonly body: Body };
  readonly indicator?: Expression;
  /** An action that CODESYS attaches to the step itself, not through an action block: it has no final scan. */
  readonly ofStep?: true;
}
export interface SfcTransition extends Node {
  readonly name?: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Lower is tested first; absent: order in the document, left to right. */
  readonly priority?: number;
  /** The transition fires while its condition is FALSE. */
  readonly negated?: true;
  /** Expression in place; a named transition of the POU; or a body that computes it (IL, LD, FBD). */
  readonly condition:
    | { readonly kind: 'expression'; readonly expression: Expression }
    | { readonly kind: 'named'; readonly name: string }
    | { readonly kind: 'body'; readonly body: Body };
}
export interface SfcBody {
  readonly kind: 'sfc';
  readonly steps: readonly SfcStep[];
  readonly transitions: readonly SfcTransition[];
  readonly dialect?: 'codesys';
}

// ---------------------------------------------------------------- bodies and declarations

export type Body =
  /** `foreign`: a pragma within it that holds code of another language. */
  | {
      readonly kind: 'statements';
      readonly language: Language;
      readonly statements: readonly Statement[];
      readonly foreign?: SourceSpan;
    }
  | { readonly kind: 'il'; readonly instructions: readonly IlInstruction[] }
  | SfcBody
  | GraphBody;

export type TypeNode =
  NamedTypeNode | StringTypeNode | ArrayTypeNode | StructTypeNode | EnumTypeNode | SubrangeTypeNode | PointerTypeNode;
/** `INT`, `Lib.Point`; also generic `ANY_NUM` where the dialect has it. */
export interface NamedTypeNode extends Node {
  readonly kind: 'named';
  readonly name: string;
}
export interface StringTypeNode extends Node {
  readonly kind: 'string';
  readonly wide: boolean;
  readonly length?: Expression;
}
export interface ArrayTypeNode extends Node {
  readonly kind: 'array';
  /** A dimension without bounds is `*`. */
  readonly dimensions: readonly { readonly low?: Expression; readonly high?: Expression; readonly span: SourceSpan }[];
  readonly element: TypeNode;
}
export interface StructTypeNode extends Node {
  readonly kind: 'struct';
  readonly union: boolean;
  /** STRUCT OVERLAP or UNION share offset 0. */
  readonly extends?: string;
  readonly members: readonly VariableDeclaration[];
  /** Members begin at multiples of at most so many bytes (attribute pack_mode). */
  readonly pack?: number;
}
export interface EnumTypeNode extends Node {
  readonly kind: 'enum';
  /** TO_STRING gives the name (attribute to_string). */
  readonly toText?: true;
  readonly base?: TypeNode;
  readonly values: readonly { readonly name: string; readonly value?: Expression; readonly span: SourceSpan }[];
}
export interface SubrangeTypeNode extends Node {
  readonly kind: 'subrange';
  readonly base: TypeNode;
  readonly low: Expression;
  readonly high: Expression;
}
/** POINTER TO, REF_TO (`reference: false`); REFERENCE TO dereferences by itself (`form: 'reference'`). */
export interface PointerTypeNode extends Node {
  readonly kind: 'pointer';
  readonly form: 'pointer' | 'ref_to' | 'reference';
  readonly target: TypeNode;
}

export interface VariableDeclaration extends Node {
  readonly name: string;
  readonly type: TypeNode;
  readonly initial?: Expression;
  readonly location?: DirectAddress;
  /** Of a member of a structure. */
  readonly relative?: RelativeAddress;
  readonly edge?: 'rising' | 'falling';
  /** FB_init style arguments after the type: `fb : T(a := 1)`. */
  readonly args?: readonly Argument[];
  /** Those of each element of an array, `[(1), (2)]`; `args` is empty then. */
  readonly elementArgs?: readonly (readonly Argument[])[];
  /** Compiler-made. */
  readonly hidden?: true;
  /** Element of a graphical body it was made for. */
  readonly element?: GraphicElement;
}
export type Section =
  | 'VAR'
  | 'VAR_INPUT'
  | 'VAR_OUTPUT'
  | 'VAR_IN_OUT'
  | 'VAR_TEMP'
  | 'VAR_STAT'
  | 'VAR_GLOBAL'
  | 'VAR_EXTERNAL'
  | 'VAR_INST';
export interface VariableBlock extends Node {
  readonly section: Section;
  readonly constant: boolean;
  readonly retain: boolean;
  readonly nonRetain: boolean;
  readonly persistent: boolean;
  readonly access?: Access;
  readonly variables: readonly VariableDeclaration[];
}
export type Access = 'PUBLIC' | 'PRIVATE' | 'PROTECTED' | 'INTERNAL';

export interface PouDeclaration extends Node {
  readonly kind: 'pou';
  readonly pouKind: 'function' | 'function_block' | 'program' | 'class' | 'interface';
  readonly name: string;
  readonly nameSpan: SourceSpan;
  readonly namespace: readonly string[];
  readonly usings: readonly string[];
  /** Type parameters of a FUNCTION, `<T : ANY_NUM>`, as some dialects have them. */
  readonly generics?: readonly { readonly name: string; readonly constraint: string }[];
  readonly returnType?: TypeNode;
  readonly abstract: boolean;
  readonly final: boolean;
  readonly extends: readonly string[];
  readonly implements: readonly string[];
  /** Where the names of `extends` and `implements` stand, by name; absent where the document has no such places. */
  readonly baseSpans?: ReadonlyMap<string, SourceSpan>;
  readonly blocks: readonly VariableBlock[];
  readonly body?: Body;
  readonly methods: readonly MethodDeclaration[];
  readonly properties: readonly PropertyDeclaration[];
  readonly actions: readonly ActionDeclaration[];
  /** SFC transitions declared by name. */
  readonly transitions: readonly { readonly name: string; readonly body: Body; readonly span: SourceSpan }[];
  /** Pragmas `{attribute 'x' := 'y'}` that stand before it, as written. */
  readonly pragmas: readonly string[];
  /** From the standard library's own prelude: checks that only concern users are off. */
  readonly standard?: true;
}
export interface MethodDeclaration extends Node {
  readonly name: string;
  readonly access?: Access;
  readonly abstract: boolean;
  readonly final: boolean;
  readonly override: boolean;
  readonly returnType?: TypeNode;
  readonly blocks: readonly VariableBlock[];
  readonly body?: Body;
}
export interface PropertyDeclaration extends Node {
  readonly name: string;
  readonly access?: Access;
  readonly abstract: boolean;
  readonly final: boolean;
  readonly override: boolean;
  readonly type: TypeNode;
  readonly get?: { readonly blocks: readonly VariableBlock[]; readonly body?: Body; readonly span: SourceSpan };
  readonly set?: { readonly blocks: readonly VariableBlock[]; readonly body?: Body; readonly span: SourceSpan };
}
export interface ActionDeclaration extends Node {
  readonly name: string;
  readonly body: Body;
}

export interface TypeDeclaration extends Node {
  readonly kind: 'type';
  readonly name: string;
  readonly namespace: readonly string[];
  readonly usings: readonly string[];
  readonly type: TypeNode;
  readonly initial?: Expression;
  /** Of an enumeration: its values must be written with its name (CODESYS qualified_only). */
  readonly qualifiedOnly?: true;
  /** Of an enumeration: nothing becomes a value of it by itself (CODESYS strict). */
  readonly strict?: true;
}
/** VAR_GLOBAL outside a configuration. `list` is the name of the variable list, where it has one. */
export interface GlobalsDeclaration extends Node {
  readonly kind: 'globals';
  readonly list?: string;
  /** Globals of the list must be written with its name (CODESYS qualified_only). */
  readonly qualifiedOnly: boolean;
  readonly namespace: readonly string[];
  readonly blocks: readonly VariableBlock[];
}
export interface TaskDeclaration extends Node {
  readonly name: string;
  readonly interval?: Expression;
  readonly single?: Expression;
  readonly priority?: Expression;
}
export interface ProgramConfiguration extends Node {
  readonly name: string;
  readonly program: string;
  readonly task?: string;
  readonly retain: boolean;
  /** `P1 : Prog(x := g, y => %QW0)` and FB-to-task associations `fb WITH task`. */
  readonly args: readonly Argument[];
  readonly fbTasks: readonly { readonly instance: string; readonly task: string }[];
}
export interface ResourceDeclaration extends Node {
  readonly name: string;
  readonly blocks: readonly VariableBlock[];
  readonly tasks: readonly TaskDeclaration[];
  readonly programs: readonly ProgramConfiguration[];
}
export interface ConfigurationDeclaration extends Node {
  readonly kind: 'configuration';
  readonly name: string;
  readonly blocks: readonly VariableBlock[];
  readonly resources: readonly ResourceDeclaration[];
  /** VAR_ACCESS name : path : type READ_ONLY | READ_WRITE. */
  readonly accessPaths: readonly {
    readonly name: string;
    readonly path: Expression;
    readonly type: TypeNode;
    readonly writable: boolean;
    readonly span: SourceSpan;
  }[];
  /** VAR_CONFIG: instance-specific addresses and initial values. */
  readonly configVariables: readonly {
    readonly path: Expression;
    readonly location?: DirectAddress;
    readonly type: TypeNode;
    readonly initial?: Expression;
    readonly span: SourceSpan;
  }[];
}
export type Declaration = PouDeclaration | TypeDeclaration | GlobalsDeclaration | ConfigurationDeclaration;

/** Everything that one document declares. */
export interface SourceUnit {
  readonly file: string;
  /** Who wrote the document, where a tool did: programs rely on how their tool converts types. */
  readonly dialect?: 'codesys' | 'other';
  /** Names of the libraries that the document refers to; their sources may be missing. */
  readonly libraries?: readonly string[];
  readonly declarations: readonly Declaration[];
}
