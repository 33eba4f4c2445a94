import type { MemType, NumType } from './ir.js';

/** Bytes that a scalar takes in memory. */
export const memSize: Readonly<Record<MemType, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
};

/** Type of the value that a scalar of this kind is loaded as, unless it is widened. */
export const valueTypeOf: Readonly<Record<MemType, NumType>> = {
  i8: 'i32',
  u8: 'i32',
  i16: 'i32',
  u16: 'i32',
  i32: 'i32',
  i64: 'i64',
  f32: 'f32',
  f64: 'f64',
};
