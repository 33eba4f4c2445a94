import { foldName } from '../../model/identifier.js';
import type { FunctionBuilder } from './function-builder.js';

/** IR name of a function of the standard library's own, which is lowered now or later. */
export function preludeCallee(f: FunctionBuilder, name: string): string {
  const key = foldName(name);
  if (!f.c.table.functions.has(key)) f.c.loadStandard(key);
  const symbol = f.c.table.functions.get(key);
  if (!symbol) throw new Error(`The prelude has no function ${name}.`);
  return f.c.needCallable(symbol);
}
