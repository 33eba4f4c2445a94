import type { IrExpr, IrFunction, IrLocal, IrStmt } from '../ir/ir.js';
import { binary, i32, iff, load, store, unary } from '../ir/make.js';
import type { RuntimeFunction } from './lowering.js';

const get = (local: IrLocal): IrExpr => ({ op: 'local', type: local.type, local });

/** (to, from, capacity): copies text up to its NUL or to the capacity, and ends it with a NUL. */
export function runtimeFunction(name: RuntimeFunction): IrFunction {
  const wide = name === '$copy16';
  const mem = wide ? 'u16' : 'u8';
  const unit = wide ? 2 : 1;
  const locals = ['to', 'from', 'room', 'unit'].map((local, id): IrLocal => ({ id, name: local, type: 'i32' }));
  const [to, from, room, character] = locals as [IrLocal, IrLocal, IrLocal, IrLocal];
  const advance = (local: IrLocal, by: number): IrStmt => ({
    op: 'setLocal',
    local,
    value: binary('i32.add', get(local), i32(by)),
  });
  const body: IrStmt[] = [
    {
      op: 'block',
      label: 'done',
      body: [
        {
          op: 'loop',
          label: 'next',
          body: [
            iff(unary('i32.eqz', get(room)), [{ op: 'br', label: 'done' }]),
            { op: 'setLocal', local: character, value: load('i32', mem, get(from)) },
            iff(unary('i32.eqz', get(character)), [{ op: 'br', label: 'done' }]),
            store(mem, get(to), get(character)),
            advance(to, unit),
            advance(from, unit),
            advance(room, -1),
            { op: 'br', label: 'next' },
          ],
        },
      ],
    },
    store(mem, get(to), i32(0)),
  ];
  return { name, hasInstance: false, paramCount: 3, locals, frameSize: 0, body, trusted: true };
}
