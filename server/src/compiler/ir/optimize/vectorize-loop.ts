import type { IrExpr, IrLocal, IrRange, IrStmt } from '../ir.js';
import { memSize } from '../memory-type.js';
import { cellKey } from './cell-table.js';
import { isRead, type Counter, type Loop } from './counting-loop.js';
import { mapExpression } from './map-ir.js';
import { spanOfCell, type Span } from './span.js';
import type { Counting } from './unroll-loop.js';

/** Operations on numbers that there are for vectors too, lane by lane and with the same results. */
const laneOperations = new Set([
  'f32.add', 'f32.sub', 'f32.mul', 'f32.div', 'f64.add', 'f64.sub', 'f64.mul', 'f64.div', 'i32.add', 'i32.sub', 'i32.mul', 'i32.and', 'i32.or', 'i32.xor',
  'f32.abs', 'f32.neg', 'f32.sqrt', 'f64.abs', 'f64.neg', 'f64.sqrt',
]); // prettier-ignore

const vectorBytes = 16;
/** Fewer turns of the vector than this are not worth it. */
const minVectors = 2;

/** `element * size + constant`, from address 0 or from the instance. */
interface Linear {
  readonly instance: boolean;
  readonly constant: number;
}

export interface Vectorized {
  /** Stands before the loop, which does the turns that are left. */
  readonly before: readonly IrStmt[];
  /** Value of the counter there. */
  readonly rest: number;
}

/**
 * A loop that computes the elements of an array from those of others, element by element: most of its turns sixteen bytes at a
 * time. At least one turn is left to the loop itself, so that the scalars it sets end with the right values. `newLocal` makes
 * locals; `mayMeet` tells whether two stretches may share a byte.
 */
export function vectorized(
  loop: Loop,
  counting: Counting,
  newLocal: (type: IrLocal['type']) => IrLocal,
  mayMeet: (a: Span, b: Span) => boolean,
): Vectorized | undefined {
  const { counter, step, start, limit } = counting;
  if (step !== 1 && step !== -1) return undefined;
  const store = substituted(loop.body.slice(1, -2), counter);
  if (!store) return undefined;
  const { mem } = store;
  const size = memSize[mem];
  const lanes = vectorBytes / size;
  const turns = Math.floor((limit - start) / step) + 1;
  const inVectors = Math.floor((turns - 1) / lanes) * lanes;
  if (inVectors < lanes * minVectors) return undefined;
  const target = linear(store.address, store.offset, counter, size);
  if (!target) return undefined;

  const before: IrStmt[] = [];
  const index = newLocal('i32');
  // The lowest element of each group.
  const from = step > 0 ? start : start - lanes + 1;
  const to = from + step * inVectors;
  const range: IrRange = step > 0 ? { low: from, high: to - lanes } : { low: to + lanes, high: from };
  const read: IrExpr = { op: 'local', type: 'i32', local: index, range };
  const place = (at: Linear): { address: IrExpr; offset: number } => addressOf(at, read, size);
  const targetPlace = place(target);
  const written: Span = spanOf(target, range, size);

  const vector = (expr: IrExpr): IrExpr | undefined => {
    switch (expr.op) {
      case 'const':
        return expr;
      case 'local': {
        return expr.local.id === index.id || isRead(expr, counter) ? undefined : expr;
      }
      case 'loadCell': {
        if (isRead(expr, counter) || mayMeet(spanOfCell(expr.cell), written)) return undefined;
        const held = newLocal(expr.type);
        before.push({ op: 'setLocal', local: held, value: expr });
        return { op: 'local', type: expr.type, local: held };
      }
      case 'load': {
        const source = expr.mem === mem ? linear(expr.address, expr.offset, counter, size) : undefined;
        if (!source || !mayReadAhead(source, target, step, turns * size, mayMeet, written, spanOf(source, range, size)))
          return undefined;
        return { ...expr, ...place(source) };
      }
      case 'unary': {
        const value = laneOperations.has(expr.code) ? vector(expr.value) : undefined;
        return value && { ...expr, value };
      }
      case 'binary': {
        const left = laneOperations.has(expr.code) ? vector(expr.left) : undefined;
        const right = left && vector(expr.right);
        return right && { ...expr, left, right };
      }
      default:
        return undefined;
    }
  };
  // Narrow elements can only be copied.
  if (size < 4 && store.value.op !== 'load') return undefined;
  const value = vector(store.value);
  if (!value) return undefined;
  before.push({ op: 'vectorLoop', index, from, to, step: step * lanes, mem, ...targetPlace, value });
  return { before, rest: start + step * inVectors };
}

