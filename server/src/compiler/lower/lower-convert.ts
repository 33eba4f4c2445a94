import type { TextEdit } from '../../model/diagnostic.js';
import type { SourceSpan } from '../../model/source-span.js';
import { replaceSpan } from '../replace-span.js';
import { fitsInterface, implicitConversion, isAddress, isBits, isInteger, isReal } from '../check/conversion.js';
import { extendsBlock } from '../check/lookup.js';
import { typeName } from '../check/type-name.js';
import {
  elementaryTypes as e,
  errorType,
  stringType,
  underlying,
  type ElementaryType,
  type SubrangeType,
  type Type,
} from '../check/types.js';
import type { IrExpr, UnaryOp } from '../ir/ir.js';
import { constantIr } from './constant-ir.js';
import { guardRange } from './check-function.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, i32, i64, iff, unary, zero } from '../ir/make.js';
import { typeOfDirect } from './lower-assign.js';
import { adaptLiteral, literalType, wrapConstant } from './literal-value.js';
import { standardConversion } from './lower-standard.js';
import { addressOf, loadPlace, scalarOf } from './lower-place.js';
import { wrapInteger } from '../stdlib/wrap-integer.js';
import { readProperty } from './lower-property.js';
import type { Operand } from './operand.js';
import { blockOfType, interfaceOfType, namedSymbolOf } from './type-symbol.js';
import { sizeOf } from '../check/type-size.js';

/** Type of an operand as a value; untyped literals have their literal type. */
export function operandType(operand: Operand): Type {
  switch (operand.kind) {
    case 'value':
    case 'literal':
    case 'place':
    case 'memory':
      return operand.type;
    case 'void':
      return { kind: 'void' };
    default:
      return errorType;
  }
}

export const constantOf = (operand: Operand) =>
  operand.kind === 'literal'
    ? operand.value
    : operand.kind === 'value' || operand.kind === 'place' || operand.kind === 'memory'
      ? operand.constant
      : undefined;

/** A literal as a value of the type that it gets where nothing else decides. */
export function settle(f: FunctionBuilder, operand: Operand): Operand {
  if (operand.kind !== 'literal') return operand;
  const type = literalType(operand.type, operand.value, stringType);
  return typedConstant(f, type, operand.value);
}

export function typedConstant(
  f: FunctionBuilder,
  type: Type,
  value: NonNullable<ReturnType<typeof constantOf>>,
): Operand {
  if (type.kind === 'string') {
    return {
      kind: 'memory',
      type,
      get address() {
        return i32(f.c.pool.string(value as string, type.wide));
      },
      constant: value,
    };
  }
  return { kind: 'value', type, ir: constantIr(value, type), constant: value };
}

/**
 * The operand's value in its own representation: a scalar, or the address of a string, array, structure or instance.
 * Not for untyped literals, nor for operands that are no values.
 */
export function rvalue(f: FunctionBuilder, operand: Operand, span: SourceSpan): IrExpr {
  switch (operand.kind) {
    case 'value':
      return operand.ir;
    case 'memory':
      return operand.address;
    case 'literal':
      return rvalue(f, settle(f, operand), span);
    case 'place': {
      if (operand.place.form === 'property') return readProperty(f, operand.place, operand.type, span);
      if (operand.constant !== undefined && scalarOf(operand.type)) return constantIr(operand.constant, operand.type);
      if (scalarOf(operand.type)) return loadPlace(f, operand.place, operand.type);
      return addressOf(f, operand.place, sizeOf(operand.type)) ?? i32(0);
    }
    default:
      return i32(0);
  }
}

function mismatch(f: FunctionBuilder, from: Type, to: Type, span: SourceSpan, what: Named): void {
  const a = underlying(from);
  const b = underlying(to);
  const name = (type: Type): string | undefined =>
    type.kind === 'elementary' ? type.name : type.kind === 'string' ? (type.wide ? 'WSTRING' : 'STRING') : undefined;
  const [source, target] = [name(a), name(b)];
  const hint =
    source !== undefined && target !== undefined && source !== target
      ? `; write ${source}_TO_${target}(...) to convert it`
      : '';
  f.c.problems.report('E3001', span, `${told(what)} takes ${typeName(to)}, not ${typeName(from)}${hint}.`);
}

