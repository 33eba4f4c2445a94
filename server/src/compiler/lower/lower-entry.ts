import { findMember } from '../check/lookup.js';
import { foldName } from '../../model/identifier.js';
import type { BlockSymbol } from '../check/symbols.js';
import type { Type } from '../check/types.js';
import type { IrFunction } from '../ir/ir.js';
import type { Argument } from '../syntax/ast.js';
import { bindArguments } from './bind-arguments.js';
import { FunctionBuilder } from './function-builder.js';
import { assignOperand } from './lower-assign.js';
import { blockParameters, callBody } from './lower-call-block.js';
import { assignOutput, passReference } from './lower-call-function.js';
import { lowerExpression } from './lower-expression.js';
import { blockVariable } from './lower-member.js';
import { absolutePlace, instancePlace, storePlace } from './lower-place.js';
import type { Lowering } from './lowering.js';
import type { Operand, Receiver } from './operand.js';

/** A variable of the instance at %I*, %Q* or %M* and the address that VAR_CONFIG gives it. */
export interface ConfiguredLocation {
  readonly type: Type;
  /** Offset within the instance. */
  readonly offset: number;
  readonly address: number;
  readonly bit?: number;
  readonly area: 'I' | 'Q' | 'M';
}

/**
 * What a task calls for a program instance: inputs are connected, the body runs, outputs are taken. Variables at %I* and
 * %Q* are copied from and to their configured places. IEC 61131-3:2013, 6.8.2.
 */
export function lowerEntry(
  c: Lowering,
  name: string,
  block: BlockSymbol,
  args: readonly Argument[],
  located: readonly ConfiguredLocation[],
  span: Argument['span'],
): IrFunction {
  const f = new FunctionBuilder(c, name, { namespace: [], usings: [] }, block, block.name, false);
  const receiver: Receiver = { owner: block, place: instancePlace(f, 0, block.name), dynamic: false };
  const after: (() => void)[] = [];
  for (const one of located) {
    const [member, place] = places(f, one);
    if (one.area !== 'Q') assignOperand(f, member, place, span);
    if (one.area !== 'I') after.push(() => assignOperand(f, place, member, span));
  }
  for (const [parameter, arg] of bindArguments(f, connectable(block, args), args, block.name)) {
    if (!arg.value) continue;
    const member = blockVariable(f, parameter, receiver, arg.span);
    if (parameter.section === 'VAR_IN_OUT') {
      const values = passReference(f, parameter, arg.value, `'${parameter.name}' of '${block.name}'`, after);
      if (parameter.storage.kind !== 'indirect') continue;
      for (const [i, value] of values.entries())
        storePlace(f, instancePlace(f, parameter.storage.offset + i * 4, parameter.name), { kind: 'null' }, value);
    } else if (parameter.section === 'VAR_OUTPUT' || arg.direction === 'out') {
      after.push(() => assignOutput(f, lowerExpression(f, arg.value!), member, arg));
    } else
      assignOperand(
        f,
        member,
        lowerExpression(f, arg.value, parameter.type),
        arg.value.span,
        `'${parameter.name}' of '${block.name}'`,
      );
  }
  callBody(f, block, receiver);
  for (const one of after) one();
  f.emit({ op: 'return' });
  return f.finish();
}

/** Parameters, and other variables that are named: some tools connect those too. */
function connectable(block: BlockSymbol, args: readonly Argument[]): ReturnType<typeof blockParameters> {
  const parameters = blockParameters(block);
  const named = args.flatMap((arg) => (arg.name === undefined ? [] : [findMember(block, foldName(arg.name))]));
  return [
    ...parameters,
    ...named.filter((v) => v !== undefined && v.section === 'VAR' && !parameters.includes(v)).map((v) => v!),
  ];
}

function places(f: FunctionBuilder, one: ConfiguredLocation): [Operand, Operand] {
  const { type } = one;
  return [
    { kind: 'place', type, place: instancePlace(f, one.offset, 'configured') },
    { kind: 'place', type, place: absolutePlace(f, one.address, 'configured', one.bit) },
  ];
}
