import { foldName } from '../../model/identifier.js';
import type {
  Declaration,
  GlobalsDeclaration,
  PouDeclaration,
  SourceUnit,
  TypeDeclaration,
  VariableBlock,
} from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import { DeclaredVariable, addEnumerators, enumeratorsInPlace } from './declared-variable.js';
import { declareBlock, declareFunction, declareInterface, scopeOf } from './declare-pou.js';
import { standardTypeNames } from './elementary-name.js';
import { createEnumType } from './enum-type.js';
import { resolveType } from './resolve-type.js';
import { declareEnable, globalEnable } from './implicit-enable.js';
import { checkSection } from './rule-section.js';
import type { NamedTypeSymbol, Scope, TypeSymbol, VariableSymbol } from './symbols.js';
import { errorType, type EnumType, type TypeUse } from './types.js';

const qualifiedKey = (namespace: readonly string[], name: string): string => foldName([...namespace, name].join('.'));

/** Enters the declarations of all documents into the table. Bodies and most types stay untouched until they are asked for. */
export function declareUnits(c: Compilation, units: readonly SourceUnit[]): void {
  const globals = globalEnable(units);
  for (const unit of units)
    for (const declaration of unit.declarations)
      declare(c, declaration.kind === 'pou' ? declareEnable(declaration, globals) : declaration);
  for (const unit of units) nameListByFile(c, unit);
}

/** Where a text file holds nothing but globals, its name is that of the list: `GVL.Speed` with Speed in GVL.st. */
function nameListByFile(c: Compilation, unit: SourceUnit): void {
  const name = /([^/\\]+?)\.[A-Za-z]+$/.exec(unit.file)?.[1];
  if (
    name === undefined ||
    unit.declarations.length === 0 ||
    !unit.declarations.every((d) => d.kind === 'globals' && d.list === undefined)
  )
    return;
  const key = foldName(name);
  if (c.table.lists.has(key) || c.table.types.has(key) || c.table.globals.has(key)) return;
  const variables = new Map<string, VariableSymbol>();
  for (const variable of c.table.globals.values())
    if (variable.span.source.file === unit.file) variables.set(variable.key, variable);
  c.table.lists.set(key, { kind: 'list', name, variables });
}

function declare(c: Compilation, declaration: Declaration): void {
  if (declaration.kind !== 'configuration') noteNamespace(c, declaration.namespace);
  switch (declaration.kind) {
    case 'type':
      declareType(c, declaration);
      return;
    case 'pou':
      declarePou(c, declaration);
      return;
    case 'globals':
      declareGlobals(c, declaration);
      return;
    case 'configuration':
      declareGlobalBlocks(c, declaration.blocks, declaration.name, scopeOf({ namespace: [], usings: [] }));
      for (const resource of declaration.resources) {
        declareGlobalBlocks(c, resource.blocks, resource.name, scopeOf({ namespace: [], usings: [] }));
      }
  }
}

function noteNamespace(c: Compilation, namespace: readonly string[]): void {
  for (let i = 1; i <= namespace.length; i += 1) c.table.namespaces.add(foldName(namespace.slice(0, i).join('.')));
}

/** Declares a POU; also used for those of the standard library when a program first mentions them. */
export function declarePou(c: Compilation, declaration: PouDeclaration): void {
  const key = qualifiedKey(declaration.namespace, declaration.name);
  if (declaration.generics) {
    if (c.table.generics.has(key)) reportTwice(c, declaration.nameSpan, declaration.name);
    else c.table.generics.set(key, declaration);
    return;
  }
  if (declaration.pouKind === 'function') {
    const symbol = declareFunction(c, declaration);
    const block = c.table.types.get(key);
    if (c.table.functions.has(key) || (block && block.kind !== 'type'))
      reportTwice(c, declaration.nameSpan, declaration.name);
    else c.table.functions.set(key, symbol);
    return;
  }
  const symbol = declaration.pouKind === 'interface' ? declareInterface(c, declaration) : declareBlock(c, declaration);
  if (c.table.functions.has(key)) reportTwice(c, declaration.nameSpan, declaration.name);
  else addType(c, key, symbol);
}

function reportTwice(c: Compilation, span: PouDeclaration['nameSpan'], name: string): void {
  c.problems.report('E2003', span, `'${name}' is declared twice; rename or remove one of them.`);
}

/** Names that begin literals, `T#1s`, or mean something to compilers: CODESYS and its like refuse them. */
const prefixNames: ReadonlySet<string> = new Set(['D', 'LD', 'T', 'LT', 'VOID']);

function addType(c: Compilation, key: string, symbol: NamedTypeSymbol): void {
  const span = symbol.kind === 'type' ? symbol.declaration.span : symbol.declaration.nameSpan;
  const reserved = key.startsWith('__') && !span.source.file.startsWith('<');
  const isPrefix = prefixNames.has(key) && (c.profile.name === 'codesys' || c.profile.name === 'twincat');
  if (standardTypeNames.has(key) || isPrefix || reserved) {
    const why = reserved
      ? 'Names that begin with two underscores are those of compilers'
      : `\`${symbol.name}\` means a type, or begins a literal, wherever it stands`;
    c.problems.report('E1110', span, `${why}: choose another name for this type.`);
  }
  if (c.table.types.has(key)) reportTwice(c, span, symbol.name);
  else c.table.types.set(key, symbol);
}

