import type { VariableSymbol } from '../check/symbols.js';
import type { Lowering } from '../lower/lowering.js';
import { writeEmptyHeap } from '../lower/heap-plan.js';
import { writeInitial, writeVariable } from '../lower/initial-bytes.js';
import type { Initial, Type } from '../check/types.js';
import type { MemoryPlan } from './allocate-memory.js';
import type { PlannedInstance } from './instance-plan.js';

/** Bytes of memory before the first scan, as runs; all else is zero. */
export function initialMemory(c: Lowering, plan: readonly PlannedInstance[], memory: MemoryPlan): Uint8Array {
  const bytes = new Uint8Array(memory.end);
  const target = {
    bytes,
    place: (variable: VariableSymbol): number => {
      if (variable.section === 'VAR_IN_OUT') {
        const own = variable.owner?.kind === 'block' && variable.owner.pouKind === 'program';
        return own && !(variable.type.kind === 'array' && variable.type.dynamic) ? memory.indirectCell(variable) : 0;
      }
      const address = memory.indirectCell(variable);
      writeInitial(c, variable.type, variable.initial, address, target);
      return address;
    },
  };
  for (const variable of memory.fixed) {
    const { storage } = variable;
    if (storage.kind !== 'absolute') continue;
    if (storage.bit === undefined) writeVariable(c, variable, storage.address, target);
    else writeBit(c, variable.type, variable.initial, storage.address, storage.bit, bytes);
  }
  for (const one of plan) writeInitial(c, one.block.type, undefined, memory.instances.get(one)!, target);
  if (memory.heap) writeEmptyHeap(memory.heap, bytes);
  return bytes;
}

export function writeBit(
  c: Lowering,
  type: Type,
  initial: Initial | undefined,
  address: number,
  bit: number,
  bytes: Uint8Array,
): void {
  const value = initial && c.evaluate(initial.expression, initial.scope, type, true)?.value;
  if (value === true) bytes[address]! |= 1 << bit;
}

/** Stretches that are not all zero; gaps of a few zeros do not split one. */
export function runsOf(bytes: Uint8Array): { address: number; bytes: Uint8Array }[] {
  const runs: { address: number; bytes: Uint8Array }[] = [];
  const gap = 64;
  let start = -1;
  let last = -1;
  for (let i = 0; i < bytes.length; i += 1) {
    if (bytes[i] === 0) continue;
    if (start >= 0 && i - last > gap) {
      runs.push({ address: start, bytes: bytes.slice(start, last + 1) });
      start = i;
    } else if (start < 0) start = i;
    last = i;
  }
  if (start >= 0) runs.push({ address: start, bytes: bytes.slice(start, last + 1) });
  return runs;
}
