import type { IrFunction, IrModule } from '../ir.js';
import { boundCounters } from './bound-counters.js';
import { convertIfs } from './convert-ifs.js';
import { moduleFacts } from './effects.js';
import { fixAndSimplify } from './fix-instances.js';
import { inlineCalls } from './inline-calls.js';
import { noteRegions } from './note-regions.js';
import { promoteCells } from './promote-cells.js';

/**
 * The same program, faster: what the emitter writes for the plain form. The passes, in order. Calls of functions that
 * `keep` names stay calls.
 */
export function optimizeModule(source: IrModule, keep: (fn: IrFunction) => boolean = () => false): IrModule {
  const withInstance = new Set(source.functions.filter((fn) => fn.hasInstance).map((fn) => fn.name));
  const prepared = each(source, (fn) => noteRegions(fn, (name) => withInstance.has(name)));
  const module = fixAndSimplify(inlineCalls(prepared, keep));
  const facts = moduleFacts(module);
  return each(module, (fn) => promoteCells(facts, convertIfs(boundCounters(facts, fn))));
}

const each = (module: IrModule, pass: (fn: IrFunction) => IrFunction): IrModule => ({
  ...module,
  functions: module.functions.map(pass),
});
