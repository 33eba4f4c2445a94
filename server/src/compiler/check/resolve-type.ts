import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type {
  ArrayTypeNode,
  Expression,
  NamedTypeNode,
  StringTypeNode,
  SubrangeTypeNode,
  TypeNode,
} from '../syntax/ast.js';
import { replaceSpan } from '../replace-span.js';
import type { Compilation } from './compilation.js';
import { findElementary, genericNames } from './elementary-name.js';
import { createEnumType } from './enum-type.js';
import { findType } from './lookup.js';
import { createStructType } from './struct-type.js';
import { nearestName } from '../../model/nearest-name.js';
import type { Scope } from './symbols.js';
import {
  elementaryTypes,
  errorType,
  stringType,
  type ArrayType,
  type ElementaryType,
  type PointerType,
  type Type,
  type TypeUse,
} from './types.js';
import { typeName } from './type-name.js';
import { alignOf, maxMemoryBytes, sizeOf } from './type-size.js';

/** What the type belongs to. */
export interface TypeContext {
  /** Of the variable, member or TYPE: what an anonymous type is called. */
  readonly name?: string;
  /** A TYPE: the name is its own. */
  readonly declared?: boolean;
  /** ARRAY[*] is allowed: parameters that are passed by address. */
  readonly openArray?: boolean;
  /** ANY and the other generic types are allowed: inputs. */
  readonly generic?: boolean;
}

/** Resolves a type as a declaration writes it. Problems are reported; their result is the error type. */
export function resolveType(c: Compilation, node: TypeNode, scope: Scope, context: TypeContext = {}): TypeUse {
  switch (node.kind) {
    case 'named':
      return resolveNamed(c, node, scope, context);
    case 'string':
      return { type: resolveString(c, node, scope) };
    case 'array':
      checkNoBit(c, node.element, 'An array', scope);
      return { type: resolveArray(c, node, scope, context) };
    case 'struct':
      return { type: createStructType(c, node, scope, context.name ?? 'STRUCT') };
    case 'enum':
      return { type: createEnumType(c, node, scope, context.name ?? 'enumeration') };
    case 'subrange':
      return { type: resolveSubrange(c, node, scope, context.declared === true ? context.name : undefined) };
    case 'pointer': {
      checkNoBit(c, node.target, node.form === 'reference' ? 'A REFERENCE TO' : 'A pointer', scope);
      if (node.form === 'reference' && node.target.kind === 'pointer' && node.target.form === 'reference')
        c.problems.report(
          'E2010',
          node.span,
          'A REFERENCE TO has no reference as its target; write REFERENCE TO once.',
        );
      const pointer = lazyPointer(node.form, () => resolveType(c, node.target, scope).type);
      c.later.push(() => {
        sizeOf(pointer.target);
      });
      return { type: pointer };
    }
  }
}

/** E2010: a BIT has no address, so it is no element and nothing refers to it. */
function checkNoBit(c: Compilation, node: TypeNode, what: string, scope: Scope): void {
  if (node.kind === 'named' && foldName(node.name) === 'BIT' && !findType(c, scope, node.name))
    c.problems.report('E2010', node.span, `${what} is not of BIT, which has no address; write BOOL.`);
}

function lazyPointer(form: PointerType['form'], resolve: () => Type): PointerType {
  let target: Type | undefined;
  return {
    kind: 'pointer',
    form,
    get target() {
      return (target ??= resolve());
    },
  };
}

function resolveNamed(c: Compilation, node: NamedTypeNode, scope: Scope, context: TypeContext): TypeUse {
  const key = foldName(node.name);
  const symbol = findType(c, scope, node.name);
  if (symbol) return symbol.kind === 'type' ? symbol.use : { type: symbol.type };
  const elementary = findElementary(key);
  if (elementary) return { type: elementary };
  if (key === 'STRING' || key === 'WSTRING')
    return { type: stringType(key === 'WSTRING', c.profile.defaultStringLength) };
  if (genericNames.has(key)) {
    if (context.generic) return resolveNamed(c, { ...node, name: 'ANYTYPE' }, scope, context);
    c.problems.report(
      'E9201',
      node.span,
      `Only inputs can be of the generic type ${node.name}; give this variable a type of its own.`,
    );
    return { type: errorType };
  }
  reportUnknownType(c, node);
  return { type: errorType };
}

