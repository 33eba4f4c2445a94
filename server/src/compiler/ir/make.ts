import type { HostFunctionName } from '../../model/host-function.js';
import type { BinaryOp, IrExpr, IrLocal, IrStmt, MemType, NumType, UnaryOp } from './ir.js';
import { binaryOperation, unaryOperation } from './operation.js';

/** Short forms for the nodes of the IR. */
export const i32 = (value: number): IrExpr => ({ op: 'const', type: 'i32', value: value | 0 });
export const i64 = (value: bigint): IrExpr => ({ op: 'const', type: 'i64', value: BigInt.asIntN(64, value) });
export const f32 = (value: number): IrExpr => ({ op: 'const', type: 'f32', value: Math.fround(value) });
export const f64 = (value: number): IrExpr => ({ op: 'const', type: 'f64', value });

/** A constant of any number type. */
export function constant(type: NumType, value: number | bigint): IrExpr {
  switch (type) {
    case 'i32':
      return i32(Number(BigInt.asIntN(32, BigInt(value))));
    case 'i64':
      return i64(BigInt(value));
    case 'f32':
      return f32(Number(value));
    case 'f64':
      return f64(Number(value));
  }
}

export const zero = (type: NumType): IrExpr => constant(type, 0);

export function unary(code: UnaryOp, value: IrExpr): IrExpr {
  const operation = unaryOperation(code);
  return { op: 'unary', type: operation.result, code: operation.code, value };
}

export function binary(code: BinaryOp, left: IrExpr, right: IrExpr): IrExpr {
  const operation = binaryOperation(code);
  return { op: 'binary', type: operation.result, code: operation.code, left, right };
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

export const localValue = (local: IrLocal): IrExpr => ({ op: 'local', type: local.type, local });
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
export const drop = (value: IrExpr): IrStmt => ({ op: 'drop', value });
export const callHost = (callee: HostFunctionName, args: readonly IrExpr[], type: NumType): IrExpr => ({
  op: 'callHost',
  type,
  callee,
  args,
});
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
