import type { SourceSpan } from '../../model/source-span.js';
import type { Region } from '../../model/program-image.js';
import type { Compilation } from '../check/compilation.js';
import { symbolOf } from '../check/declare-pou.js';
import { layoutBlock } from '../check/block-layout.js';
import type { BlockSymbol, VariableSymbol } from '../check/symbols.js';
import { alignOf, alignUp, sizeOf, maxMemoryBytes } from '../check/type-size.js';
import type { StructType, Type } from '../check/types.js';
import { createHeapPlan, type HeapPlan } from '../lower/heap-plan.js';
import { reservedBytes } from '../lower/lowering.js';
import type { PlannedInstance } from './instance-plan.js';
import type { ProcessImage } from './process-image.js';

export interface MemoryPlan {
  readonly inputs: Region;
  readonly outputs: Region;
  readonly markers: Region;
  readonly retain: Region;
  readonly variables: Region;
  /** The objects of __NEW, at the end of the variables; absent where the program makes none. */
  readonly heap?: HeapPlan;
  /** First byte behind the variables, aligned. */
  readonly end: number;
  readonly instances: ReadonlyMap<PlannedInstance, number>;
  /** Variables at fixed addresses: globals, statics, and located or retained variables of programs. */
  readonly fixed: readonly VariableSymbol[];
  /** Fresh bytes for what an instance refers to: its RETAIN members, or an unconnected VAR_IN_OUT of a program. */
  indirectCell(variable: VariableSymbol): number;
}

/** Lays out linear memory: process image, retained variables, other variables, and a heap of `heapBytes` for objects. */
export function allocateMemory(
  c: Compilation,
  plan: readonly PlannedInstance[],
  image: ProcessImage,
  heapBytes: number,
): MemoryPlan {
  const areas = image.layOut(reservedBytes);
  const all = [...fixedVariables(c)];
  const fixed: VariableSymbol[] = [];
  let top = areas.end;
  let reported = false;
  const take = (size: number, align: number, of?: { readonly span: SourceSpan; readonly name: string }): number => {
    const address = alignUp(top, align);
    top = address + size;
    if (top > maxMemoryBytes && !reported) {
      reported = true;
      const at = of ?? all[0];
      if (at)
        c.problems.report(
          'E8101',
          at.span,
          `SIZE: the variables of the program take more than 64 MB, of which '${at.name}' takes ${size} bytes.`,
        );
    }
    return reported ? 0 : address;
  };
  const place = (variable: VariableSymbol): void => {
    fixed.push(variable);
    variable.storage = { kind: 'absolute', address: take(sizeOf(variable.type), alignOf(variable.type), variable) };
  };
  for (const variable of all) {
    const located = variable.location && image.find(variable.location);
    if (!located) continue;
    fixed.push(variable);
    variable.storage = { kind: 'absolute', ...located };
  }
  const instances = new Map<PlannedInstance, number>();
  const retainStart = alignUp(top, 16);
  top = retainStart;
  for (const one of plan) if (one.retain) instances.set(one, take(one.block.type.size, 8, nameOf(one)));
  for (const variable of all) if (variable.storage.kind === 'unplaced' && variable.retain) place(variable);
  const retainedCells =
    plan.reduce((sum, one) => sum + indirectBytes(c, one.block.type), 0) +
    all.reduce((sum, v) => sum + indirectBytes(c, v.type), 0);
  let retainedTop = take(retainedCells, 8);
  const retain = { start: retainStart, size: alignUp(top, 16) - retainStart };
  top = alignUp(top, 16);
  for (const variable of all) if (variable.storage.kind === 'unplaced') place(variable);
  for (const one of plan)
    if (!instances.has(one))
      instances.set(one, take(one.block.type.size, Math.max(8, one.block.type.align), nameOf(one)));
  const inOutBytes = plan.reduce((sum, one) => sum + inOutCells(one.block), 0);
  let inOutTop = take(inOutBytes, 8);
  const heap = heapBytes > 0 ? createHeapPlan(alignUp(top, 16), heapBytes) : undefined;
  if (heap) take(heap.start + heap.size - top, 1);
  const end = alignUp(top, 16);
  return {
    inputs: areas.inputs,
    outputs: areas.outputs,
    markers: areas.markers,
    retain,
    variables: { start: areas.inputs.start, size: end - areas.inputs.start },
    ...(heap && { heap }),
    end,
    instances,
    fixed,
    indirectCell(variable) {
      const size = sizeOf(variable.type);
      if (variable.section === 'VAR_IN_OUT') {
        const address = alignUp(inOutTop, 8);
        inOutTop = address + size;
        return address;
      }
      const address = alignUp(retainedTop, 8);
      retainedTop = address + size;
      return address;
    },
  };
}

