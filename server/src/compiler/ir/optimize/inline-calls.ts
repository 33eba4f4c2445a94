import type { InstanceRegion, IrCell, IrExpr, IrFunction, IrLocal, IrModule, IrStmt } from '../ir.js';
import { walkStatements } from '../walk.js';
import { analyse, type CallNode } from './analysis.js';
import { callOrder, callsOf } from './call-graph.js';
import { mapStatements } from './map-ir.js';
import { createMemo } from './memo.js';

/**
 * Nodes of the IR that a callee may have to be copied into its caller: anywhere, inside of a loop, where it is called once, and
 * where all copies of it together keep within `growth`.
 */
const limits = { anywhere: 36, inLoop: 160, calledOnce: 300, few: 200, growth: 6000 } as const;
/** A caller grows to this size at most: the optimising compiler behind us is not linear. */
const maxCallerSize = 16_000;

const inlined = createMemo<IrFunction>();

interface Candidate {
  readonly fn: IrFunction;
  readonly size: number;
}

/** Copies small functions and block bodies into their callers, callees first. */
export function inlineCalls(module: IrModule, keep: (fn: IrFunction) => boolean): IrModule {
  const calls = callsOf(module);
  const callCount = new Map<string, number>();
  for (const called of calls.values())
    for (const call of called) callCount.set(call.callee, (callCount.get(call.callee) ?? 0) + 1);
  const functions = new Map(module.functions.map((fn) => [fn.name, fn]));
  const candidates = new Map<string, Candidate>();
  for (const name of callOrder(calls).order) {
    let fn = functions.get(name)!;
    const own = calls.get(name)!;
    if (own.some((call) => candidates.has(call.callee))) {
      const before = fn;
      const chosen = own.flatMap(({ callee }) => [candidates.get(callee)?.fn, callCount.get(callee) === 1]);
      fn = inlined(before, chosen, () => new Inliner(before, candidates, callCount).run());
      functions.set(name, fn);
    }
    const size = keep(fn) ? undefined : inlinableSize(fn);
    if (size !== undefined) candidates.set(name, { fn, size });
  }
  return { ...module, functions: module.functions.map((fn) => functions.get(fn.name)!) };
}

/** Nodes of the body; undefined where it can't be copied: frames, calls left in it, jump labels, or too much. */
function inlinableSize(fn: IrFunction): number | undefined {
  if (fn.frameSize > 0) return undefined;
  const { size, calls, hasJumpLabels } = analyse(fn);
  return size <= limits.calledOnce && calls.length === 0 && !hasJumpLabels ? size : undefined;
}

/** Where the callee's instance lies, as the caller sees it. */
type Place = Pick<InstanceRegion, 'base' | 'offset'> & { readonly aliased: boolean };

class Inliner {
  private readonly locals: IrLocal[];
  private size: number;
  private copies = 0;
  private readonly ownCalls = new Map<string, number>();
  private loops = 0;

  constructor(
    private readonly fn: IrFunction,
    private readonly candidates: ReadonlyMap<string, Candidate>,
    private readonly callCount: ReadonlyMap<string, number>,
  ) {
    this.locals = [...fn.locals];
    const { size, calls } = analyse(fn);
    this.size = size;
    for (const { callee } of calls) this.ownCalls.set(callee, (this.ownCalls.get(callee) ?? 0) + 1);
  }

  run(): IrFunction {
    const body = this.body(this.fn.body);
    return { ...this.fn, locals: this.locals, body };
  }

  private body(statements: readonly IrStmt[]): IrStmt[] {
    return statements.flatMap((statement): IrStmt[] => {
      // Loops and what they hold first by hand, to know the depth; everything else bottom-up.
      switch (statement.op) {
        case 'loop': {
          this.loops += 1;
          const body = this.body(statement.body);
          this.loops -= 1;
          return [{ ...statement, body }];
        }
        case 'block':
          return [{ ...statement, body: this.body(statement.body) }];
        case 'if': {
          const test = this.expression(statement.test);
          return [{ ...statement, test, then: this.body(statement.then), otherwise: this.body(statement.otherwise) }];
        }
        case 'switch': {
          const selector = this.expression(statement.selector);
          const cases = statement.cases.map((one) => ({ ...one, body: this.body(one.body) }));
          return [{ ...statement, selector, cases, otherwise: this.body(statement.otherwise) }];
        }
        case 'labels':
          return [
            {
              ...statement,
              segments: statement.segments.map((segment) => ({ ...segment, body: this.body(segment.body) })),
            },
          ];
        default:
          return [...mapStatements([statement], this.mapping)];
      }
    });
  }

  private readonly mapping = {
    expression: (expr: IrExpr): IrExpr => {
      if (expr.op !== 'call') return expr;
      const result: IrLocal = { id: this.locals.length, name: `$${expr.callee}`, type: expr.type };
      const copy = this.copy(expr, result);
      return copy
        ? { op: 'seq', type: expr.type, body: copy, value: { op: 'local', type: expr.type, local: result } }
        : expr;
    },
    statement: (statement: IrStmt): IrStmt | readonly IrStmt[] => {
      if (statement.op !== 'call') return statement;
      const copy = this.copy(statement, undefined);
      if (!copy) return statement;
      const [first, ...rest] = copy;
      return first && statement.site !== undefined && first.site === undefined
        ? [{ ...first, site: statement.site }, ...rest]
        : copy;
    },
  };

  private expression(expr: IrExpr): IrExpr {
    const [statement] = mapStatements([{ op: 'drop', value: expr }], this.mapping);
    return (statement as IrStmt & { op: 'drop' }).value;
  }

