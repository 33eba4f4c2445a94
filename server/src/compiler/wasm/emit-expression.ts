import type { BinaryOp, IrCell, IrExpr, MemType, NumType, SiteId } from '../ir/ir.js';
import type { HostFunctionName } from '../../model/host-function.js';
import { localOffset } from './frame-layout.js';
import type { FunctionContext } from './function-context.js';
import { binaryOpcode, loadOpcode, misc, op, storeOpcode, unaryOpcode, valueType } from './opcodes.js';

/** Writes code that leaves the expression's value on the stack. */
export function emitExpression(context: FunctionContext, expr: IrExpr): void {
  const { code } = context;
  switch (expr.op) {
    case 'const':
      emitConstant(context, expr.type, expr.value);
      return;
    case 'local':
      if (context.localsInFrame) {
        context.localGet(context.framePointer);
        emitLoad(context, expr.type, expr.type, localOffset(expr.local.id));
      } else context.localGet(expr.local.id);
      return;
    case 'loadCell':
      emitLoadCell(context, expr.type, expr.cell);
      return;
    case 'load':
      emitExpression(context, expr.address);
      emitLoad(context, expr.type, expr.mem, expr.offset);
      return;
    case 'instance':
      context.localGet(0);
      return;
    case 'frame':
      context.localGet(context.framePointer);
      if (expr.offset + context.frameBase !== 0) {
        context.i32(expr.offset + context.frameBase);
        code.byte(binaryOpcode['i32.add']);
      }
      return;
    case 'unary':
      // The bits of a NaN come to light here.
      if (expr.code.includes('.reinterpret_f')) emitCanonical(context, expr.value);
      else emitExpression(context, expr.value);
      emitOpcode(context, unaryOpcode[expr.code]);
      return;
    case 'binary':
      emitBinary(context, expr.code, expr.left, expr.right);
      return;
    case 'cond':
      if (expr.eager) {
        for (const part of [expr.then, expr.otherwise, expr.test]) emitExpression(context, part);
        code.byte(op.select);
        return;
      }
      emitExpression(context, expr.test);
      context.openBlock(op.if, valueType[expr.type]);
      emitExpression(context, expr.then);
      code.byte(op.else);
      emitExpression(context, expr.otherwise);
      context.closeBlock();
      return;
    case 'call':
      emitCall(context, expr.callee, expr.args);
      return;
    case 'callHost':
      emitHostCall(context, expr.callee as HostFunctionName, expr.args);
      return;
    case 'seq':
      emitSequence(context, expr);
      return;
    case 'checkNonZero':
      emitZeroCheck(context, expr.value, 4001, expr.site);
      return;
    case 'checkRef':
      emitZeroCheck(context, expr.value, 4003, expr.site);
      return;
    case 'checkIndex':
      emitIndexCheck(context, expr);
      return;
    case 'checkIndexDynamic':
      emitDynamicIndexCheck(context, expr);
      return;
  }
}

// The checks stand apart: a function in which closures are made takes memory at every call, whichever way it goes.

/** Leaves the value, after a fault where it is zero. */
function emitZeroCheck(context: FunctionContext, value: IrExpr, fault: number, site: SiteId): void {
  const type = value.type as 'i32' | 'i64';
  const temporary = context.temporary(type);
  emitExpression(context, value);
  context.localSet(temporary);
  context.faultIf(fault, site, () => {
    context.localGet(temporary);
    context.code.byte(unaryOpcode[`${type}.eqz`]);
  });
  context.localGet(temporary);
  context.release(type, temporary);
}

function emitIndexCheck(context: FunctionContext, expr: IrExpr & { op: 'checkIndex' }): void {
  const { code } = context;
  const temporary = context.temporary('i32');
  emitExpression(context, expr.value);
  if (expr.low !== 0) {
    context.i32(expr.low);
    code.byte(binaryOpcode['i32.sub']);
  }
  context.localSet(temporary);
  context.faultIf(4002, expr.site, () => {
    context.localGet(temporary);
    context.i32(expr.high - expr.low);
    code.byte(binaryOpcode['i32.gt_u']);
  });
  context.localGet(temporary);
  context.release('i32', temporary);
}

