import type { SourceSpan } from '../../model/source-span.js';
import { typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import type { IrExpr } from '../ir/ir.js';
import type { DerefExpression } from '../syntax/ast.js';
import { guardPointer } from './check-function.js';
import type { FunctionBuilder } from './function-builder.js';
import { operandType, rvalue } from './lower-convert.js';
import { lowerRaw } from './lower-expression.js';
import { addressOf } from './lower-place.js';
import { errorOperand, type Operand } from './operand.js';
import { i32 } from '../ir/make.js';

/** An address that faults where it is NULL; the standard library's own code is trusted. */
export function checkedAddress(f: FunctionBuilder, value: IrExpr, span: SourceSpan): IrExpr {
  return f.trusted ? value : { op: 'checkRef', type: 'i32', value, site: f.site(span) };
}

/** What a REFERENCE TO variable stands for: the variable it refers to. Other operands are themselves. */
export function derefReference(f: FunctionBuilder, operand: Operand, span: SourceSpan): Operand {
  if (operand.kind !== 'place' && operand.kind !== 'value') return operand;
  const { type } = operand;
  if (type.kind !== 'pointer' || type.form !== 'reference') return operand;
  const address = checkedAddress(f, rvalue(f, operand, span), span);
  return derefReference(
    f,
    { kind: 'place', type: type.target, place: { form: 'address', address, offset: 0 }, dynamic: true },
    span,
  );
}

/** `p^`; on THIS and SUPER, and on a REFERENCE TO what is no pointer, it changes nothing. */
export function lowerDeref(f: FunctionBuilder, node: DerefExpression): Operand {
  const raw = lowerRaw(f, node.object);
  const referred = operandType(raw);
  const toPointer = referred.kind === 'pointer' && referred.form === 'reference' && referred.target.kind === 'pointer';
  const object = toPointer ? derefReference(f, raw, node.object.span) : raw;
  if (object.kind === 'error') return object;
  if (object.kind === 'place' && object.self === true) return object;
  const type = operandType(object);
  if (type.kind !== 'pointer') {
    if (type.kind !== 'error')
      f.c.problems.report(
        'E3009',
        node.span,
        `^ follows a pointer or reference, and this is ${typeName(type)}; remove the ^.`,
      );
    return errorOperand;
  }
  if (type.target.kind === 'error') return errorOperand;
  if (type.target.kind === 'void') {
    f.c.problems.report('E3009', node.span, 'The address has no type; assign it to a POINTER TO variable first.');
    return errorOperand;
  }
  const value = guardPointer(f, rvalue(f, object, node.span), type.target, node);
  const address = checkedAddress(f, value, node.span);
  return derefReference(
    f,
    { kind: 'place', type: type.target, place: { form: 'address', address, offset: 0 }, dynamic: true },
    node.span,
  );
}

/** The address of a variable, for ADR, REF, REF= and parameters by address; reports what has none. */
export function addressOfOperand(f: FunctionBuilder, operand: Operand, span: SourceSpan, what: string): IrExpr {
  if (operand.kind === 'error') return i32(0);
  if (operand.kind === 'memory') return operand.address;
  if (operand.kind === 'place') {
    const address = addressOf(f, operand.place, sizeOf(operand.type));
    if (address) return address;
    if (operand.place.form === 'property') {
      f.c.problems.report('E4006', span, `${what} needs a variable; a property has no address.`);
      return i32(0);
    }
    f.c.problems.report('E4006', span, `${what} needs a whole variable; a single bit has no address.`);
    return i32(0);
  }
  f.c.problems.report('E4006', span, `${what} needs a variable; this is a value without an address.`);
  return i32(0);
}
