import type { IrStmt } from '../ir/ir.js';
import type { FunctionContext, LabelTarget } from './function-context.js';
import { op } from './opcodes.js';

type Segment = { readonly label?: string; readonly body: readonly IrStmt[] };

/**
 * Segments with jump labels. Forward jumps leave the block that ends before their segment; where there are backward jumps,
 * a loop with a jump table on a state local starts again at the segment.
 */
export function emitLabels(context: FunctionContext, segments: readonly Segment[]): void {
  const number = new Map<string, number>();
  segments.forEach((segment, index) => {
    if (segment.label !== undefined) number.set(segment.label, index);
  });
  const backward = new Set<number>();
  const forward = new Set<number>();
  segments.forEach((segment, from) => {
    for (const label of gotosOf(segment.body)) {
      const to = number.get(label);
      if (to === undefined) continue;
      (to > from ? forward : backward).add(to);
    }
  });
  const state = backward.size > 0 ? context.temporary('i32') : -1;
  if (state >= 0) {
    context.i32(0);
    context.localSet(state);
    context.openBlock(op.loop);
  }
  const loopDepth = context.depth;
  // One block per target, the last segment's outermost; segment 0 needs one only for the table.
  const targets = [...new Set([...forward, ...backward])].sort((a, b) => b - a);
  const blockDepth = new Map<number, number>();
  for (const target of targets) {
    context.openBlock(op.block);
    blockDepth.set(target, context.depth);
  }
  if (state >= 0) {
    context.openBlock(op.block);
    emitStateTable(
      context,
      state,
      [...backward].sort((a, b) => a - b),
      blockDepth,
    );
    context.closeBlock();
  }
  const saved = new Map(context.gotos);
  segments.forEach((segment, from) => {
    if (blockDepth.has(from)) context.closeBlock();
    for (const [label, to] of number) {
      const target: LabelTarget | undefined =
        to > from ? { depth: blockDepth.get(to) ?? -1 } : { depth: loopDepth, state: { local: state, value: to } };
      context.gotos.set(label, target);
    }
    context.emitStatements(segment.body);
  });
  context.gotos.clear();
  for (const [label, target] of saved) context.gotos.set(label, target);
  if (state >= 0) {
    context.closeBlock();
    context.release('i32', state);
  }
}

/** State 0 begins; state n continues at segment n. Segment 0 as a target is the beginning. */
function emitStateTable(
  context: FunctionContext,
  state: number,
  backward: readonly number[],
  blockDepth: ReadonlyMap<number, number>,
): void {
  const { code } = context;
  const last = backward.at(-1)!;
  context.localGet(state);
  code.byte(op.brTable);
  code.u32(last + 1);
  for (let value = 0; value <= last; value++) {
    const depth = value > 0 && backward.includes(value) ? blockDepth.get(value)! : context.depth;
    code.u32(context.depth - depth);
  }
  code.u32(0);
}

/** Labels of all jumps in the statements, at any depth. */
function gotosOf(body: readonly IrStmt[]): string[] {
  return body.flatMap((statement): string[] => {
    switch (statement.op) {
      case 'goto':
        return [statement.label];
      case 'if':
        return [...gotosOf(statement.then), ...gotosOf(statement.otherwise)];
      case 'block':
      case 'loop':
      case 'faultScope':
        return gotosOf(statement.body);
      case 'switch':
        return [...statement.cases.flatMap((one) => gotosOf(one.body)), ...gotosOf(statement.otherwise)];
      case 'labels':
        return statement.segments.flatMap((segment) => gotosOf(segment.body));
      default:
        return [];
    }
  });
}
