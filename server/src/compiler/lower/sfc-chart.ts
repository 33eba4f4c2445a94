import { foldName } from '../../model/identifier.js';
import type { Problems } from '../problems.js';
import type { SfcBody, SfcStep, SfcTransition } from '../syntax/ast.js';

/** A step of a flattened chart. */
export interface ChartStep {
  readonly step: SfcStep;
  /** Position in the document. */
  readonly index: number;
  readonly initial: boolean;
}

/** A transition whose steps are known, macro steps entered and left. */
export interface ChartTransition {
  readonly transition: SfcTransition;
  /** All of these must be active. */
  readonly from: readonly ChartStep[];
  /** Macro steps among `from`: one of the last steps of each must be active, too. */
  readonly finals: readonly (readonly ChartStep[])[];
  readonly leaves: readonly ChartStep[];
  readonly enters: readonly ChartStep[];
}

export interface Chart {
  readonly steps: readonly ChartStep[];
  /** In order of precedence: a transition later in the list yields to an earlier one that leaves the same step. */
  readonly transitions: readonly ChartTransition[];
  /** Steps as a person reads them: along the transitions, from the initial steps on. */
  readonly inReadingOrder: readonly ChartStep[];
}

/** Resolves names, flattens macro steps, and checks the chart. Undefined after an error that leaves nothing to run. */
export function flattenChart(body: SfcBody, problems: Problems): Chart | undefined {
  const steps: ChartStep[] = [];
  const byName = new Map<string, ChartStep>();
  const macros = new Map<
    ChartStep,
    { readonly all: readonly ChartStep[]; readonly first: readonly ChartStep[]; readonly last: readonly ChartStep[] }
  >();
  const transitions: SfcTransition[] = [];

  const collect = (part: SfcBody, outer: boolean): ChartStep[] => {
    const own: ChartStep[] = [];
    for (const step of part.steps) {
      const known = byName.get(foldName(step.name));
      if (known) {
        problems.report(
          'E6031',
          step.span,
          `The step ${step.name} stands twice in this chart: rename one, or jump to it.`,
        );
        continue;
      }
      const entry: ChartStep = { step, index: steps.length, initial: outer && step.initial };
      steps.push(entry);
      own.push(entry);
      byName.set(foldName(step.name), entry);
    }
    transitions.push(...part.transitions);
    const inner: ChartStep[] = [];
    for (const entry of [...own]) {
      const { macro } = entry.step;
      if (!macro) continue;
      const all = collect(macro, false);
      const left = new Set(macro.transitions.flatMap((transition) => transition.from.map(foldName)));
      const entered = new Set(macro.transitions.flatMap((transition) => transition.to.map(foldName)));
      const direct = all.filter((each) => macro.steps.includes(each.step));
      const marked = direct.filter((each) => each.step.initial);
      const first =
        marked.length > 0 ? marked : direct.filter((each) => !entered.has(foldName(each.step.name))).slice(0, 1);
      const last = direct.filter((each) => !left.has(foldName(each.step.name)));
      if (first.length === 0 || last.length === 0) {
        problems.report(
          'E6025',
          entry.step.span,
          `The macro step ${entry.step.name} needs a first step and a last one, which no transition leaves.`,
        );
      }
      macros.set(entry, { all, first, last });
      inner.push(...all);
    }
    return [...own, ...inner];
  };
  collect(body, true);

  if (!steps.some((entry) => entry.initial)) {
    const span = body.steps[0]?.span ?? body.transitions[0]?.span;
    if (span) problems.report('E6030', span, 'The chart has no initial step: mark one as initial.');
    return undefined;
  }

  const resolve = (transition: SfcTransition, names: readonly string[]): ChartStep[] | undefined => {
    const found: ChartStep[] = [];
    for (const name of names) {
      const entry = byName.get(foldName(name));
      if (!entry) {
        problems.report(
          'E6022',
          transition.span,
          `The transition refers to the step ${name}, which this chart doesn't have: write the step, or correct the name.`,
        );
        return undefined;
      }
      if (!found.includes(entry)) found.push(entry);
    }
    return found;
  };
  const resolved = transitions.flatMap((transition): ChartTransition[] => {
    const from = resolve(transition, transition.from);
    const to = resolve(transition, transition.to);
    if (!from || !to || from.length === 0) return [];
    const leaves = from.flatMap((entry) => [entry, ...(macros.get(entry)?.all ?? [])]);
    const finals = from.flatMap((entry) => (macros.has(entry) ? [macros.get(entry)!.last] : []));
    const enters = to.flatMap((entry) => enter(entry, macros));
    return [{ transition, from, finals, leaves, enters }];
  });
  const ordered = byPrecedence(resolved);
  return { steps, transitions: ordered, inReadingOrder: readingOrder(steps, ordered) };
}

/** A macro step is entered together with its first steps. */
function enter(
  entry: ChartStep,
  macros: ReadonlyMap<ChartStep, { readonly first: readonly ChartStep[] }>,
): readonly ChartStep[] {
  const macro = macros.get(entry);
  return macro ? [entry, ...macro.first.flatMap((first) => enter(first, macros))] : [entry];
}

/** Those with a priority first, the lowest before; then as the document has them. */
function byPrecedence(transitions: readonly ChartTransition[]): readonly ChartTransition[] {
  const rank = ({ transition }: ChartTransition): number => transition.priority ?? Number.MAX_SAFE_INTEGER;
  return [...transitions].sort((a, b) => rank(a) - rank(b));
}

function readingOrder(steps: readonly ChartStep[], transitions: readonly ChartTransition[]): readonly ChartStep[] {
  const order = new Set<ChartStep>();
  const leaving = new Map<ChartStep, ChartStep[]>();
  for (const transition of transitions) {
    for (const from of transition.from) leaving.set(from, [...(leaving.get(from) ?? []), ...transition.enters]);
  }
  for (const start of [...steps.filter((entry) => entry.initial), ...steps]) {
    const stack = [start];
    while (stack.length > 0) {
      const entry = stack.pop()!;
      if (order.has(entry)) continue;
      order.add(entry);
      stack.push(...(leaving.get(entry) ?? []).toReversed());
    }
  }
  return [...order];
}
