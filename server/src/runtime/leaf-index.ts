import type { Member, TypeDescriptor, TypeId } from '../model/data-type.js';
import type { VariableRoot } from '../model/program-image.js';
import { elementCount } from './array-index.js';

type Types = readonly TypeDescriptor[];

/** A root of the tree, with the number of its first leaf and its size in bytes. */
export interface Root {
  readonly root: VariableRoot;
  readonly firstLeaf: number;
  readonly size: number;
}

export interface LeafCounter {
  /** Leaves in a value of the type: elementary parts and strings. */
  readonly leafCountOf: (id: TypeId) => number;
  readonly memberLeaves: (member: Member) => number;
}

/** Counts the leaves of types, each type once. What lies behind an address is one leaf: the address. */
export function createLeafCounter(types: Types): LeafCounter {
  const counts: (number | undefined)[] = [];
  const leafCountOf = (id: TypeId): number => {
    const known = counts[id];
    if (known !== undefined) return known;
    const type = types[id]!;
    let count = 1;
    if (type.kind === 'array') count = elementCount(type.bounds) * leafCountOf(type.element);
    else if (type.kind === 'struct') count = type.members.reduce((sum, m) => sum + memberLeaves(m), 0);
    counts[id] = count;
    return count;
  };
  const memberLeaves = (member: Member): number => (member.indirect ? 1 : leafCountOf(member.type));
  return { leafCountOf, memberLeaves };
}

/**
 * Finds the leaves that have a byte in `address .. address + size`: what a changed word means. Places may overlap (unions,
 * located variables); each leaf is given once.
 */
export function createLeafIndex(
  types: Types,
  roots: readonly Root[],
  counter: LeafCounter,
): (address: number, size: number) => readonly number[] {
  const { leafCountOf, memberLeaves } = counter;
  const byAddress = [...roots].sort((a, b) => a.root.address - b.root.address);
  const highestEnd: number[] = [];
  byAddress.forEach(({ root, size }, i) => highestEnd.push(Math.max(highestEnd[i - 1] ?? 0, root.address + size)));

  /** Adds the leaves of a value at `base` that touch the range. */
  const collect = (id: TypeId, base: number, firstLeaf: number, from: number, to: number, found: number[]): void => {
    const type = types[id]!;
    if (type.kind === 'array') {
      const each = leafCountOf(type.element);
      const first = Math.max(0, Math.floor((from - base) / type.elementSize));
      const last = Math.min(elementCount(type.bounds) - 1, Math.floor((to - 1 - base) / type.elementSize));
      for (let i = first; i <= last; i += 1)
        collect(type.element, base + i * type.elementSize, firstLeaf + i * each, from, to, found);
    } else if (type.kind === 'struct') {
      let next = firstLeaf;
      for (const member of type.members) {
        const place = member.absolute ? member.offset : base + member.offset;
        const size = member.indirect ? 4 : member.bit === undefined ? types[member.type]!.size : 1;
        if (place < to && place + size > from) {
          if (member.indirect) found.push(next);
          else collect(member.type, place, next, from, to, found);
        }
        next += memberLeaves(member);
      }
    } else found.push(firstLeaf);
  };

  /** Members that lie outside their instance (located ones): few, so each is looked at. */
  const outside = absoluteMembers(types, roots, counter);

  return (address, size) => {
    const found: number[] = [];
    const end = address + size;
    let low = 0;
    let high = byAddress.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byAddress[middle]!.root.address < end) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && highestEnd[i]! > address; i -= 1) {
      const { root, firstLeaf, size: rootSize } = byAddress[i]!;
      if (root.address + rootSize > address) collect(root.type, root.address, firstLeaf, address, end, found);
    }
    for (const place of outside)
      if (place.address < end && place.address + place.size > address) found.push(place.leaf);
    return found.length > 1 ? [...new Set(found)] : found;
  };
}

function absoluteMembers(
  types: Types,
  roots: readonly Root[],
  { leafCountOf, memberLeaves }: LeafCounter,
): readonly { readonly address: number; readonly size: number; readonly leaf: number }[] {
  const found: { address: number; size: number; leaf: number }[] = [];
  const holders = new Map<TypeId, boolean>();
  const holds = (id: TypeId): boolean => {
    const known = holders.get(id);
    if (known !== undefined) return known;
    holders.set(id, false);
    const type = types[id]!;
    const result =
      type.kind === 'array'
        ? holds(type.element)
        : type.kind === 'struct' && type.members.some((m) => m.absolute === true || (!m.indirect && holds(m.type)));
    holders.set(id, result);
    return result;
  };
  const walk = (id: TypeId, firstLeaf: number): void => {
    if (!holds(id)) return;
    const type = types[id]!;
    if (type.kind === 'array') {
      const each = leafCountOf(type.element);
      for (let i = 0; i < elementCount(type.bounds); i += 1) walk(type.element, firstLeaf + i * each);
    } else if (type.kind === 'struct') {
      let next = firstLeaf;
      for (const member of type.members) {
        if (member.absolute)
          found.push({
            address: member.offset,
            size: member.bit === undefined ? types[member.type]!.size : 1,
            leaf: next,
          });
        else if (!member.indirect) walk(member.type, next);
        next += memberLeaves(member);
      }
    }
  };
  for (const { root, firstLeaf } of roots) walk(root.type, firstLeaf);
  return found;
}
