import { layoutBlock } from '../check/block-layout.js';
import { foldName } from '../../model/identifier.js';
import type { BlockSymbol, CallableSymbol, Scope } from '../check/symbols.js';
import { sizeOf } from '../check/type-size.js';
import type { Initial, Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Argument, Expression } from '../syntax/ast.js';
import { findMethod } from '../check/lookup.js';
import { lowerFunctionCall } from './lower-call-function.js';
import type { FunctionBuilder } from './function-builder.js';
import { constructorFlags, constructorInputs } from './constructor-inputs.js';
import { walkArguments, walkInitial, walkMembers, type Initialised, type InitialVisitor } from './initial-walk.js';
import { binary, copy, i32, iff } from '../ir/make.js';
import { assignOperand, lowerReference } from './lower-assign.js';
import { lowerExpression } from './lower-expression.js';
import { addressOf, bitPlace, instancePlace, memberPlace, storePlace } from './lower-place.js';
import type { Operand, Place, Receiver } from './operand.js';

/** `count` times the body, with an i32 that counts from `from`. */
export function emitCounted(f: FunctionBuilder, from: number, count: number, body: (index: IrExpr) => void): void {
  const index = f.local('i32', 'index');
  const value: IrExpr = { op: 'local', type: 'i32', local: index };
  const label = f.label('each');
  f.emit({ op: 'setLocal', local: index, value: i32(from) });
  const inner = f.capture(() => {
    body(value);
    f.emit({ op: 'setLocal', local: index, value: binary('i32.add', value, i32(1)) });
    f.emit(iff(binary('i32.lt_s', value, i32(from + count)), [{ op: 'br', label }]));
  });
  f.emit({ op: 'loop', label, body: inner });
}

/** The place of a part at an offset, for scalars and aggregates alike. */
function partPlace(f: FunctionBuilder, place: Place, offset: number, bit?: number): Place {
  if (bit !== undefined) return bitPlace(memberPlace(f, place, offset, 'initial'), bit);
  return offset === 0 && place.form === 'local' ? place : memberPlace(f, place, offset, 'initial');
}

/** Assigns a list of values, `[1, 2, 3]` or `(a := 1)`, to an array, structure or instance: only what the list names. */
export function assignInitializer(
  f: FunctionBuilder,
  place: Place,
  type: Type,
  expression: Expression,
  scope: Scope,
): void {
  const visitor: InitialVisitor = {
    explicitOnly: true,
    leaf(offset, leafType, node, _scope, bit) {
      assignLeaf(f, partPlace(f, place, offset, bit), leafType, node, scope);
    },
    value: () => undefined,
    block: () => 'skip',
    indirect: () => undefined,
    replicate(offset, size, count) {
      replicateAt(f, place, offset, size, count);
    },
  };
  walkInitial(f.c, type, { expression, scope }, 0, visitor);
}

/** Assigns one initial value, written in `scope`, to its place. */
export function assignLeaf(f: FunctionBuilder, place: Place, type: Type, node: Expression, scope: Scope): void {
  const outer = f.scope;
  f.scope = scope;
  if (type.kind === 'pointer' && type.form === 'reference') {
    const reference = lowerReference(f, node, type);
    if (reference) storePlace(f, place, type, reference);
  } else {
    const target: Operand = { kind: 'place', type, place };
    assignOperand(f, target, lowerExpression(f, node, type), node.span, 'The initial value');
  }
  f.scope = outer;
}

function replicateAt(f: FunctionBuilder, place: Place, offset: number, size: number, count: number): void {
  const start = addressOf(f, memberPlace(f, place, offset, 'initial'), size * count);
  if (!start) return;
  emitCounted(f, 1, count - 1, (index) =>
    f.emit(copy(binary('i32.add', start, binary('i32.mul', index, i32(size))), start, size)),
  );
}

/**
 * Emits the initial values that are no constants; the constant part stands in memory already. Gives whether anything was
 * emitted.
 */
export function emitRuntimeInitial(
  f: FunctionBuilder,
  place: Place,
  type: Type,
  initial: Initial | undefined,
): boolean {
  const visitor = runtimeVisitor(f, place);
  walkInitial(f.c, type, initial, 0, visitor);
  return visitor.emissions > 0;
}

