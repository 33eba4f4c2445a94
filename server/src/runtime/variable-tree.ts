import type { Member, TypeDescriptor, TypeId, VariableSection } from '../model/data-type.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import type { DataLayout } from '../model/program-image.js';
import { elementCount, indicesOf, ordinalOf } from './array-index.js';
import type { PathSegment } from './access-path.js';
import { compileGlob, isGlob, parseAccessPath } from './access-path.js';
import { createLeafCounter, createLeafIndex, type Root } from './leaf-index.js';
import { nearestName } from '../model/nearest-name.js';

/** A variable of a running program, or a part of one: where it lies and what it may be used for. */
export interface Variable {
  /** Canonical path, spelled as declared. */
  readonly path: string;
  readonly type: TypeId;
  /** Byte address in linear memory. */
  readonly address: number;
  readonly bit?: number;
  readonly section: VariableSection;
  readonly constant: boolean;
  readonly retain: boolean;
  readonly hidden: boolean;
  /** Direct address, where the root is located. */
  readonly location?: string;
  /** Index of the leaf (elementary, string, enum, subrange, pointer) in the order of the tree; -1 for aggregates and what lies behind an address. */
  readonly leaf: number;
  /** What lies at `address` is not the value but the address of it (VAR_IN_OUT, not followed). */
  readonly indirect?: true;
}

/** All variables of one program. Leaves are numbered densely in declaration order: the ids that streams use. */
export interface VariableTree {
  readonly data: DataLayout;
  readonly leafCount: number;
  typeOf(variable: { readonly type: TypeId }): TypeDescriptor;
  /**
   * Finds the variable of a path. VAR_IN_OUT and references are followed through `memory`, where it is given.
   * Throws VARIABLE_NOT_FOUND with a near miss, or INVALID_REQUEST for a malformed path.
   */
  resolve(path: string, memory?: Uint8Array): Variable;
  /** The leaf with an id in 0..leafCount-1. */
  leaf(id: number): Variable;
  /** The leaves at or below a variable, in order. */
  leavesBelow(variable: Variable): Generator<Variable>;
  /** Leaves whose path matches a glob, or the leaves below the one path named. Hidden ones only when named in full. */
  select(pattern: string): Generator<Variable>;
  /** Ids of the leaves that have a byte in `address .. address + size`. */
  leavesAt(address: number, size: number): readonly number[];
}

