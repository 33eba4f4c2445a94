import type { IrFunction, IrLocal, IrStmt, NumType, SiteId } from '../ir/ir.js';
import type { HostFunctionName } from '../../model/host-function.js';
import { ByteWriter } from './byte-writer.js';
import { emptyBlock, op, v128Type, valueType } from './opcodes.js';

/** What a function body needs to know of the module around it. */
export interface ModuleContext {
  readonly instrument: boolean;
  readonly stackLimit: number;
  siteNumber(site: SiteId): number;
  /** Index of a function of the module in the function index space. */
  readonly functionIndex: (name: string) => number;
  hasResult(name: string): boolean;
  hostIndex(name: HostFunctionName): number;
  hostHasResult(name: HostFunctionName): boolean;
  /** Type index of the block type `() -> (i32, i32)`. */
  readonly faultBlockType: number;
}

export type TemporaryType = NumType | 'v128';

/** Where a label's block stands, and how to continue there. */
export interface LabelTarget {
  /** Value of `depth` inside the block. */
  readonly depth: number;
  /** Backward jump to a segment: the state to set first. */
  readonly state?: { readonly local: number; readonly value: number };
}

/** State while one function's body is written. */
export class FunctionContext {
  readonly code = new ByteWriter(1024);
  /** Open structured instructions. The fault block is number 1. */
  depth = 1;
  usesFault = false;
  /** Depth inside the block that faults leave. */
  faultDepth = 1;
  readonly labels = new Map<string, LabelTarget>();
  /** Jump labels: from segment numbers to targets differ by place, so they are looked up apart. */
  readonly gotos = new Map<string, LabelTarget>();
  /** Local that holds the frame address; -1 without a frame. */
  framePointer = -1;
  private readonly extra: TemporaryType[] = [];
  private readonly free: Record<TemporaryType, number[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };

  constructor(
    readonly module: ModuleContext,
    readonly fn: IrFunction,
    /** Bytes that the frame takes, with what the instrumented form adds. */
    readonly frameSize: number,
    /** Offset of the IR's frame within it. */
    readonly frameBase: number,
    /** Instrumented form: locals live in the frame, where the debugger reads and changes them. */
    readonly localsInFrame: boolean,
    private readonly statements: (context: FunctionContext, body: readonly IrStmt[]) => void,
  ) {}

  emitStatements(body: readonly IrStmt[]): void {
    this.statements(this, body);
  }

  /** A local of its own until `release`. */
  temporary(type: TemporaryType): number {
    const known = this.free[type].pop();
    if (known !== undefined) return known;
    this.extra.push(type);
    return this.fn.locals.length + this.extra.length - 1;
  }

  release(type: TemporaryType, local: number): void {
    this.free[type].push(local);
  }

  openBlock(opcode: number, type = emptyBlock): void {
    this.code.byte(opcode);
    this.code.byte(type);
    this.depth += 1;
  }

  closeBlock(): void {
    this.code.byte(op.end);
    this.depth -= 1;
  }

  /** `br` or `br_if` to a block whose inside has depth `target`. */
  branch(target: number, opcode: number = op.br): void {
    this.code.byte(opcode);
    this.code.u32(this.depth - target);
  }

  localGet(index: number): void {
    this.code.byte(op.localGet);
    this.code.u32(index);
  }

  localSet(index: number): void {
    this.code.byte(op.localSet);
    this.code.u32(index);
  }

  localTee(index: number): void {
    this.code.byte(op.localTee);
    this.code.u32(index);
  }

  i32(value: number): void {
    this.code.byte(op.i32Const);
    this.code.s32(value);
  }

  /** Leaves with a fault where the i32 condition that `condition` writes is not zero. Fault calls stand at the function's end. */
  faultIf(codeNumber: number, site: SiteId, condition: () => void): void {
    this.usesFault = true;
    this.i32(codeNumber);
    this.i32(this.module.siteNumber(site));
    condition();
    this.branch(this.faultDepth, op.brIf);
    this.code.byte(op.drop);
    this.code.byte(op.drop);
  }

  /** Leaves with a fault. */
  fault(codeNumber: number, site: SiteId): void {
    this.usesFault = true;
    this.i32(codeNumber);
    this.i32(this.module.siteNumber(site));
    this.branch(this.faultDepth);
  }

  /** Locals beyond the parameters as runs, in the binary format. */
  localDeclarations(): ByteWriter {
    const types = [...this.fn.locals.slice(this.fn.paramCount).map((local: IrLocal) => local.type), ...this.extra];
    const runs: { type: TemporaryType; count: number }[] = [];
    for (const type of types) {
      const last = runs.at(-1);
      if (last?.type === type) last.count += 1;
      else runs.push({ type, count: 1 });
    }
    const out = new ByteWriter(8 + runs.length * 2);
    out.u32(runs.length);
    for (const run of runs) {
      out.u32(run.count);
      out.byte(run.type === 'v128' ? v128Type : valueType[run.type]);
    }
    return out;
  }
}
