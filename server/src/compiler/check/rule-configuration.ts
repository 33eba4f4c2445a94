import { foldName } from '../../model/identifier.js';
import type { SourceUnit } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';

/** E2003: each CONFIGURATION has a name of its own. IEC 61131-3:2013, 6.8.1. */
export function checkConfigurations(c: Compilation, units: readonly SourceUnit[]): void {
  const known = new Set<string>();
  for (const unit of units) {
    for (const d of unit.declarations) {
      if (d.kind !== 'configuration') continue;
      const key = foldName(d.name);
      if (known.has(key))
        c.problems.report('E2003', d.span, `There are two configurations '${d.name}'; rename or remove one of them.`);
      known.add(key);
    }
  }
}
