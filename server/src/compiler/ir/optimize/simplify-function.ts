import type { IrFunction, IrStmt } from '../ir.js';
import { mapStatements, type IrMapping } from './map-ir.js';
import { asTest, foldOffset, simplifyNode } from './simplify-expression.js';

/** Constants folded, idle conversions and checks dropped, branches on constants decided. */
export function simplifyFunction(fn: IrFunction): IrFunction {
  const body = mapStatements(fn.body, simplification);
  return body === fn.body ? fn : { ...fn, body };
}

export const simplification: IrMapping = { expression: simplifyNode, statement: simplifyStatement };

function simplifyStatement(statement: IrStmt): IrStmt | readonly IrStmt[] {
  switch (statement.op) {
    case 'store':
      return foldOffset(statement);
    case 'nop':
      return [];
    case 'if': {
      const test = asTest(statement.test);
      const { then, otherwise } = statement;
      if (test.op === 'const') return Number(test.value) !== 0 ? then : otherwise;
      if (then.length === 0 && otherwise.length === 0) return { op: 'drop', value: test };
      if (then.length === 0) {
        const opposite = simplifyNode({ op: 'unary', type: 'i32', code: 'i32.eqz', value: test });
        return { ...statement, test: opposite, then: otherwise, otherwise: then };
      }
      if (otherwise.length > 0 && test.op === 'unary' && test.code === 'i32.eqz') {
        return { ...statement, test: test.value, then: otherwise, otherwise: then };
      }
      return test === statement.test ? statement : { ...statement, test };
    }
    default:
      return statement;
  }
}
