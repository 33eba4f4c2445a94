import type { SourceSpan } from '../../model/source-span.js';
import type { BinaryOperator, Expression, Statement } from '../syntax/ast.js';
import { hasCall, heightOf, isConstant } from './expression-measure.js';

/** Chains of operators become a temporary at this height. */
export const maxHeight = 64;

/** The current result of an instruction list. */
export interface IlResult {
  readonly value: Expression;
  /** Contains a call, so it has to be evaluated once, before the next statement. */
  readonly calls: boolean;
  /** Made of literals only: it has no type of its own yet. */
  readonly constant: boolean;
  readonly height: number;
}

export function resultOf(value: Expression): IlResult {
  return { value, calls: hasCall(value), constant: isConstant(value), height: heightOf(value) };
}

/** Holds the current result while statements are made of it. */
export class CurrentResult {
  readonly statements: Statement[] = [];
  result: IlResult | undefined;
  private temporaries = 0;

  constructor(private readonly prefix: string) {}

  name(id: string): string {
    return this.prefix + id;
  }
  /** Keeps the result in a temporary, so that later statements don't change it. */
  keep(span: SourceSpan): void {
    const { result } = this;
    if (!result || result.constant || (result.value.kind === 'name' && result.value.name.startsWith('$'))) return;
    this.temporaries += 1;
    this.assignTemporary(this.name(String(this.temporaries)), result.value, span);
  }
  assignTemporary(name: string, value: Expression, span: SourceSpan): void {
    this.statements.push({ kind: 'let', name, value, span });
    this.result = { value: { kind: 'name', name, span }, calls: false, constant: false, height: 1 };
  }
  /** Before a statement: the result is kept where it is needed later, and its calls are made in any case. */
  settle(live: boolean): void {
    const { result } = this;
    if (!result) return;
    const { span } = result.value;
    if (live) {
      this.keep(span);
      return;
    }
    if (result.value.kind === 'call') this.statements.push({ kind: 'expression', expression: result.value, span });
    else if (result.calls) this.keep(span);
    this.result = undefined;
  }
  combine(op: BinaryOperator, right: Expression, span: SourceSpan): void {
    const left = this.result;
    if (!left) return;
    const value: Expression = { kind: 'binary', op, left: left.value, right, span };
    const height = Math.max(left.height, heightOf(right)) + 1;
    this.result = { value, calls: left.calls || hasCall(right), constant: left.constant && isConstant(right), height };
    if (height > maxHeight) this.keep(span);
  }
}
