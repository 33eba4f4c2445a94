import type { Problems } from '../problems.js';
import type { Chart, ChartStep } from './sfc-chart.js';

/** Sets of active steps that are looked at before the search is given up; real charts have far fewer. */
const mostMarkings = 4000;

/**
 * W6007: steps that can never become active and transitions that can never fire, whatever their conditions, such as a simultaneous
 * convergence of alternative branches. IEC 61131-3:2013, 6.7.5 calls such charts unsafe or unreachable.
 */
export function checkChartReach(chart: Chart, problems: Problems): void {
  const start = chart.steps.filter((step) => step.initial).map((step) => step.index);
  if (start.length === 0) return;
  const fired = new Set<number>();
  const active = new Set<number>(start);
  const seen = new Set<string>();
  const open: ReadonlySet<number>[] = [new Set(start)];
  while (open.length > 0) {
    const marking = open.pop()!;
    const key = [...marking].sort((a, b) => a - b).join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > mostMarkings) return;
    chart.transitions.forEach((transition, i) => {
      const has = (step: ChartStep): boolean => marking.has(step.index);
      if (!transition.from.every(has) || !transition.finals.every((last) => last.some(has))) return;
      fired.add(i);
      const next = new Set(marking);
      for (const step of transition.leaves) next.delete(step.index);
      for (const step of transition.enters) {
        next.add(step.index);
        active.add(step.index);
      }
      open.push(next);
    });
  }
  for (const { step, index } of chart.steps) {
    if (!active.has(index))
      problems.report('W6007', step.span, `The step ${step.name} can never become active; connect it.`);
  }
  chart.transitions.forEach(({ transition, from }, i) => {
    const reachable = from.every((step) => active.has(step.index));
    if (fired.has(i) || !reachable) return;
    problems.report(
      'W6007',
      transition.span,
      `This transition can never fire, for the steps ${transition.from.join(', ')} are never active together; join alternative branches each by a transition of its own.`,
    );
  });
}
