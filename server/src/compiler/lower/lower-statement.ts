import { foldName } from '../../model/identifier.js';
import { DeclaredVariable } from '../check/declared-variable.js';
import { nearestName } from '../../model/nearest-name.js';
import { typeName } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrStmt } from '../ir/ir.js';
import type {
  CallStatement,
  IfStatement,
  JumpStatement,
  LetStatement,
  RepeatStatement,
  ReturnStatement,
  Statement,
  WhileStatement,
} from '../syntax/ast.js';
import type { FunctionBuilder, LoopFrame } from './function-builder.js';
import { iff, not } from '../ir/make.js';
import { assignOperand, lowerAssignment } from './lower-assign.js';
import { lowerCase } from './lower-case.js';
import { coerce, operandType, reportNoValue, settle } from './lower-convert.js';
import { isValueOperand, lowerExpression, lowerRaw } from './lower-expression.js';
import { lowerFor } from './lower-for.js';
import { framePlace, scalarOf } from './lower-place.js';
import type { Operand } from './operand.js';

/** Lowers statements in order; jump labels among them make segments. */
export function lowerStatements(f: FunctionBuilder, statements: readonly Statement[]): void {
  if (!statements.some((s) => s.kind === 'label')) {
    for (const statement of statements) lowerStatement(f, statement);
    return;
  }
  const names = new Map<string, string>();
  for (const statement of statements) {
    if (statement.kind !== 'label') continue;
    const key = foldName(statement.label);
    if (names.has(key) || f.labels.some((outer) => outer.has(key))) {
      f.c.problems.report('E4011', statement.span, `The label '${statement.label}' stands twice; rename one of them.`);
    } else names.set(key, f.label(statement.label));
  }
  f.labels.push(names);
  const segments: { label?: string; body: IrStmt[] }[] = [{ body: [] }];
  for (const statement of statements) {
    if (statement.kind === 'label') {
      const label = names.get(foldName(statement.label));
      segments.push({ ...(label !== undefined && { label }), body: [] });
      continue;
    }
    segments.at(-1)!.body.push(...f.capture(() => lowerStatement(f, statement)));
  }
  f.labels.pop();
  f.emit({ op: 'labels', segments });
}

function lowerStatement(f: FunctionBuilder, statement: Statement): void {
  const position = f.position;
  const mark = f.frameMark();
  lowerOne(f, statement);
  f.frameRelease(mark);
  if (f.trusted) return;
  if (f.position > position) f.siteAt(position, f.c.site(statement.span, f.pouName));
}

function lowerOne(f: FunctionBuilder, statement: Statement): void {
  switch (statement.kind) {
    case 'assign':
      lowerAssignment(f, statement);
      return;
    case 'expression':
      lowerCallStatement(f, statement);
      return;
    case 'let':
      lowerLet(f, statement);
      return;
    case 'if':
      lowerIf(f, statement);
      return;
    case 'case':
      lowerCase(f, statement);
      return;
    case 'for':
      lowerFor(f, statement);
      return;
    case 'while':
      lowerWhile(f, statement);
      return;
    case 'repeat':
      lowerRepeat(f, statement);
      return;
    case 'exit':
    case 'continue': {
      const loop = f.loops.at(-1);
      if (!loop) {
        f.c.problems.report(
          'E4010',
          statement.span,
          `${statement.kind.toUpperCase()} stands within FOR, WHILE or REPEAT only; RETURN leaves the whole program unit.`,
        );
        return;
      }
      if (statement.kind === 'continue') loop.nextUsed = true;
      f.emit({ op: 'br', label: statement.kind === 'exit' ? loop.exit : loop.next });
      return;
    }
    case 'return':
      lowerReturn(f, statement);
      return;
    case 'jump':
      lowerJump(f, statement);
      return;
    case 'label':
      return;
    case 'empty':
      f.emit({ op: 'nop' });
  }
}

