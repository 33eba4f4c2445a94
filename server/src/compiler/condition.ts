import type { ElementaryName } from '../model/data-type.js';
import type { SourceText } from '../model/source-span.js';
import { foldName } from '../model/identifier.js';
import { elementaryTypes } from './check/types.js';
import type { BinaryOp, IrExpr, MemType, NumType } from './ir/ir.js';
import { createProblems, type Problems } from './problems.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { parseExpression } from './st/parse-unit.js';
import type { BinaryExpression, Expression } from './syntax/ast.js';
import { emitModule } from './wasm/emit-module.js';

/** A scalar variable as a condition may name it. */
export interface ConditionVariable {
  readonly address: number;
  readonly bit?: number;
  readonly type: ElementaryName;
  /** Enumerators of its type, by folded name. */
  readonly enumerators?: ReadonlyMap<string, bigint>;
}

export interface ConditionScope {
  /** Pages of the memory that the condition reads. */
  readonly pages: number;
  /** The scalar at an access path; a sentence where there is none. */
  resolve(path: string): ConditionVariable | string;
}

export type ConditionResult = { readonly wasm: Uint8Array } | { readonly diagnostics: readonly Diagnostic[] };

/**
 * Compiles an ST expression over scalar variables of a running program (`Main.Done AND Main.Count > 3`) to a module that
 * imports `env.memory` and exports `test: () -> i32`. Integers, times and dates compute as 64 bits, REAL and LREAL as LREAL,
 * both sides of AND and OR are evaluated. Calls, strings, arrays as a whole and assignments are findings.
 */
export function compileCondition(text: string, scope: ConditionScope): ConditionResult {
  const problems = createProblems();
  const source: SourceText = { file: 'condition', text, language: 'ST', firstLine: 1, firstColumn: 1 };
  const expression = parseExpression(source, problems);
  if (!expression || problems.errorCount > 0) return { diagnostics: problems.list() };
  const lowered = lower(expression, { scope, problems });
  if (lowered && lowered.kind !== 'bool')
    report(problems, expression, 'The condition must be a BOOL; compare the value with something.');
  if (!lowered || problems.errorCount > 0) return { diagnostics: problems.list() };
  const wasm = emitModule(
    {
      functions: [
        {
          name: 'test',
          hasInstance: false,
          paramCount: 0,
          locals: [],
          result: 'i32',
          frameSize: 0,
          body: [{ op: 'return', value: lowered.ir }],
          trusted: true,
        },
        { name: 'init', hasInstance: false, paramCount: 0, locals: [], frameSize: 0, body: [] },
      ],
      entries: [{ exportName: 'test', callee: 'test', instance: 0, returns: true }],
      init: 'init',
      pages: scope.pages,
      stackTop: 0,
      stackLimit: 0,
      siteCount: 0,
    },
    { instrument: false },
  );
  return { wasm };
}

interface Context {
  readonly scope: ConditionScope;
  readonly problems: Problems;
}

/** A value in one of three forms: BOOL as i32, everything integral as i64, reals as f64. */
interface Lowered {
  readonly kind: 'bool' | 'int' | 'real';
  readonly ir: IrExpr;
  readonly enumerators?: ReadonlyMap<string, bigint>;
}

function report(problems: Problems, at: Expression, message: string): Lowered | undefined {
  problems.report('E9001', at.span, message);
  return undefined;
}

const int = (value: bigint): Lowered => ({ kind: 'int', ir: { op: 'const', type: 'i64', value } });
const bool = (ir: IrExpr): Lowered => ({ kind: 'bool', ir });

function lower(
  expression: Expression,
  context: Context,
  enumerators?: ReadonlyMap<string, bigint>,
): Lowered | undefined {
  switch (expression.kind) {
    case 'int':
      return int(expression.value);
    case 'bool':
      return bool({ op: 'const', type: 'i32', value: expression.value ? 1 : 0 });
    case 'real':
      return { kind: 'real', ir: { op: 'const', type: 'f64', value: expression.value } };
    case 'duration':
    case 'date':
      return int(expression.ns);
    case 'enumLiteral':
    case 'name': {
      const value = enumerators?.get(foldName(expression.kind === 'name' ? expression.name : expression.value));
      if (value !== undefined) return int(value);
      return variable(expression, context);
    }
    case 'member':
    case 'index':
    case 'direct':
    case 'partial':
      return variable(expression, context);
    case 'unary':
      return unary(expression.op, lower(expression.operand, context), expression, context);
    case 'binary':
      return binary(expression, context);
    default:
      return report(
        context.problems,
        expression,
        'A condition is made of variables, literals, comparisons, AND, OR, NOT and arithmetic; this is none of them.',
      );
  }
}

function variable(expression: Expression, context: Context): Lowered | undefined {
  const path = pathOf(expression);
  if (path === undefined)
    return report(
      context.problems,
      expression,
      'Name a variable by its path with constant indices, like Main.Data[3].',
    );
  const found = context.scope.resolve(path);
  if (typeof found === 'string') return report(context.problems, expression, found);
  const type = elementaryTypes[found.type];
  const load = (mem: MemType, num: NumType): IrExpr => ({
    op: 'loadCell',
    type: num,
    cell: {
      base: 'absolute',
      offset: found.address,
      mem,
      ...(found.bit !== undefined && { bit: found.bit }),
      aliased: true,
      name: path,
    },
  });
  const value = load(type.mem, type.num);
  if (type.group === 'bool') return bool(value);
  if (type.num === 'f64') return { kind: 'real', ir: value };
  if (type.num === 'f32') return { kind: 'real', ir: { op: 'unary', type: 'f64', code: 'f64.promote_f32', value } };
  const unsigned = type.group === 'unsigned' || type.group === 'bits' || type.group === 'char';
  const wide: IrExpr =
    type.num === 'i64'
      ? value
      : { op: 'unary', type: 'i64', code: unsigned ? 'i64.extend_i32_u' : 'i64.extend_i32_s', value };
  return { kind: 'int', ir: wide, ...(found.enumerators && { enumerators: found.enumerators }) };
}

