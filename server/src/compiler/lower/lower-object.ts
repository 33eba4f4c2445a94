import { symbolOf } from '../check/declare-pou.js';
import type { BlockSymbol } from '../check/symbols.js';
import { typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import type { Type } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { binary, i32, iff, localValue } from '../ir/make.js';
import type { Expression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { writeVariable } from './initial-bytes.js';
import { hasIndirect, isPlain, type Initialised } from './initial-walk.js';
import { emitVariableInitial } from './lower-initializer.js';
import { checkConstruction } from './rule-constructor.js';
import type { ProblemCode } from '../problem-table.js';
import { typeArgument, type TypeArgument } from './type-argument.js';
import { blockOfType } from './type-symbol.js';

/** What __NEW makes: a type, and what gives its initial values. */
export type ObjectType = Initialised;

/** Bytes from one object to the next. */
export const strideOf = ({ type }: ObjectType): number => Math.max(1, sizeOf(type));

/** Reads the first argument of __NEW; undefined after a reported problem. */
export function objectType(f: FunctionBuilder, node: Expression): ObjectType | undefined {
  const found = typeArgument(f, node, '__NEW');
  if (!found) return undefined;
  const { type, initial, args } = found;
  const block = blockOfType(type);
  const refused = refusal(found, block);
  if (refused) {
    f.c.problems.report(refused.code, node.span, refused.message);
    return undefined;
  }
  if (block && checkConstruction(f.c, block, args, node.span)) return undefined;
  return { type, initial, scope: f.scope, ...(args && { args }) };
}

/** Why there are no objects of a type. */
function refusal(
  { type, args }: TypeArgument,
  block: BlockSymbol | undefined,
): { readonly code: ProblemCode; readonly message: string } | undefined {
  if (block?.pouKind === 'program')
    return {
      code: 'E2010',
      message: `'${block.name}' is a PROGRAM, whose instances the configuration makes; name a function block.`,
    };
  if (block?.declaration.abstract === true)
    return {
      code: 'E5005',
      message: `'${block.name}' is ABSTRACT and has no instances; make one of its derived blocks.`,
    };
  if (args && !block)
    return {
      code: 'E4003',
      message: `${typeName(type)} takes no arguments; assign its value to what the pointer refers to.`,
    };
  if (sizeOf(type) > 0 && hasIndirect(type))
    return {
      code: 'E9106',
      message: `${typeName(type)} has RETAIN variables, which an object of __NEW can't keep; remove RETAIN.`,
    };
  return undefined;
}

/** The objects are reached by address: members of their blocks are never kept in locals from now on. */
export function noteObjects(f: FunctionBuilder, type: Type, seen = new Set<BlockSymbol>()): void {
  if (type.kind === 'array') noteObjects(f, type.element, seen);
  else if (type.kind === 'struct') for (const field of type.fields.values()) noteObjects(f, field.type, seen);
  else if (type.kind === 'instance') {
    const symbol = symbolOf(type.declaration);
    for (let block = symbol?.kind === 'block' ? symbol : undefined; block && !seen.has(block); block = block.base) {
      seen.add(block);
      f.c.cells.mark([{ domain: f.c.domainOf(block), offset: 0 }], block.type.size);
      for (const variable of block.variables.values())
        if (variable.storage.kind === 'instance') noteObjects(f, variable.type, seen);
    }
  }
}

/** Writes the initial values of one object, or of `count` in a row, over what was there before. */
export function initialiseObjects(
  f: FunctionBuilder,
  object: ObjectType,
  address: IrExpr,
  count: IrExpr | undefined,
): void {
  const { type, initial, args } = object;
  const stride = strideOf(object);
  if (!initial && !args && isPlain(type)) {
    const size = count ? binary('i32.mul', count, i32(stride)) : i32(stride);
    f.emit({ op: 'fill', to: address, byte: i32(0), size });
    return;
  }
  const bytes = new Uint8Array(stride);
  writeVariable(f.c, object, 0, { bytes, place: () => 0 });
  const from = bytes.some((byte) => byte !== 0) ? i32(f.c.pool.bytes(bytes)) : undefined;
  const initialise = (at: IrExpr): void => {
    f.emit(
      from ? { op: 'copy', to: at, from, size: i32(stride) } : { op: 'fill', to: at, byte: i32(0), size: i32(stride) },
    );
    f.initializing = true;
    emitVariableInitial(f, { form: 'address', address: at, offset: 0 }, object);
    f.initializing = false;
  };
  if (!count) {
    initialise(address);
    return;
  }
  forEachObject(f, address, count, stride, initialise);
}

/** The body for each of `count` objects in a row, at least one, with the address of each. */
export function forEachObject(
  f: FunctionBuilder,
  address: IrExpr,
  count: IrExpr,
  stride: number,
  body: (address: IrExpr) => void,
): void {
  const at = f.local('i32', 'at');
  const left = f.local('i32', 'left');
  const label = f.label('each');
  f.emit({ op: 'setLocal', local: at, value: address });
  f.emit({ op: 'setLocal', local: left, value: count });
  const once = f.capture(() => {
    body(localValue(at));
    f.emit({ op: 'setLocal', local: at, value: binary('i32.add', localValue(at), i32(stride)) });
    f.emit({ op: 'setLocal', local: left, value: binary('i32.sub', localValue(left), i32(1)) });
    f.emit(iff(localValue(left), [{ op: 'br', label }]));
  });
  f.emit({ op: 'loop', label, body: once });
}
