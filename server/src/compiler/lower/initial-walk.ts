import { foldName } from '../../model/identifier.js';
import type { Compilation } from '../check/compilation.js';
import { symbolOf } from '../check/declare-pou.js';
import { findMember, findMethod } from '../check/lookup.js';
import { layoutBlock } from '../check/block-layout.js';
import { nearestName } from '../../model/nearest-name.js';
import type { BlockSymbol, Scope, VariableSymbol } from '../check/symbols.js';
import { typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import type { ArrayType, Initial, Type } from '../check/types.js';
import type { Argument, ArrayInitializer, Expression, StructInitializer } from '../syntax/ast.js';
import { constructorInputs } from './constructor-inputs.js';

/** What initial values consist of, in order of writing: later ones overwrite. Offsets are relative to where the walk began. */
export interface InitialVisitor {
  /** Leaves out the defaults of types. */
  readonly explicitOnly?: true;
  /** A scalar, string, or aggregate given by an expression; `bit` of the byte there where it is one bit. */
  leaf(offset: number, type: Type, expression: Expression, scope: Scope, bit?: number): void;
  /** A default that is not zero. */
  value(offset: number, type: Type, value: bigint): void;
  /** An instance begins; its members follow unless `skip` is returned. */
  block(offset: number, block: BlockSymbol): 'walk' | 'skip';
  /** A member that the instance refers to by address: RETAIN within a block, unconnected VAR_IN_OUT of a program. */
  indirect(offset: number, variable: VariableSymbol): void;
  /** An instance is ready: its FB_init method runs, with the arguments of its declaration. */
  construct?(offset: number, block: BlockSymbol, args: NonNullable<VariableSymbol['args']>, scope: Scope): void;
  /**
   * The `size` bytes written since the visitor's `emissions` were `since` stand `count` times in a row. `again`, where instances are among
   * them, walks over them with another visitor, from offset 0: instances may refer to themselves.
   */
  replicate(
    offset: number,
    size: number,
    count: number,
    since: number,
    again?: (visitor: InitialVisitor) => void,
  ): void;
  /** How often it has emitted code so far. */
  readonly emissions?: number;
}

/** Visits the initial value of a variable: its own, and the defaults of its type where it gives none. */
export function walkInitial(
  c: Compilation,
  type: Type,
  initial: Initial | undefined,
  offset: number,
  visitor: InitialVisitor,
  bit?: number,
): void {
  if (type.kind === 'error' || type.kind === 'void') return;
  if (!initial || initial.expression.kind === 'defaultInit') {
    walkDefaults(c, type, offset, visitor);
    return;
  }
  const { expression, scope } = initial;
  if (type.kind === 'array') {
    walkDefaults(c, type, offset, visitor);
    if (expression.kind === 'arrayInit') walkArray(c, type, expression, scope, offset, visitor);
    else if (expression.kind === 'structInit')
      c.problems.report('E2016', expression.span, 'An array is initialised with a list in brackets: [1, 2, 3].');
    else visitor.leaf(offset, type, expression, scope);
    return;
  }
  if (type.kind === 'struct' || type.kind === 'instance') {
    walkDefaults(c, type, offset, visitor);
    if (expression.kind === 'structInit') walkStruct(c, type, expression, scope, offset, visitor);
    else if (expression.kind === 'arrayInit')
      c.problems.report(
        'E2016',
        expression.span,
        `${typeName(type)} is initialised with names in parentheses: (a := 1, b := 2).`,
      );
    else visitor.leaf(offset, type, expression, scope);
    return;
  }
  if (expression.kind === 'arrayInit' || expression.kind === 'structInit') {
    c.problems.report(
      'E2016',
      expression.span,
      `${typeName(type)} takes one initial value, not a list; remove the brackets.`,
    );
    return;
  }
  visitor.leaf(offset, type, expression, scope, bit);
}

const plainTypes = new WeakMap<object, boolean>();

/** Whether every byte of a fresh variable of the type is zero. */
export function isPlain(type: Type): boolean {
  const known = plainTypes.get(type);
  if (known !== undefined) return known;
  const plain = computePlain(type);
  plainTypes.set(type, plain);
  return plain;
}

function computePlain(type: Type): boolean {
  switch (type.kind) {
    case 'enum':
    case 'subrange':
      return type.initial === 0n;
    case 'array':
      return !type.elementInitial && isPlain(type.element);
    case 'struct':
      return [...type.fields.values()].every((field) => !field.initial && isPlain(field.type));
    case 'instance': {
      const block = symbolOf(type.declaration);
      if (block?.kind !== 'block') return true;
      if (block.header || findMethod(block, 'FB_INIT')) return false;
      return [...block.variables.values()].every(
        (v) => v.storage.kind !== 'indirect' && !v.initial && !v.args && isPlain(v.type),
      );
    }
    default:
      return true;
  }
}

function walkDefaults(c: Compilation, type: Type, offset: number, visitor: InitialVisitor): void {
  if (visitor.explicitOnly) return;
  switch (type.kind) {
    case 'enum':
    case 'subrange':
      if (type.initial !== 0n) visitor.value(offset, type, type.initial);
      return;
    case 'array': {
      if (type.dynamic || isPlain(type)) return;
      const size = sizeOf(type.element);
      const count = size === 0 ? 0 : type.size / size;
      if (hasIndirect(type.element)) {
        for (let i = 0; i < count; i += 1) walkDefaults(c, type.element, offset + i * size, visitor);
        return;
      }
      if (count > 0) {
        const since = visitor.emissions ?? 0;
        walkInitial(c, type.element, type.elementInitial, offset, visitor);
        if (count === 1) return;
        const again = holdsInstance(type.element)
          ? (other: InitialVisitor): void => walkInitial(c, type.element, type.elementInitial, 0, other)
          : undefined;
        visitor.replicate(offset, size, count, since, again);
      }
      return;
    }
    case 'struct':
      if (isPlain(type)) return;
      for (const field of type.fields.values()) {
        if (field.initial || !isPlain(field.type))
          walkInitial(c, field.type, field.initial, offset + field.offset, visitor, field.bit);
      }
      return;
    case 'instance': {
      const block = symbolOf(type.declaration);
      if (block?.kind !== 'block') return;
      layoutBlock(c, block);
      if (isPlain(type) && !block.base && !findMethod(block, 'FB_INIT')) return;
      if (visitor.block(offset, block) === 'walk') walkMembers(c, block, offset, visitor);
      return;
    }
    default:
  }
}

/** Initial values of an instance's members, those of its base first. */
export function walkMembers(c: Compilation, block: BlockSymbol, offset: number, visitor: InitialVisitor): void {
  if (block.base) walkMembers(c, block.base, offset, visitor);
  for (const variable of block.variables.values()) {
    const { storage } = variable;
    if (storage.kind === 'indirect') visitor.indirect(offset + storage.offset, variable);
    if (storage.kind !== 'instance') continue;
    if (!variable.initial && !variable.args && isPlain(variable.type)) continue;
    walkInitial(c, variable.type, variable.initial, offset + storage.offset, visitor);
    walkArguments(c, variable, offset + storage.offset, visitor);
  }
}

/** What decides the initial value of a variable or an object. */
export type Initialised = Pick<VariableSymbol, 'type' | 'initial' | 'args' | 'elementArgs' | 'scope'>;

/**
 * `fb : T(a := 1)`, `fbs : ARRAY[1..2] OF T[(1), (2)]`: arguments of FB_init, else initial values of inputs. FB_init runs with
 * the initial values of its inputs where the declaration gives none.
 */
export function walkArguments(c: Compilation, variable: Initialised, offset: number, visitor: InitialVisitor): void {
  const { type, args, elementArgs, scope } = variable;
  if (type.kind !== 'array') {
    walkInstanceArguments(c, type, args, scope, offset, visitor);
    return;
  }
  const { lengths, leaf } = flatten(type);
  if (leaf.kind !== 'instance') return;
  const size = sizeOf(leaf);
  const count = lengths.reduce((a, b) => a * b, 1);
  for (let i = 0; i < count; i++) walkInstanceArguments(c, leaf, elementArgs?.[i], scope, offset + i * size, visitor);
}

function walkInstanceArguments(
  c: Compilation,
  type: Type,
  args: readonly Argument[] | undefined,
  scope: Scope,
  offset: number,
  visitor: InitialVisitor,
): void {
  const block = type.kind === 'instance' ? symbolOf(type.declaration) : undefined;
  if (block?.kind !== 'block') return;
  const method = findMethod(block, 'FB_INIT');
  if (method) {
    const inputs = constructorInputs(method);
    // Without inputs it has run with the members.
    if (inputs.length > 0 && (args ?? inputs.every((input) => input.initial)))
      visitor.construct?.(offset, block, args ?? [], scope);
    return;
  }
  if (!args) return;
  layoutBlock(c, block);
  for (const arg of args) {
    if (arg.name === undefined || !arg.value) continue;
    const member = findMember(block, foldName(arg.name));
    if (member?.storage.kind !== 'instance') continue;
    walkInitial(c, member.type, { expression: arg.value, scope }, offset + member.storage.offset, visitor);
  }
}

/** Whether instances of blocks are among the parts of a type. */
function holdsInstance(type: Type): boolean {
  if (type.kind === 'array') return holdsInstance(type.element);
  return (
    type.kind === 'instance' ||
    (type.kind === 'struct' && [...type.fields.values()].some((field) => holdsInstance(field.type)))
  );
}

const indirectTypes = new WeakMap<object, boolean>();

/** Whether instances within the type refer to memory of their own, so that copying bytes would share it. */
export function hasIndirect(type: Type): boolean {
  const known = indirectTypes.get(type);
  if (known !== undefined) return known;
  let result = false;
  if (type.kind === 'array') result = hasIndirect(type.element);
  else if (type.kind === 'struct') result = [...type.fields.values()].some((field) => hasIndirect(field.type));
  else if (type.kind === 'instance') {
    const block = symbolOf(type.declaration);
    for (let b = block?.kind === 'block' ? block : undefined; b && !result; b = b.base) {
      result = [...b.variables.values()].some(
        (v) => (v.storage.kind === 'indirect' && v.section !== 'VAR_IN_OUT') || hasIndirect(v.type),
      );
    }
  }
  indirectTypes.set(type, result);
  return result;
}

function walkStruct(
  c: Compilation,
  type: Type & { kind: 'struct' | 'instance' },
  node: StructInitializer,
  scope: Scope,
  offset: number,
  visitor: InitialVisitor,
): void {
  const seen = new Set<string>();
  for (const member of node.members) {
    const key = foldName(member.name);
    const target = memberOf(c, type, key);
    if (!target) {
      const near = nearestName(member.name, memberNames(type));
      c.problems.report(
        'E3007',
        member.span,
        `'${typeName(type)}' has no member '${member.name}'${near ? `; did you mean '${near}'?` : '.'}`,
      );
      continue;
    }
    if (seen.has(key)) c.problems.report('E4005', member.span, `'${member.name}' is initialised twice.`);
    seen.add(key);
    if (target.offset !== undefined)
      walkInitial(c, target.type, { expression: member.value, scope }, offset + target.offset, visitor, target.bit);
  }
}

function memberOf(
  c: Compilation,
  type: Type & { kind: 'struct' | 'instance' },
  key: string,
): { type: Type; offset?: number; bit?: number } | undefined {
  if (type.kind === 'struct') return type.fields.get(key);
  const block = symbolOf(type.declaration);
  const member = block?.kind === 'block' ? findMember(block, key) : undefined;
  if (block?.kind !== 'block' || !member) return undefined;
  layoutBlock(c, block);
  return member.storage.kind === 'instance'
    ? { type: member.type, offset: member.storage.offset }
    : { type: member.type };
}

function memberNames(type: Type & { kind: 'struct' | 'instance' }): string[] {
  if (type.kind === 'struct') return [...type.fields.values()].map((field) => field.name);
  const block = symbolOf(type.declaration);
  return block?.kind === 'block' ? [...block.variables.values()].map((v) => v.name) : [];
}

/** All dimensions of an array of arrays, outermost first, and what it is made of in the end. */
function flatten(type: ArrayType): { readonly lengths: number[]; readonly leaf: Type; readonly initial?: Initial } {
  const lengths: number[] = [];
  let current: ArrayType = type;
  for (;;) {
    lengths.push(...current.bounds.map((b) => b.high - b.low + 1));
    if (current.element.kind !== 'array')
      return { lengths, leaf: current.element, ...(current.elementInitial && { initial: current.elementInitial }) };
    current = current.element;
  }
}

/** A list may be nested as the array is, or flat in order of memory. IEC 61131-3:2013, 6.4.4.5. */
function walkArray(
  c: Compilation,
  type: ArrayType,
  node: ArrayInitializer,
  scope: Scope,
  offset: number,
  visitor: InitialVisitor,
): void {
  const { lengths, leaf } = flatten(type);
  const size = sizeOf(leaf);
  const total = lengths.reduce((a, b) => a * b, 1);
  const tooLong = (list: ArrayInitializer, room: number): void =>
    c.problems.report(
      'E2016',
      list.span,
      `The list has more values than the ${room} that belong here; remove some, or lower a repetition.`,
    );
  const fill = (list: ArrayInitializer, level: number, start: number, room: number): void => {
    const inner = lengths.slice(level + 1).reduce((a, b) => a * b, 1);
    let position = start;
    const end = start + room;
    for (const element of list.elements) {
      const repeat = element.repeat ? repeatCount(c, element.repeat, scope) : 1;
      const values: readonly Expression[] =
        element.values.length > 0 ? element.values : [{ kind: 'defaultInit', span: list.span }];
      const from = position;
      /** False after a reported problem. */
      const fillOnce = (): boolean => {
        for (const value of values) {
          const nested = value.kind === 'arrayInit' && level + 1 < lengths.length;
          if (nested) position = start + Math.ceil((position - start) / inner) * inner;
          if (position >= end) {
            tooLong(list, room);
            return false;
          }
          if (nested) fill(value, level + 1, position, inner);
          // The defaults of all elements stand there already.
          else if (value.kind === 'structInit' && (leaf.kind === 'struct' || leaf.kind === 'instance'))
            walkStruct(c, leaf, value, scope, offset + position * size, visitor);
          else if (value.kind !== 'defaultInit')
            walkInitial(c, leaf, { expression: value, scope }, offset + position * size, visitor);
          position += nested ? inner : 1;
        }
        return true;
      };
      const since = visitor.emissions ?? 0;
      if (!fillOnce()) return;
      const once = position - from;
      if (repeat === 0) position = from;
      if (repeat > 1 && once > 0) {
        if (from + once * repeat > end) {
          c.problems.report(
            'E2016',
            list.span,
            `The list has more values than the array's ${room}; lower the repetition.`,
          );
          return;
        }
        if (values.every((value) => value.kind === 'defaultInit')) position = from + once * repeat;
        else if (holdsInstance(leaf)) {
          for (let i = 1; i < repeat; i += 1) if (!fillOnce()) return;
        } else {
          visitor.replicate(offset + from * size, once * size, repeat, since);
          position = from + once * repeat;
        }
      }
    }
  };
  fill(node, 0, 0, total);
}

function repeatCount(c: Compilation, expression: Expression, scope: Scope): number {
  const value = c.evaluate(expression, scope, undefined)?.value;
  if (typeof value === 'bigint' && value >= 0n && value <= 0x7fffffffn) return Number(value);
  if (value !== undefined) c.problems.report('E2007', expression.span, 'A repetition is a number of times, from 0.');
  return 1;
}
