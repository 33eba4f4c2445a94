import type { BinaryOp, NumType, UnaryOp } from './ir.js';

/** What a numeric instruction takes and gives. `code` is its name as a string that compares by identity. */
export interface Operation<Code extends string> {
  readonly code: Code;
  readonly operand: NumType;
  readonly result: NumType;
}

const comparison = /^(eq|ne|lt|gt|le|ge)(_[su])?$/;

/** `i32.wrap_i64` takes i64, `f64.neg` f64, `i64.eqz` i64 and gives i32. */
export const unaryOperation = described<UnaryOp>((code) => {
  const own = code.slice(0, 3) as NumType;
  const from = /_(i32|i64|f32|f64)(?:_[su])?$/.exec(code)?.[1];
  return { operand: (from ?? own) as NumType, result: code.endsWith('.eqz') ? 'i32' : own };
});

export const binaryOperation = described<BinaryOp>((code) => {
  const operand = code.slice(0, 3) as NumType;
  return { operand, result: comparison.test(code.slice(4)) ? 'i32' : operand };
});

/** Codes are put together from parts and then compared again and again: each is described, and its name interned, once. */
function described<Code extends string>(
  describe: (code: Code) => Pick<Operation<Code>, 'operand' | 'result'>,
): (code: Code) => Operation<Code> {
  const known: Partial<Record<Code, Operation<Code>>> = {};
  return (code) => {
    const found = known[code];
    if (found) return found;
    // Names of properties are interned.
    const [interned] = Object.keys({ [code]: true }) as [Code];
    return (known[interned] = { code: interned, ...describe(interned) });
  };
}
