import type { IrExpr, IrStmt, MemType } from '../ir/ir.js';
import { emitConstant, emitExpression } from './emit-expression.js';
import type { FunctionContext } from './function-context.js';
import { binaryOpcode, op } from './opcodes.js';

type Lane = 'i32' | 'i64' | 'f32' | 'f64';

/** Sub-opcodes behind `op.simd`. */
const vectorOpcode: Readonly<Record<string, number>> = {
  'f32.abs': 0xe0, 'f32.neg': 0xe1, 'f32.sqrt': 0xe3, 'f32.add': 0xe4, 'f32.sub': 0xe5, 'f32.mul': 0xe6, 'f32.div': 0xe7,
  'f64.abs': 0xec, 'f64.neg': 0xed, 'f64.sqrt': 0xef, 'f64.add': 0xf0, 'f64.sub': 0xf1, 'f64.mul': 0xf2, 'f64.div': 0xf3,
  'i32.add': 0xae, 'i32.sub': 0xb1, 'i32.mul': 0xb5, 'i32.and': 0x4e, 'i32.or': 0x50, 'i32.xor': 0x51,
}; // prettier-ignore
const splat: Readonly<Record<Lane, number>> = { i32: 0x11, i64: 0x12, f32: 0x13, f64: 0x14 };
const equal: Readonly<Record<'f32' | 'f64', number>> = { f32: 0x41, f64: 0x47 };
const [vectorLoad, vectorStore, bitselect] = [0x00, 0x0b, 0x52];

const laneOf = (mem: MemType): Lane => (mem === 'f32' || mem === 'f64' || mem === 'i64' ? mem : 'i32');

/** A loop that stores sixteen bytes in each turn. */
export function emitVectorLoop(context: FunctionContext, statement: IrStmt & { op: 'vectorLoop' }): void {
  const { index, from, to, step, mem, address, offset, value } = statement;
  const { code } = context;
  context.i32(from);
  context.localSet(index.id);
  context.openBlock(op.loop);
  const again = context.depth;
  emitExpression(context, address);
  emitVector(context, value, laneOf(mem));
  if (mem === 'f32' || mem === 'f64') emitCanonicalLanes(context, mem);
  vector(context, vectorStore);
  code.u32(0);
  code.u32(offset);
  context.localGet(index.id);
  context.i32(step);
  code.byte(binaryOpcode['i32.add']);
  context.localTee(index.id);
  context.i32(to);
  code.byte(binaryOpcode['i32.ne']);
  context.branch(again, op.brIf);
  context.closeBlock();
}

function vector(context: FunctionContext, opcode: number): void {
  context.code.byte(op.simd);
  context.code.u32(opcode);
}

function emitVector(context: FunctionContext, expr: IrExpr, lane: Lane): void {
  switch (expr.op) {
    case 'load':
      emitExpression(context, expr.address);
      vector(context, vectorLoad);
      context.code.u32(0);
      context.code.u32(expr.offset);
      return;
    case 'unary':
      emitVector(context, expr.value, lane);
      vector(context, vectorOpcode[expr.code]!);
      return;
    case 'binary':
      emitVector(context, expr.left, lane);
      emitVector(context, expr.right, lane);
      vector(context, vectorOpcode[expr.code]!);
      return;
    default:
      emitExpression(context, expr);
      vector(context, splat[lane]);
  }
}

/** NaN in its canonical form, in each lane. */
function emitCanonicalLanes(context: FunctionContext, lane: 'f32' | 'f64'): void {
  const temporary = context.temporary('v128');
  context.localTee(temporary);
  emitConstant(context, lane, NaN);
  vector(context, splat[lane]);
  context.localGet(temporary);
  context.localGet(temporary);
  vector(context, equal[lane]);
  vector(context, bitselect);
  context.release('v128', temporary);
}
