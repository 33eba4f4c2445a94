import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Expression, PouDeclaration, SourceUnit, Statement, VariableBlock } from '../syntax/ast.js';

/**
 * EN and ENO belong to every FUNCTION and FUNCTION_BLOCK (IEC 61131-3:2013, 6.6.1.6). Where a body speaks of one that is not declared,
 * it is declared here, unless a global variable has that name: EN is TRUE, as a body does not run otherwise; ENO is an output that is
 * TRUE until the body says something else.
 */
export function declareEnable(declaration: PouDeclaration, globals: ReadonlySet<string>): PouDeclaration {
  const { body, pouKind, nameSpan } = declaration;
  if (body?.kind !== 'statements' || (pouKind !== 'function' && pouKind !== 'function_block')) return declaration;
  if (!speaksOfEnable(body.statements)) return declaration;
  const used = new Set<string>();
  collectNames(body.statements, used);
  for (const name of [...globals, ...namesIn(declaration.blocks)]) used.delete(name);
  const withEn = used.has('EN')
    ? { ...declaration, blocks: [...declaration.blocks, blockOf('VAR', 'EN', nameSpan, true)] }
    : declaration;
  if (!used.has('ENO')) return withEn;
  const begin: Statement = {
    kind: 'assign', op: ':=', target: { kind: 'name', name: 'ENO', span: nameSpan }, value: truth(nameSpan), span: nameSpan,
  }; // prettier-ignore
  return {
    ...withEn,
    blocks: [...withEn.blocks, blockOf('VAR_OUTPUT', 'ENO', nameSpan)],
    body: { ...body, statements: [begin, ...body.statements] },
  };
}

/** Which of EN and ENO are names of global variables. */
export function globalEnable(units: readonly SourceUnit[]): ReadonlySet<string> {
  const names = units.flatMap((unit) =>
    unit.declarations.flatMap((d) => {
      if (d.kind === 'globals') return namesIn(d.blocks);
      if (d.kind !== 'configuration') return [];
      return [...namesIn(d.blocks), ...d.resources.flatMap((resource) => namesIn(resource.blocks))];
    }),
  );
  return new Set(names.filter((name) => name === 'EN' || name === 'ENO'));
}

const namesIn = (blocks: readonly VariableBlock[]): string[] =>
  blocks.flatMap(({ variables }) => variables.map(({ name }) => foldName(name)));

const truth = (span: SourceSpan): Expression => ({ kind: 'bool', value: true, span });

function blockOf(section: 'VAR' | 'VAR_OUTPUT', name: string, span: SourceSpan, constant = false): VariableBlock {
  const type = { kind: 'named', name: 'BOOL', span } as const;
  const variable = { name, type, initial: truth(span), ...(constant && { hidden: true as const }), span };
  return { section, constant, retain: false, nonRetain: false, persistent: false, variables: [variable], span };
}

/** A quick look at the text, as hardly any body does. */
function speaksOfEnable(statements: readonly Statement[]): boolean {
  const [first, last] = [statements[0], statements.at(-1)];
  if (!first || !last || first.span.source !== last.span.source) return first !== undefined;
  return /\bENO?\b/i.test(first.span.source.text.slice(first.span.start, last.span.end));
}

/** Names that stand for variables anywhere in a piece of syntax, folded. */
function collectNames(root: unknown, into: Set<string>): void {
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const { kind, name } = node as { readonly kind?: unknown; readonly name?: unknown };
    if (kind === 'name' && typeof name === 'string') into.add(foldName(name));
    for (const [key, value] of Object.entries(node)) if (key !== 'span' && typeof value === 'object') open.push(value);
  }
}
