import { commonNumber, isBits, isInteger, isNumber, isReal } from '../check/conversion.js';
import { sameType, typeName } from '../check/type-name.js';
import { elementaryTypes as e, underlying, type ElementaryType, type Type } from '../check/types.js';
import type { BinaryOp, IrExpr } from '../ir/ir.js';
import type { BinaryExpression, BinaryOperator, UnaryExpression } from '../syntax/ast.js';
import { foldBinary, foldTypedBinary } from './fold-operator.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, cond, i32, i64, not, unary, zero } from './ir-make.js';
import { adaptLiteral, wrapConstant } from './literal-value.js';
import {
  constantOf,
  convertValue,
  operandType,
  reportNoValue,
  rvalue,
  settle,
  typedConstant,
} from './lower-convert.js';
import { isValueOperand, lowerExpression } from './lower-expression.js';
import { checkOverflow } from './lower-overflow.js';
import { lowerStandardOperator } from './lower-standard.js';
import { wrapValue } from './lower-place.js';
import { errorOperand, type Operand } from './operand.js';
import type { SourceSpan } from '../../model/source-span.js';

const comparisons: ReadonlySet<BinaryOperator> = new Set(['=', '<>', '<', '>', '<=', '>=']);
const logic: ReadonlySet<BinaryOperator> = new Set(['AND', 'OR', 'XOR', 'AND_THEN', 'OR_ELSE']);

/** Names of the standard functions that mean the same as an operator. */
const functionOf: Partial<Record<BinaryOperator, string>> = {
  '+': 'ADD',
  '-': 'SUB',
  '*': 'MUL',
  '/': 'DIV',
  MOD: 'MOD',
  '**': 'EXPT',
  '=': 'EQ',
  '<>': 'NE',
  '<': 'LT',
  '>': 'GT',
  '<=': 'LE',
  '>=': 'GE',
};

export function lowerUnary(f: FunctionBuilder, node: UnaryExpression, expected: Type | undefined): Operand {
  const operand = lowerExpression(f, node.operand, expected);
  if (operand.kind === 'error') return operand;
  if (!isValueOperand(operand)) {
    reportNoValue(f, operand, node.operand.span);
    return errorOperand;
  }
  if (operand.kind === 'literal') {
    const folded = foldUnary(node.op, operand);
    if (folded) return folded;
  }
  const type = underlying(operandType(operand));
  if (type.kind === 'error') return errorOperand;
  const bad = (takes: string): Operand => {
    f.c.problems.report('E3002', node.span, `${node.op} takes ${takes}, not ${typeName(operandType(operand))}.`);
    return errorOperand;
  };
  if (type.kind !== 'elementary') return bad(node.op === 'NOT' ? 'a BOOL or bit string' : 'a number');
  const value = rvalue(f, operand, node.operand.span);
  const constant = constantOf(operand);
  switch (node.op) {
    case '+':
      return isNumber(type) || type.group === 'duration' ? operand : bad('a number');
    case '-':
      if (isReal(type)) {
        return {
          kind: 'value',
          type,
          ir: unary(`${type.num as 'f32' | 'f64'}.neg`, value),
          ...(typeof constant === 'number' && { constant: -constant }),
        };
      }
      if (!isInteger(type) && type.group !== 'duration' && !isBits(type)) return bad('a number');
      if (typeof constant === 'bigint') return typedConstant(f, type, wrapConstant(type, -constant));
      return {
        kind: 'value',
        type,
        ir: wrapValue(type, binary(`${type.num as 'i32' | 'i64'}.sub`, zero(type.num), value)),
      };
    case 'NOT':
      if (type === e.BOOL)
        return typeof constant === 'boolean'
          ? typedConstant(f, type, !constant)
          : { kind: 'value', type, ir: not(value) };
      if (!isBits(type) && !isInteger(type)) return bad('a BOOL or bit string');
      if (typeof constant === 'bigint') return typedConstant(f, type, wrapConstant(type, ~constant));
      return {
        kind: 'value',
        type,
        ir: wrapValue(type, binary(`${type.num as 'i32' | 'i64'}.xor`, value, type.num === 'i64' ? i64(-1n) : i32(-1))),
      };
  }
}

