import type { RunPlan } from './compare-ir.js';
import type {
  BinaryOp,
  IrCase,
  IrCell,
  IrExpr,
  IrFunction,
  IrLocal,
  IrModule,
  IrStmt,
  InstanceRegion,
  MemType,
  NumType,
  UnaryOp,
} from '../../server/src/compiler/ir/ir.js';
import { createRandomSource, type RandomSource } from './random-source.js';

/**
 * Memory of a random module: scalar cells of every kind, located bits, an aliased stretch that arrays and pointers reach,
 * and instances of function blocks. Nothing outside 64 .. variablesEnd changes but the stack.
 */
export const randomLayout = {
  cells: 64,
  bits: 256,
  counters: 284,
  array: 320,
  arrayBytes: 128,
  instances: 512,
  instanceSize: 64,
  instanceCount: 4,
  end: 768,
} as const;

const memTypes: readonly MemType[] = ['i8', 'u8', 'i16', 'u16', 'i32', 'i64', 'f32', 'f64'];
const numOf = (mem: MemType): NumType => (mem === 'f32' || mem === 'f64' || mem === 'i64' ? mem : 'i32');
const sizeOf: Record<MemType, number> = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, i64: 8, f32: 4, f64: 8 };

interface Scope {
  readonly fn: { name: string; hasInstance: boolean; frame: boolean };
  readonly locals: IrLocal[];
  readonly cells: readonly IrCell[];
  /** Functions that may be called: those made before. */
  readonly callees: readonly IrFunction[];
  readonly breakable: string[];
  readonly jumps: string[];
  loops: number;
  /** Reads of the counters of the loops around. */
  readonly counters: IrExpr[];
  /** Locals that a loop counts with: statements leave them alone. */
  readonly reserved: Set<number>;
}

export function randomModule(seed: number): IrModule {
  return new Generator(createRandomSource(seed)).module();
}

class Generator {
  private sites = 0;
  private names = 0;
  private counterCells = 0;
  private floats: readonly IrCell[] = [];

  constructor(private readonly random: RandomSource) {}

  module(): IrModule {
    const { random } = this;
    const functions: IrFunction[] = [];
    const absolute = this.cellSet('absolute', randomLayout.cells, 160);
    const located = Array.from({ length: 12 }, (_, index): IrCell => ({
      base: 'absolute',
      offset: randomLayout.bits + (index >> 2),
      mem: 'u8',
      bit: (index * 3) % 8,
      aliased: index % 5 === 4,
      name: `bit${index}`,
    }));
    const members = this.cellSet('instance', 0, randomLayout.instanceSize);
    const frame = this.cellSet('frame', 0, 48);
    // Members of fixed instances, named from outside.
    const outside = members
      .filter(() => random.chance(0.2))
      .map((cell): IrCell => {
        const offset =
          randomLayout.instances + random.below(randomLayout.instanceCount) * randomLayout.instanceSize + cell.offset;
        return { ...cell, base: 'absolute', offset, name: `o${offset}` };
      });
    this.floats = [...absolute, ...members].filter((cell) => cell.mem === 'f32' || cell.mem === 'f64');
    const count = 1 + random.below(4);
    for (let index = 0; index <= count; index++) {
      const main = index === count;
      const kind = main ? 'program' : random.pick(['function', 'block', 'block'] as const);
      functions.push(
        this.fn(main ? 'Main' : `F${index}`, kind, [...absolute, ...located, ...outside], members, frame, functions),
      );
    }
    functions.push({ name: 'Init', hasInstance: false, paramCount: 0, locals: [], frameSize: 0, body: [] });
    return {
      functions,
      entries: [{ exportName: 'run', callee: 'Main', instance: randomLayout.instances }],
      init: 'Init',
      pages: 1,
      stackTop: 8192,
      stackLimit: 2048,
      siteCount: this.sites,
    };
  }

