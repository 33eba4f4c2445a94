import type { Compilation, Constant } from '../check/compilation.js';
import type { BlockSymbol, VariableSymbol } from '../check/symbols.js';
import { underlying, type Initial, type Type } from '../check/types.js';
import { encodeString } from './constant-pool.js';
import { walkArguments, walkInitial, type Initialised, type InitialVisitor } from './initial-walk.js';

/** Writes a constant in its type's representation. */
export function writeConstant(bytes: Uint8Array, offset: number, type: Type, value: Constant): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type.kind === 'string') {
    bytes.set(encodeString(String(value).slice(0, type.capacity), type.wide).subarray(0, type.size), offset);
    return;
  }
  const scalar = underlying(type);
  const mem = scalar.kind === 'elementary' ? scalar.mem : 'i32';
  switch (mem) {
    case 'f32':
      view.setFloat32(offset, Number(value), true);
      return;
    case 'f64':
      view.setFloat64(offset, Number(value), true);
      return;
    case 'i64':
      view.setBigInt64(offset, BigInt.asIntN(64, BigInt(value)), true);
      return;
    case 'i32':
      view.setInt32(offset, Number(BigInt.asIntN(32, BigInt(value))), true);
      return;
    case 'i16':
    case 'u16':
      view.setUint16(offset, Number(BigInt.asUintN(16, BigInt(value))), true);
      return;
    case 'i8':
    case 'u8':
      view.setUint8(offset, Number(BigInt.asUintN(8, BigInt(value))));
  }
}

export interface ByteTarget {
  readonly bytes: Uint8Array;
  /** Where a member that an instance only refers to lies; 0 where there is none. */
  place(variable: VariableSymbol, block: BlockSymbol | undefined): number;
}

/** Writes the constant part of an initial value; what is computed at run time is left to the type's init function. */
export function writeInitial(
  c: Compilation,
  type: Type,
  initial: Initial | undefined,
  offset: number,
  target: ByteTarget,
): void {
  walkInitial(c, type, initial, offset, byteVisitor(c, target));
}

/** The same for a variable, with the arguments of its declaration. */
export function writeVariable(c: Compilation, variable: Initialised, offset: number, target: ByteTarget): void {
  const visitor = byteVisitor(c, target);
  walkInitial(c, variable.type, variable.initial, offset, visitor);
  walkArguments(c, variable, offset, visitor);
}

function byteVisitor(c: Compilation, target: ByteTarget): InitialVisitor {
  const { bytes } = target;
  return {
    leaf(at, leafType, expression, scope, bit) {
      const found = c.evaluate(expression, scope, leafType, true);
      if (!found) return;
      if (bit === undefined) writeConstant(bytes, at, leafType, found.value);
      else bytes[at] = found.value === true ? bytes[at]! | (1 << bit) : bytes[at]! & ~(1 << bit);
    },
    value(at, leafType, value) {
      writeConstant(bytes, at, leafType, value);
    },
    block(at, block) {
      if (block.header) new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, block.typeId, true);
      return 'walk';
    },
    indirect(at, variable) {
      const address = target.place(variable, undefined);
      if (address !== 0) new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, address, true);
    },
    replicate(at, size, count) {
      for (let i = 1; i < count; i += 1) bytes.copyWithin(at + i * size, at, at + size);
    },
  };
}
