import { symbolOf } from '../check/declare-pou.js';
import type { BlockSymbol, InterfaceSymbol } from '../check/symbols.js';
import type { Type } from '../check/types.js';

/** The block behind an instance type. */
export function blockOfType(type: Type): BlockSymbol | undefined {
  const symbol = type.kind === 'instance' ? symbolOf(type.declaration) : undefined;
  return symbol?.kind === 'block' ? symbol : undefined;
}

/** The interface behind an interface type. */
export function interfaceOfType(type: Type): InterfaceSymbol | undefined {
  const symbol = type.kind === 'interface' ? symbolOf(type.declaration) : undefined;
  return symbol?.kind === 'interface' ? symbol : undefined;
}

export const namedSymbolOf = (type: Type): BlockSymbol | InterfaceSymbol | undefined =>
  blockOfType(type) ?? interfaceOfType(type);
