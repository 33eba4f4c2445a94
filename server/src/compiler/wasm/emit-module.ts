import type { IrEntry, IrFunction, IrModule, NumType } from '../ir/ir.js';
import { createMemo } from '../ir/optimize/memo.js';
import { optimizeModule } from '../ir/optimize/optimize-module.js';
import { splitBodies } from '../ir/split-bodies.js';
import { walkStatements } from '../ir/walk.js';
import { hostFunctions, type HostFunctionName } from '../../model/host-function.js';
import { assemble } from './assemble.js';
import { ByteWriter } from './byte-writer.js';
import { emitFunction } from './emit-function.js';
import { frameLayout } from './frame-layout.js';
import type { ModuleContext } from './function-context.js';
import { kernelFor, kernels } from './kernels.js';
import { op, valueType } from './opcodes.js';
import { rememberedCode } from './remembered-code.js';

export interface EmitOptions {
  /** Statement hooks, every cell and local in memory. */
  readonly instrument: boolean;
  /** What the code says for each site of the IR; absent: the same. */
  readonly siteNumbers?: Int32Array;
}

/**
 * The bytes of a WebAssembly module: imports `env.memory` and the host functions that it uses, exports `init`, the entries
 * and the mutable global `stackPointer`. The module must have passed `verifyModule`.
 */
export function emitModule(source: IrModule, options: EmitOptions): Uint8Array {
  const module = options.instrument ? source : optimizeModule(splitBodies(source), (fn) => kernelFor(fn) !== undefined);
  const signatures = new SignatureTable();
  const { imports, move: withMove } = usedFunctions(module, options.instrument);
  const importTypes = imports.map((name) => signatures.index(hostFunctions[name].params, resultOf(name)));
  const functionTypes = module.functions.map((fn) =>
    signatures.index(
      fn.locals.slice(0, fn.paramCount).map((local) => local.type),
      fn.result,
    ),
  );
  const indexOf = new Map(module.functions.map((fn, index) => [fn.name, index]));
  const need = <K>(map: ReadonlyMap<K, number>, key: K): number => {
    const index = map.get(key);
    if (index === undefined) throw new Error(`no function ${String(key)} in the module`);
    return index;
  };
  const move = module.functions.length + module.entries.length + 1;
  const hostIndex = new Map(imports.map((name, index) => [name, index]));
  const { siteNumbers } = options;
  const context: ModuleContext = {
    instrument: options.instrument,
    siteNumber: (site) => (site < 0 || !siteNumbers ? site : siteNumbers[site]!),
    stackLimit: module.stackLimit,
    faultBlockType: signatures.faultBlock(),
    functionIndex: (name) => imports.length + (name === '$move' ? move : need(indexOf, name)),
    hasResult: (name) => module.functions[need(indexOf, name)]!.result !== undefined,
    hostIndex: (name) => need(hostIndex, name),
    hostHasResult: (name) => resultOf(name) !== undefined,
  };

  const bodies = new ByteWriter(1 << 16);
  const entries: readonly (Omit<IrEntry, 'instance'> & { instance?: number })[] = [
    { exportName: 'init', callee: module.init },
    ...module.entries,
  ];
  const entryTypes = entries.map((entry) =>
    signatures.index([], entry.returns ? module.functions[need(indexOf, entry.callee)]!.result : undefined),
  );
  const extra = withMove ? 1 : 0;
  bodies.u32(module.functions.length + entries.length + extra);
  module.functions.forEach((fn, index) => {
    const kernel = kernelFor(fn);
    if (kernel) bodies.sized(assemble(kernel.text, context.functionIndex));
    else if (options.instrument) bodies.sized(emitFunction(context, fn, index));
    else bodies.sized(rememberedCode(context, fn, (answering) => emitFunction(answering, fn, index)));
  });
  for (const entry of entries)
    bodies.sized(emitEntry(context, module, entry, module.functions[need(indexOf, entry.callee)]!));
  if (withMove) bodies.sized(assemble(kernels.$move.text));
  const moveType = withMove ? [signatures.index(kernels.$move.params, undefined)] : [];

  const out = new ByteWriter(bodies.length + (1 << 14));
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
  section(out, 1, (body) => signatures.write(body));
  section(out, 2, (body) => {
    body.u32(1 + imports.length);
    body.name('env');
    body.name('memory');
    body.byte(2);
    body.byte(0);
    body.u32(module.pages);
    imports.forEach((name, index) => {
      body.name('env');
      body.name(name);
      body.byte(0);
      body.u32(importTypes[index]!);
    });
  });
  section(out, 3, (body) => {
    body.u32(functionTypes.length + entries.length + extra);
    for (const type of [...functionTypes, ...entryTypes, ...moveType]) body.u32(type);
  });
  section(out, 6, (body) => {
    body.u32(1);
    body.byte(valueType.i32);
    body.byte(1);
    body.byte(op.i32Const);
    body.s32(module.stackTop);
    body.byte(op.end);
  });
  section(out, 7, (body) => {
    body.u32(1 + entries.length);
    body.name('stackPointer');
    body.byte(3);
    body.u32(0);
    entries.forEach((entry, index) => {
      body.name(entry.exportName);
      body.byte(0);
      body.u32(imports.length + module.functions.length + index);
    });
  });
  section(out, 10, (body) => body.append(bodies));
  section(out, 0, (body) => {
    // Names for profilers and stack traces.
    body.name('name');
    const names = new ByteWriter(1 << 10);
    names.u32(module.functions.length);
    module.functions.forEach((fn, index) => {
      names.u32(imports.length + index);
      names.name(fn.name);
    });
    body.byte(1);
    body.sized(names);
  });
  return out.toBytes();
}

