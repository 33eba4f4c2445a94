import type { ElementaryType } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import { binary, i64 } from '../ir/make.js';

/** A TIME in the profile's form: 32-bit milliseconds drop the rest and wrap. */
export function normalizeDuration(type: ElementaryType, value: IrExpr, profile: Profile): IrExpr {
  if (profile.time !== 'ms32' || type !== e.TIME) return value;
  const milliseconds = binary('i64.and', binary('i64.div_s', value, i64(1_000_000n)), i64(0xffff_ffffn));
  return binary('i64.mul', milliseconds, i64(1_000_000n));
}
