import type { IrExpr, IrStmt } from '../ir/ir.js';
import { simplifyNode } from '../ir/optimize/simplify-expression.js';
import { walkStatements } from '../ir/walk.js';
import type { HostFunctionName } from '../../model/host-function.js';
import {
  cellOffset,
  emitCall,
  emitCanonical,
  emitCellBase,
  emitExpression,
  emitHostCall,
  emitLoad,
  emitMemoryFill,
  emitStore,
} from './emit-expression.js';
import { emitCopy } from './emit-copy.js';
import { emitLabels } from './emit-labels.js';
import { emitSwitch } from './emit-switch.js';
import { emitVectorLoop } from './emit-vector.js';
import { frameHeader, localOffset } from './frame-layout.js';
import type { FunctionContext } from './function-context.js';
import { binaryOpcode, op } from './opcodes.js';

export function emitStatements(context: FunctionContext, body: readonly IrStmt[]): void {
  for (const statement of body) emitStatement(context, statement);
}

function emitStatement(context: FunctionContext, statement: IrStmt): void {
  const { code } = context;
  if (context.module.instrument && statement.site !== undefined && statement.site >= 0)
    emitHook(context, context.module.siteNumber(statement.site));
  switch (statement.op) {
    case 'setLocal':
      if (context.localsInFrame) {
        context.localGet(context.framePointer);
        emitExpression(context, statement.value);
        emitStore(context, statement.local.type, statement.local.type, localOffset(statement.local.id));
        return;
      }
      emitExpression(context, statement.value);
      context.localSet(statement.local.id);
      return;
    case 'storeCell':
      emitStoreCell(context, statement);
      return;
    case 'store':
      emitExpression(context, statement.address);
      emitCanonical(context, statement.value);
      emitStore(context, statement.value.type, statement.mem, statement.offset);
      return;
    case 'vectorLoop':
      emitVectorLoop(context, statement);
      return;
    case 'copy':
      emitCopy(context, statement);
      return;
    case 'fill':
      emitExpression(context, statement.to);
      emitExpression(context, statement.byte);
      emitExpression(context, statement.size);
      emitMemoryFill(context);
      return;
    case 'if':
      emitExpression(context, statement.test);
      context.openBlock(op.if);
      emitStatements(context, statement.then);
      if (statement.otherwise.length > 0) {
        code.byte(op.else);
        emitStatements(context, statement.otherwise);
      }
      context.closeBlock();
      return;
    case 'block':
    case 'loop':
      if (statement.op === 'loop' && emitRotated(context, statement)) return;
      context.openBlock(statement.op === 'block' ? op.block : op.loop);
      context.labels.set(statement.label, { depth: context.depth });
      emitStatements(context, statement.body);
      context.closeBlock();
      return;
    case 'br':
      context.branch(context.labels.get(statement.label)!.depth);
      return;
    case 'switch':
      emitSwitch(context, statement);
      return;
    case 'labels':
      emitLabels(context, statement.segments);
      return;
    case 'goto': {
      const target = context.gotos.get(statement.label)!;
      if (target.state) {
        context.i32(target.state.value);
        context.localSet(target.state.local);
      }
      context.branch(target.depth);
      return;
    }
    case 'call':
      emitCall(context, statement.callee, statement.args);
      if (context.module.hasResult(statement.callee)) code.byte(op.drop);
      return;
    case 'callHost':
      emitHostCall(context, statement.callee as HostFunctionName, statement.args);
      if (context.module.hostHasResult(statement.callee as HostFunctionName)) code.byte(op.drop);
      return;
    case 'drop':
      emitExpression(context, statement.value);
      code.byte(op.drop);
      return;
    case 'return':
      emitReturn(context, statement.value);
      return;
    case 'fault':
      context.fault(Number(statement.code.slice(1)), statement.faultSite);
      return;
    case 'faultScope':
      emitFaultScope(context, statement.body, statement.flush);
      return;
    case 'nop':
      return;
  }
}

/** Nodes of a loop's test that may stand in the code twice. */
const maxTestSize = 12;

