import { foldName } from '../../model/identifier.js';
import { nearestName } from '../../model/nearest-name.js';
import type { Problems } from '../problems.js';
import type { GlobalsDeclaration, SourceUnit, VariableBlock, VariableDeclaration } from '../syntax/ast.js';

/**
 * W2019: the units with a global for each VAR_EXTERNAL of a PLCopen document that has none. The extensions of Beremiz and the system
 * variables of PC WORX declare such globals outside the document. Documents without a program are left as they are (W2017).
 */
export function withImplicitGlobals(units: readonly SourceUnit[], problems: Problems): readonly SourceUnit[] {
  // Only PLCopen documents have the dialect of a tool.
  if (units.every((unit) => unit.dialect === undefined)) return units;
  const declarations = units.flatMap((unit) => unit.declarations);
  if (!declarations.some((d) => d.kind === 'pou' && d.pouKind === 'program')) return units;
  const known = new Map(globalNames(units).map((name) => [foldName(name), name]));
  return units.map((unit) => {
    const found = unit.dialect === undefined ? [] : missingIn(unit, known, problems);
    return found.length === 0 ? unit : { ...unit, declarations: [...unit.declarations, ...found] };
  });
}

function globalNames(units: readonly SourceUnit[]): readonly string[] {
  const namesIn = (blocks: readonly VariableBlock[]): string[] =>
    blocks.flatMap(({ variables }) => variables.map(({ name }) => name));
  return units.flatMap(({ declarations }) =>
    declarations.flatMap((d) => {
      if (d.kind === 'globals') return namesIn(d.blocks);
      return d.kind === 'configuration' ? namesIn([d, ...d.resources].flatMap(({ blocks }) => blocks)) : [];
    }),
  );
}

/** The first external of each name counts; others of that name are compared with it. */
function missingIn(unit: SourceUnit, known: Map<string, string>, problems: Problems): readonly GlobalsDeclaration[] {
  const pous = unit.declarations.flatMap((d) => (d.kind === 'pou' ? [d] : []));
  const externals = pous.flatMap(({ blocks }) => blocks.filter(({ section }) => section === 'VAR_EXTERNAL'));
  return externals.flatMap((block) =>
    block.variables.flatMap((variable): GlobalsDeclaration[] => {
      if (known.has(foldName(variable.name))) return [];
      const near = nearestName(variable.name, [...known.values()]);
      known.set(foldName(variable.name), variable.name);
      problems.report(
        'W2019',
        variable.span,
        `There is no VAR_GLOBAL '${variable.name}' for this VAR_EXTERNAL, so it gets one that starts with the default of its type${near ? `; did you mean '${near}'?` : '.'}`,
      );
      return [globalFor(variable, block)];
    }),
  );
}

function globalFor({ name, type, span }: VariableDeclaration, block: VariableBlock): GlobalsDeclaration {
  return {
    kind: 'globals',
    qualifiedOnly: false,
    namespace: [],
    blocks: [{ ...block, section: 'VAR_GLOBAL', retain: false, persistent: false, variables: [{ name, type, span }] }],
    span,
  };
}