  private cellSet(base: IrCell['base'], from: number, bytes: number): IrCell[] {
    const cells: IrCell[] = [];
    for (let offset = from; offset < from + bytes;) {
      const mem = this.random.pick(memTypes);
      offset = Math.ceil(offset / sizeOf[mem]) * sizeOf[mem];
      if (offset + sizeOf[mem] > from + bytes) break;
      cells.push({ base, offset, mem, aliased: false, name: `${base[0]}${offset}` });
      offset += sizeOf[mem];
    }
    return cells;
  }

  private fn(
    name: string,
    kind: 'function' | 'block' | 'program',
    absolute: readonly IrCell[],
    members: readonly IrCell[],
    frame: readonly IrCell[],
    callees: readonly IrFunction[],
  ): IrFunction {
    const { random } = this;
    const hasInstance = kind !== 'function';
    const withFrame = random.chance(0.4);
    const locals: IrLocal[] = [];
    const addLocal = (type: NumType): IrLocal => {
      const local: IrLocal = { id: locals.length, name: `v${locals.length}`, type };
      locals.push(local);
      return local;
    };
    if (hasInstance) addLocal('i32');
    if (kind === 'function')
      for (let count = random.below(4); count > 0; count--)
        addLocal(random.pick(['i32', 'i64', 'f32', 'f64'] as const));
    const paramCount = locals.length;
    for (let count = 1 + random.below(5); count > 0; count--)
      addLocal(random.pick(['i32', 'i32', 'i64', 'f32', 'f64'] as const));
    const arrayCells: IrCell[] = (['i32', 'u8', 'i16', 'f32', 'i64'] as const).map((mem, index) => ({
      base: 'absolute',
      offset: randomLayout.array + index * 8,
      mem,
      aliased: true,
      name: `a${index}`,
    }));
    const scope: Scope = {
      fn: { name, hasInstance, frame: withFrame },
      locals,
      cells: [
        ...this.some(absolute),
        ...arrayCells,
        ...(hasInstance ? this.some(members) : []),
        ...(withFrame ? frame : []),
      ],
      callees,
      breakable: [],
      jumps: [],
      loops: 0,
      counters: [],
      reserved: new Set(hasInstance ? [0] : []),
    };
    const body: IrStmt[] = withFrame
      ? [
          {
            op: 'fill',
            to: { op: 'frame', type: 'i32', offset: 0 },
            byte: this.i32(random.below(256)),
            size: this.i32(48),
          },
        ]
      : [];
    body.push(...this.body(scope, 3, 3 + random.below(8)));
    const result = kind === 'function' ? random.pick(['i32', 'i64', 'f32', 'f64', undefined] as const) : undefined;
    if (result) body.push({ op: 'return', value: this.expr(scope, result, 2) });
    return { name, hasInstance, paramCount, locals, ...(result && { result }), frameSize: withFrame ? 48 : 0, body };
  }

  /** A few of many, so that the same ones are read and written again and again. */
  private some(cells: readonly IrCell[]): IrCell[] {
    return cells.filter(() => this.random.chance(0.35));
  }

  private site(): number {
    return this.sites++;
  }

  private i32(value: number): IrExpr {
    return { op: 'const', type: 'i32', value };
  }

  private body(scope: Scope, depth: number, count: number): IrStmt[] {
    return Array.from({ length: count }, () => this.statement(scope, depth)).flat();
  }

