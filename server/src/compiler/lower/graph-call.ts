import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Argument, Expression } from '../syntax/ast.js';
import type { GraphElement } from '../syntax/graph.js';

export type Block = Extract<GraphElement, { kind: 'block' }>;
export type Output = Block['outputs'][number];

export const isEnable = (pin: { readonly name: string }): boolean => foldName(pin.name) === 'EN';
export const isEnableOut = (pin: { readonly name: string }): boolean => foldName(pin.name) === 'ENO';

/** The pin of the same name on the left, where an output only passes an in-out parameter on. */
export function passedPin(block: Block, name: string): Block['inputs'][number] | undefined {
  if (name === '') return undefined;
  return [...block.inOuts, ...block.inputs].find((pin) => foldName(pin.name) === foldName(name));
}

/** The output that is the value of a function: the first that is neither ENO nor an in-out parameter. */
export function resultOf(block: Block): Output | undefined {
  return block.outputs.find((output) => !isEnableOut(output) && !passedPin(block, output.name));
}

/** Functions of any number of inputs, for which an input that is not connected is not there. */
const extensible = new Set(['ADD', 'MUL', 'AND', 'OR', 'XOR', 'MAX', 'MIN', 'CONCAT']);

/** A call with the inputs that are connected; undefined where a function has inputs but none is connected. */
export function callExpression(block: Block, args: readonly Argument[], span: SourceSpan): Expression | undefined {
  const pins = block.inputs.filter((pin) => !isEnable(pin));
  const given = args.filter((arg) => arg.direction === 'in');
  if (pins.length > 0 && given.length === 0) return undefined;
  const someMissing = given.length < pins.length;
  if (someMissing && extensible.has(foldName(block.typeName))) {
    if (given.length === 1) return given[0]!.value;
    const positional = given.map(({ name: _name, ...rest }): Argument => rest);
    return { kind: 'call', callee: calleeOf(block.typeName, span), args: positional, span };
  }
  return { kind: 'call', callee: calleeOf(block.typeName, span), args, span };
}

/** `Namespace.Function` and `instance.Method` are written as one name. */
function calleeOf(typeName: string, span: SourceSpan): Expression {
  const [first, ...rest] = typeName.split('.');
  const start: Expression = { kind: 'name', name: first!, span };
  return rest.reduce<Expression>(
    (object, member) => ({ kind: 'member', object, member, memberSpan: span, span }),
    start,
  );
}