/** What takes a value, as the beginning of a sentence; worked out only where it is told. */
export type Named = string | (() => string);
const told = (what: Named): string => (typeof what === 'string' ? what : what());

/** Brings an operand to a type as assignments and arguments do: a scalar value, or the address of the bytes to copy. */
export function coerce(f: FunctionBuilder, operand: Operand, to: Type, span: SourceSpan, what: Named): IrExpr {
  const fallback = (): IrExpr => (scalarOf(to) ? constantIrOrZero(to) : i32(0));
  switch (operand.kind) {
    case 'error':
      return fallback();
    case 'literal':
      return coerceLiteral(f, operand, to, span, what);
    case 'value':
    case 'place':
    case 'memory':
      break;
    default:
      reportNoValue(f, operand, span);
      return fallback();
  }
  const from = operand.type;
  if (to.kind === 'error' || from.kind === 'error') return fallback();
  if (from.kind === 'void') {
    reportNoValue(f, { kind: 'void' }, span);
    return fallback();
  }
  const own = operand.kind === 'place' ? typeOfDirect(operand, to) : undefined;
  if (own && operand.kind === 'place') return loadPlace(f, operand.place, own);
  const folded = foldTyped(f, operand, to);
  if (folded) return folded;
  if (to.kind === 'interface') return coerceToInterface(f, operand, to, span, what);
  if (to.kind === 'pointer') {
    const pointer = coerceToPointer(f, operand, to, span);
    if (pointer) return pointer;
  }
  const constant = to.kind === 'enum' && to.strict === true ? constantOf(operand) : undefined;
  const isValue = to.kind === 'enum' && [...to.values.values()].some((one) => one.value === constant);
  const how = isValue ? 'warn' : implicitConversion(from, to, f.c.profile);
  if (how === 'no') {
    if (to.kind === 'string' && from.kind === 'string') {
      f.c.problems.report(
        'E3001',
        span,
        `${told(what)} takes ${typeName(to)}, not ${typeName(from)}; write ${from.wide ? 'WSTRING_TO_STRING' : 'STRING_TO_WSTRING'}(...) to convert it.`,
      );
    } else mismatch(f, from, to, span, what);
    return fallback();
  }
  if (how === 'warn' && !f.trusted) {
    f.c.problems.report(
      'W3001',
      span,
      `${told(what)} takes ${typeName(to)}: a ${typeName(from)} is converted on its own; write the conversion to make it visible.`,
    );
  }
  if (!scalarOf(to) && to.kind !== 'string') return rvalue(f, operand, span);
  return valueAs(f, operand, to, span);
}

/** The operand's value in a type that it converts to by itself. */
export function valueAs(f: FunctionBuilder, operand: Operand, to: Type, span: SourceSpan): IrExpr {
  const wide = wideOf(operand);
  return wide
    ? convertValue(f, wide, e.DINT, to, span)
    : convertValue(f, rvalue(f, operand, span), operandType(operand), to, span);
}

export const wideOf = (operand: Operand): IrExpr | undefined => (operand.kind === 'value' ? operand.wide : undefined);

const constantIrOrZero = (type: Type): IrExpr => zero(scalarOf(type)!.num);

