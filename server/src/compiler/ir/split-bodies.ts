import type { IrExpr, IrFunction, IrLocal, IrModule, IrStmt, NumType } from './ir.js';
import { constant, i32, iff, load, localValue, plus, store, zero } from './make.js';
import { analyse } from './optimize/analysis.js';
import { mapStatements } from './optimize/map-ir.js';
import { createMemo } from './optimize/memo.js';
import { walkStatements } from './walk.js';

/** Nodes of the IR: bodies of more than `most` are split into parts of about `part`. */
export interface SplitLimits {
  readonly most: number;
  readonly part: number;
}
const usualLimits: SplitLimits = { most: 60_000, part: 20_000 };

const split = createMemo<readonly IrFunction[]>();

/**
 * The same program with large bodies cut into functions of their own, one after the other: no body reaches V8's limit of 7.6 MB, and
 * the optimising compiler, which is not linear, gets pieces. A statement that jumps to a label outside of it is never cut off.
 * Locals that more than one part needs lie in the frame, whose address the parts get.
 */
export function splitBodies(module: IrModule, limits: SplitLimits = usualLimits): IrModule {
  let changed = false;
  const functions = module.functions.flatMap((fn) => {
    if (fn.trusted || analyse(fn).size <= limits.most) return [fn];
    changed = true;
    return split(fn, [limits], () => new Splitter(fn, limits.part).run());
  });
  return changed ? { ...module, functions } : module;
}

interface Part {
  readonly name: string;
  readonly body: readonly IrStmt[];
  /** Can run more than once in a call of the function: its locals keep their values. */
  readonly repeats: boolean;
  readonly uses: Uses;
  /** The function may be left from within. */
  returns: boolean;
  frame: boolean;
}

interface Uses {
  readonly locals: ReadonlySet<number>;
  readonly calls: readonly string[];
  readonly returns: boolean;
  readonly frame: boolean;
}

class Splitter {
  /** Inner parts before those that call them. */
  private readonly parts = new Map<string, Part>();
  private readonly slots = new Map<number, number>();
  private frameSize: number;
  private resultSlot = 0;

  constructor(
    private readonly fn: IrFunction,
    private readonly partSize: number,
  ) {
    this.frameSize = Math.ceil(fn.frameSize / 8) * 8;
  }

  run(): readonly IrFunction[] {
    const { fn } = this;
    const body = this.cut(fn.body, false);
    if (this.parts.size === 0) return [fn];
    this.spill(body);
    for (const part of this.parts.values()) {
      const inner = part.uses.calls.map((name) => this.parts.get(name));
      part.returns = part.uses.returns || inner.some((one) => one?.returns);
      part.frame =
        part.uses.frame ||
        [...part.uses.locals].some((id) => this.slots.has(id)) ||
        (part.returns && fn.result !== undefined) ||
        inner.some((one) => one?.frame);
    }
    const address: IrExpr = { op: 'frame', type: 'i32', offset: 0 };
    const entry = [...this.slots].map(([id, offset]) => {
      const local = fn.locals[id]!;
      return store(local.type, address, id < fn.paramCount ? localValue(local) : zero(local.type), offset);
    });
    const leave = (value: IrExpr | undefined): readonly IrStmt[] => [
      value ? { op: 'return', value } : { op: 'return' },
    ];
    const outer = this.mapped(
      body,
      address,
      (local) => local,
      leave,
      () => leave(this.result(address)),
    );
    // A part that always returns can't be told from one that may: the end must leave by `return` too.
    const last = fn.result === undefined ? [] : leave(this.result(address));
    return [
      { ...fn, frameSize: this.frameSize, body: [...entry, ...outer, ...last] },
      ...[...this.parts.values()].map((part) => this.partFunction(part)),
    ];
  }

