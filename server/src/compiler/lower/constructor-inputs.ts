import type { CallableSymbol, VariableSymbol } from '../check/symbols.js';

/** Inputs of FB_init that the runtime gives: whether retained variables are initialised too, and whether this is an online change. */
export const constructorFlags: ReadonlySet<string> = new Set(['BINITRETAINS', 'BINCOPYCODE']);

/** What a declaration gives to FB_init. */
export const constructorInputs = (method: CallableSymbol): readonly VariableSymbol[] =>
  method.parameters.filter((input) => !constructorFlags.has(input.key));
