import type { CodeSite } from '../../model/program-image.js';
import type { Compilation, Constant } from '../check/compilation.js';
import type { BlockSymbol, CallableSymbol, VariableSymbol } from '../check/symbols.js';
import type { IrFunction } from '../ir/ir.js';
import { createCellTable } from './alias.js';
import { createConstantPool } from './constant-pool.js';
import { evaluateConstant, mutedProblems } from './evaluate-constant.js';
import { exitFunction, exitName } from './lower-exit.js';
import { FunctionBuilder } from './function-builder.js';
import type { HeapPlan } from './heap-plan.js';
import { adaptLiteral } from './literal-value.js';
import { dispatchFunction, dispatchName } from './lower-dispatch.js';
import { lowerBlockBody, lowerBlockInit, lowerCallable } from './lower-pou.js';
import { runtimeFunction } from './lower-runtime.js';
import type { LoweringMemory } from './lowering-memory.js';
import { createLoweringRecorder, type Origin } from './lowering-recorder.js';
import type { Lowering, OutsideWrite } from './lowering.js';
import { siteOf } from './site-of.js';

/** What the memory layout provides once it is known. */
export interface Placement {
  /** First byte behind the variables; undefined until they are laid out. */
  poolStart: number | undefined;
  programAddress(program: BlockSymbol): number | undefined;
  directAddress: Lowering['directAddress'];
  readonly heap: HeapPlan | undefined;
  staticCell(variable: VariableSymbol): number;
}

/** What earlier compiles of the project left, and where the bodies of this one come from. */
export interface Remembered {
  readonly memory: LoweringMemory;
  originOf(symbol: CallableSymbol | BlockSymbol): Origin;
}

