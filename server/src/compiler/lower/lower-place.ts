import type { BlockSymbol } from '../check/symbols.js';
import { sizeOf } from '../check/type-size.js';
import { elementaryTypes, type ElementaryType, type Type } from '../check/types.js';
import type { IrCell, IrExpr, MemType, NumType } from '../ir/ir.js';
import type { AliasLink } from './alias.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, i32, i64, load, plus, store, unary } from '../ir/make.js';
import { wrapInteger } from '../stdlib/wrap-integer.js';
import type { Place } from './operand.js';

/** How a scalar lies in memory and what it is as a value; undefined for strings, arrays, structures and instances. */
export function scalarOf(type: Type): { readonly mem: MemType; readonly num: NumType } | undefined {
  switch (type.kind) {
    case 'elementary':
      return type;
    case 'enum':
    case 'subrange':
      return type.base;
    case 'pointer':
    case 'interface':
    case 'null':
      return { mem: 'i32', num: 'i32' };
    default:
      return undefined;
  }
}

function cellOf(f: FunctionBuilder, place: Place & { form: 'cell' }, mem: MemType, size: number): IrCell {
  const known = place.cell;
  if (known?.mem === mem) return known;
  const key = { base: place.base, offset: place.offset, mem, name: place.name };
  const cell = f.c.cells.cell(place.bit === undefined ? key : { ...key, bit: place.bit }, place.links, size);
  place.cell = cell;
  return cell;
}

/** Value of a scalar place. */
export function loadPlace(f: FunctionBuilder, place: Place, type: Type): IrExpr {
  const scalar = scalarOf(type) ?? { mem: 'i32' as const, num: 'i32' as const };
  switch (place.form) {
    case 'local':
      return { op: 'local', type: place.local.type, local: place.local };
    case 'cell':
      return {
        op: 'loadCell',
        type: scalar.num,
        cell: cellOf(f, place, place.bit === undefined ? scalar.mem : 'u8', sizeOf(type)),
      };
    case 'address':
      return load(scalar.num, scalar.mem, place.address, place.offset);
    case 'part':
      return loadPart(f, place);
    case 'property':
      throw new Error('Properties are read by lower-property.');
  }
}

/** Stores a scalar value that already has the type's representation. */
export function storePlace(f: FunctionBuilder, place: Place, type: Type, value: IrExpr): void {
  const scalar = scalarOf(type) ?? { mem: 'i32' as const, num: 'i32' as const };
  switch (place.form) {
    case 'local':
      f.emit({ op: 'setLocal', local: place.local, value });
      return;
    case 'cell':
      noteOutsideWrite(f, place, sizeOf(type));
      f.emit({
        op: 'storeCell',
        cell: cellOf(f, place, place.bit === undefined ? scalar.mem : 'u8', sizeOf(type)),
        value,
      });
      return;
    case 'address':
      f.emit(store(scalar.mem, place.address, value, place.offset));
      return;
    case 'part':
      storePart(f, place, value);
      return;
    case 'property':
      throw new Error('Properties are written by lower-property.');
  }
}

/** A member of an inner instance is written from outside: its own body, where it is running meanwhile, must not miss that. */
function noteOutsideWrite(f: FunctionBuilder, place: Place & { form: 'cell' }, size: number): void {
  const own = f.instance && f.c.domainOf(f.instance);
  for (const { domain, offset } of place.links) {
    if (domain !== own && domain.block) f.c.noteOutsideWrite({ writer: f.name, domain, offset, size });
  }
}

const maskOf = (type: ElementaryType): bigint =>
  type === elementaryTypes.BOOL ? 1n : (1n << BigInt(type.size * 8)) - 1n;

function loadPart(f: FunctionBuilder, place: Place & { form: 'part' }): IrExpr {
  const { shift } = place;
  const whole = loadPlace(f, place.whole, place.wholeType);
  if (place.wholeType.num === 'i64') {
    const shifted = shift === 0 ? whole : binary('i64.shr_u', whole, wideShift(shift));
    if (place.type.num === 'i64') return shifted;
    const low = unary('i32.wrap_i64', shifted);
    return place.type.size === 4 && place.type !== elementaryTypes.BOOL
      ? low
      : binary('i32.and', low, i32(Number(maskOf(place.type))));
  }
  const shifted = shift === 0 ? whole : binary('i32.shr_u', whole, narrowShift(shift));
  return place.type.size === 4 && place.type !== elementaryTypes.BOOL
    ? shifted
    : binary('i32.and', shifted, i32(Number(maskOf(place.type))));
}

const narrowShift = (shift: number | IrExpr): IrExpr => (typeof shift === 'number' ? i32(shift) : shift);
const wideShift = (shift: number | IrExpr): IrExpr =>
  typeof shift === 'number' ? i64(BigInt(shift)) : unary('i64.extend_i32_u', shift);

