import type { IrFunction } from '../ir.js';

/**
 * Remembers what a pass made of a function. `dependencies` are all that the result hangs on besides the function itself, compared
 * by identity, in the same order each time. What nobody holds any more is forgotten with the function.
 */
export function createMemo<R>(): (fn: IrFunction, dependencies: readonly unknown[], make: () => R) => R {
  const known = new WeakMap<IrFunction, { readonly dependencies: readonly unknown[]; readonly result: R }>();
  return (fn, dependencies, make) => {
    const found = known.get(fn);
    if (found && sameList(found.dependencies, dependencies)) return found.result;
    const result = make();
    known.set(fn, { dependencies, result });
    return result;
  };
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);
