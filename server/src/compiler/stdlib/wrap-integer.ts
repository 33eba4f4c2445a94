import type { ElementaryType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { binary, i32, unary } from '../ir/make.js';

/** Brings an i32 result back to the invariant of a narrow type; wide types wrap by themselves. */
export function wrapInteger(type: ElementaryType, value: IrExpr): IrExpr {
  if (value.type !== 'i32') return value;
  switch (type.mem) {
    case 'i8':
      return unary('i32.extend8_s', value);
    case 'i16':
      return unary('i32.extend16_s', value);
    case 'u8':
      return binary('i32.and', value, i32(type.group === 'bool' ? 1 : 0xff));
    case 'u16':
      return binary('i32.and', value, i32(0xffff));
    default:
      return value;
  }
}

/** Whether the type's values compare and divide as unsigned numbers. */
export const isUnsigned = (type: ElementaryType): boolean =>
  type.group === 'unsigned' || type.group === 'bits' || type.group === 'bool' || type.group === 'char';
