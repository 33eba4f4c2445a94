import type { IrCell, IrExpr, IrFunction, IrLocal, IrStmt, MemType } from '../ir.js';
import { cellConflicts, cellKey, cellUses, kindOf, type CellKey, type CellUse } from './cell-table.js';
import type { CallNode } from './analysis.js';
import type { ModuleFacts } from './effects.js';
import { onlyOwnLoads, onlyOwnStores, summarizeLoop, type LoopSummary } from './loop-summary.js';
import { rangeOf, rangeOfMem, within } from './range.js';
import { spanOfCell, writtenSpan } from './span.js';

/** A cell whose value a local holds. */
interface Held {
  readonly key: CellKey;
  readonly cell: IrCell;
  readonly local: IrLocal;
  /** When it was last used, for the choice of whom to drop. */
  used: number;
}
/** What is known at one point of the code; undefined where control never comes. */
type State = Map<CellKey, Held> | undefined;

/** More held values than registers cost more than they save. */
const capacity = { integer: 20, float: 14 } as const;
const pinCapacity = { integer: 14, float: 10 } as const;
const bankOf = (kind: MemType | 'bit'): 'integer' | 'float' => (kind === 'f32' || kind === 'f64' ? 'float' : 'integer');
const numOf = (kind: MemType | 'bit'): IrLocal['type'] =>
  kind === 'f32' || kind === 'f64' || kind === 'i64' ? kind : 'i32';

/**
 * Keeps cells in locals: a load takes the value that an earlier load or store left in a local, and every store goes to memory
 * at once as well. What a call or a store by address may change is loaded anew at its next use. In a loop the cells it uses
 * most are loaded before it; and where nothing else in the loop can see them, their stores wait until it is left, by whatever
 * way, a fault included. So memory is right at every call, return and fault. Only a scan that is ended from outside within
 * such a loop (the watchdog) leaves the values that these cells had before the loop.
 */
export function promoteCells(facts: ModuleFacts, fn: IrFunction): IrFunction {
  const uses = cellUses(fn.body);
  if (![...uses.values()].some(worthHolding)) return fn;
  return new Promoter(facts, fn, uses).run();
}

/** Read at least once besides being read or written before. */
const worthHolding = (use: CellUse): boolean => !use.odd && use.reads > 0 && use.reads + use.writes > 1;

class Promoter {
  private state: State = new Map();
  private pins = new Map<CellKey, Held>();
  /** Cells whose stores wait, by the loops around. */
  private scopes: (readonly Held[])[] = [];
  private waiting = new Set<CellKey>();
  private readonly locals: IrLocal[];
  private readonly pool = new Map<MemType | 'bit', IrLocal[]>();
  private readonly lastLocal = new Map<CellKey, IrLocal>();
  private readonly conflicts: ReadonlyMap<CellKey, readonly CellKey[]>;
  /** States at the branches to each block's end, and how many scopes are open outside of it. */
  private readonly blocks = new Map<
    string,
    { readonly states: State[]; readonly scopes: number; readonly isLoop: boolean }
  >();
  private readonly jumps = new Map<string, number>();
  private clock = 0;
  private rounds = 0;
  private readonly inUse: number[] = [];

  constructor(
    private readonly facts: ModuleFacts,
    private readonly fn: IrFunction,
    private readonly uses: ReadonlyMap<CellKey, CellUse>,
  ) {
    this.locals = [...fn.locals];
    this.conflicts = cellConflicts(facts, fn, uses);
  }

  run(): IrFunction {
    const body = this.body(this.fn.body);
    return { ...this.fn, locals: this.locals, body };
  }

  private body(statements: readonly IrStmt[]): IrStmt[] {
    const out: IrStmt[] = [];
    for (const statement of statements) this.statement(statement, out);
    return out;
  }

  private get live(): Map<CellKey, Held> {
    return (this.state ??= new Map(this.pins));
  }

  private branchState(): State {
    return this.state && new Map(this.state);
  }

  // Which local.

  private newLocal(kind: MemType | 'bit', type = numOf(kind), holds = true): IrLocal {
    const local: IrLocal = {
      id: this.locals.length,
      name: `$${kind}${this.locals.length}`,
      type,
      ...(holds && { holds: kind }),
    };
    this.locals.push(local);
    return local;
  }

