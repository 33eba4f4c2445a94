import { foldName, sameName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Problems } from '../problems.js';
import type { Profile } from '../profile.js';
import type { Body, Expression, PouDeclaration, SfcBody, Statement, VariableDeclaration } from '../syntax/ast.js';
import { allOf, anyOf, boolLiteral, negate } from './graph-expression.js';
import { checkChartReach } from './rule-chart-reach.js';
import { replaceReturns } from './replace-returns.js';
import { act, valuesOnly } from './values-only.js';
import type { ActionControl, ChartAction, ControlContext } from './sfc-action.js';
import { collectActions, controlAction } from './sfc-action.js';
import {
  assignAt,
  binaryAt,
  callAt,
  hiddenAt,
  ifAt,
  letAt,
  memberAt,
  nameAt,
  nowAt,
  pathAt,
  stepVariable,
  timeAt,
} from './sfc-build.js';
import type { Chart, ChartStep, ChartTransition } from './sfc-chart.js';
import { flattenChart } from './sfc-chart.js';

/** A body in any language as statements. */
export interface LoweredBody {
  readonly statements: readonly Statement[];
  readonly declarations: readonly VariableDeclaration[];
  /** Its value, where it is the condition of a transition. */
  readonly value?: Expression;
}

export interface SfcContext {
  readonly problems: Problems;
  readonly profile: Profile;
  /** The POU that the chart belongs to: its actions, named transitions and variables. */
  readonly pou: Pick<PouDeclaration, 'name' | 'blocks' | 'actions' | 'transitions'>;
  /** Distinguishes charts of one POU: empty for the POU's own, else the action's name. */
  readonly scope: string;
  /**
   * Lowers the body of an action or condition; `scope` distinguishes the bodies that end up in this one. `resultName` is given for
   * conditions: the name whose assignment is the value, empty where the transition has none.
   */
  readonly lowerBody: (body: Body, scope: string, resultName?: string) => LoweredBody;
  /** Whether a name that the POU itself does not declare is an action: an inherited one, or a path to one of an instance. */
  readonly isAction?: (name: string) => boolean;
}

export interface LoweredSfc {
  readonly statements: readonly Statement[];
  /** The variables of the steps, which are visible, and hidden ones. */
  readonly declarations: readonly VariableDeclaration[];
}

/**
 * A sequential function chart as statements (IEC 61131-3:2013, 6.7). A scan is one evolution: the transitions whose steps are active
 * when the scan begins are tested, all that fire switch at once, then the actions run, so an action of a step entered in this scan
 * runs in this scan. A step entered in a scan is left in a later one at the earliest. `Step.T` is 0 in the scan of activation and
 * stays as it was when the step is left.
 */
export function lowerSfc(body: SfcBody, context: SfcContext): LoweredSfc {
  const chart = flattenChart(body, context.problems);
  if (!chart) return { statements: [], declarations: [] };
  checkChartReach(chart, context.problems);
  return new ChartLowering(body, chart, context).run();
}

class ChartLowering implements ControlContext {
  private readonly declarations: VariableDeclaration[] = [];
  private readonly variableNames = new Map<ChartStep, string>();
  /** Number of each transition, by which its temporary is named. */
  private readonly numbers: ReadonlyMap<ChartTransition, number>;
  private readonly declared: ReadonlySet<string>;
  private readonly firstSpan: SourceSpan;
  private readonly started: string;
  /** Drawn conditions whose blocks run in every scan, and the statements that run them. */
  private readonly computed = new Map<Body, LoweredBody>();
  private readonly always: Statement[] = [];

  constructor(
    private readonly body: SfcBody,
    private readonly chart: Chart,
    private readonly context: SfcContext,
  ) {
    this.numbers = new Map(chart.transitions.map((transition, i) => [transition, i]));
    this.declared = new Set(
      context.pou.blocks.flatMap((block) => block.variables.map((variable) => foldName(variable.name))),
    );
    this.firstSpan = chart.steps[0]!.step.span;
    this.started = this.hidden('STARTED', 'BOOL', this.firstSpan);
  }