function section(out: ByteWriter, id: number, write: (body: ByteWriter) => void): void {
  const body = new ByteWriter(1 << 10);
  write(body);
  out.byte(id);
  out.sized(body);
}

/** Resets the stack, so that a scan after a fault finds it whole, and calls the program. */
function emitEntry(
  context: ModuleContext,
  module: IrModule,
  entry: { readonly callee: string; readonly instance?: number; readonly returns?: true },
  callee: IrFunction,
): ByteWriter {
  const body = new ByteWriter(32);
  body.u32(0);
  body.byte(op.i32Const);
  body.s32(module.stackTop);
  body.byte(op.globalSet);
  body.u32(0);
  if (callee.hasInstance) {
    body.byte(op.i32Const);
    body.s32(entry.instance ?? 0);
  }
  body.byte(op.call);
  body.u32(context.functionIndex(entry.callee));
  if (callee.result !== undefined && !entry.returns) body.byte(op.drop);
  body.byte(op.end);
  return body;
}

const resultOf = (name: HostFunctionName): NumType | undefined => hostFunctions[name].result;

/** Host functions in the order of the table, so that equal programs give equal bytes, and whether `$move` is called. */
function usedFunctions(
  module: IrModule,
  instrument: boolean,
): { readonly imports: readonly HostFunctionName[]; readonly move: boolean } {
  const all = module.functions.map((fn) => usedBy(fn, [instrument], () => usedIn(fn, instrument)));
  const names = new Set(all.flatMap((one) => [...one.names]));
  return {
    move: all.some((one) => one.move),
    imports: (Object.keys(hostFunctions) as HostFunctionName[]).filter((name) => names.has(name)),
  };
}

interface Used {
  readonly names: ReadonlySet<string>;
  readonly move: boolean;
}

const usedBy = createMemo<Used>();

function usedIn(fn: IrFunction, instrument: boolean): Used {
  const names = new Set<string>();
  const kernel = kernelFor(fn);
  if (kernel) return { names, move: kernel.text.body.includes('$move') };
  let move = false;
  if (frameLayout(fn, instrument).size > 0) names.add('fault');
  walkStatements(fn.body, {
    expression(expr) {
      if (expr.op === 'callHost') names.add(expr.callee);
      else if (
        expr.op === 'checkIndex' ||
        expr.op === 'checkNonZero' ||
        expr.op === 'checkRef' ||
        expr.op === 'checkIndexDynamic'
      )
        names.add('fault');
    },
    statement(statement) {
      if (statement.op === 'callHost') names.add(statement.callee);
      else if (statement.op === 'fault' || statement.op === 'faultScope') names.add('fault');
      else if (statement.op === 'copy' && statement.size.op !== 'const') move = true;
      if (instrument && !fn.trusted && statement.site !== undefined && statement.site >= 0) names.add('hook');
    },
  });
  return { names, move };
}

/** Function types without repeats. */
class SignatureTable {
  private readonly known = new Map<string, number>();
  private readonly entries: { params: readonly NumType[]; results: readonly NumType[] }[] = [];

  index(params: readonly NumType[], result: NumType | undefined): number {
    return this.add(params, result === undefined ? [] : [result]);
  }

  /** `() -> (i32, i32)`: fault code and site leave the body through one block. */
  faultBlock(): number {
    return this.add([], ['i32', 'i32']);
  }

  private add(params: readonly NumType[], results: readonly NumType[]): number {
    const key = `${params.join()}:${results.join()}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, this.entries.length);
    this.entries.push({ params, results });
    return this.entries.length - 1;
  }

  write(out: ByteWriter): void {
    out.u32(this.entries.length);
    for (const { params, results } of this.entries) {
      out.byte(0x60);
      out.u32(params.length);
      for (const type of params) out.byte(valueType[type]);
      out.u32(results.length);
      for (const type of results) out.byte(valueType[type]);
    }
  }
}
