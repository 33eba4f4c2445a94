import type { IrCell, IrExpr, IrFunction, IrModule, IrStmt } from '../ir.js';
import { callsOf, instancePlaces } from './call-graph.js';
import { mapStatements } from './map-ir.js';

/** Functions that run on one instance only, as programs mostly do: their members become cells at fixed addresses. */
export function fixInstances(module: IrModule): IrModule {
  const functions = new Map(module.functions.map((fn) => [fn.name, fn]));
  // A fixed caller fixes the regions of its calls; callees follow from the same table.
  const places = instancePlaces(module, functions, callsOf(module));
  return {
    ...module,
    functions: module.functions.map((fn) => {
      const place = places.get(fn.name);
      if (!fn.hasInstance || !place || place.onStack || place.addresses === 'unknown' || place.addresses.size !== 1)
        return fn;
      const [address] = place.addresses;
      return fixedAt(fn, address!);
    }),
  };
}

function fixedAt(fn: IrFunction, address: number): IrFunction {
  const cell = (own: IrCell): IrCell =>
    own.base === 'instance' ? { ...own, base: 'absolute', offset: own.offset + address } : own;
  const region = <T extends (IrExpr | IrStmt) & { op: 'call' }>(call: T): T => {
    const own = call.instance;
    if (own?.base !== 'instance') return call;
    return { ...call, instance: { ...own, base: 'absolute', offset: own.offset + address } };
  };
  const body = mapStatements(fn.body, {
    expression(expr) {
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
    },
    statement(statement) {
      if (statement.op === 'storeCell') return [{ ...statement, cell: cell(statement.cell) }];
      return [statement.op === 'call' ? region(statement) : statement];
    },
  });
  return { ...fn, body };
}
