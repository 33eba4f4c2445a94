import type { IrExpr, IrFunction, IrStmt } from '../ir.js';
import { walkExpression } from '../walk.js';
import { analyse } from './analysis.js';
import { mapExpression, mapStatements, type IrMapping } from './map-ir.js';

/**
 * Puts the value of a local that is set once and read once in the place where it is read, where nothing in between can tell the
 * difference: `t := a + b; x := t * 2` becomes `x := (a + b) * 2`.
 */
export function collapseTemporaries(fn: IrFunction): IrFunction {
  const { sets, reads } = analyse(fn);
  const single = (id: number): boolean => id >= fn.paramCount && sets[id] === 1 && reads[id] === 1;
  let found = false;
  for (let id = fn.paramCount; id < fn.locals.length; id++) found ||= single(id);
  if (!found) return fn;

  const collapseList = (body: readonly IrStmt[]): readonly IrStmt[] => {
    const out: IrStmt[] = [];
    for (const statement of body) {
      let current = statement;
      for (let last = out.at(-1); last?.op === 'setLocal' && single(last.local.id); last = out.at(-1)) {
        const merged = intoStatement(last, current);
        if (!merged) break;
        out.pop();
        current = last.site !== undefined && current.site === undefined ? { ...merged, site: last.site } : merged;
      }
      out.push(current);
    }
    return out.length === body.length ? body : out;
  };
  const mapping: IrMapping = {
    expression(expr) {
      if (expr.op !== 'seq') return expr;
      const body = [...collapseList(expr.body)];
      let { value } = expr;
      for (let last = body.at(-1); last?.op === 'setLocal' && single(last.local.id); last = body.at(-1)) {
        const merged = intoExpressions(last.local.id, last.value, [value]);
        if (!merged) break;
        body.pop();
        value = merged[0]!;
      }
      return body.length === 0 ? value : { ...expr, body, value };
    },
    statement: (statement) => withLists(statement, collapseList),
  };
  return { ...fn, body: collapseList(mapStatements(fn.body, mapping)) };
}

/** Applies `list` to the statement lists directly within. */
function withLists(statement: IrStmt, list: (body: readonly IrStmt[]) => readonly IrStmt[]): IrStmt {
  switch (statement.op) {
    case 'if':
      return { ...statement, then: list(statement.then), otherwise: list(statement.otherwise) };
    case 'block':
    case 'loop':
      return { ...statement, body: list(statement.body) };
    case 'switch':
      return {
        ...statement,
        cases: statement.cases.map((one) => ({ ...one, body: list(one.body) })),
        otherwise: list(statement.otherwise),
      };
    case 'labels':
      return {
        ...statement,
        segments: statement.segments.map((segment) => ({ ...segment, body: list(segment.body) })),
      };
    default:
      return statement;
  }
}

/** The statement with the local's value in place; undefined where that is not certain to be the same. */
function intoStatement(set: IrStmt & { op: 'setLocal' }, statement: IrStmt): IrStmt | undefined {
  const id = set.local.id;
  const put = (...parts: readonly IrExpr[]): readonly IrExpr[] | undefined => intoExpressions(id, set.value, parts);
  switch (statement.op) {
    case 'setLocal':
    case 'storeCell':
    case 'drop': {
      const merged = put(statement.value);
      return merged && { ...statement, value: merged[0]! };
    }
    case 'store': {
      const merged = put(statement.address, statement.value);
      return merged && { ...statement, address: merged[0]!, value: merged[1]! };
    }
    case 'if': {
      const merged = put(statement.test);
      return merged && { ...statement, test: merged[0]! };
    }
    case 'switch': {
      const merged = put(statement.selector);
      return merged && { ...statement, selector: merged[0]! };
    }
    case 'return': {
      const merged = statement.value && put(statement.value);
      return merged && { ...statement, value: merged[0]! };
    }
    case 'call':
    case 'callHost': {
      const merged = put(...statement.args);
      return merged && { ...statement, args: merged };
    }
    default:
      return undefined;
  }
}

/** `parts` are evaluated one after the other. Undefined where the local is not read there, or not safely. */
function intoExpressions(id: number, value: IrExpr, parts: readonly IrExpr[]): readonly IrExpr[] | undefined {
  const target = parts.findIndex((part) => readsLocal(part, id));
  if (target < 0) return undefined;
  const replace = (): readonly IrExpr[] =>
    parts.map((part, index) =>
      index === target
        ? mapExpression(part, {
            expression: (expr) => (expr.op === 'local' && expr.local.id === id ? value : expr),
            statement: (statement) => statement,
          })
        : part,
    );
  if (target === 0 && readFirst(parts[0]!, id)) return replace();
  // Otherwise it moves over what is evaluated before it: neither may change anything, and it must not fault.
  const quiet = parts.slice(0, target + 1).every((part) => changesNothing(part, true)) && changesNothing(value, false);
  return quiet ? replace() : undefined;
}

function readsLocal(expr: IrExpr, id: number): boolean {
  let found = false;
  walkExpression(expr, { expression: (part) => part.op === 'local' && part.local.id === id && (found = true) });
  return found;
}

/** The local is the very first thing that the expression evaluates. */
function readFirst(expr: IrExpr, id: number): boolean {
  switch (expr.op) {
    case 'local':
      return expr.local.id === id;
    case 'unary':
    case 'checkNonZero':
    case 'checkIndex':
    case 'checkIndexDynamic':
    case 'checkRef':
      return readFirst(expr.value, id);
    case 'binary':
      return readFirst(expr.left, id);
    case 'load':
      return readFirst(expr.address, id);
    case 'cond':
      return !expr.eager && readFirst(expr.test, id);
    case 'call':
    case 'callHost':
      return expr.args.length > 0 && readFirst(expr.args[0]!, id);
    default:
      return false;
  }
}

function changesNothing(expr: IrExpr, mayFault: boolean): boolean {
  let quiet = true;
  walkExpression(expr, {
    expression(part) {
      if (part.op === 'call' || part.op === 'callHost' || part.op === 'seq') quiet = false;
      else if (!mayFault && (part.op.startsWith('check') || isDivision(part))) quiet = false;
    },
  });
  return quiet;
}

const isDivision = (expr: IrExpr): boolean => expr.op === 'binary' && /^i(32|64)\.(div|rem)/.test(expr.code);
