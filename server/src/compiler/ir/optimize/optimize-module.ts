import type { IrModule } from '../ir.js';
import { moduleFacts } from './effects.js';
import { promoteCells } from './promote-cells.js';

/** The same program, faster: what the emitter writes for the plain form. */
export function optimizeModule(module: IrModule): IrModule {
  const facts = moduleFacts(module);
  return { ...module, functions: module.functions.map((fn) => promoteCells(facts, fn)) };
}
