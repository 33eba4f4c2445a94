import type { MemoryCell } from '../engine/engine.js';
import type { ElementaryName, TypeDescriptor, TypeId } from '../model/data-type.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import type { Value } from '../model/value.js';

/** A place in linear memory, with its type. */
export interface Place {
  readonly path: string;
  readonly type: TypeId;
  readonly address: number;
  readonly bit?: number;
}

type Types = readonly TypeDescriptor[];

interface IntegerForm {
  readonly size: 1 | 2 | 4 | 8;
  readonly signed: boolean;
}
const integerForms: Readonly<Record<Exclude<ElementaryName, 'BOOL' | 'REAL' | 'LREAL'>, IntegerForm>> = {
  BYTE: { size: 1, signed: false },
  WORD: { size: 2, signed: false },
  DWORD: { size: 4, signed: false },
  LWORD: { size: 8, signed: false },
  SINT: { size: 1, signed: true },
  INT: { size: 2, signed: true },
  DINT: { size: 4, signed: true },
  LINT: { size: 8, signed: true },
  USINT: { size: 1, signed: false },
  UINT: { size: 2, signed: false },
  UDINT: { size: 4, signed: false },
  ULINT: { size: 8, signed: false },
  TIME: { size: 8, signed: true },
  LTIME: { size: 8, signed: true },
  DATE: { size: 8, signed: true },
  LDATE: { size: 8, signed: true },
  TOD: { size: 8, signed: true },
  LTOD: { size: 8, signed: true },
  DT: { size: 8, signed: true },
  LDT: { size: 8, signed: true },
  CHAR: { size: 1, signed: false },
  WCHAR: { size: 2, signed: false },
};

/** Least and greatest value of an integer, bit string, time or date type. */
export function integerRange(name: ElementaryName): readonly [low: bigint, high: bigint] {
  if (name === 'BOOL' || name === 'REAL' || name === 'LREAL') return [0n, 1n];
  const { size, signed } = integerForms[name];
  const bits = BigInt(size * 8);
  return signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
}

function typeAt(types: Types, id: TypeId): TypeDescriptor {
  const type = types[id];
  if (!type) throw new Error(`the image has no type ${id}`);
  return type;
}

/** The value at a place. `memory` is linear memory from address 0. */
export function readValue(types: Types, place: Omit<Place, 'path'>, memory: Uint8Array): Value {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  return read(types, place.type, view, place.address, place.bit);
}

function read(types: Types, id: TypeId, view: DataView, at: number, bit?: number): Value {
  const type = typeAt(types, id);
  switch (type.kind) {
    case 'elementary':
      return readElementary(type.name, view, at, bit);
    case 'enum': {
      const value = readInteger(type.base, view, at);
      const enumName = type.values.find((v) => v.value === value)?.name;
      return { kind: 'int', type: type.base, value, ...(enumName !== undefined && { enumName }) };
    }
    case 'subrange':
      return readElementary(type.base, view, at, undefined);
    case 'string':
      return { kind: 'string', wide: type.wide, value: readText(view, at, type.length, type.wide) };
    case 'pointer':
      return { kind: 'pointer', address: view.getUint32(at, true) };
    case 'array': {
      const count = type.elementSize === 0 ? 0 : type.size / type.elementSize;
      return {
        kind: 'array',
        elements: Array.from({ length: count }, (_, i) => read(types, type.element, view, at + i * type.elementSize)),
      };
    }
    case 'struct':
      return {
        kind: 'struct',
        typeName: type.name,
        members: type.members
          .filter((m) => !m.hidden)
          .map((m) => {
            const place = m.absolute ? m.offset : at + m.offset;
            return [
              m.name,
              m.indirect
                ? { kind: 'pointer', address: view.getUint32(place, true) }
                : read(types, m.type, view, place, m.bit),
            ] as const;
          }),
      };
  }
}

function readElementary(name: ElementaryName, view: DataView, at: number, bit: number | undefined): Value {
  if (name === 'BOOL')
    return {
      kind: 'bool',
      value: bit === undefined ? view.getUint8(at) !== 0 : ((view.getUint8(at) >> bit) & 1) === 1,
    };
  if (name === 'REAL') return { kind: 'real', type: name, value: view.getFloat32(at, true) };
  if (name === 'LREAL') return { kind: 'real', type: name, value: view.getFloat64(at, true) };
  return { kind: 'int', type: name, value: readInteger(name, view, at) };
}

