import type { IrCell, IrExpr, IrLocal, IrRange, IrStmt } from '../ir.js';
import { walkStatements } from '../walk.js';
import { cellKey, kindOf, type CellKey } from './cell-table.js';
import { rangeOf, rangeOfMem, within } from './range.js';

export type Loop = IrStmt & { op: 'loop' };

/** What a FOR loop counts with. */
export type Counter = { readonly cell: IrCell; readonly key: CellKey } | { readonly local: IrLocal };

export interface CountingLoop {
  readonly counter: Counter;
  readonly step: number;
  /** What the counter can hold without wrapping around. */
  readonly type: IrRange;
  readonly limit: IrRange;
}

/** `loop { if counter > limit { br .. } ..; counter := counter + step; br loop }` and its mirror image. */
export function countingLoop(loop: Loop): CountingLoop | undefined {
  const [test] = loop.body;
  const back = loop.body.at(-1);
  const advance = loop.body.at(-2);
  if (test?.op !== 'if' || test.otherwise.length > 0 || test.then.length !== 1 || test.then[0]?.op !== 'br')
    return undefined;
  if (back?.op !== 'br' || back.label !== loop.label || test.then[0].label === loop.label) return undefined;
  if (test.test.op !== 'binary' || !advance) return undefined;
  const counter = counterOf(test.test.left);
  const advanced = advanceOf(advance, counter);
  if (!counter || !advanced) return undefined;
  const { step, type } = advanced;
  const limit = rangeOf(test.test.right);
  switch (test.test.code) {
    case 'i32.gt_s':
      return step > 0 ? { counter, step, type, limit } : undefined;
    case 'i32.gt_u':
      // As signed numbers only where neither can be negative.
      return step > 0 && limit.low >= 0 && rangeOf(test.test.left).low >= 0
        ? { counter, step, type, limit }
        : undefined;
    case 'i32.lt_s':
      return step < 0 ? { counter, step, type, limit } : undefined;
    default:
      return undefined;
  }
}

function counterOf(expr: IrExpr): Counter | undefined {
  if (expr.op === 'local') return { local: expr.local };
  return expr.op === 'loadCell' && !expr.cell.aliased && expr.cell.bit === undefined
    ? { cell: expr.cell, key: cellKey(expr.cell) }
    : undefined;
}

export const isRead = (expr: IrExpr, counter: Counter): boolean =>
  'local' in counter
    ? expr.op === 'local' && expr.local.id === counter.local.id
    : expr.op === 'loadCell' && cellKey(expr.cell) === counter.key;

export const isWrite = (statement: IrStmt, counter: Counter): statement is IrStmt & { op: 'setLocal' | 'storeCell' } =>
  'local' in counter
    ? statement.op === 'setLocal' && statement.local.id === counter.local.id
    : statement.op === 'storeCell' && cellKey(statement.cell) === counter.key;

const overlap = (a: IrRange, b: IrRange): IrRange => ({ low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) });

const typeOf = (counter: Counter): IrRange => rangeOfMem('cell' in counter ? kindOf(counter.cell) : 'i32');

/** The constant step of `counter := wrap(counter + step)`, and what the wrapping leaves alone. */
function advanceOf(statement: IrStmt, counter: Counter | undefined): { step: number; type: IrRange } | undefined {
  if (!counter || !isWrite(statement, counter)) return undefined;
  let { value } = statement;
  let type = typeOf(counter);
  if (value.op === 'unary' && (value.code === 'i32.extend8_s' || value.code === 'i32.extend16_s')) {
    type = overlap(type, rangeOfMem(value.code === 'i32.extend8_s' ? 'i8' : 'i16'));
    value = value.value;
  } else if (value.op === 'binary' && value.code === 'i32.and' && value.right.op === 'const') {
    const mask = Number(value.right.value) | 0;
    if (mask <= 0 || (mask & (mask + 1)) !== 0) return undefined;
    type = overlap(type, { low: 0, high: mask });
    value = value.left;
  }
  if (value.op !== 'binary' || value.code !== 'i32.add' || value.right.op !== 'const' || !isRead(value.left, counter))
    return undefined;
  const step = Number(value.right.value) | 0;
  return step === 0 ? undefined : { step, type };
}

/** Bounds of what the counter is set to just before the loop; other locals may be set in between. */
export function startOf(counter: Counter, list: readonly IrStmt[], index: number): IrRange | undefined {
  for (let at = index - 1; at >= 0 && at >= index - 4; at--) {
    const statement = list[at]!;
    if (isWrite(statement, counter)) {
      const range = rangeOf(statement.value);
      return statement.value.type === 'i32' && within(range, typeOf(counter)) ? range : undefined;
    }
    if (statement.op !== 'setLocal') return undefined;
    let writes = false;
    walkStatements([statement], {
      expression: (expr) => (expr.op === 'call' || expr.op === 'seq') && (writes = true),
    });
    if (writes) return undefined;
  }
  return undefined;
}
