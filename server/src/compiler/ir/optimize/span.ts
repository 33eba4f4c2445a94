import { memSize } from '../memory-type.js';
import type { IrCell, IrExpr, IrStmt } from '../ir.js';
import { rangeOf } from './range.js';

/** Bytes start .. end-1, counted from address 0, the instance or the frame. */
export interface Span {
  readonly base: IrCell['base'];
  readonly start: number;
  readonly end: number;
}

export const spanOfCell = (cell: IrCell): Span => ({
  base: cell.base,
  start: cell.offset,
  end: cell.offset + memSize[cell.mem],
});

export const meets = (a: Span, b: Span): boolean => a.base === b.base && a.start < b.end && b.start < a.end;

/** What `size` bytes at address + offset can cover; undefined where the address may be anything. */
export function spanOfAddress(address: IrExpr, offset: number, size: number): Span | undefined {
  const range = addressRange(address);
  if (!range) return undefined;
  return { base: range.base ?? 'absolute', start: range.low + offset, end: range.high + offset + size };
}

interface AddressRange {
  readonly base: 'instance' | 'frame' | undefined;
  readonly low: number;
  readonly high: number;
}

const limit = 2 ** 31;

function addressRange(expr: IrExpr): AddressRange | undefined {
  switch (expr.op) {
    case 'instance':
      return { base: 'instance', low: 0, high: 0 };
    case 'frame':
      return { base: 'frame', low: expr.offset, high: expr.offset };
    case 'binary': {
      if (expr.code !== 'i32.add' && expr.code !== 'i32.sub') break;
      const left = addressRange(expr.left);
      const right = addressRange(expr.right);
      if (!left || !right || (right.base && (left.base || expr.code === 'i32.sub'))) return undefined;
      const [low, high] =
        expr.code === 'i32.add'
          ? [left.low + right.low, left.high + right.high]
          : [left.low - right.high, left.high - right.low];
      return low >= -limit && high < limit ? { base: left.base ?? right.base, low, high } : undefined;
    }
    case 'seq':
      return addressRange(expr.value);
    default:
      break;
  }
  const range = rangeOf(expr);
  return range.low > -limit && range.high < limit - 1 ? { base: undefined, ...range } : undefined;
}

/** Bytes that a statement itself writes at a known place. Writes elsewhere reach only cells that are marked `aliased`. */
export function writtenSpan(statement: IrStmt): Span | undefined {
  switch (statement.op) {
    case 'storeCell':
      return spanOfCell(statement.cell);
    case 'store':
    case 'vectorLoop':
      return spanOfAddress(statement.address, statement.offset, statement.op === 'store' ? memSize[statement.mem] : 16);
    case 'copy':
    case 'fill': {
      const size = statement.size.op === 'const' ? Number(statement.size.value) >>> 0 : 2 ** 31;
      return spanOfAddress(statement.to, 0, size);
    }
    default:
      return undefined;
  }
}

/** A set of bytes as sorted, disjoint stretches. */
export class SpanSet {
  private spans: (readonly [start: number, end: number])[] = [];
  private sorted = true;

  get empty(): boolean {
    return this.spans.length === 0;
  }

  add(start: number, end: number): void {
    const last = this.spans.at(-1);
    if (last && start >= last[0] && start <= last[1]) {
      if (end > last[1]) this.spans[this.spans.length - 1] = [last[0], end];
      return;
    }
    if (last && start < last[0]) this.sorted = false;
    this.spans.push([start, end]);
  }

  addAll(other: SpanSet, shift: number): void {
    for (const [start, end] of other.ordered()) this.add(start + shift, end + shift);
  }

  /** Sum of the bytes. */
  size(): number {
    return this.ordered().reduce((sum, [start, end]) => sum + end - start, 0);
  }

  ordered(): readonly (readonly [start: number, end: number])[] {
    if (this.sorted) return this.spans;
    this.spans.sort((a, b) => a[0] - b[0]);
    const merged: [number, number][] = [];
    for (const [start, end] of this.spans) {
      const last = merged.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else merged.push([start, end]);
    }
    this.spans = merged;
    this.sorted = true;
    return merged;
  }

  meets(start: number, end: number): boolean {
    const spans = this.ordered();
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spans[middle]![1] <= start) low = middle + 1;
      else high = middle;
    }
    return low < spans.length && spans[low]![0] < end;
  }
}
