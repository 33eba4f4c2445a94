import { foldName } from '../../model/identifier.js';
import { findFunction, findGeneric, findMethod } from '../check/lookup.js';
import type { VariableSymbol } from '../check/symbols.js';
import { nearestName } from '../../model/nearest-name.js';
import { typeName } from '../check/type-name.js';
import type { Type } from '../check/types.js';
import { findStandardFunction, namedFunctions } from '../stdlib/standard-functions.js';
import type { CallExpression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { isIntrinsic } from './intrinsic-names.js';
import { genericInstance } from './lower-generic.js';
import { lowerBlockCall } from './lower-call-block.js';
import { lowerFunctionCall } from './lower-call-function.js';
import { operandType } from './lower-convert.js';
import { lowerExpression } from './lower-expression.js';
import { lowerIntrinsic } from './lower-intrinsic.js';
import { replaceSpan } from '../replace-span.js';
import { isKnownName, selfReceiver } from './lower-name.js';
import { lowerStandardCall } from './lower-standard.js';
import { errorOperand, type Operand } from './operand.js';
import { blockOfType } from './type-symbol.js';

/** A call of a function, method, action, function block instance, or standard function. */
export function lowerCall(f: FunctionBuilder, node: CallExpression, expected: Type | undefined): Operand {
  const callee = lowerCallee(f, node);
  switch (callee.kind) {
    case 'error':
      lowerArguments(f, node);
      return errorOperand;
    case 'function':
      return lowerFunctionCall(f, callee.symbol, undefined, node);
    case 'standard':
      return isIntrinsic(callee.name)
        ? lowerIntrinsic(f, callee.name, node)
        : lowerStandardCall(f, callee.name, node, expected);
    case 'method':
      if (callee.symbol.form === 'action' && callee.receiver.owner.kind === 'block') {
        return lowerBlockCall(
          f,
          callee.receiver.owner,
          callee.receiver.place,
          callee.receiver.dynamic,
          node,
          callee.symbol,
        );
      }
      return lowerFunctionCall(f, callee.symbol, callee.receiver, node);
    case 'typeName': {
      const what =
        callee.symbol.kind === 'block'
          ? 'a function block; declare an instance of it and call that'
          : "a type and can't be called";
      f.c.problems.report('E4001', node.callee.span, `'${callee.symbol.name}' is ${what}.`);
      lowerArguments(f, node);
      return errorOperand;
    }
    case 'place':
    case 'memory':
    case 'value': {
      const block = blockOfType(callee.type);
      if (block && block.pouKind !== 'class' && callee.kind === 'place')
        return lowerBlockCall(f, block, callee.place, callee.dynamic === true && callee.self !== true, node);
      if (callee.type.kind !== 'error') {
        const hint = block
          ? '; a class has no body, call one of its methods'
          : callee.type.kind === 'array'
            ? '; an index stands in brackets: write [...]'
            : '; only functions, methods and function block instances can be called';
        f.c.problems.report('E4001', node.callee.span, `This is ${typeName(operandType(callee))}${hint}.`);
      }
      lowerArguments(f, node);
      return errorOperand;
    }
    default:
      f.c.problems.report('E4001', node.callee.span, "This can't be called.");
      lowerArguments(f, node);
      return errorOperand;
  }
}

function lowerArguments(f: FunctionBuilder, node: CallExpression): void {
  f.capture(() => {
    for (const arg of node.args) {
      if (arg.value && arg.value.kind !== 'arrayInit' && arg.value.kind !== 'structInit') lowerExpression(f, arg.value);
    }
  });
}

/** A function's own name means its result, but a call means the function; likewise for a variable that shares a function's name. */
function lowerCallee(f: FunctionBuilder, node: CallExpression): Operand {
  const { callee } = node;
  if (callee.kind !== 'name' || callee.global) return lowerExpression(f, callee);
  const key = foldName(callee.name);
  const local = f.scope.callable?.variables.get(key);
  if (local && local.type.kind !== 'instance' && local.type.kind !== 'pointer') {
    const { block } = f.scope;
    const method = block && findMethod(block, key);
    const receiver = selfReceiver(f);
    if (method && receiver) return { kind: 'method', symbol: method, receiver };
    const fn = findFunction(f.c, f.scope, callee.name);
    if (fn) return { kind: 'function', symbol: fn };
    if (isIntrinsic(key) || findStandardFunction(key)) return { kind: 'standard', name: key };
  }
  const generic = findStandardFunction(key) ? undefined : findGeneric(f.c, f.scope, callee.name);
  if (generic) {
    const symbol = genericInstance(f, generic, node);
    return symbol ? { kind: 'function', symbol } : errorOperand;
  }
  if (!isKnownName(f, callee.name)) {
    reportMissingFunction(f, callee.name, callee.span);
    return errorOperand;
  }
  const operand = lowerExpression(f, callee);
  if (operand.kind === 'place' && !blockOfType(operand.type) && operand.type.kind !== 'pointer') {
    // `min : INT; ... x := MIN(a, b)` within a block.
    const fn = findFunction(f.c, f.scope, callee.name);
    if (fn) return { kind: 'function', symbol: fn };
    if (isIntrinsic(key) || findStandardFunction(key)) return { kind: 'standard', name: key };
  }
  return operand;
}

/** E2001 for a name that is called, told once in all documents: mostly a library is missing. */
function reportMissingFunction(f: FunctionBuilder, name: string, span: CallExpression['span']): void {
  const key = `call ${foldName(name)}`;
  if (f.c.missing.has(key)) return;
  f.c.missing.add(key);
  const near = f.c.problems.errorCount < 100 ? nearestName(name, callableNames(f)) : undefined;
  f.c.problems.report(
    'E2001',
    span,
    near
      ? `There is no function or instance '${name}'. Did you mean '${near}'?`
      : `There is no function or function block instance '${name}'; declare it, or add the library that has it.`,
    near === undefined ? undefined : [replaceSpan(span, near)],
  );
}

/** Names of functions, methods, actions and instances that may be called here. */
function callableNames(f: FunctionBuilder): string[] {
  const { callable, block } = f.scope;
  const names: string[] = [];
  const note = (variables: Iterable<VariableSymbol>): void => {
    for (const v of variables) if (v.type.kind === 'instance' && !v.hidden) names.push(v.name);
  };
  if (callable) note(callable.variables.values());
  for (let b = block; b; b = b.base) {
    note(b.variables.values());
    names.push(...[...b.methods.values(), ...b.actions.values()].map((one) => one.name));
  }
  note(f.c.table.globals.values());
  for (const fn of f.c.table.functions.values()) if (!fn.standard) names.push(fn.name);
  return [...names, ...namedFunctions.map((fn) => fn.name)];
}