function readInteger(name: ElementaryName, view: DataView, at: number): bigint {
  if (name === 'BOOL' || name === 'REAL' || name === 'LREAL') return BigInt(view.getUint8(at));
  const { size, signed } = integerForms[name];
  switch (size) {
    case 1:
      return BigInt(signed ? view.getInt8(at) : view.getUint8(at));
    case 2:
      return BigInt(signed ? view.getInt16(at, true) : view.getUint16(at, true));
    case 4:
      return BigInt(signed ? view.getInt32(at, true) : view.getUint32(at, true));
    case 8:
      return signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
  }
}

function readText(view: DataView, at: number, length: number, wide: boolean): string {
  const units: number[] = [];
  for (let i = 0; i < length; i += 1) {
    const unit = wide ? view.getUint16(at + 2 * i, true) : view.getUint8(at + i);
    if (unit === 0) break;
    units.push(unit);
  }
  let text = '';
  for (let i = 0; i < units.length; i += 4096) text += String.fromCharCode(...units.slice(i, i + 4096));
  return text;
}

const mismatch = (place: Place, wanted: string, got: string): HostError =>
  new HostError('TYPE_MISMATCH', `'${place.path}' is ${wanted}; it can't take ${got}.`, {
    path: place.path,
    type: wanted,
  });

const outOfRange = (place: Place, wanted: string, got: string): HostError =>
  new HostError('VALUE_OUT_OF_RANGE', `'${place.path}' is ${wanted}; ${got} is outside it.`, {
    path: place.path,
    type: wanted,
  });

/** A word for the type in messages: `INT`, `STRING[80]`, `ARRAY[0..9] OF BOOL`, the name of a structure. */
export function typeName(types: Types, id: TypeId): string {
  const type = typeAt(types, id);
  switch (type.kind) {
    case 'elementary':
      return type.name;
    case 'string':
      return `${type.wide ? 'WSTRING' : 'STRING'}[${type.length}]`;
    case 'array':
      return `ARRAY[${type.bounds.map(([low, high]) => `${low}..${high}`).join(',')}] OF ${typeName(types, type.element)}`;
    case 'pointer':
      return type.form === 'interface'
        ? type.target
        : `${type.form === 'pointer' ? 'POINTER TO' : 'REFERENCE TO'} ${type.target}`;
    default:
      return type.name;
  }
}

/**
 * What to lay into memory so that the place holds the value. Nothing is converted: a value of another kind is
 * TYPE_MISMATCH, one outside the type (or longer than the string) VALUE_OUT_OF_RANGE. NaN and infinities are refused.
 */
export function encodeValue(types: Types, place: Place, value: Value): readonly MemoryCell[] {
  const writes: MemoryCell[] = [];
  encode(types, place, value, writes);
  return writes;
}

function encode(types: Types, place: Place, value: Value, writes: MemoryCell[]): void {
  const type = typeAt(types, place.type);
  const wanted = typeName(types, place.type);
  const put = (size: number, fill: (view: DataView) => void): void => {
    const bytes = new Uint8Array(size);
    fill(new DataView(bytes.buffer));
    writes.push({ address: place.address, bytes });
  };
  switch (type.kind) {
    case 'elementary':
      encodeElementary(type.name, place, value, writes, put);
      return;
    case 'enum': {
      const chosen =
        value.kind === 'int' && value.enumName !== undefined
          ? type.values.find((v) => foldName(v.name) === foldName(value.enumName!))
          : undefined;
      if (value.kind !== 'int') throw mismatch(place, wanted, describe(value));
      const number = chosen?.value ?? value.value;
      if (!type.values.some((v) => v.value === number) || (value.enumName !== undefined && !chosen)) {
        throw outOfRange(
          place,
          `${wanted} (${type.values
            .slice(0, 12)
            .map((v) => v.name)
            .join(', ')})`,
          value.enumName ?? number.toString(),
        );
      }
      encodeElementary(type.base, place, { kind: 'int', type: type.base, value: number }, writes, put);
      return;
    }
    case 'subrange':
      if (value.kind === 'int' && (value.value < type.low || value.value > type.high))
        throw outOfRange(place, `${wanted} (${type.low}..${type.high})`, value.value.toString());
      encodeElementary(type.base, place, value, writes, put);
      return;
    case 'string':
      encodeText(type, place, value, wanted, put);
      return;
    case 'pointer':
      throw new HostError('NOT_WRITABLE', `'${place.path}' is a reference; write the variable that it refers to.`, {
        path: place.path,
      });
    case 'array': {
      const count = type.elementSize === 0 ? 0 : type.size / type.elementSize;
      if (value.kind !== 'array' || value.elements.length !== count) throw mismatch(place, wanted, describe(value));
      value.elements.forEach((element, i) => {
        encode(
          types,
          { path: `${place.path}[${i}]`, type: type.element, address: place.address + i * type.elementSize },
          element,
          writes,
        );
      });
      return;
    }
    case 'struct': {
      if (value.kind !== 'struct') throw mismatch(place, wanted, describe(value));
      for (const [name, part] of value.members) {
        const member = type.members.find((m) => foldName(m.name) === foldName(name));
        if (!member || member.indirect) throw mismatch(place, wanted, `a member '${name}'`);
        const address = member.absolute ? member.offset : place.address + member.offset;
        encode(
          types,
          {
            path: `${place.path}.${member.name}`,
            type: member.type,
            address,
            ...(member.bit !== undefined && { bit: member.bit }),
          },
          part,
          writes,
        );
      }
      return;
    }
  }
}

