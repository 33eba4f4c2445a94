import type {
  IrCell,
  IrExpr,
  IrFunction,
  IrModule,
  IrStmt,
  MemType,
  NumType,
} from '../../server/src/compiler/ir/ir.js';
import { binaryOperation, unaryOperation, type IrValue } from './ir-arithmetic.js';

/** What the host gives: the functions of model/host-function.ts, working on the same memory. */
export type InterpreterHost = Readonly<Record<string, (...args: never[]) => number | bigint | undefined>>;

/** A checked fault, as the emitted code reports it to `env.fault`. */
/** The program does more than a test can wait for. */
export class TooManySteps extends Error {
  constructor(steps: number) {
    super(`more than ${steps} steps`);
  }
}

export class InterpretedFault extends Error {
  constructor(
    readonly code: number,
    readonly site: number,
  ) {
    super(`fault ${code} at site ${site}`);
  }
}

type Completion =
  | { readonly kind: 'br' | 'goto'; readonly label: string }
  | { readonly kind: 'return'; readonly value: IrValue | undefined };

/** A completion on its way out of an expression. */
class Jump extends Error {
  constructor(readonly completion: Completion) {
    super('jump');
  }
}

interface Frame {
  readonly locals: IrValue[];
  readonly framePointer: number;
}

export interface IrInterpreter {
  init(): void;
  /** Runs the entry exported under this name. */
  run(exportName: string): void;
  call(name: string, args: readonly IrValue[]): IrValue | undefined;
}

/**
 * Runs the IR directly on a memory, one operation at a time, as ir.ts describes it. It shares no code with the emitter: the
 * two check each other. `maxSteps` statements at most, then an error.
 */
