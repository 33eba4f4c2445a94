import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import { replaceSpan } from '../replace-span.js';
import {
  findEnumerators,
  findFunction,
  findGlobal,
  findList,
  findMember,
  findMethod,
  findProperty,
  findType,
  visibleNames,
} from '../check/lookup.js';
import { nearestName } from '../../model/nearest-name.js';
import type { BlockSymbol, EnumeratorSymbol, VariableSymbol } from '../check/symbols.js';
import { standardTypeNames } from '../check/elementary-name.js';
import type { Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { findStandardFunction } from '../stdlib/standard-functions.js';
import { constantIr } from './constant-ir.js';
import type { FunctionBuilder } from './function-builder.js';
import { derefReference } from './lower-pointer.js';
import { absolutePlace, instancePlace, loadPlace } from './lower-place.js';
import type { NameExpression } from '../syntax/ast.js';
import { isIntrinsic } from './intrinsic-names.js';
import { errorOperand, type Operand, type Place, type Receiver } from './operand.js';

/** The instance that the code being lowered belongs to. */
export function selfReceiver(f: FunctionBuilder): Receiver | undefined {
  if (!f.instance) return undefined;
  return { owner: f.instance, place: instancePlace(f, 0, 'THIS'), dynamic: true };
}

/** What an unqualified name means here. REFERENCE TO variables stay references where `raw`. */
export function lowerName(f: FunctionBuilder, node: NameExpression, expected: Type | undefined, raw = false): Operand {
  const { name, span } = node;
  const key = foldName(name);
  const found =
    (node.global ? undefined : findOwn(f, key, span)) ??
    findOutside(f, name, span, expected) ??
    wantedValue(expected, key);
  if (!found) {
    reportUndeclared(f, name, span);
    return errorOperand;
  }
  return raw ? found : derefReference(f, found, span);
}

/** A value of the enumeration that is wanted: that of an input or a member, whose names are declared elsewhere. */
function wantedValue(expected: Type | undefined, key: string): Operand | undefined {
  if (expected?.kind !== 'enum' || expected.qualifiedOnly === true) return undefined;
  const value = expected.values.get(key)?.value;
  return value === undefined
    ? undefined
    : { kind: 'value', type: expected, ir: constantIr(value, expected), constant: value };
}

/** What the program unit itself declares: temporaries, parameters and locals, members. */
function findOwn(f: FunctionBuilder, key: string, span: SourceSpan): Operand | undefined {
  const local = f.lets.get(key) ?? f.scope.callable?.variables.get(key);
  if (local) return variableOperand(f, local, span);
  const { block } = f.scope;
  return block && memberOfSelf(f, block, key, span);
}

function findOutside(
  f: FunctionBuilder,
  name: string,
  span: SourceSpan,
  expected: Type | undefined,
): Operand | undefined {
  const key = foldName(name);
  const global = findGlobal(f.c, f.scope, name);
  if (global) return variableOperand(f, global, span);
  const enumerators = findEnumerators(f.c, f.scope, name);
  if (enumerators.length > 0) return enumeratorOperand(f, enumerators, name, span, expected);
  const fn = findFunction(f.c, f.scope, name);
  if (fn) return { kind: 'function', symbol: fn };
  const type = findType(f.c, f.scope, name);
  if (type?.kind === 'block' && type.pouKind === 'program') return programOperand(f, type, span);
  if (isIntrinsic(key) || findStandardFunction(key)) return { kind: 'standard', name: key };
  if (type) return { kind: 'typeName', symbol: type };
  const list = findList(f.c, f.scope, name);
  if (list) return { kind: 'list', list };
  if (f.c.table.namespaces.has(key)) return { kind: 'namespace', path: key };
  return undefined;
}

/** Whether an unqualified name means anything here. */
export function isKnownName(f: FunctionBuilder, name: string): boolean {
  const key = foldName(name);
  if (f.lets.has(key) || f.scope.callable?.variables.has(key) === true) return true;
  const { block } = f.scope;
  if (block && (findMember(block, key) ?? findMethod(block, key) ?? findProperty(block, key))) return true;
  if (
    findGlobal(f.c, f.scope, name) ??
    findFunction(f.c, f.scope, name) ??
    findType(f.c, f.scope, name) ??
    findList(f.c, f.scope, name)
  )
    return true;
  return (
    findEnumerators(f.c, f.scope, name).length > 0 ||
    isIntrinsic(key) ||
    findStandardFunction(key) !== undefined ||
    f.c.table.namespaces.has(key)
  );
}

function memberOfSelf(f: FunctionBuilder, block: BlockSymbol, key: string, span: SourceSpan): Operand | undefined {
  const variable = findMember(block, key);
  if (variable) return variableOperand(f, variable, span);
  const receiver = selfReceiver(f);
  if (!receiver) return undefined;
  const property = findProperty(block, key);
  if (property) return { kind: 'place', type: property.type, place: { form: 'property', property, receiver } };
  const method = findMethod(block, key);
  return method && { kind: 'method', symbol: method, receiver };
}

/** Why a variable can't be assigned from its own scope. */
function readOnlyReason(variable: VariableSymbol): string | undefined {
  if (variable.constant) return `'${variable.name}' is a CONSTANT`;
  return undefined;
}

export function variableOperand(f: FunctionBuilder, symbol: VariableSymbol, span: SourceSpan): Operand {
  const known = f.operands.get(symbol);
  if (known) return known;
  const operand = makeOperand(f, symbol, span);
  // Where a variable lies does not change, save for names that stand for something else a while.
  if (operand.kind === 'place' && operand.place.form !== 'address' && symbol.storage.kind !== 'unplaced')
    f.operands.set(symbol, operand);
  return operand;
}

function makeOperand(f: FunctionBuilder, symbol: VariableSymbol, span: SourceSpan): Operand {
  const { type } = symbol;
  if (type.kind === 'error') return errorOperand;
  if (symbol.section === 'VAR_EXTERNAL') {
    const target = f.c.external(symbol);
    if (!target) return errorOperand;
    const operand = variableOperand(f, target, span);
    return operand.kind === 'place' && symbol.constant
      ? { ...operand, readOnly: `'${symbol.name}' is a CONSTANT` }
      : operand;
  }
  const readOnly = readOnlyReason(symbol);
  const constant = symbol.constant ? f.c.constantOf(symbol) : undefined;
  const place = placeOf(f, symbol);
  if (!place) {
    if (constant !== undefined) return { kind: 'value', type, ir: constantIr(constant, type), constant };
    if (!f.c.isBroken(symbol))
      f.c.problems.report('E2007', span, `'${symbol.name}' is no constant; a constant value is needed here.`);
    return errorOperand;
  }
  const bounds = f.openBounds.get(symbol) ?? boundsInInstance(f, symbol);
  const dynamic = symbol.section === 'VAR_IN_OUT' || undefined;
  return {
    kind: 'place',
    type,
    place,
    symbol,
    ...(readOnly !== undefined && { readOnly }),
    ...(constant !== undefined && { constant }),
    ...(dynamic && { dynamic }),
    ...(bounds && { bounds }),
  };
}

/** Bounds of an ARRAY[*] of a block follow its address in the instance. */
function boundsInInstance(f: FunctionBuilder, symbol: VariableSymbol): { low: IrExpr; high: IrExpr }[] | undefined {
  const { type, storage } = symbol;
  if (type.kind !== 'array' || !type.dynamic || storage.kind !== 'indirect' || !f.instance) return undefined;
  const word = (i: number): IrExpr =>
    loadPlace(f, instancePlace(f, storage.offset + 4 + i * 4, symbol.name), { kind: 'null' });
  return type.bounds.map((_, i) => ({ low: word(i * 2), high: word(i * 2 + 1) }));
}

/** Where a variable lies as seen from this function; undefined where it can't be reached, as in constant expressions. */
function placeOf(f: FunctionBuilder, symbol: VariableSymbol): Place | undefined {
  const local = f.places.get(symbol);
  if (local) return local;
  const { storage } = symbol;
  switch (storage.kind) {
    case 'absolute':
      return absolutePlace(f, storage.address, symbol.name, storage.bit);
    case 'instance':
      return f.instance && instancePlace(f, storage.offset, symbol.name);
    case 'indirect':
      return (
        f.instance && {
          form: 'address',
          address: loadPlace(f, instancePlace(f, storage.offset, symbol.name), { kind: 'null' }),
          offset: 0,
        }
      );
    case 'unplaced':
      return undefined;
  }
}

function enumeratorOperand(
  f: FunctionBuilder,
  list: readonly EnumeratorSymbol[],
  name: string,
  span: SourceSpan,
  expected: Type | undefined,
): Operand {
  const bare = f.scope.block || f.scope.callable ? list.filter((one) => one.type.qualifiedOnly !== true) : list;
  if (bare.length < list.length && bare.length > 0) return enumeratorOperand(f, bare, name, span, expected);
  if (bare.length === 0) {
    const full = `${list[0]!.type.name}.${name}`;
    f.c.problems.report('E2013', span, `'${name}' is known by the name of its enumeration only; write ${full}.`, [
      replaceSpan(span, full),
    ]);
    return errorOperand;
  }
  const wanted = expected?.kind === 'enum' ? list.find((one) => one.type === expected) : undefined;
  const chosen = wanted ?? list[0]!;
  if (!wanted && list.length > 1 && list.some((one) => one.value !== chosen.value)) {
    const types = list.map((one) => one.type.name).join(', ');
    f.c.problems.report(
      'E2013',
      span,
      `'${name}' is a value of several enumerations (${types}); write ${chosen.type.name}#${name}.`,
    );
    return errorOperand;
  }
  return enumValue(chosen);
}

export function enumValue(symbol: EnumeratorSymbol): Operand {
  const { type } = symbol;
  if (type.kind !== 'enum') return errorOperand;
  return { kind: 'value', type, ir: constantIr(symbol.value, type), constant: symbol.value };
}

export function programOperand(f: FunctionBuilder, program: BlockSymbol, span: SourceSpan): Operand {
  const address = f.c.programAddress(program);
  if (address === undefined) {
    f.c.problems.report(
      'E2010',
      span,
      `The program '${program.name}' has several instances; name one of them through a global variable.`,
    );
    return errorOperand;
  }
  const place = absolutePlace(f, address, program.name);
  return { kind: 'place', type: program.type, place };
}

/** What other languages call TRUE and FALSE. */
const truthNames: ReadonlyMap<string, string> = new Map([
  ['YES', 'TRUE'],
  ['ON', 'TRUE'],
  ['NO', 'FALSE'],
  ['OFF', 'FALSE'],
]);

/** Words of other languages, and what stands for them here. */
const foreignWords: ReadonlyMap<string, string> = new Map([
  ['BREAK', 'EXIT'],
  ['DEFAULT', 'ELSE'],
  ['OTHERWISE', 'ELSE'],
]);

export function reportUndeclared(f: FunctionBuilder, name: string, span: SourceSpan): void {
  if (f.c.libraries.noteLibrary(name, span)) return;
  const place = `${f.pouName} ${foldName(name)}`;
  if (f.c.missing.has(place)) return;
  f.c.missing.add(place);
  const word = foreignWords.get(foldName(name));
  if (word !== undefined) {
    const text = `'${name}' is not declared. Structured Text has no ${foldName(name)}: write ${word}.`;
    f.c.problems.report('E2001', span, text, word === 'EXIT' ? [replaceSpan(span, word)] : []);
    return;
  }
  if (standardTypeNames.has(foldName(name))) {
    f.c.problems.report('E3012', span, `'${name}' is a type; declare a variable of it and use that.`);
    return;
  }
  // With so many findings nobody reads suggestions, and they cost time.
  const near =
    truthNames.get(foldName(name)) ??
    (f.c.problems.errorCount < 100 ? nearestName(name, visibleNames(f.c, f.scope)) : undefined);
  const message = near
    ? `'${name}' is not declared. Did you mean '${near}'?`
    : `'${name}' is not declared; declare it in a VAR section, or correct its spelling.`;
  f.c.problems.report('E2001', span, message, near === undefined ? undefined : [replaceSpan(span, near)]);
}
