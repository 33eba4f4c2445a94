import type { Type } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr, IrStmt } from '../ir/ir.js';
import { elementaryOf, literalType, nameOf } from './arguments.js';
import { convertScalar } from './convert-scalar.js';
import { define, isProblem } from './define.js';
import { binary, i32, not } from '../ir/make.js';
import { once } from './once.js';
import type { ArgumentInfo, LowerContext, OverloadProblem, StandardFunction } from './standard-function.js';

type Effect = (first: IrExpr, second: IrExpr, count: IrExpr) => IrStmt;

const copy: Effect = (to, from, size) => ({ op: 'copy', to, from, size });
const fill: Effect = (to, byte, size) => ({ op: 'fill', to, byte, size });

/** Block operations on memory of TwinCAT (MEMCPY ...) and CODESYS (SysMemCpy ...): number of bytes, 0 where an address is 0. */
export const memoryFunctions: readonly StandardFunction[] = [
  block('MEMCPY', ['DESTADDR', 'SRCADDR', 'N'], 'Copies N bytes', copy),
  block('MEMMOVE', ['DESTADDR', 'SRCADDR', 'N'], 'Copies N bytes; the ranges may overlap', copy),
  block('MEMSET', ['DESTADDR', 'FILLBYTE', 'N'], 'Sets N bytes to a value', fill),
  compare('MEMCMP', ['PBUF1', 'PBUF2', 'N']),
  block('SYSMEMCPY', ['PDEST', 'PSRC', 'UDICOUNT'], 'Copies bytes', copy),
  block('SYSMEMMOVE', ['PDEST', 'PSRC', 'UDICOUNT'], 'Copies bytes; the ranges may overlap', copy),
  block('SYSMEMSET', ['PDEST', 'BYVALUE', 'UDICOUNT'], 'Sets bytes to a value', fill),
  compare('SYSMEMCMP', ['PBUFFER1', 'PBUFFER2', 'UDICOUNT']),
];

/** An argument as an i32: an address, a byte or a count. */
interface WordArgument {
  readonly param: Type;
  lower(value: IrExpr, context: LowerContext): IrExpr;
}

function wordArgument(info: ArgumentInfo, formal: string, address: boolean): WordArgument | OverloadProblem {
  const { type } = info;
  if (address && (type.kind === 'pointer' || type.kind === 'null')) return { param: type, lower: (value) => value };
  const own = elementaryOf(literalType(info, e.UDINT));
  if (!own || (own.group !== 'bits' && own.group !== 'signed' && own.group !== 'unsigned')) {
    return { problem: `takes ${address ? 'an address' : 'a number'} as ${formal}, not ${nameOf(type)}` };
  }
  return { param: own, lower: (value, context) => convertScalar(own, e.UDINT, value, context) };
}

function wordArguments(
  args: readonly ArgumentInfo[],
  formals: readonly string[],
  addresses: number,
): readonly WordArgument[] | OverloadProblem {
  const words: WordArgument[] = [];
  for (const [i, info] of args.entries()) {
    const word = wordArgument(info, formals[i]!, i < addresses);
    if (isProblem(word)) return word;
    words.push(word);
  }
  return words;
}

function block(name: string, formals: readonly string[], what: string, effect: Effect): StandardFunction {
  const addresses = effect === fill ? 1 : 2;
  return define({
    name,
    summary: `${what} (TwinCAT, CODESYS).`,
    formals,
    resolve(args) {
      const words = wordArguments(args, formals, addresses);
      if ('problem' in words) return words;
      return {
        params: words.map((w) => w.param),
        result: e.UDINT,
        lower: (values, context) =>
          once(
            context,
            values.map((v, i) => words[i]!.lower(v, context)),
            ([first, second, count]) => {
              const given = [first!, ...(addresses === 2 ? [second!] : [])].map((address) =>
                binary('i32.ne', address, i32(0)),
              );
              const done = context.local('i32', 'count');
              return {
                op: 'seq',
                type: 'i32',
                body: [
                  {
                    op: 'if',
                    test: given.reduce((all, one) => binary('i32.and', all, one)),
                    then: [effect(first!, second!, count!), { op: 'setLocal', local: done, value: count! }],
                    otherwise: [{ op: 'setLocal', local: done, value: i32(0) }],
                  },
                ],
                value: { op: 'local', type: 'i32', local: done },
              };
            },
          ),
      };
    },
  });
}

function compare(name: string, formals: readonly string[]): StandardFunction {
  return define({
    name,
    summary: 'Compares bytes: -1, 0 or 1 by the first difference (TwinCAT, CODESYS).',
    formals,
    resolve(args) {
      const words = wordArguments(args, formals, 2);
      if ('problem' in words) return words;
      return {
        params: words.map((w) => w.param),
        result: e.DINT,
        lower: (values, context) =>
          once(
            context,
            values.map((v, i) => words[i]!.lower(v, context)),
            ([a, b, count]) => ({
              op: 'cond',
              type: 'i32',
              test: binary('i32.or', not(a!), not(b!)),
              then: i32(-1),
              otherwise: context.callPrelude('__MEM_COMPARE', [a!, b!, count!], 'i32'),
            }),
          ),
      };
    },
  });
}
