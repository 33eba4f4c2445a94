import type { BinaryOp, IrExpr, IrStmt, MemType, NumType, UnaryOp } from '../ir/ir.js';

/** Short forms for the nodes of the IR. */
export const i32 = (value: number): IrExpr => ({ op: 'const', type: 'i32', value: value | 0 });
export const i64 = (value: bigint): IrExpr => ({ op: 'const', type: 'i64', value: BigInt.asIntN(64, value) });
export const f32 = (value: number): IrExpr => ({ op: 'const', type: 'f32', value: Math.fround(value) });
export const f64 = (value: number): IrExpr => ({ op: 'const', type: 'f64', value });

export function zero(type: NumType): IrExpr {
  switch (type) {
    case 'i32':
      return i32(0);
    case 'i64':
      return i64(0n);
    case 'f32':
      return f32(0);
    case 'f64':
      return f64(0);
  }
}

const comparison = /^(eq|ne|lt|gt|le|ge)(_[su])?$/;

export function unary(code: UnaryOp, value: IrExpr): IrExpr {
  const type: NumType = code === 'i64.eqz' ? 'i32' : (code.slice(0, 3) as NumType);
  return { op: 'unary', type, code, value };
}

export function binary(code: BinaryOp, left: IrExpr, right: IrExpr): IrExpr {
  const type: NumType = comparison.test(code.slice(4)) ? 'i32' : (code.slice(0, 3) as NumType);
  return { op: 'binary', type, code, left, right };
}

/** An address some bytes further on; constants fold. */
export function plus(address: IrExpr, bytes: number): IrExpr {
  if (bytes === 0) return address;
  if (address.op === 'const') return i32(Number(address.value) + bytes);
  if (address.op === 'frame') return { op: 'frame', type: 'i32', offset: address.offset + bytes };
  if (address.op === 'binary' && address.code === 'i32.add' && address.right.op === 'const') {
    return plus(address.left, Number(address.right.value) + bytes);
  }
  return binary('i32.add', address, i32(bytes));
}

export const load = (type: NumType, mem: MemType, address: IrExpr, offset = 0): IrExpr => ({
  op: 'load',
  type,
  mem,
  address,
  offset,
});
export const store = (mem: MemType, address: IrExpr, value: IrExpr, offset = 0): IrStmt => ({
  op: 'store',
  mem,
  address,
  offset,
  value,
});
export const copy = (to: IrExpr, from: IrExpr, size: number): IrStmt => ({ op: 'copy', to, from, size: i32(size) });
export const cond = (test: IrExpr, then: IrExpr, otherwise: IrExpr): IrExpr => ({
  op: 'cond',
  type: then.type,
  test,
  then,
  otherwise,
});
export const not = (value: IrExpr): IrExpr => unary('i32.eqz', value);
export const seq = (body: readonly IrStmt[], value: IrExpr): IrExpr =>
  body.length === 0 ? value : { op: 'seq', type: value.type, body, value };
export const iff = (test: IrExpr, then: readonly IrStmt[], otherwise: readonly IrStmt[] = []): IrStmt => ({
  op: 'if',
  test,
  then,
  otherwise,
});
