import type { InstanceRegion, IrExpr, IrFunction } from '../ir.js';
import { walkStatements } from '../walk.js';
import { writtenSpan, type Span } from './span.js';

export interface CallNode {
  readonly callee: string;
  readonly args: readonly IrExpr[];
  readonly instance?: InstanceRegion;
}

/** What the passes ask of a function again and again, from one walk over it. */
export interface FunctionAnalysis {
  readonly calls: readonly CallNode[];
  /** Nodes of the IR. */
  readonly size: number;
  readonly hasLoop: boolean;
  readonly hasJumpLabels: boolean;
  /** How often each local is set and read. */
  readonly sets: Uint32Array;
  readonly reads: Uint32Array;
  /** Bytes that it writes itself at known places. */
  readonly written: readonly Span[];
}

const known = new WeakMap<IrFunction, FunctionAnalysis>();

export function analyse(fn: IrFunction): FunctionAnalysis {
  const found = known.get(fn);
  if (found) return found;
  const calls: CallNode[] = [];
  const written: Span[] = [];
  const sets = new Uint32Array(fn.locals.length);
  const reads = new Uint32Array(fn.locals.length);
  let size = 0;
  let hasLoop = false;
  let hasJumpLabels = false;
  walkStatements(fn.body, {
    expression(expr) {
      size += 1;
      if (expr.op === 'local') reads[expr.local.id]! += 1;
      else if (expr.op === 'call') calls.push(expr);
    },
    statement(statement) {
      size += 1;
      switch (statement.op) {
        case 'setLocal':
          sets[statement.local.id]! += 1;
          return;
        case 'call':
          calls.push(statement);
          return;
        case 'loop':
          hasLoop = true;
          return;
        case 'labels':
          hasJumpLabels = true;
          return;
        default: {
          const span = writtenSpan(statement);
          if (span) written.push(span);
        }
      }
    },
  });
  const result: FunctionAnalysis = { calls, size, hasLoop, hasJumpLabels, sets, reads, written };
  known.set(fn, result);
  return result;
}
