import { foldName, sameName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import { extendsBlock, findInInterface, findMember, findMethod, findProperty, findType } from '../check/lookup.js';
import { nearestName } from '../../model/nearest-name.js';
import type { BlockSymbol, VariableSymbol } from '../check/symbols.js';
import { typeName } from '../check/type-name.js';
import { underlying, type Type } from '../check/types.js';
import type { MemberExpression } from '../syntax/ast.js';
import { dottedName } from './dotted-name.js';
import type { FunctionBuilder } from './function-builder.js';
import { lowerExpression } from './lower-expression.js';
import { replaceSpan } from '../replace-span.js';
import { enumValue, programOperand, variableOperand } from './lower-name.js';
import { partOf } from './lower-part.js';
import { withoutMembers } from './member-advice.js';
import { derefReference } from './lower-pointer.js';
import { readIfProperty } from './lower-property.js';
import { absolutePlace, bitPlace, loadPlace, memberPlace } from './lower-place.js';
import { errorOperand, type Operand, type Place, type Receiver } from './operand.js';
import { blockOfType, interfaceOfType } from './type-symbol.js';
import { isAccessible } from '../check/rule-access.js';
import { findStandardFunction } from '../stdlib/standard-functions.js';
import { isIntrinsic } from './intrinsic-names.js';

/** `object.member`: a field, a member of an instance, a method or property, an enumerator, or a qualified name. */
export function lowerMember(f: FunctionBuilder, node: MemberExpression, raw = false): Operand {
  const qualifiedOperand = lowerQualified(f, node);
  const found =
    qualifiedOperand ?? memberOf(f, readIfProperty(f, lowerExpression(f, node.object), node.object.span), node);
  return raw ? found : derefReference(f, found, node.span);
}

/** Dotted names that begin with a namespace, a list of globals or a library; undefined where the object is a value. */
function lowerQualified(f: FunctionBuilder, node: MemberExpression): Operand | undefined {
  const path = dottedName(node);
  if (path === undefined) return undefined;
  const dot = path.indexOf('.');
  const first = foldName(path.slice(0, dot));
  if (isLocalName(f, first)) return undefined;
  const prefix = foldName(path.slice(0, path.lastIndexOf('.')));
  if (
    f.c.table.namespaces.has(prefix) ||
    f.scope.namespace.some((_, i) =>
      f.c.table.namespaces.has(`${f.scope.namespace.slice(0, i + 1).join('.')}.${prefix}`),
    )
  ) {
    const inner = findQualified(f, path, node.span);
    if (inner) return inner;
    if (f.c.table.globals.has(first) || f.c.table.types.has(first) || f.c.table.lists.has(first)) return undefined;
    reportMissingMember(f, node, `namespace ${prefix}`, []);
    return errorOperand;
  }
  // `Standard.TON` and the like: a library's name before one of our own.
  if (isUnknownName(f, first) && path.split('.').length === 2) {
    const last = foldName(node.member);
    if (f.c.table.functions.has(last)) return { kind: 'function', symbol: f.c.table.functions.get(last)! };
    if (isIntrinsic(last) || findStandardFunction(last)) return { kind: 'standard', name: last };
    const found = findQualified(f, last, node.span);
    if (found) return found;
    const type = findType(f.c, f.scope, last);
    if (type?.kind === 'type') return { kind: 'typeName', symbol: type };
    const [enumerator, another] = f.c.table.enumerators.get(last) ?? [];
    if (enumerator && !another) return enumValue(enumerator);
  }
  return undefined;
}

function isLocalName(f: FunctionBuilder, key: string): boolean {
  const { callable, block } = f.scope;
  return (
    f.lets.has(key) ||
    callable?.variables.has(key) === true ||
    (block !== undefined && findMember(block, key) !== undefined)
  );
}

function isUnknownName(f: FunctionBuilder, key: string): boolean {
  const { table } = f.c;
  return !(
    table.globals.has(key) ||
    table.types.has(key) ||
    table.lists.has(key) ||
    table.functions.has(key) ||
    table.enumerators.has(key) ||
    table.namespaces.has(key)
  );
}

function findQualified(f: FunctionBuilder, path: string, span: SourceSpan): Operand | undefined {
  const key = foldName(path);
  for (let depth = f.scope.namespace.length; depth >= 0; depth -= 1) {
    const full = [...f.scope.namespace.slice(0, depth), key].join('.');
    const global = f.c.table.globals.get(full);
    if (global) return variableOperand(f, global, span);
    const fn = f.c.table.functions.get(full);
    if (fn) return { kind: 'function', symbol: fn };
    const type = f.c.table.types.get(full);
    if (type?.kind === 'block' && type.pouKind === 'program') return programOperand(f, type, span);
    if (type) return { kind: 'typeName', symbol: type };
    const list = f.c.table.lists.get(full);
    if (list) return { kind: 'list', list };
    if (f.c.table.namespaces.has(full)) return { kind: 'namespace', path: full };
  }
  return undefined;
}

function memberOf(f: FunctionBuilder, object: Operand, node: MemberExpression): Operand {
  const key = foldName(node.member);
  switch (object.kind) {
    case 'error':
      return errorOperand;
    case 'namespace':
      return findQualified(f, `${object.path}.${node.member}`, node.span) ?? missing(f, node, object.path, []);
    case 'list': {
      const variable = object.list.variables.get(key);
      return variable
        ? variableOperand(f, variable, node.span)
        : missing(
            f,
            node,
            object.list.name,
            [...object.list.variables.values()].map((v) => v.name),
          );
    }
    case 'typeName':
      return memberOfType(f, object.symbol.kind === 'type' ? object.symbol.use.type : object.symbol.type, node);
    case 'place':
    case 'memory':
    case 'value':
      return memberOfValue(f, object, key, node);
    default:
      f.c.problems.report('E3007', node.memberSpan, withoutMembers(object, node.member));
      return errorOperand;
  }
}

function memberOfType(f: FunctionBuilder, type: Type, node: MemberExpression): Operand {
  if (type.kind === 'enum') {
    const key = foldName(node.member);
    const value = type.values.get(key);
    if (value) return enumValue({ kind: 'enumerator', name: value.name, type, value: value.value });
    return missing(
      f,
      node,
      type.name,
      [...type.values.values()].map((v) => v.name),
    );
  }
  const block = blockOfType(type);
  const constant = block && findMember(block, foldName(node.member));
  if (constant?.constant === true && f.c.constantOf(constant) !== undefined) {
    const operand = variableOperand(f, constant, node.span);
    if (operand.kind === 'value') return operand;
  }
  f.c.problems.report(
    'E3007',
    node.memberSpan,
    `'${typeName(type)}' is a type and has no variables; declare an instance of it.`,
  );
  return errorOperand;
}

function memberOfValue(
  f: FunctionBuilder,
  object: Operand & { kind: 'place' | 'memory' | 'value' },
  key: string,
  node: MemberExpression,
): Operand {
  const { type } = object;
  if (type.kind === 'struct') {
    const field = type.fields.get(key);
    if (!field)
      return missing(
        f,
        node,
        type.name,
        [...type.fields.values()].map((one) => one.name),
      );
    if (field.type.kind === 'error') return errorOperand;
    const place = memberPlace(f, placeOfAggregate(object), field.offset, field.name);
    return {
      kind: 'place',
      type: field.type,
      place: field.bit === undefined ? place : bitPlace(place, field.bit),
      ...(object.kind === 'place' && object.readOnly !== undefined && { readOnly: object.readOnly }),
    };
  }
  const block = blockOfType(type);
  if (block) {
    const receiver: Receiver = {
      owner: block,
      place: placeOfAggregate(object),
      dynamic: object.kind === 'place' && object.dynamic === true,
    };
    return memberOfBlock(f, block, receiver, key, node, object);
  }
  const symbol = interfaceOfType(type);
  if (symbol) {
    const receiver: Receiver = {
      owner: symbol,
      place: placeOfAggregate(object),
      dynamic: true,
      ...(object.kind === 'value' && { reference: object.ir }),
    };
    const property = findInInterface(symbol, (one) => one.properties.get(key));
    if (property) return { kind: 'place', type: property.type, place: { form: 'property', property, receiver } };
    const method = findInInterface(symbol, (one) => one.methods.get(key));
    return method
      ? { kind: 'method', symbol: method, receiver }
      : missing(
          f,
          node,
          symbol.name,
          [...symbol.methods.values()].map((m) => m.name),
        );
  }
  const scalar = underlying(type);
  if (scalar.kind === 'elementary' && object.kind !== 'memory') {
    // `word.bitNumber` with a constant, as CODESYS has it.
    const index = lowerBitName(f, node);
    if (index !== undefined) return partOf(f, object, 'X', index, node.span);
  }
  // `state := State.Idle` where the variable has the name of its type.
  const named = node.object.kind === 'name' ? findType(f.c, f.scope, node.object.name) : undefined;
  if (named?.kind === 'type' && named.use.type.kind === 'enum') return memberOfType(f, named.use.type, node);
  if (type.kind === 'error') return errorOperand;
  const hint = type.kind === 'pointer' ? `; follow the pointer first, with ^ before the dot` : '';
  f.c.problems.report('E3007', node.memberSpan, `${typeName(type)} has no member '${node.member}'${hint}.`);
  return errorOperand;
}

function lowerBitName(f: FunctionBuilder, node: MemberExpression): number | undefined {
  const key = foldName(node.member);
  const { callable, block } = f.scope;
  const symbol = callable?.variables.get(key) ?? (block && findMember(block, key)) ?? f.c.table.globals.get(key);
  if (!symbol?.constant) return undefined;
  const value = f.c.constantOf(symbol);
  return typeof value === 'bigint' ? Number(value) : undefined;
}

function placeOfAggregate(object: Operand & { kind: 'place' | 'memory' | 'value' }): Place {
  if (object.kind === 'place') return object.place;
  return { form: 'address', address: object.kind === 'memory' ? object.address : object.ir, offset: 0 };
}

function memberOfBlock(
  f: FunctionBuilder,
  block: BlockSymbol,
  receiver: Receiver,
  key: string,
  node: MemberExpression,
  object?: Operand & { kind: 'place' | 'memory' | 'value' },
): Operand {
  const variable = findMember(block, key);
  const property = variable ? undefined : findProperty(block, key);
  const method = variable || property ? undefined : findMethod(block, key);
  const found = variable ?? property ?? method;
  if (!found) {
    const names = [
      ...(block.standard ? block.parameters : block.variables.values()),
      ...block.methods.values(),
      ...block.actions.values(),
      ...block.properties.values(),
    ].map((one) => one.name);
    return missing(f, node, block.name, names);
  }
  const owner = found.owner;
  if (!isAccessible(found.access, owner?.kind === 'block' ? owner : block, f.scope)) {
    f.c.problems.report(
      'E5010',
      node.memberSpan,
      `'${node.member}' is ${found.access} in '${block.name}' and can't be used here.`,
    );
    return errorOperand;
  }
  if (property) return { kind: 'place', type: property.type, place: { form: 'property', property, receiver } };
  if (method) return { kind: 'method', symbol: method, receiver };
  return instanceVariable(f, variable!, receiver, node.memberSpan, object);
}

/** A member of an instance that the compiler itself accesses, as for calls. */
export function blockVariable(
  f: FunctionBuilder,
  variable: VariableSymbol,
  receiver: Receiver,
  span: SourceSpan,
): Operand {
  return instanceVariable(f, variable, receiver, span, undefined);
}

function instanceVariable(
  f: FunctionBuilder,
  variable: VariableSymbol,
  receiver: Receiver,
  span: SourceSpan,
  object: Operand | undefined,
): Operand {
  const { type, storage } = variable;
  if (type.kind === 'error') return errorOperand;
  if (variable.section === 'VAR_EXTERNAL' || variable.section === 'VAR_STAT') return variableOperand(f, variable, span);
  if (variable.section === 'VAR_TEMP' && storage.kind === 'unplaced') {
    f.c.problems.report(
      'E5010',
      span,
      `'${variable.name}' is a VAR_TEMP of '${receiver.owner.name}' and exists only while it runs.`,
    );
    return errorOperand;
  }
  const constant = variable.constant ? f.c.constantOf(variable) : undefined;
  const block = receiver.owner.kind === 'block' ? receiver.owner : undefined;
  let place: Place;
  switch (storage.kind) {
    case 'absolute':
      place = absolutePlace(f, storage.address, variable.name, storage.bit);
      break;
    case 'indirect': {
      const pointer = memberPlace(f, receiver.place, storage.offset, variable.name, block);
      place = {
        form: 'address',
        address: { op: 'checkRef', type: 'i32', value: loadPlace(f, pointer, { kind: 'null' }), site: f.site(span) },
        offset: 0,
      };
      break;
    }
    case 'instance':
      place = memberPlace(f, receiver.place, storage.offset, variable.name, block);
      break;
    case 'unplaced':
      return errorOperand;
  }
  const readOnly = outsideReason(f, variable) ?? (object?.kind === 'place' ? object.readOnly : undefined);
  return {
    kind: 'place',
    type,
    place,
    symbol: variable,
    ...(readOnly !== undefined && { readOnly }),
    ...(constant !== undefined && { constant }),
    ...(variable.section === 'VAR_IN_OUT' && { dynamic: true }),
  };
}

/** Why a member can't be assigned here. Only the code of a POU assigns its VAR. IEC 61131-3:2013, 6.6.3.5.2 and 6.6.4. */
function outsideReason(
  f: FunctionBuilder,
  { name, constant, section, owner, isPublic }: VariableSymbol,
): string | undefined {
  // A CONSTANT input is one to the code of its block only.
  if (constant && section !== 'VAR_INPUT') return `'${name}' is a CONSTANT`;
  if (section !== 'VAR' || isPublic || f.trusted || owner?.kind !== 'block' || owner.pouKind === 'class')
    return undefined;
  const { block } = f.scope;
  return block && extendsBlock(block, owner)
    ? undefined
    : `'${name}' is a VAR of '${owner.name}', which its own code assigns`;
}

function missing(f: FunctionBuilder, node: MemberExpression, where: string, names: readonly string[]): Operand {
  reportMissingMember(f, node, `'${where}'`, names);
  return errorOperand;
}

function reportMissingMember(
  f: FunctionBuilder,
  node: MemberExpression,
  where: string,
  names: readonly string[],
): void {
  const near = nearestName(node.member, names);
  f.c.problems.report(
    'E3007',
    node.memberSpan,
    near
      ? `${where} has no member '${node.member}'. Did you mean '${near}'?`
      : `${where} has no member '${node.member}'; its members are ${names.slice(0, 8).join(', ') || 'none'}.`,
    near === undefined || sameName(near, node.member) ? undefined : [replaceSpan(node.memberSpan, near)],
  );
}