  run(): LoweredSfc {
    const { chart, firstSpan } = this;
    for (const step of chart.steps) this.declareStep(step);
    const statements: Statement[] = [];
    for (const step of chart.steps) statements.push(this.advanceTime(step));
    for (const transition of chart.transitions) statements.push(...this.test(transition));
    for (const transition of chart.transitions) statements.push(this.leave(transition));
    for (const transition of chart.transitions) statements.push(this.enter(transition));
    statements.push(...this.runActions());
    statements.push(assignAt(nameAt(this.started, firstSpan), boolLiteral(true, firstSpan), firstSpan));
    return { statements: this.withFlags(statements), declarations: this.declarations };
  }

  // ------------------------------------------------------------ names

  hidden(hint: string, type: 'BOOL' | 'TIME', span: SourceSpan): string {
    const name = `__SFC_${this.context.scope === '' ? '' : `${this.context.scope}_`}${hint}`;
    this.declarations.push(hiddenAt(name, type, span));
    return name;
  }
  private temporary(id: string): string {
    return `$sfc$${this.context.scope}$${id}`;
  }
  private bodyScope(id: string): string {
    return this.context.scope === '' ? id : `${this.context.scope}$${id}`;
  }

  private declareStep(step: ChartStep): void {
    const { name, span } = step.step;
    const taken = this.declared.has(foldName(name));
    const variable = taken ? `__SFC_STEP_${name}` : name;
    this.variableNames.set(step, variable);
    this.declarations.push(
      stepVariable(variable, step.initial, taken, span),
      hiddenAt(this.sinceName(step), 'TIME', span),
    );
  }
  private sinceName(step: ChartStep): string {
    return `__SFC_${this.context.scope === '' ? '' : `${this.context.scope}_`}${step.step.name}_AT`;
  }

  // ------------------------------------------------------------ steps

  active(step: ChartStep, span: SourceSpan): Expression {
    return memberAt(this.variableNames.get(step)!, 'X', span);
  }
  elapsed(step: ChartStep, span: SourceSpan): Expression {
    return memberAt(this.variableNames.get(step)!, 'T', span);
  }
  entered(step: ChartStep, span: SourceSpan): Expression {
    const fired = this.chart.transitions
      .filter((transition) => transition.enters.includes(step))
      .map((transition) => this.fired(transition, span));
    const first = step.initial ? [negate(nameAt(this.started, span), span)] : [];
    return allOf([anyOf([...fired, ...first], span), this.active(step, span)], span);
  }
  left(step: ChartStep, span: SourceSpan): Expression {
    const fired = this.chart.transitions.filter((transition) => transition.leaves.includes(step));
    // A macro step's inner steps are left with it, active or not.
    const terms = fired.map((transition) =>
      transition.from.includes(step)
        ? this.fired(transition, span)
        : allOf([this.fired(transition, span), nameAt(this.wasActive(step), span)], span),
    );
    return anyOf(terms, span);
  }
  private fired(transition: ChartTransition, span: SourceSpan): Expression {
    return nameAt(this.firedName(transition), span);
  }
  private firedName(transition: ChartTransition): string {
    return this.temporary(`t${this.numbers.get(transition)!}`);
  }
  private wasActive(step: ChartStep): string {
    return this.temporary(`was${step.index}`);
  }

  private advanceTime(step: ChartStep): Statement {
    const { span } = step.step;
    const passed = binaryAt('-', nowAt(span), nameAt(this.sinceName(step), span), span);
    const start = assignAt(nameAt(this.sinceName(step), span), nowAt(span), span);
    const grow = assignAt(this.elapsed(step, span), passed, span);
    // The initial steps became active when the chart started.
    const body = step.initial ? [ifAt(nameAt(this.started, span), [grow], span, [start])] : [grow];
    return ifAt(this.active(step, span), body, span);
  }

  // ------------------------------------------------------------ transitions

  /** Whether the transition fires, as a temporary. Its condition is looked at only while its steps are active. */
  private test(transition: ChartTransition): readonly Statement[] {
    const { span } = transition.transition;
    const name = this.firedName(transition);
    const number = this.numbers.get(transition)!;
    const rivals = this.chart.transitions
      .slice(0, number)
      .filter((other) => this.excludes(other, transition) && other.from.some((step) => transition.from.includes(step)));
    const enabled = allOf(
      [
        ...transition.from.map((step) => this.active(step, span)),
        ...transition.finals.map((last) =>
          anyOf(
            last.map((step) => this.active(step, span)),
            span,
          ),
        ),
        ...rivals.map((other) => negate(this.fired(other, span), span)),
      ],
      span,
    );
    const condition = this.condition(transition, number);
    const value = transition.transition.negated ? negate(condition.value, span) : condition.value;
    const before = transition.leaves
      .filter((step) => !transition.from.includes(step))
      .map((step) => letAt(this.wasActive(step), this.active(step, span), span));
    return [
      letAt(name, boolLiteral(false, span), span),
      ifAt(enabled, [...condition.statements, letAt(name, value, span)], span),
      ...before,
    ];
  }

