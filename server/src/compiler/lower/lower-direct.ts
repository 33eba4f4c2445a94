import { elementaryTypes as e, type ElementaryType } from '../check/types.js';
import type { DirectAddress } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { absolutePlace } from './lower-place.js';
import { errorOperand, type Operand } from './operand.js';

const types: Readonly<Record<DirectAddress['size'], ElementaryType>> = {
  X: e.BOOL,
  B: e.BYTE,
  W: e.WORD,
  D: e.DWORD,
  L: e.LWORD,
};

/** `%IX0.0`, `%MW5` in an expression: a bit string of that size. IEC 61131-3:2013, 6.5.5. */
export function lowerDirect(f: FunctionBuilder, node: DirectAddress): Operand {
  const found = f.c.directAddress(node);
  if (!found) {
    // A complete one is out of reach, which has been told.
    if (node.path.length === 0)
      f.c.problems.report('E7001', node.span, `${node.text} can't be used here; write a complete address.`);
    return errorOperand;
  }
  return {
    kind: 'place',
    type: types[node.size],
    direct: true,
    place: absolutePlace(f, found.address, node.text, found.bit),
  };
}