function emitDynamicIndexCheck(context: FunctionContext, expr: IrExpr & { op: 'checkIndexDynamic' }): void {
  const { code } = context;
  const value = context.temporary('i32');
  const low = context.temporary('i32');
  emitExpression(context, expr.value);
  context.localSet(value);
  emitExpression(context, expr.low);
  context.localSet(low);
  const high = context.temporary('i32');
  emitExpression(context, expr.high);
  context.localSet(high);
  context.faultIf(4002, expr.site, () => {
    context.localGet(value);
    context.localGet(low);
    code.byte(binaryOpcode['i32.lt_s']);
    context.localGet(value);
    context.localGet(high);
    code.byte(binaryOpcode['i32.gt_s']);
    code.byte(binaryOpcode['i32.or']);
  });
  context.localGet(value);
  context.localGet(low);
  code.byte(binaryOpcode['i32.sub']);
  for (const local of [value, low, high]) context.release('i32', local);
}

function emitSequence(context: FunctionContext, expr: IrExpr & { op: 'seq' }): void {
  const last = expr.body.at(-1);
  const { value } = expr;
  if (last?.op === 'setLocal' && value.op === 'local' && last.local.id === value.local.id && !context.localsInFrame) {
    context.emitStatements(expr.body.slice(0, -1));
    emitExpression(context, last.value);
    context.localTee(last.local.id);
    return;
  }
  context.emitStatements(expr.body);
  emitExpression(context, value);
}

function emitOpcode(context: FunctionContext, opcode: number): void {
  if (opcode >= 0x100) {
    context.code.byte(op.misc);
    context.code.u32(opcode - 0x100);
  } else context.code.byte(opcode);
}

export function emitConstant(context: FunctionContext, type: NumType, value: number | bigint): void {
  const { code } = context;
  switch (type) {
    case 'i32':
      context.i32(typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value);
      return;
    case 'i64':
      code.byte(op.i64Const);
      code.s64(BigInt(value));
      return;
    case 'f32':
      code.byte(op.f32Const);
      code.f32(Number(value));
      return;
    case 'f64':
      code.byte(op.f64Const);
      code.f64(Number(value));
      return;
  }
}

export function emitLoad(context: FunctionContext, type: NumType, mem: MemType, offset: number): void {
  context.code.byte(loadOpcode(type, mem));
  context.code.u32(0);
  context.code.u32(offset);
}

/** The alignment hint is 0 (any): structures of foreign layouts need not be aligned. */
export function emitStore(context: FunctionContext, type: NumType, mem: MemType, offset: number): void {
  context.code.byte(storeOpcode(type, mem));
  context.code.u32(0);
  context.code.u32(offset);
}

/** Leaves a cell's base address; its offset goes into the instruction. */
export function emitCellBase(context: FunctionContext, cell: IrCell): void {
  if (cell.base === 'absolute') context.i32(0);
  else context.localGet(cell.base === 'instance' ? 0 : context.framePointer);
}

export const cellOffset = (context: FunctionContext, cell: IrCell): number =>
  cell.base === 'frame' ? cell.offset + context.frameBase : cell.offset;

function emitLoadCell(context: FunctionContext, type: NumType, cell: IrCell): void {
  emitCellBase(context, cell);
  emitLoad(context, type, cell.mem, cellOffset(context, cell));
  if (cell.bit === undefined) return;
  if (cell.bit > 0) {
    context.i32(cell.bit);
    context.code.byte(binaryOpcode['i32.shr_u']);
  }
  context.i32(1);
  context.code.byte(binaryOpcode['i32.and']);
}

const limits: ReadonlySet<BinaryOp> = new Set(['f32.min', 'f32.max', 'f64.min', 'f64.max']);

function emitBinary(context: FunctionContext, binary: BinaryOp, left: IrExpr, right: IrExpr): void {
  if (binary === 'i32.div_s' || binary === 'i64.div_s') {
    emitSignedDivision(context, binary === 'i32.div_s' ? 'i32' : 'i64', left, right);
    return;
  }
  if (limits.has(binary) && emitLimit(context, binary, left, right)) return;
  emitExpression(context, left);
  if (binary === 'f32.copysign' || binary === 'f64.copysign') emitCanonical(context, right);
  else emitExpression(context, right);
  context.code.byte(binaryOpcode[binary]);
}

/**
 * `min` and `max` with a constant other than zero as a comparison and a choice, which processors foresee: the instruction has to
 * tell zeros apart and takes longer. NaN is neither less nor greater and stays. False where the constant is something else.
 */