/** A condition as an i32 that is 0 or 1. */
export function lowerCondition(
  f: FunctionBuilder,
  node: Parameters<typeof lowerExpression>[1],
  what: string,
): ReturnType<typeof coerce> {
  const operand = lowerExpression(f, node, e.BOOL);
  if (operand.kind === 'error') return { op: 'const', type: 'i32', value: 0 };
  if (!isValueOperand(operand)) {
    reportNoValue(f, operand, node.span);
    return { op: 'const', type: 'i32', value: 0 };
  }
  const type = operandType(operand);
  if (
    type !== e.BOOL &&
    !(type.kind === 'literal' && (type.form === 'bool' || type.form === 'int')) &&
    type.kind !== 'error'
  ) {
    f.c.problems.report(
      'E3011',
      node.span,
      `${what} has to be a BOOL, not ${typeName(type)}; compare it, for example with <> 0.`,
    );
    return { op: 'const', type: 'i32', value: 0 };
  }
  return coerce(f, operand, e.BOOL, node.span, what);
}

function lowerCallStatement(f: FunctionBuilder, statement: CallStatement): void {
  const { expression } = statement;
  // A result that is a reference is left alone.
  const operand = expression.kind === 'call' ? lowerRaw(f, expression) : lowerExpression(f, expression);
  if (operand.kind === 'error') return;
  if (expression.kind === 'call') {
    dropValue(f, operand);
    return;
  }
  if (operand.kind === 'method' && operand.symbol.parameters.length === 0) {
    // Some dialects call methods and actions without parentheses.
    const { span } = expression;
    dropValue(f, lowerExpression(f, { kind: 'call', callee: expression, args: [], span }));
    return;
  }
  if (!isValueOperand(operand)) reportNoValue(f, operand, expression.span);
  else
    f.c.problems.report(
      f.c.profile.implicitConversion === 'widening' ? 'E4009' : 'W4009',
      statement.span,
      operandType(operand).kind === 'instance'
        ? 'The name of an instance alone does nothing; call it with parentheses behind.'
        : 'This statement does nothing; assign its value with :=, or remove it.',
    );
}

function dropValue(f: FunctionBuilder, operand: Operand): void {
  if (operand.kind === 'value') emitForEffect(f, operand.ir);
  else if (operand.kind === 'memory') emitForEffect(f, operand.address);
}

function emitForEffect(f: FunctionBuilder, ir: ReturnType<typeof coerce>): void {
  if (ir.op === 'seq') {
    for (const statement of ir.body) f.emit(statement);
    emitForEffect(f, ir.value);
    return;
  }
  if (ir.op === 'call' || ir.op === 'callHost' || ir.op === 'cond' || ir.op.startsWith('check'))
    f.emit({ op: 'drop', value: ir });
}

function lowerLet(f: FunctionBuilder, statement: LetStatement): void {
  const operand = settle(f, lowerExpression(f, statement.value));
  const key = foldName(statement.name);
  if (operand.kind === 'error' || !isValueOperand(operand)) {
    if (operand.kind !== 'error') reportNoValue(f, operand, statement.span);
    f.lets.set(key, letSymbol(f, statement, { kind: 'error' }));
    return;
  }
  const type = operandType(operand);
  const known = f.lets.get(key);
  const symbol = known ?? letSymbol(f, statement, type.kind === 'string' ? { ...type } : type);
  f.lets.set(key, symbol);
  if (!known) {
    const scalar = scalarOf(type);
    if (scalar) f.places.set(symbol, { form: 'local', local: f.local(scalar.num, statement.name) });
    else {
      const offset = f.frameBytes(sizeOf(type));
      f.frameKeep();
      f.places.set(symbol, framePlace(f, offset, statement.name));
      if (type.kind === 'string')
        f.prologue.push({
          op: 'store',
          mem: type.wide ? 'u16' : 'u8',
          address: { op: 'frame', type: 'i32', offset },
          offset: 0,
          value: { op: 'const', type: 'i32', value: 0 },
        });
    }
  }
  assignOperand(f, { kind: 'place', type: symbol.type, place: f.places.get(symbol)! }, operand, statement.span);
}

function letSymbol(
  f: FunctionBuilder,
  statement: LetStatement,
  type: ReturnType<typeof operandType>,
): DeclaredVariable {
  return new DeclaredVariable(
    f.c,
    statement.name,
    statement.span,
    'LET',
    { kind: 'named', name: statement.name, span: statement.span },
    f.scope,
    { use: { type }, hidden: true },
  );
}

/** Longer chains become a block that each branch leaves, so that nothing nests deep. */
const longestNested = 24;

