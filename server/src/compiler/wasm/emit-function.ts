import type { IrFunction } from '../ir/ir.js';
import { ByteWriter } from './byte-writer.js';
import { emitStore } from './emit-expression.js';
import { emitFrameExit, emitStatements } from './emit-statement.js';
import { frameHeader, frameLayout, localOffset } from './frame-layout.js';
import { FunctionContext, type ModuleContext } from './function-context.js';
import { binaryOpcode, op } from './opcodes.js';

/** The code entry of one function: local declarations and instructions, without the size in front. */
export function emitFunction(module: ModuleContext, fn: IrFunction, index: number): ByteWriter {
  const layout = frameLayout(fn, module.instrument);
  const context = new FunctionContext(module, fn, layout.size, layout.base, layout.localsInFrame, emitStatements);
  if (layout.size > 0) emitFrameEntry(context);
  if (layout.header) emitFrameHeader(context, index, layout.localsInFrame);
  emitStatements(context, fn.body);
  const { code } = context;
  const falls = fn.result === undefined;
  if (falls) emitFrameExit(context);
  // A function with a result returns by `return` on every path.
  else code.byte(op.unreachable);
  const out = new ByteWriter(code.length + 64);
  out.append(context.localDeclarations());
  if (context.usesFault) {
    out.byte(op.block);
    // An index of a type as a block type is a signed number.
    out.s32(module.faultBlockType);
    out.append(code);
    if (falls) out.byte(op.return);
    out.byte(op.end);
    out.byte(op.call);
    out.u32(module.hostIndex('fault'));
    out.byte(op.unreachable);
  } else out.append(code);
  out.byte(op.end);
  return out;
}

/** Takes the frame from the linear stack; R4004 where it does not fit. */
function emitFrameEntry(context: FunctionContext): void {
  const { code, fn, module } = context;
  context.framePointer = context.temporary('i32');
  code.byte(op.globalGet);
  code.u32(0);
  context.i32(context.frameSize);
  code.byte(binaryOpcode['i32.sub']);
  context.localSet(context.framePointer);
  const firstSite = fn.body.find((statement) => statement.site !== undefined)?.site ?? -1;
  context.faultIf(4004, firstSite, () => {
    context.localGet(context.framePointer);
    context.i32(module.stackLimit);
    code.byte(binaryOpcode['i32.lt_s']);
  });
  context.localGet(context.framePointer);
  code.byte(op.globalSet);
  code.u32(0);
}

function emitFrameHeader(context: FunctionContext, index: number, localsInFrame: boolean): void {
  const { fn } = context;
  const word = (offset: number, value: () => void): void => {
    context.localGet(context.framePointer);
    value();
    emitStore(context, 'i32', 'i32', offset);
  };
  word(frameHeader.functionIndex, () => context.i32(index));
  word(frameHeader.size, () => context.i32(context.frameSize));
  word(frameHeader.instance, () => (fn.hasInstance ? context.localGet(0) : context.i32(0)));
  word(frameHeader.site, () => context.i32(-1));
  if (!localsInFrame) return;
  for (const local of fn.locals) {
    context.localGet(context.framePointer);
    // Other locals than parameters are zero here.
    context.localGet(local.id);
    emitStore(context, local.type, local.type, localOffset(local.id));
  }
}
