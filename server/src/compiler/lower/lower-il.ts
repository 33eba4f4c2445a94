import { foldName } from '../../model/identifier.js';
import type { Problems } from '../problems.js';
import type { Argument, BinaryOperator, Expression, IlInstruction, Statement } from '../syntax/ast.js';
import { CurrentResult, maxHeight, resultOf } from './current-result.js';
import { heightOf } from './expression-measure.js';
import { isCombining, isInputOperator, isPlain, jumpTarget, labelIndex, liveness } from './il-liveness.js';

export interface IlContext {
  /** Distinguishes lists that end up in one body of statements; empty for a body of its own. */
  readonly scope?: string;
  /** Whether a name is a function, so that `CAL name` calls it with the current result. */
  readonly isFunction?: (name: string) => boolean;
  /** Whether an operand is an instance of a function block, so that `R name` and `S name` give it an input. */
  readonly isInstance?: (operand: Expression) => boolean;
  /** The list is the condition of a transition: its last result is the value. */
  readonly result?: boolean;
}

export interface LoweredIl {
  readonly statements: readonly Statement[];
  /** The result at the end of the list, where the context asks for it. */
  readonly value?: Expression;
}

/**
 * Instruction List as statements (IEC 61131-3:2013, 7.2). The current result is an expression that grows; before a statement
 * that may change what it reads, it is kept in a temporary. Where a jump meets a label whose code still uses the result, the
 * result goes through a temporary of the label; its type is that of the way that comes first in the text.
 */
export function lowerIl(
  instructions: readonly IlInstruction[],
  problems: Problems,
  context: IlContext = {},
): readonly Statement[] {
  return lowerInstructionList(instructions, problems, context).statements;
}

export function lowerInstructionList(
  instructions: readonly IlInstruction[],
  problems: Problems,
  context: IlContext,
): LoweredIl {
  const list = new ListLowering(problems, context);
  const value = list.run(instructions, context.result === true, undefined, true);
  return { statements: list.statements, ...(value && { value }) };
}

const operatorOf: Readonly<Record<string, BinaryOperator>> = {
  AND: 'AND', OR: 'OR', XOR: 'XOR', ADD: '+', SUB: '-', MUL: '*', DIV: '/', MOD: 'MOD', GT: '>', GE: '>=', EQ: '=', NE: '<>', LE: '<=', LT: '<',
}; // prettier-ignore

class ListLowering {
  private readonly current: CurrentResult;

  constructor(
    private readonly problems: Problems,
    private readonly context: IlContext,
  ) {
    const { scope } = context;
    this.current = new CurrentResult(scope === undefined || scope === '' ? '$il$' : `$il$${scope}$`);
  }
  get statements(): Statement[] {
    return this.current.statements;
  }

  /** Lowers a list; gives its result, where one is needed at the end. */
  run(
    instructions: readonly IlInstruction[],
    atEnd: boolean,
    first: Expression | undefined,
    top: boolean,
  ): Expression | undefined {
    const labels = labelIndex(instructions);
    const live = liveness(instructions, (instruction) => this.callsFunction(instruction), atEnd);
    this.current.result = first && resultOf(first);
    let reachable = true;
    instructions.forEach((instruction, i) => {
      if (instruction.label !== undefined) {
        if (!top)
          this.problems.report(
            'E4101',
            instruction.span,
            `The label ${instruction.label} stands within parentheses: move it out.`,
          );
        else if (labels.get(foldName(instruction.label)) !== i) {
          this.problems.report(
            'E4103',
            instruction.span,
            `The label ${instruction.label} stands twice in this list: rename one.`,
          );
        } else this.enterLabel(instruction, live.into[i]!, reachable);
        reachable = true;
      }
      // A list must not read what no way has loaded.
      if (live.into[i]! && !this.current.result && reachable) this.missing(instruction);
      this.lower(instruction, live.behind[i]!, labels, live.into, top);
      if ((instruction.op === 'JMP' || instruction.op === 'RET') && !instruction.conditional) {
        reachable = false;
        this.current.result = undefined;
      }
    });
    if (!atEnd) {
      this.current.settle(false);
      return undefined;
    }
    const { result } = this.current;
    this.current.result = undefined;
    return result?.value;
  }

  private missingReported = false;
  private missing(instruction: IlInstruction): void {
    if (!this.missingReported)
      this.problems.report('E4100', instruction.span, 'There is no current result here: begin with LD.');
    this.missingReported = true;
    this.current.result = {
      value: { kind: 'bool', value: false, span: instruction.span },
      calls: false,
      constant: true,
      height: 1,
    };
  }

  // ------------------------------------------------------------ instructions