function foldUnary(op: UnaryExpression['op'], operand: Operand & { kind: 'literal' }): Operand | undefined {
  const { value } = operand;
  if (op === '-' && (typeof value === 'bigint' || typeof value === 'number'))
    return { kind: 'literal', type: operand.type, value: -value };
  if (op === '+' && (typeof value === 'bigint' || typeof value === 'number')) return operand;
  if (op === 'NOT' && typeof value === 'boolean') return { kind: 'literal', type: operand.type, value: !value };
  return undefined;
}

export function lowerBinary(f: FunctionBuilder, node: BinaryExpression, expected: Type | undefined): Operand {
  // A chain `a + b + c ...` leans to the left: walk down it instead of calling deep.
  const chain: BinaryExpression[] = [node];
  for (let left = node.left; left.kind === 'binary'; left = left.left) chain.push(left);
  const first = chain.at(-1)!;
  const wanted = comparisons.has(first.op) ? undefined : expected;
  let operand = lowerExpression(f, first.left, wanted);
  for (let i = chain.length - 1; i >= 0; i -= 1) {
    const one = chain[i]!;
    const leftType = operandType(operand);
    const hint =
      leftType.kind === 'enum' || leftType.kind === 'elementary'
        ? leftType
        : comparisons.has(one.op)
          ? undefined
          : expected;
    let right: Operand | undefined;
    let late: ReturnType<FunctionBuilder['capture']> | undefined;
    if (one.op === 'AND_THEN' || one.op === 'OR_ELSE')
      late = f.capture(() => (right = lowerExpression(f, one.right, e.BOOL)));
    else right = lowerExpression(f, one.right, hint);
    // `GREEN = color`: the name on the left gets its meaning from the right.
    if (
      i === chain.length - 1 &&
      comparisons.has(one.op) &&
      first.left.kind === 'name' &&
      operandType(right!).kind === 'enum' &&
      operandType(right!) !== leftType
    ) {
      operand = lowerExpression(f, first.left, operandType(right!));
    }
    operand = combine(f, one, operand, right!, late ?? [], expected);
  }
  return operand;
}

function combine(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  late: ReturnType<FunctionBuilder['capture']>,
  expected: Type | undefined,
): Operand {
  for (const [operand, side] of [
    [left, node.left],
    [right, node.right],
  ] as const) {
    if (operand.kind === 'error') return errorOperand;
    if (!isValueOperand(operand)) {
      reportNoValue(f, operand, side.span);
      return errorOperand;
    }
  }
  if (left.kind === 'literal' && right.kind === 'literal') {
    const folded = foldLiterals(f, node, left, right);
    if (folded) return folded;
  }
  if (logic.has(node.op)) return combineLogic(f, node, left, right, late);
  if (comparisons.has(node.op)) return combineComparison(f, node, left, right);
  return combineArithmetic(f, node, left, right, expected);
}

function foldLiterals(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand & { kind: 'literal' },
  right: Operand & { kind: 'literal' },
): Operand | undefined {
  let a = left.value;
  let b = right.value;
  if (typeof a === 'number' && typeof b === 'bigint') b = Number(b);
  if (typeof b === 'number' && typeof a === 'bigint') a = Number(a);
  if ((node.op === '/' || node.op === 'MOD') && b === 0n) {
    f.c.problems.report('E3010', node.right.span, 'Division by zero; the divisor is the constant 0.');
    return errorOperand;
  }
  if (node.op === '**' && typeof a === 'bigint' && typeof b === 'bigint' && b >= 0n && b <= 64n)
    return { kind: 'literal', type: { kind: 'literal', form: 'int' }, value: a ** b };
  const value = foldBinary(node.op, a, b);
  if (value === undefined) return undefined;
  if (typeof value === 'bigint' && (value > 1n << 128n || value < -(1n << 128n))) return undefined;
  const form = typeof value === 'bigint' ? 'int' : typeof value === 'number' ? 'real' : 'bool';
  const based = left.based === true && right.based === true;
  return { kind: 'literal', type: { kind: 'literal', form }, value, ...(based && form === 'int' && { based }) };
}

/** The operand as a value of `type` if its literal fits that; other operands stay. */
function adapt(f: FunctionBuilder, operand: Operand, type: Type, bits: boolean): Operand {
  if (operand.kind !== 'literal') return operand;
  if (type.kind !== 'elementary' && type.kind !== 'enum') return settle(f, operand);
  const target = type.kind === 'enum' ? type.base : type;
  // In arithmetic `16#FFFF` is 65535, whatever it meets.
  const adapted = adaptLiteral(operand.type, operand.value, bits && operand.based === true, target, f.c.profile);
  if ('problem' in adapted || adapted.warning !== undefined) return settle(f, realForInteger(operand, target));
  return typedConstant(f, target, adapted.value);
}