  private statement(scope: Scope, depth: number): IrStmt[] {
    const { random } = this;
    const site = this.site();
    const simple = depth <= 0;
    switch (random.below(simple ? 8 : 17)) {
      case 0: {
        const choices = scope.locals.filter((local) => !scope.reserved.has(local.id));
        const local = random.pick(choices);
        return [{ op: 'setLocal', site, local, value: this.expr(scope, local.type, 3) }];
      }
      case 6:
        return this.pointerStatement(scope, site);
      case 7:
        return this.callStatement(scope, site);
      case 8:
      case 9:
        return [
          {
            op: 'if',
            site,
            test: this.expr(scope, 'i32', 2),
            then: this.body(scope, depth - 1, 1 + random.below(3)),
            otherwise: random.chance(0.5) ? this.body(scope, depth - 1, 1 + random.below(2)) : [],
          },
        ];
      case 10:
      case 11:
        return scope.loops < 2 ? this.loop(scope, depth, site) : [];
      case 12:
        return [this.switchStatement(scope, depth, site)];
      case 13:
        return scope.breakable.length > 0
          ? [
              {
                op: 'if',
                site,
                test: this.expr(scope, 'i32', 1),
                then: [{ op: 'br', label: random.pick(scope.breakable) }],
                otherwise: [],
              },
            ]
          : [];
      case 14:
        return this.labels(scope, depth, site);
      case 15:
        return scope.jumps.length > 0
          ? [
              {
                op: 'if',
                site,
                test: this.expr(scope, 'i32', 1),
                then: [{ op: 'goto', label: random.pick(scope.jumps) }],
                otherwise: [],
              },
            ]
          : [];
      case 16: {
        const label = `b${this.names++}`;
        scope.breakable.push(label);
        const body = this.body(scope, depth - 1, 1 + random.below(3));
        scope.breakable.pop();
        return [{ op: 'block', site, label, body }];
      }
      default: {
        const cell = random.pick(scope.cells);
        return [{ op: 'storeCell', site, cell, value: this.cellValue(scope, cell) }];
      }
    }
  }

  private cellValue(scope: Scope, cell: IrCell): IrExpr {
    if (cell.bit !== undefined) return this.truth(scope);
    const value = this.expr(scope, numOf(cell.mem), 3);
    return numOf(cell.mem) === 'i32' && this.random.chance(0.1)
      ? { op: 'unary', type: 'i64', code: 'i64.extend_i32_s', value }
      : value;
  }

  /** A BOOL: 0 or 1. */
  private truth(scope: Scope): IrExpr {
    const value = this.expr(scope, 'i32', 2);
    return this.random.chance(0.5)
      ? { op: 'unary', type: 'i32', code: 'i32.eqz', value }
      : { op: 'binary', type: 'i32', code: 'i32.and', left: value, right: this.i32(1) };
  }

  private pointerStatement(scope: Scope, site: number): IrStmt[] {
    const { random } = this;
    const at = (size: number): IrExpr => this.arrayAddress(scope, site, size);
    switch (random.below(4)) {
      case 0:
        return [
          {
            op: 'copy',
            site,
            to: at(40),
            from: at(40),
            size: random.chance(0.5)
              ? this.i32(random.below(33))
              : { op: 'binary', type: 'i32', code: 'i32.and', left: this.expr(scope, 'i32', 1), right: this.i32(31) },
          },
        ];
      case 1:
        return [{ op: 'fill', site, to: at(40), byte: this.expr(scope, 'i32', 1), size: this.i32(random.below(20)) }];
      case 2:
        if (scope.fn.hasInstance) {
          // A whole structure assigned, over the scalars in it; but no bits that could be a NaN.
          const offset = random.below(4) * 8;
          const size = 8 + random.below(3) * 4;
          const base = random.pick(['instance', 'absolute'] as const);
          const start = base === 'absolute' ? randomLayout.cells + offset : offset;
          if (this.floats.some((cell) => cell.base === base && cell.offset < start + size && cell.offset + 8 > start))
            return [];
          const to: IrExpr =
            base === 'instance'
              ? {
                  op: 'binary',
                  type: 'i32',
                  code: 'i32.add',
                  left: { op: 'instance', type: 'i32' },
                  right: this.i32(start),
                }
              : this.i32(start);
          return [
            { op: 'copy', site, to, from: this.i32(randomLayout.array + random.below(40)), size: this.i32(size) },
          ];
        }
        return [];
      default: {
        const mem = random.pick(memTypes);
        return [
          { op: 'store', site, mem, address: at(8), offset: random.below(3), value: this.expr(scope, numOf(mem), 2) },
        ];
      }
    }
  }

