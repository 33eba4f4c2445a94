import type { SourceUnit } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import { symbolOf } from './declare-pou.js';
import { checkConfigurations } from './rule-configuration.js';
import { checkConstant } from './rule-constant.js';
import { linkExternal } from './rule-external.js';
import { checkInheritance, checkNotAbstract } from './rule-inheritance.js';
import { checkGuards } from './rule-guard.js';
import { checkAddressesTwice, checkLocation } from './rule-location.js';
import { checkPou } from './rule-pou.js';
import { checkEdge } from './rule-variable.js';
import type { VariableSymbol } from './symbols.js';
import type { Type } from './types.js';

/** Rules about declarations, after all names are known and before memory is laid out. */
export function checkDeclarations(c: Compilation, units: readonly SourceUnit[]): void {
  for (const unit of units) for (const d of unit.declarations) if (d.kind === 'pou') checkPou(c, d);
  checkConfigurations(c, units);
  checkGuards(c);
  for (const variable of userVariables(c)) {
    linkExternal(c, variable);
    checkConstant(c, variable);
    checkLocation(c, variable);
    checkEdge(c, variable);
    const block = instanceBlock(variable.type);
    if (block && variable.section !== 'VAR_IN_OUT' && variable.section !== 'VAR_EXTERNAL')
      checkNotAbstract(c, block, variable.name, variable.span);
    if (block?.pouKind === 'program') {
      c.problems.report(
        'E2010',
        variable.span,
        `'${block.name}' is a PROGRAM and has no instances as variables; make it a FUNCTION_BLOCK.`,
      );
    }
  }
  for (const symbol of c.table.types.values()) {
    if (symbol.kind !== 'block') continue;
    if (!symbol.standard) {
      checkInheritance(c, symbol);
      checkAddressesTwice(c, symbol.variables.values());
    }
  }
  checkAddressesTwice(c, c.table.globals.values());
  // Types that only declarations mention; their resolution may bring more.
  for (let i = 0; i < c.later.length; i += 1) c.later[i]!();
  c.later.length = 0;
}

function instanceBlock(type: Type): ReturnType<typeof blockOf> {
  let inner = type;
  while (inner.kind === 'array') inner = inner.element;
  return blockOf(inner);
}

function blockOf(type: Type) {
  const symbol = type.kind === 'instance' ? symbolOf(type.declaration) : undefined;
  return symbol?.kind === 'block' ? symbol : undefined;
}

/** Every variable of user code: globals, members, parameters and locals. */
export function* userVariables(c: Compilation): Generator<VariableSymbol> {
  yield* c.table.globals.values();
  for (const list of c.table.lists.values())
    yield* [...list.variables.values()].filter(
      (v) => c.table.globals.get([...v.scope.namespace, v.key].join('.')) !== v,
    );
  for (const fn of c.table.functions.values()) if (!fn.standard) yield* fn.variables.values();
  for (const symbol of [...c.table.types.values()]) {
    if (symbol.kind === 'type' || (symbol.kind === 'block' && symbol.standard)) continue;
    if (symbol.kind === 'block') {
      yield* symbol.variables.values();
      for (const action of symbol.actions.values()) yield* action.variables.values();
    }
    for (const method of symbol.methods.values()) yield* method.variables.values();
    for (const property of symbol.properties.values()) {
      if (property.getter) yield* property.getter.variables.values();
      if (property.setter) yield* property.setter.variables.values();
    }
  }
}
