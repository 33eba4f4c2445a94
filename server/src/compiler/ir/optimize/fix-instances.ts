import type { IrCell, IrExpr, IrFunction, IrModule, IrStmt } from '../ir.js';
import { callsOf, instancePlaces } from './call-graph.js';
import { collapseTemporaries } from './collapse-temporaries.js';
import { mapStatements } from './map-ir.js';
import { createMemo } from './memo.js';
import { simplification, simplifyFunction } from './simplify-function.js';

const simplified = createMemo<IrFunction>();

/**
 * Functions that run on one instance only, as programs mostly do: their members become cells at fixed addresses. All functions
 * are simplified in the same pass.
 */
export function fixAndSimplify(module: IrModule): IrModule {
  const functions = new Map(module.functions.map((fn) => [fn.name, fn]));
  const places = instancePlaces(module, functions, callsOf(module));
  return {
    ...module,
    functions: module.functions.map((fn) => {
      const place = places.get(fn.name);
      const fixed =
        fn.hasInstance && place && !place.onStack && place.addresses !== 'unknown' && place.addresses.size === 1;
      const [address] = fixed ? (place.addresses as ReadonlySet<number>) : [];
      return simplified(fn, [address], () => {
        const plain = collapseTemporaries(fn);
        return address === undefined ? simplifyFunction(plain) : fixedAt(plain, address);
      });
    }),
  };
}

function fixedAt(fn: IrFunction, address: number): IrFunction {
  // A cell is used again and again.
  const cells = new Map<IrCell, IrCell>();
  const cell = (own: IrCell): IrCell => {
    let fixed = cells.get(own);
    if (!fixed) cells.set(own, (fixed = { ...own, base: 'absolute', offset: own.offset + address }));
    return fixed;
  };
  const region = <T extends (IrExpr | IrStmt) & { op: 'call' }>(call: T): T => {
    const own = call.instance;
    if (own?.base !== 'instance') return call;
    return { ...call, instance: { ...own, base: 'absolute', offset: own.offset + address } };
  };
  const fixedExpression = (expr: IrExpr): IrExpr => {
    switch (expr.op) {
      case 'loadCell':
        return expr.cell.base === 'instance' ? { ...expr, cell: cell(expr.cell) } : expr;
      case 'instance':
        return { op: 'const', type: 'i32', value: address };
      case 'call':
        return region(expr);
      default:
        return expr;
    }
  };
  const fixedStatement = (statement: IrStmt): IrStmt => {
    if (statement.op === 'storeCell' && statement.cell.base === 'instance')
      return { ...statement, cell: cell(statement.cell) };
    return statement.op === 'call' ? region(statement) : statement;
  };
  const body = mapStatements(fn.body, {
    expression: (expr) => simplification.expression(fixedExpression(expr)),
    statement: (statement) => simplification.statement(fixedStatement(statement)),
  });
  return { ...fn, body };
}
