import type { IrCell, IrExpr, IrFunction, IrStmt, MemType, NumType } from '../ir.js';
import { memSize, valueTypeOf } from '../memory-type.js';
import { walkStatements } from '../walk.js';
import type { ModuleFacts } from './effects.js';
import { spanOfCell } from './span.js';

export type CellKey = number;
const bases = { absolute: 0, instance: 1, frame: 2 } as const;
const mems: readonly MemType[] = ['i8', 'u8', 'i16', 'u16', 'i32', 'i64', 'f32', 'f64'];
const memNumber = Object.fromEntries(mems.map((mem, index) => [mem, index])) as Record<MemType, number>;

/** Equal for the same bytes taken as the same kind of scalar. */
export const cellKey = (cell: IrCell): CellKey =>
  ((cell.offset * 3 + bases[cell.base]) * 8 + memNumber[cell.mem]) * 16 + (cell.bit === undefined ? 15 : cell.bit);

export const kindOf = (cell: IrCell): MemType | 'bit' => (cell.bit === undefined ? cell.mem : 'bit');

/** How often a stretch of code touches a cell, occurrences in loops counted more. */
export interface CellUse {
  readonly cell: IrCell;
  reads: number;
  writes: number;
  /** Loaded or stored as another type than its own. */
  odd: boolean;
}

const loopWeight = 8;

/** Every cell in the statements that may live in a local. */
export function cellUses(body: readonly IrStmt[]): Map<CellKey, CellUse> {
  const uses = new Map<CellKey, CellUse>();
  const note = (cell: IrCell, type: NumType, write: boolean, weight: number): void => {
    if (cell.aliased) return;
    const key = cellKey(cell);
    let use = uses.get(key);
    if (!use) {
      use = { cell, reads: 0, writes: 0, odd: false };
      uses.set(key, use);
    }
    if (write) use.writes += weight;
    else use.reads += weight;
    if (type !== valueTypeOf[cell.mem]) use.odd = true;
  };
  let weight = 1;
  walkStatements(body, {
    expression(expr: IrExpr) {
      if (expr.op === 'loadCell') note(expr.cell, expr.type, false, weight);
    },
    statement(statement: IrStmt) {
      if (statement.op === 'storeCell') note(statement.cell, statement.value.type, true, weight);
    },
    enterLoop: () => (weight *= loopWeight),
    leaveLoop: () => (weight /= loopWeight),
  });
  return uses;
}

/** For each cell the other cells of the function that may share a byte with it. Two bits of one byte don't. */
export function cellConflicts(
  facts: ModuleFacts,
  fn: IrFunction,
  uses: ReadonlyMap<CellKey, CellUse>,
): ReadonlyMap<CellKey, readonly CellKey[]> {
  const conflicts = new Map<CellKey, CellKey[]>();
  const note = (a: IrCell, b: IrCell): void => {
    if (a.bit !== undefined && b.bit !== undefined && a.bit !== b.bit) return;
    const [keyA, keyB] = [cellKey(a), cellKey(b)];
    conflicts.set(keyA, [...(conflicts.get(keyA) ?? []), keyB]);
    conflicts.set(keyB, [...(conflicts.get(keyB) ?? []), keyA]);
  };
  const byBase = (base: IrCell['base']): IrCell[] =>
    [...uses.values()]
      .map((use) => use.cell)
      .filter((cell) => cell.base === base)
      .sort((a, b) => a.offset - b.offset);
  const [absolute, instance, frame] = [byBase('absolute'), byBase('instance'), byBase('frame')];
  for (const list of [absolute, instance, frame]) {
    list.forEach((cell, index) => {
      for (let next = index + 1; next < list.length; next++) {
        const other = list[next]!;
        if (other.offset >= cell.offset + memSize[cell.mem]) break;
        note(cell, other);
      }
    });
  }
  const last = instance.at(-1);
  if (!last) return conflicts;
  const hull = { base: 'instance', start: instance[0]!.offset, end: last.offset + 8 } as const;
  for (const cell of absolute) {
    const span = spanOfCell(cell);
    if (!facts.mayMeet(fn, hull, span)) continue;
    for (const own of instance) if (facts.mayMeet(fn, spanOfCell(own), span)) note(own, cell);
  }
  return conflicts;
}
