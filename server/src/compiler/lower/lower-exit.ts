import { withDerived } from '../check/lookup.js';
import type { BlockSymbol, CallableSymbol } from '../check/symbols.js';
import { binary, i32, iff, load, localValue } from '../ir/make.js';
import type { IrExpr, IrFunction } from '../ir/ir.js';
import type { Argument } from '../syntax/ast.js';
import { FunctionBuilder } from './function-builder.js';
import { lowerFunctionCall } from './lower-call-function.js';
import { forEachObject } from './lower-object.js';
import type { Lowering } from './lowering.js';

/** Ends as the names of dispatch functions do: an object may end others of its own kind. */
export const exitName = (block: BlockSymbol): string => `${block.irName}.exit$dispatch`;

/** Whether ending an object that a pointer to the block refers to calls anything. */
export const hasExit = (block: BlockSymbol): boolean => withDerived(block).some((one) => exitMethods(one).length > 0);

/** FB_exit of the block and its bases, in the order in which CODESYS calls them. */
function exitMethods(block: BlockSymbol): readonly { readonly owner: BlockSymbol; readonly method: CallableSymbol }[] {
  const found = [];
  for (let owner: BlockSymbol | undefined = block; owner; owner = owner.base) {
    const method = owner.methods.get('FB_EXIT');
    if (method && !method.abstract) found.push({ owner, method });
  }
  return found;
}

/** Calls FB_exit for each of a number of objects in a row, which are of the block or all of the same derived one: `(address, count)`. */
export function exitFunction(c: Lowering, block: BlockSymbol): IrFunction {
  const f = new FunctionBuilder(c, exitName(block), block.scope, undefined, block.name, true);
  const address = localValue(f.parameter('i32', 'address'));
  const count = localValue(f.parameter('i32', 'count'));
  const kinds = withDerived(block).filter((one) => exitMethods(one).length > 0);
  if (!block.header) exitEach(f, block, address, count);
  else {
    const type = f.once(load('i32', 'i32', address), 'type');
    for (const kind of kinds) {
      const each = f.capture(() => exitEach(f, kind, address, count));
      f.emit(iff(binary('i32.eq', type, i32(kind.typeId)), each));
    }
  }
  f.emit({ op: 'return' });
  return f.finish();
}

function exitEach(f: FunctionBuilder, block: BlockSymbol, address: IrExpr, count: IrExpr): void {
  forEachObject(f, address, count, block.type.size, (at) => callExit(f, block, at));
}

/** The instance ends for good, so nothing is copied: bInCopyCode is FALSE. */
function callExit(f: FunctionBuilder, block: BlockSymbol, address: IrExpr): void {
  for (const { owner, method } of exitMethods(block)) {
    const { span, name } = method;
    const args = method.parameters
      .filter((p) => p.key === 'BINCOPYCODE')
      .map((p): Argument => ({ name: p.name, direction: 'in', value: { kind: 'bool', value: false, span }, span }));
    const receiver = { owner, place: { form: 'address', address, offset: 0 }, dynamic: false } as const;
    const called = lowerFunctionCall(f, method, receiver, {
      kind: 'call',
      callee: { kind: 'name', name, span },
      args,
      span,
    });
    if (called.kind === 'value') f.emit({ op: 'drop', value: called.ir });
  }
}
