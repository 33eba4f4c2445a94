import { compile } from '../../server/src/compiler/compile.js';
import type { IrModule } from '../../server/src/compiler/ir/ir.js';
import { defaultProfile } from '../../server/src/compiler/profile.js';
import type { ProgramImage } from '../../server/src/model/program-image.js';

export interface CompiledToIr {
  readonly image: ProgramImage;
  readonly module: IrModule;
}

/** Compiles Structured Text, and keeps the IR that the code is made from. Throws its first error with the source. */
export function compileToIr(source: string, options: { readonly instrument?: boolean } = {}): CompiledToIr {
  let module: IrModule | undefined;
  const { image, diagnostics } = compile({
    name: 'test',
    documents: [{ name: 'test.st', content: source }],
    profile: defaultProfile,
    ...options,
    inspect: (seen) => (module = seen),
  });
  const first = diagnostics.find((one) => one.severity === 'error');
  if (!image || !module) throw new Error(`${first?.code} line ${first?.line}: ${first?.message}\n${source}`);
  return { image, module };
}
