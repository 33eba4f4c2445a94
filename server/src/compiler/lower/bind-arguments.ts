import { foldName } from '../../model/identifier.js';
import { nearestName } from '../../model/nearest-name.js';
import type { VariableSymbol } from '../check/symbols.js';
import type { Argument } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { lowerExpression } from './lower-expression.js';
import { replaceSpan } from '../replace-span.js';
import { isKnownName } from './lower-name.js';

/**
 * Which argument each parameter gets. An argument without a name goes to the parameter that stands where it stands itself, also
 * behind arguments with names; where one of those has that parameter, to the first that none has. EN and ENO count for none.
 */
export function bindArguments(
  f: FunctionBuilder,
  parameters: readonly VariableSymbol[],
  args: readonly Argument[],
  callee: string,
): Map<VariableSymbol, Argument> {
  const bound = new Map<VariableSymbol, Argument>();
  const visible = parameters.filter((p) => !p.hidden);
  checkMixed(f, args, visible);
  let next = 0;
  for (const arg of args) {
    let parameter: VariableSymbol | undefined;
    const place = next;
    if (!isEnable(arg)) next += 1;
    const meant = comparedParameter(f, arg, visible);
    if (meant && arg.value?.kind === 'binary') {
      bound.set(meant, { ...arg, name: meant.name, value: arg.value.right });
      continue;
    }
    if (arg.name === undefined) {
      parameter = visible[place];
      if (parameter && bound.get(parameter)?.name !== undefined) parameter = visible.find((one) => !bound.has(one));
      if (!parameter) {
        f.c.problems.report(
          'E4003',
          arg.span,
          `'${callee}' takes ${visible.length} ${visible.length === 1 ? 'argument' : 'arguments'}; this one is too many; remove it.`,
        );
        lowerLost(f, arg);
        continue;
      }
    } else {
      const key = foldName(arg.name);
      parameter = parameters.find((p) => p.key === key);
      if (!parameter) {
        reportUnknown(f, arg, visible, callee);
        lowerLost(f, arg);
        continue;
      }
    }
    if (bound.has(parameter)) {
      f.c.problems.report('E4005', arg.span, `The parameter '${parameter.name}' of '${callee}' is given twice.`);
      continue;
    }
    if (arg.name !== undefined && !checkDirection(f, arg, parameter, callee)) continue;
    bound.set(parameter, arg);
  }
  return bound;
}

const isEnable = (arg: Argument): boolean => arg.name !== undefined && /^ENO?$/i.test(arg.name);

/** E4002: in the standard either all inputs of a call have names, or none. IEC 61131-3:2013, 6.6.1.4.2. */
function checkMixed(f: FunctionBuilder, args: readonly Argument[], parameters: readonly VariableSymbol[]): void {
  if (f.trusted || f.c.profile.implicitConversion !== 'widening') return;
  if (!args.some((arg) => arg.name !== undefined && arg.direction === 'in' && !isEnable(arg))) return;
  // `a = 1` for `a := 1` is told by itself.
  const isComparison = ({ value }: Argument): boolean => value?.kind === 'binary' && value.op === '=';
  const place = args.findIndex((arg) => arg.name === undefined && !isComparison(arg));
  if (place < 0) return;
  const parameter = parameters[place];
  f.c.problems.report(
    'E4002',
    args[place]!.span,
    `This argument has no name, and others have: write ${parameter ? `${parameter.name} := ...` : 'names'} for all, or for none.`,
  );
}

/** `f(a = 1)` where `f` has a parameter `a` and nothing else has that name: `:=` is meant. */
function comparedParameter(
  f: FunctionBuilder,
  arg: Argument,
  parameters: readonly VariableSymbol[],
): VariableSymbol | undefined {
  const { value } = arg;
  if (arg.name !== undefined || value?.kind !== 'binary' || value.op !== '=' || value.left.kind !== 'name')
    return undefined;
  const { name, span } = value.left;
  const key = foldName(name);
  const parameter = parameters.find((p) => p.key === key);
  if (!parameter || isKnownName(f, name)) return undefined;
  const at = span.source.text.indexOf('=', span.end);
  const sign = { source: span.source, start: at, end: at + 1 };
  f.c.problems.report('E4002', sign, `A parameter gets its value with \`:=\`: write ${name} := ...`, [
    replaceSpan(sign, ':='),
  ]);
  return parameter;
}

/** An argument that goes nowhere is still checked. */
function lowerLost(f: FunctionBuilder, arg: Argument): void {
  if (arg.value) f.capture(() => void lowerExpression(f, arg.value!));
}

function reportUnknown(f: FunctionBuilder, arg: Argument, parameters: readonly VariableSymbol[], callee: string): void {
  const names = parameters.map((p) => p.name);
  const near = nearestName(arg.name!, names);
  const { source, start } = arg.span;
  const nameSpan = { source, start, end: start + arg.name!.length };
  f.c.problems.report(
    'E4002',
    arg.span,
    near
      ? `'${callee}' has no parameter '${arg.name}'. Did you mean '${near}'?`
      : `'${callee}' has no parameter '${arg.name}'; its parameters are ${names.slice(0, 10).join(', ') || 'none'}.`,
    near === undefined ? undefined : [replaceSpan(nameSpan, near)],
  );
}

function checkDirection(f: FunctionBuilder, arg: Argument, parameter: VariableSymbol, callee: string): boolean {
  const output = parameter.section === 'VAR_OUTPUT';
  if (arg.direction === 'out' && !output && parameter.section !== 'VAR_IN_OUT') {
    f.c.problems.report('E4019', arg.span, `'${parameter.name}' is an input of '${callee}'; pass it with :=.`);
    return false;
  }
  if (arg.direction === 'in' && output) {
    f.c.problems.report('E4019', arg.span, `'${parameter.name}' is an output of '${callee}'; take it with =>.`);
    return false;
  }
  return true;
}
