import type { Operand } from './operand.js';

/** A sentence for `object.member` where the object can't have members: what it is and what to do instead. */
export function withoutMembers(object: Operand, member: string): string {
  switch (object.kind) {
    case 'function':
    case 'method':
      return `'${object.symbol.name}' keeps no variables between its calls, so it has no member '${member}'; give the value as a VAR_OUTPUT, or make it a FUNCTION_BLOCK.`;
    case 'standard':
      return `${object.name} is a function and has no member '${member}'; call it with parentheses.`;
    case 'literal':
      return `A literal has no member '${member}'; write the member behind a variable.`;
    default:
      return `There is nothing that could have a member '${member}'; write it behind a variable or a call that has a result.`;
  }
}
