import type { Constant } from '../check/compilation.js';
import { elementaryTypes as e, type ElementaryType } from '../check/types.js';
import type { BinaryOperator } from '../syntax/ast.js';
import { wrapConstant } from './literal-value.js';

const compare = (op: BinaryOperator, a: Constant, b: Constant): boolean | undefined => {
  switch (op) {
    case '=':
      return a === b;
    case '<>':
      return a !== b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    default:
      return undefined;
  }
};

function foldIntegers(op: BinaryOperator, a: bigint, b: bigint): bigint | undefined {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? undefined : a / b;
    case 'MOD':
      return b === 0n ? undefined : a % b;
    case 'AND':
      return a & b;
    case 'OR':
      return a | b;
    case 'XOR':
      return a ^ b;
    default:
      return undefined;
  }
}

function foldReals(op: BinaryOperator, a: number, b: number): number | undefined {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return undefined;
  }
}

function foldBooleans(op: BinaryOperator, a: boolean, b: boolean): boolean | undefined {
  switch (op) {
    case 'AND':
    case 'AND_THEN':
      return a && b;
    case 'OR':
    case 'OR_ELSE':
      return a || b;
    case 'XOR':
      return a !== b;
    default:
      return undefined;
  }
}

/** Value of an operator on two constants of one kind; undefined where it has none, such as a division by zero. */
export function foldBinary(op: BinaryOperator, a: Constant, b: Constant): Constant | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return compare(op, a, b) ?? foldIntegers(op, a, b);
  if (typeof a === 'number' && typeof b === 'number') return compare(op, a, b) ?? foldReals(op, a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return compare(op, a, b) ?? foldBooleans(op, a, b);
  return undefined;
}

/** The same with operands and result of an elementary type: integers wrap, REAL is rounded to single precision. */
export function foldTypedBinary(
  op: BinaryOperator,
  a: Constant,
  b: Constant,
  type: ElementaryType,
): Constant | undefined {
  const value = foldBinary(op, a, b);
  if (typeof value === 'bigint') return wrapConstant(type, value);
  if (typeof value === 'number') return type === e.REAL ? Math.fround(value) : value;
  return value;
}