function encodeElementary(
  name: ElementaryName,
  place: Place,
  value: Value,
  writes: MemoryCell[],
  put: (size: number, fill: (view: DataView) => void) => void,
): void {
  if (name === 'BOOL') {
    if (value.kind !== 'bool') throw mismatch(place, name, describe(value));
    if (place.bit === undefined) put(1, (view) => view.setUint8(0, value.value ? 1 : 0));
    else writes.push({ address: place.address, bytes: Uint8Array.of(value.value ? 1 : 0), bit: place.bit });
    return;
  }
  if (name === 'REAL' || name === 'LREAL') {
    const number =
      value.kind === 'real'
        ? value.value
        : value.kind === 'int' && Number.isSafeInteger(Number(value.value))
          ? Number(value.value)
          : undefined;
    if (number === undefined) throw mismatch(place, name, describe(value));
    if (!Number.isFinite(number) || (name === 'REAL' && !Number.isFinite(Math.fround(number))))
      throw outOfRange(place, name, String(number));
    if (name === 'REAL') put(4, (view) => view.setFloat32(0, number, true));
    else put(8, (view) => view.setFloat64(0, number, true));
    return;
  }
  if (value.kind !== 'int') throw mismatch(place, name, describe(value));
  const [low, high] = integerRange(name);
  if (value.value < low || value.value > high)
    throw outOfRange(place, `${name} (${low}..${high})`, value.value.toString());
  const { size } = integerForms[name];
  put(size, (view) => {
    if (size === 8) view.setBigInt64(0, BigInt.asIntN(64, value.value), true);
    else if (size === 4) view.setInt32(0, Number(BigInt.asIntN(32, value.value)), true);
    else if (size === 2) view.setInt16(0, Number(BigInt.asIntN(16, value.value)), true);
    else view.setInt8(0, Number(BigInt.asIntN(8, value.value)));
  });
}

function encodeText(
  type: Extract<TypeDescriptor, { kind: 'string' }>,
  place: Place,
  value: Value,
  wanted: string,
  put: (size: number, fill: (view: DataView) => void) => void,
): void {
  if (value.kind !== 'string') throw mismatch(place, wanted, describe(value));
  const text = value.value;
  if (text.length > type.length) throw outOfRange(place, wanted, `a text of ${text.length} characters`);
  const widest = type.wide ? 0xffff : 0xff;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit === 0 || unit > widest) throw outOfRange(place, wanted, `the character ${JSON.stringify(text[i])}`);
  }
  const unitSize = type.wide ? 2 : 1;
  // The whole variable is written, so that equal texts are equal bytes.
  put((type.length + 1) * unitSize, (view) => {
    for (let i = 0; i < text.length; i += 1) {
      if (type.wide) view.setUint16(2 * i, text.charCodeAt(i), true);
      else view.setUint8(i, text.charCodeAt(i));
    }
  });
}

function describe(value: Value): string {
  switch (value.kind) {
    case 'bool':
      return `the BOOL ${value.value ? 'TRUE' : 'FALSE'}`;
    case 'int':
      return `the number ${value.enumName ?? value.value.toString()}`;
    case 'real':
      return `the real number ${value.value}`;
    case 'string':
      return `the text ${JSON.stringify(value.value.slice(0, 40))}`;
    case 'array':
      return `an array of ${value.elements.length}`;
    case 'struct':
      return 'a structure';
    case 'pointer':
      return 'a reference';
  }
}

/** Lays writes into a memory image. */
export function applyWrites(memory: Uint8Array, writes: readonly MemoryCell[]): void {
  for (const write of writes) {
    if (write.bit === undefined) memory.set(write.bytes, write.address);
    else if (write.bytes[0] !== 0) memory[write.address]! |= 1 << write.bit;
    else memory[write.address]! &= ~(1 << write.bit);
  }
}
