import type { VariableSymbol } from '../check/symbols.js';
import { elementaryTypes as e, stringType, voidType, type Type } from '../check/types.js';
import { isBits, isInteger } from '../check/conversion.js';
import { sizeOf } from '../check/type-size.js';
import { findElementary } from '../check/elementary-name.js';
import { foldName } from '../../model/identifier.js';
import { typeName } from '../check/type-name.js';
import type { IrExpr } from '../ir/ir.js';
import type { CallExpression, Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, cond, i32, load } from '../ir/make.js';
import { coerce, constantOf, operandType, rvalue } from './lower-convert.js';
import { isValueOperand, lowerExpression, lowerRaw } from './lower-expression.js';
import { dateAddress, firstScanAddress, nowAddress } from './lowering.js';
import { addressOfOperand } from './lower-pointer.js';
import { lowerDelete, lowerNew } from './lower-heap.js';
import { lowerQuery } from './lower-query.js';
import { errorOperand, type Operand } from './operand.js';

const value = (type: Type, ir: IrExpr): Operand => ({ kind: 'value', type, ir });
/** Parameters, by the names that a call can give them. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  ADR: ['IN'],
  REF: ['IN'],
  SIZEOF: ['IN'],
  XSIZEOF: ['IN'],
  __ISVALIDREF: ['IN'],
  __QUERYINTERFACE: ['FROM', 'TO'],
  __QUERYPOINTER: ['FROM', 'TO'],
  __DELETE: ['POINTER'],
  __POUNAME: [],
  __NOW: [],
  __DATE_NOW: [],
  __FIRST_SCAN: [],
  __MEMCPY: ['TO', 'FROM', 'SIZE'],
  __MEMSET: ['TO', 'BYTE', 'SIZE'],
  LOWER_BOUND: ['ARR', 'DIM'],
  UPPER_BOUND: ['ARR', 'DIM'],
  __LOG: ['TEXT', 'SEVERITY'],
};

/** Functions that only the compiler can lower. The ones with two underscores are for the standard library's own code. */
export function lowerIntrinsic(f: FunctionBuilder, name: string, node: CallExpression): Operand {
  if (name === '__NEW') return lowerNew(f, node);
  const args = argumentsOf(f, name, node);
  if (!args) return errorOperand;
  switch (name) {
    case 'ADR':
    case 'REF':
      return lowerAddress(f, name, args[0]!);
    case 'SIZEOF':
    case 'XSIZEOF':
      return lowerSize(f, args[0]!);
    case '__QUERYINTERFACE':
    case '__QUERYPOINTER':
      return lowerQuery(f, name, node, args);
    case '__DELETE':
      return lowerDelete(f, node, args[0]!);
    case '__ISVALIDREF':
      return lowerIsValid(f, args[0]!);
    case 'LOWER_BOUND':
    case 'UPPER_BOUND':
      return lowerBound(f, name, args[0]!, args[1]!);
    case '__POUNAME':
      return lowerPouName(f);
    case '__NOW':
      return value(e.TIME, load('i64', 'i64', i32(0), nowAddress));
    case '__DATE_NOW':
      return value(e.DT, load('i64', 'i64', i32(0), dateAddress));
    case '__FIRST_SCAN':
      return value(e.BOOL, load('i32', 'i32', i32(0), firstScanAddress));
    default:
      return lowerMemory(f, name, args);
  }
}

/** Name of the POU that asks: `FB.Method` for a method (CODESYS). */
function lowerPouName(f: FunctionBuilder): Operand {
  const { block, callable } = f.scope;
  const name = [...new Set([block?.name, callable?.name])].filter((one) => one !== undefined).join('.');
  return {
    kind: 'memory',
    type: stringType(false, Math.max(f.c.profile.defaultStringLength, name.length)),
    address: i32(f.c.pool.string(name, false)),
    constant: name,
  };
}

