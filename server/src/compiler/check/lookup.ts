import { foldName } from '../../model/identifier.js';
import type { PouDeclaration } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import type {
  BlockSymbol,
  CallableSymbol,
  EnumeratorSymbol,
  InterfaceSymbol,
  ListSymbol,
  NamedTypeSymbol,
  PropertySymbol,
  Scope,
  VariableSymbol,
} from './symbols.js';

/** Tries a dotted name in the scope's namespace and those around it, then in each namespace of USING. */
function inNamespaces<T>(scope: Scope, key: string, find: (key: string) => T | undefined): T | undefined {
  for (let depth = scope.namespace.length; depth > 0; depth -= 1) {
    const found = find(`${scope.namespace.slice(0, depth).join('.')}.${key}`);
    if (found !== undefined) return found;
  }
  const plain = find(key);
  if (plain !== undefined) return plain;
  for (const using of scope.usings) {
    const found = find(`${using}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Type, block or interface of a (dotted) name; the standard library's come last. */
export function findType(c: Compilation, scope: Scope, name: string): NamedTypeSymbol | undefined {
  const key = foldName(name);
  const found = inNamespaces(scope, key, (k) => c.table.types.get(k));
  if (found) return found;
  if (c.loadStandard(key)) return c.table.types.get(key);
  // `Standard.TON`, `Tc2_Standard.TON`: a library's name before one of our own blocks.
  const dot = key.lastIndexOf('.');
  if (dot < 0) return undefined;
  const last = key.slice(dot + 1);
  if (c.table.namespaces.has(key.slice(0, dot))) return undefined;
  return c.table.types.get(last) ?? (c.loadStandard(last) ? c.table.types.get(last) : undefined);
}

export function findFunction(c: Compilation, scope: Scope, name: string): CallableSymbol | undefined {
  const key = foldName(name);
  const found = inNamespaces(scope, key, (k) => c.table.functions.get(k));
  if (found) return found;
  // Helpers of the standard library call each other.
  return key.startsWith('__') && c.loadStandard(key) ? c.table.functions.get(key) : undefined;
}

export function findGeneric(c: Compilation, scope: Scope, name: string): PouDeclaration | undefined {
  return inNamespaces(scope, foldName(name), (k) => c.table.generics.get(k));
}

export function findGlobal(c: Compilation, scope: Scope, name: string): VariableSymbol | undefined {
  return inNamespaces(scope, foldName(name), (k) => c.table.globals.get(k));
}

export function findList(c: Compilation, scope: Scope, name: string): ListSymbol | undefined {
  return inNamespaces(scope, foldName(name), (k) => c.table.lists.get(k));
}

/** All enumerators that an unqualified name may mean, the POU's own first. */
export function findEnumerators(c: Compilation, scope: Scope, name: string): readonly EnumeratorSymbol[] {
  const key = foldName(name);
  for (const owner of [scope.callable, scope.block]) {
    const own = owner && c.table.localEnumerators.get(owner)?.get(key);
    if (own) return own;
  }
  for (let base = scope.block?.base; base; base = base.base) {
    const own = c.table.localEnumerators.get(base)?.get(key);
    if (own) return own;
  }
  return c.table.enumerators.get(key) ?? [];
}

/** Variable of a block or of those it extends. */
export function findMember(block: BlockSymbol, key: string): VariableSymbol | undefined {
  for (let b: BlockSymbol | undefined = block; b; b = b.base) {
    const found = b.variables.get(key);
    if (found) return found;
  }
  return undefined;
}

export function findMethod(block: BlockSymbol, key: string): CallableSymbol | undefined {
  for (let b: BlockSymbol | undefined = block; b; b = b.base) {
    const found = b.methods.get(key) ?? b.actions.get(key);
    if (found) return found;
  }
  return undefined;
}

export function findProperty(block: BlockSymbol, key: string): PropertySymbol | undefined {
  for (let b: BlockSymbol | undefined = block; b; b = b.base) {
    const found = b.properties.get(key);
    if (found) return found;
  }
  return undefined;
}

/** Method or property of an interface or of those it extends. */
export function findInInterface<T>(
  symbol: InterfaceSymbol,
  pick: (one: InterfaceSymbol) => T | undefined,
): T | undefined {
  const own = pick(symbol);
  if (own !== undefined) return own;
  for (const base of symbol.bases) {
    const found = findInInterface(base, pick);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A block and all that extend it. */
export function withDerived(block: BlockSymbol): BlockSymbol[] {
  return [block, ...block.derived.flatMap(withDerived)];
}

export function extendsBlock(block: BlockSymbol, base: BlockSymbol): boolean {
  for (let b: BlockSymbol | undefined = block; b; b = b.base) if (b === base) return true;
  return false;
}

export function extendsInterface(symbol: InterfaceSymbol, base: InterfaceSymbol): boolean {
  return symbol === base || symbol.bases.some((one) => extendsInterface(one, base));
}

export function implementsInterface(block: BlockSymbol, symbol: InterfaceSymbol): boolean {
  for (let b: BlockSymbol | undefined = block; b; b = b.base) {
    if (b.interfaces.some((one) => extendsInterface(one, symbol))) return true;
  }
  return false;
}

/** Names that are visible in a scope, for suggestions. */
export function visibleNames(c: Compilation, scope: Scope): Set<string> {
  const names = new Set<string>();
  if (scope.callable) for (const v of scope.callable.variables.values()) names.add(v.name);
  for (let b = scope.block; b; b = b.base) {
    for (const v of b.variables.values()) if (!v.hidden) names.add(v.name);
    for (const m of [...b.methods.values(), ...b.actions.values(), ...b.properties.values()]) names.add(m.name);
  }
  for (const v of c.table.globals.values()) names.add(v.name);
  for (const f of c.table.functions.values()) if (!f.standard) names.add(f.name);
  for (const list of c.table.enumerators.values()) names.add(list[0]!.name);
  return names;
}
