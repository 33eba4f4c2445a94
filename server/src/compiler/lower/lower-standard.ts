import type { SourceSpan } from '../../model/source-span.js';
import { foldName } from '../../model/identifier.js';
import { wrapConstant } from './literal-value.js';
import { nearestName } from '../../model/nearest-name.js';
import { typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import { elementaryTypes as e, stringType, underlying, type ElementaryType, type Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { ArgumentInfo, LowerContext, Overload, StandardFunction } from '../stdlib/standard-function.js';
import { findStandardFunction } from '../stdlib/standard-functions.js';
import type { Argument, CallExpression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, cond, i32, i64 } from '../ir/make.js';
import {
  coerce,
  constantOf,
  convertValue,
  operandType,
  reportNoValue,
  rvalue,
  typedConstant,
  wideOf,
} from './lower-convert.js';
import { isValueOperand, lowerExpression } from './lower-expression.js';
import { addressOf, scalarOf, stablePlace, storePlace } from './lower-place.js';
import { assignOperand, checkWritable } from './lower-assign.js';
import { splitEnable, withEnable } from './lower-enable.js';
import { isReal } from '../check/conversion.js';
import { preludeCallee } from './prelude-callee.js';
import { reportZeroDivisor } from './operator-operands.js';
import { errorOperand, type Operand } from './operand.js';

/** What a standard function's lowering may ask for. */
function contextOf(f: FunctionBuilder, span: SourceSpan): LowerContext {
  return {
    profile: f.c.profile,
    local: (type, hint) => f.local(type, hint),
    scratch: (size) => f.scratch(size),
    stringConstant: (text, wide) => i32(f.c.pool.string(text, wide)),
    emit: (statement) => f.emit(statement),
    callPrelude: (name, args, result) => ({ op: 'call', type: result, callee: preludeCallee(f, name), args }),
    get site() {
      return f.site(span);
    },
  };
}

interface Given {
  readonly operand: Operand;
  readonly span: SourceSpan;
  readonly name?: string;
}

function infoOf(given: Given): ArgumentInfo {
  const constant = constantOf(given.operand);
  return {
    type: operandType(given.operand),
    span: given.span,
    ...(given.name !== undefined && { name: given.name }),
    ...(constant !== undefined && { constant }),
  };
}

/** `NAME(...)` of a standard function. */
export function lowerStandardCall(
  f: FunctionBuilder,
  name: string,
  node: CallExpression,
  expected: Type | undefined,
): Operand {
  const fn = findStandardFunction(name);
  if (!fn) {
    f.c.problems.report('E2001', node.callee.span, `There is no function '${name}'.`);
    return errorOperand;
  }
  const { args, enable } = splitEnable(node.args, fn.formals);
  return withEnable(f, enable, node.span, () => callFunction(f, fn, args, node, expected));
}

function callFunction(
  f: FunctionBuilder,
  fn: StandardFunction,
  args: readonly Argument[],
  node: CallExpression,
  expected: Type | undefined,
): Operand {
  const ordered = orderArguments(f, fn, args);
  if (!ordered) {
    for (const arg of args) if (arg.value) lowerExpression(f, arg.value);
    return errorOperand;
  }
  const given: Given[] = [];
  for (const [i, arg] of ordered.entries()) {
    const inner = arg.value!.kind === 'call' && fn.alikeFrom !== undefined && i >= fn.alikeFrom ? expected : undefined;
    const operand = lowerExpression(f, arg.value!, enumHint(given) ?? inner);
    if (operand.kind !== 'error' && !isValueOperand(operand)) {
      reportNoValue(f, operand, arg.value!.span);
      given.push({ operand: errorOperand, span: arg.value!.span });
      continue;
    }
    given.push({ operand, span: arg.value!.span, ...(arg.name !== undefined && { name: arg.name }) });
  }
  const text = given.length === 1 ? enumText(f, fn, given[0]!, node.span) : undefined;
  if (text) return text;
  const whole = given.length === 1 ? wideConversion(f, fn, given[0]!, node.span) : undefined;
  if (whole) return whole;
  if (given.some((one) => one.operand.kind === 'error')) return errorOperand;
  const divisor = fn.name === 'DIV' || fn.name === 'MOD' ? given[1] : undefined;
  if (divisor && constantOf(divisor.operand) === 0n && !isReal(underlying(operandType(given[0]!.operand)))) {
    reportZeroDivisor(f, divisor.span);
    return errorOperand;
  }
  const found = fn.resolve(given.map(infoOf), f.c.profile, expected);
  if ('problem' in found) {
    f.c.problems.report('E4016', node.span, found.problem);
    return errorOperand;
  }
  return applyOverload(f, found, given, node.span, fn.name);
}

/** TO_STRING of an enumeration with the attribute to_string: the name of its value, nothing where it has none. */
function enumText(f: FunctionBuilder, fn: StandardFunction, given: Given, span: SourceSpan): Operand | undefined {
  const type = operandType(given.operand);
  if (fn.name !== 'TO_STRING' || type.kind !== 'enum' || !type.toText) return undefined;
  const num = type.base.num as 'i32' | 'i64';
  const address = f.sequence(() => {
    const value = f.once(rvalue(f, given.operand, span), 'value');
    let found: IrExpr = i32(f.c.pool.string('', false));
    for (const one of type.values.values()) {
      const known = num === 'i64' ? i64(one.value) : i32(Number(one.value));
      found = cond(binary(`${num}.eq`, value, known), i32(f.c.pool.string(one.name, false)), found);
    }
    return found;
  });
  return { kind: 'memory', type: stringType(false, f.c.profile.defaultStringLength), address };
}

/** INT_TO_REAL(i * 2) where temporaries have 32 bits: the conversion of a DINT. */
function wideConversion(f: FunctionBuilder, fn: StandardFunction, given: Given, span: SourceSpan): Operand | undefined {
  const ir = wideOf(given.operand);
  const target = ir && /^(?:[A-Z]+_)?TO_(REAL|LREAL|DINT|UDINT|DWORD|LINT|ULINT|LWORD)$/.exec(fn.name)?.[1];
  if (!ir || target === undefined) return undefined;
  const type = e[target as 'REAL'];
  return { kind: 'value', type, ir: convertValue(f, ir, e.DINT, type, span) };
}

/** Names of an enumeration may stand next to a value of it: `SEL(g, color, RED)`. */
function enumHint(given: readonly Given[]): Type | undefined {
  return given.map((one) => operandType(one.operand)).find((type) => type.kind === 'enum');
}

/** Arguments in the order of the formal parameters; undefined after a reported problem. */
function orderArguments(f: FunctionBuilder, fn: StandardFunction, args: readonly Argument[]): Argument[] | undefined {
  const slots = new Map<number, Argument>();
  let next = 0;
  for (const arg of args) {
    let index = next;
    if (arg.name !== undefined) {
      const found = formalIndex(fn, foldName(arg.name));
      if (found === undefined) {
        const near = nearestName(arg.name, fn.formals);
        f.c.problems.report(
          'E4002',
          arg.span,
          `${fn.name} has no parameter '${arg.name}'${near ? `; did you mean '${near}'?` : `; its parameters are ${fn.formals.join(', ')}.`}`,
        );
        return undefined;
      }
      index = found;
    } else next += 1;
    if (slots.has(index)) {
      f.c.problems.report(
        'E4005',
        arg.span,
        `The parameter '${arg.name ?? fn.formals[index] ?? ''}' of ${fn.name} is given twice.`,
      );
      return undefined;
    }
    if (!arg.value) continue;
    slots.set(index, arg);
  }
  const indices = [...slots.keys()].sort((a, b) => a - b);
  const gap = indices.findIndex((index, i) => index !== i);
  if (gap >= 0) {
    f.c.problems.report(
      'E4004',
      args[0]!.span,
      `${fn.name} needs a value for its parameter '${fn.formals[gap] ?? `IN${gap + 1}`}'.`,
    );
    return undefined;
  }
  return indices.map((index) => slots.get(index)!);
}

function formalIndex(fn: StandardFunction, key: string): number | undefined {
  const name = fn.aliases?.[key] ?? key;
  const direct = fn.formals.findIndex((formal) => foldName(formal) === name);
  if (direct >= 0) return direct;
  const last = fn.formals.at(-1);
  const numbered = /^([A-Z_]+)(\d+)$/;
  const a = last === undefined ? null : numbered.exec(foldName(last));
  const b = numbered.exec(name);
  if (fn.extensible !== true || !a || !b || a[1] !== b[1]) return undefined;
  const distance = Number(b[2]) - Number(a[2]);
  return distance > 0 && distance < 1000 ? fn.formals.length - 1 + distance : undefined;
}

/** Converts the arguments and calls the overload; constant calls fold. */
function applyOverload(
  f: FunctionBuilder,
  overload: Overload,
  given: readonly Given[],
  span: SourceSpan,
  name: string,
): Operand {
  if (overload.result.kind === 'error') return errorOperand;
  const constants = given.map((one) => constantOf(one.operand));
  if (overload.fold && constants.every((value) => value !== undefined)) {
    const values = constants.map((value, i) => foldArgument(value, overload.params[i]!));
    const folded = overload.fold(values);
    if (folded !== undefined && isFoldable(overload.result)) {
      // Arguments are still checked.
      for (const [i, one] of given.entries())
        coerce(f, one.operand, overload.params[i]!, one.span, `Argument ${i + 1} of ${name}`);
      return typedConstant(f, overload.result, folded);
    }
  }
  const after: (() => void)[] = [];
  const ir = f.sequence(() => {
    const values = given.map((one, i) => passArgument(f, overload, i, one, name, after));
    const value = overload.lower(values, contextOf(f, span));
    if (after.length === 0) return value;
    if (overload.result.kind === 'void') {
      f.emit({ op: 'drop', value });
      for (const one of after) one();
      return i32(0);
    }
    const once = f.once(value, 'result');
    for (const one of after) one();
    return once;
  });
  return resultOperand(overload.result, ir);
}

const isFoldable = (type: Type): boolean => scalarOf(type) !== undefined || type.kind === 'string';

function foldArgument(value: ReturnType<typeof constantOf>, to: Type): NonNullable<ReturnType<typeof constantOf>> {
  const target = underlying(to);
  const real = target.kind === 'elementary' && target.group === 'real';
  if (real && typeof value === 'bigint') return Number(value);
  if (target === e.BOOL && typeof value === 'bigint') return value !== 0n;
  if (target.kind === 'elementary' && !real && target !== e.BOOL && typeof value === 'boolean') return value ? 1n : 0n;
  const whole = target.kind === 'elementary' && ['signed', 'unsigned', 'bits'].includes(target.group);
  return whole && typeof value === 'bigint' ? wrapConstant(target, value) : value!;
}

export function resultOperand(type: Type, ir: IrExpr): Operand {
  if (type.kind === 'void') return { kind: 'value', type: { kind: 'void' }, ir };
  return scalarOf(type) ? { kind: 'value', type, ir } : { kind: 'memory', type, address: ir };
}

function passArgument(
  f: FunctionBuilder,
  overload: Overload,
  index: number,
  given: Given,
  name: string,
  after: (() => void)[],
): IrExpr {
  const type = overload.params[index]!;
  const passing = overload.passing?.[index] ?? 'value';
  const what = `Argument ${index + 1} of ${name}`;
  if (passing === 'value') return coerce(f, given.operand, type, given.span, what);
  return passByAddress(f, given.operand, type, passing === 'reference', given.span, what, after);
}

/** Address of a variable for a parameter that is written; bits, locals and other types go through a temporary. */
export function passByAddress(
  f: FunctionBuilder,
  operand: Operand,
  type: Type,
  readsFirst: boolean,
  span: SourceSpan,
  what: string,
  after: (() => void)[],
): IrExpr {
  if (operand.kind === 'error') return i32(0);
  if (operand.kind !== 'place') {
    f.c.problems.report('E4006', span, `${what} needs a variable that can be written; this is a value.`);
    return i32(0);
  }
  if (!checkWritable(f, operand, span)) return i32(0);
  const own = operand.type;
  const direct =
    own === type ||
    (own.kind === 'string' && type.kind === 'string' && own.wide === type.wide) ||
    !scalarOf(type) ||
    type.kind === 'error';
  if (direct) {
    const address = addressOf(f, operand.place, sizeOf(own));
    if (address) return address;
  }
  const local = operand.place.form === 'local' ? operand.place.local : undefined;
  // A local that one call gets twice by reference is one variable there too.
  const shared = local && f.sharedTemporaries.get(local);
  if (shared?.call === after) return { op: 'frame', type: 'i32', offset: shared.offset };
  const offset = f.frameBytes(8);
  if (local) f.sharedTemporaries.set(local, { call: after, offset });
  const temporary: Operand = {
    kind: 'place',
    type,
    place: { form: 'address', address: { op: 'frame', type: 'i32', offset }, offset: 0 },
  };
  // Where it goes back to is decided before the call.
  const { place } = operand;
  const kept: Operand = place.form === 'part' ? { ...operand, place: stablePlace(f, place) } : operand;
  if (readsFirst && scalarOf(type)) storePlace(f, temporary.place, type, coerce(f, kept, type, span, what));
  after.push(() => assignOperand(f, kept, temporary, span));
  return { op: 'frame', type: 'i32', offset };
}

/** An operator as the standard function of the same meaning, for strings, times and mixed operands. */
export function lowerStandardOperator(
  f: FunctionBuilder,
  name: string,
  operands: readonly Operand[],
  spans: readonly SourceSpan[],
  span: SourceSpan,
  onProblem: () => Operand,
  expected?: Type,
): Operand {
  const fn = findStandardFunction(name);
  const given = operands.map((operand, i): Given => ({ operand, span: spans[i]! }));
  const found = fn?.resolve(given.map(infoOf), f.c.profile, expected);
  if (!found || 'problem' in found) return onProblem();
  return applyOverload(f, found, given, span, name);
}

/** A conversion that the language does on its own and that is more than widening, by the library's function for it. */
export function standardConversion(
  f: FunctionBuilder,
  value: IrExpr,
  from: ElementaryType,
  to: ElementaryType,
  span: SourceSpan,
): IrExpr {
  const fn = findStandardFunction(`${from.name}_TO_${to.name}`);
  const found = fn?.resolve([{ type: from, span }], f.c.profile);
  if (!found || 'problem' in found) {
    f.c.problems.report(
      'E3001',
      span,
      `${typeName(from)} can't become ${typeName(to)}; convert in two steps, or use another type.`,
    );
    return scalarOf(to)!.num === value.type ? value : i32(0);
  }
  return f.sequence(() => found.lower([value], contextOf(f, span)));
}
