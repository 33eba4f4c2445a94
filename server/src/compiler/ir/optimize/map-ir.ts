import type { IrExpr, IrStmt } from '../ir.js';

/** What a pass does to each node, operands first. A node given back as it is means no change. */
export interface IrMapping {
  expression(expr: IrExpr): IrExpr;
  /** Replaces a statement whose parts are mapped already. */
  statement(statement: IrStmt): IrStmt | readonly IrStmt[];
}

/** Bottom-up copy; what does not change is shared, down to the very list. */
export function mapStatements(body: readonly IrStmt[], mapping: IrMapping): readonly IrStmt[] {
  let out: IrStmt[] | undefined;
  for (let index = 0; index < body.length; index++) {
    const statement = body[index]!;
    const mapped = mapping.statement(mapParts(statement, mapping));
    if (mapped === statement && !out) continue;
    out ??= body.slice(0, index);
    if (Array.isArray(mapped)) for (const one of mapped as readonly IrStmt[]) out.push(one);
    else out.push(mapped as IrStmt);
  }
  return out ?? body;
}

function mapParts(statement: IrStmt, mapping: IrMapping): IrStmt {
  switch (statement.op) {
    case 'setLocal':
    case 'storeCell':
    case 'drop': {
      const value = mapExpression(statement.value, mapping);
      return value === statement.value ? statement : { ...statement, value };
    }
    case 'store':
    case 'vectorLoop': {
      const address = mapExpression(statement.address, mapping);
      const value = mapExpression(statement.value, mapping);
      return address === statement.address && value === statement.value ? statement : { ...statement, address, value };
    }
    case 'copy': {
      const to = mapExpression(statement.to, mapping);
      const from = mapExpression(statement.from, mapping);
      const size = mapExpression(statement.size, mapping);
      const same = to === statement.to && from === statement.from && size === statement.size;
      return same ? statement : { ...statement, to, from, size };
    }
    case 'fill': {
      const to = mapExpression(statement.to, mapping);
      const byte = mapExpression(statement.byte, mapping);
      const size = mapExpression(statement.size, mapping);
      const same = to === statement.to && byte === statement.byte && size === statement.size;
      return same ? statement : { ...statement, to, byte, size };
    }
    case 'if': {
      const test = mapExpression(statement.test, mapping);
      const then = mapStatements(statement.then, mapping);
      const otherwise = mapStatements(statement.otherwise, mapping);
      const same = test === statement.test && then === statement.then && otherwise === statement.otherwise;
      return same ? statement : { ...statement, test, then, otherwise };
    }
    case 'block':
    case 'loop': {
      const body = mapStatements(statement.body, mapping);
      return body === statement.body ? statement : { ...statement, body };
    }
    case 'switch': {
      const selector = mapExpression(statement.selector, mapping);
      const cases = mapBodies(statement.cases, mapping);
      const otherwise = mapStatements(statement.otherwise, mapping);
      const same = selector === statement.selector && cases === statement.cases && otherwise === statement.otherwise;
      return same ? statement : { ...statement, selector, cases, otherwise };
    }
    case 'labels': {
      const segments = mapBodies(statement.segments, mapping);
      return segments === statement.segments ? statement : { ...statement, segments };
    }
    case 'call':
    case 'callHost': {
      const args = mapList(statement.args, mapping);
      return args === statement.args ? statement : { ...statement, args };
    }
    case 'return': {
      if (!statement.value) return statement;
      const value = mapExpression(statement.value, mapping);
      return value === statement.value ? statement : { ...statement, value };
    }
    case 'faultScope': {
      const body = mapStatements(statement.body, mapping);
      const flush = mapStatements(statement.flush, mapping);
      return body === statement.body && flush === statement.flush ? statement : { ...statement, body, flush };
    }
    case 'br':
    case 'goto':
    case 'fault':
    case 'nop':
      return statement;
  }
}

function mapBodies<T extends { readonly body: readonly IrStmt[] }>(
  parts: readonly T[],
  mapping: IrMapping,
): readonly T[] {
  let changed = false;
  const out = parts.map((part) => {
    const body = mapStatements(part.body, mapping);
    if (body === part.body) return part;
    changed = true;
    return { ...part, body };
  });
  return changed ? out : parts;
}

function mapList(list: readonly IrExpr[], mapping: IrMapping): readonly IrExpr[] {
  let out: IrExpr[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const mapped = mapExpression(list[index]!, mapping);
    if (mapped !== list[index] && !out) out = list.slice(0, index);
    out?.push(mapped);
  }
  return out ?? list;
}

export function mapExpression(expr: IrExpr, mapping: IrMapping): IrExpr {
  return mapping.expression(mapOperands(expr, mapping));
}

function mapOperands(expr: IrExpr, mapping: IrMapping): IrExpr {
  switch (expr.op) {
    case 'const':
    case 'local':
    case 'loadCell':
    case 'instance':
    case 'frame':
      return expr;
    case 'load': {
      const address = mapExpression(expr.address, mapping);
      return address === expr.address ? expr : { ...expr, address };
    }
    case 'unary':
    case 'checkNonZero':
    case 'checkIndex':
    case 'checkRef': {
      const value = mapExpression(expr.value, mapping);
      return value === expr.value ? expr : { ...expr, value };
    }
    case 'binary': {
      const left = mapExpression(expr.left, mapping);
      const right = mapExpression(expr.right, mapping);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case 'cond': {
      const test = mapExpression(expr.test, mapping);
      const then = mapExpression(expr.then, mapping);
      const otherwise = mapExpression(expr.otherwise, mapping);
      const same = test === expr.test && then === expr.then && otherwise === expr.otherwise;
      return same ? expr : { ...expr, test, then, otherwise };
    }
    case 'call':
    case 'callHost': {
      const args = mapList(expr.args, mapping);
      return args === expr.args ? expr : { ...expr, args };
    }
    case 'seq': {
      const body = mapStatements(expr.body, mapping);
      const value = mapExpression(expr.value, mapping);
      return body === expr.body && value === expr.value ? expr : { ...expr, body, value };
    }
    case 'checkIndexDynamic': {
      const value = mapExpression(expr.value, mapping);
      const low = mapExpression(expr.low, mapping);
      const high = mapExpression(expr.high, mapping);
      const same = value === expr.value && low === expr.low && high === expr.high;
      return same ? expr : { ...expr, value, low, high };
    }
  }
}