  /** Address within the aliased stretch with `size` bytes after it. */
  private arrayAddress(scope: Scope, site: number, size: number): IrExpr {
    const high = randomLayout.arrayBytes - size - 3;
    const masked: IrExpr = {
      op: 'binary',
      type: 'i32',
      code: 'i32.and',
      left: this.expr(scope, 'i32', 2),
      right: this.i32(63),
    };
    const counted = scope.counters.length > 0 && this.random.chance(0.5) ? this.random.pick(scope.counters) : undefined;
    const index: IrExpr = counted ?? (this.random.chance(0.9) ? masked : this.expr(scope, 'i32', 1));
    return {
      op: 'binary',
      type: 'i32',
      code: 'i32.add',
      left: this.i32(randomLayout.array),
      right: { op: 'checkIndex', type: 'i32', value: index, low: 0, high: Math.max(high, 63), site },
    };
  }

  private callArguments(scope: Scope, callee: IrFunction): { args: IrExpr[]; instance?: InstanceRegion } {
    const { random } = this;
    if (!callee.hasInstance)
      return { args: callee.locals.slice(0, callee.paramCount).map((local) => this.expr(scope, local.type, 2)) };
    if (scope.fn.hasInstance && random.chance(0.3))
      return {
        args: [{ op: 'instance', type: 'i32' }],
        instance: { base: 'instance', offset: 0, size: randomLayout.instanceSize, reach: this.reach('instance', 0) },
      };
    const offset = randomLayout.instances + random.below(randomLayout.instanceCount) * randomLayout.instanceSize;
    const args = [this.i32(offset)];
    return random.chance(0.8)
      ? {
          args,
          instance: {
            base: 'absolute',
            offset,
            size: randomLayout.instanceSize,
            reach: this.reach('absolute', offset),
          },
        }
      : { args };
  }

  private reach(base: IrCell['base'], offset: number): IrCell {
    return { base, offset, mem: 'u8', aliased: this.random.chance(0.1), name: 'reach' };
  }

  private callStatement(scope: Scope, site: number): IrStmt[] {
    if (scope.callees.length === 0) return [];
    const callee = this.random.pick(scope.callees);
    return [{ op: 'call', site, callee: callee.name, ...this.callArguments(scope, callee) }];
  }

  private loop(scope: Scope, depth: number, site: number): IrStmt[] {
    const { random } = this;
    const counter = this.counter(scope);
    const [exit, again] = [`x${this.names}`, `l${this.names++}`];
    scope.loops += 1;
    scope.breakable.push(exit);
    scope.counters.push(counter.read);
    // Jumping back to the head without counting would not end; continue is a block of its own.
    const outerJumps = scope.jumps.splice(0);
    const body = this.body(scope, depth - 1, 1 + random.below(4));
    scope.jumps.push(...outerJumps);
    scope.counters.pop();
    scope.breakable.pop();
    scope.loops -= 1;
    const last = 1 + random.below(5);
    const down = random.chance(0.3);
    const test = (code: BinaryOp, bound: number): IrStmt => ({
      op: 'if',
      test: { op: 'binary', type: 'i32', code, left: counter.read, right: this.i32(bound) },
      then: [{ op: 'br', label: exit }],
      otherwise: [],
    });
    const leave = down
      ? test('i32.lt_s', -2)
      : random.chance(0.7)
        ? test('i32.gt_s', last - 1)
        : test('i32.ge_s', last);
    const sum: IrExpr = {
      op: 'binary',
      type: 'i32',
      code: 'i32.add',
      left: counter.read,
      right: this.i32(down ? -1 : 1),
    };
    const advance = counter.set({ op: 'unary', type: 'i32', code: 'i32.extend16_s', value: sum });
    const inner = random.chance(0.7) ? [leave, ...body, advance] : [...body, advance, leave];
    return [
      { ...counter.set(this.i32(down ? last : 0)), site },
      { op: 'block', label: exit, body: [{ op: 'loop', label: again, body: [...inner, { op: 'br', label: again }] }] },
    ];
  }