  private wanted(candidate: Candidate): boolean {
    const { size, fn } = candidate;
    if (this.size + size > maxCallerSize || fn.name === this.fn.name) return false;
    if (size <= limits.anywhere) return true;
    if (this.loops > 0 && size <= limits.inLoop) return true;
    if (this.callCount.get(fn.name) === 1) return true;
    return size <= limits.few && size * (this.ownCalls.get(fn.name) ?? 0) <= limits.growth;
  }

  /** The callee's statements in terms of the caller; undefined where the call stays. */
  private copy(call: CallNode, result: IrLocal | undefined): IrStmt[] | undefined {
    const candidate = this.candidates.get(call.callee);
    if (!candidate || !this.wanted(candidate)) return undefined;
    const { fn } = candidate;
    const place = fn.hasInstance ? instancePlace(call) : undefined;
    if (fn.hasInstance && !place) return undefined;
    this.size += candidate.size;
    const number = ++this.copies;
    if (result) this.locals.push(result);
    else if (fn.result) result = this.newLocal('$dropped', fn.result);
    const assigned = new Set<number>();
    let returns = 0;
    walkStatements(fn.body, {
      statement(statement) {
        if (statement.op === 'setLocal') assigned.add(statement.local.id);
        else if (statement.op === 'return') returns += 1;
      },
    });
    const body: IrStmt[] = [];
    const values = new Map<number, IrExpr>();
    fn.locals.forEach((local, index) => {
      if (fn.hasInstance && index === 0) return;
      const argument = index < fn.paramCount ? call.args[index]! : zero(local);
      if (!assigned.has(local.id) && argument.op === 'const') {
        values.set(local.id, argument);
        return;
      }
      const own = this.newLocal(local.name, local.type);
      values.set(local.id, { op: 'local', type: local.type, local: own });
      body.push({ op: 'setLocal', local: own, value: argument });
    });
    const last = fn.body.at(-1);
    const endsInReturn = returns === 1 && last?.op === 'return';
    const exit = `$inline${number}`;
    const copied = renamed(fn.body, {
      place,
      values,
      result,
      exit: returns > 0 && !endsInReturn ? exit : undefined,
      suffix: `$${number}`,
    });
    if (returns > 0 && !endsInReturn) body.push({ op: 'block', label: exit, body: copied });
    else body.push(...copied);
    return body;
  }

  private newLocal(name: string, type: IrLocal['type']): IrLocal {
    const local: IrLocal = { id: this.locals.length, name, type };
    this.locals.push(local);
    return local;
  }
}

const zero = (local: IrLocal): IrExpr => ({ op: 'const', type: local.type, value: local.type === 'i64' ? 0n : 0 });

/** Where the call's instance lies, if that is known and the argument says the same. */
function instancePlace(call: CallNode): Place | undefined {
  const region = call.instance;
  const argument = call.args[0];
  if (!region || !argument) return undefined;
  const place: Place = { base: region.base, offset: region.offset, aliased: region.reach?.aliased ?? true };
  const plain = addressOf(place);
  const same =
    argument.op === plain.op &&
    (argument.op !== 'const' || Number(argument.value) === region.offset) &&
    (argument.op !== 'frame' || argument.offset === region.offset) &&
    (argument.op !== 'binary' ||
      (argument.code === 'i32.add' &&
        argument.left.op === 'instance' &&
        argument.right.op === 'const' &&
        Number(argument.right.value) === region.offset));
  return same ? place : undefined;
}

function addressOf(place: Place): IrExpr {
  if (place.base === 'absolute') return { op: 'const', type: 'i32', value: place.offset };
  if (place.base === 'frame') return { op: 'frame', type: 'i32', offset: place.offset };
  if (place.offset === 0) return { op: 'instance', type: 'i32' };
  return {
    op: 'binary',
    type: 'i32',
    code: 'i32.add',
    left: { op: 'instance', type: 'i32' },
    right: { op: 'const', type: 'i32', value: place.offset },
  };
}

interface Renaming {
  readonly place: Place | undefined;
  readonly values: ReadonlyMap<number, IrExpr>;
  readonly result: IrLocal | undefined;
  /** Label that a return leaves to; undefined where the only return is last. */
  readonly exit: string | undefined;
  readonly suffix: string;
}

function renamed(body: readonly IrStmt[], { place, values, result, exit, suffix }: Renaming): readonly IrStmt[] {
  const cell = (own: IrCell): IrCell => {
    if (own.base !== 'instance' || !place) return own;
    return { ...own, base: place.base, offset: own.offset + place.offset, aliased: own.aliased || place.aliased };
  };
  const localOf = (local: IrLocal): IrLocal => (values.get(local.id) as IrExpr & { op: 'local' }).local;
  return mapStatements(body, {
    expression(expr) {
      switch (expr.op) {
        case 'local':
          return values.get(expr.local.id)!;
        case 'loadCell':
          return { ...expr, cell: cell(expr.cell) };
        case 'instance':
          return place ? addressOf(place) : expr;
        default:
          return expr;
      }
    },
    statement(statement) {
      switch (statement.op) {
        case 'setLocal':
          return { ...statement, local: localOf(statement.local) };
        case 'storeCell':
          return { ...statement, cell: cell(statement.cell) };
        case 'block':
        case 'loop':
        case 'br':
          return { ...statement, label: `${statement.label}${suffix}` };
        case 'return': {
          const out: IrStmt[] = [];
          if (statement.value && result) out.push({ op: 'setLocal', local: result, value: statement.value });
          if (exit !== undefined) out.push({ op: 'br', label: exit });
          return out;
        }
        default:
          return statement;
      }
    },
  });
}