  private take(key: CellKey, cell: IrCell): Held {
    const state = this.live;
    const kind = kindOf(cell);
    const bank = bankOf(kind);
    // Locals in use bear the number of this round.
    const { inUse } = this;
    const round = ++this.rounds;
    let count = 0;
    let oldest: Held | undefined;
    for (const held of state.values()) {
      inUse[held.local.id] = round;
      if (bankOf(held.local.holds!) !== bank) continue;
      count += 1;
      if ((!oldest || held.used < oldest.used) && !this.pins.has(held.key)) oldest = held;
    }
    if (count >= capacity[bank] && oldest) {
      state.delete(oldest.key);
      inUse[oldest.local.id] = 0;
    }
    const last = this.lastLocal.get(key);
    let local = last && inUse[last.id] !== round ? last : undefined;
    if (!local) {
      let pool = this.pool.get(kind);
      if (!pool) this.pool.set(kind, (pool = []));
      local = pool.find((one) => inUse[one.id] !== round);
      if (!local) {
        local = this.newLocal(kind);
        pool.push(local);
      }
      this.lastLocal.set(key, local);
    }
    const held: Held = { key, cell, local, used: ++this.clock };
    state.set(key, held);
    return held;
  }

  private forget(keep: (held: Held) => boolean): void {
    if (!this.state) return;
    for (const held of this.state.values()) if (!keep(held)) this.state.delete(held.key);
  }

  private static join(a: State, b: State): State {
    if (!a || !b) return a ?? b;
    const out = new Map<CellKey, Held>();
    for (const [key, held] of a) if (b.get(key)?.local === held.local) out.set(key, held);
    return out;
  }

  // Expressions, in order of evaluation.

  private expression(expr: IrExpr): IrExpr {
    switch (expr.op) {
      case 'const':
      case 'local':
      case 'instance':
      case 'frame':
        return expr;
      case 'loadCell':
        return this.loadCell(expr);
      case 'load': {
        const address = this.expression(expr.address);
        return address === expr.address ? expr : { ...expr, address };
      }
      case 'unary':
      case 'checkNonZero':
      case 'checkIndex':
      case 'checkRef': {
        const value = this.expression(expr.value);
        return value === expr.value ? expr : { ...expr, value };
      }
      case 'binary': {
        const left = this.expression(expr.left);
        const right = this.expression(expr.right);
        return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
      }
      case 'cond': {
        if (expr.eager) {
          const then = this.expression(expr.then);
          const otherwise = this.expression(expr.otherwise);
          return { ...expr, then, otherwise, test: this.expression(expr.test) };
        }
        const test = this.expression(expr.test);
        const before = this.branchState();
        const then = this.expression(expr.then);
        const afterThen = this.state;
        this.state = before;
        const otherwise = this.expression(expr.otherwise);
        this.state = Promoter.join(afterThen, this.state);
        return { ...expr, test, then, otherwise };
      }
      case 'call': {
        const args = this.list(expr.args);
        this.afterCall(expr);
        return { ...expr, args };
      }
      case 'callHost':
        return { ...expr, args: this.list(expr.args) };
      case 'seq': {
        const body = this.body(expr.body);
        return { ...expr, body, value: this.expression(expr.value) };
      }
      case 'checkIndexDynamic': {
        const value = this.expression(expr.value);
        const low = this.expression(expr.low);
        return { ...expr, value, low, high: this.expression(expr.high) };
      }
    }
  }

  private list(args: readonly IrExpr[]): IrExpr[] {
    const out: IrExpr[] = [];
    for (const argument of args) out.push(this.expression(argument));
    return out;
  }

  private promotable(cell: IrCell, key: CellKey): boolean {
    const use = this.uses.get(key);
    return use !== undefined && !cell.aliased && worthHolding(use);
  }

  private loadCell(expr: IrExpr & { op: 'loadCell' }): IrExpr {
    const key = cellKey(expr.cell);
    if (!this.promotable(expr.cell, key)) return expr;
    const known = this.live.get(key);
    if (known) {
      known.used = ++this.clock;
      return { op: 'local', type: expr.type, local: known.local, ...(expr.range && { range: expr.range }) };
    }
    const { local } = this.take(key, expr.cell);
    return {
      op: 'seq',
      type: expr.type,
      body: [{ op: 'setLocal', local, value: expr }],
      value: { op: 'local', type: expr.type, local, ...(expr.range && { range: expr.range }) },
    };
  }

  private afterCall(call: CallNode): void {
    if (!this.state || this.state.size === 0) return;
    const effects = this.facts.callEffects(call);
    if (!effects.anything && !effects.absolute && !effects.region) return;
    this.forget((held) => !this.facts.setMeets(this.fn, effects, spanOfCell(held.cell)));
  }

  // Statements.