/** `2.5 * i` with an INT: REAL is enough. */
function realForInteger(operand: Operand & { kind: 'literal' }, other: ElementaryType): Operand {
  if (operand.type.form !== 'real' || !(isInteger(other) || isBits(other)) || other.size > 4) return operand;
  return {
    kind: 'value',
    type: e.REAL,
    ir: { op: 'const', type: 'f32', value: Math.fround(operand.value as number) },
    constant: Math.fround(operand.value as number),
  };
}

function both(f: FunctionBuilder, left: Operand, right: Operand, bits: boolean): [Operand, Operand] {
  const a = underlying(operandType(left));
  const b = underlying(operandType(right));
  return [adapt(f, left, b, bits), adapt(f, right, a, bits)].map((operand) => settle(f, operand)) as [Operand, Operand];
}

function reportOperator(f: FunctionBuilder, node: BinaryExpression, left: Operand, right: Operand): Operand {
  const a = operandType(left);
  const b = operandType(right);
  if (a.kind !== 'error' && b.kind !== 'error')
    f.c.problems.report(
      'E3002',
      node.span,
      `${node.op} does not work on ${typeName(a)} and ${typeName(b)}; convert one of them.`,
    );
  return errorOperand;
}

function combineLogic(
  f: FunctionBuilder,
  node: BinaryExpression,
  l: Operand,
  r: Operand,
  late: ReturnType<FunctionBuilder['capture']>,
): Operand {
  const [left, right] = both(f, l, r, true);
  const a = underlying(operandType(left));
  const b = underlying(operandType(right));
  const takes = (t: Type): t is ElementaryType => t === e.BOOL || isBits(t) || isInteger(t);
  if (!takes(a) || !takes(b)) return reportOperator(f, node, l, r);
  const short = node.op === 'AND_THEN' || node.op === 'OR_ELSE';
  if (a === e.BOOL && b === e.BOOL) {
    const x = constantOf(left);
    const y = constantOf(right);
    const folded = x !== undefined && y !== undefined ? foldBinary(node.op, x, y) : undefined;
    if (folded !== undefined) return typedConstant(f, e.BOOL, folded);
    const first = rvalue(f, left, node.left.span);
    if (short) {
      const second: IrExpr =
        late.length > 0
          ? { op: 'seq', type: 'i32', body: late, value: rvalue(f, right, node.right.span) }
          : rvalue(f, right, node.right.span);
      return {
        kind: 'value',
        type: e.BOOL,
        ir: node.op === 'AND_THEN' ? cond(first, second, i32(0)) : cond(first, i32(1), second),
      };
    }
    const code = { AND: 'i32.and', OR: 'i32.or', XOR: 'i32.xor' } as const;
    return {
      kind: 'value',
      type: e.BOOL,
      ir: binary(code[node.op as 'AND' | 'OR' | 'XOR'], first, rvalue(f, right, node.right.span)),
    };
  }
  if (short || a === e.BOOL || b === e.BOOL) return reportOperator(f, node, l, r);
  const type = a === b ? a : commonBits(a, b);
  const x = constantOf(left);
  const y = constantOf(right);
  const folded = x !== undefined && y !== undefined ? foldTypedBinary(node.op, x, y, type) : undefined;
  if (folded !== undefined) return typedConstant(f, type, folded);
  const code = `${type.num as 'i32' | 'i64'}.${node.op.toLowerCase() as 'and' | 'or' | 'xor'}` as BinaryOp;
  const first = convertValue(f, rvalue(f, left, node.left.span), a, type, node.span);
  return {
    kind: 'value',
    type,
    ir: binary(code, first, convertValue(f, rvalue(f, right, node.right.span), b, type, node.span)),
  };
}

/** Bit strings and integers combined bit by bit: as wide as the wider one, and a bit string if one is. */
function commonBits(a: ElementaryType, b: ElementaryType): ElementaryType {
  if (isBits(a) === isBits(b)) return a.size >= b.size ? a : b;
  const size = Math.max(a.size, b.size);
  return size <= 1 ? e.BYTE : size <= 2 ? e.WORD : size <= 4 ? e.DWORD : e.LWORD;
}

