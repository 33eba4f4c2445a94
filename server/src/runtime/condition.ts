import type { ScanCondition } from '../engine/engine.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import { compileCondition, type ConditionVariable } from '../project/compile-condition.js';
import type { VariableTree } from './variable-tree.js';

/**
 * Makes an ST expression testable after each scan of a program: `Main.Done = TRUE`. Throws INVALID_REQUEST with the place
 * and the reason where it is no condition over that program's variables.
 */
export function parseCondition(text: string, tree: VariableTree): ScanCondition {
  const result = compileCondition(text, {
    pages: tree.data.memory.pages,
    resolve: (path) => resolveScalar(tree, path),
  });
  if ('wasm' in result) return { kind: 'module', wasm: result.wasm };
  const first = result.diagnostics[0]!;
  throw new HostError(
    'INVALID_REQUEST',
    `The condition '${text.slice(0, 200)}' is wrong at column ${first.column ?? 1}: ${first.message}`,
    {
      condition: text.slice(0, 1000),
      code: first.code,
    },
  );
}

function resolveScalar(tree: VariableTree, path: string): ConditionVariable | string {
  try {
    const variable = tree.resolve(path);
    const type = tree.typeOf(variable);
    const place = { address: variable.address, ...(variable.bit !== undefined && { bit: variable.bit }) };
    switch (type.kind) {
      case 'elementary':
        return { ...place, type: type.name };
      case 'subrange':
        return { ...place, type: type.base };
      case 'enum':
        return { ...place, type: type.base, enumerators: new Map(type.values.map((v) => [foldName(v.name), v.value])) };
      default:
        return `'${variable.path}' is no scalar; name one of its members.`;
    }
  } catch (error) {
    if (error instanceof HostError) return error.message;
    throw error;
  }
}
