import type { IrCase, IrStmt } from '../ir/ir.js';
import { emitConstant, emitExpression } from './emit-expression.js';
import type { FunctionContext } from './function-context.js';
import { binaryOpcode, op } from './opcodes.js';

/** A range of selector values and the case that it selects. */
interface Interval {
  readonly low: bigint;
  readonly high: bigint;
  readonly target: number;
}

/** A table may hold up to this many entries for each range it covers. */
const tableEntriesPerInterval = 6n;
const minTableIntervals = 4;

/** CASE: a jump table where the selected values are dense, else a binary tree of comparisons. */
export function emitSwitch(context: FunctionContext, statement: IrStmt & { op: 'switch' }): void {
  const { cases, otherwise, selector } = statement;
  const intervals = disjointIntervals(cases);
  if (selector.type === 'i32') {
    for (const bound of intervals) {
      if (bound.low < -0x8000_0000n || bound.high > 0x7fff_ffffn) throw new RangeError('switch range outside i32');
    }
  }
  const local = context.temporary(selector.type);
  emitExpression(context, selector);
  context.localSet(local);
  const endDepth = context.depth + 1;
  context.openBlock(op.block);
  // Blocks from the outside in: otherwise, last case .. first case; the dispatch is innermost.
  const defaultDepth = endDepth + 1;
  const depthOf = (target: number): number => (target < 0 ? defaultDepth : endDepth + 1 + (cases.length - target));
  for (let count = 0; count <= cases.length; count++) context.openBlock(op.block);
  emitDispatch(context, { type: selector.type as 'i32' | 'i64', local, depthOf }, intervals);
  context.release(selector.type, local);
  for (const one of cases) {
    context.closeBlock();
    context.emitStatements(one.body);
    context.branch(endDepth);
  }
  context.closeBlock();
  context.emitStatements(otherwise);
  context.closeBlock();
}

interface Dispatch {
  readonly type: 'i32' | 'i64';
  readonly local: number;
  readonly depthOf: (target: number) => number;
}

/** Ends in a branch on every path. */
function emitDispatch(context: FunctionContext, dispatch: Dispatch, intervals: readonly Interval[]): void {
  const first = intervals[0];
  const last = intervals.at(-1);
  if (!first || !last) {
    context.branch(dispatch.depthOf(-1));
    return;
  }
  const span = last.high - first.low + 1n;
  if (intervals.length >= minTableIntervals && span <= BigInt(intervals.length) * tableEntriesPerInterval) {
    emitTable(context, dispatch, intervals, Number(span));
    return;
  }
  if (intervals.length <= 3) {
    for (const interval of intervals) emitTest(context, dispatch, interval);
    context.branch(dispatch.depthOf(-1));
    return;
  }
  const middle = intervals.length >> 1;
  context.localGet(dispatch.local);
  emitConstant(context, dispatch.type, intervals[middle]!.low);
  context.code.byte(binaryOpcode[`${dispatch.type}.lt_s`]);
  context.openBlock(op.if);
  emitDispatch(context, dispatch, intervals.slice(0, middle));
  context.closeBlock();
  emitDispatch(context, dispatch, intervals.slice(middle));
}

function emitTest(context: FunctionContext, { type, local, depthOf }: Dispatch, interval: Interval): void {
  const { code } = context;
  context.localGet(local);
  if (interval.low === interval.high) {
    emitConstant(context, type, interval.low);
    code.byte(binaryOpcode[`${type}.eq`]);
  } else {
    // low <= x <= high as one unsigned comparison.
    emitConstant(context, type, interval.low);
    code.byte(binaryOpcode[`${type}.sub`]);
    emitConstant(context, type, interval.high - interval.low);
    code.byte(binaryOpcode[`${type}.le_u`]);
  }
  context.branch(depthOf(interval.target), op.brIf);
}

function emitTable(
  context: FunctionContext,
  { type, local, depthOf }: Dispatch,
  intervals: readonly Interval[],
  span: number,
): void {
  const { code } = context;
  const low = intervals[0]!.low;
  context.localGet(local);
  if (low !== 0n) {
    emitConstant(context, type, low);
    code.byte(binaryOpcode[`${type}.sub`]);
  }
  if (type === 'i64') {
    const index = context.temporary('i64');
    context.localTee(index);
    emitConstant(context, 'i64', BigInt(span));
    code.byte(binaryOpcode['i64.ge_u']);
    context.branch(depthOf(-1), op.brIf);
    context.localGet(index);
    code.byte(0xa7);
    context.release('i64', index);
  }
  code.byte(op.brTable);
  code.u32(span);
  let at = low;
  for (const interval of intervals) {
    for (; at < interval.low; at++) code.u32(context.depth - depthOf(-1));
    for (; at <= interval.high; at++) code.u32(context.depth - depthOf(interval.target));
  }
  code.u32(context.depth - depthOf(-1));
}

/** Sorted, without overlap: where ranges overlap, the earlier case keeps the values. Neighbours of one case are joined. */
export function disjointIntervals(cases: readonly IrCase[]): readonly Interval[] {
  const all = cases.flatMap((one, target) =>
    one.ranges.filter(([low, high]) => low <= high).map(([low, high]) => ({ low, high, target })),
  );
  const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
  // At each cut point the lowest open case number holds. Overlaps are rare, so the open ones are few.
  const cuts = [...new Set(all.flatMap(({ low, high }) => [low, high + 1n]))].sort(compare);
  all.sort((a, b) => compare(a.low, b.low));
  const result: Interval[] = [];
  let open: Interval[] = [];
  let next = 0;
  for (let index = 0; index + 1 < cuts.length; index++) {
    const low = cuts[index]!;
    const high = cuts[index + 1]! - 1n;
    open = open.filter((interval) => interval.high >= low);
    while (next < all.length && all[next]!.low <= low) open.push(all[next++]!);
    if (open.length === 0) continue;
    const target = open.reduce((least, interval) => Math.min(least, interval.target), Number.MAX_SAFE_INTEGER);
    const last = result.at(-1);
    if (last?.target === target && last.high === low - 1n) result[result.length - 1] = { low: last.low, high, target };
    else result.push({ low, high, target });
  }
  return result;
}