  /** What a loop counts with: a local, or a cell that nothing else writes. */
  private counter(scope: Scope): { readonly read: IrExpr; set(value: IrExpr): IrStmt } {
    if (this.counterCells < 16 && this.random.chance(0.5)) {
      const offset = randomLayout.counters + 2 * this.counterCells++;
      const cell: IrCell = { base: 'absolute', offset, mem: 'i16', aliased: false, name: `n${offset}` };
      return { read: { op: 'loadCell', type: 'i32', cell }, set: (value) => ({ op: 'storeCell', cell, value }) };
    }
    const local: IrLocal = { id: scope.locals.length, name: `n${scope.locals.length}`, type: 'i32' };
    scope.locals.push(local);
    scope.reserved.add(local.id);
    return { read: { op: 'local', type: 'i32', local }, set: (value) => ({ op: 'setLocal', local, value }) };
  }

  private switchStatement(scope: Scope, depth: number, site: number): IrStmt {
    const { random } = this;
    const type = random.pick(['i32', 'i32', 'i64'] as const);
    const spread = random.pick([6, 20, 2_000_000_000]);
    const cases: IrCase[] = Array.from({ length: random.below(7) }, () => ({
      ranges: Array.from({ length: 1 + random.below(2) }, () => {
        const low = BigInt(random.below(spread)) - (random.chance(0.2) ? 5n : 0n);
        return [low, low + BigInt(random.chance(0.3) ? random.below(5) : 0)] as const;
      }),
      body: this.body(scope, depth - 1, random.below(3)),
    }));
    const wide = this.expr(scope, type, 2);
    const selector: IrExpr =
      spread > 100
        ? wide
        : {
            op: 'binary',
            type,
            code: `${type}.and`,
            left: wide,
            right: { op: 'const', type, value: type === 'i64' ? BigInt(spread - 1) : spread - 1 },
          };
    return { op: 'switch', site, selector, cases, otherwise: this.body(scope, depth - 1, random.below(2)) };
  }

  private labels(scope: Scope, depth: number, site: number): IrStmt[] {
    const { random } = this;
    const fuel: IrLocal = { id: scope.locals.length, name: `fuel${scope.locals.length}`, type: 'i32' };
    scope.locals.push(fuel);
    scope.reserved.add(fuel.id);
    const read: IrExpr = { op: 'local', type: 'i32', local: fuel };
    const names = Array.from({ length: 1 + random.below(3) }, () => `j${this.names++}`);
    const outer = scope.jumps.splice(0);
    scope.jumps.push(...names);
    const segments = [undefined, ...names].map((label) => {
      const body = this.body(scope, depth - 1, 1 + random.below(3));
      // Every segment burns fuel, and without fuel the whole is left.
      const burn: IrStmt[] = [
        {
          op: 'setLocal',
          local: fuel,
          value: { op: 'binary', type: 'i32', code: 'i32.sub', left: read, right: this.i32(1) },
        },
        {
          op: 'if',
          test: { op: 'binary', type: 'i32', code: 'i32.lt_s', left: read, right: this.i32(0) },
          then: [{ op: 'br', label: `e${names[0]!}` }],
          otherwise: [],
        },
      ];
      return { ...(label !== undefined && { label }), body: [...burn, ...body] };
    });
    scope.jumps.splice(0, scope.jumps.length, ...outer);
    return [
      { op: 'setLocal', site, local: fuel, value: this.i32(6) },
      { op: 'block', label: `e${names[0]!}`, body: [{ op: 'labels', segments }] },
    ];
  }

  private constant(type: NumType): IrExpr {
    const { random } = this;
    if (type === 'i32')
      return this.i32(
        random.pick([
          0, 1, 2, 3, 7, 8, 10, 100, 255, 256, 1000, 32767, 65535, -1, -2, -128, -32768, 2147483647, -2147483648,
        ]),
      );
    if (type === 'i64')
      return {
        op: 'const',
        type,
        value: random.pick([
          0n,
          1n,
          2n,
          8n,
          10n,
          1000n,
          -1n,
          -7n,
          1_000_000_000n,
          -(2n ** 63n),
          2n ** 63n - 1n,
          4294967296n,
        ]),
      };
    return {
      op: 'const',
      type,
      value: Math.fround(random.pick([0, 1, -1, 0.5, 2, -0, 3.25, 1e10, -1e-5, 100, 1e30, Infinity, NaN])),
    };
  }

