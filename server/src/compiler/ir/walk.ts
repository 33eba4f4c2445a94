import type { IrExpr, IrStmt } from './ir.js';

export interface IrVisitor {
  expression?(expr: IrExpr): unknown;
  statement?(statement: IrStmt): unknown;
  /** Before and after the body of a loop. */
  enterLoop?(): unknown;
  leaveLoop?(): unknown;
}

/** Calls the visitor for every statement and expression below, parents first, in order of evaluation. */
export function walkStatements(body: readonly IrStmt[], visitor: IrVisitor): void {
  for (const statement of body) {
    visitor.statement?.(statement);
    switch (statement.op) {
      case 'setLocal':
      case 'storeCell':
      case 'drop':
        walkExpression(statement.value, visitor);
        break;
      case 'store':
      case 'vectorLoop':
        walkExpression(statement.address, visitor);
        walkExpression(statement.value, visitor);
        break;
      case 'copy':
        walkExpression(statement.to, visitor);
        walkExpression(statement.from, visitor);
        walkExpression(statement.size, visitor);
        break;
      case 'fill':
        walkExpression(statement.to, visitor);
        walkExpression(statement.byte, visitor);
        walkExpression(statement.size, visitor);
        break;
      case 'if':
        walkExpression(statement.test, visitor);
        walkStatements(statement.then, visitor);
        walkStatements(statement.otherwise, visitor);
        break;
      case 'block':
        walkStatements(statement.body, visitor);
        break;
      case 'loop':
        visitor.enterLoop?.();
        walkStatements(statement.body, visitor);
        visitor.leaveLoop?.();
        break;
      case 'switch':
        walkExpression(statement.selector, visitor);
        for (const one of statement.cases) walkStatements(one.body, visitor);
        walkStatements(statement.otherwise, visitor);
        break;
      case 'labels':
        for (const segment of statement.segments) walkStatements(segment.body, visitor);
        break;
      case 'call':
      case 'callHost':
        for (const argument of statement.args) walkExpression(argument, visitor);
        break;
      case 'faultScope':
        walkStatements(statement.body, visitor);
        walkStatements(statement.flush, visitor);
        break;
      case 'return':
        if (statement.value) walkExpression(statement.value, visitor);
        break;
      case 'br':
      case 'goto':
      case 'fault':
      case 'nop':
        break;
      default:
        statement satisfies never;
    }
  }
}

export function walkExpression(expr: IrExpr, visitor: IrVisitor): void {
  visitor.expression?.(expr);
  switch (expr.op) {
    case 'load':
      walkExpression(expr.address, visitor);
      break;
    case 'unary':
    case 'checkNonZero':
    case 'checkIndex':
    case 'checkRef':
      walkExpression(expr.value, visitor);
      break;
    case 'binary':
      walkExpression(expr.left, visitor);
      walkExpression(expr.right, visitor);
      break;
    case 'cond':
      walkExpression(expr.test, visitor);
      walkExpression(expr.then, visitor);
      walkExpression(expr.otherwise, visitor);
      break;
    case 'call':
    case 'callHost':
      for (const argument of expr.args) walkExpression(argument, visitor);
      break;
    case 'seq':
      walkStatements(expr.body, visitor);
      walkExpression(expr.value, visitor);
      break;
    case 'checkIndexDynamic':
      walkExpression(expr.value, visitor);
      walkExpression(expr.low, visitor);
      walkExpression(expr.high, visitor);
      break;
    case 'const':
    case 'local':
    case 'loadCell':
    case 'instance':
    case 'frame':
      break;
    default:
      expr satisfies never;
  }
}
