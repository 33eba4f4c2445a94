import type { IrCell, IrExpr, IrFunction, IrRange, IrStmt } from '../ir.js';
import { walkStatements } from '../walk.js';
import { cellConflicts, cellKey, cellUses, kindOf, type CellKey } from './cell-table.js';
import type { ModuleFacts } from './effects.js';
import { onlyOwnStores, summarizeLoop } from './loop-summary.js';
import { mapStatements, type IrMapping } from './map-ir.js';
import { rangeOf, rangeOfMem, within } from './range.js';

/** What a FOR loop counts with. */
type Counter = { readonly cell: IrCell; readonly key: CellKey } | { readonly local: number };

/**
 * Finds loops that count from a known start to a known limit, and writes the bounds at every place where their counter is read:
 * index checks and conversions that they make idle then fall to simplification.
 */
export function boundCounters(facts: ModuleFacts, fn: IrFunction): IrFunction {
  let loops = false;
  walkStatements(fn.body, { statement: (statement) => void (statement.op === 'loop' && (loops = true)) });
  if (!loops) return fn;
  const uses = cellUses(fn.body);
  const conflicts = cellConflicts(facts, fn, uses);

  const visitList = (body: readonly IrStmt[]): readonly IrStmt[] =>
    body.map((statement, index) => visit(statement, body, index));

  const visit = (statement: IrStmt, list: readonly IrStmt[], index: number): IrStmt => {
    switch (statement.op) {
      case 'if':
        return { ...statement, then: visitList(statement.then), otherwise: visitList(statement.otherwise) };
      case 'block': {
        // FOR: the counter is set, then comes a block with the loop in it.
        const [only] = statement.body;
        if (statement.body.length === 1 && only?.op === 'loop') {
          const bounded = bound(only, list, index);
          return { ...statement, body: [{ ...bounded, body: visitList(bounded.body) }] };
        }
        return { ...statement, body: visitList(statement.body) };
      }
      case 'loop':
        return { ...statement, body: visitList(statement.body) };
      case 'switch':
        return {
          ...statement,
          cases: statement.cases.map((one) => ({ ...one, body: visitList(one.body) })),
          otherwise: visitList(statement.otherwise),
        };
      case 'labels':
        return { ...statement, segments: statement.segments.map((one) => ({ ...one, body: visitList(one.body) })) };
      default:
        return statement;
    }
  };

  /** The loop with the bounds of its counter written down, if it has one. */
  function bound(loop: IrStmt & { op: 'loop' }, list: readonly IrStmt[], index: number): IrStmt & { op: 'loop' } {
    const shape = countingLoop(loop);
    if (!shape) return loop;
    const { counter, step, limit } = shape;
    const start = startOf(counter, list, index);
    if (!start || !isOnlyWriter(counter, loop)) return loop;
    const { type } = shape;
    const range: IrRange = step > 0 ? { low: start.low, high: limit.high } : { low: limit.low, high: start.high };
    // The step past the limit must not wrap around.
    if (range.low > range.high || range.high + step > type.high || range.low + step < type.low) return loop;
    const atTest: IrRange =
      step > 0 ? { low: range.low, high: range.high + step } : { low: range.low + step, high: range.high };
    const [test, ...rest] = loop.body;
    return { ...loop, body: [...withRange([test!], counter, atTest), ...withRange(rest, counter, range)] };
  }

  function isOnlyWriter(counter: Counter, loop: IrStmt & { op: 'loop' }): boolean {
    let writes = 0;
    walkStatements(loop.body, {
      statement(statement) {
        if ('local' in counter) {
          if (statement.op === 'setLocal' && statement.local.id === counter.local) writes += 1;
        } else if (statement.op === 'storeCell' && cellKey(statement.cell) === counter.key) writes += 1;
      },
    });
    if (writes !== 1) return false;
    if ('local' in counter) return true;
    const summary = summarizeLoop(facts, loop.body);
    const use = summary.uses.get(counter.key);
    return use !== undefined && !use.odd && onlyOwnStores(facts, fn, summary, use, conflicts.get(counter.key) ?? []);
  }

  return { ...fn, body: visitList(fn.body) };
}

interface CountingLoop {
  readonly counter: Counter;
  readonly step: number;
  /** What the counter can hold without wrapping around. */
  readonly type: IrRange;
  readonly limit: IrRange;
}

/** `loop { if counter > limit { br .. } ..; counter := counter + step; br loop }` and its mirror image. */
function countingLoop(loop: IrStmt & { op: 'loop' }): CountingLoop | undefined {
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
  if (expr.op === 'local') return { local: expr.local.id };
  return expr.op === 'loadCell' && !expr.cell.aliased && expr.cell.bit === undefined
    ? { cell: expr.cell, key: cellKey(expr.cell) }
    : undefined;
}

const isRead = (expr: IrExpr, counter: Counter): boolean =>
  'local' in counter
    ? expr.op === 'local' && expr.local.id === counter.local
    : expr.op === 'loadCell' && cellKey(expr.cell) === counter.key;

const isWrite = (statement: IrStmt, counter: Counter): statement is IrStmt & { op: 'setLocal' | 'storeCell' } =>
  'local' in counter
    ? statement.op === 'setLocal' && statement.local.id === counter.local
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
function startOf(counter: Counter, list: readonly IrStmt[], index: number): IrRange | undefined {
  for (let at = index - 1; at >= 0 && at >= index - 4; at--) {
    const statement = list[at]!;
    if (isWrite(statement, counter)) {
      const range = rangeOf(statement.value);
      return statement.value.type === 'i32' && within(range, typeOf(counter)) ? range : undefined;
    }
    if (statement.op !== 'setLocal') return undefined;
    let writes = false;
    walkStatements([statement], {
      expression: (expr) => void ((expr.op === 'call' || expr.op === 'seq') && (writes = true)),
    });
    if (writes) return undefined;
  }
  return undefined;
}

function withRange(body: readonly IrStmt[], counter: Counter, range: IrRange): IrStmt[] {
  const mapping: IrMapping = {
    expression: (expr) =>
      (expr.op === 'local' || expr.op === 'loadCell') && isRead(expr, counter) ? { ...expr, range } : expr,
    statement: (statement) => [statement],
  };
  return mapStatements(body, mapping);
}
