import type { IrFunction, IrModule, NumType } from '../ir/ir.js';

/**
 * A frame of the instrumented form, from its lowest address: u32 index of the function in `IrModule.functions`, u32 size of
 * the frame (the caller's frame begins there), u32 instance address or 0, u32 site of the statement that runs; then eight
 * bytes for each local, then the frame of the IR. The newest frame is at the exported global `stackPointer`; the outermost
 * ends at `stackTop`. Trusted functions keep their locals to themselves, and those without a frame of the IR have none.
 */
export const frameHeader = { functionIndex: 0, size: 4, instance: 8, site: 12, bytes: 16 } as const;

export const localOffset = (id: number): number => frameHeader.bytes + id * 8;

export interface FrameLayout {
  readonly size: number;
  /** Offset of the IR's frame. */
  readonly base: number;
  readonly header: boolean;
  readonly localsInFrame: boolean;
}

export function frameLayout(fn: IrFunction, instrument: boolean): FrameLayout {
  if (!instrument || (fn.trusted && fn.frameSize === 0)) {
    return { size: fn.frameSize, base: 0, header: false, localsInFrame: false };
  }
  const localsInFrame = fn.trusted !== true;
  const base = localsInFrame ? localOffset(fn.locals.length) : frameHeader.bytes;
  return { size: base + fn.frameSize, base, header: true, localsInFrame };
}

/** What a debugger needs to read the locals of a function's frame. */
export interface DebugFrame {
  readonly functionName: string;
  readonly locals: readonly { readonly name: string; readonly type: NumType; readonly offset: number }[];
}

/** By function index, for the instrumented form. */
export function debugFrames(module: IrModule): readonly DebugFrame[] {
  return module.functions.map((fn) => ({
    functionName: fn.name,
    locals: fn.trusted
      ? []
      : fn.locals.map((local) => ({ name: local.name, type: local.type, offset: localOffset(local.id) })),
  }));
}
