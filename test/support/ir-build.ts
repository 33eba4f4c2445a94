import type {
  IrCell,
  IrExpr,
  IrFunction,
  IrLocal,
  IrModule,
  IrStmt,
  MemType,
  NumType,
} from '../../server/src/compiler/ir/ir.js';
import { valueTypeOf } from '../../server/src/compiler/ir/memory-type.js';

/** Short forms to write modules of the IR in tests. */
export const cell = (offset: number, mem: MemType = 'i32', more: Partial<IrCell> = {}): IrCell => ({
  base: 'absolute', offset, mem, aliased: false, name: `c${offset}`, ...more,
}); // prettier-ignore
export const member = (offset: number, mem: MemType = 'i32', more: Partial<IrCell> = {}): IrCell =>
  cell(offset, mem, { base: 'instance', name: `m${offset}`, ...more });
export const read = (from: IrCell): IrExpr => ({ op: 'loadCell', type: valueTypeOf[from.mem], cell: from });
export const put = (to: IrCell, value: IrExpr, site?: number): IrStmt => ({
  op: 'storeCell',
  cell: to,
  value,
  ...(site !== undefined && { site }),
});
export const local = (id: number, type: NumType = 'i32'): IrLocal => ({ id, name: `v${id}`, type });
export const get = (from: IrLocal): IrExpr => ({ op: 'local', type: from.type, local: from });
export const set = (to: IrLocal, value: IrExpr): IrStmt => ({ op: 'setLocal', local: to, value });
export const call = (callee: string, ...args: IrExpr[]): IrStmt => ({ op: 'call', callee, args });

export function fn(name: string, body: readonly IrStmt[], more: Partial<IrFunction> = {}): IrFunction {
  return { name, hasInstance: false, paramCount: 0, locals: [], frameSize: 0, body, ...more };
}

/** One page; the entry `run` calls the first function, on the instance at 1024 if it takes one. */
export function moduleOf(...functions: IrFunction[]): IrModule {
  return {
    functions: [...functions, fn('init', [])],
    entries: [{ exportName: 'run', callee: functions[0]!.name, instance: 1024 }],
    init: 'init',
    pages: 1,
    stackTop: 65_536,
    stackLimit: 61_440,
    siteCount: 100,
  };
}
