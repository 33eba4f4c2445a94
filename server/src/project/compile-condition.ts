import type { ConditionResult, ConditionScope } from '../compiler/condition.js';
import { compileCondition as compile } from '../compiler/condition.js';

export type { ConditionScope, ConditionVariable } from '../compiler/condition.js';

/** The compiler's conditions for rooms that may not import it. */
export function compileCondition(text: string, scope: ConditionScope): ConditionResult {
  return compile(text, scope);
}