  /** Whether the first of two transitions from one step keeps the second from firing. */
  private excludes(first: ChartTransition, second: ChartTransition): boolean {
    if (this.context.profile.sfcSelection === 'first') return true;
    return first.transition.priority !== undefined || second.transition.priority !== undefined;
  }

  private condition(
    transition: ChartTransition,
    number: number,
  ): { readonly statements: readonly Statement[]; readonly value: Expression } {
    const { condition, span, name } = transition.transition;
    switch (condition.kind) {
      case 'expression':
        return { statements: [], value: condition.expression };
      case 'body':
        return this.conditionBody(condition.body, `t${number}`, name ?? '', span);
      case 'named': {
        const declared = this.context.pou.transitions.find((each) => sameName(each.name, condition.name));
        if (declared) return this.conditionBody(declared.body, `t${number}`, declared.name, span);
        // A variable may be named, too.
        return { statements: [], value: nameAt(condition.name, span) };
      }
      default:
        return condition satisfies never;
    }
  }

  private conditionBody(
    body: Body,
    id: string,
    resultName: string,
    span: SourceSpan,
  ): { readonly statements: readonly Statement[]; readonly value: Expression } {
    const always = this.context.profile.sfcConditionBlocks === 'always' && body.kind === 'graph';
    const known = always ? this.computed.get(body) : undefined;
    const lowered = known ?? this.context.lowerBody(body, this.bodyScope(id), resultName);
    if (!known) this.declarations.push(...lowered.declarations);
    if (always && !known) {
      this.computed.set(body, lowered);
      if (act(lowered.statements)) this.always.push(...this.ending(lowered.statements, `${id}$always`, span));
    }
    if (!lowered.value) {
      const shown = resultName === '' ? 'This transition' : `The transition ${resultName}`;
      this.context.problems.report(
        'E6024',
        span,
        `${shown} computes no value: its body must end in one${resultName === '' ? '' : `, or assign ${resultName}`}.`,
      );
    }
    const tested = always ? valuesOnly(lowered.statements) : lowered.statements;
    return { statements: this.ending(tested, id, span), value: lowered.value ?? boolLiteral(false, span) };
  }

  private leave(transition: ChartTransition): Statement {
    const { span } = transition.transition;
    const body = transition.leaves.map((step) => assignAt(this.active(step, span), boolLiteral(false, span), span));
    return ifAt(this.fired(transition, span), body, span);
  }
  private enter(transition: ChartTransition): Statement {
    const { span } = transition.transition;
    const body = transition.enters.flatMap((step) => [
      assignAt(this.active(step, span), boolLiteral(true, span), span),
      assignAt(this.elapsed(step, span), timeAt(0n, span), span),
      assignAt(nameAt(this.sinceName(step), span), nowAt(span), span),
    ]);
    return ifAt(this.fired(transition, span), body, span);
  }

  // ------------------------------------------------------------ actions

  private runActions(): readonly Statement[] {
    // A drawn chart has its actions where its steps are; in a text they stand in an order of their own.
    const drawn = this.firstSpan.source.element !== undefined;
    const order = drawn ? this.chart.inReadingOrder : this.chart.steps;
    const actions = collectActions(order, drawn ? [] : this.context.pou.actions.map((action) => action.name));
    const statements: Statement[] = [];
    const late: Statement[] = [];
    const firstInitial = this.chart.steps.find((step) => step.initial);
    actions.forEach((action, i) => {
      const id = (action.name ?? `${action.uses[0]!.step.step.name}_${i}`).replaceAll('.', '_');
      const control = controlAction(action, id, this);
      if (!action.uses.some(({ step }) => step === firstInitial)) late.push(...this.always.splice(0));
      // CODESYS: exit actions, then entry actions, then all others.
      const first =
        this.body.dialect === 'codesys' && action.uses.every(({ association }) => association.qualifier === 'P0');
      (first ? statements : late).push(...control.statements, ...this.perform(action, id, control));
    });
    return [...statements, ...late, ...this.always.splice(0)];
  }