  private statement(statement: IrStmt, out: IrStmt[]): void {
    switch (statement.op) {
      case 'setLocal':
      case 'drop':
        out.push({ ...statement, value: this.expression(statement.value) });
        return;
      case 'storeCell':
        this.storeCell(statement, out);
        return;
      case 'store': {
        const address = this.expression(statement.address);
        out.push({ ...statement, address, value: this.expression(statement.value) });
        this.afterWrite(statement);
        return;
      }
      case 'vectorLoop':
        // Its value reads no cells: what is the same in all turns came in locals.
        out.push(statement);
        this.afterWrite(statement);
        return;
      case 'copy': {
        const to = this.expression(statement.to);
        const from = this.expression(statement.from);
        out.push({ ...statement, to, from, size: this.expression(statement.size) });
        this.afterWrite(statement);
        return;
      }
      case 'fill': {
        const to = this.expression(statement.to);
        const byte = this.expression(statement.byte);
        out.push({ ...statement, to, byte, size: this.expression(statement.size) });
        this.afterWrite(statement);
        return;
      }
      case 'if': {
        const test = this.expression(statement.test);
        const before = this.branchState();
        const then = this.body(statement.then);
        const afterThen = this.state;
        this.state = before;
        const otherwise = this.body(statement.otherwise);
        this.state = Promoter.join(afterThen, this.state);
        out.push({ ...statement, test, then, otherwise });
        return;
      }
      case 'switch':
        this.switchStatement(statement, out);
        return;
      case 'block': {
        const block = { states: [] as State[], scopes: this.scopes.length, isLoop: false };
        this.blocks.set(statement.label, block);
        const body = this.body(statement.body);
        for (const state of block.states) this.state = Promoter.join(this.state, state);
        out.push({ ...statement, body });
        return;
      }
      case 'loop':
        this.loop(statement, out);
        return;
      case 'br': {
        const block = this.blocks.get(statement.label)!;
        if (!block.isLoop) block.states.push(this.branchState());
        out.push(...this.flush(block.scopes), statement);
        this.state = undefined;
        return;
      }
      case 'labels':
        this.labels(statement, out);
        return;
      case 'goto':
        out.push(...this.flush(this.jumps.get(statement.label)!), statement);
        this.state = undefined;
        return;
      case 'call': {
        const args = this.list(statement.args);
        out.push({ ...statement, args });
        this.afterCall(statement);
        return;
      }
      case 'callHost':
        out.push({ ...statement, args: this.list(statement.args) });
        return;
      case 'return':
        this.returnStatement(statement, out);
        return;
      case 'fault':
        out.push(statement);
        this.state = undefined;
        return;
      case 'nop':
        out.push(statement);
        return;
      case 'faultScope':
        throw new Error('promotion runs once');
    }
  }

  private switchStatement(statement: IrStmt & { op: 'switch' }, out: IrStmt[]): void {
    const selector = this.expression(statement.selector);
    const before = this.branchState();
    let after: State;
    const branch = (body: readonly IrStmt[]): IrStmt[] => {
      this.state = before && new Map(before);
      const result = this.body(body);
      after = Promoter.join(after, this.state);
      return result;
    };
    const cases = statement.cases.map((one) => ({ ...one, body: branch(one.body) }));
    const otherwise = branch(statement.otherwise);
    this.state = after;
    out.push({ ...statement, selector, cases, otherwise });
  }

  private labels(statement: IrStmt & { op: 'labels' }, out: IrStmt[]): void {
    for (const segment of statement.segments)
      if (segment.label !== undefined) this.jumps.set(segment.label, this.scopes.length);
    const segments = statement.segments.map((segment) => {
      // Control may come from anywhere: only what holds throughout the loops around is known.
      if (segment.label !== undefined) this.state = new Map(this.pins);
      return { ...segment, body: this.body(segment.body) };
    });
    out.push({ ...statement, segments });
  }

  private storeCell(statement: IrStmt & { op: 'storeCell' }, out: IrStmt[]): void {
    const { cell } = statement;
    const key = cellKey(cell);
    const value = this.expression(statement.value);
    for (const other of this.conflicts.get(key) ?? []) this.live.delete(other);
    if (!this.promotable(cell, key)) {
      out.push({ ...statement, value });
      if (cell.aliased) this.afterWrite(statement);
      return;
    }
    const held = this.live.get(key) ?? this.take(key, cell);
    held.used = ++this.clock;
    const set: IrStmt = { op: 'setLocal', local: held.local, value: wrapped(cell, value) };
    if (this.waiting.has(key)) {
      out.push({ ...set, ...(statement.site !== undefined && { site: statement.site }) });
      return;
    }
    const read: IrExpr = { op: 'local', type: value.type, local: held.local };
    out.push({ ...statement, value: { op: 'seq', type: value.type, body: [set], value: read } });
  }