/**
 * `loop { if test { leave }; body; br loop }` with the test at the end as well, so that a turn takes one branch. False where
 * the loop has another shape, or where something in the body starts it anew.
 */
function emitRotated(context: FunctionContext, loop: IrStmt & { op: 'loop' }): boolean {
  const [first] = loop.body;
  const last = loop.body.at(-1);
  if (context.module.instrument || first?.op !== 'if' || first.otherwise.length > 0) return false;
  if (last?.op !== 'br' || last.label !== loop.label || first.then.at(-1)?.op !== 'br') return false;
  let size = 0;
  let restarts = 0;
  walkStatements([{ op: 'drop', value: first.test }], { expression: () => (size += 1) });
  walkStatements(loop.body, {
    statement: (inner) => inner.op === 'br' && inner.label === loop.label && (restarts += 1),
  });
  if (size > maxTestSize || restarts !== 1) return false;
  context.openBlock(op.block);
  const outside = context.depth;
  emitExpression(context, first.test);
  context.branch(outside, op.brIf);
  context.openBlock(op.loop);
  const again = context.depth;
  emitStatements(context, loop.body.slice(1, -1));
  emitExpression(context, simplifyNode({ op: 'unary', type: 'i32', code: 'i32.eqz', value: first.test }));
  context.branch(again, op.brIf);
  context.closeBlock();
  context.closeBlock();
  emitStatements(context, first.then);
  return true;
}

/** Faults in the body branch to a block of its own, which runs `flush` with code and site waiting on the stack. */
function emitFaultScope(context: FunctionContext, body: readonly IrStmt[], flush: readonly IrStmt[]): void {
  const { code } = context;
  const outer = context.faultDepth;
  context.openBlock(op.block);
  const afterDepth = context.depth;
  code.byte(op.block);
  code.s32(context.module.faultBlockType);
  context.depth += 1;
  context.faultDepth = context.depth;
  context.usesFault = false;
  emitStatements(context, body);
  context.branch(afterDepth);
  context.closeBlock();
  context.faultDepth = outer;
  if (context.usesFault) emitStatements(context, flush);
  context.branch(outer);
  context.usesFault = true;
  context.closeBlock();
}

function emitHook(context: FunctionContext, site: number): void {
  if (!context.localsInFrame) return;
  context.localGet(context.framePointer);
  context.i32(site);
  emitStore(context, 'i32', 'i32', frameHeader.site);
  context.i32(site);
  context.code.byte(op.call);
  context.code.u32(context.module.hostIndex('hook'));
}

function emitStoreCell(context: FunctionContext, statement: IrStmt & { op: 'storeCell' }): void {
  const { code } = context;
  const { cell, value } = statement;
  if (cell.bit === undefined) {
    emitCellBase(context, cell);
    emitCanonical(context, value);
    emitStore(context, value.type, cell.mem, cellOffset(context, cell));
    return;
  }
  // The value first: its calls may change other bits of the same byte.
  const bit = context.temporary('i32');
  emitExpression(context, value);
  context.localSet(bit);
  emitCellBase(context, cell);
  emitCellBase(context, cell);
  emitLoad(context, 'i32', 'u8', cellOffset(context, cell));
  context.i32(0xff ^ (1 << cell.bit));
  code.byte(binaryOpcode['i32.and']);
  context.localGet(bit);
  if (cell.bit > 0) {
    context.i32(cell.bit);
    code.byte(binaryOpcode['i32.shl']);
  }
  code.byte(binaryOpcode['i32.or']);
  emitStore(context, 'i32', 'u8', cellOffset(context, cell));
  context.release('i32', bit);
}

function emitReturn(context: FunctionContext, value: IrExpr | undefined): void {
  if (value) emitExpression(context, value);
  emitFrameExit(context);
  context.code.byte(op.return);
}

/** Gives the frame back; leaves the operand stack alone. */
export function emitFrameExit(context: FunctionContext): void {
  if (context.framePointer < 0) return;
  context.localGet(context.framePointer);
  context.i32(context.frameSize);
  context.code.byte(binaryOpcode['i32.add']);
  context.code.byte(op.globalSet);
  context.code.u32(0);
}
