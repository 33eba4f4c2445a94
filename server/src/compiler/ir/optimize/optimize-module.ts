import type { IrFunction, IrModule } from '../ir.js';
import { boundCounters } from './bound-counters.js';
import { convertIfs } from './convert-ifs.js';
import { moduleFacts } from './effects.js';
import { fixAndSimplify } from './fix-instances.js';
import { inlineCalls } from './inline-calls.js';
import { createMemo } from './memo.js';
import { noteRegions } from './note-regions.js';
import { promoteCells } from './promote-cells.js';

const regions = createMemo<IrFunction>();
const finished = createMemo<IrFunction>();

/**
 * The same program, faster: what the emitter writes for the plain form. The passes, in order. Calls of functions that
 * `keep` names stay calls. A function that is
 * the same object as in an earlier module, in circumstances that are the same for it, is not worked through again.
 */
export function optimizeModule(source: IrModule, keep: (fn: IrFunction) => boolean = () => false): IrModule {
  const withInstance = new Set(source.functions.filter((fn) => fn.hasInstance).map((fn) => fn.name));
  const prepared = each(source, (fn) => regions(fn, [], () => noteRegions(fn, (name) => withInstance.has(name))));
  const module = fixAndSimplify(inlineCalls(prepared, keep));
  const facts = moduleFacts(module);
  return each(module, (fn) =>
    finished(fn, [facts.outlook(fn)], () => promoteCells(facts, convertIfs(boundCounters(facts, fn)))),
  );
}

const each = (module: IrModule, pass: (fn: IrFunction) => IrFunction): IrModule => ({
  ...module,
  functions: module.functions.map(pass),
});