/** The same for a variable that is no member of an instance, with the arguments of its declaration. */
export function emitVariableInitial(f: FunctionBuilder, place: Place, variable: Initialised): boolean {
  const visitor = runtimeVisitor(f, place);
  walkInitial(f.c, variable.type, variable.initial, 0, visitor);
  walkArguments(f.c, variable, 0, visitor);
  return visitor.emissions > 0;
}

/** The same for all members of the instance whose code is being written. */
export function emitRuntimeMembers(f: FunctionBuilder, block: BlockSymbol): boolean {
  layoutBlock(f.c, block);
  const visitor = runtimeVisitor(f, instancePlace(f, 0, block.name));
  walkMembers(f.c, block, 0, visitor);
  if (constructsItself(block)) {
    callConstructor(f, instancePlace(f, 0, block.name), block, [], block.scope);
    return true;
  }
  return visitor.emissions > 0;
}

/** FB_init without parameters of its own runs for every instance; with some, for every variable: see walkArguments. */
function constructsItself(block: BlockSymbol): boolean {
  const method = findMethod(block, 'FB_INIT');
  return method !== undefined && method.form === 'method' && constructorInputs(method).length === 0;
}

/** The arguments with the names of their inputs; what FB_init has no input for is left out, rule-constructor.ts tells it. */
function namedArguments(method: CallableSymbol, args: readonly Argument[]): readonly Argument[] {
  const inputs = constructorInputs(method);
  const known = new Set(inputs.map((p) => p.key));
  return args.flatMap((arg, i) => {
    const name = arg.name ?? inputs[i]?.name;
    return name !== undefined && known.has(foldName(name)) ? [{ ...arg, name }] : [];
  });
}

/** Calls FB_init of the bases first, then the block's, as CODESYS does. */
export function callConstructor(
  f: FunctionBuilder,
  place: Place,
  block: BlockSymbol,
  args: readonly Argument[],
  scope: Scope,
): void {
  const method = block.methods.get('FB_INIT') ?? findMethod(block, 'FB_INIT');
  if (!method) return;
  const given = namedArguments(method, args);
  if (block.base && findMethod(block.base, 'FB_INIT') && block.methods.has('FB_INIT'))
    callConstructor(f, place, block.base, given, scope);
  if (method.abstract) return;
  const { span } = method;
  const flags = method.parameters
    .filter((p) => constructorFlags.has(p.key))
    .map((p): Argument => ({
      name: p.name,
      direction: 'in',
      value: { kind: 'bool', value: p.key === 'BINITRETAINS', span },
      span,
    }));
  const outer = f.scope;
  f.scope = scope;
  const receiver: Receiver = { owner: block, place, dynamic: false };
  const called = lowerFunctionCall(f, method, receiver, {
    kind: 'call',
    callee: { kind: 'name', name: method.name, span },
    args: [...flags, ...given],
    span,
  });
  if (called.kind === 'value') f.emit({ op: 'drop', value: called.ir });
  f.scope = outer;
}

function runtimeVisitor(f: FunctionBuilder, place: Place): InitialVisitor & { readonly emissions: number } {
  let emissions = 0;
  const visitor: InitialVisitor & { readonly emissions: number } = {
    get emissions() {
      return emissions;
    },
    leaf(at, leafType, expression, scope, bit) {
      if (f.c.evaluate(expression, scope, leafType, true)) return;
      emissions += 1;
      assignLeaf(f, partPlace(f, place, at, bit), leafType, expression, scope);
    },
    value: () => undefined,
    block(at, block) {
      const init = f.c.needInit(block);
      if (init !== undefined) {
        emissions += 1;
        const address = addressOf(f, partPlace(f, place, at), sizeOf(block.type));
        if (address) f.emit({ op: 'call', callee: init, args: [address] });
      }
      return 'skip';
    },
    indirect: () => undefined,
    construct(at, block, args, scope) {
      emissions += 1;
      callConstructor(f, partPlace(f, place, at), block, args, scope);
    },
    replicate(at, size, count, since, again) {
      if (emissions === since) return;
      if (!again) {
        replicateAt(f, place, at, size, count);
        return;
      }
      const start = addressOf(f, memberPlace(f, place, at, 'initial'), size * count) ?? i32(0);
      emitCounted(f, 1, count - 1, (index) => {
        const address = binary('i32.add', start, binary('i32.mul', index, i32(size)));
        again(runtimeVisitor(f, { form: 'address', address, offset: 0 }));
      });
    },
  };
  return visitor;
}
