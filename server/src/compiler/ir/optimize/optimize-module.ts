import type { IrModule } from '../ir.js';
import { convertIfs } from './convert-ifs.js';
import { moduleFacts } from './effects.js';
import { inlineCalls } from './inline-calls.js';
import { promoteCells } from './promote-cells.js';
import { simplifyFunction } from './simplify-function.js';

/** The same program, faster: what the emitter writes for the plain form. */
export function optimizeModule(source: IrModule): IrModule {
  const inlined = inlineCalls({ ...source, functions: source.functions.map(simplifyFunction) });
  const module = { ...inlined, functions: inlined.functions.map((fn) => convertIfs(simplifyFunction(fn))) };
  const facts = moduleFacts(module);
  return { ...module, functions: module.functions.map((fn) => promoteCells(facts, fn)) };
}
