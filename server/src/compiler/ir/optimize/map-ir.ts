import type { IrExpr, IrStmt } from '../ir.js';

/** What a pass does to each node, operands first. */
export interface IrMapping {
  expression(expr: IrExpr): IrExpr;
  /** Replaces a statement whose parts are mapped already. */
  statement(statement: IrStmt): readonly IrStmt[];
}

/** Bottom-up copy; parts that don't change are shared. */
export function mapStatements(body: readonly IrStmt[], mapping: IrMapping): IrStmt[] {
  const out: IrStmt[] = [];
  for (const statement of body) out.push(...mapping.statement(mapParts(statement, mapping)));
  return out;
}

function mapParts(statement: IrStmt, mapping: IrMapping): IrStmt {
  const expr = (part: IrExpr): IrExpr => mapExpression(part, mapping);
  const list = (part: readonly IrStmt[]): readonly IrStmt[] => mapStatements(part, mapping);
  switch (statement.op) {
    case 'setLocal':
    case 'storeCell':
    case 'drop':
      return { ...statement, value: expr(statement.value) };
    case 'store':
      return { ...statement, address: expr(statement.address), value: expr(statement.value) };
    case 'copy':
      return { ...statement, to: expr(statement.to), from: expr(statement.from), size: expr(statement.size) };
    case 'fill':
      return { ...statement, to: expr(statement.to), byte: expr(statement.byte), size: expr(statement.size) };
    case 'if':
      return {
        ...statement,
        test: expr(statement.test),
        then: list(statement.then),
        otherwise: list(statement.otherwise),
      };
    case 'block':
    case 'loop':
      return { ...statement, body: list(statement.body) };
    case 'switch':
      return {
        ...statement,
        selector: expr(statement.selector),
        cases: statement.cases.map((one) => ({ ...one, body: list(one.body) })),
        otherwise: list(statement.otherwise),
      };
    case 'labels':
      return {
        ...statement,
        segments: statement.segments.map((segment) => ({ ...segment, body: list(segment.body) })),
      };
    case 'call':
    case 'callHost':
      return { ...statement, args: statement.args.map(expr) };
    case 'return':
      return statement.value ? { ...statement, value: expr(statement.value) } : statement;
    case 'faultScope':
      return { ...statement, body: list(statement.body), flush: list(statement.flush) };
    case 'br':
    case 'goto':
    case 'fault':
    case 'nop':
      return statement;
  }
}

export function mapExpression(expr: IrExpr, mapping: IrMapping): IrExpr {
  return mapping.expression(mapOperands(expr, mapping));
}

function mapOperands(expr: IrExpr, mapping: IrMapping): IrExpr {
  const map = (part: IrExpr): IrExpr => mapExpression(part, mapping);
  switch (expr.op) {
    case 'const':
    case 'local':
    case 'loadCell':
    case 'instance':
    case 'frame':
      return expr;
    case 'load': {
      const address = map(expr.address);
      return address === expr.address ? expr : { ...expr, address };
    }
    case 'unary':
    case 'checkNonZero':
    case 'checkIndex':
    case 'checkRef': {
      const value = map(expr.value);
      return value === expr.value ? expr : { ...expr, value };
    }
    case 'binary': {
      const left = map(expr.left);
      const right = map(expr.right);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case 'cond': {
      const test = map(expr.test);
      const then = map(expr.then);
      return { ...expr, test, then, otherwise: map(expr.otherwise) };
    }
    case 'call':
    case 'callHost':
      return { ...expr, args: expr.args.map(map) };
    case 'seq': {
      const body = mapStatements(expr.body, mapping);
      return { ...expr, body, value: map(expr.value) };
    }
    case 'checkIndexDynamic': {
      const value = map(expr.value);
      const low = map(expr.low);
      return { ...expr, value, low, high: map(expr.high) };
    }
  }
}