/** Creates the state in which bodies become IR; `drain` lowers everything that was asked for. */
export function createLowering(
  base: Omit<Compilation, 'evaluate'>,
  placement: Placement,
  remembered: Remembered,
): Lowering & { drain(): void } {
  const { memory } = remembered;
  const functions = new Map<string, IrFunction>();
  const asked = new Set<string>();
  const queue: (() => void)[] = [];
  const inits = new Map<BlockSymbol, string | undefined>();
  const constants = new Map<VariableSymbol, Constant | undefined>();
  const running = new Set<VariableSymbol>();
  const broken = new Set<VariableSymbol>();
  const cells = createCellTable();
  const pool = createConstantPool(() => placement.poolStart);
  const sites: CodeSite[] = [];
  const siteIds: number[] = [];
  const outsideWrites: OutsideWrite[] = [];

  const addSite = (id: number, site: CodeSite): void => {
    siteIds.push(id);
    sites.push(site);
  };
  const recorder = createLoweringRecorder({
    memory,
    cells,
    pool,
    problems: base.problems,
    functions,
    isAsked: (name) => asked.has(name),
    ask: (name) =>
      void ask(name, 'library', () => {
        throw new Error(`${name} was asked for and is not known`);
      }),
    addSite,
    addOutsideWrite: (write) => void outsideWrites.push(write),
  });

  const ask = (name: string, origin: Origin, make: () => IrFunction): string => {
    recorder.noteAsked(name);
    if (!asked.has(name)) {
      asked.add(name);
      queue.push(() => functions.set(name, recorder.lower(name, origin, make)));
    }
    return name;
  };

  const c: Lowering & { drain(): void } = {
    ...base,
    problems: recorder.problems,
    cells: recorder.cells,
    memory: memory.memoryDomain,
    pool: recorder.pool,
    sites,
    functions,
    outsideWrites,
    noteOutsideWrite(write) {
      outsideWrites.push(write);
      recorder.noteOutsideWrite(write);
    },
    evaluate(expression, scope, expected, quiet = false) {
      const quick = quickLiteral(expression, expected, c);
      if (quick !== undefined) return quick;
      if (!quiet) return evaluateConstant(c, expression, scope, expected, false);
      // Problems are found again, and reported, where the value is computed at run time.
      const muted: Lowering = Object.create(c, { problems: { value: mutedProblems() } }) as Lowering;
      return evaluateConstant(muted, expression, scope, expected, true);
    },
    site(span, pou) {
      const id = memory.newSite();
      recorder.noteSite(id, span, pou);
      addSite(id, siteOf(span, pou));
      return id;
    },
    siteNumbers() {
      const numbers = new Int32Array(memory.siteCount);
      for (const [number, id] of siteIds.entries()) numbers[id] = number;
      return numbers;
    },
    domainOf: (block) => memory.domainOf(block),
    needCallable: (symbol: CallableSymbol) =>
      ask(symbol.irName, remembered.originOf(symbol), () => lowerCallable(c, symbol)),
    needBody: (block) => ask(block.irName, remembered.originOf(block), () => lowerBlockBody(c, block)),
    needInit(block) {
      recorder.cannotRepeat();
      if (inits.has(block)) return inits.get(block);
      inits.set(block, undefined);
      const made = lowerBlockInit(c, block);
      if (made) functions.set(made.name, made);
      inits.set(block, made?.name);
      return made?.name;
    },
    needDispatch: (owner, method) =>
      ask(dispatchName(owner, method), 'library', () => dispatchFunction(c, owner, method)),
    needExit: (block) => ask(exitName(block), 'library', () => exitFunction(c, block)),
    needRuntime: (name) => ask(name, 'library', () => runtimeFunction(name)),
    programAddress: (program) => placement.programAddress(program),
    directAddress: (node) => placement.directAddress(node),
    get heap() {
      return placement.heap;
    },
    staticCell(variable) {
      recorder.cannotRepeat();
      return placement.staticCell(variable);
    },
    external(variable) {
      return variable.target;
    },
    constantOf(variable) {
      if (constants.has(variable)) return constants.get(variable);
      // Such a parameter is not written, and has the caller's value.
      if (variable.section === 'VAR_INPUT' || variable.section === 'VAR_IN_OUT') return undefined;
      const { initial } = variable;
      const scalar =
        variable.type.kind === 'elementary' ||
        variable.type.kind === 'enum' ||
        variable.type.kind === 'subrange' ||
        variable.type.kind === 'string';
      if (!scalar) return undefined;
      if (running.has(variable)) {
        base.problems.report(
          'E2019',
          variable.span,
          `The constant '${variable.name}' is defined by itself; give it a value.`,
        );
        constants.set(variable, undefined);
        broken.add(variable);
        return undefined;
      }
      running.add(variable);
      const value = initial
        ? c.evaluate(initial.expression, initial.scope, variable.type, true)?.value
        : defaultConstant(variable);
      running.delete(variable);
      // A constant that hangs on a broken one is broken too, and told about already.
      if (value === undefined && broken.size > 0) broken.add(variable);
      if (!constants.has(variable)) constants.set(variable, value);
      return constants.get(variable);
    },
    isBroken: (variable) => broken.has(variable),
    scratchBuilder: (scope) => new FunctionBuilder(c, '$scratch', scope, undefined, '', true),
    drain() {
      for (let next = queue.shift(); next; next = queue.shift()) next();
    },
  };
  return c;
}

/** Literals of the type that is wanted, by far the most frequent initial values. */
function quickLiteral(
  expression: Parameters<Lowering['evaluate']>[0],
  expected: Parameters<Lowering['evaluate']>[2],
  c: Lowering,
): ReturnType<Lowering['evaluate']> {
  if (expression.kind !== 'int' && expression.kind !== 'real' && expression.kind !== 'bool') return undefined;
  if (expression.typeName !== undefined || expected?.kind !== 'elementary') return undefined;
  const based = expression.kind === 'int' && expression.base !== 10;
  const adapted = adaptLiteral(
    { kind: 'literal', form: expression.kind },
    expression.value,
    based,
    expected,
    c.profile,
  );
  return 'problem' in adapted || adapted.warning !== undefined ? undefined : { value: adapted.value, type: expected };
}

function defaultConstant(variable: VariableSymbol): Constant | undefined {
  const { type } = variable;
  switch (type.kind) {
    case 'elementary':
      return type.group === 'bool' ? false : type.group === 'real' ? 0 : 0n;
    case 'enum':
    case 'subrange':
      return type.initial;
    case 'string':
      return '';
    default:
      return undefined;
  }
}
