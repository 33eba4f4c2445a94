import type { ElementaryName } from '../../model/data-type.js';
import type { NumType, MemType } from '../ir/ir.js';
import type { Expression, PouDeclaration, TypeNode } from '../syntax/ast.js';
import type { Scope } from './symbols.js';

/** Types as the checker sees them. Elementary types are singletons: compare them with `===`, everything else with `sameType`. */
export type Type =
  | ElementaryType
  | StringType
  | ArrayType
  | StructType
  | EnumType
  | SubrangeType
  | PointerType
  | InstanceType
  | InterfaceType
  | LiteralType
  | NullType
  | VoidType
  | ErrorType;

export interface ElementaryType {
  readonly kind: 'elementary';
  readonly name: ElementaryName;
  readonly size: number;
  readonly mem: MemType;
  readonly num: NumType;
  readonly group: 'bool' | 'bits' | 'signed' | 'unsigned' | 'real' | 'duration' | 'date' | 'tod' | 'dt' | 'char';
}
/** `capacity` characters; NUL-terminated, so `size` is (capacity + 1) x unit. */
export interface StringType {
  readonly kind: 'string';
  readonly wide: boolean;
  readonly capacity: number;
  readonly size: number;
}
export interface ArrayType {
  readonly kind: 'array';
  /** Inclusive bounds; absent (`*`) dimensions only in VAR_IN_OUT, where `dynamic` is true and size is 0. */
  readonly bounds: readonly { readonly low: number; readonly high: number }[];
  readonly dynamic: boolean;
  readonly element: Type;
  /** Initial value that the element type's declaration gives, `TYPE T : INT := 5`. */
  readonly elementInitial?: Initial;
  readonly size: number;
  readonly align: number;
}
/** An initial value and the scope in which its names mean something. */
export interface Initial {
  readonly expression: Expression;
  readonly scope: Scope;
}
/** A type as a declaration uses it: the type, and the initial value that comes with its name. */
export interface TypeUse {
  readonly type: Type;
  readonly initial?: Initial;
}
/** `initial`: of the member's own declaration, else of its type. */
export interface FieldSymbol {
  readonly name: string;
  readonly type: Type;
  readonly offset: number;
  /** Of a BOOL that takes one bit of the byte at `offset`. */
  readonly bit?: number;
  readonly node: TypeNode;
  readonly initial?: Initial;
}
export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly union: boolean;
  readonly fields: ReadonlyMap<string, FieldSymbol>;
  readonly size: number;
  readonly align: number;
}
export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly base: ElementaryType;
  readonly values: ReadonlyMap<string, { readonly name: string; readonly value: bigint }>;
  /** TO_STRING gives the name. */
  readonly toText: boolean;
  /** Value of variables without an initial value: the type's own, else the first name's. */
  readonly initial: bigint;
  /** Attributes of CODESYS and TwinCAT: values are written with the type's name, and no number becomes one by itself. */
  readonly qualifiedOnly?: boolean;
  readonly strict?: boolean;
}
export interface SubrangeType {
  readonly kind: 'subrange';
  readonly name: string;
  readonly base: ElementaryType;
  readonly low: bigint;
  readonly high: bigint;
  /** What a variable without an initial value starts with. */
  readonly initial: bigint;
}
export interface PointerType {
  readonly kind: 'pointer';
  readonly form: 'pointer' | 'ref_to' | 'reference';
  readonly target: Type;
}
/** FUNCTION_BLOCK, CLASS or PROGRAM. Members, methods and layout belong to its symbol (check/symbols.ts). */
export interface InstanceType {
  readonly kind: 'instance';
  readonly name: string;
  readonly declaration: PouDeclaration;
  size: number;
  align: number;
}
export interface InterfaceType {
  readonly kind: 'interface';
  readonly name: string;
  readonly declaration: PouDeclaration;
}
/** An untyped literal before context decides: `5` fits every integer, bit string and real type that holds it. */
export interface LiteralType {
  readonly kind: 'literal';
  readonly form: 'int' | 'real' | 'string' | 'wstring' | 'bool';
  readonly value?: bigint;
}
export interface NullType {
  readonly kind: 'null';
}
export interface VoidType {
  readonly kind: 'void';
}
/** After a reported problem: compatible with everything, so that one error gives one finding. */
export interface ErrorType {
  readonly kind: 'error';
}

