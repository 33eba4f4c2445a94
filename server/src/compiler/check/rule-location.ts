import type { SourceSpan } from '../../model/source-span.js';
import type { DirectAddress } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import type { VariableSymbol } from './symbols.js';
import { sizeOf } from './type-size.js';
import { typeName } from './type-name.js';
import { elementaryTypes as e, underlying, type Type } from './types.js';

const unitBytes: Readonly<Record<DirectAddress['size'], number>> = { X: 1, B: 1, W: 2, D: 4, L: 8 };
const isStrict = (c: Compilation): boolean => c.profile.implicitConversion === 'widening';

/** Where every address has a cell of its own, neither another size nor a second name does harm. */
const harmsOthers = (c: Compilation): boolean => isStrict(c) && c.profile.locatedOverlap === 'alias';

/** E7003, E7004, E7007: where AT may stand, and for which types. IEC 61131-3:2013, 6.5.5. */
export function checkLocation(c: Compilation, variable: VariableSymbol): void {
  const { location, owner } = variable;
  if (!location || variable.section === 'VAR_EXTERNAL') return;
  const wildcard = location.path.length === 0;
  if (isStrict(c) && !allowsLocation(variable, wildcard)) {
    const where = owner?.kind === 'block' && owner.pouKind !== 'program' ? 'a function block' : variable.section;
    c.problems.report(
      'E7007',
      variable.span,
      `'${variable.name}' can't have the address ${location.text} within ${where}; declare it as VAR_GLOBAL and use VAR_EXTERNAL.`,
    );
    return;
  }
  if (owner?.kind === 'callable') {
    c.problems.report(
      'E7007',
      variable.span,
      `A variable of a function can't have an address; declare '${variable.name}' as VAR_GLOBAL.`,
    );
    return;
  }
  checkSize(c, variable.type, location, variable.span);
}

function allowsLocation(variable: VariableSymbol, wildcard: boolean): boolean {
  const { owner, section } = variable;
  if (!owner) return true;
  if (owner.kind !== 'block') return false;
  return section === 'VAR' && (wildcard || owner.pouKind === 'program');
}

/** E7004: whether an address has as many bits as what lies there. */
export function checkSize(c: Compilation, declared: Type, location: DirectAddress, span: SourceSpan): void {
  const type = underlying(declared);
  if (type.kind !== 'elementary' || location.path.length === 0) return;
  const isBit = location.size === 'X';
  // TIME and the like have 64 bits here and 32 elsewhere: such a variable gets bytes of its own.
  const time = type.group === 'duration' || type.group === 'date' || type.group === 'tod' || type.group === 'dt';
  const fits =
    isBit === (type === e.BOOL) && (sizeOf(type) === unitBytes[location.size] || (time && location.size === 'D'));
  if (fits) return;
  const name = { X: 'one bit', B: '8 bits', W: '16 bits', D: '32 bits', L: '64 bits' }[location.size];
  c.problems.report(
    harmsOthers(c) ? 'E7004' : 'W7004',
    span,
    `${location.text} has ${name}, which does not fit ${typeName(declared)}; change the address, or the type.`,
  );
}

/** E7003: the same address twice within one declaration. Overlaps elsewhere are intended: the variables share their bytes. */
export function checkAddressesTwice(c: Compilation, variables: Iterable<VariableSymbol>): void {
  const seen = new Map<string, VariableSymbol>();
  for (const variable of variables) {
    const { location } = variable;
    if (!location || location.path.length === 0 || variable.section === 'VAR_EXTERNAL') continue;
    const before = seen.get(location.text);
    if (before) {
      c.problems.report(
        harmsOthers(c) ? 'E7003' : 'W7003',
        variable.span,
        `'${variable.name}' has the same address ${location.text} as '${before.name}'; change one of them.`,
      );
    } else seen.set(location.text, variable);
  }
}