function emitLimit(context: FunctionContext, binary: BinaryOp, left: IrExpr, right: IrExpr): boolean {
  const [value, limit] = right.op === 'const' ? [left, right] : [right, left];
  if (limit.op !== 'const' || value.op === 'const') return false;
  const bound = Number(limit.value);
  if (bound === 0 || Number.isNaN(bound)) return false;
  const type = value.type as 'f32' | 'f64';
  const temporary = context.temporary(type);
  emitExpression(context, value);
  context.localSet(temporary);
  emitExpression(context, limit);
  context.localGet(temporary);
  context.localGet(temporary);
  emitExpression(context, limit);
  context.code.byte(binaryOpcode[`${type}.${binary.endsWith('.max') ? 'lt' : 'gt'}` as BinaryOp]);
  context.code.byte(op.select);
  context.release(type, temporary);
  return true;
}

/**
 * Emits a value whose bits will be seen: stored, or taken apart. Processors differ in the sign and payload of the NaN that
 * arithmetic gives; here it becomes the positive quiet NaN, so that a run gives the same bytes everywhere. That holds for
 * copies too: a NaN that was put into memory as bits becomes canonical when it is assigned, whether the value comes from
 * memory, from a local that stands for it, or out of a choice that the optimiser took away. Structures and arrays are
 * copied as bytes.
 */
export function emitCanonical(context: FunctionContext, expr: IrExpr): void {
  emitExpression(context, expr);
  const { type } = expr;
  if (type === 'i32' || type === 'i64' || neverNaN(expr)) return;
  const temporary = context.temporary(type);
  context.localTee(temporary);
  emitConstant(context, type, NaN);
  context.localGet(temporary);
  context.localGet(temporary);
  context.code.byte(binaryOpcode[`${type}.ge`]);
  context.code.byte(op.select);
  context.release(type, temporary);
}

/** The value is a number, or the canonical NaN. */
function neverNaN(expr: IrExpr): boolean {
  switch (expr.op) {
    case 'const':
      return true;
    case 'unary':
      return (
        expr.code.includes('.convert_') ||
        (/\.(abs|neg|ceil|floor|trunc|nearest)$/.test(expr.code) && isNumber(expr.value))
      );
    case 'binary':
      return /\.(min|max)$/.test(expr.code) && isNumber(expr.left) && isNumber(expr.right);
    case 'cond':
      return neverNaN(expr.then) && neverNaN(expr.otherwise);
    case 'seq':
      return neverNaN(expr.value);
    default:
      return false;
  }
}

const isNumber = (expr: IrExpr): boolean => neverNaN(expr) && !(expr.op === 'const' && Number.isNaN(expr.value));

/** The machine instruction traps at least / -1, where the IR wraps: -1 negates instead. */
function emitSignedDivision(context: FunctionContext, type: 'i32' | 'i64', left: IrExpr, right: IrExpr): void {
  const { code } = context;
  emitExpression(context, left);
  if (right.op === 'const') {
    if (BigInt(right.value) === -1n) {
      const temporary = context.temporary(type);
      context.localSet(temporary);
      emitConstant(context, type, 0);
      context.localGet(temporary);
      code.byte(binaryOpcode[`${type}.sub`]);
      context.release(type, temporary);
      return;
    }
    emitExpression(context, right);
    code.byte(binaryOpcode[`${type}.div_s`]);
    return;
  }
  const dividend = context.temporary(type);
  const divisor = context.temporary(type);
  context.localSet(dividend);
  emitExpression(context, right);
  context.localTee(divisor);
  emitConstant(context, type, -1);
  code.byte(binaryOpcode[`${type}.eq`]);
  context.openBlock(op.if, valueType[type]);
  emitConstant(context, type, 0);
  context.localGet(dividend);
  code.byte(binaryOpcode[`${type}.sub`]);
  code.byte(op.else);
  context.localGet(dividend);
  context.localGet(divisor);
  code.byte(binaryOpcode[`${type}.div_s`]);
  context.closeBlock();
  context.release(type, dividend);
  context.release(type, divisor);
}

export function emitCall(context: FunctionContext, callee: string, args: readonly IrExpr[]): void {
  for (const argument of args) emitExpression(context, argument);
  context.code.byte(op.call);
  context.code.u32(context.module.functionIndex(callee));
}

export function emitHostCall(context: FunctionContext, callee: HostFunctionName, args: readonly IrExpr[]): void {
  for (const argument of args) emitExpression(context, argument);
  context.code.byte(op.call);
  context.code.u32(context.module.hostIndex(callee));
}

export function emitMemoryCopy(context: FunctionContext): void {
  context.code.byte(op.misc);
  context.code.u32(misc.memoryCopy);
  context.code.byte(0);
  context.code.byte(0);
}

export function emitMemoryFill(context: FunctionContext): void {
  context.code.byte(op.misc);
  context.code.u32(misc.memoryFill);
  context.code.byte(0);
}
