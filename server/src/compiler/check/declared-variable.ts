import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type {
  Access,
  Argument,
  DirectAddress,
  Expression,
  TypeNode,
  VariableBlock,
  VariableDeclaration,
} from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import { resolveType } from './resolve-type.js';
import type { EnumeratorSymbol, Owner, Scope, Storage, VariableSymbol } from './symbols.js';
import type { Initial, Type, TypeUse } from './types.js';

/** A variable as declared; its type resolves when somebody asks. */
export class DeclaredVariable implements VariableSymbol {
  readonly kind = 'variable';
  readonly key: string;
  readonly constant: boolean;
  readonly retain: boolean;
  readonly access: Access;
  readonly isPublic: boolean;
  readonly hidden: boolean;
  readonly edge?: 'rising' | 'falling';
  readonly location?: DirectAddress;
  readonly owner?: Owner;
  readonly list?: string;
  readonly ownInitial?: Expression;
  readonly args?: readonly Argument[];
  readonly elementArgs?: readonly (readonly Argument[])[];
  storage: Storage = { kind: 'unplaced' };
  target?: VariableSymbol;
  edgeMemory?: VariableSymbol;
  private use: TypeUse | undefined;

  constructor(
    private readonly c: Compilation,
    readonly name: string,
    readonly span: SourceSpan,
    readonly section: VariableSymbol['section'],
    readonly typeNode: TypeNode,
    readonly scope: Scope,
    options: {
      readonly block?: VariableBlock;
      readonly declaration?: VariableDeclaration;
      readonly owner?: Owner | undefined;
      readonly list?: string | undefined;
      readonly use?: TypeUse;
      readonly hidden?: boolean;
      readonly defaultAccess?: Access;
    } = {},
  ) {
    const { block, declaration } = options;
    this.key = foldName(name);
    this.constant = block?.constant ?? false;
    this.retain = (block?.retain ?? false) || (block?.persistent ?? false);
    this.isPublic = block?.access === 'PUBLIC';
    this.access = block?.access ?? options.defaultAccess ?? 'PUBLIC';
    this.hidden = options.hidden ?? declaration?.hidden ?? false;
    this.use = options.use;
    if (declaration?.edge) this.edge = declaration.edge;
    if (declaration?.location) this.location = declaration.location;
    if (declaration?.initial) this.ownInitial = declaration.initial;
    if (declaration?.args) this.args = declaration.args;
    if (declaration?.elementArgs) this.elementArgs = declaration.elementArgs;
    if (options.owner) this.owner = options.owner;
    if (options.list !== undefined) this.list = options.list;
  }

  private resolved(): TypeUse {
    if (this.use) return this.use;
    const openArray =
      this.section === 'VAR_IN_OUT' || (this.section === 'VAR_INPUT' && this.scope.callable !== undefined);
    const generic = this.section === 'VAR_INPUT';
    this.use = resolveType(this.c, this.typeNode, this.scope, { name: this.name, openArray, generic });
    return this.use;
  }

  get type(): Type {
    return this.resolved().type;
  }

  get initial(): Initial | undefined {
    return this.ownInitial ? { expression: this.ownInitial, scope: this.scope } : this.resolved().initial;
  }
}

/** The enumeration written in place within a type, if there is one: its names become visible to the owner. */
export function enumeratorsInPlace(c: Compilation, variable: VariableSymbol, owner: Owner | undefined): void {
  let node: TypeNode = variable.typeNode;
  while (node.kind === 'array') node = node.element;
  if (node.kind !== 'enum') return;
  let map = c.table.enumerators;
  if (owner) {
    const known = c.table.localEnumerators.get(owner);
    map = known ?? new Map<string, EnumeratorSymbol[]>();
    if (!known) c.table.localEnumerators.set(owner, map);
  }
  addEnumerators(
    map,
    node.values.map((v) => v.name),
    () => {
      let type = variable.type;
      while (type.kind === 'array') type = type.element;
      return type;
    },
  );
}

/** Registers enumerators by name; their type and value are looked up on use. */
export function addEnumerators(map: Map<string, EnumeratorSymbol[]>, names: readonly string[], type: () => Type): void {
  for (const name of names) {
    const key = foldName(name);
    const symbol: EnumeratorSymbol = {
      kind: 'enumerator',
      name,
      get type() {
        return type() as EnumeratorSymbol['type'];
      },
      get value() {
        const of = type();
        return of.kind === 'enum' ? (of.values.get(key)?.value ?? 0n) : 0n;
      },
    };
    const list = map.get(key);
    if (list) list.push(symbol);
    else map.set(key, [symbol]);
  }
}