/** What other languages call the elementary types. */
const foreignTypes: ReadonlyMap<string, string> = new Map([
  ['INTEGER', 'INT'],
  ['SHORT', 'INT'],
  ['LONG', 'DINT'],
  ['BOOLEAN', 'BOOL'],
  ['FLOAT', 'REAL'],
  ['SINGLE', 'REAL'],
  ['DOUBLE', 'LREAL'],
  ['STR', 'STRING'],
  ['INT8', 'SINT'],
  ['INT16', 'INT'],
  ['INT32', 'DINT'],
  ['INT64', 'LINT'],
  ['UINT8', 'USINT'],
  ['UINT16', 'UINT'],
  ['UINT32', 'UDINT'],
  ['UINT64', 'ULINT'],
]);

function reportUnknownType(c: Compilation, node: NamedTypeNode): void {
  const key = foldName(node.name);
  // A missing library is told once for each of its types.
  if (c.missing.has(`type ${key}`)) return;
  c.missing.add(`type ${key}`);
  if (
    c.libraries.noteQualified(node.name, node.span, (head) => c.table.namespaces.has(head) || c.table.types.has(head))
  )
    return;
  if (c.table.functions.has(key) || c.table.globals.has(key)) {
    c.problems.report(
      'E2010',
      node.span,
      `'${node.name}' is not a type; write the name of a data type or function block.`,
    );
    return;
  }
  const near = foreignTypes.get(key) ?? (c.problems.errorCount < 100 ? nearestType(c, node.name) : undefined);
  c.problems.report(
    'E2002',
    node.span,
    near
      ? `There is no type '${node.name}'. Did you mean '${near}'?`
      : `There is no type or function block '${node.name}'; declare it or add the library that has it.`,
    near === undefined ? undefined : [replaceSpan(node.span, near)],
  );
}

function nearestType(c: Compilation, name: string): string | undefined {
  const declared = [...c.table.types.values()].map((type) => type.name);
  const common = 'BOOL BYTE WORD DWORD INT DINT UINT REAL LREAL STRING TIME TON TOF'.split(' ');
  return nearestName(name, [...declared, ...common]);
}

/** An integer constant that a declaration needs: bounds, lengths. */
function integerOf(c: Compilation, expression: Expression, scope: Scope, what: string): bigint | undefined {
  const result = c.evaluate(expression, scope, undefined);
  if (result === undefined) return undefined;
  if (typeof result.value === 'bigint') return result.value;
  c.problems.report('E2007', expression.span, `${what} has to be an integer constant.`);
  return undefined;
}

function resolveString(c: Compilation, node: StringTypeNode, scope: Scope): Type {
  if (!node.length) return stringType(node.wide, c.profile.defaultStringLength);
  const length = integerOf(c, node.length, scope, 'The length of a string');
  if (length === undefined) return stringType(node.wide, c.profile.defaultStringLength);
  if (length < 1n) {
    c.problems.report('E2009', node.length.span, `A string has at least one character, not ${length}.`);
    return stringType(node.wide, c.profile.defaultStringLength);
  }
  if (length > 65535n) {
    c.problems.report('E8101', node.length.span, `SIZE: a string has at most 65535 characters, not ${length}.`);
    return stringType(node.wide, c.profile.defaultStringLength);
  }
  return stringType(node.wide, Number(length));
}

const leastBound = -2147483648n;
const greatestBound = 2147483647n;

