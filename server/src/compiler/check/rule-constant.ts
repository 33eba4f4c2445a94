import type { Compilation } from './compilation.js';
import { symbolOf } from './declare-pou.js';
import type { VariableSymbol } from './symbols.js';
import type { Type } from './types.js';
import { foldName } from '../../model/identifier.js';
import type { Expression } from '../syntax/ast.js';

const isStrict = (c: Compilation): boolean => c.profile.implicitConversion === 'widening';

/** E2004: a CONSTANT has a value for every part of it; instances can't be constant. IEC 61131-3:2013, 6.5.1.4. */
export function checkConstant(c: Compilation, variable: VariableSymbol): void {
  if (
    !variable.constant ||
    variable.section === 'VAR_EXTERNAL' ||
    variable.section === 'VAR_IN_OUT' ||
    variable.section === 'VAR_INPUT'
  )
    return;
  const { type } = variable;
  if (type.kind === 'instance') {
    c.problems.report(
      'E2012',
      variable.span,
      `'${variable.name}' is an instance and can't be CONSTANT; its state changes.`,
    );
    return;
  }
  if (type.kind === 'error' || hasValue(type, variable.initial?.expression)) return;
  const message = `The constant '${variable.name}' needs a value; write := and the value behind its type.`;
  c.problems.report(isStrict(c) ? 'E2004' : 'W2004', variable.span, message);
}

/** Whether the initial value, or the defaults of the type, say what every part is. */
function hasValue(type: Type, value: Expression | undefined): boolean {
  if (type.kind === 'struct') {
    const given =
      value?.kind === 'structInit' ? new Map(value.members.map((m) => [foldName(m.name), m.value])) : undefined;
    if (value && !given) return true;
    return [...type.fields].every(
      ([key, field]) => given?.has(key) === true || hasValue(field.type, field.initial?.expression),
    );
  }
  if (type.kind === 'array')
    return (
      value !== undefined ||
      (type.elementInitial !== undefined && type.element.kind !== 'struct') ||
      (type.element.kind === 'struct' && hasValue(type.element, undefined))
    );
  if (type.kind === 'instance') return symbolOf(type.declaration) !== undefined;
  return value !== undefined;
}
