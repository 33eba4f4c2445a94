import type { IrExpr, IrFunction, IrLocal, IrStmt } from '../ir.js';
import { cellKey } from './cell-table.js';
import { isPure, speculationCost } from './purity.js';
import { isTruth, simplifyNode } from './simplify-expression.js';

type Assignment = IrStmt & { op: 'storeCell' | 'setLocal' };

/** Values of both branches together may cost this much inside a loop. */
const loopCost = 10;
const maxAssignments = 3;

/**
 * Turns branches that only assign cheap values into assignments of a choice: `x := t ? a : x`. In loops, where the processor
 * mispredicts what data decides, for numbers too; elsewhere only for BOOLs set or reset.
 */
export function convertIfs(fn: IrFunction): IrFunction {
  const locals = [...fn.locals];
  const body = convertBody(fn.body, false, locals);
  return { ...fn, locals, body };
}

function convertBody(body: readonly IrStmt[], inLoop: boolean, locals: IrLocal[]): readonly IrStmt[] {
  let out: IrStmt[] | undefined;
  for (let index = 0; index < body.length; index++) {
    const statement = body[index]!;
    const result = convertStatement(statement, inLoop, locals);
    if (result === statement && !out) continue;
    out ??= body.slice(0, index);
    if (Array.isArray(result)) out.push(...(result as readonly IrStmt[]));
    else out.push(result as IrStmt);
  }
  return out ?? body;
}

function convertStatement(statement: IrStmt, inLoop: boolean, locals: IrLocal[]): IrStmt | readonly IrStmt[] {
  switch (statement.op) {
    case 'if': {
      const then = convertBody(statement.then, inLoop, locals);
      const otherwise = convertBody(statement.otherwise, inLoop, locals);
      const whole =
        then === statement.then && otherwise === statement.otherwise ? statement : { ...statement, then, otherwise };
      return converted(whole, inLoop, locals) ?? whole;
    }
    case 'block':
    case 'loop': {
      const body = convertBody(statement.body, inLoop || statement.op === 'loop', locals);
      return body === statement.body ? statement : { ...statement, body };
    }
    case 'switch':
      return {
        ...statement,
        cases: statement.cases.map((one) => ({ ...one, body: convertBody(one.body, inLoop, locals) })),
        otherwise: convertBody(statement.otherwise, inLoop, locals),
      };
    case 'labels':
      return {
        ...statement,
        segments: statement.segments.map((one) => ({ ...one, body: convertBody(one.body, inLoop, locals) })),
      };
    default:
      return statement;
  }
}

function converted(statement: IrStmt & { op: 'if' }, inLoop: boolean, locals: IrLocal[]): IrStmt[] | undefined {
  const { test, then, otherwise } = statement;
  const all = [...then, ...otherwise];
  if (all.length === 0 || all.length > maxAssignments || !isPure(test) || !all.every(isAssignment)) return undefined;
  if (!inLoop && !all.every(setsTruth)) return undefined;
  if (all.reduce((sum, one) => sum + speculationCost(one.value), 0) > loopCost) return undefined;
  const [first, second] = [then[0], otherwise[0]];
  if (
    then.length === 1 &&
    otherwise.length === 1 &&
    isAssignment(first!) &&
    isAssignment(second!) &&
    targetOf(first) === targetOf(second) &&
    // A narrow cell takes its bits from 32 or from 64.
    first.value.type === second.value.type
  ) {
    return [{ ...first, value: choice(test, first.value, second.value) }];
  }
  const out: IrStmt[] = [];
  let condition = test;
  if (all.length > 1 && test.op !== 'local') {
    const local: IrLocal = { id: locals.length, name: '$test', type: 'i32' };
    locals.push(local);
    out.push({ op: 'setLocal', local, value: test });
    condition = { op: 'local', type: 'i32', local };
  } else if (
    test.op === 'local' &&
    all.length > 1 &&
    all.some((one) => one.op === 'setLocal' && one.local.id === test.local.id)
  ) {
    return undefined;
  }
  for (const one of then as Assignment[]) out.push({ ...one, value: choice(condition, one.value, present(one)) });
  for (const one of otherwise as Assignment[]) out.push({ ...one, value: choice(condition, present(one), one.value) });
  return out;
}

const isAssignment = (statement: IrStmt): statement is Assignment =>
  (statement.op === 'storeCell' || statement.op === 'setLocal') && speculationCost(statement.value) < Infinity;

const setsTruth = (one: Assignment): boolean =>
  isTruth(one.value) && (one.value.op === 'const' || one.value.op === 'local' || one.value.op === 'loadCell');

const targetOf = (one: Assignment): string =>
  one.op === 'storeCell' ? `cell ${cellKey(one.cell)}` : `local ${one.local.id}`;

const present = (one: Assignment): IrExpr =>
  one.op === 'storeCell'
    ? { op: 'loadCell', type: one.value.type, cell: one.cell }
    : { op: 'local', type: one.value.type, local: one.local };

/** `isPure(test)` holds, so that the order does not matter. */
function choice(test: IrExpr, then: IrExpr, otherwise: IrExpr): IrExpr {
  const chosen = simplifyNode({ op: 'cond', type: then.type, test, then, otherwise });
  return chosen.op === 'cond' ? { ...chosen, eager: true } : chosen;
}
