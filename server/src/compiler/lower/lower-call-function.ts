import type { SourceSpan } from '../../model/source-span.js';
import type { CallableSymbol, VariableSymbol } from '../check/symbols.js';
import { checkInputsGiven } from '../check/rule-arguments.js';
import { extendsBlock } from '../check/lookup.js';
import { sameType, typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import { startOf, underlying, type Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Argument, CallExpression, Expression } from '../syntax/ast.js';
import { lowerArgument } from './lower-argument.js';
import { bindArguments } from './bind-arguments.js';
import type { FunctionBuilder } from './function-builder.js';
import { writeInitial } from './initial-bytes.js';
import { i32 } from '../ir/make.js';
import { assignOperand, copyString } from './lower-assign.js';
import { coerce, operandType } from './lower-convert.js';
import { withEnable, splitEnable } from './lower-enable.js';
import { lowerExpression } from './lower-expression.js';
import { callOnReceiver, emitCall } from './lower-method.js';
import { addressOf, scalarOf } from './lower-place.js';
import { addressOfOperand } from './lower-pointer.js';
import { passByAddress, resultOperand } from './lower-standard.js';
import { errorOperand, type Operand, type Receiver } from './operand.js';
import { formOf, hasResultAddress, signatureResult } from './signature.js';
import { blockOfType } from './type-symbol.js';

/** A call of a FUNCTION, or of a METHOD on `receiver`. */
export function lowerFunctionCall(
  f: FunctionBuilder,
  symbol: CallableSymbol,
  receiver: Receiver | undefined,
  node: CallExpression,
): Operand {
  const { args, enable } = splitEnable(
    node.args,
    symbol.parameters.map((p) => p.name),
  );
  return withEnable(f, enable, node.span, () => call(f, symbol, receiver, args, node));
}

function call(
  f: FunctionBuilder,
  symbol: CallableSymbol,
  receiver: Receiver | undefined,
  args: readonly Argument[],
  node: CallExpression,
): Operand {
  const bound = bindArguments(f, symbol.parameters, args, symbol.name);
  if (!f.trusted) checkInputsGiven(f.c, symbol, symbol.parameters, args, bound, node.span);
  const resultType = symbol.result?.type;
  if (resultType?.kind === 'error') {
    for (const arg of bound.values()) if (arg.value) lowerExpression(f, arg.value);
    return errorOperand;
  }
  const ir = f.sequence(() => {
    const after: (() => void)[] = [];
    const values = symbol.parameters.flatMap((parameter) =>
      passParameter(f, parameter, bound.get(parameter), symbol, node.span, after),
    );
    let resultAddress: IrExpr | undefined;
    if (hasResultAddress(symbol)) {
      resultAddress = f.scratch(sizeOf(resultType!));
      values.push(resultAddress);
    }
    const made: IrExpr = receiver
      ? callOnReceiver(f, receiver, symbol, values, node.span)
      : { op: 'call', type: signatureResult(symbol) ?? 'i32', callee: f.c.needCallable(symbol), args: values };
    if (signatureResult(symbol) === undefined) {
      emitCall(f, made, symbol);
      for (const one of after) one();
      return resultAddress ?? i32(0);
    }
    if (after.length === 0) return made;
    const value = f.once(made, 'result');
    for (const one of after) one();
    return value;
  });
  return resultOperand(resultType ?? { kind: 'void' }, ir);
}

function passParameter(
  f: FunctionBuilder,
  parameter: VariableSymbol,
  arg: Argument | undefined,
  symbol: CallableSymbol,
  span: SourceSpan,
  after: (() => void)[],
): IrExpr[] {
  const { type } = parameter;
  const form = formOf(parameter);
  const what = `'${parameter.name}' of '${symbol.name}'`;
  switch (form.kind) {
    case 'value':
    case 'copy':
      if (type.kind === 'pointer' && type.form === 'reference' && !arg?.value && !parameter.initial) {
        f.c.problems.report(
          'E4004',
          span,
          `'${symbol.name}' needs a variable for its REFERENCE TO '${parameter.name}'; pass one with ${parameter.name} := variable.`,
        );
        return [i32(0)];
      }
      return [
        arg?.value
          ? coerce(f, lowerArgument(f, parameter, arg.value), type, arg.value.span, what)
          : defaultValue(f, parameter),
      ];
    case 'reference':
      if (!arg?.value) {
        f.c.problems.report(
          'E4004',
          span,
          `'${symbol.name}' needs a variable for its VAR_IN_OUT '${parameter.name}'; pass one with ${parameter.name} := variable.`,
        );
        return Array.from({ length: 1 + form.open * 2 }, () => i32(0));
      }
      return passReference(f, parameter, arg.value, what, after);
    case 'output': {
      const offset = f.frameBytes(Math.max(8, sizeOf(type)));
      const address: IrExpr = { op: 'frame', type: 'i32', offset };
      if (arg?.value) {
        const target = lowerExpression(f, arg.value);
        after.push(() => assignOutput(f, target, outputOperand(type, address), arg));
      }
      return [address];
    }
  }
}

const outputOperand = (type: Type, address: IrExpr): Operand =>
  scalarOf(type)
    ? { kind: 'place', type, place: { form: 'address', address, offset: 0 } }
    : { kind: 'memory', type, address };

/** `q => x` and `NOT q => x`. */
export function assignOutput(f: FunctionBuilder, target: Operand, source: Operand, arg: Argument): void {
  if (target.kind === 'error') return;
  let value = source;
  if (arg.negated === true && source.kind === 'place') {
    const ir = coerce(f, source, operandType(source), arg.span, 'The output');
    value = { kind: 'value', type: operandType(source), ir: { op: 'unary', type: 'i32', code: 'i32.eqz', value: ir } };
  }
  assignOperand(f, target, value, arg.value!.span, `'${arg.name ?? 'the output'}'`);
}

/** What an omitted input has: its own initial value, else its type's. */
function defaultValue(f: FunctionBuilder, parameter: VariableSymbol): IrExpr {
  const { type, initial } = parameter;
  if (scalarOf(type)) {
    if (initial) {
      const outer = f.scope;
      f.scope = initial.scope;
      const value = coerce(
        f,
        lowerExpression(f, initial.expression, type),
        type,
        initial.expression.span,
        `'${parameter.name}'`,
      );
      f.scope = outer;
      return value;
    }
    return defaultOf(type);
  }
  const bytes = new Uint8Array(sizeOf(type));
  writeInitial(f.c, type, initial, 0, { bytes, place: () => 0 });
  return i32(f.c.pool.bytes(bytes));
}

function defaultOf(type: Type): IrExpr {
  const scalar = scalarOf(type)!;
  const value = startOf(type);
  return { op: 'const', type: scalar.num, value: scalar.num === 'i64' ? value : Number(value) };
}

/** Address of the variable for VAR_IN_OUT, with the bounds of ARRAY[*]. */
export function passReference(
  f: FunctionBuilder,
  parameter: VariableSymbol,
  node: Expression,
  what: string,
  after: (() => void)[],
): IrExpr[] {
  const operand = lowerExpression(f, node, parameter.type);
  const { type } = parameter;
  if (operand.kind === 'error' || type.kind === 'error')
    return Array.from({ length: 1 + openDimensions(type) * 2 }, () => i32(0));
  const from = operandType(operand);
  const bounds = openBoundsOf(operand, type);
  if (type.kind === 'array' && type.dynamic && !bounds) {
    if (from.kind !== 'error')
      f.c.problems.report(
        'E4017',
        node.span,
        `${what} takes an array of ${typeName(type.element)} with ${type.bounds.length} dimension(s), not ${typeName(from)}.`,
      );
    return Array.from({ length: 1 + openDimensions(type) * 2 }, () => i32(0));
  }
  if (parameter.constant || parameter.section === 'VAR_INPUT') {
    // Not written: a value will do as well.
    if (scalarOf(type)) return [temporaryFor(f, coerce(f, operand, type, node.span, what), type)];
    if (operand.kind === 'memory') return [operand.address, ...(bounds ?? [])];
    return [
      operand.kind === 'literal'
        ? coerce(f, operand, type, node.span, what)
        : addressOfOperand(f, operand, node.span, what),
      ...(bounds ?? []),
    ];
  }
  if (operand.kind !== 'place') {
    f.c.problems.report('E4006', node.span, `${what} is a VAR_IN_OUT and needs a variable, not a value.`);
    return [i32(0), ...(bounds ?? [])];
  }
  if (!bounds && !fitsInOut(from, type)) {
    f.c.problems.report(
      'E4017',
      node.span,
      `${what} takes a variable of exactly its type ${typeName(type)}, not ${typeName(from)}.`,
    );
    return [i32(0)];
  }
  if (type.kind === 'string' && from.kind === 'string' && from.capacity < type.capacity)
    return [throughLongerString(f, operand, type, after)];
  return [passByAddress(f, operand, scalarOf(type) ? from : type, true, node.span, what, after), ...(bounds ?? [])];
}

function temporaryFor(f: FunctionBuilder, value: IrExpr, type: Type): IrExpr {
  const address = f.scratch(8);
  f.emit({ op: 'store', mem: scalarOf(type)!.mem, address, offset: 0, value });
  return address;
}

const openDimensions = (type: Type): number => (type.kind === 'array' && type.dynamic ? type.bounds.length : 0);

function fitsInOut(from: Type, to: Type): boolean {
  if (sameType(from, to)) return true;
  const a = blockOfType(from);
  const b = blockOfType(to);
  if (a && b) return extendsBlock(a, b);
  return (from.kind === 'subrange' || to.kind === 'subrange') && underlying(from) === underlying(to);
}

/** Low and high of each dimension that the parameter leaves open; undefined where the argument is no such array. */
function openBoundsOf(operand: Operand, type: Type): IrExpr[] | undefined {
  if (type.kind !== 'array' || !type.dynamic) return undefined;
  const from = operandType(operand);
  if (from.kind !== 'array' || from.bounds.length !== type.bounds.length || !sameType(from.element, type.element))
    return undefined;
  if (operand.kind === 'place' && operand.bounds) return operand.bounds.flatMap((bound) => [bound.low, bound.high]);
  return from.bounds.flatMap((bound) => [i32(bound.low), i32(bound.high)]);
}

/** A shorter string than the parameter's goes through a temporary, so that the callee can't write beyond its end. */
function throughLongerString(
  f: FunctionBuilder,
  operand: Operand & { kind: 'place' },
  type: Type & { kind: 'string' },
  after: (() => void)[],
): IrExpr {
  const own = operand.type as Type & { kind: 'string' };
  const actual = f.once(addressOf(f, operand.place, own.size) ?? i32(0), 'string');
  const temporary = f.scratch(type.size);
  copyString(f, temporary, type, actual);
  after.push(() => copyString(f, actual, own, temporary));
  return temporary;
}