  private lower(
    i: IlInstruction,
    live: boolean,
    labels: ReadonlyMap<string, number>,
    into: readonly boolean[],
    top: boolean,
  ): void {
    const { op, span } = i;
    switch (op) {
      case '':
        return;
      case 'LD':
        this.current.settle(false);
        this.lowerLoad(i);
        return;
      case 'ST':
      case 'S':
      case 'R':
        this.lowerStore(i, live);
        return;
      case 'NOT':
        if (i.operands.length > 0)
          this.problems.report('E4102', span, 'NOT takes no operand: it negates the current result.');
        if (this.current.result) {
          this.current.result = {
            ...this.current.result,
            value: { kind: 'unary', op: 'NOT', operand: this.current.result.value, span },
            height: this.current.result.height + 1,
          };
          if (this.current.result.height > maxHeight) this.current.keep(span);
        }
        return;
      case 'JMP':
        this.lowerJump(i, live, labels, into, top);
        return;
      case 'RET':
        if (i.conditional) this.conditionally(i, live, [{ kind: 'return', span }]);
        else {
          this.current.settle(false);
          this.statements.push({ kind: 'return', span });
        }
        return;
      case 'CAL':
        this.lowerCall(i, live);
        return;
      default:
    }
    if (isInputOperator(op)) this.giveInput(i, live);
    else if (isCombining(op) && !i.args) this.lowerCombination(i);
    else this.lowerFunction(i);
  }

  private lowerLoad(i: IlInstruction): void {
    const { span } = i;
    if (i.args || i.operands.length > 1) this.problems.report('E4102', span, 'LD takes one operand.');
    let value: Expression | undefined;
    if (i.nested) value = this.evaluateNested(i);
    else value = i.operands[0];
    if (!value) return;
    this.current.result = resultOf(i.negated ? { kind: 'unary', op: 'NOT', operand: value, span } : value);
  }

  private lowerStore(i: IlInstruction, live: boolean): void {
    const { span, op } = i;
    const [target] = i.operands;
    if (!target || i.operands.length > 1 || i.nested || i.args) {
      this.problems.report('E4102', span, `${op}${i.negated ? 'N' : ''} takes one variable as its operand.`);
      return;
    }
    if (op !== 'ST' && this.context.isInstance?.(target)) {
      this.giveInput(i, live);
      return;
    }
    if (live) this.current.keep(span);
    const { result } = this.current;
    if (!result) return;
    const value: Expression = i.negated ? { kind: 'unary', op: 'NOT', operand: result.value, span } : result.value;
    this.statements.push({ kind: 'assign', op: op === 'ST' ? ':=' : op === 'S' ? 'S=' : 'R=', target, value, span });
    if (!live) this.current.result = undefined;
  }

  private lowerCombination(i: IlInstruction): void {
    const { span } = i;
    const operator = operatorOf[i.op]!;
    const negate = (value: Expression): Expression =>
      i.negated ? { kind: 'unary', op: 'NOT', operand: value, span } : value;
    if (!i.nested) {
      for (const operand of i.operands) this.current.combine(operator, negate(operand), span);
      return;
    }
    const plain = isPlain(i.nested, (instruction) => this.callsFunction(instruction));
    if (!plain) this.current.keep(span);
    const outer = this.current.result;
    const inner = this.evaluateNested(i);
    this.current.result = outer;
    if (inner) this.current.combine(operator, negate(inner), span);
  }

  /** The value of the instructions in parentheses. */
  private evaluateNested(i: IlInstruction): Expression | undefined {
    const outer = this.current.result;
    const value = this.run(i.nested ?? [], true, i.operands[0], false);
    this.current.result = outer;
    if (!value) this.problems.report('E4100', i.span, 'The parentheses give no value: begin with an operand or LD.');
    return value;
  }

  private lowerJump(
    i: IlInstruction,
    live: boolean,
    labels: ReadonlyMap<string, number>,
    into: readonly boolean[],
    top: boolean,
  ): void {
    const { span } = i;
    const folded = jumpTarget(i);
    const operand = i.operands[0];
    if (folded === undefined || operand?.kind !== 'name') return;
    if (!top) {
      this.problems.report('E4101', span, 'The jump stands within parentheses: move it out.');
      return;
    }
    const target = labels.get(folded);
    if (target === undefined) {
      this.problems.report(
        'E4103',
        span,
        `There is no label ${operand.name} in this list: write \`${operand.name}:\` before the instruction to go on with.`,
      );
      return;
    }
    const jump: Statement = { kind: 'jump', label: this.labelName(operand.name), span };
    const carried = into[target]!;
    if (!i.conditional) {
      if (carried && this.current.result)
        this.current.assignTemporary(this.joinName(folded), this.current.result.value, span);
      else this.current.settle(false);
      this.statements.push(jump);
      return;
    }
    if (!carried) {
      this.conditionally(i, live, [jump]);
      return;
    }
    this.current.keep(span);
    const { result } = this.current;
    if (!result) return;
    const carry: Statement = { kind: 'let', name: this.joinName(folded), value: result.value, span };
    this.conditionally(i, live, [carry, jump]);
  }