/** The arguments in the order of the parameters; undefined after a reported problem. */
function argumentsOf(f: FunctionBuilder, name: string, node: CallExpression): readonly Expression[] | undefined {
  const names = parameters[name] ?? [];
  const found: (Expression | undefined)[] = [];
  for (const [place, { name: formal, value, span }] of node.args.entries()) {
    const index = formal === undefined ? place : names.indexOf(foldName(formal));
    if (index < 0) {
      f.c.problems.report(
        'E4002',
        span,
        `${name} has no parameter '${formal}'; its parameters are ${names.join(', ')}.`,
      );
      return undefined;
    }
    if (found[index] && formal !== undefined) {
      f.c.problems.report('E4005', span, `The parameter '${formal}' of ${name} is given twice.`);
      return undefined;
    }
    found[index] = value;
  }
  const args = found.filter((arg) => arg !== undefined);
  if (args.length === names.length && found.length === names.length) return args;
  f.c.problems.report(
    'E4003',
    node.span,
    `${name} takes ${names.length} ${names.length === 1 ? 'argument' : 'arguments'}, not ${args.length}.`,
  );
  return undefined;
}

/** ADR gives an address that fits every pointer; REF gives a reference to the variable's own type. */
function lowerAddress(f: FunctionBuilder, name: string, node: Expression): Operand {
  const operand = lowerExpression(f, node);
  if (operand.kind === 'error') return errorOperand;
  if (!isValueOperand(operand) || operand.kind === 'literal') {
    if (operand.kind === 'literal' && typeof operand.value === 'string' && name === 'ADR') {
      return value(
        { kind: 'pointer', form: 'pointer', target: voidType },
        i32(f.c.pool.string(operand.value, operand.type.form === 'wstring')),
      );
    }
    f.c.problems.report('E4006', node.span, `${name} takes a variable.`);
    return errorOperand;
  }
  const passing = name === 'REF' && f.c.profile.name === 'iec' && operand.kind === 'place' && isPassing(operand.symbol);
  if (passing) {
    f.c.problems.report(
      'E4006',
      node.span,
      `REF can't refer to '${operand.symbol!.name}', which is gone when '${f.pouName}' ends; refer to a variable that stays.`,
    );
    return errorOperand;
  }
  const address = addressOfOperand(f, operand, node.span, name);
  const type: Type =
    name === 'ADR'
      ? { kind: 'pointer', form: 'pointer', target: voidType }
      : { kind: 'pointer', form: 'ref_to', target: operandType(operand) };
  return value(type, address);
}

/** A reference would outlive it: VAR_TEMP, and inputs of functions. IEC 61131-3:2013, 6.4.4.10. */
const isPassing = (symbol: VariableSymbol | undefined): boolean =>
  symbol?.section === 'VAR_TEMP' ||
  (symbol?.section === 'VAR_INPUT' && symbol.owner?.kind === 'callable' && symbol.owner.form === 'function');

function lowerSize(f: FunctionBuilder, node: Expression): Operand {
  const named = node.kind === 'name' ? findElementary(foldName(node.name)) : undefined;
  const type = named ?? typeOfArgument(f, node);
  if (!type || type.kind === 'error') return errorOperand;
  return { kind: 'literal', type: { kind: 'literal', form: 'int' }, value: BigInt(sizeOf(type)) };
}

/** The argument of SIZEOF is not evaluated. */
function typeOfArgument(f: FunctionBuilder, node: Expression): Type | undefined {
  const found: { type?: Type } = {};
  f.capture(() => {
    const operand = lowerExpression(f, node);
    if (operand.kind === 'typeName')
      found.type = operand.symbol.kind === 'type' ? operand.symbol.use.type : operand.symbol.type;
    else if (operand.kind === 'literal')
      found.type =
        typeof operand.value === 'string' ? stringType(operand.type.form === 'wstring', operand.value.length) : e.DINT;
    else found.type = operandType(operand);
  });
  return found.type;
}