const nameOf = (one: PlannedInstance) => ({ span: one.block.declaration.nameSpan, name: one.name });

/** Every variable that is not part of an instance, in order of declaration. */
function* fixedVariables(c: Compilation): Generator<VariableSymbol> {
  const seen = new Set<VariableSymbol>();
  const fresh = (variable: VariableSymbol): boolean =>
    variable.type.kind !== 'error' && !seen.has(variable) && seen.add(variable).size > 0;
  for (const variable of c.table.globals.values()) if (fresh(variable)) yield variable;
  for (const list of c.table.lists.values())
    for (const variable of list.variables.values()) if (fresh(variable)) yield variable;
  for (const fn of c.table.functions.values())
    for (const v of fn.variables.values()) if (v.section === 'VAR_STAT' && fresh(v)) yield v;
  for (const block of c.table.types.values()) {
    if (block.kind !== 'block') continue;
    layoutBlock(c, block);
    for (const v of block.variables.values()) {
      const isStatic = v.section === 'VAR_STAT';
      const located = v.location !== undefined && v.location.path.length > 0;
      const retained =
        v.retain &&
        block.pouKind === 'program' &&
        v.storage.kind === 'unplaced' &&
        v.section !== 'VAR_EXTERNAL' &&
        v.section !== 'VAR_TEMP' &&
        v.section !== 'VAR_IN_OUT';
      if ((isStatic || located || retained) && fresh(v)) yield v;
    }
    for (const method of block.methods.values())
      for (const v of method.variables.values()) if (v.section === 'VAR_STAT' && fresh(v)) yield v;
  }
}

/** Of blocks and structures whose layout is known: variables of one may be many. */
const knownIndirect = new WeakMap<BlockSymbol | StructType, number>();

/** Bytes outside an instance that its retained members need, aligned pieces included. */
function indirectBytes(c: Compilation, type: Type): number {
  switch (type.kind) {
    case 'array': {
      const element = indirectBytes(c, type.element);
      if (element === 0) return 0;
      const size = sizeOf(type.element);
      return size === 0 ? 0 : element * (type.size / size);
    }
    case 'struct': {
      const known = knownIndirect.get(type);
      if (known !== undefined) return known;
      const bytes = [...type.fields.values()].reduce((sum, field) => sum + indirectBytes(c, field.type), 0);
      knownIndirect.set(type, bytes);
      return bytes;
    }
    case 'instance': {
      const symbol = symbolOf(type.declaration);
      if (symbol?.kind !== 'block') return 0;
      const known = knownIndirect.get(symbol);
      if (known !== undefined) return known;
      let bytes = 0;
      for (let b: BlockSymbol | undefined = symbol; b; b = b.base) {
        layoutBlock(c, b);
        for (const variable of b.variables.values()) {
          if (variable.storage.kind === 'indirect' && variable.section !== 'VAR_IN_OUT')
            bytes += alignUp(sizeOf(variable.type), 8) + indirectBytes(c, variable.type);
          else if (variable.storage.kind === 'instance') bytes += indirectBytes(c, variable.type);
        }
      }
      knownIndirect.set(symbol, bytes);
      return bytes;
    }
    default:
      return 0;
  }
}

function inOutCells(block: BlockSymbol): number {
  return [...block.variables.values()].reduce(
    (sum, v) => (v.section === 'VAR_IN_OUT' ? sum + alignUp(sizeOf(v.type), 8) : sum),
    0,
  );
}
