import type { IrExpr } from '../ir.js';

/**
 * Rough cost of an expression without effects that may be evaluated though its value is not wanted; Infinity for anything that
 * calls, faults, traps, or reads memory at a computed address.
 */
export function speculationCost(expr: IrExpr): number {
  switch (expr.op) {
    case 'const':
    case 'local':
    case 'instance':
    case 'frame':
      return 0;
    case 'loadCell':
      return expr.cell.bit === undefined ? 1 : 2;
    case 'unary':
      return (
        speculationCost(expr.value) + (/sqrt|trunc_sat|popcnt|nearest|floor|ceil|convert_i64_u/.test(expr.code) ? 4 : 1)
      );
    case 'binary': {
      const both = speculationCost(expr.left) + speculationCost(expr.right);
      const name = expr.code.slice(4);
      // Division by a constant other than 0 and -1 can't trap, and is a multiplication.
      if (name.startsWith('div') || name.startsWith('rem')) {
        if (expr.type === 'f32' || expr.type === 'f64') return both + 8;
        const divisor = expr.right.op === 'const' ? BigInt(expr.right.value) : 0n;
        return divisor === 0n || divisor === -1n ? Infinity : both + 4;
      }
      return both + (name === 'mul' ? 2 : 1);
    }
    case 'cond':
      return speculationCost(expr.test) + speculationCost(expr.then) + speculationCost(expr.otherwise) + 1;
    default:
      return Infinity;
  }
}

/** True where evaluating the expression changes nothing and can't fault or trap, so that it may be left out. */
export const isPure = (expr: IrExpr): boolean => speculationCost(expr) < Infinity;