function declareType(c: Compilation, declaration: TypeDeclaration): void {
  const scope = scopeOf(declaration);
  let use: TypeUse | 'running' | undefined;
  const resolve = (): TypeUse => {
    if (use === 'running') {
      c.problems.report(
        'E2005',
        declaration.span,
        `RECURSION: the type '${declaration.name}' is defined by itself; give it another base.`,
      );
      use = { type: errorType };
      return use;
    }
    if (use) return use;
    use = 'running';
    const made = resolveDeclared(c, declaration, scope);
    const within = use as TypeUse | 'running';
    // A cycle that was found meanwhile has left the error type.
    use = within === 'running' ? made : within;
    return use;
  };
  const symbol: TypeSymbol = {
    kind: 'type',
    name: declaration.name,
    key: qualifiedKey(declaration.namespace, declaration.name),
    declaration,
    scope,
    get use() {
      return resolve();
    },
  };
  c.later.push(() => void resolve());
  addType(c, symbol.key, symbol);
  if (declaration.type.kind === 'enum' && c.table.types.get(symbol.key) === symbol) {
    addEnumerators(
      c.table.enumerators,
      declaration.type.values.map((v) => v.name),
      () => symbol.use.type,
    );
  }
}

function resolveDeclared(c: Compilation, declaration: TypeDeclaration, scope: Scope): TypeUse {
  const { initial } = declaration;
  if (declaration.type.kind === 'enum') {
    const { qualifiedOnly, strict } = c.profile.implicitConversion === 'widening' ? {} : declaration;
    const attributes = { ...(qualifiedOnly && { qualifiedOnly }), ...(strict && { strict }) };
    const type: EnumType = createEnumType(c, declaration.type, scope, declaration.name, attributes, () => {
      if (!initial) return undefined;
      const value = c.evaluate(initial, scope, type)?.value;
      return typeof value === 'bigint' ? value : undefined;
    });
    return { type };
  }
  const use = resolveType(c, declaration.type, scope, { name: declaration.name, declared: true });
  return initial ? { type: use.type, initial: { expression: initial, scope } } : use;
}

function declareGlobals(c: Compilation, declaration: GlobalsDeclaration): void {
  declareGlobalBlocks(
    c,
    declaration.blocks,
    declaration.list,
    scopeOf({ namespace: declaration.namespace, usings: [] }),
    declaration.qualifiedOnly,
  );
}

function declareGlobalBlocks(
  c: Compilation,
  blocks: readonly VariableBlock[],
  list: string | undefined,
  scope: Scope,
  qualifiedOnly = false,
): void {
  const listKey = list === undefined ? undefined : foldName([...scope.namespace, list].join('.'));
  const entry =
    listKey === undefined
      ? undefined
      : (c.table.lists.get(listKey) ?? {
          kind: 'list' as const,
          name: list!,
          variables: new Map<string, VariableSymbol>(),
        });
  if (entry) c.table.lists.set(listKey!, entry);
  for (const block of blocks) {
    checkSection(c, block, undefined);
    for (const declaration of block.variables) {
      const symbol = new DeclaredVariable(
        c,
        declaration.name,
        declaration.span,
        'VAR_GLOBAL',
        declaration.type,
        scope,
        { block, declaration, list },
      );
      enumeratorsInPlace(c, symbol, undefined);
      const key = [...scope.namespace, symbol.key].join('.');
      const known = c.table.globals.get(key);
      const again = entry?.variables.get(symbol.key);
      if (again && !blocks.some((one) => one.variables.some((v) => v.span === again.span))) {
        // Exports repeat a list in each application that uses it.
        c.problems.report(
          'W2003',
          declaration.span,
          `'${declaration.name}' is declared again in the list '${list!}'; the first declaration counts.`,
        );
        continue;
      }
      if (again || (known && (known.list === undefined || list === undefined))) {
        reportTwice(c, declaration.span, declaration.name);
        continue;
      }
      entry?.variables.set(symbol.key, symbol);
      // Two lists may have a variable of the same name: each is reached by the name of its list, the bare name means the first.
      if (!known && !(qualifiedOnly && entry)) c.table.globals.set(key, symbol);
      else if (!known) c.table.qualifiedOnly.add(symbol);
    }
  }
}

/** E2003 between tables: a global variable can't have the name of a program or function, which a use could mean as well. */
export function checkGlobalNames(c: Compilation): void {
  for (const [key, variable] of c.table.globals) {
    const type = c.table.types.get(key);
    const clash =
      c.table.functions.has(key) || (type?.kind === 'block' && type.pouKind === 'program' && !type.standard);
    if (clash)
      c.problems.report(
        'E2003',
        variable.span,
        `The global variable '${variable.name}' has the name of a program unit; rename one of them.`,
      );
  }
}
