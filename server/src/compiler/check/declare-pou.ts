import { foldName } from '../../model/identifier.js';
import type { Access, Body, PouDeclaration, TypeNode, VariableBlock } from '../syntax/ast.js';
import { lineColumn, type SourceSpan } from '../../model/source-span.js';
import type { Compilation } from './compilation.js';
import { DeclaredVariable, enumeratorsInPlace } from './declared-variable.js';
import { checkSection } from './rule-section.js';
import type {
  BlockSymbol,
  CallableSymbol,
  InterfaceSymbol,
  Owner,
  PropertySymbol,
  Scope,
  VariableSymbol,
} from './symbols.js';
import { createInstanceType } from './block-layout.js';
import { isGeneric } from './elementary-name.js';
import { alignOf } from './type-size.js';

const parameterSections: ReadonlySet<string> = new Set(['VAR_INPUT', 'VAR_OUTPUT', 'VAR_IN_OUT']);

const lineOf = ({ source, start }: SourceSpan): number => lineColumn(source, start).line;

/** Declares the variables of some blocks into a map; duplicates are reported. */
export function declareVariables(
  c: Compilation,
  blocks: readonly VariableBlock[],
  scope: Scope,
  owner: Owner | undefined,
  into: Map<string, VariableSymbol>,
  place: string,
  defaultAccess?: Access,
): VariableSymbol[] {
  const made: VariableSymbol[] = [];
  for (const block of blocks) {
    checkSection(c, block, owner);
    for (const declaration of block.variables) {
      const symbol = new DeclaredVariable(
        c,
        declaration.name,
        declaration.span,
        block.section,
        declaration.type,
        scope,
        {
          block,
          declaration,
          owner,
          ...(defaultAccess && { defaultAccess }),
        },
      );
      const known = into.get(symbol.key);
      if (known) {
        c.problems.report(
          'E2003',
          declaration.span,
          `'${declaration.name}' is declared twice in ${place}, first on line ${lineOf(known.span)}; rename or remove one of them.`,
        );
        continue;
      }
      into.set(symbol.key, symbol);
      made.push(symbol);
      if (getsAddress(symbol)) c.table.addressInputs.add(symbol.key);
      enumeratorsInPlace(c, symbol, owner);
    }
  }
  return made;
}

/** Whether an input gets the address of the variable that is passed. */
function getsAddress({ section, typeNode }: VariableSymbol): boolean {
  if (section !== 'VAR_INPUT') return false;
  return isGeneric(typeNode) || (typeNode.kind === 'pointer' && typeNode.form === 'reference');
}

interface CallableParts {
  readonly form: CallableSymbol['form'];
  readonly name: string;
  readonly irName: string;
  readonly span: SourceSpan;
  readonly owner?: BlockSymbol | InterfaceSymbol;
  readonly scope: Scope;
  readonly blocks: readonly VariableBlock[];
  readonly body: Body | undefined;
  readonly access?: Access | undefined;
  readonly abstract?: boolean;
  readonly final?: boolean;
  readonly override?: boolean;
  readonly standard?: boolean;
  readonly external?: boolean;
  readonly returnNode?: TypeNode | undefined;
}