function combineComparison(f: FunctionBuilder, node: BinaryExpression, l: Operand, r: Operand): Operand {
  const [left, right] = both(f, l, r, false);
  const a = underlying(operandType(left));
  const b = underlying(operandType(right));
  if (a.kind === 'elementary' && b.kind === 'elementary') {
    const type = a === b ? a : (commonNumber(a, b) ?? sameGroup(a, b));
    if (type) return compareElementary(f, node, left, right, type);
  }
  const address = (t: Type): boolean => t.kind === 'pointer' || t.kind === 'interface' || t.kind === 'null';
  const addressLike = (t: Type): boolean => address(t) || (t.kind === 'elementary' && (isBits(t) || isInteger(t)));
  if ((address(a) && addressLike(b)) || (address(b) && addressLike(a)))
    return compareAddresses(f, node, left, right, a, b);
  if (a.kind === 'string' || b.kind === 'string' || (a.kind === 'elementary' && b.kind === 'elementary')) {
    return lowerStandardOperator(
      f,
      functionOf[node.op]!,
      [left, right],
      [node.left.span, node.right.span],
      node.span,
      () => reportOperator(f, node, l, r),
    );
  }
  return reportOperator(f, node, l, r);
}

/** TIME with LTIME, DATE with LDATE and so on. */
function sameGroup(a: ElementaryType, b: ElementaryType): ElementaryType | undefined {
  return a.group === b.group && a.num === 'i64' && b.num === 'i64' && a.group !== 'bits' ? a : undefined;
}

function compareElementary(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  type: ElementaryType,
): Operand {
  const x = constantOf(left);
  const y = constantOf(right);
  const folded = x !== undefined && y !== undefined ? foldBinary(node.op, x, y) : undefined;
  if (folded !== undefined) return typedConstant(f, e.BOOL, folded);
  const first = convertValue(f, rvalue(f, left, node.left.span), operandType(left), type, node.span);
  const second = convertValue(f, rvalue(f, right, node.right.span), operandType(right), type, node.span);
  return { kind: 'value', type: e.BOOL, ir: binary(comparisonCode(node.op, type), first, second) };
}

const comparisonNames: Partial<Record<BinaryOperator, 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge'>> = {
  '=': 'eq',
  '<>': 'ne',
  '<': 'lt',
  '>': 'gt',
  '<=': 'le',
  '>=': 'ge',
};

export function comparisonCode(op: BinaryOperator, type: ElementaryType): BinaryOp {
  const name = comparisonNames[op]!;
  if (isReal(type)) return `${type.num as 'f32' | 'f64'}.${name}`;
  const num = type.num as 'i32' | 'i64';
  if (name === 'eq' || name === 'ne') return `${num}.${name}`;
  const signed =
    type.group === 'signed' || type.num === 'i64' ? type.group !== 'unsigned' && type.group !== 'bits' : false;
  return `${num}.${name}_${signed ? 's' : 'u'}`;
}

function compareAddresses(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  a: Type,
  b: Type,
): Operand {
  if (
    a.kind === 'pointer' &&
    b.kind === 'pointer' &&
    f.c.profile.implicitConversion === 'widening' &&
    a.target.kind !== 'void' &&
    b.target.kind !== 'void' &&
    !sameType(a, b)
  ) {
    return reportOperator(f, node, left, right);
  }
  const asAddress = (operand: Operand, type: Type, span: SourceSpan): IrExpr => {
    const value = rvalue(f, operand, span);
    return type.kind === 'elementary' && type.num === 'i64' ? unary('i32.wrap_i64', value) : value;
  };
  return {
    kind: 'value',
    type: e.BOOL,
    ir: binary(
      comparisonCode(node.op, e.UDINT),
      asAddress(left, a, node.left.span),
      asAddress(right, b, node.right.span),
    ),
  };
}

