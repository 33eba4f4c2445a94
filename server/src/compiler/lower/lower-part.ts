import type { SourceSpan } from '../../model/source-span.js';
import { typeName } from '../check/type-name.js';
import { elementaryTypes as e, underlying, type ElementaryType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { binary, i32 } from '../ir/make.js';
import type { PartialAccess } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { operandType, rvalue } from './lower-convert.js';
import { lowerExpression } from './lower-expression.js';
import { checkedDistance, lowerIndexValue } from './lower-index.js';
import { loadPlace } from './lower-place.js';
import { errorOperand, type Operand, type Place } from './operand.js';

const partTypes: Readonly<
  Record<PartialAccess['size'], { readonly type: ElementaryType; readonly bits: number; readonly word: string }>
> = {
  X: { type: e.BOOL, bits: 1, word: 'bit' },
  B: { type: e.BYTE, bits: 8, word: 'byte' },
  W: { type: e.WORD, bits: 16, word: 'word' },
  D: { type: e.DWORD, bits: 32, word: 'double word' },
  L: { type: e.LWORD, bits: 64, word: 'long word' },
};

/** `a.3`, `a.%B1`: bits of an integer or bit string, IEC 61131-3:2013, 6.5.4.3. */
export function lowerPart(f: FunctionBuilder, node: PartialAccess): Operand {
  const object = lowerExpression(f, node.object);
  if (object.kind === 'error') return errorOperand;
  if (typeof node.index === 'number') return partOf(f, object, node.size, node.index, node.span);
  const index = lowerIndexValue(f, node.index);
  if (!index) return errorOperand;
  return partOf(f, object, node.size, index.constant === undefined ? index.ir : Number(index.constant), node.span);
}

/** The part of that number; a computed one is checked when the program runs, as indices of arrays are. */
export function partOf(
  f: FunctionBuilder,
  object: Operand,
  size: PartialAccess['size'],
  index: number | IrExpr,
  span: SourceSpan,
): Operand {
  const part = partTypes[size];
  const whole = underlying(operandType(object));
  if (whole.kind !== 'elementary' || !['bits', 'signed', 'unsigned'].includes(whole.group)) {
    f.c.problems.report(
      'E3008',
      span,
      `A ${part.word} can be picked out of an integer or bit string, not of ${typeName(operandType(object))}.`,
    );
    return errorOperand;
  }
  const count = (whole.size * 8) / part.bits;
  if (part.bits >= whole.size * 8) {
    f.c.problems.report(
      'E3008',
      span,
      `${whole.name} has no ${part.word}s to pick out; it has ${whole.size * 8} bits.`,
    );
    return errorOperand;
  }
  if (typeof index === 'number' && (index < 0 || index >= count)) {
    f.c.problems.report('E3008', span, `${whole.name} has the ${part.word}s 0 to ${count - 1}, not ${index}.`);
    return errorOperand;
  }
  const shift = typeof index === 'number' ? index * part.bits : computedShift(f, index, count, part.bits, span);
  if (object.kind === 'place' && object.place.form !== 'property') {
    const place: Place = { form: 'part', whole: object.place, wholeType: whole, shift, type: part.type };
    return {
      kind: 'place',
      type: part.type,
      place,
      ...(object.readOnly !== undefined && { readOnly: object.readOnly }),
    };
  }
  // A value that is no variable: picked out of a temporary.
  const value = rvalue(f, object, span);
  const ir = f.sequence(() => {
    const local = f.local(whole.num, 'whole');
    f.emit({ op: 'setLocal', local, value });
    return loadPlace(
      f,
      { form: 'part', whole: { form: 'local', local }, wholeType: whole, shift, type: part.type },
      part.type,
    );
  });
  return { kind: 'value', type: part.type, ir };
}

function computedShift(f: FunctionBuilder, index: IrExpr, count: number, bits: number, span: SourceSpan): IrExpr {
  const distance = checkedDistance(f, index, 0, count - 1, span);
  return bits === 1 ? distance : binary('i32.mul', distance, i32(bits));
}