export function createCallable(c: Compilation, parts: CallableParts): CallableSymbol {
  const variables = new Map<string, VariableSymbol>();
  const symbol: CallableSymbol & { scope: Scope; parameters: readonly VariableSymbol[]; result?: VariableSymbol } = {
    kind: 'callable',
    form: parts.form,
    name: parts.name,
    key: foldName(parts.name),
    irName: parts.irName,
    span: parts.span,
    ...(parts.owner && { owner: parts.owner }),
    scope: parts.scope,
    blocks: parts.blocks,
    ...(parts.body && { body: parts.body }),
    access: parts.access ?? 'PUBLIC',
    abstract: parts.abstract ?? false,
    final: parts.final ?? false,
    override: parts.override ?? false,
    standard: parts.standard ?? false,
    external: parts.external ?? false,
    parameters: [],
    variables,
    ...(parts.returnNode && { returnNode: parts.returnNode }),
  };
  const owner = parts.owner?.kind === 'block' ? parts.owner : undefined;
  const scope: Scope = { ...parts.scope, ...(owner && { block: owner }), callable: symbol };
  symbol.scope = scope;
  const made = declareVariables(c, parts.blocks, scope, symbol, variables, `'${parts.name}'`);
  symbol.parameters = made.filter((v) => parameterSections.has(v.section));
  if (made.some(getsAddress)) c.table.addressInputs.add(`${symbol.key}(`);
  if (parts.returnNode) {
    const result = new DeclaredVariable(c, parts.name, parts.span, 'RESULT', parts.returnNode, scope, {
      owner: symbol,
    });
    const known = variables.get(result.key);
    if (known && parts.form !== 'setter') {
      c.problems.report(
        'E2003',
        known.span,
        `'${known.name}' has the name of its own ${parts.form === 'function' ? 'function' : 'method'}, which stands for the result; rename it.`,
      );
    }
    variables.set(result.key, result);
    enumeratorsInPlace(c, result, symbol);
    if (parts.form === 'setter') symbol.parameters = [...symbol.parameters, result];
    else symbol.result = result;
  }
  return symbol;
}

const symbols = new WeakMap<PouDeclaration, BlockSymbol | InterfaceSymbol>();

/** The symbol that a block's or interface's declaration made. */
export const symbolOf = (declaration: PouDeclaration): BlockSymbol | InterfaceSymbol | undefined =>
  symbols.get(declaration);

const qualified = (declaration: PouDeclaration): string => [...declaration.namespace, declaration.name].join('.');

export function scopeOf(declaration: {
  readonly namespace: readonly string[];
  readonly usings: readonly string[];
}): Scope {
  return { namespace: declaration.namespace.map(foldName), usings: declaration.usings.map(foldName) };
}

/** `irName` is its own where the declaration stands for several functions. */
export function declareFunction(
  c: Compilation,
  declaration: PouDeclaration,
  irName = qualified(declaration),
): CallableSymbol {
  return createCallable(c, {
    form: 'function',
    name: declaration.name,
    irName,
    span: declaration.nameSpan,
    scope: scopeOf(declaration),
    blocks: declaration.blocks,
    body: declaration.body,
    standard: declaration.standard ?? false,
    external: isExternal(declaration),
    returnNode: declaration.returnType,
  });
}

const isExternal = (declaration: PouDeclaration): boolean =>
  declaration.pragmas.some((text) => /^\{?\s*external\s*\}?$/i.test(text.trim()));

export function declareBlock(c: Compilation, declaration: PouDeclaration): BlockSymbol {
  const base = scopeOf(declaration);
  const irName = qualified(declaration);
  const symbol = {
    kind: 'block',
    pouKind: declaration.pouKind as BlockSymbol['pouKind'],
    name: declaration.name,
    key: foldName(irName),
    irName,
    declaration,
    scope: base,
    type: undefined as unknown as BlockSymbol['type'],
    standard: declaration.standard ?? false,
    derived: [],
    interfaces: [],
    variables: new Map<string, VariableSymbol>(),
    parameters: [] as VariableSymbol[],
    methods: new Map<string, CallableSymbol>(),
    properties: new Map<string, PropertySymbol>(),
    actions: new Map<string, CallableSymbol>(),
    header: false,
    typeId: 0,
  } satisfies BlockSymbol;
  symbols.set(declaration, symbol);
  symbol.scope = { ...base, block: symbol };
  symbol.type = createInstanceType(c, symbol);
  const made = declareVariables(c, declaration.blocks, symbol.scope, symbol, symbol.variables, `'${declaration.name}'`);
  symbol.parameters = made.filter((v) => parameterSections.has(v.section));
  for (const variable of made) {
    if (!variable.edge) continue;
    const memory = new DeclaredVariable(
      c,
      `${variable.name}__edge`,
      variable.span,
      'VAR',
      variable.typeNode,
      symbol.scope,
      { owner: symbol, hidden: true },
    );
    symbol.variables.set(memory.key, memory);
    variable.edgeMemory = memory;
  }
  declareMethods(c, declaration, symbol);
  for (const action of declaration.actions) {
    addMember(
      c,
      symbol,
      symbol.actions,
      createCallable(c, {
        form: 'action',
        name: action.name,
        irName: `${irName}.${action.name}`,
        span: action.span,
        owner: symbol,
        scope: symbol.scope,
        blocks: [],
        body: action.body,
        standard: symbol.standard,
      }),
    );
  }
  return symbol;
}

