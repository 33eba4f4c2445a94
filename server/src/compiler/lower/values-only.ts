import type { Statement } from '../syntax/ast.js';

/**
 * The statements of a drawn condition that only work out values for it: temporaries of wires and of functions. Calls of blocks, and
 * whatever else would act, are left out.
 */
export function valuesOnly(statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement): readonly Statement[] => {
    switch (statement.kind) {
      case 'let':
      case 'label':
      case 'jump':
      case 'return':
        return [statement];
      case 'assign':
        return statement.target.kind === 'name' && statement.target.name.startsWith('$') ? [statement] : [];
      case 'if': {
        const branches = statement.branches.map((branch) => ({ ...branch, body: valuesOnly(branch.body) }));
        const { otherwise: _otherwise, ...rest } = statement;
        const otherwise = valuesOnly(statement.otherwise ?? []);
        return otherwise.length > 0 || branches.some(({ body }) => body.length > 0)
          ? [{ ...rest, branches, ...(otherwise.length > 0 && { otherwise }) }]
          : [];
      }
      default:
        return [];
    }
  });
}

/** Whether statements do more than work out values. */
export const act = (statements: readonly Statement[]): boolean =>
  statements.some((statement) => {
    if (statement.kind !== 'if') return valuesOnly([statement]).length === 0;
    return statement.branches.some(({ body }) => act(body)) || act(statement.otherwise ?? []);
  });
