import type { Compilation } from './compilation.js';
import type { VariableSymbol } from './symbols.js';
import { typeName } from './type-name.js';
import { elementaryTypes as e, underlying } from './types.js';

/** E3013: R_EDGE and F_EDGE see BOOL inputs only. IEC 61131-3:2013, 6.6.3.3. */
export function checkEdge(c: Compilation, variable: VariableSymbol): void {
  if (!variable.edge || variable.type.kind === 'error' || underlying(variable.type) === e.BOOL) return;
  const word = variable.edge === 'rising' ? 'R_EDGE' : 'F_EDGE';
  c.problems.report(
    'E3013',
    variable.span,
    `'${variable.name}' is ${typeName(variable.type)}, and ${word} sees the edges of a BOOL; remove ${word}, or make it a BOOL.`,
  );
}
