import type { IrExpr, IrStmt } from '../ir.js';
import { walkStatements } from '../walk.js';
import { isRead, type Counter, type Loop } from './counting-loop.js';
import { mapStatements } from './map-ir.js';
import { simplification } from './simplify-function.js';

/** A loop whose turns are known: start, start + step .. as long as the limit is not passed. */
export interface Counting {
  readonly counter: Counter;
  readonly step: number;
  readonly start: number;
  readonly limit: number;
}

/** Nodes that all turns together may take, in a loop and outside of one, and how many turns. */
const limits = { inLoop: 240, outside: 100, turns: 16 } as const;

/**
 * The turns of a short loop one after the other, the counter a constant in each. `loop` is `{ test; ..; advance; br }`, bounded
 * already. Undefined where it would be too long, or has jumps that would not fit.
 */
export function unrolled(loop: Loop, counting: Counting, inLoop: boolean): readonly IrStmt[] | undefined {
  const { counter, step, start, limit } = counting;
  const turns = Math.max(0, Math.floor((limit - start) / step) + 1);
  const body = loop.body.slice(1, -2);
  let size = 0;
  let fits = true;
  let leaves = false;
  walkStatements(body, {
    expression(expr) {
      size += 1;
      if (expr.op === 'call' || expr.op.startsWith('check')) leaves = true;
    },
    statement(statement) {
      size += 1;
      if (statement.op === 'labels' || statement.op === 'goto' || statement.op === 'loop') fits = false;
      if (statement.op === 'br' && statement.label === loop.label) fits = false;
      if (statement.op === 'br' || statement.op === 'return' || statement.op === 'call' || statement.op === 'fault')
        leaves = true;
    },
  });
  if (!fits || turns > limits.turns || size * turns > (inLoop ? limits.inLoop : limits.outside)) return undefined;
  const out: IrStmt[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const value: IrExpr = { op: 'const', type: 'i32', value: start + turn * step };
    // Whoever looks from elsewhere in the middle of it must find the counter right.
    if (leaves && turn > 0) out.push(assign(counter, value));
    out.push(...withCounter(body, counter, value, `${loop.label}$${turn}`));
  }
  out.push(assign(counter, { op: 'const', type: 'i32', value: start + turns * step }));
  return out;
}

/** Sets the counter to a value. */
export const assign = (counter: Counter, value: IrExpr): IrStmt =>
  'cell' in counter ? { op: 'storeCell', cell: counter.cell, value } : { op: 'setLocal', local: counter.local, value };

function withCounter(body: readonly IrStmt[], counter: Counter, value: IrExpr, suffix: string): readonly IrStmt[] {
  const own = new Set<string>();
  walkStatements(body, { statement: (statement) => statement.op === 'block' && own.add(statement.label) });
  return mapStatements(body, {
    expression: (expr) => simplification.expression(isRead(expr, counter) ? value : expr),
    statement(statement) {
      if ((statement.op === 'block' || statement.op === 'br') && own.has(statement.label)) {
        return { ...statement, label: `${statement.label}$${suffix}` };
      }
      return simplification.statement(statement);
    },
  });
}
