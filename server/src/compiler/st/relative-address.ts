import type { RelativeAddress } from '../syntax/ast.js';

const bytesOfSize: Readonly<Record<string, number>> = { B: 1, W: 2, D: 4, L: 8 };

/** `%B2`, `%X3.0`: bytes, words and so on count from the structure's begin. Undefined where the text is no such address. */
export function relativeAddress(written: string): Omit<RelativeAddress, 'span'> | undefined {
  const text = written.toUpperCase();
  const match = /^%(?:X(\d{1,8})\.([0-7])|([BWDL])(\d{1,8}))$/.exec(text);
  if (!match) return undefined;
  return match[1] !== undefined
    ? { text, byte: Number(match[1]), bit: Number(match[2]) }
    : { text, byte: Number(match[4]) * bytesOfSize[match[3]!]! };
}
