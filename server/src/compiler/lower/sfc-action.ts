import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Body, Expression, SfcAssociation, Statement } from '../syntax/ast.js';
import type { ChartStep } from './sfc-chart.js';
import { allOf, anyOf, boolLiteral, negate } from './graph-expression.js';
import { assignAt, binaryAt, ifAt, nameAt, nowAt, timeAt } from './sfc-build.js';

/** All associations of one action: what its action control block gets. IEC 61131-3:2013, 6.7.4.5. */
export interface ChartAction {
  /** Name of an action or variable; absent for statements in place. */
  readonly name?: string;
  readonly body?: Body;
  readonly uses: readonly ActionUse[];
  readonly span: SourceSpan;
}
export interface ActionUse {
  readonly step: ChartStep;
  readonly association: SfcAssociation;
}

/** The actions of a chart in the order in which `steps` first use them, or in that of `declared`, where a name is in it. */
export function collectActions(steps: readonly ChartStep[], declared: readonly string[]): readonly ChartAction[] {
  const named = new Map<string, ActionUse[]>();
  const found: {
    readonly name?: string;
    readonly body?: Body;
    readonly uses: ActionUse[];
    readonly span: SourceSpan;
  }[] = [];
  for (const step of steps) {
    for (const association of step.step.associations) {
      const use = { step, association };
      const { action, span } = association;
      if (action.kind === 'inline') {
        found.push({ body: action.body, uses: [use], span });
        continue;
      }
      const known = named.get(foldName(action.name));
      if (known) known.push(use);
      else {
        const uses = [use];
        named.set(foldName(action.name), uses);
        found.push({ name: action.name, uses, span });
      }
    }
  }
  const rank = new Map(declared.map((name, i) => [foldName(name), i]));
  if (rank.size === 0) return found;
  const rankOf = (action: ChartAction): number =>
    (action.name === undefined ? undefined : rank.get(foldName(action.name))) ?? rank.size;
  return found
    .map((action, i) => ({ action, i }))
    .sort((a, b) => rankOf(a.action) - rankOf(b.action) || a.i - b.i)
    .map(({ action }) => action);
}

/** What the control of an action needs from the chart. */
export interface ControlContext {
  /** `Step.X`. */
  active(step: ChartStep, span: SourceSpan): Expression;
  /** `Step.T`. */
  elapsed(step: ChartStep, span: SourceSpan): Expression;
  /** The step became active in this scan. */
  entered(step: ChartStep, span: SourceSpan): Expression;
  /** The step was left in this scan. */
  left(step: ChartStep, span: SourceSpan): Expression;
  /** A variable that outlives the scan; gives its name. */
  hidden(hint: string, type: 'BOOL' | 'TIME', span: SourceSpan): string;
}

export interface ActionControl {
  /** Statements before the action is judged. */
  readonly statements: readonly Statement[];
  /** Q of the action control block. */
  readonly runs: Expression;
  /** The action is being reset in this scan, where that can be. */
  readonly reset?: Expression;
}

/**
 * The action control block of an action, specialised to the qualifiers that occur. Durations run on the time of the step, so
 * L runs while `Step.T < T`, D once `Step.T >= T`; the stored ones on a time stamp of their own.
 */
export function controlAction(action: ChartAction, id: string, context: ControlContext): ActionControl {
  const statements: Statement[] = [];
  const terms: Expression[] = [];
  const resets: Expression[] = [];
  const clears: string[] = [];
  const { span: actionSpan } = action;
  const stored = action.uses.filter(({ association }) => association.qualifier === 'S');
  for (const { step, association } of action.uses) {
    if (association.qualifier === 'R') resets.push(context.active(step, association.span));
  }
  for (const [index, { step, association }] of action.uses.entries()) {
    const { span } = association;
    const duration = association.duration ?? timeAt(0n, span);
    const hint = `${id}_${index}`;
    switch (association.qualifier) {
      case 'N':
        terms.push(context.active(step, span));
        break;
      case 'P':
      case 'P1':
        terms.push(context.entered(step, span));
        break;
      case 'P0':
        terms.push(context.left(step, span));
        break;
      case 'L':
        terms.push(
          allOf([context.active(step, span), binaryAt('<', context.elapsed(step, span), duration, span)], span),
        );
        break;
      case 'D':
        terms.push(
          allOf([context.active(step, span), binaryAt('>=', context.elapsed(step, span), duration, span)], span),
        );
        break;
      case 'DS': {
        const flag = context.hidden(`${hint}_DS`, 'BOOL', span);
        clears.push(flag);
        const due = allOf(
          [context.active(step, span), binaryAt('>=', context.elapsed(step, span), duration, span)],
          span,
        );
        statements.push(ifAt(due, [assignAt(nameAt(flag, span), boolLiteral(true, span), span)], span));
        terms.push(nameAt(flag, span));
        break;
      }
      case 'SD':
      case 'SL': {
        const flag = context.hidden(`${hint}_${association.qualifier}`, 'BOOL', span);
        const since = context.hidden(`${hint}_AT`, 'TIME', span);
        clears.push(flag);
        // Being stored already, it keeps its time.
        const start = allOf([context.active(step, span), negate(nameAt(flag, span), span)], span);
        const body = [
          assignAt(nameAt(flag, span), boolLiteral(true, span), span),
          assignAt(nameAt(since, span), nowAt(span), span),
        ];
        statements.push(ifAt(start, body, span));
        const passed = binaryAt('-', nowAt(span), nameAt(since, span), span);
        const timed = binaryAt(association.qualifier === 'SD' ? '>=' : '<', passed, duration, span);
        terms.push(allOf([nameAt(flag, span), timed], span));
        break;
      }
      case 'S':
      case 'R':
        break;
      default:
        association.qualifier satisfies never;
    }
  }
  if (stored.length > 0) {
    const { span } = stored[0]!.association;
    const flag = context.hidden(`${id}_S`, 'BOOL', span);
    clears.push(flag);
    const set = anyOf(
      stored.map(({ step }) => context.active(step, span)),
      span,
    );
    statements.push(ifAt(set, [assignAt(nameAt(flag, span), boolLiteral(true, span), span)], span));
    terms.push(nameAt(flag, span));
  }
  const runs = anyOf(terms, actionSpan);
  if (resets.length === 0) return { statements, runs };
  const reset = anyOf(resets, actionSpan);
  // Reset dominates, and takes back what was stored.
  const clearing = clears.map((flag) => assignAt(nameAt(flag, actionSpan), boolLiteral(false, actionSpan), actionSpan));
  if (clearing.length > 0) statements.push(ifAt(reset, clearing, actionSpan));
  return { statements, runs: allOf([runs, negate(reset, actionSpan)], actionSpan), reset };
}