  private afterWrite(statement: IrStmt): void {
    const span = writtenSpan(statement);
    if (span) this.forget((held) => !this.facts.mayMeet(this.fn, span, spanOfCell(held.cell)));
  }

  private returnStatement(statement: IrStmt & { op: 'return' }, out: IrStmt[]): void {
    const value = statement.value && this.expression(statement.value);
    const flush = this.flush(0);
    if (value && flush.length > 0 && value.op !== 'const' && value.op !== 'local') {
      const local = this.newLocal('i32', value.type, false);
      out.push({ op: 'setLocal', local, value }, ...flush, {
        ...statement,
        value: { op: 'local', type: value.type, local },
      });
    } else out.push(...flush, { ...statement, ...(value && { value }) });
    this.state = undefined;
  }

  /** Stores that waited in the loops that a jump leaves, down to `scopes` of them. */
  private flush(scopes: number): IrStmt[] {
    return this.scopes.slice(scopes).flatMap(flushStatements);
  }

  private loop(statement: IrStmt & { op: 'loop' }, out: IrStmt[]): void {
    const summary = summarizeLoop(this.facts, statement.body);
    const outerPins = this.pins;
    const pins = new Map(outerPins);
    const added = this.choosePins(summary);
    const waits: Held[] = [];
    // Preloaded values must all be there at once, so others make room first.
    this.state = new Map(
      [...this.live].filter(([key]) => outerPins.has(key) || added.some((use) => cellKey(use.cell) === key)),
    );
    for (const use of added) {
      const key = cellKey(use.cell);
      let held = this.live.get(key);
      if (!held) {
        this.pins = pins;
        held = this.take(key, use.cell);
        out.push({
          op: 'setLocal',
          local: held.local,
          value: { op: 'loadCell', type: held.local.type, cell: use.cell },
        });
      }
      pins.set(key, held);
      if (use.writes > 0 && onlyOwnLoads(this.facts, this.fn, summary, use, this.conflicts.get(key) ?? []))
        waits.push(held);
    }
    this.pins = pins;
    this.state = new Map(pins);
    this.blocks.set(statement.label, {
      states: [],
      scopes: this.scopes.length + (waits.length > 0 ? 1 : 0),
      isLoop: true,
    });
    if (waits.length === 0) {
      out.push({ ...statement, body: this.body(statement.body) });
      this.pins = outerPins;
      return;
    }
    this.scopes.push(waits);
    for (const held of waits) this.waiting.add(held.key);
    const loop: IrStmt = { ...statement, body: this.body(statement.body) };
    for (const held of waits) this.waiting.delete(held.key);
    this.scopes.pop();
    out.push(summary.mayFault ? { op: 'faultScope', body: [loop], flush: flushStatements(waits) } : loop);
    if (this.state) out.push(...flushStatements(waits));
    this.pins = outerPins;
  }

  /** The cells most used in the loop that nothing else in it changes and that are not pinned yet. */
  private choosePins(summary: LoopSummary): readonly CellUse[] {
    const room = { ...pinCapacity } as { integer: number; float: number };
    for (const held of this.pins.values()) room[bankOf(held.local.holds!)] -= 1;
    const candidates = [...summary.uses.entries()]
      .filter(([key, use]) => this.promotable(use.cell, key) && !this.pins.has(key))
      .sort(([, a], [, b]) => b.reads + b.writes - a.reads - a.writes);
    const chosen: CellUse[] = [];
    for (const [key, use] of candidates) {
      const bank = bankOf(kindOf(use.cell));
      if (room[bank] <= 0) continue;
      if (!onlyOwnStores(this.facts, this.fn, summary, use, this.conflicts.get(key) ?? [])) continue;
      room[bank] -= 1;
      chosen.push(use);
    }
    return chosen;
  }
}

const flushStatements = (waits: readonly Held[]): IrStmt[] =>
  waits.map(({ cell, local }) => ({ op: 'storeCell', cell, value: { op: 'local', type: local.type, local } }));

/** The value as memory will hold it, where that is not certain. */
function wrapped(cell: IrCell, value: IrExpr): IrExpr {
  const kind = kindOf(cell);
  if (value.type !== 'i32' || kind === 'i32' || within(rangeOf(value), rangeOfMem(kind))) return value;
  if (kind === 'i8' || kind === 'i16')
    return { op: 'unary', type: 'i32', code: kind === 'i8' ? 'i32.extend8_s' : 'i32.extend16_s', value };
  const mask = rangeOfMem(kind).high;
  return { op: 'binary', type: 'i32', code: 'i32.and', left: value, right: { op: 'const', type: 'i32', value: mask } };
}