function resolveArray(c: Compilation, node: ArrayTypeNode, scope: Scope, context: TypeContext): Type {
  const open = node.dimensions.some((d) => !d.low && !d.high);
  const use = resolveType(c, node.element, scope, context.name === undefined ? {} : { name: context.name });
  if (open && context.openArray !== true) {
    c.problems.report(
      'E2020',
      node.span,
      'ARRAY[*] is for VAR_IN_OUT and VAR_INPUT parameters; give this array its bounds.',
    );
    return errorType;
  }
  const bounds: { low: number; high: number }[] = [];
  let count = 1;
  for (const dimension of node.dimensions) {
    if (!dimension.low || !dimension.high) {
      // Half a range comes from a problem that the parser has reported.
      if (!open) return errorType;
      bounds.push({ low: 0, high: 0 });
      continue;
    }
    const low = integerOf(c, dimension.low, scope, 'A bound of an array');
    const high = integerOf(c, dimension.high, scope, 'A bound of an array');
    if (low === undefined || high === undefined) return errorType;
    if (low < leastBound || high > greatestBound || low > greatestBound || high < leastBound) {
      c.problems.report('E8101', dimension.span, 'SIZE: the bounds of an array have to fit DINT.');
      return errorType;
    }
    if (low > high) {
      c.problems.report('E2008', dimension.span, `The lower bound ${low} is above the upper bound ${high}; swap them.`);
      return errorType;
    }
    count *= Number(high - low) + 1;
    bounds.push({ low: Number(low), high: Number(high) });
  }
  if (count > maxMemoryBytes) {
    c.problems.report('E8101', node.span, `SIZE: the array has ${count} elements; a program's variables have 64 MB.`);
    return errorType;
  }
  if (use.type.kind === 'error') return errorType;
  return arrayType(c, bounds, open, use, count, node.span);
}

/** Its size waits until it is asked for: the element may be a structure that is not laid out yet. */
function arrayType(
  c: Compilation,
  bounds: readonly { low: number; high: number }[],
  dynamic: boolean,
  use: TypeUse,
  count: number,
  span: SourceSpan,
): ArrayType {
  let size: number | undefined;
  return {
    kind: 'array',
    bounds,
    dynamic,
    element: use.type,
    ...(use.initial && { elementInitial: use.initial }),
    get size() {
      if (size !== undefined) return size;
      size = dynamic ? 0 : count * sizeOf(use.type);
      if (size > maxMemoryBytes) {
        c.problems.report('E8101', span, `SIZE: the array takes ${size} bytes; a program's variables have 64 MB.`);
        size = 0;
      }
      return size;
    },
    get align() {
      return alignOf(use.type);
    },
  };
}

function resolveSubrange(c: Compilation, node: SubrangeTypeNode, scope: Scope, name: string | undefined): Type {
  const base = resolveType(c, node.base, scope).type;
  if (base.kind === 'error') return errorType;
  const elementary = base.kind === 'subrange' ? base.base : base;
  if (elementary.kind !== 'elementary' || !isInteger(elementary)) {
    c.problems.report('E2010', node.span, `A subrange is of an integer type, not of ${typeName(base)}.`);
    return errorType;
  }
  const low = c.evaluate(node.low, scope, elementary)?.value;
  const high = c.evaluate(node.high, scope, elementary)?.value;
  if (typeof low !== 'bigint' || typeof high !== 'bigint') return elementary;
  if (low > high) {
    c.problems.report('E2008', node.span, `The lower limit ${low} is above the upper limit ${high}; swap them.`);
    return elementary;
  }
  const zero = c.profile.subrangeStart === 'zero' && low <= 0n && high >= 0n;
  return {
    kind: 'subrange',
    name: name ?? `${elementary.name}(${low}..${high})`,
    base: elementary,
    low,
    high,
    initial: zero ? 0n : low,
  };
}

const isInteger = (type: ElementaryType): boolean =>
  type.group === 'signed' || type.group === 'unsigned' || (type.group === 'bits' && type !== elementaryTypes.BOOL);
