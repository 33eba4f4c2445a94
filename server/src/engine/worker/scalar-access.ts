import type { ScalarType } from '../engine.js';

/** A scalar in memory as JavaScript sees it: integers as bigint, reals as number. */
export type Scalar = bigint | number | boolean;

export const scalarSizes: Readonly<Record<ScalarType, number>> = {
  bool: 1,
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
};

export function readScalar(view: DataView, address: number, type: ScalarType, bit?: number): Scalar {
  switch (type) {
    case 'bool':
      return bit === undefined ? view.getUint8(address) !== 0 : ((view.getUint8(address) >> bit) & 1) === 1;
    case 'i8':
      return BigInt(view.getInt8(address));
    case 'u8':
      return BigInt(view.getUint8(address));
    case 'i16':
      return BigInt(view.getInt16(address, true));
    case 'u16':
      return BigInt(view.getUint16(address, true));
    case 'i32':
      return BigInt(view.getInt32(address, true));
    case 'u32':
      return BigInt(view.getUint32(address, true));
    case 'i64':
      return view.getBigInt64(address, true);
    case 'u64':
      return view.getBigUint64(address, true);
    case 'f32':
      return view.getFloat32(address, true);
    case 'f64':
      return view.getFloat64(address, true);
    default:
      return type satisfies never;
  }
}

const integerLimits: Readonly<Partial<Record<ScalarType, readonly [low: bigint, high: bigint]>>> = {
  i8: [-0x80n, 0x7fn],
  u8: [0n, 0xffn],
  i16: [-0x8000n, 0x7fffn],
  u16: [0n, 0xffffn],
  i32: [-0x8000_0000n, 0x7fff_ffffn],
  u32: [0n, 0xffff_ffffn],
  i64: [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
  u64: [0n, 0xffff_ffff_ffff_ffffn],
};

/** Writes `value` converted to `type`: integers saturate, reals to integers round half to even, NaN gives 0. */
export function writeScalar(view: DataView, address: number, type: ScalarType, value: Scalar, bit?: number): void {
  if (type === 'bool') {
    const on = value !== 0 && value !== 0n && value !== false;
    if (bit === undefined) view.setUint8(address, on ? 1 : 0);
    else view.setUint8(address, (view.getUint8(address) & ~(1 << bit)) | (on ? 1 << bit : 0));
    return;
  }
  if (type === 'f32') {
    view.setFloat32(address, Number(value), true);
    return;
  }
  if (type === 'f64') {
    view.setFloat64(address, Number(value), true);
    return;
  }
  const [low, high] = integerLimits[type]!;
  const wanted = toInteger(value, low, high);
  const whole = wanted < low ? low : wanted > high ? high : wanted;
  switch (scalarSizes[type]) {
    case 1: {
      view.setUint8(address, Number(whole & 0xffn));
      return;
    }
    case 2: {
      view.setUint16(address, Number(whole & 0xffffn), true);
      return;
    }
    case 4: {
      view.setUint32(address, Number(whole & 0xffff_ffffn), true);
      return;
    }
    default: {
      view.setBigUint64(address, BigInt.asUintN(64, whole), true);
      return;
    }
  }
}

function toInteger(value: Scalar, low: bigint, high: bigint): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value !== value) return 0n;
  if (value === Infinity) return high;
  if (value === -Infinity) return low;
  const floor = Math.floor(value);
  const rest = value - floor;
  return BigInt(rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1);
}
