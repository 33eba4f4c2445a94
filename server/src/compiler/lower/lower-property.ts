import type { SourceSpan } from '../../model/source-span.js';
import type { Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { FunctionBuilder } from './function-builder.js';
import { i32 } from '../ir/make.js';
import { coerce } from './lower-convert.js';
import { callOnReceiver, emitCall } from './lower-method.js';
import { scalarOf } from './lower-place.js';
import type { Operand, Place } from './operand.js';

/** Value of a property: calls its GET accessor. */
export function readProperty(
  f: FunctionBuilder,
  place: Place & { form: 'property' },
  type: Type,
  span: SourceSpan,
): IrExpr {
  const { property, receiver } = place;
  if (!property.getter) {
    f.c.problems.report('E5012', span, `The property '${property.name}' can't be read; it has no GET.`);
    return i32(0);
  }
  if (scalarOf(type)) return f.sequence(() => callOnReceiver(f, receiver, property.getter!, [], span));
  return f.sequence(() => {
    const address = f.scratch(aggregateSize(type));
    emitCall(f, callOnReceiver(f, receiver, property.getter!, [address], span), property.getter!);
    return address;
  });
}

/** What can have members and elements: for a property, what its GET gives. */
export function readIfProperty(f: FunctionBuilder, operand: Operand, span: SourceSpan): Operand {
  if (operand.kind !== 'place' || operand.place.form !== 'property') return operand;
  const { type, place } = operand;
  const ir = readProperty(f, place, type, span);
  if (scalarOf(type)) return { kind: 'value', type, ir };
  const readOnly = `the property '${place.property.name}' gives a copy`;
  return { kind: 'place', type, place: { form: 'address', address: ir, offset: 0 }, readOnly };
}

const aggregateSize = (type: Type): number => ('size' in type ? type.size : 8);

/** Assignment to a property: calls its SET accessor. */
export function writeProperty(
  f: FunctionBuilder,
  place: Place & { form: 'property' },
  type: Type,
  source: Operand,
  span: SourceSpan,
): void {
  const { property, receiver } = place;
  if (!property.setter) {
    f.c.problems.report('E5012', span, `The property '${property.name}' can't be assigned; it has no SET.`);
    return;
  }
  const value = coerce(f, source, type, span, `'${property.name}'`);
  emitCall(f, callOnReceiver(f, receiver, property.setter, [value], span), property.setter);
}