  /** The list with stretches of it replaced by calls of parts. */
  private cut(list: readonly IrStmt[], repeats: boolean): readonly IrStmt[] {
    const out: IrStmt[] = [];
    let stretch: IrStmt[] = [];
    let size = 0;
    const end = (): void => {
      // What is hardly more than the call stays where it is.
      if (size * 2 >= this.partSize) out.push(this.part(stretch, repeats));
      else out.push(...stretch);
      stretch = [];
      size = 0;
    };
    for (const whole of list) {
      const statement = sizeOf([whole]) > this.partSize ? this.cutWithin(whole, repeats) : whole;
      if (jumpsOut(statement)) {
        end();
        out.push(statement);
        continue;
      }
      const own = sizeOf([statement]);
      if (size + own > this.partSize) end();
      stretch.push(statement);
      size += own;
    }
    end();
    return out;
  }

  private cutWithin(statement: IrStmt, repeats: boolean): IrStmt {
    switch (statement.op) {
      case 'if':
        return {
          ...statement,
          then: this.cut(statement.then, repeats),
          otherwise: this.cut(statement.otherwise, repeats),
        };
      case 'block':
        return { ...statement, body: this.cut(statement.body, repeats) };
      case 'loop':
        return { ...statement, body: this.cut(statement.body, true) };
      case 'switch':
        return {
          ...statement,
          cases: statement.cases.map((one) => ({ ...one, body: this.cut(one.body, repeats) })),
          otherwise: this.cut(statement.otherwise, repeats),
        };
      case 'labels':
        return {
          ...statement,
          segments: statement.segments.map((one) => ({ ...one, body: this.cut(one.body, true) })),
        };
      default:
        return statement;
    }
  }

  private part(body: readonly IrStmt[], repeats: boolean): IrStmt {
    const name = `${this.fn.name}$${this.parts.size + 1}`;
    this.parts.set(name, { name, body, repeats, uses: usesOf(body), returns: false, frame: false });
    return { op: 'call', callee: name, args: [] };
  }

  /** Gives a place in the frame to each local that is not one part's alone. */
  private spill(body: readonly IrStmt[]): void {
    const { fn } = this;
    const users = new Map<number, number>();
    const shared = new Set<number>();
    for (const { uses, repeats } of [{ uses: usesOf(body), repeats: false }, ...this.parts.values()]) {
      for (const id of uses.locals) {
        users.set(id, (users.get(id) ?? 0) + 1);
        if (repeats) shared.add(id);
      }
    }
    for (const part of this.parts.values()) {
      for (const id of part.uses.locals) if (id < fn.paramCount || users.get(id)! > 1) shared.add(id);
    }
    if (fn.hasInstance) shared.delete(0);
    for (const id of [...shared].sort((a, b) => a - b)) this.slots.set(id, this.slot());
    if (fn.result !== undefined) this.resultSlot = this.slot();
  }

  private slot(): number {
    this.frameSize += 8;
    return this.frameSize - 8;
  }

  private result(address: IrExpr): IrExpr | undefined {
    const { result } = this.fn;
    return result === undefined ? undefined : load(result, result, address, this.resultSlot);
  }

  private partFunction(part: Part): IrFunction {
    const { fn } = this;
    const locals: IrLocal[] = [];
    const add = (name: string, type: NumType): IrLocal => {
      const local = { id: locals.length, name, type };
      locals.push(local);
      return local;
    };
    const own = new Map<number, IrLocal>();
    if (fn.hasInstance) own.set(0, add(fn.locals[0]!.name, 'i32'));
    const address = part.frame ? localValue(add('$frame', 'i32')) : i32(0);
    const paramCount = locals.length;
    for (const id of part.uses.locals) {
      const { name, type } = fn.locals[id]!;
      if (!own.has(id) && !this.slots.has(id)) own.set(id, add(name, type));
    }
    const leave = (value: IrExpr | undefined): readonly IrStmt[] => [
      ...(value ? [store(value.type, address, value, this.resultSlot)] : []),
      { op: 'return', value: i32(1) },
    ];
    // The value lies in the frame already where an inner part has left.
    const pass = (): readonly IrStmt[] => leave(undefined);
    const body = this.mapped(part.body, address, (local) => own.get(local.id)!, leave, pass);
    return {
      name: part.name,
      hasInstance: fn.hasInstance,
      paramCount,
      locals,
      ...(part.returns && { result: 'i32' as const }),
      frameSize: 0,
      body: part.returns ? [...body, { op: 'return', value: constant('i32', 0) }] : body,
    };
  }

