import type { CallableSymbol, VariableSymbol } from '../check/symbols.js';
import type { NumType } from '../ir/ir.js';
import { scalarOf } from './lower-place.js';

/** How a parameter is passed. */
export type ParameterForm =
  /** A scalar input by value. */
  | { readonly kind: 'value'; readonly type: NumType }
  /** A string, array, structure or instance input: its address, which the function copies from. */
  | { readonly kind: 'copy' }
  /** VAR_IN_OUT, and inputs that are ARRAY[*]: the variable's address, then low and high of each open dimension. */
  | { readonly kind: 'reference'; readonly open: number }
  /** VAR_OUTPUT: where the function stores it when it returns. */
  | { readonly kind: 'output' };

export function formOf(parameter: VariableSymbol): ParameterForm {
  const { type } = parameter;
  const open = type.kind === 'array' && type.dynamic ? type.bounds.length : 0;
  if (parameter.section === 'VAR_OUTPUT') return { kind: 'output' };
  if (parameter.section === 'VAR_IN_OUT' || open > 0) return { kind: 'reference', open };
  const scalar = scalarOf(type);
  return scalar ? { kind: 'value', type: scalar.num } : { kind: 'copy' };
}

/** A result that is no scalar is written to an address that comes as the last parameter; the value then is 0. */
export const hasResultAddress = (symbol: CallableSymbol): boolean =>
  symbol.result !== undefined && scalarOf(symbol.result.type) === undefined;

/** Type of the value that a call gives; undefined where it gives none. */
export function signatureResult(symbol: CallableSymbol): NumType | undefined {
  return symbol.result ? scalarOf(symbol.result.type)?.num : undefined;
}

/** Wasm types of the parameters, the instance left out. */
export function parameterTypes(symbol: CallableSymbol): NumType[] {
  const types: NumType[] = [];
  for (const parameter of symbol.parameters) {
    const form = formOf(parameter);
    if (form.kind === 'value') types.push(form.type);
    else if (form.kind === 'reference') types.push(...Array.from({ length: 1 + form.open * 2 }, (): NumType => 'i32'));
    else types.push('i32');
  }
  if (hasResultAddress(symbol)) types.push('i32');
  return types;
}