export function createInterpreter(
  module: IrModule,
  memory: { readonly buffer: ArrayBufferLike },
  host: InterpreterHost,
  maxSteps = 10_000_000,
): IrInterpreter {
  const functions = new Map(module.functions.map((fn) => [fn.name, fn]));
  let stackPointer = module.stackTop;
  let steps = 0;
  const view = (): DataView => new DataView(memory.buffer);

  function call(name: string, args: readonly IrValue[]): IrValue | undefined {
    const fn = functions.get(name);
    if (!fn) throw new Error(`no function ${name}`);
    const saved = stackPointer;
    if (fn.frameSize > 0) {
      if (stackPointer - fn.frameSize < module.stackLimit) throw new InterpretedFault(4004, firstSite(fn));
      stackPointer -= fn.frameSize;
    }
    const locals = fn.locals.map((local, index): IrValue => args[index] ?? (local.type === 'i64' ? 0n : 0));
    const completion = guarded(() => execute(fn.body, { locals, framePointer: stackPointer }));
    stackPointer = saved;
    return completion?.kind === 'return' ? completion.value : undefined;
  }

  /** Turns a jump out of an expression back into a completion. */
  function guarded(run: () => Completion | undefined): Completion | undefined {
    try {
      return run();
    } catch (error) {
      if (error instanceof Jump) return error.completion;
      throw error;
    }
  }

  function execute(body: readonly IrStmt[], frame: Frame): Completion | undefined {
    for (const statement of body) {
      const completion = step(statement, frame);
      if (completion) return completion;
    }
    return undefined;
  }

  function step(statement: IrStmt, frame: Frame): Completion | undefined {
    if (++steps > maxSteps) throw new TooManySteps(maxSteps);
    switch (statement.op) {
      case 'setLocal':
        frame.locals[statement.local.id] = evaluate(statement.value, frame);
        return undefined;
      case 'storeCell': {
        const value = evaluate(statement.value, frame);
        writeCell(statement.cell, value, frame);
        return undefined;
      }
      case 'store': {
        const address = int(statement.address, frame) >>> 0;
        write(statement.mem, address + statement.offset, evaluate(statement.value, frame));
        return undefined;
      }
      case 'copy': {
        const [to, from, size] = [statement.to, statement.from, statement.size].map((e) => int(e, frame) >>> 0) as [
          number,
          number,
          number,
        ];
        new Uint8Array(memory.buffer).copyWithin(to, from, from + size);
        return undefined;
      }
      case 'fill': {
        const [to, byte, size] = [statement.to, statement.byte, statement.size].map((e) => int(e, frame) >>> 0) as [
          number,
          number,
          number,
        ];
        new Uint8Array(memory.buffer).fill(byte & 0xff, to, to + size);
        return undefined;
      }
      case 'if':
        return execute(int(statement.test, frame) !== 0 ? statement.then : statement.otherwise, frame);
      case 'block': {
        const completion = guarded(() => execute(statement.body, frame));
        return completion?.kind === 'br' && completion.label === statement.label ? undefined : completion;
      }
      case 'loop':
        for (;;) {
          const completion = guarded(() => execute(statement.body, frame));
          if (completion?.kind !== 'br' || completion.label !== statement.label) return completion;
        }
      case 'br':
      case 'goto':
        return { kind: statement.op, label: statement.label };
      case 'switch': {
        const selector = BigInt(evaluate(statement.selector, frame));
        const found = statement.cases.find((one) =>
          one.ranges.some(([low, high]) => selector >= low && selector <= high),
        );
        return execute(found ? found.body : statement.otherwise, frame);
      }
      case 'labels':
        return runSegments(statement.segments, frame);
      case 'call':
        call(
          statement.callee,
          statement.args.map((argument) => evaluate(argument, frame)),
        );
        return undefined;
      case 'callHost':
        callHost(statement.callee, statement.args, frame);
        return undefined;
      case 'drop':
        evaluate(statement.value, frame);
        return undefined;
      case 'return':
        return { kind: 'return', value: statement.value && evaluate(statement.value, frame) };
      case 'fault':
        throw new InterpretedFault(Number(statement.code.slice(1)), statement.faultSite);
      case 'vectorLoop':
        throw new Error('The interpreter runs what lowering makes, before optimisation.');
      case 'faultScope':
        try {
          return guarded(() => execute(statement.body, frame));
        } catch (error) {
          if (error instanceof InterpretedFault) execute(statement.flush, frame);
          throw error;
        }
      case 'nop':
        return undefined;
    }
  }

  function runSegments(segments: (IrStmt & { op: 'labels' })['segments'], frame: Frame): Completion | undefined {
    let at = 0;
    while (at < segments.length) {
      const body = segments[at]!.body;
      const completion = guarded(() => execute(body, frame));
      if (!completion) {
        at += 1;
        continue;
      }
      const target =
        completion.kind === 'goto' ? segments.findIndex((segment) => segment.label === completion.label) : -1;
      if (target < 0) return completion;
      at = target;
      if (++steps > maxSteps) throw new TooManySteps(maxSteps);
    }
    return undefined;
  }

  function callHost(name: string, args: readonly IrExpr[], frame: Frame): IrValue | undefined {
    const values = args.map((argument) => evaluate(argument, frame));
    const fn = host[name] as ((...values: IrValue[]) => IrValue | undefined) | undefined;
    if (!fn) throw new Error(`no host function ${name}`);
    return fn(...values);
  }

  const int = (expr: IrExpr, frame: Frame): number => evaluate(expr, frame) as number;

  function evaluate(expr: IrExpr, frame: Frame): IrValue {
    switch (expr.op) {
      case 'const':
        if (expr.type === 'i64') return BigInt.asIntN(64, BigInt(expr.value));
        if (expr.type === 'i32') return Number(expr.value) | 0;
        return expr.type === 'f32' ? Math.fround(Number(expr.value)) : Number(expr.value);
      case 'local':
        return frame.locals[expr.local.id]!;
      case 'loadCell': {
        const byte = read(expr.type, expr.cell.mem, cellAddress(expr.cell, frame));
        return expr.cell.bit === undefined ? byte : ((byte as number) >> expr.cell.bit) & 1;
      }
      case 'load':
        return read(expr.type, expr.mem, (int(expr.address, frame) >>> 0) + expr.offset);
      case 'instance':
        return frame.locals[0]!;
      case 'frame':
        return frame.framePointer + expr.offset;
      case 'unary':
        return unaryOperation(expr.code, evaluate(expr.value, frame));
      case 'binary': {
        const left = evaluate(expr.left, frame);
        return binaryOperation(expr.code, left, evaluate(expr.right, frame));
      }
      case 'cond':
        return evaluate(int(expr.test, frame) !== 0 ? expr.then : expr.otherwise, frame);
      case 'call':
        return call(
          expr.callee,
          expr.args.map((argument) => evaluate(argument, frame)),
        )!;
      case 'callHost':
        return callHost(expr.callee, expr.args, frame)!;
      case 'seq': {
        const completion = execute(expr.body, frame);
        if (completion) throw new Jump(completion);
        return evaluate(expr.value, frame);
      }
      case 'checkNonZero': {
        const value = evaluate(expr.value, frame);
        if (BigInt(value) === 0n) throw new InterpretedFault(4001, expr.site);
        return value;
      }
      case 'checkIndex': {
        const value = int(expr.value, frame);
        if (value < expr.low || value > expr.high) throw new InterpretedFault(4002, expr.site);
        return (value - expr.low) | 0;
      }
      case 'checkIndexDynamic': {
        const value = int(expr.value, frame);
        const low = int(expr.low, frame);
        const high = int(expr.high, frame);
        if (value < low || value > high) throw new InterpretedFault(4002, expr.site);
        return (value - low) | 0;
      }
      case 'checkRef': {
        const value = int(expr.value, frame);
        if (value === 0) throw new InterpretedFault(4003, expr.site);
        return value;
      }
    }
  }

  function cellAddress(cell: IrCell, frame: Frame): number {
    if (cell.base === 'absolute') return cell.offset;
    return (cell.base === 'instance' ? (frame.locals[0] as number) >>> 0 : frame.framePointer) + cell.offset;
  }

  function writeCell(cell: IrCell, value: IrValue, frame: Frame): void {
    const address = cellAddress(cell, frame);
    if (cell.bit === undefined) {
      write(cell.mem, address, value);
      return;
    }
    const old = view().getUint8(address);
    view().setUint8(address, (old & ~(1 << cell.bit)) | ((value as number) << cell.bit));
  }

  function read(type: NumType, mem: MemType, address: number): IrValue {
    const v = view();
    const small = { i8: () => v.getInt8(address), u8: () => v.getUint8(address), i16: () => v.getInt16(address, true), u16: () => v.getUint16(address, true), i32: () => v.getInt32(address, true) }; // prettier-ignore
    switch (mem) {
      case 'f32':
        return v.getFloat32(address, true);
      case 'f64':
        return v.getFloat64(address, true);
      case 'i64':
        return v.getBigInt64(address, true);
      default:
        return type === 'i64' ? BigInt(small[mem]()) : small[mem]();
    }
  }

  /** NaN is stored in its canonical form. */
  function write(mem: MemType, address: number, value: IrValue): void {
    const v = view();
    if (mem === 'f32') {
      if (Number.isNaN(value)) v.setUint32(address, 0x7fc0_0000, true);
      else v.setFloat32(address, value as number, true);
    } else if (mem === 'f64') {
      if (Number.isNaN(value)) v.setBigUint64(address, 0x7ff8_0000_0000_0000n, true);
      else v.setFloat64(address, value as number, true);
    } else {
      const bits = BigInt(value);
      if (mem === 'i64') v.setBigInt64(address, bits, true);
      else if (mem === 'i32') v.setInt32(address, Number(BigInt.asIntN(32, bits)), true);
      else if (mem === 'i16' || mem === 'u16') v.setUint16(address, Number(BigInt.asUintN(16, bits)), true);
      else v.setUint8(address, Number(BigInt.asUintN(8, bits)));
    }
  }

  function outer(name: string, args: readonly IrValue[]): IrValue | undefined {
    stackPointer = module.stackTop;
    steps = 0;
    return call(name, args);
  }
  return {
    init: () => void outer(module.init, []),
    run(exportName) {
      const entry = module.entries.find((one) => one.exportName === exportName);
      if (!entry) throw new Error(`no entry ${exportName}`);
      outer(entry.callee, functions.get(entry.callee)!.hasInstance ? [entry.instance] : []);
    },
    call: outer,
  };
}

function firstSite(fn: IrFunction): number {
  return fn.body.find((statement) => statement.site !== undefined)?.site ?? -1;
}