  private perform(action: ChartAction, id: string, control: ActionControl): readonly Statement[] {
    const { span } = action;
    if (action.name !== undefined && !this.isAction(action.name))
      return this.performVariable(action.name, id, control, span);
    const body =
      action.name !== undefined
        ? [callAt(pathAt(this.actionName(action.name), span), span)]
        : this.inlineBody(action.body!, id, span);
    const ofStep = action.uses.every(({ association }) => association.ofStep === true);
    if (!this.context.profile.sfcFinalScan || ofStep || onlyPulses(action)) return [ifAt(control.runs, body, span)];
    // One more run when the action ends: what it computes becomes false with its step.
    const before = this.hidden(`${id}_Q`, 'BOOL', span);
    const now = this.temporary(`q$${id}`);
    return [
      letAt(now, control.runs, span),
      ifAt(anyOf([nameAt(now, span), nameAt(before, span)], span), body, span),
      assignAt(nameAt(before, span), nameAt(now, span), span),
    ];
  }

  /** A BOOL variable as action: TRUE while the action runs, FALSE when it ends or is reset. */
  private performVariable(name: string, id: string, control: ActionControl, span: SourceSpan): readonly Statement[] {
    const before = this.hidden(`${id}_Q`, 'BOOL', span);
    const now = this.temporary(`q$${id}`);
    const ended = anyOf([nameAt(before, span), ...(control.reset ? [control.reset] : [])], span);
    const variable = pathAt(name, span);
    return [
      letAt(now, control.runs, span),
      {
        kind: 'if',
        branches: [
          { condition: nameAt(now, span), body: [assignAt(variable, boolLiteral(true, span), span)], span },
          { condition: ended, body: [assignAt(variable, boolLiteral(false, span), span)], span },
        ],
        span,
      },
      assignAt(nameAt(before, span), nameAt(now, span), span),
    ];
  }

  private inlineBody(body: Body, id: string, span: SourceSpan): readonly Statement[] {
    const lowered = this.context.lowerBody(body, this.bodyScope(id));
    this.declarations.push(...lowered.declarations);
    return this.ending(lowered.statements, id, span);
  }
  /** RETURN in a body within the chart ends that body only. */
  private ending(statements: readonly Statement[], id: string, span: SourceSpan): readonly Statement[] {
    const label = this.temporary(`end$${id}`);
    const replaced = replaceReturns(statements, label);
    return replaced ? [...replaced, { kind: 'label', label, span }] : statements;
  }

  private isAction(name: string): boolean {
    if (this.context.pou.actions.some((action) => sameName(action.name, name))) return true;
    return !this.declared.has(foldName(name)) && this.context.isAction?.(name) === true;
  }
  private actionName(name: string): string {
    return this.context.pou.actions.find((action) => sameName(action.name, name))?.name ?? name;
  }

  // ------------------------------------------------------------ flags of CODESYS

  /** SFCInit and SFCReset set the chart back while TRUE, SFCPause holds it, where the POU declares them. */
  private withFlags(statements: readonly Statement[]): readonly Statement[] {
    if (this.body.dialect !== 'codesys' || this.context.profile.name === 'matiec') return statements;
    const { firstSpan: span } = this;
    const has = (name: string): boolean => this.declared.has(foldName(name));
    const reset: Statement[] = this.chart.steps.flatMap((step) => [
      assignAt(this.active(step, span), boolLiteral(step.initial, span), span),
      assignAt(this.elapsed(step, span), timeAt(0n, span), span),
      assignAt(nameAt(this.sinceName(step), span), nowAt(span), span),
    ]);
    for (const { name, type } of this.declarations) {
      if (name === this.started || type.kind !== 'named' || type.name !== 'BOOL') continue;
      reset.push(assignAt(nameAt(name, span), boolLiteral(false, span), span));
    }
    let result = statements;
    // SFCReset: the initial step's actions run meanwhile.
    if (has('SFCReset')) result = [ifAt(nameAt('SFCReset', span), reset, span), ...result];
    if (has('SFCPause')) result = [ifAt(negate(nameAt('SFCPause', span), span), result, span)];
    if (has('SFCInit')) result = [ifAt(nameAt('SFCInit', span), reset, span, result)];
    return result;
  }
}

function onlyPulses(action: ChartAction): boolean {
  return action.uses.every(({ association }) => association.qualifier === 'P0' || association.qualifier === 'P1');
}