/** The access path that an expression spells; undefined where an index is not constant. */
function pathOf(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'name':
      return expression.name;
    case 'direct':
      return expression.text;
    case 'member': {
      const object = pathOf(expression.object);
      return object === undefined ? undefined : `${object}.${expression.member}`;
    }
    case 'index': {
      const object = pathOf(expression.object);
      const indices = expression.indices.map(constantIndex);
      return object === undefined || indices.includes(undefined) ? undefined : `${object}[${indices.join(',')}]`;
    }
    default:
      return undefined;
  }
}

function constantIndex(index: Expression): string | undefined {
  if (index.kind === 'int') return index.value.toString();
  return index.kind === 'unary' && index.op === '-' && index.operand.kind === 'int'
    ? `-${index.operand.value}`
    : undefined;
}

function unary(
  op: '-' | '+' | 'NOT',
  operand: Lowered | undefined,
  at: Expression,
  context: Context,
): Lowered | undefined {
  if (!operand) return undefined;
  if (op === 'NOT') {
    if (operand.kind === 'bool') return bool({ op: 'unary', type: 'i32', code: 'i32.eqz', value: operand.ir });
    return report(context.problems, at, 'NOT in a condition takes a BOOL.');
  }
  if (operand.kind === 'bool') return report(context.problems, at, 'A sign needs a number.');
  if (op === '+') return operand;
  if (operand.kind === 'real')
    return { kind: 'real', ir: { op: 'unary', type: 'f64', code: 'f64.neg', value: operand.ir } };
  return {
    kind: 'int',
    ir: {
      op: 'binary',
      type: 'i64',
      code: 'i64.sub',
      left: { op: 'const', type: 'i64', value: 0n },
      right: operand.ir,
    },
  };
}

const comparisons: Readonly<Record<string, readonly [BinaryOp, BinaryOp, BinaryOp]>> = {
  '=': ['i32.eq', 'i64.eq', 'f64.eq'],
  '<>': ['i32.ne', 'i64.ne', 'f64.ne'],
  '<': ['i32.lt_u', 'i64.lt_s', 'f64.lt'],
  '>': ['i32.gt_u', 'i64.gt_s', 'f64.gt'],
  '<=': ['i32.le_u', 'i64.le_s', 'f64.le'],
  '>=': ['i32.ge_u', 'i64.ge_s', 'f64.ge'],
};
const arithmetic: Readonly<Record<string, readonly [BinaryOp, BinaryOp]>> = {
  '+': ['i64.add', 'f64.add'],
  '-': ['i64.sub', 'f64.sub'],
  '*': ['i64.mul', 'f64.mul'],
};
const logic: Readonly<Record<string, BinaryOp>> = {
  AND: 'i32.and',
  AND_THEN: 'i32.and',
  OR: 'i32.or',
  OR_ELSE: 'i32.or',
  XOR: 'i32.xor',
};

function binary(expression: BinaryExpression, context: Context): Lowered | undefined {
  const { op } = expression;
  const left = lower(expression.left, context);
  const right = lower(expression.right, context, left?.enumerators);
  if (!left || !right) return undefined;
  const comparison = comparisons[op];
  if (comparison && left.kind === 'bool' && right.kind === 'bool') {
    return bool({ op: 'binary', type: 'i32', code: comparison[0], left: left.ir, right: right.ir });
  }
  if (logic[op]) {
    if (left.kind !== 'bool' || right.kind !== 'bool')
      return report(context.problems, expression, `${op} in a condition joins two BOOLs.`);
    return bool({ op: 'binary', type: 'i32', code: logic[op], left: left.ir, right: right.ir });
  }
  if (left.kind === 'bool' || right.kind === 'bool')
    return report(context.problems, expression, 'A BOOL can only be compared with a BOOL.');
  const real = left.kind === 'real' || right.kind === 'real';
  const a = real ? asReal(left) : left.ir;
  const b = real ? asReal(right) : right.ir;
  if (comparison)
    return bool({ op: 'binary', type: 'i32', code: real ? comparison[2] : comparison[1], left: a, right: b });
  if (op === '/' && real)
    return { kind: 'real', ir: { op: 'binary', type: 'f64', code: 'f64.div', left: a, right: b } };
  const codes = arithmetic[op];
  if (!codes) return report(context.problems, expression, `${op} is not available in a condition.`);
  return real
    ? { kind: 'real', ir: { op: 'binary', type: 'f64', code: codes[1], left: a, right: b } }
    : { kind: 'int', ir: { op: 'binary', type: 'i64', code: codes[0], left: a, right: b } };
}

function asReal(value: Lowered): IrExpr {
  return value.kind === 'real' ? value.ir : { op: 'unary', type: 'f64', code: 'f64.convert_i64_s', value: value.ir };
}