function lowerIsValid(f: FunctionBuilder, node: Expression): Operand {
  const operand = lowerRaw(f, node);
  const type = operandType(operand);
  if (operand.kind === 'error') return errorOperand;
  if (type.kind !== 'pointer' && type.kind !== 'interface') {
    f.c.problems.report('E3009', node.span, `__ISVALIDREF takes a reference, not ${typeName(type)}.`);
    return errorOperand;
  }
  return value(e.BOOL, binary('i32.ne', rvalue(f, operand, node.span), i32(0)));
}

/** Bounds of an array, of ARRAY[*] those of the array that was passed. IEC 61131-3:2013, 6.5.3. */
function lowerBound(f: FunctionBuilder, name: string, node: Expression, dimensionNode: Expression): Operand {
  const operand = lowerExpression(f, node);
  const type = operandType(operand);
  const dimension = lowerExpression(f, dimensionNode);
  if (operand.kind === 'error' || dimension.kind === 'error') return errorOperand;
  if (type.kind !== 'array') {
    f.c.problems.report('E3004', node.span, `${name} takes an array, not ${typeName(type)}.`);
    return errorOperand;
  }
  const bounds =
    operand.kind === 'place' && operand.bounds
      ? operand.bounds
      : type.bounds.map((b) => ({ low: i32(b.low), high: i32(b.high) }));
  const pick = (i: number): IrExpr => (name === 'LOWER_BOUND' ? bounds[i]!.low : bounds[i]!.high);
  const constant = constantOf(dimension);
  if (typeof constant === 'bigint') {
    if (constant < 1n || constant > BigInt(bounds.length)) {
      f.c.problems.report(
        'E3006',
        dimensionNode.span,
        `The array has the dimensions 1 to ${bounds.length}, not ${constant}.`,
      );
      return errorOperand;
    }
    const ir = pick(Number(constant) - 1);
    return ir.op === 'const' ? { kind: 'value', type: e.DINT, ir, constant: BigInt(ir.value) } : value(e.DINT, ir);
  }
  const own = operandType(dimension);
  if (!isInteger(own) && !isBits(own)) {
    f.c.problems.report('E3001', dimensionNode.span, `The dimension is an integer, not ${typeName(own)}.`);
    return errorOperand;
  }
  return value(
    e.DINT,
    f.sequence(() => {
      const index = f.once(coerce(f, dimension, own, dimensionNode.span, 'The dimension'), 'dimension');
      const wide =
        index.type === 'i64' ? ({ op: 'unary', type: 'i32', code: 'i32.wrap_i64', value: index } as const) : index;
      return bounds
        .slice(1)
        .reduce<IrExpr>((rest, _, i) => cond(binary('i32.eq', wide, i32(i + 2)), pick(i + 1), rest), pick(0));
    }),
  );
}

function lowerMemory(f: FunctionBuilder, name: string, args: readonly Expression[]): Operand {
  const asAddress = (node: Expression): IrExpr => {
    const operand = lowerExpression(f, node);
    const type = operandType(operand);
    if (type.kind === 'string') return rvalue(f, operand, node.span);
    if (operand.kind === 'literal' && typeof operand.value === 'string')
      return i32(f.c.pool.string(operand.value, operand.type.form === 'wstring'));
    const ir =
      operand.kind === 'literal' ? coerce(f, operand, e.UDINT, node.span, name) : rvalue(f, operand, node.span);
    return ir.type === 'i64' ? { op: 'unary', type: 'i32', code: 'i32.wrap_i64', value: ir } : ir;
  };
  const ir = f.sequence(() => {
    const values = args.map(asAddress);
    if (name === '__MEMCPY') f.emit({ op: 'copy', to: values[0]!, from: values[1]!, size: values[2]! });
    else if (name === '__MEMSET') f.emit({ op: 'fill', to: values[0]!, byte: values[1]!, size: values[2]! });
    else f.emit({ op: 'callHost', callee: 'log', args: values });
    return i32(0);
  });
  return value(voidType, ir);
}