  private labelName(label: string): string {
    return this.context.scope === undefined || this.context.scope === '' ? label : `$${this.context.scope}$${label}`;
  }
  private joinName(folded: string): string {
    return this.current.name(`at$${folded}`);
  }

  private enterLabel(i: IlInstruction, needed: boolean, reachable: boolean): void {
    const label = i.label!;
    const { span } = i;
    if (!needed) this.current.settle(false);
    else {
      const name = this.joinName(foldName(label));
      if (reachable && !this.current.result) this.missing(i);
      if (this.current.result && reachable)
        this.statements.push({ kind: 'let', name, value: this.current.result.value, span });
      this.current.result = { value: { kind: 'name', name, span }, calls: false, constant: false, height: 1 };
    }
    this.statements.push({ kind: 'label', label: this.labelName(label), span });
  }

  /** Runs statements if the current result is TRUE, or FALSE with N. */
  private conditionally(i: IlInstruction, live: boolean, body: readonly Statement[]): void {
    const { span } = i;
    if (live) this.current.keep(span);
    const { result } = this.current;
    if (!result) return;
    const condition: Expression = i.negated ? { kind: 'unary', op: 'NOT', operand: result.value, span } : result.value;
    this.statements.push({ kind: 'if', branches: [{ condition, body, span }], span });
    if (!live) this.current.result = undefined;
  }

  // ------------------------------------------------------------ calls

  private callsFunction(i: IlInstruction): boolean {
    const callee = i.operands[0];
    return i.op === 'CAL' && callee?.kind === 'name' && this.context.isFunction?.(callee.name) === true;
  }

  private lowerCall(i: IlInstruction, live: boolean): void {
    const { span } = i;
    const callee = i.operands[0];
    if (!callee) return;
    if (this.callsFunction(i)) {
      if (i.conditional)
        this.problems.report('E4102', span, "A function can't be called on a condition here: jump over it with JMPC.");
      this.callFunction(callee, i);
      return;
    }
    // Lists among the arguments are evaluated before.
    if (i.conditional || live) this.current.keep(span);
    const outer = this.current.result;
    const args = this.argumentsOf(i);
    this.current.result = outer;
    const call: Statement = { kind: 'expression', expression: { kind: 'call', callee, args, span }, span };
    if (i.conditional) this.conditionally(i, live, [call]);
    else {
      this.current.settle(live);
      this.statements.push(call);
    }
  }

  /** `CU counter`: the result becomes the input, and the block runs. IEC 61131-3:2013, table 70. */
  private giveInput(i: IlInstruction, live: boolean): void {
    const { span } = i;
    const callee = i.operands[0];
    if (!callee || i.args || i.operands.length > 1) {
      this.problems.report('E4102', span, `${i.op} takes one instance of a function block as its operand.`);
      return;
    }
    if (live) this.current.keep(span);
    const { result } = this.current;
    if (!result) return;
    const args: Argument[] = [{ name: i.op, direction: 'in', value: result.value, span }];
    this.statements.push({ kind: 'expression', expression: { kind: 'call', callee, args, span }, span });
    if (!live) this.current.result = undefined;
  }

  private lowerFunction(i: IlInstruction): void {
    this.callFunction({ kind: 'name', name: i.op, span: i.span }, i);
  }

  /** The current result is the first argument, unless arguments stand in parentheses. IEC 61131-3:2013, 7.2.5. */
  private callFunction(callee: Expression, i: IlInstruction): void {
    const { span } = i;
    let args: readonly Argument[];
    if (i.args) {
      this.current.settle(false);
      args = this.argumentsOf(i);
    } else {
      const operands = i.op === 'CAL' ? i.operands.slice(1) : i.operands;
      const first: Argument[] = this.current.result
        ? [{ direction: 'in', value: this.current.result.value, span }]
        : [];
      args = [...first, ...operands.map((value): Argument => ({ direction: 'in', value, span: value.span }))];
    }
    const height = 1 + Math.max(0, ...args.map((argument) => (argument.value ? heightOf(argument.value) : 0)));
    this.current.result = { value: { kind: 'call', callee, args, span }, calls: true, constant: false, height };
    if (height > maxHeight) this.current.keep(span);
  }

  private argumentsOf(i: IlInstruction): readonly Argument[] {
    return (i.args ?? []).map((argument) => {
      const { list, ...rest } = argument;
      if (!list) return rest;
      this.current.result = undefined;
      const value = this.run(list, true, undefined, false);
      if (!value) {
        this.problems.report('E4100', argument.span, 'The instructions give no value: begin with LD.');
        return rest;
      }
      this.current.result = resultOf(value);
      this.current.keep(argument.span);
      return { ...rest, value: this.current.result.value };
    });
  }
}