function combineArithmetic(
  f: FunctionBuilder,
  node: BinaryExpression,
  l: Operand,
  r: Operand,
  expected: Type | undefined,
): Operand {
  const [left, right] = both(f, l, r, false);
  const a = underlying(operandType(left));
  const b = underlying(operandType(right));
  if (a.kind === 'error' || b.kind === 'error') return errorOperand;
  if (a.kind === 'pointer' || b.kind === 'pointer') return pointerArithmetic(f, node, left, right, a, b);
  // CODESYS moves a date by a duration.
  const moves =
    a.kind === 'elementary' &&
    b.kind === 'elementary' &&
    a.group === 'date' &&
    b.group === 'duration' &&
    (node.op === '+' || node.op === '-');
  if (moves && f.c.profile.implicitConversion !== 'widening') {
    return {
      kind: 'value',
      type: a,
      ir: binary(
        node.op === '+' ? 'i64.add' : 'i64.sub',
        rvalue(f, left, node.left.span),
        rvalue(f, right, node.right.span),
      ),
    };
  }
  const type = a.kind === 'elementary' && b.kind === 'elementary' && node.op !== '**' ? commonNumber(a, b) : undefined;
  if (type && type !== e.BOOL && (isNumber(type) || isBits(type)) && !(node.op === 'MOD' && isReal(type)))
    return computeNumber(f, node, left, right, type);
  return lowerStandardOperator(
    f,
    functionOf[node.op]!,
    [left, right],
    [node.left.span, node.right.span],
    node.span,
    () => reportOperator(f, node, l, r),
    expected,
  );
}

function computeNumber(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  type: ElementaryType,
): Operand {
  const x = constantOf(left);
  const y = constantOf(right);
  const divides = node.op === '/' || node.op === 'MOD';
  if (divides && !isReal(type) && y === 0n) {
    f.c.problems.report('E3010', node.right.span, 'Division by zero; the divisor is the constant 0.');
    return errorOperand;
  }
  if (x !== undefined && y !== undefined) {
    const numeric = (v: typeof x): typeof x => (isReal(type) && typeof v === 'bigint' ? Number(v) : v);
    const folded = foldTypedBinary(node.op, numeric(x), numeric(y), type);
    if (folded !== undefined) return typedConstant(f, type, folded);
  }
  const first = convertValue(f, rvalue(f, left, node.left.span), operandType(left), type, node.span);
  let second = convertValue(f, rvalue(f, right, node.right.span), operandType(right), type, node.span);
  if (isReal(type)) {
    const real = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const;
    const ir = binary(`${type.num as 'f32' | 'f64'}.${real[node.op as '+']}`, first, second);
    return { kind: 'value', type, ir: checkOverflow(f, node, type, ir, first, second) };
  }
  if (divides && !f.trusted && (y === undefined || y === 0n))
    second = { op: 'checkNonZero', type: type.num as 'i32' | 'i64', value: second, site: f.site(node.span) };
  const sign = type.group === 'signed' ? 's' : 'u';
  const integer = { '+': 'add', '-': 'sub', '*': 'mul', '/': `div_${sign}`, MOD: `rem_${sign}` } as const;
  const raw = binary(`${type.num as 'i32' | 'i64'}.${integer[node.op as '+' | '/' | 'MOD']}`, first, second);
  if (f.c.profile.integerOverflow === 'fault' && !f.trusted)
    return { kind: 'value', type, ir: checkOverflow(f, node, type, raw, first, second) };
  const stays = node.op === 'MOD' || (node.op === '/' && type.group !== 'signed');
  return { kind: 'value', type, ir: stays ? raw : wrapValue(type, raw) };
}

/** Pointers count in bytes: pointer + bytes and pointer - bytes are pointers, pointer - pointer is a DINT. */
function pointerArithmetic(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  a: Type,
  b: Type,
): Operand {
  const addressValue = (operand: Operand, type: Type, span: SourceSpan): IrExpr => {
    const value = rvalue(f, operand, span);
    return type.kind === 'elementary' && type.num === 'i64' ? unary('i32.wrap_i64', value) : value;
  };
  const integral = (t: Type): boolean => t.kind === 'elementary' && (isInteger(t) || isBits(t));
  const first = addressValue(left, a, node.left.span);
  const second = addressValue(right, b, node.right.span);
  if (node.op === '-' && a.kind === 'pointer' && b.kind === 'pointer')
    return { kind: 'value', type: e.DINT, ir: binary('i32.sub', first, second) };
  const pointer =
    a.kind === 'pointer' && integral(b) ? a : b.kind === 'pointer' && integral(a) && node.op === '+' ? b : undefined;
  if (pointer && (node.op === '+' || node.op === '-'))
    return { kind: 'value', type: pointer, ir: binary(node.op === '+' ? 'i32.add' : 'i32.sub', first, second) };
  return reportOperator(f, node, left, right);
}
