import type { SourceSpan } from '../../model/source-span.js';
import { findMethod, withDerived } from '../check/lookup.js';
import type { BlockSymbol, CallableSymbol, InterfaceSymbol } from '../check/symbols.js';
import type { InstanceRegion, IrExpr } from '../ir/ir.js';
import type { FunctionBuilder } from './function-builder.js';
import { i32 } from '../ir/make.js';
import { addressOf, bareAddress, loadPlace } from './lower-place.js';
import { checkedAddress } from './lower-pointer.js';
import type { Place, Receiver } from './operand.js';
import { signatureResult } from './signature.js';

/** The implementation of a method, action or accessor that a block's instances have. */
export function implementationIn(block: BlockSymbol, symbol: CallableSymbol): CallableSymbol | undefined {
  if (symbol.form === 'getter' || symbol.form === 'setter') {
    for (let b: BlockSymbol | undefined = block; b; b = b.base) {
      const property = b.properties.get(symbol.key);
      const accessor = symbol.form === 'getter' ? property?.getter : property?.setter;
      if (accessor) return accessor;
    }
    return undefined;
  }
  return findMethod(block, symbol.key);
}

/** Whether a call may reach more than one implementation. */
function isVirtual(owner: BlockSymbol | InterfaceSymbol, symbol: CallableSymbol): boolean {
  if (owner.kind === 'interface') return true;
  if (symbol.abstract) return true;
  return withDerived(owner).some((block) => block !== owner && implementationIn(block, symbol) !== symbol);
}

/** The stretch of memory that a call's instance covers, where it is known. */
export function regionOf(f: FunctionBuilder, place: Place, size: number): InstanceRegion | undefined {
  if (place.form !== 'cell') return undefined;
  const { base, offset, name } = place;
  return { base, offset, size, reach: f.c.cells.cell({ base, offset, mem: 'u8', name }, place.links, size) };
}

/** Calls a method on an object; where derived blocks override it, by the object's own type. Gives the call's value. */
export function callOnReceiver(
  f: FunctionBuilder,
  receiver: Receiver,
  symbol: CallableSymbol,
  args: readonly IrExpr[],
  span: SourceSpan,
): IrExpr {
  const { owner, place } = receiver;
  const type = signatureResult(symbol) ?? 'i32';
  if (owner.kind === 'interface') {
    const address = checkedAddress(f, receiver.reference ?? loadPlace(f, place, owner.type), span);
    return { op: 'call', type, callee: f.c.needDispatch(owner, symbol), args: [address, ...args] };
  }
  const address = bareAddress(place) ?? i32(0);
  if (receiver.dynamic && isVirtual(owner, symbol)) {
    if (place.form === 'cell') addressOf(f, place, owner.type.size);
    return { op: 'call', type, callee: f.c.needDispatch(owner, symbol), args: [address, ...args] };
  }
  const target = implementationIn(owner, symbol) ?? symbol;
  if (target.abstract) {
    f.c.problems.report('E5005', span, `'${target.name}' is ABSTRACT and has no body to call.`);
    return i32(0);
  }
  const region = regionOf(f, place, owner.type.size);
  return {
    op: 'call',
    type,
    callee: f.c.needCallable(target),
    args: [address, ...args],
    ...(region && { instance: region }),
  };
}

/** Emits a call for its effect; its value, if it has one, is dropped. */
export function emitCall(f: FunctionBuilder, call: IrExpr, symbol: CallableSymbol): void {
  if (call.op !== 'call') return;
  if (signatureResult(symbol) !== undefined) f.emit({ op: 'drop', value: call });
  else f.emit({ op: 'call', callee: call.callee, args: call.args, ...(call.instance && { instance: call.instance }) });
}
