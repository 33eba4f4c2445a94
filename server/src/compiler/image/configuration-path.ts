import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Compilation } from '../check/compilation.js';
import { findMember } from '../check/lookup.js';
import type { VariableSymbol } from '../check/symbols.js';
import { sizeOf } from '../check/type-size.js';
import type { Type } from '../check/types.js';
import type { Expression } from '../syntax/ast.js';
import { blockOfType } from '../lower/type-symbol.js';
import type { MemoryPlan } from './allocate-memory.js';
import type { PlannedInstance } from './instance-plan.js';
import type { ProcessImage } from './process-image.js';

/** What a path of a configuration leads to: `Res.P1.fb.in`, a global, an address. */
export interface ResolvedPath {
  readonly type: Type;
  readonly address: number;
  readonly bit?: number;
  /** The last variable on the way. */
  readonly variable?: VariableSymbol;
  /** The program instance it belongs to, and the offset within. */
  readonly instance?: PlannedInstance;
  readonly offset?: number;
  readonly text: string;
}

export interface PathContext {
  readonly plan: readonly PlannedInstance[];
  readonly memory: MemoryPlan;
  readonly image: ProcessImage;
  /** Folded names of configurations and resources, which may begin a path. */
  readonly prefixes: ReadonlySet<string>;
}

/** Follows a path; reports where it leads nowhere. */
export function resolvePath(
  c: Compilation,
  node: Expression,
  context: PathContext,
  quiet = false,
): ResolvedPath | undefined {
  const fail = (span: SourceSpan, message: string): ResolvedPath | undefined => {
    if (!quiet) c.problems.report('E7006', span, message);
    return undefined;
  };
  switch (node.kind) {
    case 'name':
      return (
        rootPath(c, node.name, context) ??
        (context.prefixes.has(foldName(node.name))
          ? undefined
          : fail(node.span, `There is no program instance or global variable '${node.name}'.`))
      );
    case 'direct': {
      const found = context.image.find(node);
      return found
        ? { type: { kind: 'void' }, ...found, text: node.text }
        : fail(node.span, `${node.text} is no complete address.`);
    }
    case 'member': {
      if (
        node.object.kind === 'name' &&
        context.prefixes.has(foldName(node.object.name)) &&
        !rootPath(c, node.object.name, context)
      ) {
        return resolvePath(c, { kind: 'name', name: node.member, span: node.memberSpan }, context, quiet);
      }
      if (
        node.object.kind === 'member' &&
        node.object.object.kind === 'name' &&
        context.prefixes.has(foldName(node.object.object.name)) &&
        context.prefixes.has(foldName(node.object.member))
      ) {
        return resolvePath(c, { kind: 'name', name: node.member, span: node.memberSpan }, context, quiet);
      }
      const inList = listedVariable(c, node, context);
      if (inList) return inList;
      const object = resolvePath(c, node.object, context, quiet);
      return (
        object &&
        (memberPath(object, node.member) ?? fail(node.memberSpan, `'${object.text}' has no variable '${node.member}'.`))
      );
    }
    case 'index': {
      const object = resolvePath(c, node.object, context, quiet);
      return (
        object && (indexPath(c, object, node.indices) ?? fail(node.span, `The index does not fit '${object.text}'.`))
      );
    }
    default:
      return fail(node.span, 'A path consists of names, dots and constant indices.');
  }
}

function rootPath(c: Compilation, name: string, { plan, memory }: PathContext): ResolvedPath | undefined {
  const key = foldName(name);
  const instance = plan.find((one) => foldName(one.name) === key);
  if (instance)
    return { type: instance.block.type, address: memory.instances.get(instance)!, instance, offset: 0, text: name };
  return globalPath(c.table.globals.get(key));
}

/** `GVL.start`: a variable behind the name of its list. Program instances of that name go first. */
function listedVariable(
  c: Compilation,
  node: Expression & { kind: 'member' },
  context: PathContext,
): ResolvedPath | undefined {
  if (node.object.kind !== 'name' || rootPath(c, node.object.name, context)) return undefined;
  return globalPath(c.table.lists.get(foldName(node.object.name))?.variables.get(foldName(node.member)));
}

function globalPath(global: VariableSymbol | undefined): ResolvedPath | undefined {
  if (global?.storage.kind !== 'absolute') return undefined;
  const { address, bit } = global.storage;
  return { type: global.type, address, ...(bit !== undefined && { bit }), variable: global, text: global.name };
}

function memberPath(object: ResolvedPath, member: string): ResolvedPath | undefined {
  const key = foldName(member);
  const text = `${object.text}.${member}`;
  const { type } = object;
  if (type.kind === 'struct') {
    const field = type.fields.get(key);
    return (
      field && {
        ...object,
        type: field.type,
        address: object.address + field.offset,
        ...(object.offset !== undefined && { offset: object.offset + field.offset }),
        text,
      }
    );
  }
  const block = blockOfType(type);
  const variable = block && findMember(block, key);
  if (!variable) return undefined;
  const { storage } = variable;
  if (storage.kind === 'absolute')
    return {
      type: variable.type,
      address: storage.address,
      ...(storage.bit !== undefined && { bit: storage.bit }),
      variable,
      text,
    };
  if (storage.kind !== 'instance') return undefined;
  return {
    type: variable.type,
    address: object.address + storage.offset,
    variable,
    ...(object.instance && { instance: object.instance, offset: object.offset! + storage.offset }),
    text,
  };
}

function indexPath(c: Compilation, object: ResolvedPath, indices: readonly Expression[]): ResolvedPath | undefined {
  const { type } = object;
  if (type.kind !== 'array' || type.bounds.length !== indices.length) return undefined;
  let element = 0;
  const values: bigint[] = [];
  for (const [i, bound] of type.bounds.entries()) {
    const value = c.evaluate(indices[i]!, { namespace: [], usings: [] }, undefined)?.value;
    if (typeof value !== 'bigint' || value < BigInt(bound.low) || value > BigInt(bound.high)) return undefined;
    element = element * (bound.high - bound.low + 1) + Number(value) - bound.low;
    values.push(value);
  }
  const offset = element * sizeOf(type.element);
  return {
    ...object,
    type: type.element,
    address: object.address + offset,
    ...(object.offset !== undefined && { offset: object.offset + offset }),
    text: `${object.text}[${values.join(',')}]`,
  };
}
