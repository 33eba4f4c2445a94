import { userVariables } from '../check/check-declarations.js';
import type { BlockSymbol, Scope, VariableSymbol } from '../check/symbols.js';
import type { Initial, Type } from '../check/types.js';
import type { Expression, TypeNode } from '../syntax/ast.js';
import { createCellTable } from './alias.js';
import { createConstantPool } from './constant-pool.js';
import { FunctionBuilder } from './function-builder.js';
import { i32 } from '../ir/make.js';
import { walkArguments, walkInitial, type InitialVisitor } from './initial-walk.js';
import { assignLeaf, callConstructor } from './lower-initializer.js';
import { bitPlace } from './lower-place.js';
import type { Lowering } from './lowering.js';
import { isExactReal } from './evaluate-constant.js';
import type { Place } from './operand.js';
import { checkConstructor } from './rule-constructor.js';
import { checkConstantInitial } from './rule-constant-initial.js';
import { checkInitialLiteral } from './rule-initial-literal.js';

/**
 * Initial values of all declarations, also of those that nothing instantiates or calls, where no code that needs them is ever
 * written. What is found here and where the value is computed is told once, see unique-problems.ts.
 */
export function checkInitialValues(c: Lowering): void {
  const apart = detached(c);
  let builder: FunctionBuilder | undefined;
  /** Neighbours mostly share their owner, so one builder serves them. */
  const builderOf = (scope: Scope, block: BlockSymbol | undefined): FunctionBuilder => {
    if (!builder || builder.scope !== scope || builder.instance !== block) {
      builder = new FunctionBuilder(apart, '$check', scope, block, pouOf(scope), false);
      builder.initializing = true;
    }
    return builder;
  };
  const check = (
    type: Type,
    initial: Initial,
    block: BlockSymbol | undefined,
    own: 'all' | 'literals',
    variable?: VariableSymbol,
  ): void => {
    const { expression } = initial;
    if (expression.kind !== 'arrayInit' && expression.kind !== 'structInit' && isPlainLiteral(c, type, initial)) return;
    const f = builderOf(initial.scope, block);
    f.capture(() => {
      walkInitial(apart, type, initial, 0, checkingVisitor(f, own, variable));
    });
  };
  const checkDefaults = (type: Type, node: TypeNode): void => {
    if (node.kind === 'array' && type.kind === 'array') checkDefaults(type.element, node.element);
    if (node.kind !== 'struct' || type.kind !== 'struct') return;
    const own = new Set<Expression>(node.members.flatMap((member) => member.initial ?? []));
    for (const field of type.fields.values()) {
      if (field.initial && own.has(field.initial.expression)) check(field.type, field.initial, undefined, 'all');
      checkDefaults(field.type, field.node);
    }
  };
  for (const variable of userVariables(c)) {
    const { ownInitial, typeNode } = variable;
    if (typeNode.kind === 'struct' || typeNode.kind === 'array') checkDefaults(variable.type, typeNode);
    if (variable.section === 'LET') continue;
    const depth = depthOf(variable);
    if (!checkConstructor(c, variable) && variable.args && depth === 'all') {
      const f = builderOf(variable.scope, instanceOf(variable));
      f.capture(() => {
        walkArguments(apart, variable, 0, checkingVisitor(f, depth));
      });
    }
    if (ownInitial)
      check(variable.type, { expression: ownInitial, scope: variable.scope }, instanceOf(variable), depth, variable);
  }
  for (const symbol of c.table.types.values()) {
    if (symbol.kind !== 'type') continue;
    const { declaration } = symbol;
    const { type } = symbol.use;
    checkDefaults(type, declaration.type);
    const { initial } = declaration;
    // Real files have texts in the other quotes here; they are told where a variable gets them.
    const quotes = type.kind === 'string' && initial?.kind === 'string' && initial.wide !== type.wide;
    if (initial && type.kind !== 'enum' && !quotes)
      check(type, { expression: initial, scope: symbol.scope }, undefined, 'all');
  }
}

/** By far the most frequent initial values: literals of the type itself. */
function isPlainLiteral(c: Lowering, type: Type, { expression, scope }: Initial): boolean {
  if (type.kind !== 'elementary') return false;
  switch (expression.kind) {
    case 'int':
      return (
        expression.typeName === undefined && isInteger(type) && c.evaluate(expression, scope, type, true) !== undefined
      );
    case 'bool':
      return expression.typeName === undefined && type.group === 'bool';
    default:
      return false;
  }
}

const isInteger = (type: Type & { kind: 'elementary' }): boolean =>
  type.group === 'signed' || type.group === 'unsigned' || type.group === 'bits';

const pouOf = (scope: Scope): string =>
  scope.callable
    ? `${scope.callable.owner ? `${scope.callable.owner.name}.` : ''}${scope.callable.name}`
    : (scope.block?.name ?? '');

const instanceOf = ({ owner }: VariableSymbol): BlockSymbol | undefined =>
  owner?.kind === 'block' ? owner : undefined;

/** Names within initial values of locals and temporaries are looked at with the body that has them, where their places are known. */
function depthOf({ owner, section }: VariableSymbol): 'all' | 'literals' {
  if (section === 'VAR_TEMP') return 'literals';
  return owner?.kind === 'callable' && section !== 'VAR_INPUT' ? 'literals' : 'all';
}

function checkingVisitor(f: FunctionBuilder, own: 'all' | 'literals', variable?: VariableSymbol): InitialVisitor {
  const start: Place = { form: 'address', address: i32(0), offset: 0 };
  return {
    explicitOnly: true,
    leaf(_, type, expression, scope, bit) {
      if (checkInitialLiteral(f, type, expression)) return;
      if (variable && checkConstantInitial(f.c, variable, type, expression, scope)) return;
      if (own === 'literals') return;
      if (isExactReal(expression, type)) return;
      assignLeaf(f, bit === undefined ? start : bitPlace(start, bit), type, expression, scope);
    },
    value: () => undefined,
    construct(_, block, args, scope) {
      callConstructor(f, start, block, args, scope);
    },
    block: () => 'skip',
    indirect: () => undefined,
    replicate: () => undefined,
  };
}

/** The compile's state without what code leaves in the image: this code is thrown away. */
function detached(c: Lowering): Lowering {
  const own: Partial<Lowering> = {
    cells: createCellTable(),
    pool: createConstantPool(() => undefined),
    noteOutsideWrite: () => undefined,
    site: () => -1,
    needCallable: (symbol) => symbol.irName,
    needBody: (block) => block.irName,
    needInit: () => undefined,
    needDispatch: (owner) => owner.irName,
    needRuntime: (name) => name,
    staticCell: () => 0,
  };
  return Object.assign(Object.create(c) as Lowering, own);
}