  private expr(scope: Scope, type: NumType, depth: number): IrExpr {
    const { random } = this;
    if (depth <= 0 || random.chance(0.15)) return this.leaf(scope, type);
    switch (random.below(12)) {
      case 0:
        return this.leaf(scope, type);
      case 1:
        return {
          op: 'cond',
          type,
          test: this.expr(scope, 'i32', depth - 1),
          then: this.expr(scope, type, depth - 1),
          otherwise: this.expr(scope, type, depth - 1),
        };
      case 2:
        return this.unary(scope, type, depth - 1);
      case 3:
        return this.callExpression(scope, type, depth - 1);
      case 4:
        if (type === 'i32' || type === 'i64') return this.division(scope, type, depth - 1);
        return this.binary(scope, type, depth - 1);
      case 5: {
        const mem = random.pick(
          memTypes.filter((one) => numOf(one) === type || (type === 'i64' && numOf(one) === 'i32')),
        );
        // Floats are only read where only floats of that kind were written: elsewhere NaN bits could differ.
        if (mem === 'f32' || mem === 'f64') return this.leaf(scope, type);
        return { op: 'load', type, mem, address: this.arrayAddress(scope, this.site(), 8), offset: random.below(3) };
      }
      case 6: {
        const local = random.pick(scope.locals);
        if (scope.reserved.has(local.id)) return this.leaf(scope, type);
        return {
          op: 'seq',
          type,
          body: [{ op: 'setLocal', local, value: this.expr(scope, local.type, depth - 1) }],
          value: this.expr(scope, type, depth - 1),
        };
      }
      default:
        return this.binary(scope, type, depth - 1);
    }
  }

  private leaf(scope: Scope, type: NumType): IrExpr {
    const { random } = this;
    const locals = scope.locals.filter((local) => local.type === type && !(scope.fn.hasInstance && local.id === 0));
    const cells = scope.cells.filter(
      (cell) =>
        (numOf(cell.mem) === type || (type === 'i64' && cell.mem === 'i16')) &&
        !(cell.aliased && (cell.mem === 'f32' || cell.mem === 'f64')),
    );
    if (type === 'i32' && scope.counters.length > 0 && random.chance(0.15)) return random.pick(scope.counters);
    const choice = random.below(5);
    if (choice === 0 && locals.length > 0) return { op: 'local', type, local: random.pick(locals) };
    if (choice < 4 && cells.length > 0) return { op: 'loadCell', type, cell: random.pick(cells) };
    return this.constant(type);
  }

  private unary(scope: Scope, type: NumType, depth: number): IrExpr {
    const codes: Record<NumType, readonly [UnaryOp, NumType][]> = {
      i32: [['i32.eqz', 'i32'], ['i64.eqz', 'i64'], ['i32.clz', 'i32'], ['i32.ctz', 'i32'], ['i32.popcnt', 'i32'], ['i32.extend8_s', 'i32'], ['i32.extend16_s', 'i32'], ['i32.wrap_i64', 'i64'], ['i32.trunc_sat_f32_s', 'f32'], ['i32.trunc_sat_f64_u', 'f64'], ['i32.trunc_sat_f64_s', 'f64'], ['i32.reinterpret_f32', 'f32']],
      i64: [['i64.clz', 'i64'], ['i64.ctz', 'i64'], ['i64.popcnt', 'i64'], ['i64.extend8_s', 'i64'], ['i64.extend32_s', 'i64'], ['i64.extend_i32_s', 'i32'], ['i64.extend_i32_u', 'i32'], ['i64.trunc_sat_f64_s', 'f64'], ['i64.trunc_sat_f32_u', 'f32'], ['i64.reinterpret_f64', 'f64']],
      f32: [['f32.convert_i32_s', 'i32'], ['f32.convert_i32_u', 'i32'], ['f32.convert_i64_s', 'i64'], ['f32.convert_i64_u', 'i64'], ['f32.demote_f64', 'f64'], ['f32.abs', 'f32'], ['f32.neg', 'f32'], ['f32.floor', 'f32'], ['f32.nearest', 'f32'], ['f32.sqrt', 'f32']],
      f64: [['f64.convert_i32_s', 'i32'], ['f64.convert_i32_u', 'i32'], ['f64.convert_i64_s', 'i64'], ['f64.convert_i64_u', 'i64'], ['f64.promote_f32', 'f32'], ['f64.abs', 'f64'], ['f64.neg', 'f64'], ['f64.trunc', 'f64'], ['f64.ceil', 'f64'], ['f64.nearest', 'f64'], ['f64.sqrt', 'f64']],
    }; // prettier-ignore
    const [code, operand] = this.random.pick(codes[type]);
    return { op: 'unary', type, code, value: this.expr(scope, operand, depth) };
  }

