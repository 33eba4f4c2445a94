import type { Compilation } from './compilation.js';
import type { CallableSymbol } from './symbols.js';
import type { Type } from './types.js';

/**
 * Functions that a project may have, each of which CODESYS and TwinCAT call at the operation that it guards, in place of the value
 * that they get first: how many inputs each has.
 */
const forms: ReadonlyMap<string, number> = new Map([
  ['CHECKBOUNDS', 3],
  ['CHECKDIVDINT', 1],
  ['CHECKDIVLINT', 1],
  ['CHECKDIVREAL', 1],
  ['CHECKDIVLREAL', 1],
  ['CHECKRANGESIGNED', 3],
  ['CHECKRANGEUNSIGNED', 3],
  ['CHECKLRANGESIGNED', 3],
  ['CHECKLRANGEUNSIGNED', 3],
  ['CHECKPOINTER', 4],
]);

type Table = Compilation['table'];
const guards = new WeakMap<Table, ReadonlyMap<string, CallableSymbol>>();

/** The functions of the project that have a form to guard an operation. All is declared when this is first asked. */
export function guardsOf(table: Table): ReadonlyMap<string, CallableSymbol> {
  let found = guards.get(table);
  if (!found) {
    found = new Map(named(table).filter(([key, symbol]) => hasForm(symbol, forms.get(key)!)));
    guards.set(table, found);
  }
  return found;
}

const named = (table: Table): [string, CallableSymbol][] =>
  [...forms.keys()].flatMap((key): [string, CallableSymbol][] => {
    const symbol = table.functions.get(key);
    return symbol ? [[key, symbol]] : [];
  });

/** W2021: a function with such a name and another form is called only where the program does so. */
export function checkGuards({ table, profile, problems }: Compilation): void {
  if (profile.checkFunctions === 'ignored') return;
  for (const [key, symbol] of named(table)) {
    if (guardsOf(table).has(key)) continue;
    const count = forms.get(key)!;
    problems.report(
      'W2021',
      symbol.span,
      `'${symbol.name}' is not called at the operations that it could guard: it needs ${count === 1 ? 'one VAR_INPUT' : `${count} VAR_INPUTs`} and a result of elementary types.`,
    );
  }
}

function hasForm({ parameters, result }: CallableSymbol, count: number): boolean {
  const isScalar = ({ kind }: Type): boolean => kind === 'elementary' || kind === 'pointer';
  return (
    result !== undefined &&
    isScalar(result.type) &&
    parameters.length === count &&
    parameters.every(({ section, type }) => section === 'VAR_INPUT' && isScalar(type))
  );
}