export function declareInterface(c: Compilation, declaration: PouDeclaration): InterfaceSymbol {
  const irName = qualified(declaration);
  const symbol: InterfaceSymbol = {
    kind: 'interface',
    name: declaration.name,
    key: foldName(irName),
    irName,
    declaration,
    scope: scopeOf(declaration),
    type: { kind: 'interface', name: declaration.name, declaration },
    bases: [],
    methods: new Map(),
    properties: new Map(),
  };
  symbols.set(declaration, symbol);
  declareMethods(c, declaration, symbol);
  return symbol;
}

function declareMethods(c: Compilation, declaration: PouDeclaration, owner: BlockSymbol | InterfaceSymbol): void {
  const inInterface = owner.kind === 'interface';
  for (const method of declaration.methods) {
    addMember(
      c,
      owner,
      owner.methods,
      createCallable(c, {
        form: 'method',
        name: method.name,
        irName: `${owner.irName}.${method.name}`,
        span: method.span,
        owner,
        scope: owner.scope,
        blocks: method.blocks,
        body: method.body,
        access: method.access,
        abstract: method.abstract || inInterface,
        final: method.final,
        override: method.override,
        standard: declaration.standard ?? false,
        returnNode: method.returnType,
      }),
    );
  }
  for (const property of declaration.properties) {
    const accessor = (form: 'getter' | 'setter', part: typeof property.get): CallableSymbol | undefined =>
      part &&
      createCallable(c, {
        form,
        name: property.name,
        irName: `${owner.irName}.${property.name}.${form === 'getter' ? 'Get' : 'Set'}`,
        span: part.span,
        owner,
        scope: owner.scope,
        blocks: part.blocks,
        body: part.body,
        access: property.access,
        abstract: property.abstract || inInterface,
        final: property.final,
        override: property.override,
        standard: declaration.standard ?? false,
        returnNode: property.type,
      });
    const getter = accessor('getter', property.get);
    const setter = accessor('setter', property.set);
    // The type is resolved even where a property has no accessor, so that a wrong one is found.
    const probe = new DeclaredVariable(c, property.name, property.span, 'VAR', property.type, owner.scope);
    c.later.push(() => {
      alignOf(probe.type);
    });
    addMember<PropertySymbol>(c, owner, owner.properties, {
      kind: 'property',
      name: property.name,
      key: foldName(property.name),
      declaration: property,
      owner,
      get type() {
        return probe.type;
      },
      access: property.access ?? 'PUBLIC',
      ...(getter && { getter }),
      ...(setter && { setter }),
    });
  }
}

/** Methods, properties, actions and variables of a block share one space of names. */
function addMember<T extends { readonly key: string; readonly name: string }>(
  c: Compilation,
  owner: BlockSymbol | InterfaceSymbol,
  into: Map<string, T>,
  symbol: T,
): void {
  const span = 'span' in symbol ? (symbol.span as SourceSpan) : (symbol as unknown as PropertySymbol).declaration.span;
  const taken =
    owner.methods.has(symbol.key) ||
    owner.properties.has(symbol.key) ||
    (owner.kind === 'block' && (owner.actions.has(symbol.key) || owner.variables.has(symbol.key)));
  if (taken)
    c.problems.report(
      'E2003',
      span,
      `'${symbol.name}' is declared twice in '${owner.name}'; rename or remove one of them.`,
    );
  else into.set(symbol.key, symbol);
}
