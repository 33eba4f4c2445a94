import type { StringType, Type } from '../check/types.js';
import { elementaryTypes as e, voidType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import { elementaryOf, integers, nameOf } from './arguments.js';
import { define, isProblem } from './define.js';
import { cond, binary, drop, i32, seq, unary } from '../ir/make.js';
import { once } from './once.js';
import type { ArgumentInfo, LowerContext, Overload, OverloadProblem, StandardFunction } from './standard-function.js';
import type { CountArgument, TextArguments } from './text-arguments.js';
import { countArgument, textAddress, textArguments, textResult } from './text-arguments.js';

/** A string function that builds text: which formals are texts, how long the result can be, and the prelude function that writes it. */
interface Builder {
  readonly name: string;
  readonly summary: string;
  readonly formals: readonly string[];
  readonly texts: number;
  readonly aliases: Readonly<Record<string, string>>;
  /** Most characters of the result. */
  needed(capacities: readonly number[]): number;
}

const first = (capacities: readonly number[]): number => capacities[0]!;
const sum = (capacities: readonly number[]): number => capacities.reduce((a, b) => a + b, 0);

const builders: readonly Builder[] = [
  {
    name: 'LEFT',
    summary: 'The first L characters',
    formals: ['IN', 'L'],
    texts: 1,
    aliases: { STR: 'IN', SIZE: 'L' },
    needed: first,
  },
  {
    name: 'RIGHT',
    summary: 'The last L characters',
    formals: ['IN', 'L'],
    texts: 1,
    aliases: { STR: 'IN', SIZE: 'L' },
    needed: first,
  },
  {
    name: 'MID',
    summary: 'L characters from position P on',
    formals: ['IN', 'L', 'P'],
    texts: 1,
    aliases: { STR: 'IN', LEN: 'L', POS: 'P' },
    needed: first,
  },
  {
    name: 'INSERT',
    summary: 'IN1 with IN2 behind position P',
    formals: ['IN1', 'IN2', 'P'],
    texts: 2,
    aliases: { STR1: 'IN1', STR2: 'IN2', POS: 'P' },
    needed: sum,
  },
  {
    name: 'DELETE',
    summary: 'IN without L characters from position P on',
    formals: ['IN', 'L', 'P'],
    texts: 1,
    aliases: { STR: 'IN', LEN: 'L', POS: 'P' },
    needed: first,
  },
  {
    name: 'REPLACE',
    summary: 'IN1 with L characters from position P on replaced by IN2',
    formals: ['IN1', 'IN2', 'L', 'P'],
    texts: 2,
    aliases: { STR1: 'IN1', STR2: 'IN2' },
    needed: sum,
  },
  { name: 'UPPER', summary: 'The text in capital letters', formals: ['IN'], texts: 1, aliases: {}, needed: first },
  { name: 'LOWER', summary: 'The text in small letters', formals: ['IN'], texts: 1, aliases: {}, needed: first },
];

/** Character string functions (IEC 61131-3:2013, table 34), for STRING and WSTRING; positions count from 1. */
export const stringFunctions: readonly StandardFunction[] = [
  define({
    name: 'LEN',
    summary: 'Number of characters (IEC 61131-3:2013, table 34).',
    formals: ['IN'],
    aliases: { STR: 'IN' },
    resolve(args, _profile, expected) {
      const texts = textArguments(args, undefined);
      if (isProblem(texts)) return texts;
      const known = args[0]!.type.kind === 'literal' ? args[0]!.constant : undefined;
      return {
        ...count(texts, expected, ([text], context) =>
          context.callPrelude(texts.wide ? '__WSTR_LEN' : '__STR_LEN', [text!], 'i32'),
        ),
        ...(typeof known === 'string' && { fold: () => BigInt(Array.from(known).length) }),
      };
    },
  }),
  define({
    name: 'FIND',
    summary: 'Position of the first IN2 in IN1, 0 where there is none or IN2 is empty (IEC 61131-3:2013, table 34).',
    formals: ['IN1', 'IN2'],
    aliases: { STR1: 'IN1', STR2: 'IN2' },
    resolve(args, _profile, expected) {
      const texts = textArguments(args, undefined);
      if (isProblem(texts)) return texts;
      return count(texts, expected, (values, context) =>
        context.callPrelude(texts.wide ? '__WSTR_FIND' : '__STR_FIND', values, 'i32'),
      );
    },
  }),
  define({
    name: 'CONCAT',
    summary: 'The arguments one behind the other (IEC 61131-3:2013, table 34).',
    formals: ['IN1', 'IN2'],
    extensible: true,
    least: 1,
    aliases: { STR1: 'IN1', STR2: 'IN2' },
    resolve(args, _profile, expected) {
      const texts = textArguments(args, expected);
      if (isProblem(texts)) return texts;
      const result = textResult(texts.wide, sum(texts.capacities), texts.capacities, expected);
      return {
        params: texts.params,
        result,
        lower: (values, context) =>
          intoScratch(result, context, (target, cap) => joined(texts, values, target, cap, context)),
      };
    },
  }),
  define({
    name: 'CONCAT_EXT',
    summary: 'Writes the following arguments one behind the other into OUT; gives 0.',
    formals: ['OUT', 'IN1', 'IN2'],
    extensible: true,
    least: 2,
    resolve(args) {
      const out = outArgument(args[0]!, 'OUT');
      if (isProblem(out)) return out;
      const texts = textArguments(args.slice(1), out);
      if (isProblem(texts)) return texts;
      if (texts.wide !== out.wide) return { problem: "can't mix STRING and WSTRING" };
      return {
        params: [out, ...texts.params],
        passing: ['out', ...texts.params.map(() => 'value' as const)],
        result: e.DINT,
        lower: ([target, ...values], context) =>
          throughScratch(out, target!, context, (to, cap) => joined(texts, values, to, cap, context)),
      };
    },
  }),
  ...builders.map(builder),
  ...builders.map(writer),
];

/** The names of CODESYS' Standard64 library: WLEN, WCONCAT, WLEFT ... */
export const wideStringFunctions: readonly StandardFunction[] = stringFunctions
  .filter(({ name }) => !name.endsWith('_EXT') && name !== 'UPPER' && name !== 'LOWER')
  .map((fn) => ({ ...fn, name: `W${fn.name}` }));

/** LEN and FIND give the integer type that the context wants, else INT; what it can't hold is its greatest value. */
function count(
  texts: TextArguments,
  expected: Type | undefined,
  lower: (values: readonly IrExpr[], context: LowerContext) => IrExpr,
): Overload {
  const wanted = expected && elementaryOf(expected);
  const result = wanted && integers.has(wanted.group) ? wanted : e.INT;
  return {
    params: texts.params,
    result,
    lower(values, context) {
      const found = lower(
        values.map((v, i) => textAddress(texts.params[i]!, v, context)),
        context,
      );
      if (result.num === 'i64') return unary('i64.extend_i32_s', found);
      if (result.size === 4) return found;
      const greatest = i32(2 ** (result.size * 8 - (result.group === 'signed' ? 1 : 0)) - 1);
      return once(context, [found], ([n]) => cond(binary('i32.gt_s', n!, greatest), greatest, n!));
    },
  };
}

type Write = (target: IrExpr, capacity: IrExpr) => IrExpr;

/** Lets `write` fill a piece of the frame and gives its address. */
export function intoScratch(result: StringType, context: LowerContext, write: Write): IrExpr {
  const target = context.scratch(result.size);
  return seq([drop(write(target, i32(result.capacity)))], target);
}

/** For an OUT argument that may be a source as well: builds aside, then copies. Value: DINT 0. */
function throughScratch(out: StringType, target: IrExpr, context: LowerContext, write: Write): IrExpr {
  const aside = context.scratch(out.size);
  const copy = context.callPrelude(out.wide ? '__WSTR_COPY' : '__STR_COPY', [target, i32(out.capacity), aside], 'i32');
  return seq([drop(write(aside, i32(out.capacity))), drop(copy)], i32(0));
}

function joined(
  texts: TextArguments,
  values: readonly IrExpr[],
  target: IrExpr,
  capacity: IrExpr,
  context: LowerContext,
): IrExpr {
  const prefix = texts.wide ? '__WSTR' : '__STR';
  return values.reduce<IrExpr | undefined>((length, value, i) => {
    const text = textAddress(texts.params[texts.params.length - values.length + i]!, value, context);
    if (!length) return context.callPrelude(`${prefix}_COPY`, [target, capacity, text], 'i32');
    return context.callPrelude(`${prefix}_APPEND`, [target, length, capacity, text], 'i32');
  }, undefined)!;
}

interface Built {
  readonly texts: TextArguments;
  readonly counts: readonly CountArgument[];
  readonly params: readonly Type[];
}

function builtArguments(
  from: Builder,
  args: readonly ArgumentInfo[],
  profile: Profile,
  expected: Type | undefined,
): Built | OverloadProblem {
  const texts = textArguments(args.slice(0, from.texts), expected);
  if (isProblem(texts)) return texts;
  const counts: CountArgument[] = [];
  for (let i = from.texts; i < from.formals.length; i++) {
    const count = countArgument(args[i]!, from.formals[i]!, profile);
    if (isProblem(count)) return count;
    counts.push(count);
  }
  return { texts, counts, params: [...texts.params, ...counts.map((c) => c.param)] };
}

function written(
  from: Builder,
  built: Built,
  values: readonly IrExpr[],
  target: IrExpr,
  capacity: IrExpr,
  context: LowerContext,
): IrExpr {
  const { texts, counts } = built;
  const sources = texts.params.map((p, i) => textAddress(p, values[i]!, context));
  const numbers = counts.map((c, i) => c.lower(values[from.texts + i]!, context));
  return context.callPrelude(
    `${texts.wide ? '__WSTR' : '__STR'}_${from.name}`,
    [target, capacity, ...sources, ...numbers],
    'i32',
  );
}

function builder(from: Builder): StandardFunction {
  return define({
    name: from.name,
    summary: `${from.summary} (IEC 61131-3:2013, table 34).`,
    formals: from.formals,
    aliases: from.aliases,
    resolve(args, profile, expected) {
      const built = builtArguments(from, args, profile, expected);
      if (isProblem(built)) return built;
      const { wide, capacities } = built.texts;
      const result = textResult(wide, from.needed(capacities), capacities, expected);
      return {
        params: built.params,
        result,
        lower: (values, context) =>
          intoScratch(result, context, (target, cap) => written(from, built, values, target, cap, context)),
      };
    },
  });
}

/** The form that writes into its last argument: LEFT_EXT(IN, L, OUT) and so on. */
function writer(from: Builder): StandardFunction {
  return define({
    name: `${from.name}_EXT`,
    summary: `${from.summary}, written into OUT; gives 0.`,
    formals: [...from.formals, 'OUT'],
    aliases: from.aliases,
    resolve(args, profile) {
      const out = outArgument(args.at(-1)!, 'OUT');
      if (isProblem(out)) return out;
      const built = builtArguments(from, args, profile, out);
      if (isProblem(built)) return built;
      if (built.texts.wide !== out.wide) return { problem: "can't mix STRING and WSTRING" };
      return {
        params: [...built.params, out],
        passing: [...built.params.map(() => 'value' as const), 'out'],
        result: e.DINT,
        lower: (values, context) =>
          throughScratch(out, values.at(-1)!, context, (target, cap) =>
            written(from, built, values, target, cap, context),
          ),
      };
    },
  });
}

function outArgument(info: ArgumentInfo, formal: string): StringType | OverloadProblem {
  return info.type.kind === 'string'
    ? info.type
    : {
        problem: `needs a STRING or WSTRING variable as ${formal}, not ${info.type === voidType ? 'nothing' : nameOf(info.type)}`,
      };
}