function storePart(f: FunctionBuilder, place: Place & { form: 'part' }, value: IrExpr): void {
  // Address, shift and value are needed more than once.
  const { whole, shift } = stablePlace(f, place) as Place & { form: 'part' };
  const mask = maskOf(place.type);
  const bits = f.once(value, 'part');
  const old = loadPlace(f, whole, place.wholeType);
  if (place.wholeType.num === 'i64') {
    const wide = place.type.num === 'i64' ? bits : unary('i64.extend_i32_u', bits);
    const moved = shift === 0 ? wide : binary('i64.shl', wide, wideShift(shift));
    const kept =
      typeof shift === 'number'
        ? i64(~(mask << BigInt(shift)))
        : binary('i64.xor', binary('i64.shl', i64(mask), wideShift(shift)), i64(-1n));
    storePlace(f, whole, place.wholeType, binary('i64.or', binary('i64.and', old, kept), moved));
    return;
  }
  const moved = shift === 0 ? bits : binary('i32.shl', bits, narrowShift(shift));
  const kept =
    typeof shift === 'number'
      ? i32(Number(BigInt.asIntN(32, ~(mask << BigInt(shift)))))
      : binary('i32.xor', binary('i32.shl', i32(Number(BigInt.asIntN(32, mask))), shift), i32(-1));
  storePlace(
    f,
    whole,
    place.wholeType,
    wrapInteger(place.wholeType, binary('i32.or', binary('i32.and', old, kept), moved)),
  );
}

/** The same place with its address computed once. */
export function stablePlace(f: FunctionBuilder, place: Place): Place {
  if (place.form === 'address') return { ...place, address: f.once(place.address, 'address') };
  if (place.form === 'part') {
    const { shift } = place;
    return {
      ...place,
      whole: stablePlace(f, place.whole),
      shift: typeof shift === 'number' ? shift : f.once(shift, 'shift'),
    };
  }
  return place;
}

/**
 * Address of a place; cells among its bytes are never kept in locals from now on. Undefined for locals, single bits and
 * properties, which have no address.
 */
export function addressOf(f: FunctionBuilder, place: Place, size: number): IrExpr | undefined {
  if (place.form === 'cell' && place.bit === undefined && size > (place.marked ?? 0)) {
    f.c.cells.mark(place.links, size);
    place.marked = size;
  }
  return bareAddress(place);
}

/** The address without that consequence: for the instance of a call, whose region the emitter knows. */
export function bareAddress(place: Place): IrExpr | undefined {
  if (place.form === 'address') return plus(place.address, place.offset);
  if (place.form !== 'cell' || place.bit !== undefined) return undefined;
  switch (place.base) {
    case 'absolute':
      return i32(place.offset);
    case 'frame':
      return { op: 'frame', type: 'i32', offset: place.offset };
    case 'instance':
      return plus({ op: 'instance', type: 'i32' }, place.offset);
  }
}

/** A part of a structure or of a block instance at an offset. `of` is the block whose member it is. */
export function memberPlace(f: FunctionBuilder, place: Place, offset: number, name: string, of?: BlockSymbol): Place {
  switch (place.form) {
    case 'address':
      return { ...place, offset: place.offset + offset };
    case 'cell': {
      const links: AliasLink[] = place.links.map((link) => ({ domain: link.domain, offset: link.offset + offset }));
      if (of) links.push(...blockLinks(f, of, offset));
      return { form: 'cell', base: place.base, offset: place.offset + offset, links, name: `${place.name}.${name}` };
    }
    default:
      throw new Error(`A ${place.form} has no members.`);
  }
}

/** One bit of the byte at a place. */
export const bitPlace = (byte: Place, bit: number): Place => ({
  form: 'part',
  whole: byte,
  wholeType: elementaryTypes.BYTE,
  shift: bit,
  type: elementaryTypes.BOOL,
});

export function absolutePlace(f: FunctionBuilder, address: number, name: string, bit?: number): Place {
  return {
    form: 'cell',
    base: 'absolute',
    offset: address,
    links: [{ domain: f.c.memory, offset: address }],
    name,
    ...(bit !== undefined && { bit }),
  };
}

export function framePlace(f: FunctionBuilder, offset: number, name: string): Place {
  return { form: 'cell', base: 'frame', offset, links: [{ domain: f.frameDomain, offset }], name };
}

export function instancePlace(f: FunctionBuilder, offset: number, name: string): Place {
  return { form: 'cell', base: 'instance', offset, links: blockLinks(f, f.instance!, offset), name };
}

/** In the methods of base blocks the same bytes are theirs: an inherited member belongs to every domain up to the root. */
function blockLinks(f: FunctionBuilder, block: BlockSymbol, offset: number): AliasLink[] {
  const links: AliasLink[] = [];
  for (let b: BlockSymbol | undefined = block; b; b = b.base) links.push({ domain: f.c.domainOf(b), offset });
  return links;
}
