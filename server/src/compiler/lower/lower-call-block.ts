import { checkInputsGiven } from '../check/rule-arguments.js';
import { withDerived } from '../check/lookup.js';
import type { BlockSymbol, CallableSymbol, VariableSymbol } from '../check/symbols.js';
import type { Argument, CallExpression } from '../syntax/ast.js';
import { lowerArgument } from './lower-argument.js';
import { bindArguments } from './bind-arguments.js';
import type { FunctionBuilder } from './function-builder.js';
import { i32 } from '../ir/make.js';
import { assignOperand } from './lower-assign.js';
import { assignInitializer } from './lower-initializer.js';
import { assignOutput, passReference } from './lower-call-function.js';
import { splitEnable, withEnable } from './lower-enable.js';
import { lowerExpression } from './lower-expression.js';
import { blockVariable } from './lower-member.js';
import { callOnReceiver, emitCall, regionOf } from './lower-method.js';
import { bareAddress, memberPlace, stablePlace, storePlace, addressOf } from './lower-place.js';
import type { Operand, Receiver } from './operand.js';

/** Inputs and outputs of a block, those of its bases first. */
export function blockParameters(block: BlockSymbol): VariableSymbol[] {
  return [...(block.base ? blockParameters(block.base) : []), ...block.parameters];
}

/** `fb(IN := x, Q => y)`: a call of an instance's body, or of one of its actions. Omitted inputs keep their values. */
export function lowerBlockCall(
  f: FunctionBuilder,
  block: BlockSymbol,
  place: Receiver['place'],
  dynamic: boolean,
  node: CallExpression,
  action?: CallableSymbol,
): Operand {
  const parameters = blockParameters(block);
  const { args, enable } = splitEnable(
    node.args,
    parameters.map((p) => p.name),
  );
  return withEnable(f, enable, node.span, () => {
    const ir = f.sequence(() => {
      const receiver: Receiver = { owner: block, place: stablePlace(f, place), dynamic };
      call(f, block, receiver, parameters, args, node, action);
      return i32(0);
    });
    return { kind: 'value', type: { kind: 'void' }, ir };
  });
}

function call(
  f: FunctionBuilder,
  block: BlockSymbol,
  receiver: Receiver,
  parameters: readonly VariableSymbol[],
  args: readonly Argument[],
  node: CallExpression,
  action: CallableSymbol | undefined,
): void {
  const bound = bindArguments(f, parameters, args, block.name);
  if (!f.trusted && !block.standard) checkInputsGiven(f.c, block, parameters, args, bound, node.span);
  const after: (() => void)[] = [];
  const outputs: (() => void)[] = [];
  for (const [parameter, arg] of bound) {
    if (!arg.value) continue;
    if (parameter.section === 'VAR_IN_OUT') {
      connect(f, parameter, arg, receiver, block, after);
      continue;
    }
    const member = blockVariable(f, parameter, receiver, arg.span);
    if (parameter.section === 'VAR_OUTPUT') {
      const target = lowerExpression(f, arg.value);
      outputs.push(() => assignOutput(f, target, member, arg));
      continue;
    }
    const { value } = arg;
    if (value.kind === 'arrayInit' || value.kind === 'structInit') {
      if (member.kind === 'place') assignInitializer(f, member.place, member.type, value, f.scope);
      continue;
    }
    assignOperand(
      f,
      member,
      lowerArgument(f, parameter, value),
      value.span,
      () => `'${parameter.name}' of '${block.name}'`,
    );
  }
  // A configuration may have connected a program; CODESYS and TwinCAT have none that does.
  const connected = block.pouKind === 'program' && f.c.profile.implicitConversion === 'widening';
  if (!action && !connected) reportUnconnected(f, block, parameters, bound, node);
  if (action) emitCall(f, callOnReceiver(f, receiver, action, [], node.span), action);
  else callBody(f, block, receiver);
  for (const one of after) one();
  for (const one of outputs) one();
}

/** E4004: a VAR_IN_OUT without a variable. */
function reportUnconnected(
  f: FunctionBuilder,
  block: BlockSymbol,
  parameters: readonly VariableSymbol[],
  bound: ReadonlyMap<VariableSymbol, Argument>,
  node: CallExpression,
): void {
  for (const parameter of parameters) {
    if (parameter.section !== 'VAR_IN_OUT' || bound.get(parameter)?.value) continue;
    f.c.problems.report(
      'E4004',
      node.span,
      `'${block.name}' needs a variable for its VAR_IN_OUT '${parameter.name}'; pass one with ${parameter.name} := variable.`,
    );
  }
}

/** Runs the body of an instance; where derived blocks have bodies of their own, the one of the object's type. */
export function callBody(f: FunctionBuilder, block: BlockSymbol, receiver: Receiver): void {
  const { place } = receiver;
  const address = bareAddress(place) ?? i32(0);
  if (receiver.dynamic && withDerived(block).length > 1) {
    if (place.form === 'cell') addressOf(f, place, block.type.size);
    f.emit({ op: 'call', callee: f.c.needDispatch(block, 'body'), args: [address] });
    return;
  }
  const region = regionOf(f, place, block.type.size);
  f.emit({ op: 'call', callee: f.c.needBody(block), args: [address], ...(region && { instance: region }) });
}

/** Stores the address of the argument's variable, and the bounds of ARRAY[*], in the instance. */
function connect(
  f: FunctionBuilder,
  parameter: VariableSymbol,
  arg: Argument,
  receiver: Receiver,
  block: BlockSymbol,
  after: (() => void)[],
): void {
  const { storage } = parameter;
  const values = passReference(f, parameter, arg.value!, `'${parameter.name}' of '${block.name}'`, after);
  if (storage.kind !== 'indirect') return;
  for (const [i, value] of values.entries()) {
    const owner = parameter.owner?.kind === 'block' ? parameter.owner : block;
    storePlace(
      f,
      memberPlace(f, receiver.place, storage.offset + i * 4, parameter.name, owner),
      { kind: 'null' },
      value,
    );
  }
}
