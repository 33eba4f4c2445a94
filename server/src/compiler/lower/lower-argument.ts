import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import { isGeneric } from '../check/elementary-name.js';
import type { VariableSymbol } from '../check/symbols.js';
import { typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import { elementaryTypes as e, underlying, type StructType, type Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { i32, store } from '../ir/make.js';
import type { Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { groupsOf, withText } from './generic-groups.js';
import { lowerReference } from './lower-assign.js';
import { operandType, reportNoValue, rvalue, settle } from './lower-convert.js';
import { isValueOperand, lowerExpression } from './lower-expression.js';
import { addressOf, scalarOf } from './lower-place.js';
import { errorOperand, type Operand } from './operand.js';

/**
 * The argument for an input: a value of its type; for an input of a REFERENCE TO type a reference to the variable; for one of type ANY
 * a description of the variable (CODESYS).
 */
export function lowerArgument(f: FunctionBuilder, parameter: VariableSymbol, node: Expression): Operand {
  const { typeNode, type } = parameter;
  if (type.kind === 'pointer' && type.form === 'reference') {
    const ir = lowerReference(f, node, type);
    return ir ? { kind: 'value', type, ir } : errorOperand;
  }
  if (type.kind !== 'struct' || typeNode.kind !== 'named' || !isGeneric(typeNode))
    return lowerExpression(f, node, type);
  const operand = settle(f, lowerExpression(f, node));
  if (operand.kind === 'error') return errorOperand;
  if (!isValueOperand(operand)) {
    reportNoValue(f, operand, node.span);
    return errorOperand;
  }
  const given = operandType(operand);
  // An input of type ANY is passed on as it is.
  if (given === type) return operand;
  if (!stands(foldName(typeNode.name), given)) {
    f.c.problems.report(
      'E3001',
      node.span,
      `'${parameter.name}' takes ${typeNode.name}, and ${typeName(given)} is none of those; pass another variable.`,
    );
    return errorOperand;
  }
  return { kind: 'memory', type, address: describe(f, type, operand, given, node.span) };
}

/** Whether a generic type stands for a type. */
function stands(generic: string, given: Type): boolean {
  if (generic === 'ANY') return true;
  const type = underlying(given);
  if (type.kind === 'string') return withText.has(generic);
  if (type.kind === 'elementary') return groupsOf[generic]?.includes(type.group) ?? false;
  return generic === 'ANY_DERIVED';
}

/** Address of a structure with the type's class, the variable's address and its size in bytes. */
function describe(f: FunctionBuilder, type: StructType, operand: Operand, given: Type, span: SourceSpan): IrExpr {
  const address = f.scratch(type.size);
  const put = (member: string, value: IrExpr): void => {
    const field = type.fields.get(member)!;
    f.emit(store(scalarOf(field.type)!.mem, address, value, field.offset));
  };
  put('PVALUE', addressOrCopy(f, operand, given, span));
  put('TYPECLASS', i32(classOf(given)));
  put('DISIZE', i32(sizeOf(given)));
  return address;
}

/** Where a variable lies; what has no address is copied. */
function addressOrCopy(f: FunctionBuilder, operand: Operand, given: Type, span: SourceSpan): IrExpr {
  const address = operand.kind === 'place' ? addressOf(f, operand.place, sizeOf(given)) : undefined;
  if (address) return address;
  const value = rvalue(f, operand, span);
  const scalar = scalarOf(given);
  if (!scalar) return value;
  const copy = f.scratch(8);
  f.emit(store(scalar.mem, copy, value));
  return copy;
}

const classes: Readonly<Partial<Record<string, number>>> = {
  BOOL: 0, BYTE: 2, WORD: 3, DWORD: 4, LWORD: 5, SINT: 6, INT: 7, DINT: 8, LINT: 9, USINT: 10, UINT: 11, UDINT: 12, ULINT: 13,
  REAL: 14, LREAL: 15, TIME: 18, DATE: 19, DT: 20, TOD: 21, LTIME: 37, LDATE: 39, LDT: 40, LTOD: 41,
}; // prettier-ignore
const userDefined = 28;

/** The number of a type in TYPE_CLASS (`stdlib/prelude/any-input.ts`). */
function classOf(type: Type): number {
  switch (type.kind) {
    case 'elementary':
      return type === e.CHAR ? 16 : type === e.WCHAR ? 17 : (classes[type.name] ?? userDefined);
    case 'string':
      return type.wide ? 17 : 16;
    case 'pointer':
      return type.form === 'reference' ? 23 : 22;
    case 'subrange':
      return 24;
    case 'enum':
      return 25;
    case 'array':
      return 26;
    default:
      return userDefined;
  }
}