/** The same text in the quotes that the type takes; where escapes are not in the way. */
function otherQuotes(
  operand: Operand & { kind: 'literal' },
  to: Type,
  span: SourceSpan,
): readonly TextEdit[] | undefined {
  if (to.kind !== 'string' || typeof operand.value !== 'string') return undefined;
  const text = span.source.text.slice(span.start, span.end);
  const quote = to.wide ? '"' : "'";
  if (!/^(["'])[^"'$]*\1$/.test(text) || text.startsWith(quote)) return undefined;
  return [replaceSpan(span, `${quote}${text.slice(1, -1)}${quote}`)];
}

function coerceLiteral(
  f: FunctionBuilder,
  operand: Operand & { kind: 'literal' },
  to: Type,
  span: SourceSpan,
  what: Named,
): IrExpr {
  if (to.kind === 'error') return i32(0);
  const adapted = adaptLiteral(operand.type, operand.value, operand.based ?? false, to, f.c.profile);
  if ('problem' in adapted) {
    f.c.problems.report(
      typeof operand.value === 'bigint' && adapted.problem.includes('outside') ? 'E3003' : 'E3001',
      span,
      `${told(what)}: ${adapted.problem}.`,
      otherQuotes(operand, to, span),
    );
    return scalarOf(to) ? constantIrOrZero(to) : i32(0);
  }
  if (adapted.warning !== undefined && !f.trusted) f.c.problems.report('W3001', span, adapted.warning);
  if (to.kind === 'string' && (adapted.value as string).length > to.capacity) {
    f.c.problems.report(
      'W3003',
      span,
      `The text has ${(adapted.value as string).length} characters and is cut to the ${to.capacity} that fit.`,
    );
  }
  if (to.kind === 'string') return i32(f.c.pool.string((adapted.value as string).slice(0, to.capacity), to.wide));
  return constantIr(adapted.value, to);
}

/** A typed constant whose value is known folds into the wider type, and one that fits exactly may narrow in `codesys`. */
function foldTyped(f: FunctionBuilder, operand: Operand, to: Type): IrExpr | undefined {
  const value = constantOf(operand);
  const from = underlying(operandType(operand));
  const target = underlying(to);
  if (value === undefined || from.kind !== 'elementary' || target.kind !== 'elementary' || to.kind === 'subrange')
    return undefined;
  if (to.kind === 'enum' && operandType(operand) !== to) return undefined;
  if (from === target) return constantIr(value, to);
  if (
    typeof value === 'bigint' &&
    (isInteger(target) || isBits(target)) &&
    implicitConversion(from, target, f.c.profile) === 'widen'
  ) {
    return constantIr(wrapConstant(target, value), to);
  }
  return undefined;
}

export function reportNoValue(f: FunctionBuilder, operand: Operand, span: SourceSpan): void {
  switch (operand.kind) {
    case 'void':
      f.c.problems.report('E4018', span, 'This call has no result; call it as a statement of its own.');
      return;
    case 'typeName':
      f.c.problems.report('E3012', span, `'${operand.symbol.name}' is a type; declare a variable of it and use that.`);
      return;
    case 'function':
    case 'method':
      f.c.problems.report('E3012', span, `'${operand.symbol.name}' is a ${operand.kind}; call it with parentheses.`);
      return;
    case 'standard':
      f.c.problems.report('E3012', span, `'${operand.name}' is a function; call it with parentheses.`);
      return;
    case 'list':
    case 'namespace':
      f.c.problems.report('E3012', span, 'This names no value; add a dot and the variable.');
      return;
    default:
  }
}

function coerceToInterface(
  f: FunctionBuilder,
  operand: Operand,
  to: Type & { kind: 'interface' },
  span: SourceSpan,
  what: Named,
): IrExpr {
  const from = operandType(operand);
  const target = interfaceOfType(to);
  if (from.kind === 'null') return i32(0);
  const referred = from.kind === 'pointer' ? from.target : from;
  if (target && fitsInterface(namedSymbolOf(referred), target)) {
    if (from.kind !== 'instance') return rvalue(f, operand, span);
    if (operand.kind === 'place') return addressOf(f, operand.place, sizeOf(from)) ?? i32(0);
  }
  mismatch(f, from, to, span, what);
  return i32(0);
}

function coerceToPointer(
  f: FunctionBuilder,
  operand: Operand,
  to: Type & { kind: 'pointer' },
  span: SourceSpan,
): IrExpr | undefined {
  const from = operandType(operand);
  if (operand.kind === 'place' && operand.self === true && to.target.kind === 'instance') {
    const own = blockOfType(from);
    const wanted = blockOfType(to.target);
    if (own && wanted && extendsBlock(own, wanted)) return addressOf(f, operand.place, sizeOf(from));
  }
  if (from.kind === 'pointer' && !isAddress(from)) {
    const own = blockOfType(from.target);
    const wanted = blockOfType(to.target);
    if (own && wanted && extendsBlock(own, wanted)) return rvalue(f, operand, span);
  }
  return undefined;
}

const signedSource = (type: ElementaryType): boolean => type.group === 'signed' || type.group === 'duration';

/** Converts a value between types that convert by themselves. */
export function convertValue(f: FunctionBuilder, value: IrExpr, from: Type, to: Type, span: SourceSpan): IrExpr {
  if (to.kind === 'subrange') return checkSubrange(f, convertValue(f, value, from, to.base, span), from, to, span);
  const a = underlying(from);
  const b = underlying(to);
  if (b.kind === 'string') {
    if (a.kind === 'string') return value;
    return characterAsString(f, value, b.wide);
  }
  if (a.kind !== 'elementary' || b.kind !== 'elementary') {
    // Addresses and the integers that hold them.
    if (b.kind === 'elementary' && b.num === 'i64') return unary('i64.extend_i32_u', value);
    if (a.kind === 'elementary' && a.num === 'i64') return unary('i32.wrap_i64', value);
    return value;
  }
  return convertElementary(f, value, a, b, span);
}

/** Between integers and bit strings: sign or zero extension, or the low bits. */
export function convertInteger(value: IrExpr, from: ElementaryType, to: ElementaryType): IrExpr {
  if (from.num === 'i64') return to.num === 'i64' ? value : wrapInteger(to, unary('i32.wrap_i64', value));
  if (to.num === 'i64') return unary(signedSource(from) ? 'i64.extend_i32_s' : 'i64.extend_i32_u', value);
  const fits =
    to.size > from.size
      ? to.group === 'signed' || !signedSource(from) || to.size === 4
      : to.size === from.size && signedSource(from) === (to.group === 'signed');
  return fits ? value : wrapInteger(to, value);
}

function convertElementary(
  f: FunctionBuilder,
  value: IrExpr,
  from: ElementaryType,
  to: ElementaryType,
  span: SourceSpan,
): IrExpr {
  if (from === to) return value;
  const integral = (t: ElementaryType): boolean => isInteger(t) || isBits(t) || t === e.BOOL;
  if (integral(from) && integral(to)) return convertInteger(value, from, to);
  if (from.group === to.group && from.num === 'i64' && to.num === 'i64') return value;
  if (from === e.REAL && to === e.LREAL) return unary('f64.promote_f32', value);
  if (integral(from) && isReal(to)) {
    const code: UnaryOp = `${to.num as 'f32' | 'f64'}.convert_${from.num as 'i32' | 'i64'}_${signedSource(from) ? 's' : 'u'}`;
    return unary(code, value);
  }
  return standardConversion(f, value, from, to, span);
}

/** Fault R4010 where a value leaves its subrange; only the `iec` profile checks at run time, others leave it to CheckRange functions. IEC 61131-3:2013, 6.4.4.4. */
function checkSubrange(f: FunctionBuilder, value: IrExpr, from: Type, to: SubrangeType, span: SourceSpan): IrExpr {
  if (f.trusted || (from.kind === 'subrange' && from.low >= to.low && from.high <= to.high)) return value;
  if (f.c.profile.name !== 'iec') return guardRange(f, value, to, span);
  return f.sequence(() => {
    const once = f.once(value, 'subrange');
    const { num } = to.base;
    const constant = (n: bigint): IrExpr => (num === 'i64' ? i64(n) : i32(Number(BigInt.asIntN(32, n))));
    const sign = to.base.group === 'signed' ? 's' : 'u';
    const below = binary(`${num as 'i32' | 'i64'}.lt_${sign}`, once, constant(to.low));
    const above = binary(`${num as 'i32' | 'i64'}.gt_${sign}`, once, constant(to.high));
    f.emit(iff(binary('i32.or', below, above), [{ op: 'fault', code: 'R4010', faultSite: f.site(span) }]));
    return once;
  });
}

function characterAsString(f: FunctionBuilder, value: IrExpr, wide: boolean): IrExpr {
  return f.sequence(() => {
    const address = f.scratch(4);
    const once = f.once(value, 'character');
    f.emit({ op: 'store', mem: wide ? 'u16' : 'u8', address, offset: 0, value: once });
    f.emit({ op: 'store', mem: wide ? 'u16' : 'u8', address, offset: wide ? 2 : 1, value: i32(0) });
    return address;
  });
}
