import type { IrFunction } from '../ir/ir.js';
import type { ByteWriter } from './byte-writer.js';
import type { ModuleContext } from './function-context.js';

/** What a body asked of the module while its code was written, and what it was told. */
interface Answer {
  readonly answer: unknown;
  again(module: ModuleContext): unknown;
}

const known = new WeakMap<IrFunction, { readonly answers: readonly Answer[]; readonly code: ByteWriter }>();

/**
 * The code of a function in the plain form: what was written for an earlier module, where the function is the same object and this
 * module answers as that one did; else written anew.
 */
export function rememberedCode(
  module: ModuleContext,
  fn: IrFunction,
  write: (module: ModuleContext) => ByteWriter,
): ByteWriter {
  const found = known.get(fn);
  if (found?.answers.every((one) => one.again(module) === one.answer)) return found.code;
  const answers: Answer[] = [];
  const note = <A>(again: (from: ModuleContext) => A): A => {
    const answer = again(module);
    answers.push({ answer, again });
    return answer;
  };
  const code = write({
    instrument: false,
    stackLimit: note((from) => from.stackLimit),
    faultBlockType: note((from) => from.faultBlockType),
    siteNumber: (site) => note((from) => from.siteNumber(site)),
    functionIndex: (name) => note((from) => from.functionIndex(name)),
    hasResult: (name) => note((from) => from.hasResult(name)),
    hostIndex: (name) => note((from) => from.hostIndex(name)),
    hostHasResult: (name) => module.hostHasResult(name),
  });
  known.set(fn, { answers, code });
  return code;
}
