import type { SourceSpan } from '../../model/source-span.js';
import { lineColumn } from '../../model/source-span.js';
import type { CodeSite } from '../../model/program-image.js';
import type { Compilation, Constant } from '../check/compilation.js';
import type { BlockSymbol, CallableSymbol, VariableSymbol } from '../check/symbols.js';
import type { IrFunction } from '../ir/ir.js';
import { createCellTable, createDomain, type AliasDomain } from './alias.js';
import { createConstantPool } from './constant-pool.js';
import { evaluateConstant, mutedProblems } from './evaluate-constant.js';
import { FunctionBuilder } from './function-builder.js';
import { adaptLiteral } from './literal-value.js';
import { dispatchFunction, dispatchName } from './lower-dispatch.js';
import { lowerBlockBody, lowerBlockInit, lowerCallable } from './lower-pou.js';
import { runtimeFunction } from './lower-runtime.js';
import type { Lowering } from './lowering.js';

/** What the memory layout provides once it is known. */
export interface Placement {
  /** First byte behind the variables; undefined until they are laid out. */
  poolStart: number | undefined;
  programAddress(program: BlockSymbol): number | undefined;
  directAddress: Lowering['directAddress'];
  staticCell(variable: VariableSymbol): number;
}

/** Creates the state in which bodies become IR; `drain` lowers everything that was asked for. */
export function createLowering(
  base: Omit<Compilation, 'evaluate'>,
  placement: Placement,
): Lowering & { drain(): void } {
  const domains = new Map<BlockSymbol, AliasDomain>();
  const functions = new Map<string, IrFunction>();
  const asked = new Set<string>();
  const queue: (() => void)[] = [];
  const inits = new Map<BlockSymbol, string | undefined>();
  const constants = new Map<VariableSymbol, Constant | undefined>();
  const running = new Set<VariableSymbol>();
  const broken = new Set<VariableSymbol>();
  const sites: CodeSite[] = [];

  const ask = (name: string, make: () => IrFunction): string => {
    if (!asked.has(name)) {
      asked.add(name);
      queue.push(() => functions.set(name, make()));
    }
    return name;
  };

  const c: Lowering & { drain(): void } = {
    ...base,
    cells: createCellTable(),
    memory: createDomain('memory'),
    pool: createConstantPool(() => placement.poolStart),
    sites,
    functions,
    outsideWrites: [],
    evaluate(expression, scope, expected, quiet = false) {
      const quick = quickLiteral(expression, expected, c);
      if (quick !== undefined) return quick;
      if (!quiet) return evaluateConstant(c, expression, scope, expected, false);
      // Problems are found again, and reported, where the value is computed at run time.
      const muted: Lowering = Object.create(c, { problems: { value: mutedProblems() } }) as Lowering;
      return evaluateConstant(muted, expression, scope, expected, true);
    },
    site(span, pou) {
      sites.push(siteOf(span, pou));
      return sites.length - 1;
    },
    domainOf(block) {
      let domain = domains.get(block);
      if (!domain) {
        domain = createDomain(block.name, block);
        domains.set(block, domain);
      }
      return domain;
    },
    needCallable: (symbol: CallableSymbol) => ask(symbol.irName, () => lowerCallable(c, symbol)),
    needBody: (block) => ask(block.irName, () => lowerBlockBody(c, block)),
    needInit(block) {
      if (inits.has(block)) return inits.get(block);
      inits.set(block, undefined);
      const made = lowerBlockInit(c, block);
      if (made) functions.set(made.name, made);
      inits.set(block, made?.name);
      return made?.name;
    },
    needDispatch: (owner, method) => ask(dispatchName(owner, method), () => dispatchFunction(c, owner, method)),
    needRuntime: (name) => ask(name, () => runtimeFunction(name)),
    programAddress: (program) => placement.programAddress(program),
    directAddress: (node) => placement.directAddress(node),
    staticCell: (variable) => placement.staticCell(variable),
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
      return type.initial;
    case 'string':
      return '';
    case 'subrange':
      return type.low > 0n || type.high < 0n ? type.low : 0n;
    default:
      return undefined;
  }
}

function siteOf(span: SourceSpan, pou: string): CodeSite {
  const { source } = span;
  const { line, column } = lineColumn(source, span.start);
  return {
    pou,
    file: source.file,
    language: source.language,
    line,
    column,
    ...(source.element && { element: source.element }),
  };
}
