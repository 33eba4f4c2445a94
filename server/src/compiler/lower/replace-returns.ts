import type { Statement } from '../syntax/ast.js';

/** The statements with each RETURN as a jump to `label`; undefined where there is none. */
export function replaceReturns(statements: readonly Statement[], label: string): readonly Statement[] | undefined {
  let found = false;
  const list = (each: readonly Statement[]): readonly Statement[] => each.map(one);
  const one = (statement: Statement): Statement => {
    switch (statement.kind) {
      case 'return':
        found = true;
        return { kind: 'jump', label, span: statement.span };
      case 'if':
      case 'case': {
        const { otherwise } = statement;
        const rest = otherwise && { otherwise: list(otherwise) };
        if (statement.kind === 'if') {
          return {
            ...statement,
            branches: statement.branches.map((branch) => ({ ...branch, body: list(branch.body) })),
            ...rest,
          };
        }
        return {
          ...statement,
          branches: statement.branches.map((branch) => ({ ...branch, body: list(branch.body) })),
          ...rest,
        };
      }
      case 'for':
      case 'while':
      case 'repeat':
        return { ...statement, body: list(statement.body) };
      default:
        return statement;
    }
  };
  const replaced = list(statements);
  return found ? replaced : undefined;
}
