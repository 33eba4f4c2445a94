import type { Compilation } from './compilation.js';
import { findGlobal } from './lookup.js';
import { nearestName } from '../../model/nearest-name.js';
import type { VariableSymbol } from './symbols.js';
import { sameType, typeName } from './type-name.js';

/** E2017: connects a VAR_EXTERNAL with its global. IEC 61131-3:2013, 6.5.2.2. */
export function linkExternal(c: Compilation, variable: VariableSymbol): void {
  if (variable.section !== 'VAR_EXTERNAL') return;
  if (variable.location) {
    c.problems.report(
      'E7007',
      variable.span,
      `The address of '${variable.name}' belongs to its VAR_GLOBAL; remove AT here.`,
    );
  }
  const global = findGlobal(c, variable.scope, variable.name) ?? fromAnyList(c, variable.key);
  if (!global) {
    // A document that only declares blocks may leave its globals to the project that uses it.
    if (c.library) {
      c.problems.report(
        'W2017',
        variable.span,
        `The VAR_EXTERNAL '${variable.name}' has no VAR_GLOBAL in these documents; the project that uses it has to have one.`,
      );
      return;
    }
    const near = nearestName(
      variable.name,
      [...c.table.globals.values()].map((g) => g.name),
    );
    c.problems.report(
      'E2017',
      variable.span,
      `There is no VAR_GLOBAL '${variable.name}' for this VAR_EXTERNAL${near ? `; did you mean '${near}'?` : '; declare it.'}`,
    );
    return;
  }
  if (!sameType(global.type, variable.type) && global.type.kind !== 'error' && variable.type.kind !== 'error') {
    c.problems.report(
      'E2017',
      variable.span,
      `'${variable.name}' is a ${typeName(global.type)} where it is declared as VAR_GLOBAL, not a ${typeName(variable.type)}.`,
    );
  }
  if (global.constant && !variable.constant && c.profile.name === 'iec') {
    c.problems.report(
      'E2017',
      variable.span,
      `'${variable.name}' is a CONSTANT where it is declared as VAR_GLOBAL; write VAR_EXTERNAL CONSTANT.`,
    );
  }
  variable.target = global;
}

function fromAnyList(c: Compilation, key: string): VariableSymbol | undefined {
  for (const list of c.table.lists.values()) {
    const found = list.variables.get(key);
    if (found) return found;
  }
  return undefined;
}
