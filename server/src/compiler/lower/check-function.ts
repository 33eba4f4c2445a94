import { foldName } from '../../model/identifier.js';
import { guardsOf } from '../check/rule-guard.js';
import type { CallableSymbol } from '../check/symbols.js';
import { alignOf, sizeOf } from '../check/type-size.js';
import { elementaryTypes as e, type ElementaryType, type Type } from '../check/types.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { IrExpr } from '../ir/ir.js';
import { i32, i64 } from '../ir/make.js';
import type { DerefExpression, Expression, IndexExpression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { convertValue } from './lower-convert.js';

/** The function that guards an operation here, where the profile has such and the project defines it; not within one itself. */
function guardHere(f: FunctionBuilder, key: string): CallableSymbol | undefined {
  if (f.trusted || f.c.profile.checkFunctions === 'ignored') return undefined;
  const found = guardsOf(f.c.table);
  return found.size === 0 || found.has(foldName(f.pouName)) ? undefined : found.get(key);
}

interface Value {
  readonly ir: IrExpr;
  readonly type: Type;
}

/** What the guard gives for its arguments, in the type of the first. */
function guarded(f: FunctionBuilder, guard: CallableSymbol, args: readonly Value[], span: SourceSpan): IrExpr {
  const values = guard.parameters.map(({ type }, i) => convertValue(f, args[i]!.ir, args[i]!.type, type, span));
  const { type } = guard.result!;
  const num = type.kind === 'elementary' ? type.num : 'i32';
  const ir: IrExpr = { op: 'call', type: num, callee: f.c.needCallable(guard), args: values };
  return convertValue(f, ir, type, args[0]!.type, span);
}

/** CheckDivDInt, CheckDivLInt, CheckDivReal, CheckDivLReal: what is divided by instead. */
export function guardDivisor(f: FunctionBuilder, divisor: IrExpr, type: ElementaryType, span: SourceSpan): IrExpr {
  const names = { i32: 'CHECKDIVDINT', i64: 'CHECKDIVLINT', f32: 'CHECKDIVREAL', f64: 'CHECKDIVLREAL' } as const;
  const guard = guardHere(f, names[type.num]);
  return guard ? guarded(f, guard, [{ ir: divisor, type }], span) : divisor;
}

/** CheckBounds: the index that is taken instead. */
export function guardIndex(f: FunctionBuilder, index: IrExpr, low: IrExpr, high: IrExpr, span: SourceSpan): IrExpr {
  const guard = guardHere(f, 'CHECKBOUNDS');
  return guard
    ? guarded(
        f,
        guard,
        [index, low, high].map((ir) => ({ ir, type: e.DINT })),
        span,
      )
    : index;
}

/** CheckRangeSigned, CheckRangeUnsigned and those of 64 bits: what a variable of a subrange gets instead. */
export function guardRange(
  f: FunctionBuilder,
  value: IrExpr,
  { base, low, high }: { readonly base: ElementaryType; readonly low: bigint; readonly high: bigint },
  span: SourceSpan,
): IrExpr {
  const long = base.num === 'i64';
  const signed = base.group === 'signed';
  const guard = guardHere(f, `CHECK${long ? 'L' : ''}RANGE${signed ? '' : 'UN'}SIGNED`);
  if (!guard) return value;
  const bound = (n: bigint): Value => ({
    ir: long ? i64(n) : i32(Number(BigInt.asIntN(32, n))),
    type: long ? (signed ? e.LINT : e.ULINT) : signed ? e.DINT : e.UDINT,
  });
  return guarded(f, guard, [{ ir: value, type: base }, bound(low), bound(high)], span);
}

/** CheckPointer: the address that is followed instead. */
export function guardPointer(
  f: FunctionBuilder,
  address: IrExpr,
  target: Type,
  node: DerefExpression | IndexExpression,
): IrExpr {
  const guard = guardHere(f, 'CHECKPOINTER');
  if (!guard) return address;
  const pointer: Type = guard.parameters[0]!.type;
  return guarded(
    f,
    guard,
    [
      { ir: address, type: pointer },
      { ir: i32(sizeOf(target)), type: e.DINT },
      { ir: i32(alignOf(target)), type: e.DINT },
      { ir: i32(writesThrough(f.written, node) ? 1 : 0), type: e.BOOL },
    ],
    node.span,
  );
}

/** Whether an assignment of `target` writes through `node`, rather than that it finds its way by it. */
function writesThrough(target: Expression | undefined, node: Expression): boolean {
  for (let at = target; at; at = at.object) {
    if (at === node) return true;
    if (at.kind !== 'member' && at.kind !== 'index' && at.kind !== 'partial') return false;
  }
  return false;
}
