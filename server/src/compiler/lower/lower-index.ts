import type { SourceSpan } from '../../model/source-span.js';
import { isBits, isInteger } from '../check/conversion.js';
import { typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import { elementaryTypes as e, underlying, type ArrayType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Expression, IndexExpression } from '../syntax/ast.js';
import { guardIndex, guardPointer } from './check-function.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, cond, i32, plus, unary } from '../ir/make.js';
import { constantOf, operandType, rvalue, settle, wideOf } from './lower-convert.js';
import { lowerExpression } from './lower-expression.js';
import { addressOf, memberPlace } from './lower-place.js';
import { checkedAddress, derefReference } from './lower-pointer.js';
import { readIfProperty } from './lower-property.js';
import { errorOperand, type Operand, type Place } from './operand.js';

/** `a[i, j]`, `p[i]` on pointers, `s[i]` on strings. */
export function lowerIndex(f: FunctionBuilder, node: IndexExpression, raw = false): Operand {
  const object = readIfProperty(f, lowerExpression(f, node.object), node.object.span);
  const found = indexOperand(f, object, node);
  return raw ? found : derefReference(f, found, node.span);
}

function indexOperand(f: FunctionBuilder, object: Operand, node: IndexExpression): Operand {
  const type = operandType(object);
  switch (type.kind) {
    case 'error':
      for (const index of node.indices) lowerExpression(f, index);
      return errorOperand;
    case 'array':
      return indexArray(f, object, type, node);
    case 'pointer':
      return indexPointer(f, object, node);
    case 'string':
      return indexString(f, object, node);
    default:
      f.c.problems.report(
        'E3004',
        node.span,
        `Only arrays have indices, and this is ${typeName(type)}; remove the brackets, or declare an ARRAY.`,
      );
      return errorOperand;
  }
}

/** An index as an i32, or its constant value. */
export interface Index {
  readonly constant?: bigint;
  readonly ir: IrExpr;
}

/** Value of an index; undefined after a reported problem. */
export function lowerIndexValue(f: FunctionBuilder, node: Expression): Index | undefined {
  const operand = settle(f, lowerExpression(f, node));
  const type = underlying(operandType(operand));
  if (type.kind === 'error') return undefined;
  if (!isInteger(type) && !isBits(type)) {
    f.c.problems.report(
      'E3005',
      node.span,
      `An index is an integer, not ${typeName(operandType(operand))}; convert it, or use an integer variable.`,
    );
    return undefined;
  }
  const constant = constantOf(operand);
  const value = wideOf(operand) ?? rvalue(f, operand, node.span);
  // 64-bit indices that 32 bits can't hold are out of every range.
  const ir = type.num === 'i64' ? narrowIndex(f, value) : value;
  return typeof constant === 'bigint' ? { ir, constant } : { ir };
}

function narrowIndex(f: FunctionBuilder, value: IrExpr): IrExpr {
  return f.sequence(() => {
    const once = f.once(value, 'index');
    const low = unary('i32.wrap_i64', once);
    return cond(binary('i64.eq', unary('i64.extend_i32_s', low), once), low, i32(-2147483648));
  });
}

function indexArray(f: FunctionBuilder, object: Operand, type: ArrayType, node: IndexExpression): Operand {
  const flat = flatten(type, node.indices.length);
  if (!flat) {
    f.c.problems.report(
      'E3005',
      node.span,
      `This array has ${type.bounds.length} ${type.bounds.length === 1 ? 'dimension' : 'dimensions'}, not ${node.indices.length}; give one index for each.`,
    );
    return errorOperand;
  }
  const indices: Index[] = [];
  for (const one of node.indices) {
    const index = lowerIndexValue(f, one);
    if (index) indices.push(index);
  }
  if (indices.length < node.indices.length) return errorOperand;
  const { element } = flat;
  if (element.kind === 'error') return errorOperand;
  const size = sizeOf(element);
  const bounds = object.kind === 'place' && object.bounds ? object.bounds : undefined;
  const carry = carriedBy(object);
  const base: Place | undefined =
    object.kind === 'place'
      ? object.place
      : object.kind === 'memory'
        ? { form: 'address', address: object.address, offset: 0 }
        : undefined;
  if (!base) return errorOperand;
  let offset = 0;
  let sum: IrExpr | undefined;
  for (let i = 0; i < indices.length; i += 1) {
    const index = indices[i]!;
    const bound = flat.bounds[i]!;
    let stride = size;
    for (let inner = i + 1; inner < indices.length; inner += 1)
      stride *= flat.bounds[inner]!.high - flat.bounds[inner]!.low + 1;
    if (bounds) {
      const { low, high } = bounds[i]!;
      const distance: IrExpr = {
        op: 'checkIndexDynamic',
        type: 'i32',
        value: guardIndex(f, index.ir, low, high, node.indices[i]!.span),
        low,
        high,
        site: f.site(node.indices[i]!.span),
      };
      sum = sum
        ? binary('i32.add', binary('i32.mul', sum, binary('i32.add', binary('i32.sub', high, low), i32(1))), distance)
        : distance;
      continue;
    }
    if (index.constant !== undefined) {
      if (index.constant < BigInt(bound.low) || index.constant > BigInt(bound.high)) {
        f.c.problems.report(
          'E3006',
          node.indices[i]!.span,
          `The index ${index.constant} is outside ${bound.low}..${bound.high}; use an index within these bounds.`,
        );
        return errorOperand;
      }
      offset += Number(index.constant - BigInt(bound.low)) * stride;
      continue;
    }
    const { span } = node.indices[i]!;
    const value = guardIndex(f, index.ir, i32(bound.low), i32(bound.high), span);
    const distance = checkedDistance(f, value, bound.low, bound.high, span);
    const scaled = stride === 1 ? distance : binary('i32.mul', distance, i32(stride));
    sum = sum ? binary('i32.add', sum, scaled) : scaled;
  }
  if (bounds && sum && size !== 1) sum = binary('i32.mul', sum, i32(size));
  if (!sum) return { kind: 'place', type: element, place: memberPlace(f, base, offset, '[]'), ...carry };
  const start = addressOf(f, base, sizeOf(type));
  if (!start) return errorOperand;
  // A constant start goes into the instruction's offset.
  const place: Place =
    start.op === 'const'
      ? { form: 'address', address: sum, offset: Number(start.value) + offset }
      : { form: 'address', address: binary('i32.add', start, sum), offset };
  return { kind: 'place', type: element, place, ...carry };
}

/** What holds of a variable holds of its elements. */
function carriedBy(object: Operand): Pick<Operand & { kind: 'place' }, 'readOnly' | 'dynamic'> {
  if (object.kind !== 'place' || (object.readOnly === undefined && object.dynamic !== true)) return nothingCarried;
  return {
    ...(object.readOnly !== undefined && { readOnly: object.readOnly }),
    ...(object.dynamic === true && { dynamic: true }),
  };
}
const nothingCarried = {};

/** `a[i, j]` on an ARRAY OF ARRAY goes through both; undefined where the count does not fit. */
function flatten(
  type: ArrayType,
  count: number,
): { bounds: readonly { low: number; high: number }[]; element: ArrayType['element'] } | undefined {
  let { bounds, element } = type;
  while (bounds.length < count && element.kind === 'array' && !element.dynamic) {
    bounds = [...bounds, ...element.bounds];
    element = element.element;
  }
  return bounds.length === count ? { bounds, element } : undefined;
}

/** How far a value is above `low`, from 0; outside the bounds it is a fault, or the nearest bound, as the profile says. */
export function checkedDistance(
  f: FunctionBuilder,
  value: IrExpr,
  low: number,
  high: number,
  span: SourceSpan,
): IrExpr {
  if (f.trusted) return plus(value, -low);
  if (f.c.profile.indexFault === 'fault')
    return { op: 'checkIndex', type: 'i32', value, low, high, site: f.site(span) };
  return f.sequence(() => {
    const once = f.once(value, 'index');
    const above = cond(binary('i32.gt_s', once, i32(high)), i32(high - low), plus(once, -low));
    return cond(binary('i32.lt_s', once, i32(low)), i32(0), above);
  });
}

function indexPointer(f: FunctionBuilder, object: Operand, node: IndexExpression): Operand {
  const type = operandType(object);
  if (type.kind !== 'pointer') return errorOperand;
  if (node.indices.length !== 1 || type.target.kind === 'void') {
    f.c.problems.report('E3005', node.span, 'A pointer takes one index.');
    return errorOperand;
  }
  const index = lowerIndexValue(f, node.indices[0]!);
  if (!index || type.target.kind === 'error') return errorOperand;
  const size = sizeOf(type.target);
  const address = guardPointer(f, rvalue(f, object, node.span), type.target, node);
  const start = checkedAddress(f, address, node.span);
  const place: Place =
    index.constant === undefined
      ? {
          form: 'address',
          address: binary('i32.add', start, size === 1 ? index.ir : binary('i32.mul', index.ir, i32(size))),
          offset: 0,
        }
      : { form: 'address', address: plus(start, Number(index.constant) * size), offset: 0 };
  return { kind: 'place', type: type.target, place, dynamic: true };
}

/**
 * `s[i]`: in the standard a character, counted from 1; else bytes or 16-bit units, counted from 0, of which the terminating NUL is
 * the last.
 */
function indexString(f: FunctionBuilder, object: Operand, node: IndexExpression): Operand {
  const type = operandType(object);
  if (type.kind !== 'string') return errorOperand;
  if (node.indices.length !== 1) {
    f.c.problems.report('E3005', node.span, 'A string takes one index.');
    return errorOperand;
  }
  const index = lowerIndexValue(f, node.indices[0]!);
  if (!index) return errorOperand;
  const address =
    object.kind === 'place'
      ? addressOf(f, object.place, type.size)
      : object.kind === 'memory'
        ? object.address
        : undefined;
  if (!address) return errorOperand;
  const characters = f.c.profile.stringIndex === 'characters-from-1' && !f.trusted;
  const low = characters ? 1 : 0;
  if (index.constant !== undefined && (index.constant < BigInt(low) || index.constant > BigInt(type.capacity))) {
    f.c.problems.report(
      'E3006',
      node.indices[0]!.span,
      `The index ${index.constant} is outside ${low}..${type.capacity}; use an index within these bounds.`,
    );
    return errorOperand;
  }
  const distance = checkedDistance(f, index.ir, low, type.capacity, node.indices[0]!.span);
  const scaled = type.wide ? binary('i32.shl', distance, i32(1)) : distance;
  const readOnly = object.kind === 'place' ? object.readOnly : 'it is no variable';
  return {
    kind: 'place',
    type: characters ? (type.wide ? e.WCHAR : e.CHAR) : type.wide ? e.WORD : e.BYTE,
    place: { form: 'address', address: binary('i32.add', address, scaled), offset: 0 },
    ...(readOnly !== undefined && { readOnly }),
  };
}
