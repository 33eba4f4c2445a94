import type { Problems } from './problems.js';
import type { SourceUnit } from './syntax/ast.js';

/** Most program units, and declared variables, of one project. */
export const mostPous = 20_000;
export const mostVariables = 250_000;

/** Refuses a project that is larger than any real one before its declarations are resolved. */
export function checkProgramSize(units: readonly SourceUnit[], problems: Problems): boolean {
  let pous = 0;
  let variables = 0;
  for (const { declarations } of units) {
    for (const declaration of declarations) {
      if (declaration.kind !== 'pou') continue;
      pous += 1;
      for (const block of declaration.blocks) variables += block.variables.length;
    }
  }
  const report = (count: number, most: number, what: string): void => {
    const file = units[0]?.file ?? '';
    problems.reportDocument('E0018', file, `The project has ${count} ${what}, at most ${most} are taken; split it.`);
  };
  if (pous > mostPous) report(pous, mostPous, 'program units');
  if (variables > mostVariables) report(variables, mostVariables, 'variables');
  return pous <= mostPous && variables <= mostVariables;
}
