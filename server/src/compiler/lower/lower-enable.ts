import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Argument, Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { i32, zero } from '../ir/make.js';
import { assignOperand } from './lower-assign.js';
import { coerce, operandType, rvalue, settle } from './lower-convert.js';
import { isValueOperand, lowerExpression } from './lower-expression.js';
import { scalarOf } from './lower-place.js';
import type { Operand } from './operand.js';

/** EN and ENO of a call, as far as what is called does not declare them itself. IEC 61131-3:2013, 6.6.1.6. */
export interface Enable {
  readonly en?: Argument;
  readonly eno?: Argument;
  /** What takes an ENO of its own: FALSE where EN keeps the call from running. */
  readonly ownEno?: Argument;
}

export function splitEnable(
  args: readonly Argument[],
  declared: readonly string[],
): { readonly args: readonly Argument[]; readonly enable: Enable } {
  let en: Argument | undefined;
  let eno: Argument | undefined;
  let ownEno: Argument | undefined;
  const rest: Argument[] = [];
  const own = (name: string): boolean => declared.some((one) => foldName(one) === name);
  for (const arg of args) {
    const key = arg.name === undefined ? '' : foldName(arg.name);
    if (key === 'EN' && arg.direction === 'in' && !own('EN')) en = arg;
    else if (key === 'ENO' && !own('ENO')) eno = arg;
    else {
      rest.push(arg);
      if (key === 'ENO' && arg.direction === 'out') ownEno = arg;
    }
  }
  return { args: rest, enable: { ...(en && { en }), ...(eno && { eno }), ...(ownEno && { ownEno }) } };
}

/** Runs a call only where EN is TRUE and tells ENO so. Without a call the result is the default of its type. */
export function withEnable(f: FunctionBuilder, enable: Enable, span: SourceSpan, call: () => Operand): Operand {
  if (!enable.en?.value && !enable.eno?.value) return call();
  let outcome: Operand = { kind: 'void' };
  const ir = f.sequence(() => {
    const en = enable.en?.value
      ? f.once(coerce(f, lowerExpression(f, enable.en.value, e.BOOL), e.BOOL, enable.en.span, 'EN'), 'en')
      : i32(1);
    let value: ReturnType<typeof zero> = i32(0);
    const store = { local: undefined as ReturnType<FunctionBuilder['local']> | undefined };
    const body = f.capture(() => {
      const result = settle(f, call());
      outcome = result;
      if (!isValueOperand(result)) return;
      const type = operandType(result);
      const computed = rvalue(f, result, span);
      if (type.kind === 'void') {
        f.emit({ op: 'drop', value: computed });
        return;
      }
      store.local = f.local(computed.type, 'enabled');
      f.emit({ op: 'setLocal', local: store.local, value: computed });
    });
    const skipped = enable.ownEno?.value;
    const without = skipped ? f.capture(() => assignBool(f, skipped, i32(0))) : [];
    const type = operandType(outcome);
    const { local } = store;
    if (local) {
      const otherwise = scalarOf(type)
        ? zero(local.type)
        : type.kind === 'string'
          ? i32(f.c.pool.string('', type.wide))
          : i32(f.c.pool.bytes(new Uint8Array(sizeOfMemory(outcome))));
      f.emit({ op: 'if', test: en, then: body, otherwise: [...without, { op: 'setLocal', local, value: otherwise }] });
      value = { op: 'local', type: local.type, local };
    } else f.emit({ op: 'if', test: en, then: body, otherwise: without });
    if (enable.eno?.value) assignBool(f, enable.eno.value, en);
    return value;
  });
  const result = outcome as Operand;
  if (result.kind === 'error') return result;
  const type = operandType(result);
  if (!isValueOperand(result) || type.kind === 'void') return { kind: 'value', type: { kind: 'void' }, ir };
  return scalarOf(type) ? { kind: 'value', type, ir } : { kind: 'memory', type, address: ir };
}

function assignBool(f: FunctionBuilder, target: Expression, ir: IrExpr): void {
  assignOperand(f, lowerExpression(f, target), { kind: 'value', type: e.BOOL, ir }, target.span);
}

const sizeOfMemory = (operand: Operand): number => {
  const type = operandType(operand);
  return type.kind === 'array' || type.kind === 'struct' || type.kind === 'instance' ? type.size : 8;
};
