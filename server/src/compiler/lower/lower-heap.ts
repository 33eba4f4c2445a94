import type { SourceSpan } from '../../model/source-span.js';
import { isBits, isInteger } from '../check/conversion.js';
import { typeName } from '../check/type-name.js';
import { elementaryTypes as e, underlying, voidType } from '../check/types.js';
import type { IrExpr, IrStmt } from '../ir/ir.js';
import { binary, i32, i64, iff, unary } from '../ir/make.js';
import type { CallExpression, Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { granuleBytes, type HeapPlan } from './heap-plan.js';
import { checkWritable } from './lower-assign.js';
import { constantOf, operandType, valueAs } from './lower-convert.js';
import { hasExit } from './lower-exit.js';
import { lowerExpression, lowerRaw } from './lower-expression.js';
import { initialiseObjects, noteObjects, objectType, strideOf } from './lower-object.js';
import { loadPlace, stablePlace, storePlace } from './lower-place.js';
import { errorOperand, type Operand } from './operand.js';
import { preludeCallee } from './prelude-callee.js';
import { blockOfType } from './type-symbol.js';

/** The heap, where a body may make objects; else E9106 says why there is none. */
function heapOf(f: FunctionBuilder, name: string, span: SourceSpan): HeapPlan | undefined {
  if (f.c.profile.heapBytes === 0) {
    f.c.problems.report(
      'E9106',
      span,
      `${name} belongs to the profiles codesys and twincat, and this is '${f.c.profile.name}': declare objects as variables, or choose one of those.`,
    );
    return undefined;
  }
  if (f.c.heap && !f.initializing && !f.trusted) return f.c.heap;
  f.c.problems.report('E9106', span, `${name} stands in the statements of a body, not in an initial value.`);
  return undefined;
}

const fault = (f: FunctionBuilder, code: string, test: IrExpr, span: SourceSpan): IrStmt =>
  iff(test, [{ op: 'fault', code, faultSite: f.site(span) }]);

/**
 * `__NEW(type)`, `__NEW(type, length)`, `__NEW(block(inputs of FB_init))` of CODESYS and TwinCAT: a pointer to a new object, or to
 * the first of several in a row, with their initial values. Where memory is short it faults R4006: there is no NULL to be forgotten.
 */
export function lowerNew(f: FunctionBuilder, node: CallExpression): Operand {
  const heap = heapOf(f, '__NEW', node.callee.span);
  if (!heap) return errorOperand;
  const [first, second] = node.args.map((arg) => arg.value);
  if (!first || node.args.length > 2 || node.args.some((arg) => arg.name !== undefined || !arg.value)) {
    f.c.problems.report(
      node.args.length > 2 ? 'E4003' : 'E4004',
      node.span,
      '__NEW takes a type, and behind a comma how many of it: __NEW(INT, 10).',
    );
    return errorOperand;
  }
  const object = objectType(f, first);
  if (!object) {
    if (second) f.capture(() => void lowerExpression(f, second));
    return errorOperand;
  }
  const stride = strideOf(object);
  const length = second && lengthOf(f, second);
  if (second && !length) return errorOperand;
  noteObjects(f, object.type);
  const ir = f.sequence(() => {
    const count = length ? countOf(f, length, Math.floor((heap.granules * granuleBytes) / stride), node.span) : i32(1);
    const bytes = binary('i32.add', binary('i32.mul', count, i32(stride)), i32(granuleBytes - 1));
    const granules = length
      ? binary('i32.shr_u', bytes, i32(Math.log2(granuleBytes)))
      : i32(Math.ceil(stride / granuleBytes));
    const callee = preludeCallee(f, '__HEAP_TAKE');
    const address = f.once({ op: 'call', type: 'i32', callee, args: [i32(heap.start), granules, count] }, 'object');
    f.emit(fault(f, 'R4006', unary('i32.eqz', address), node.span));
    initialiseObjects(f, object, address, length && count);
    return address;
  });
  return { kind: 'value', type: { kind: 'pointer', form: 'pointer', target: object.type }, ir };
}

/** The number of objects as an i64; undefined after a reported problem. */
function lengthOf(f: FunctionBuilder, node: Expression): IrExpr | undefined {
  const operand = lowerExpression(f, node);
  if (operand.kind === 'error') return undefined;
  const constant = constantOf(operand);
  if (typeof constant === 'bigint' && constant >= 1n) return i64(constant);
  const type = underlying(operandType(operand));
  if (typeof constant !== 'bigint' && type.kind === 'elementary' && (isInteger(type) || isBits(type)))
    return valueAs(f, operand, e.LINT, node.span);
  const what = typeof constant === 'bigint' ? String(constant) : typeName(operandType(operand));
  f.c.problems.report(
    'E3003',
    node.span,
    `The second argument of __NEW is how many, a whole number from 1, not ${what}.`,
  );
  return undefined;
}

/** The number as an i32, after a fault R4010 where it is below 1, and R4006 where so many do not fit in the heap at all. */
function countOf(f: FunctionBuilder, length: IrExpr, most: number, span: SourceSpan): IrExpr {
  const wide = f.once(length, 'length');
  if (wide.op !== 'const') f.emit(fault(f, 'R4010', binary('i64.lt_s', wide, i64(1n)), span));
  f.emit(fault(f, 'R4006', binary('i64.gt_s', wide, i64(BigInt(most))), span));
  return f.once(unary('i32.wrap_i64', wide), 'count');
}

/**
 * `__DELETE(pointer)`: FB_exit of the objects runs, their memory is free again, the pointer is 0. A pointer that is 0 already stays
 * so; one to anything but the beginning of a living object faults R4012.
 */
export function lowerDelete(f: FunctionBuilder, node: CallExpression, argument: Expression): Operand {
  const heap = heapOf(f, '__DELETE', node.callee.span);
  if (!heap) return errorOperand;
  const operand = lowerRaw(f, argument);
  const type = operandType(operand);
  if (operand.kind === 'error' || type.kind === 'error') return errorOperand;
  const isPointer = (type.kind === 'pointer' && type.form !== 'reference') || type === e.DWORD;
  if (operand.kind !== 'place' || !isPointer || operand.place.form === 'property') {
    const what = operand.kind === 'place' && !isPointer ? typeName(type) : 'a value';
    f.c.problems.report('E3009', argument.span, `__DELETE takes a pointer variable, not ${what}.`);
    return errorOperand;
  }
  if (!checkWritable(f, operand, argument.span)) return errorOperand;
  const ir = f.sequence(() => {
    const place = stablePlace(f, operand.place);
    const address = f.once(loadPlace(f, place, type), 'object');
    const call = (name: string): IrExpr => ({
      op: 'call',
      type: 'i32',
      callee: preludeCallee(f, name),
      args: [i32(heap.start), address],
    });
    const then = f.capture(() => {
      const count = f.once(call('__HEAP_COUNT'), 'count');
      f.emit(fault(f, 'R4012', unary('i32.eqz', count), node.span));
      const block = type.kind === 'pointer' ? blockOfType(type.target) : undefined;
      const free: IrStmt = { op: 'drop', value: call('__HEAP_FREE') };
      if (block && hasExit(block)) {
        f.emit({ op: 'call', callee: f.c.needExit(block), args: [address, count] });
        // It may have ended its own object.
        f.emit(iff(call('__HEAP_COUNT'), [free]));
      } else f.emit(free);
      storePlace(f, place, type, i32(0));
    });
    f.emit(iff(address, then));
    return i32(0);
  });
  return { kind: 'value', type: voidType, ir };
}
