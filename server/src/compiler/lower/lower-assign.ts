import type { SourceSpan } from '../../model/source-span.js';
import { fitsInterface } from '../check/conversion.js';
import { extendsBlock, implementsInterface } from '../check/lookup.js';
import type { BlockSymbol } from '../check/symbols.js';
import { sameType, typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import { elementaryTypes as e, underlying, type Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Assignment, Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, cond, copy, i32, iff, load } from '../ir/make.js';
import { coerce, constantOf, operandType, reportNoValue, rvalue, type Named } from './lower-convert.js';
import { isValueOperand, lowerExpression, lowerRaw } from './lower-expression.js';
import { assignInitializer } from './lower-initializer.js';
import { addressOf, scalarOf, storePlace } from './lower-place.js';
import { addressOfOperand } from './lower-pointer.js';
import { writeProperty } from './lower-property.js';
import type { Operand } from './operand.js';
import { blockOfType, interfaceOfType, namedSymbolOf } from './type-symbol.js';

/** E4006, E4007: whether an operand can be assigned; says why where it can't. */
export function checkWritable(
  f: FunctionBuilder,
  target: Operand,
  span: SourceSpan,
): target is Operand & { kind: 'place' } {
  if (target.kind === 'error') return false;
  if (target.kind !== 'place') {
    if (target.kind === 'value' || target.kind === 'literal' || target.kind === 'memory') {
      f.c.problems.report(
        'E4006',
        span,
        'Only a variable can be assigned, and this is a value; name a variable on the left.',
      );
    } else if (target.kind === 'function' || target.kind === 'method') {
      const { name } = target.symbol;
      f.c.problems.report(
        'E4006',
        span,
        target.symbol === f.scope.callable
          ? `'${name}' has no result that could be assigned; write its type behind the name, ${name} : INT.`
          : `'${name}' is a ${target.kind}; its name can be assigned only within its own body.`,
      );
    } else reportNoValue(f, target, span);
    return false;
  }
  if (target.readOnly !== undefined && !f.initializing) {
    const advice = target.readOnly.endsWith('is a CONSTANT')
      ? '; remove CONSTANT from its declaration, or assign another variable'
      : '';
    f.c.problems.report('E4007', span, `This can't be assigned: ${target.readOnly}${advice}.`);
    return false;
  }
  return true;
}

/** Converts a value to the target's type and stores it. */
export function assignOperand(
  f: FunctionBuilder,
  target: Operand,
  source: Operand,
  span: SourceSpan,
  what: Named = 'The variable',
): void {
  if (source.kind !== 'error' && !isValueOperand(source)) {
    reportNoValue(f, source, span);
    return;
  }
  if (!checkWritable(f, target, span)) return;
  const { place } = target;
  const type = typeOfDirect(target, operandType(source)) ?? target.type;
  if (place.form === 'property') {
    writeProperty(f, place, type, source, span);
    return;
  }
  if (scalarOf(type)) {
    storePlace(f, place, type, coerce(f, source, type, span, what));
    return;
  }
  const from = coerce(f, source, type, span, what);
  if (source.kind === 'error') return;
  const to = addressOf(f, place, sizeOf(type));
  if (!to) return;
  if (type.kind === 'string') copyString(f, to, type, from, constantOf(source));
  else copyAggregate(f, to, from, type);
}

/** Copies all bytes; but an instance keeps its header word, which says what it is: the other one may be of a derived type. */
function copyAggregate(f: FunctionBuilder, to: IrExpr, from: IrExpr, type: Type): void {
  const header = blockOfType(type)?.header === true ? 4 : 0;
  const at = (address: IrExpr): IrExpr => (header === 0 ? address : binary('i32.add', address, i32(header)));
  if (sizeOf(type) > header) f.emit(copy(at(to), at(from), sizeOf(type) - header));
}

/** `%QW4 := speed`: a directly represented variable takes the type of what meets it, where the sizes agree. */
export function typeOfDirect(operand: Operand, other: Type): Type | undefined {
  if (operand.kind !== 'place' || operand.direct !== true || operand.type === e.BOOL) return undefined;
  const type = underlying(other);
  return type.kind === 'elementary' && type !== e.BOOL && type.size === sizeOf(operand.type) ? type : undefined;
}

/** Copies text with its NUL, cut to the target's capacity. */
export function copyString(
  f: FunctionBuilder,
  to: IrExpr,
  type: Type & { kind: 'string' },
  from: IrExpr,
  text?: unknown,
): void {
  const unit = type.wide ? 2 : 1;
  if (typeof text === 'string' && from.op === 'const') {
    f.emit(copy(to, from, (Math.min(text.length, type.capacity) + 1) * unit));
    return;
  }
  f.emit({
    op: 'call',
    callee: f.c.needRuntime(type.wide ? '$copy16' : '$copy8'),
    args: [to, from, i32(type.capacity)],
  });
}

export function lowerAssignment(f: FunctionBuilder, node: Assignment): void {
  switch (node.op) {
    case ':=':
      lowerPlainAssignment(f, node);
      return;
    case 'REF=':
      lowerReferenceAssignment(f, node);
      return;
    case '?=':
      lowerAttempt(f, node);
      return;
    case 'S=':
    case 'R=': {
      const target = lowerExpression(f, node.target);
      const test = coerce(
        f,
        lowerExpression(f, node.value, e.BOOL),
        e.BOOL,
        node.value.span,
        `The value of ${node.op}`,
      );
      const body = f.capture(() =>
        assignOperand(
          f,
          target,
          { kind: 'literal', type: { kind: 'literal', form: 'bool' }, value: node.op === 'S=' },
          node.span,
        ),
      );
      f.emit(iff(test, body));
    }
  }
}

function lowerPlainAssignment(f: FunctionBuilder, node: Assignment): void {
  f.written = node.target;
  const target = lowerExpression(f, node.target);
  if (node.value.kind === 'arrayInit' || node.value.kind === 'structInit' || node.value.kind === 'defaultInit') {
    if (checkWritable(f, target, node.target.span))
      assignInitializer(f, target.place, target.type, node.value, f.scope);
    return;
  }
  const source = lowerExpression(f, node.value, operandType(target));
  if (target.kind === 'error') return;
  if (target.kind !== 'place' || target.readOnly !== undefined) {
    checkWritable(f, target, node.target.span);
    return;
  }
  assignOperand(f, target, source, node.value.span, () => `'${describeTarget(node)}'`);
}

function describeTarget(node: Assignment): string {
  const { span } = node.target;
  const text = span.source.text.slice(span.start, span.end).replace(/\s+/g, ' ');
  return text.length > 0 && text.length <= 40 ? text : 'the variable';
}

function lowerReferenceAssignment(f: FunctionBuilder, node: Assignment): void {
  const target = lowerRaw(f, node.target);
  if (target.kind === 'error') {
    lowerRaw(f, node.value);
    return;
  }
  const { type } = target.kind === 'place' ? target : { type: undefined };
  if (type?.kind === 'pointer' && type.form !== 'pointer') {
    const reference = lowerReference(f, node.value, type);
    if (reference && checkWritable(f, target, node.target.span)) storePlace(f, target.place, type, reference);
    return;
  }
  if (checkWritable(f, target, node.target.span))
    f.c.problems.report(
      'E3009',
      node.target.span,
      `REF= binds a REFERENCE TO variable; this is ${typeName(target.type)}.`,
    );
}

/** What a variable of a REFERENCE TO type is bound to by `REF=`, or as a parameter. Undefined after a reported problem. */
export function lowerReference(
  f: FunctionBuilder,
  node: Expression,
  type: Type & { kind: 'pointer' },
): IrExpr | undefined {
  const value = lowerRaw(f, node);
  if (value.kind === 'error') return undefined;
  const from = operandType(value);
  if (from.kind === 'null' || (value.kind === 'literal' && value.value === 0n)) return i32(0);
  const isReference = from.kind === 'pointer' && (from.form === 'reference' || sameType(from.target, type.target));
  if (!referenceFits(isReference ? from.target : from, type.target)) {
    f.c.problems.report(
      'E3001',
      node.span,
      `The reference is to ${typeName(type.target)}, not to ${typeName(isReference ? from.target : from)}.`,
    );
    return undefined;
  }
  if (isReference) return rvalue(f, value, node.span);
  if (value.kind === 'place' && !checkWritable(f, value, node.span)) return undefined;
  return addressOfOperand(f, value, node.span, 'A REFERENCE TO');
}

function referenceFits(from: Type, to: Type): boolean {
  if (sameType(from, to)) return true;
  const a = blockOfType(from);
  const b = blockOfType(to);
  return a !== undefined && b !== undefined && extendsBlock(a, b);
}

/** `?=`: the reference where the object is of the wanted kind, else NULL. IEC 61131-3:2013, 6.6.6.7. */
function lowerAttempt(f: FunctionBuilder, node: Assignment): void {
  const target = lowerRaw(f, node.target);
  const value = lowerExpression(f, node.value);
  if (target.kind === 'error' || value.kind === 'error') return;
  if (!checkWritable(f, target, node.target.span)) return;
  const { type } = target;
  const from = operandType(value);
  const refersTo = from.kind === 'pointer' ? from.target : from;
  const source = namedSymbolOf(refersTo);
  if (from.kind === 'null') {
    storePlace(f, target.place, type, i32(0));
    return;
  }
  const wanted = type.kind === 'pointer' ? blockOfType(type.target) : undefined;
  const wantedInterface = interfaceOfType(type);
  if (!source || (!wanted && !wantedInterface)) {
    if (type.kind === 'pointer' && from.kind === 'pointer' && sameType(type.target, from.target))
      assignOperand(f, target, value, node.value.span);
    else
      f.c.problems.report(
        'E3001',
        node.span,
        `?= takes references to function blocks, classes and interfaces, not ${typeName(from)} for ${typeName(type)}.`,
      );
    return;
  }
  const accepted = acceptedTypes(f, (block) =>
    wanted ? extendsBlock(block, wanted) : implementsInterface(block, wantedInterface!),
  );
  const address = f.once(
    from.kind === 'instance' ? addressOfOperand(f, value, node.value.span, '?=') : rvalue(f, value, node.value.span),
    'attempt',
  );
  const statically =
    source.kind === 'block' && (wanted ? extendsBlock(source, wanted) : fitsInterface(source, wantedInterface!));
  if (statically) {
    storePlace(f, target.place, type, address);
    return;
  }
  const id = f.once(cond(address, load('i32', 'i32', address), i32(0)), 'type');
  const test = accepted
    .map((block) => binary('i32.eq', id, i32(block.typeId)))
    .reduce<IrExpr>((a, b) => binary('i32.or', a, b), i32(0));
  storePlace(f, target.place, type, cond(test, address, i32(0)));
}

function acceptedTypes(f: FunctionBuilder, test: (block: BlockSymbol) => boolean): BlockSymbol[] {
  return [...f.c.table.types.values()].filter(
    (symbol): symbol is BlockSymbol => symbol.kind === 'block' && symbol.header && test(symbol),
  );
}
