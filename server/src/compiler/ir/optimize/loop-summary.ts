import type { IrFunction, IrStmt } from '../ir.js';
import { memSize } from '../memory-type.js';
import { walkStatements } from '../walk.js';
import { cellUses, type CellKey, type CellUse } from './cell-table.js';
import type { CallEffects, ModuleFacts } from './effects.js';
import { spanOfAddress, spanOfCell, writtenSpan, type Span } from './span.js';

/** What one loop's body does, all depths. */
export interface LoopSummary {
  readonly uses: ReadonlyMap<CellKey, CellUse>;
  readonly calls: readonly CallEffects[];
  readonly callsAny: boolean;
  readonly mayFault: boolean;
  /** Written and read by address, where the address is known. */
  readonly written: readonly Span[];
  readonly read: readonly Span[];
}

export function summarizeLoop(facts: ModuleFacts, body: readonly IrStmt[]): LoopSummary {
  const calls: CallEffects[] = [];
  const written: Span[] = [];
  const read: Span[] = [];
  let callsAny = false;
  let mayFault = false;
  const note = (list: Span[], span: Span | undefined): void => {
    if (span) list.push(span);
  };
  walkStatements(body, {
    expression(expr) {
      if (expr.op === 'call') {
        callsAny = true;
        calls.push(facts.callEffects(expr));
      } else if (expr.op === 'load') note(read, spanOfAddress(expr.address, expr.offset, memSize[expr.mem]));
      else if (expr.op.startsWith('check')) mayFault = true;
    },
    statement(statement) {
      if (statement.op === 'call') {
        callsAny = true;
        calls.push(facts.callEffects(statement));
      } else if (statement.op === 'fault') mayFault = true;
      else if (statement.op === 'copy') {
        const size = statement.size.op === 'const' ? Number(statement.size.value) >>> 0 : 2 ** 31;
        note(read, spanOfAddress(statement.from, 0, size));
      }
      if (statement.op !== 'storeCell') note(written, writtenSpan(statement));
      // A cell that others reach too: its stores count as writes by address.
      else if (statement.cell.aliased) note(written, spanOfCell(statement.cell));
    },
  });
  return { uses: cellUses(body), calls, callsAny, mayFault, written, read };
}

/** Nothing in the loop changes the cell's bytes but stores to the cell itself. */
export function onlyOwnStores(
  facts: ModuleFacts,
  fn: IrFunction,
  loop: LoopSummary,
  use: CellUse,
  conflicts: readonly CellKey[],
): boolean {
  const span = spanOfCell(use.cell);
  return (
    !loop.written.some((other) => facts.mayMeet(fn, other, span)) &&
    !conflicts.some((key) => (loop.uses.get(key)?.writes ?? 0) > 0) &&
    !loop.calls.some((effects) => facts.setMeets(fn, effects, span))
  );
}

/** Nothing in the loop reads the cell's bytes but loads of the cell itself, so that its stores may wait for the loop's end. */
export function onlyOwnLoads(
  facts: ModuleFacts,
  fn: IrFunction,
  loop: LoopSummary,
  use: CellUse,
  conflicts: readonly CellKey[],
): boolean {
  const span = spanOfCell(use.cell);
  return (
    !loop.callsAny &&
    !loop.read.some((other) => facts.mayMeet(fn, other, span)) &&
    !conflicts.some((key) => (loop.uses.get(key)?.reads ?? 0) > 0)
  );
}