function lowerIf(f: FunctionBuilder, statement: IfStatement): void {
  const branches = statement.branches.map((branch) => {
    let test: ReturnType<typeof coerce> | undefined;
    const mark = f.frameMark();
    const before = f.capture(() => (test = lowerCondition(f, branch.condition, 'The condition')));
    f.frameRelease(mark);
    const body = f.capture(() => lowerStatements(f, branch.body));
    return { test: test!, before, body };
  });
  const otherwise = statement.otherwise ? f.capture(() => lowerStatements(f, statement.otherwise!)) : [];
  if (branches.length <= longestNested) {
    let rest: IrStmt[] = otherwise;
    for (let i = branches.length - 1; i >= 0; i -= 1) {
      const { test, before, body } = branches[i]!;
      rest = [...before, iff(test, body, rest)];
    }
    for (const one of rest) f.emit(one);
    return;
  }
  const label = f.label('endif');
  const inner: IrStmt[] = [];
  for (const { test, before, body } of branches) inner.push(...before, iff(test, [...body, { op: 'br', label }]));
  f.emit({ op: 'block', label, body: [...inner, ...otherwise] });
}

export function pushLoop(f: FunctionBuilder): LoopFrame {
  const frame: LoopFrame = { exit: f.label('exit'), next: f.label('next'), nextUsed: false };
  f.loops.push(frame);
  return frame;
}

/** A loop's body; CONTINUE leaves a block around it. */
export function lowerLoopBody(f: FunctionBuilder, frame: LoopFrame, body: readonly Statement[]): void {
  const inner = f.capture(() => lowerStatements(f, body));
  if (frame.nextUsed) f.emit({ op: 'block', label: frame.next, body: inner });
  else for (const one of inner) f.emit(one);
}

function lowerWhile(f: FunctionBuilder, statement: WhileStatement): void {
  const frame = pushLoop(f);
  const label = f.label('while');
  const body = f.capture(() => {
    const position = f.position;
    const test = lowerCondition(f, statement.condition, 'The condition of WHILE');
    f.emit(iff(not(test), [{ op: 'br', label: frame.exit }]));
    if (!f.trusted) f.siteAt(position, f.c.site(statement.condition.span, f.pouName));
    lowerLoopBody(f, frame, statement.body);
    f.emit({ op: 'br', label });
  });
  f.loops.pop();
  f.emit({ op: 'block', label: frame.exit, body: [{ op: 'loop', label, body }] });
}

function lowerRepeat(f: FunctionBuilder, statement: RepeatStatement): void {
  const frame = pushLoop(f);
  const label = f.label('repeat');
  const body = f.capture(() => {
    lowerLoopBody(f, frame, statement.body);
    const position = f.position;
    const test = lowerCondition(f, statement.until, 'The condition of UNTIL');
    f.emit(iff(not(test), [{ op: 'br', label }]));
    if (!f.trusted) f.siteAt(position, f.c.site(statement.until.span, f.pouName));
  });
  f.loops.pop();
  f.emit({ op: 'block', label: frame.exit, body: [{ op: 'loop', label, body }] });
}

function lowerReturn(f: FunctionBuilder, statement: ReturnStatement): void {
  if (statement.value) {
    const result = f.scope.callable?.result;
    if (!result)
      f.c.problems.report(
        'E4018',
        statement.span,
        'Only functions and methods with a result return a value; write RETURN alone.',
      );
    else {
      const place = f.places.get(result);
      if (place)
        assignOperand(
          f,
          { kind: 'place', type: result.type, place },
          lowerExpression(f, statement.value, result.type),
          statement.value.span,
          'The result',
        );
    }
  }
  f.emitReturn();
}

function lowerJump(f: FunctionBuilder, statement: JumpStatement): void {
  const key = foldName(statement.label);
  for (let i = f.labels.length - 1; i >= 0; i -= 1) {
    const label = f.labels[i]!.get(key);
    if (label !== undefined) {
      f.emit({ op: 'goto', label });
      return;
    }
  }
  const near = nearestName(
    statement.label,
    f.labels.flatMap((one) => [...one.keys()]),
  );
  f.c.problems.report(
    'E4011',
    statement.span,
    `There is no label '${statement.label}' to jump to from here${near ? `; did you mean '${near}'?` : '.'}`,
  );
}