export function createVariableTree(data: DataLayout): VariableTree {
  const typeAt = (id: TypeId): TypeDescriptor => {
    const type = data.types[id];
    if (!type) throw new Error(`the program has no type ${id}`);
    return type;
  };

  const { leafCountOf, memberLeaves } = createLeafCounter(data.types);
  const roots: Root[] = [];
  const byName = new Map<string, number>();
  let leafCount = 0;
  for (const root of data.roots) {
    const index = roots.length;
    roots.push({ root, firstLeaf: leafCount, size: root.bit === undefined ? typeAt(root.type).size : 1 });
    leafCount += leafCountOf(root.type);
    byName.set(foldName(root.path), index);
  }
  roots.forEach(({ root }, index) => {
    for (const alias of [...root.aliases, ...(root.location ? [root.location] : [])]) {
      const name = foldName(alias);
      if (!byName.has(name)) byName.set(name, index);
    }
  });
  // The name of a program finds its only instance.
  for (const [name, index] of onlyInstances(data, roots)) if (!byName.has(name)) byName.set(name, index);
  /** Direct addresses of located variables, which may be members of an instance. */
  const byLocation = new Map<string, string>();
  for (const { address, path } of data.channels) {
    if (!byLocation.has(foldName(address))) byLocation.set(foldName(address), path);
  }
  const rootVariable = ({ root, firstLeaf }: Root): Variable => ({
    path: root.path,
    type: root.type,
    address: root.address,
    ...(root.bit !== undefined && { bit: root.bit }),
    section: root.section,
    constant: root.constant === true,
    retain: root.retain === true,
    hidden: root.hidden === true,
    ...(root.location !== undefined && { location: root.location }),
    leaf: firstLeaf,
  });

  /** A member of a structure variable; `firstLeaf` is where the leaves of the structure before it end. */
  const memberVariable = (parent: Variable, member: Member, firstLeaf: number, memory?: Uint8Array): Variable => {
    const place = member.absolute ? member.offset : parent.address + member.offset;
    const behind = member.indirect === true && memory !== undefined;
    return {
      path: `${parent.path}.${member.name}`,
      type: member.type,
      address: behind ? readAddress(memory, place) : place,
      ...(member.bit !== undefined && { bit: member.bit }),
      section: member.section,
      constant: parent.constant || member.constant === true,
      retain: parent.retain || member.retain === true,
      hidden: parent.hidden || member.hidden === true,
      leaf: behind || parent.leaf < 0 ? -1 : firstLeaf,
      ...(member.indirect === true && !behind && { indirect: true }),
    };
  };

  const elementVariable = (
    parent: Variable,
    type: Extract<TypeDescriptor, { kind: 'array' }>,
    ordinal: number,
  ): Variable => ({
    ...withoutBit(parent),
    path: `${parent.path}[${indicesOf(type.bounds, ordinal).join(',')}]`,
    type: type.element,
    address: parent.address + ordinal * type.elementSize,
    leaf: parent.leaf < 0 ? -1 : parent.leaf + ordinal * leafCountOf(type.element),
  });

  const step = (parent: Variable, segment: PathSegment, memory: Uint8Array | undefined): Variable | undefined => {
    const type = typeAt(parent.type);
    if (segment.kind === 'index') {
      if (type.kind !== 'array') return undefined;
      const ordinal = ordinalOf(type.bounds, segment.indices);
      return ordinal === undefined ? undefined : elementVariable(parent, type, ordinal);
    }
    if (type.kind !== 'struct') return undefined;
    const wanted = foldName(segment.name);
    let firstLeaf = parent.leaf;
    for (const member of type.members) {
      if (foldName(member.name) === wanted) return memberVariable(parent, member, firstLeaf, memory);
      firstLeaf += memberLeaves(member);
    }
    return undefined;
  };

  const namesIn = (variable: Variable): string[] => {
    const type = typeAt(variable.type);
    return type.kind === 'struct' ? type.members.filter((m) => !m.hidden).map((m) => m.name) : [];
  };

  const notFound = (path: string, at: string, candidates: Iterable<string>, prefix = ''): HostError => {
    const name = nearestName(at, candidates);
    const near = name === undefined ? undefined : prefix + name;
    const hint = near === undefined ? 'list the variables to see what there is' : `did you mean '${near}'?`;
    return new HostError('VARIABLE_NOT_FOUND', `There is no variable '${path}': ${hint}`, {
      path,
      ...(near !== undefined && { suggestion: near }),
    });
  };

  const resolve = (path: string, memory?: Uint8Array): Variable => {
    const segments = parseAccessPath(path);
    const located = segments[0]!.kind === 'name' ? byLocation.get(foldName(segments[0]!.name)) : undefined;
    if (located !== undefined) return resolve(located, memory);
    // The longest run of names that is a root wins: `Resource.Instance` before `Resource`.
    let names = 0;
    while (segments[names]?.kind === 'name') names += 1;
    for (let length = Math.min(names, 4); length > 0; length -= 1) {
      const name = segments
        .slice(0, length)
        .map((s) => (s.kind === 'name' ? s.name : ''))
        .join('.');
      const index = byName.get(foldName(name));
      if (index === undefined) continue;
      let variable = rootVariable(roots[index]!);
      for (const segment of segments.slice(length)) {
        const next = step(variable, segment, memory);
        if (!next) {
          const wanted = segment.kind === 'name' ? segment.name : `[${segment.indices.join(',')}]`;
          throw notFound(path, wanted, namesIn(variable), `${variable.path}.`);
        }
        variable = next;
      }
      return memory === undefined ? variable : pointed(variable);
    }
    const first = segments[0]!;
    throw notFound(
      path,
      first.kind === 'name' ? first.name : path,
      data.roots.filter((r) => !r.hidden).map((r) => r.path),
    );
  };

  /** A variable whose address was read from memory must lie in it. */
  const pointed = (variable: Variable): Variable => {
    const type = typeAt(variable.type);
    if (variable.leaf < 0 && (variable.address === 0 || variable.address + type.size > data.memory.pages * 65536)) {
      throw new HostError('WRONG_STATE', `'${variable.path}' is not connected yet; run a scan first.`, {
        path: variable.path,
      });
    }
    return variable;
  };

  const children = function* (variable: Variable): Generator<Variable> {
    const type = typeAt(variable.type);
    if (type.kind === 'array') {
      const count = elementCount(type.bounds);
      for (let i = 0; i < count; i += 1) yield elementVariable(variable, type, i);
    } else if (type.kind === 'struct') {
      let firstLeaf = variable.leaf;
      for (const member of type.members) {
        yield memberVariable(variable, member, firstLeaf);
        firstLeaf += memberLeaves(member);
      }
    }
  };
  const isAggregate = (variable: Variable, indirect: boolean): boolean =>
    !indirect && ['array', 'struct'].includes(typeAt(variable.type).kind);

  const leavesBelow = function* (variable: Variable): Generator<Variable> {
    const type = typeAt(variable.type);
    if (!isAggregate(variable, false)) {
      yield variable;
      return;
    }
    let member = 0;
    for (const child of children(variable)) {
      const indirect = type.kind === 'struct' && type.members[member]!.indirect === true;
      member += 1;
      if (isAggregate(child, indirect)) yield* leavesBelow(child);
      else yield child;
    }
  };

  const select = function* (pattern: string): Generator<Variable> {
    if (!isGlob(pattern)) {
      yield* leavesBelow(resolve(pattern));
      return;
    }
    const matches = compileGlob(pattern);
    for (const root of roots) {
      for (const leaf of leavesBelow(rootVariable(root))) if (!leaf.hidden && matches(leaf.path)) yield leaf;
    }
  };

  const leaf = (id: number): Variable => {
    let low = 0;
    let high = roots.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (roots[middle]!.firstLeaf <= id) low = middle;
      else high = middle - 1;
    }
    const root = roots[low];
    if (!root || id < 0 || id >= leafCount) throw new RangeError(`leaf ${id} is not in 0..${leafCount - 1}`);
    let variable = rootVariable(root);
    for (;;) {
      const type = typeAt(variable.type);
      if (type.kind === 'array') {
        variable = elementVariable(variable, type, Math.floor((id - variable.leaf) / leafCountOf(type.element)));
      } else if (type.kind === 'struct') {
        let firstLeaf = variable.leaf;
        const member = type.members.find((m) => {
          if (id < firstLeaf + memberLeaves(m)) return true;
          firstLeaf += memberLeaves(m);
          return false;
        })!;
        variable = memberVariable(variable, member, firstLeaf);
        if (member.indirect) return variable;
      } else return variable;
    }
  };

  const leavesAt = createLeafIndex(data.types, roots, { leafCountOf, memberLeaves });
  return { data, leafCount, typeOf: (v) => typeAt(v.type), resolve, leaf, leavesBelow, select, leavesAt };
}

/** Folded names of programs that have exactly one instance, with the index of its root. */
function onlyInstances(data: DataLayout, roots: readonly Root[]): Map<string, number> {
  const found = new Map<string, number>();
  const several = new Set<string>();
  roots.forEach(({ root }, index) => {
    const type = data.types[root.type]!;
    if (type.kind !== 'struct' || type.form !== 'program') return;
    const name = foldName(type.name);
    if (found.has(name)) several.add(name);
    found.set(name, index);
  });
  for (const name of several) found.delete(name);
  return found;
}

function withoutBit(variable: Variable): Omit<Variable, 'bit'> {
  const { bit: _bit, ...rest } = variable;
  return rest;
}

function readAddress(memory: Uint8Array, at: number): number {
  return new DataView(memory.buffer, memory.byteOffset).getUint32(at, true);
}