/** The one store of the body, with the scalars that are set before it put into it; undefined where there is anything else. */
function substituted(body: readonly IrStmt[], counter: Counter): (IrStmt & { op: 'store' }) | undefined {
  const scalars = new Map<string, IrExpr>();
  const assigned = new Set(body.flatMap((statement) => nameOfTarget(statement) ?? []));
  let store: (IrStmt & { op: 'store' }) | undefined;
  let carried = false;
  const put = (expr: IrExpr): IrExpr =>
    mapExpression(expr, {
      expression(part) {
        const name = nameOfRead(part);
        if (name === undefined || !assigned.has(name) || isRead(part, counter)) return part;
        const value = scalars.get(name);
        // Read before it is set: the value of the turn before.
        if (!value) carried = true;
        return value ?? part;
      },
      statement: (statement) => statement,
    });
  for (const statement of body) {
    switch (statement.op) {
      case 'setLocal':
        scalars.set(nameOfTarget(statement)!, put(statement.value));
        break;
      case 'storeCell':
        if (statement.cell.aliased || statement.cell.bit !== undefined || memSize[statement.cell.mem] < 4)
          return undefined;
        scalars.set(nameOfTarget(statement)!, put(statement.value));
        break;
      case 'store':
        if (store) return undefined;
        store = { ...statement, address: put(statement.address), value: put(statement.value) };
        break;
      case 'nop':
        break;
      default:
        return undefined;
    }
  }
  return carried ? undefined : store;
}

const nameOfTarget = (statement: IrStmt): string | undefined =>
  statement.op === 'setLocal'
    ? `local ${statement.local.id}`
    : statement.op === 'storeCell'
      ? `cell ${cellKey(statement.cell)}`
      : undefined;
const nameOfRead = (expr: IrExpr): string | undefined =>
  expr.op === 'local' ? `local ${expr.local.id}` : expr.op === 'loadCell' ? `cell ${cellKey(expr.cell)}` : undefined;

/** The address as a place in a row of elements of `size` bytes that the counter counts. */
function linear(address: IrExpr, offset: number, counter: Counter, size: number): Linear | undefined {
  let factor = 0;
  let instances = 0;
  let constant = offset;
  const add = (expr: IrExpr, times: number): boolean => {
    if (isRead(expr, counter)) {
      factor += times;
      return true;
    }
    if (expr.op === 'instance') {
      instances += times;
      return true;
    }
    if (expr.op === 'const') {
      constant += times * (Number(expr.value) | 0);
      return true;
    }
    if (expr.op !== 'binary') return false;
    if (expr.code === 'i32.add') return add(expr.left, times) && add(expr.right, times);
    if (expr.code === 'i32.mul' && expr.right.op === 'const') return add(expr.left, times * Number(expr.right.value));
    return false;
  };
  if (!add(address, 1) || factor !== size || instances < 0 || instances > 1 || constant < 0) return undefined;
  return { instance: instances === 1, constant };
}

function addressOf(at: Linear, index: IrExpr, size: number): { address: IrExpr; offset: number } {
  const row: IrExpr =
    size === 1
      ? index
      : { op: 'binary', type: 'i32', code: 'i32.mul', left: index, right: { op: 'const', type: 'i32', value: size } };
  const address: IrExpr = at.instance
    ? { op: 'binary', type: 'i32', code: 'i32.add', left: { op: 'instance', type: 'i32' }, right: row }
    : row;
  return { address, offset: at.constant };
}

const spanOf = (at: Linear, range: IrRange, size: number): Span => ({
  base: at.instance ? 'instance' : 'absolute',
  start: at.constant + range.low * size,
  end: at.constant + range.high * size + vectorBytes,
});

/**
 * A load before the store of the same turn sees what the loop would see: the same element, elements that are written only in
 * later turns, or another array.
 */
function mayReadAhead(
  source: Linear,
  target: Linear,
  step: number,
  bytes: number,
  mayMeet: (a: Span, b: Span) => boolean,
  written: Span,
  read: Span,
): boolean {
  if (source.instance !== target.instance) return !mayMeet(read, written);
  const distance = (source.constant - target.constant) * step;
  return distance >= 0 || -distance >= bytes;
}
