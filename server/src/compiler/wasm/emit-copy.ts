import type { IrStmt } from '../ir/ir.js';
import { emitExpression, emitMemoryCopy } from './emit-expression.js';
import type { FunctionContext, TemporaryType } from './function-context.js';
import { op } from './opcodes.js';

/** Bytes that are copied through locals; longer stretches through memory.copy. */
const maxInline = 64;

/** How a piece of a copy is loaded and stored. */
interface Piece {
  readonly type: TemporaryType;
  readonly load: readonly number[];
  readonly store: readonly number[];
}
const pieces: Readonly<Record<number, Piece>> = {
  16: { type: 'v128', load: [op.simd, 0x00], store: [op.simd, 0x0b] },
  8: { type: 'i64', load: [0x29], store: [0x37] },
  4: { type: 'i32', load: [0x28], store: [0x36] },
  2: { type: 'i32', load: [0x2f], store: [0x3b] },
  1: { type: 'i32', load: [0x2d], store: [0x3a] },
};

/** A copy of bytes that may overlap: everything is read before anything is written. */
export function emitCopy(context: FunctionContext, statement: IrStmt & { op: 'copy' }): void {
  const { to, from, size } = statement;
  emitExpression(context, to);
  emitExpression(context, from);
  const bytes = size.op === 'const' ? Number(size.value) >>> 0 : undefined;
  if (bytes === undefined) {
    emitExpression(context, size);
    context.code.byte(op.call);
    context.code.u32(context.module.functionIndex('$move'));
    return;
  }
  if (bytes > maxInline) {
    emitExpression(context, size);
    emitMemoryCopy(context);
    return;
  }
  const source = context.temporary('i32');
  const target = context.temporary('i32');
  context.localSet(source);
  context.localSet(target);
  const parts = piecesOf(bytes).map(([offset, width]) => ({
    offset,
    piece: pieces[width]!,
    local: context.temporary(pieces[width]!.type),
  }));
  const access = (opcode: readonly number[], offset: number): void => {
    for (const byte of opcode) context.code.byte(byte);
    context.code.u32(0);
    context.code.u32(offset);
  };
  for (const { offset, piece, local } of parts) {
    context.localGet(source);
    access(piece.load, offset);
    context.localSet(local);
  }
  for (const { offset, piece, local } of parts) {
    context.localGet(target);
    context.localGet(local);
    access(piece.store, offset);
    context.release(piece.type, local);
  }
  context.release('i32', source);
  context.release('i32', target);
}

/** Offsets and widths that cover so many bytes; the last piece may overlap the one before. */
function piecesOf(bytes: number): readonly (readonly [offset: number, width: number])[] {
  const width = [16, 8, 4, 2, 1].find((one) => one <= bytes);
  if (width === undefined) return [];
  const out: (readonly [number, number])[] = [];
  for (let offset = 0; offset < bytes; offset += width) out.push([Math.min(offset, bytes - width), width]);
  return out;
}