  private mapped(
    body: readonly IrStmt[],
    address: IrExpr,
    localOf: (local: IrLocal) => IrLocal,
    leave: (value: IrExpr | undefined) => readonly IrStmt[],
    pass: () => readonly IrStmt[],
  ): readonly IrStmt[] {
    const call = (name: string): IrStmt | undefined => {
      const part = this.parts.get(name);
      if (!part) return undefined;
      const args: IrExpr[] = [];
      if (this.fn.hasInstance) args.push({ op: 'instance', type: 'i32' });
      if (part.frame) args.push(address);
      if (!part.returns) return { op: 'call', callee: name, args };
      return iff({ op: 'call', type: 'i32', callee: name, args }, pass());
    };
    return mapStatements(body, {
      expression: (expr) => {
        switch (expr.op) {
          case 'local': {
            const slot = this.slots.get(expr.local.id);
            if (slot !== undefined) return load(expr.type, expr.type, address, slot);
            return { ...expr, local: localOf(expr.local) };
          }
          case 'loadCell':
            return expr.cell.base === 'frame' ? load(expr.type, expr.cell.mem, address, expr.cell.offset) : expr;
          case 'frame':
            return plus(address, expr.offset);
          case 'call':
            return withoutFrame(expr);
          default:
            return expr;
        }
      },
      statement: (statement) => {
        switch (statement.op) {
          case 'setLocal': {
            const { local, value, ...rest } = statement;
            const slot = this.slots.get(local.id);
            if (slot !== undefined) return { ...rest, ...store(local.type, address, value, slot) };
            return { ...statement, local: localOf(local) };
          }
          case 'storeCell': {
            const { cell, value, ...rest } = statement;
            return cell.base === 'frame' ? { ...rest, ...store(cell.mem, address, value, cell.offset) } : statement;
          }
          case 'call':
            return call(statement.callee) ?? withoutFrame(statement);
          case 'return':
            return leave(statement.value);
          default:
            return statement;
        }
      },
    });
  }
}

/** What a callee covers of the frame is no cell any more. */
function withoutFrame<T extends IrExpr | IrStmt>(call: T & { readonly op: 'call' }): T {
  const { instance, ...rest } = call;
  return instance?.base === 'frame' ? (rest as unknown as T) : call;
}

function sizeOf(body: readonly IrStmt[]): number {
  let size = 0;
  const count = (): void => void (size += 1);
  walkStatements(body, { expression: count, statement: count });
  return size;
}

function jumpsOut(statement: IrStmt): boolean {
  const known = new Set<string>();
  const wanted = new Set<string>();
  walkStatements([statement], {
    statement(one) {
      if (one.op === 'block' || one.op === 'loop') known.add(`br ${one.label}`);
      else if (one.op === 'labels') for (const { label } of one.segments) known.add(`goto ${label ?? ''}`);
      else if (one.op === 'br' || one.op === 'goto') wanted.add(`${one.op} ${one.label}`);
    },
  });
  return [...wanted].some((label) => !known.has(label));
}

function usesOf(body: readonly IrStmt[]): Uses {
  const locals = new Set<number>();
  const calls: string[] = [];
  let returns = false;
  let frame = false;
  walkStatements(body, {
    expression(expr) {
      if (expr.op === 'local') locals.add(expr.local.id);
      else if (expr.op === 'frame' || (expr.op === 'loadCell' && expr.cell.base === 'frame')) frame = true;
    },
    statement(statement) {
      if (statement.op === 'setLocal') locals.add(statement.local.id);
      else if (statement.op === 'storeCell' && statement.cell.base === 'frame') frame = true;
      else if (statement.op === 'call') calls.push(statement.callee);
      else if (statement.op === 'return') returns = true;
    },
  });
  return { locals, calls, returns, frame };
}
