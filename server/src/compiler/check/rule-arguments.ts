import type { SourceSpan } from '../../model/source-span.js';
import type { Argument } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import type { CallableSymbol, VariableSymbol } from './symbols.js';

/**
 * E4004: an informal call gives all inputs (IEC 61131-3:2013, 6.6.1.4.2), and CODESYS wants every input of a function or
 * method that has no initial value. Other omitted inputs have their initial value.
 */
export function checkInputsGiven(
  c: Compilation,
  callee: { readonly name: string; readonly form?: CallableSymbol['form'] },
  parameters: readonly VariableSymbol[],
  args: readonly Argument[],
  bound: ReadonlyMap<VariableSymbol, Argument>,
  span: SourceSpan,
): void {
  const informal =
    args.length > 0 &&
    args.every((arg) => arg.name === undefined) &&
    (callee.form === undefined ? c.profile.name === 'iec' : c.profile.name !== 'matiec');
  // Boxes of exported documents leave pins open.
  const all =
    (callee.form === 'method' || (callee.form === 'function' && c.exportedBy === undefined)) &&
    (c.profile.name === 'codesys' || c.profile.name === 'twincat');
  // An argument that went nowhere was told about, and may be the one that is missing.
  if (!informal && (!all || bound.size < args.length)) return;
  const missing = parameters.find((p) => p.section === 'VAR_INPUT' && !p.hidden && !bound.has(p) && !p.initial);
  if (!missing) return;
  c.problems.report(
    'E4004',
    span,
    informal
      ? `'${callee.name}' needs a value for its input '${missing.name}' too; give all inputs in order, or name those that are given.`
      : `The ${callee.form === 'method' ? 'method' : 'function'} '${callee.name}' needs a value for its input '${missing.name}'.`,
  );
}
