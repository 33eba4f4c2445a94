import type { SourceSpan } from '../../model/source-span.js';
import type { BlockSymbol, Scope, VariableSymbol } from '../check/symbols.js';
import type { Expression } from '../syntax/ast.js';
import type { IrExpr, IrFunction, IrLocal, IrStmt, NumType } from '../ir/ir.js';
import { alignUp } from '../check/type-size.js';
import { createDomain, type AliasDomain } from './alias.js';
import { seq } from '../ir/make.js';
import type { Lowering } from './lowering.js';
import type { Operand, Place } from './operand.js';

/** A loop around the statement being lowered. */
export interface LoopFrame {
  readonly exit: string;
  readonly next: string;
  nextUsed: boolean;
}

/** Builds one IR function: its locals, its frame, and the statement list that is being written. */
export class FunctionBuilder {
  readonly locals: IrLocal[] = [];
  /** Where variables of this function lie. */
  readonly places = new Map<VariableSymbol, Place>();
  /** Frame bytes that stand for locals which a call gets by reference, and the call they belong to. */
  readonly sharedTemporaries = new Map<IrLocal, { readonly call: object; readonly offset: number }>();
  /** What the names of variables mean here, as far as it has been worked out. */
  readonly operands = new Map<VariableSymbol, Operand>();
  /** Let temporaries by folded name. */
  readonly lets = new Map<string, VariableSymbol>();
  /** Bounds of ARRAY[*] parameters. */
  readonly openBounds = new Map<VariableSymbol, readonly { readonly low: IrExpr; readonly high: IrExpr }[]>();
  readonly loops: LoopFrame[] = [];
  /** Jump labels of the statement lists around, innermost last: folded name to IR label. */
  readonly labels: Map<string, string>[] = [];
  readonly frameDomain: AliasDomain;
  /** Local variables that wait until all parameters have their wasm locals. */
  readonly deferred: (() => void)[] = [];
  /** Initial values are written, to constants too. */
  initializing = false;
  /** Target of the assignment that was begun last. */
  written: Expression | undefined;
  paramCount = 0;
  result: NumType | undefined;
  /** Statements before each return: output parameters. */
  epilogue: (() => void) | undefined;
  /** Runs before everything else. */
  readonly prologue: IrStmt[] = [];
  private out: IrStmt[] = [];
  private frameTop = 0;
  private frameHigh = 0;
  private frameFloor = 0;
  private labelCount = 0;
  private resultLocal: (() => IrExpr) | undefined;
  private lastSite: { readonly span: SourceSpan; readonly id: number } | undefined;

  constructor(
    readonly c: Lowering,
    readonly name: string,
    public scope: Scope,
    /** Parameter 0 is an instance of this block. */
    readonly instance: BlockSymbol | undefined,
    readonly pouName: string,
    readonly trusted: boolean,
  ) {
    this.frameDomain = createDomain(`frame of ${name}`);
    if (instance) this.parameter('i32', 'this');
  }

  parameter(type: NumType, name: string): IrLocal {
    this.paramCount += 1;
    return this.local(type, name);
  }

  local(type: NumType, name: string): IrLocal {
    const local: IrLocal = { id: this.locals.length, name, type };
    this.locals.push(local);
    return local;
  }

  label(hint: string): string {
    this.labelCount += 1;
    return `${hint}${this.labelCount}`;
  }

  /** Offset of fresh bytes in the frame. */
  frameBytes(size: number, align = 8): number {
    const offset = alignUp(this.frameTop, Math.min(align, 8));
    this.frameTop = offset + size;
    this.frameHigh = Math.max(this.frameHigh, this.frameTop);
    return offset;
  }

  /** Scratch that one statement takes is free again after it. */
  frameMark(): number {
    return this.frameTop;
  }

  frameRelease(mark: number): void {
    this.frameTop = Math.max(mark, this.frameFloor);
  }

  /** What is in the frame now stays to the end. */
  frameKeep(): void {
    this.frameFloor = this.frameTop;
  }

  scratch(size: number): IrExpr {
    return { op: 'frame', type: 'i32', offset: this.frameBytes(size) };
  }

  emit(statement: IrStmt): void {
    this.out.push(statement);
  }

  /** Statements that `body` emits, instead of among the current ones. */
  capture(body: () => void): IrStmt[] {
    const outer = this.out;
    const inner: IrStmt[] = [];
    this.out = inner;
    try {
      body();
    } finally {
      this.out = outer;
    }
    return inner;
  }

  /** A value whose statements stay with it, so that everything happens in order of evaluation. */
  sequence(body: () => IrExpr): IrExpr {
    let value: IrExpr | undefined;
    const statements = this.capture(() => {
      value = body();
    });
    return seq(statements, value!);
  }

  /** Puts a value into a fresh local, to use it more than once; cheap ones stay as they are. */
  once(value: IrExpr, hint: string): IrExpr {
    if (value.op === 'const' || value.op === 'instance' || value.op === 'frame') return value;
    const local = this.local(value.type, hint);
    this.emit({ op: 'setLocal', local, value });
    return { op: 'local', type: value.type, local };
  }

  /** Number of statements so far: where the next one will stand. */
  get position(): number {
    return this.out.length;
  }

  /** Notes the source statement that the IR statement at a position begins. */
  siteAt(position: number, site: number): void {
    const statement = this.out[position];
    if (statement) (statement as { site?: number }).site ??= site;
  }

  site(span: SourceSpan): number {
    if (this.trusted) return -1;
    const last = this.lastSite;
    if (last && last.span.start === span.start && last.span.source === span.source) return last.id;
    const id = this.c.site(span, this.pouName);
    this.lastSite = { span, id };
    return id;
  }

  setResult(value: () => IrExpr): void {
    this.resultLocal = value;
  }

  /** Leaves the function, with its outputs and result. */
  emitReturn(): void {
    this.epilogue?.();
    const value = this.resultLocal?.();
    this.emit(value ? { op: 'return', value } : { op: 'return' });
  }

  finish(): IrFunction {
    return {
      name: this.name,
      hasInstance: this.instance !== undefined,
      paramCount: this.paramCount,
      locals: this.locals,
      ...(this.result && { result: this.result }),
      frameSize: alignUp(this.frameHigh, 8),
      body: this.prologue.length > 0 ? [...this.prologue, ...this.out] : this.out,
      ...(this.trusted && { trusted: true as const }),
    };
  }
}
