import type { IrFunction, IrLocal, IrRange, IrStmt } from '../ir.js';
import { walkStatements } from '../walk.js';
import { analyse } from './analysis.js';
import { cellConflicts, cellKey, cellUses } from './cell-table.js';
import { countingLoop, isRead, startOf, type Counter, type Loop } from './counting-loop.js';
import type { ModuleFacts } from './effects.js';
import { onlyOwnStores, summarizeLoop } from './loop-summary.js';
import { mapStatements } from './map-ir.js';
import { simplification } from './simplify-function.js';
import { assign, unrolled, type Counting } from './unroll-loop.js';
import { vectorized } from './vectorize-loop.js';

/**
 * Finds loops that count from a known start to a known limit, and writes the bounds at every place where their counter is read:
 * index checks and conversions that they make idle then fall to simplification.
 */
export function boundCounters(facts: ModuleFacts, fn: IrFunction): IrFunction {
  if (!analyse(fn).hasLoop) return fn;
  const uses = cellUses(fn.body);
  const conflicts = cellConflicts(facts, fn, uses);

  let loopDepth = 0;
  const locals = [...fn.locals];
  const newLocal = (type: IrLocal['type']): IrLocal => {
    const local: IrLocal = { id: locals.length, name: '$vector', type };
    locals.push(local);
    return local;
  };

  /** In vectors where that is possible, turn by turn where there are few, else as it is. */
  const faster = (loop: Loop, counting: Counting): readonly IrStmt[] => {
    const made = vectorized(loop, counting, newLocal, (a, b) => facts.mayMeet(fn, a, b));
    if (made) return [...made.before, assign(counting.counter, { op: 'const', type: 'i32', value: made.rest }), loop];
    return unrolled(loop, counting, loopDepth > 0) ?? [loop];
  };

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
          loopDepth += 1;
          const body = visitList(bounded.loop.body);
          loopDepth -= 1;
          const loop = { ...bounded.loop, body };
          return { ...statement, body: bounded.counting ? faster(loop, bounded.counting) : [loop] };
        }
        return { ...statement, body: visitList(statement.body) };
      }
      case 'loop': {
        loopDepth += 1;
        const body = visitList(statement.body);
        loopDepth -= 1;
        return { ...statement, body };
      }
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
  function bound(
    loop: Loop,
    list: readonly IrStmt[],
    index: number,
  ): { readonly loop: Loop; readonly counting?: Counting } {
    const shape = countingLoop(loop);
    if (!shape) return { loop };
    const { counter, step, limit } = shape;
    const start = startOf(counter, list, index);
    if (!start || !isOnlyWriter(counter, loop)) return { loop };
    const { type } = shape;
    const range: IrRange = step > 0 ? { low: start.low, high: limit.high } : { low: limit.low, high: start.high };
    // The step past the limit must not wrap around.
    if (range.low > range.high || range.high + step > type.high || range.low + step < type.low) return { loop };
    const atTest: IrRange =
      step > 0 ? { low: range.low, high: range.high + step } : { low: range.low + step, high: range.high };
    const [test, ...rest] = loop.body;
    const bounded: Loop = {
      ...loop,
      body: [...withRange([test!], counter, atTest), ...withRange(rest, counter, range)],
    };
    if (start.low !== start.high || limit.low !== limit.high) return { loop: bounded };
    return { loop: bounded, counting: { counter, step, start: start.low, limit: limit.low } };
  }

  function isOnlyWriter(counter: Counter, loop: Loop): boolean {
    let writes = 0;
    walkStatements(loop.body, {
      statement(statement) {
        if ('local' in counter) {
          if (statement.op === 'setLocal' && statement.local.id === counter.local.id) writes += 1;
        } else if (statement.op === 'storeCell' && cellKey(statement.cell) === counter.key) writes += 1;
      },
    });
    if (writes !== 1) return false;
    if ('local' in counter) return true;
    const summary = summarizeLoop(facts, loop.body);
    const use = summary.uses.get(counter.key);
    return use !== undefined && !use.odd && onlyOwnStores(facts, fn, summary, use, conflicts.get(counter.key) ?? []);
  }

  const body = visitList(fn.body);
  return { ...fn, locals, body };
}

/** The statements with the bounds at every read of the counter, and simplified by them. */
function withRange(body: readonly IrStmt[], counter: Counter, range: IrRange): readonly IrStmt[] {
  return mapStatements(body, {
    expression(expr) {
      const bounded =
        (expr.op === 'local' || expr.op === 'loadCell') && isRead(expr, counter) ? { ...expr, range } : expr;
      return simplification.expression(bounded);
    },
    statement: (statement) => simplification.statement(statement),
  });
}