  private binary(scope: Scope, type: NumType, depth: number): IrExpr {
    const { random } = this;
    if (type === 'i32' && random.chance(0.35)) {
      const operand = random.pick(['i32', 'i32', 'i64', 'f32', 'f64'] as const);
      const name =
        operand === 'i32' || operand === 'i64'
          ? random.pick(['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'] as const)
          : random.pick(['eq', 'ne', 'lt', 'gt', 'le', 'ge'] as const);
      return {
        op: 'binary',
        type,
        code: `${operand}.${name}` as BinaryOp,
        left: this.expr(scope, operand, depth),
        right: this.expr(scope, operand, depth),
      };
    }
    const name =
      type === 'i32' || type === 'i64'
        ? random.pick(['add', 'sub', 'mul', 'and', 'or', 'xor', 'shl', 'shr_s', 'shr_u', 'rotl', 'rotr'] as const)
        : random.pick(['add', 'sub', 'mul', 'div', 'min', 'max', 'copysign'] as const);
    return {
      op: 'binary',
      type,
      code: `${type}.${name}` as BinaryOp,
      left: this.expr(scope, type, depth),
      right: this.expr(scope, type, depth),
    };
  }

  private division(scope: Scope, type: 'i32' | 'i64', depth: number): IrExpr {
    const { random } = this;
    const name = random.pick(['div_s', 'div_u', 'rem_s', 'rem_u'] as const);
    const any = this.expr(scope, type, depth);
    const odd: IrExpr = {
      op: 'binary',
      type,
      code: `${type}.or`,
      left: any,
      right: { op: 'const', type, value: type === 'i64' ? 1n : 1 },
    };
    const value = random.chance(0.3) ? this.constant(type) : random.chance(0.95) ? odd : any;
    const divisor: IrExpr = { op: 'checkNonZero', type, value, site: this.site() };
    return { op: 'binary', type, code: `${type}.${name}`, left: this.expr(scope, type, depth), right: divisor };
  }

  private callExpression(scope: Scope, type: NumType, depth: number): IrExpr {
    const { random } = this;
    const callees = scope.callees.filter((fn) => fn.result === type);
    if (callees.length > 0 && random.chance(0.6)) {
      const callee = random.pick(callees);
      return { op: 'call', type, callee: callee.name, ...this.callArguments(scope, callee) };
    }
    if (type !== 'f64') return this.leaf(scope, type);
    const callee = random.pick(['sin', 'pow']);
    return {
      op: 'callHost',
      type,
      callee,
      args: Array.from({ length: callee === 'pow' ? 2 : 1 }, () => this.expr(scope, type, depth)),
    };
  }
}

/** Three scans over memory that is filled at random. Small integers: no byte pattern is a NaN, whose bits a copy could keep. */
export const randomPlan = (seed: number): RunPlan => ({
  scans: 3,
  compared: 2048,
  fill(memory) {
    const random = createRandomSource(seed);
    for (let at = randomLayout.cells; at < randomLayout.end; at++) memory[at] = at % 4 === 3 ? 0 : random.below(3);
  },
});
