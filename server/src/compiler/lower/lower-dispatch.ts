import { implementsInterface, withDerived } from '../check/lookup.js';
import type { BlockSymbol, CallableSymbol, InterfaceSymbol } from '../check/symbols.js';
import type { IrCase, IrExpr, IrFunction, IrLocal, IrStmt } from '../ir/ir.js';
import { load } from '../ir/make.js';
import type { Lowering } from './lowering.js';
import { implementationIn } from './lower-method.js';
import { parameterTypes, signatureResult } from './signature.js';

export const dispatchName = (owner: BlockSymbol | InterfaceSymbol, method: CallableSymbol | 'body'): string =>
  `${owner.irName}.${method === 'body' ? 'body' : `${method.name}.${method.form}`}$dispatch`;

/**
 * A function that calls the implementation which the object's own type has: the number in its header word decides. The
 * program is closed, so all types are known.
 */
export function dispatchFunction(
  c: Lowering,
  owner: BlockSymbol | InterfaceSymbol,
  method: CallableSymbol | 'body',
): IrFunction {
  const types = method === 'body' ? [] : parameterTypes(method);
  const locals: IrLocal[] = [
    { id: 0, name: 'this', type: 'i32' },
    ...types.map((type, i): IrLocal => ({ id: i + 1, name: `p${i}`, type })),
  ];
  const args = locals.map((local): IrExpr => ({ op: 'local', type: local.type, local }));
  const result = method === 'body' ? undefined : signatureResult(method);
  const targets = new Map<string, bigint[]>();
  for (const block of objectTypes(c, owner)) {
    const callee = calleeFor(c, block, method);
    if (callee === undefined) continue;
    const ids = targets.get(callee);
    if (ids) ids.push(BigInt(block.typeId));
    else targets.set(callee, [BigInt(block.typeId)]);
  }
  const cases: IrCase[] = [...targets].map(([callee, ids]) => ({
    ranges: ids.map((id) => [id, id] as const),
    body: callBody(callee, args, result),
  }));
  const missing: IrStmt[] = [{ op: 'fault', code: 'R4011', faultSite: -1 }];
  return {
    name: dispatchName(owner, method),
    hasInstance: true,
    paramCount: locals.length,
    locals,
    ...(result && { result }),
    frameSize: 0,
    body: [
      { op: 'switch', selector: load('i32', 'i32', args[0]!), cases, otherwise: missing },
      ...(result
        ? [{ op: 'return', value: { op: 'const', type: result, value: result === 'i64' ? 0n : 0 } } as const]
        : []),
    ],
    trusted: true,
  };
}

function callBody(callee: string, args: readonly IrExpr[], result: IrFunction['result']): IrStmt[] {
  if (result) return [{ op: 'return', value: { op: 'call', type: result, callee, args } }];
  return [{ op: 'call', callee, args }, { op: 'return' }];
}

function objectTypes(c: Lowering, owner: BlockSymbol | InterfaceSymbol): BlockSymbol[] {
  if (owner.kind === 'block') return withDerived(owner).filter((block) => block.header);
  return [...c.table.types.values()].filter(
    (symbol): symbol is BlockSymbol => symbol.kind === 'block' && symbol.header && implementsInterface(symbol, owner),
  );
}

function calleeFor(c: Lowering, block: BlockSymbol, method: CallableSymbol | 'body'): string | undefined {
  if (block.declaration.abstract) return undefined;
  if (method === 'body') return block.pouKind === 'class' ? undefined : c.needBody(block);
  const target = implementationIn(block, method);
  return target && !target.abstract ? c.needCallable(target) : undefined;
}