const elementary = (
  name: ElementaryName,
  size: number,
  mem: MemType,
  num: NumType,
  group: ElementaryType['group'],
): ElementaryType => ({
  kind: 'elementary',
  name,
  size,
  mem,
  num,
  group,
});

/** IEC 61131-3:2013, table 10, with the representation of model/data-type.ts. */
export const elementaryTypes: Readonly<Record<ElementaryName, ElementaryType>> = {
  BOOL: elementary('BOOL', 1, 'u8', 'i32', 'bool'),
  BYTE: elementary('BYTE', 1, 'u8', 'i32', 'bits'),
  WORD: elementary('WORD', 2, 'u16', 'i32', 'bits'),
  DWORD: elementary('DWORD', 4, 'i32', 'i32', 'bits'),
  LWORD: elementary('LWORD', 8, 'i64', 'i64', 'bits'),
  SINT: elementary('SINT', 1, 'i8', 'i32', 'signed'),
  INT: elementary('INT', 2, 'i16', 'i32', 'signed'),
  DINT: elementary('DINT', 4, 'i32', 'i32', 'signed'),
  LINT: elementary('LINT', 8, 'i64', 'i64', 'signed'),
  USINT: elementary('USINT', 1, 'u8', 'i32', 'unsigned'),
  UINT: elementary('UINT', 2, 'u16', 'i32', 'unsigned'),
  UDINT: elementary('UDINT', 4, 'i32', 'i32', 'unsigned'),
  ULINT: elementary('ULINT', 8, 'i64', 'i64', 'unsigned'),
  REAL: elementary('REAL', 4, 'f32', 'f32', 'real'),
  LREAL: elementary('LREAL', 8, 'f64', 'f64', 'real'),
  TIME: elementary('TIME', 8, 'i64', 'i64', 'duration'),
  LTIME: elementary('LTIME', 8, 'i64', 'i64', 'duration'),
  DATE: elementary('DATE', 8, 'i64', 'i64', 'date'),
  LDATE: elementary('LDATE', 8, 'i64', 'i64', 'date'),
  TOD: elementary('TOD', 8, 'i64', 'i64', 'tod'),
  LTOD: elementary('LTOD', 8, 'i64', 'i64', 'tod'),
  DT: elementary('DT', 8, 'i64', 'i64', 'dt'),
  LDT: elementary('LDT', 8, 'i64', 'i64', 'dt'),
  CHAR: elementary('CHAR', 1, 'u8', 'i32', 'char'),
  WCHAR: elementary('WCHAR', 2, 'u16', 'i32', 'char'),
};
/**
 * Invariant of scalar IR values: an i32 value of a narrow type is already wrapped to its width, sign-extended for signed
 * types and zero-extended for unsigned and bit string types; DWORD and UDINT use all 32 bits (compare unsigned).
 */
export const errorType: ErrorType = { kind: 'error' };
export const voidType: VoidType = { kind: 'void' };
export const nullType: NullType = { kind: 'null' };

export function stringType(wide: boolean, capacity: number): StringType {
  return { kind: 'string', wide, capacity, size: (capacity + 1) * (wide ? 2 : 1) };
}

/** What a scalar variable of the type starts with where no initial value is given. */
export const startOf = (type: Type): bigint => (type.kind === 'enum' || type.kind === 'subrange' ? type.initial : 0n);

/** The type whose values a subrange, enum or REFERENCE TO has; other types are their own. */
export function underlying(type: Type): Type {
  switch (type.kind) {
    case 'subrange':
    case 'enum':
      return type.base;
    default:
      return type;
  }
}
