import type { InstanceRegion, IrExpr, IrFunction, IrStmt } from '../ir.js';
import { walkStatements } from '../walk.js';
import { analyse } from './analysis.js';
import { mapStatements } from './map-ir.js';
import { rangeOf } from './range.js';
import { spanOfAddress } from './span.js';

/** Gives calls on elements of an array of instances the region that the array covers. `takesInstance` knows the callees. */
export function noteRegions(fn: IrFunction, takesInstance: (callee: string) => boolean): IrFunction {
  if (!analyse(fn).calls.some((call) => !call.instance && takesInstance(call.callee))) return fn;
  const { sets } = analyse(fn);
  const definitions = new Map<number, IrExpr>();
  walkStatements(fn.body, {
    statement(statement) {
      if (statement.op === 'setLocal' && sets[statement.local.id] === 1)
        definitions.set(statement.local.id, statement.value);
    },
  });
  const withRegion = <T extends (IrExpr | IrStmt) & { op: 'call' }>(call: T): T => {
    if (call.instance || !takesInstance(call.callee)) return call;
    let address = call.args[0]!;
    if (address.op === 'local' && address.local.id >= fn.paramCount)
      address = definitions.get(address.local.id) ?? address;
    const instance = regionOf(address);
    return instance ? { ...call, instance } : call;
  };
  const body = mapStatements(fn.body, {
    expression: (expr) => (expr.op === 'call' ? withRegion(expr) : expr),
    statement: (statement) => (statement.op === 'call' ? withRegion(statement) : statement),
  });
  return { ...fn, body };
}

function regionOf(address: IrExpr): InstanceRegion | undefined {
  const span = spanOfAddress(address, 0, 0);
  const stride = strideOf(address);
  if (!span || span.end <= span.start || stride <= 1) return undefined;
  return { base: span.base, offset: span.start, size: span.end - span.start + stride, stride };
}

/** The address is its least value plus a multiple of this; 0 for a constant. */
function strideOf(expr: IrExpr): number {
  switch (expr.op) {
    case 'const':
    case 'instance':
    case 'frame':
      return 0;
    case 'binary': {
      const factor = expr.right.op === 'const' ? Number(expr.right.value) : undefined;
      if (expr.code === 'i32.add') return divisor(strideOf(expr.left), strideOf(expr.right));
      if (expr.code === 'i32.mul' && factor !== undefined && factor > 0) return factor * strideOf(expr.left);
      if (expr.code === 'i32.shl' && factor !== undefined && factor >= 0 && factor < 31)
        return 2 ** factor * strideOf(expr.left);
      return 1;
    }
    default: {
      const range = rangeOf(expr);
      return range.low === range.high ? 0 : 1;
    }
  }
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
