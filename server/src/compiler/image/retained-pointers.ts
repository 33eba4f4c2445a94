import type { TypeDescriptor, TypeId } from '../../model/data-type.js';
import type { Region, VariableRoot } from '../../model/program-image.js';

/**
 * Addresses of the pointers, references, interfaces and VAR_IN_OUT among the variables that lie in a region, ascending. `bytes` is
 * memory before the first scan, which has the addresses of RETAIN variables of blocks.
 */
export function pointersIn(
  region: Region,
  roots: readonly VariableRoot[],
  types: readonly TypeDescriptor[],
  bytes: Uint8Array,
): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Set<number>();
  const add = (address: number): void => {
    if (address >= region.start && address < region.start + region.size) found.add(address);
  };
  const holdsPointer = createSearch(types);
  const visit = (id: TypeId, address: number): void => {
    if (!holdsPointer(id)) return;
    const type = types[id]!;
    if (type.kind === 'pointer') add(address);
    else if (type.kind === 'array') {
      for (let at = 0; at < type.size; at += Math.max(1, type.elementSize)) visit(type.element, address + at);
    } else if (type.kind === 'struct') {
      for (const member of type.members) {
        const place = member.absolute === true ? member.offset : address + member.offset;
        if (member.indirect !== true) visit(member.type, place);
        else if (member.section === 'in_out') add(place);
        else visit(member.type, view.getUint32(place, true));
      }
    }
  };
  if (region.size > 0) for (const root of roots) visit(root.type, root.address);
  return [...found].sort((a, b) => a - b);
}

/** Tells whether a type has an address among its parts. */
function createSearch(types: readonly TypeDescriptor[]): (id: TypeId) => boolean {
  const known = new Map<TypeId, boolean>();
  const holds = (id: TypeId): boolean => {
    const answer = known.get(id);
    if (answer !== undefined) return answer;
    known.set(id, false);
    const found = search(types[id]!);
    known.set(id, found);
    return found;
  };
  const search = (type: TypeDescriptor): boolean => {
    switch (type.kind) {
      case 'pointer':
        return true;
      case 'array':
        return holds(type.element);
      case 'struct':
        return type.members.some((member) => member.section === 'in_out' || holds(member.type));
      default:
        return false;
    }
  };
  return holds;
}
