import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Compilation } from '../check/compilation.js';
import { findMember, findMethod } from '../check/lookup.js';
import type { BlockSymbol, VariableSymbol } from '../check/symbols.js';
import { typeName } from '../check/type-name.js';
import type { Argument } from '../syntax/ast.js';
import { constructorInputs } from './constructor-inputs.js';
import { blockOfType } from './type-symbol.js';

const sections = new Set<VariableSymbol['section']>(['VAR', 'VAR_TEMP', 'VAR_STAT', 'VAR_INST', 'VAR_GLOBAL']);

/**
 * E4002 to E4004: a declaration gives FB_init of its block what that wants, and every element of an array its own. Whether the values
 * fit is found where FB_init is called. Gives whether something was reported.
 */
export function checkConstructor(c: Compilation, variable: VariableSymbol): boolean {
  const { args, elementArgs, span, name } = variable;
  if (!sections.has(variable.section) || variable.hidden) return false;
  let { type } = variable;
  let count = 1;
  while (type.kind === 'array') {
    for (const { low, high } of type.bounds) count *= high - low + 1;
    type = type.element;
  }
  const isArray = variable.type.kind === 'array';
  const block = blockOfType(type);
  if (!block) {
    if (!args || type.kind === 'error') return false;
    return report(
      c,
      'E4003',
      args[0]?.span ?? span,
      `'${name}' is ${typeName(type)} and takes no arguments; write := and its value.`,
    );
  }
  const inputs = inputsOf(block);
  if (isArray && args && !elementArgs)
    return report(c, 'E4003', span, `'${name}' is an array; give each element arguments of its own: [(...), (...)].`);
  if (elementArgs && elementArgs.length > count)
    return report(
      c,
      'E4003',
      span,
      `'${name}' has ${count} elements, and there are arguments for ${elementArgs.length}; remove some.`,
    );
  const missing = inputs?.find((one) => !one.initial);
  if (missing && c.exportedBy === undefined && (isArray ? (elementArgs?.length ?? 0) < count : !args)) {
    const call = `(${missing.name} := ...)`;
    return report(
      c,
      'E4004',
      span,
      `FB_init of '${block.name}' needs a value for its input '${missing.name}'; write ${typeName(variable.type)}${isArray ? `[${call}, ...] with arguments for each of the ${count} elements` : call}.`,
    );
  }
  let found = false;
  for (const list of elementArgs ?? (args ? [args] : [])) if (checkList(c, block, inputs, list, span)) found = true;
  return found;
}

/** The same for one instance that __NEW makes, with the arguments behind the name of its block. */
export function checkConstruction(
  c: Compilation,
  block: BlockSymbol,
  args: readonly Argument[] | undefined,
  span: SourceSpan,
): boolean {
  const inputs = inputsOf(block);
  if (args) return checkList(c, block, inputs, args, span);
  const missing = inputs?.find((one) => !one.initial);
  if (!missing) return false;
  return report(
    c,
    'E4004',
    span,
    `FB_init of '${block.name}' needs a value for its input '${missing.name}'; write ${block.name}(${missing.name} := ...).`,
  );
}

const inputsOf = (block: BlockSymbol): readonly VariableSymbol[] | undefined => {
  const method = findMethod(block, 'FB_INIT');
  return method?.form === 'method' ? constructorInputs(method) : undefined;
};

function checkList(
  c: Compilation,
  block: BlockSymbol,
  inputs: readonly VariableSymbol[] | undefined,
  args: readonly Argument[],
  span: SourceSpan,
): boolean {
  if (!inputs) {
    // Without FB_init they are initial values of inputs, by name. The standard has neither; there some files give more.
    const strict = c.profile.implicitConversion === 'narrowing-with-warning';
    for (const arg of args) {
      if (arg.name === undefined && !strict) continue;
      if (arg.name === undefined)
        return report(
          c,
          'E4003',
          arg.span,
          `'${block.name}' has no FB_init that could take this; remove it, or name an input.`,
        );
      if (!findMember(block, foldName(arg.name)))
        return report(c, 'E4002', arg.span, `'${block.name}' has no input '${arg.name}'.`);
    }
    return false;
  }
  const init = `FB_init of '${block.name}'`;
  for (const [i, arg] of args.entries()) {
    if (arg.name === undefined && i >= inputs.length)
      return report(
        c,
        'E4003',
        arg.span,
        `${init} takes ${inputs.length} ${inputs.length === 1 ? 'value' : 'values'}; remove this one.`,
      );
    if (arg.name !== undefined && !inputs.some((one) => one.key === foldName(arg.name!)))
      return report(c, 'E4002', arg.span, `${init} has no input '${arg.name}'.`);
  }
  const given = new Set(args.map((arg, i) => (arg.name === undefined ? inputs[i]?.key : foldName(arg.name))));
  const missing = inputs.find((one) => !one.initial && !given.has(one.key));
  if (!missing) return false;
  return report(c, 'E4004', args[0]?.span ?? span, `${init} needs a value for its input '${missing.name}' too.`);
}

function report(c: Compilation, code: 'E4002' | 'E4003' | 'E4004', span: SourceSpan, message: string): true {
  c.problems.report(code, span, message);
  return true;
}
