import { foldName } from '../../model/identifier.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { Body, Expression, SfcBody, SfcStep, SfcTransition } from '../syntax/ast.js';
import type { GraphElement, Wire } from '../syntax/graph.js';
import { wiresInto } from '../lower/graph-order.js';
import { chartSpan, graphicOf, importGraphElements, localIdOf, wiresOf } from './import-graph.js';
import type { Place } from './import-place.js';
import { booleanAttribute, programText, requiredAttribute, vendorDataNamed } from './import-place.js';
import { vendorAttributes, importActionBlock, importStepActions, minimumTime } from './import-sfc-actions.js';
import { parseExpressionText } from './parse-text.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed, childrenNamed, numberAttribute } from './xml-tree.js';

const chartElements = new Set([
  'step',
  'macroStep',
  'transition',
  'jumpStep',
  'selectionDivergence',
  'selectionConvergence',
  'simultaneousDivergence',
  'simultaneousConvergence',
  'actionBlock',
]);

/** Chart elements by number, and where the wires into each come from. */
interface Chart {
  readonly place: Place;
  readonly elements: ReadonlyMap<string, XmlElement>;
}

export function importSfc(place: Place, content: XmlElement): SfcBody {
  const drawn = content.children.filter((element) => chartElements.has(element.name));
  const elements = new Map<string, XmlElement>();
  for (const element of drawn) {
    const id = localIdOf(place, element);
    if (id === undefined) continue;
    if (elements.has(id))
      place.problems.report(
        'E6002',
        chartSpan(place, element),
        `The localId ${id} stands twice in this body; give each element its own.`,
      );
    else elements.set(id, element);
  }
  const chart: Chart = { place, elements };
  const graph = importGraphElements(
    place,
    content.children.filter((element) => !chartElements.has(element.name)),
  );
  const steps = importSteps(chart);
  const transitions = importTransitions(chart, graph);
  const dialect = vendorDataNamed(drawn[0], 'sfc/element').length > 0 ? { dialect: 'codesys' as const } : {};
  return { kind: 'sfc', steps, transitions, ...dialect };
}

// ---------------------------------------------------------------- steps

const isStep = (element: XmlElement): boolean => element.name === 'step' || element.name === 'macroStep';

function importSteps(chart: Chart): readonly SfcStep[] {
  const { place, elements } = chart;
  const blocks = new Map<string, XmlElement[]>();
  for (const element of elements.values()) {
    if (element.name !== 'actionBlock') continue;
    const wires = wiresOf(childrenNamed(element, 'connectionPointIn'));
    for (const wire of wires) {
      const source = elements.get(wire.from);
      if (source && isStep(source)) blocks.set(wire.from, [...(blocks.get(wire.from) ?? []), element]);
      else
        place.problems.report(
          'E6001',
          chartSpan(place, element),
          `This action block belongs to the element ${wire.from}, which is no step of this chart; connect it again.`,
        );
    }
    if (wires.length === 0)
      place.problems.report(
        'W6004',
        chartSpan(place, element),
        'This action block belongs to no step, so it never runs; connect it to one.',
      );
  }
  return [...elements]
    .filter(([, element]) => isStep(element))
    .flatMap(([id, element]) => importStep(place, element, blocks.get(id) ?? []) ?? []);
}

function importStep(place: Place, element: XmlElement, actionBlocks: readonly XmlElement[]): SfcStep | undefined {
  const name = requiredAttribute(place, element, 'name');
  if (name === undefined) return undefined;
  const body = childNamed(element, 'body');
  const macro = element.name === 'macroStep' && body ? place.bodyIn(place, body) : undefined;
  if (element.name === 'macroStep' && macro?.kind !== 'sfc') {
    place.problems.report(
      'E6025',
      chartSpan(place, element),
      `The macro step ${name} has no chart of its own; draw one in it or make it a step.`,
    );
  }
  const associations = actionBlocks.flatMap((block) => importActionBlock(place, block));
  return {
    name,
    initial: booleanAttribute(element, 'initialStep'),
    ...(macro?.kind === 'sfc' && { macro }),
    associations: [...importStepActions(place, element), ...associations],
    span: chartSpan(place, element),
  };
}

// ---------------------------------------------------------------- transitions

function importTransitions(chart: Chart, graph: readonly GraphElement[]): readonly SfcTransition[] {
  const { place, elements } = chart;
  const targets = targetsOf(chart);
  const found: { readonly transition: SfcTransition; readonly x: number }[] = [];
  for (const [id, element] of elements) {
    if (element.name !== 'transition') continue;
    const span = chartSpan(place, element);
    const sources = sourcesOf(chart, element);
    const to = targets.get(id) ?? [];
    if (sources.length === 0)
      place.problems.report(
        'E6021',
        span,
        'No step leads to this transition, so it can never fire; connect it below a step.',
      );
    if (to.length === 0)
      place.problems.report('E6020', span, 'This transition leads to no step; connect a step or a jump below it.');
    const condition = importCondition(chart, element, graph);
    if (!condition || to.length === 0) continue;
    const negated = isNegated(element);
    const vendor = vendorAttributes(place, element);
    const priority = numberAttribute(element, 'priority') ?? vendor.priority;
    const x = numberAttribute(childNamed(element, 'position'), 'x') ?? 0;
    for (const from of sources) {
      const held = from.flatMap((step) => minimumTime(place, chart.elements, step) ?? []);
      found.push({
        transition: {
          from,
          to,
          ...(priority !== undefined && { priority }),
          ...withMinimumTimes(place, condition, negated, held),
          span,
        },
        x,
      });
    }
  }
  return leftToRight(found);
}

type Condition = SfcTransition['condition'];

/** CODESYS' minimum times: the transition waits until each step has been active long enough. */
function withMinimumTimes(
  place: Place,
  condition: Condition,
  negated: boolean,
  held: readonly string[],
): Pick<SfcTransition, 'condition' | 'negated'> {
  const alone = { condition, ...(negated && { negated: true as const }) };
  if (held.length === 0 || condition.kind !== 'expression') return alone;
  const { source } = condition.expression.span;
  const head = negated ? 'NOT (' : '(';
  const pieces = (source.origin?.pieces ?? []).map((piece) => ({ ...piece, at: piece.at + head.length }));
  const text = [`${head}${source.text})`, ...held].join(' AND ');
  const expression = parseExpressionText(place, {
    ...source,
    text,
    origin: { document: place.document, pieces: [{ at: 0, offset: pieces[0]?.offset ?? 0 }, ...pieces] },
  });
  return expression ? { condition: { kind: 'expression', expression } } : alone;
}

/** Transitions that compete for one step are tried from left to right; all others stay where the document has them. */
function leftToRight(
  found: readonly { readonly transition: SfcTransition; readonly x: number }[],
): readonly SfcTransition[] {
  const groups = new Map<string, number[]>();
  found.forEach(({ transition }, i) => {
    const key = foldName(transition.from[0] ?? '');
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const result: SfcTransition[] = found.map(({ transition }) => transition);
  for (const places of groups.values()) {
    const sorted = [...places].sort((a, b) => found[a]!.x - found[b]!.x);
    places.forEach((at, i) => {
      result[at] = found[sorted[i]!]!.transition;
    });
  }
  return result;
}

const nameOf = (element: XmlElement): string => element.attributes.get('name')?.trim() ?? '';

/**
 * Steps before an element, as alternatives of sets that must all be active. Walks up through divergences and convergences. A jump
 * ends its branch, so nothing comes down from it, although CODESYS draws wires from jumps to the convergence below.
 */
function sourcesOf(
  chart: Chart,
  element: XmlElement,
  path: ReadonlySet<XmlElement> = new Set(),
): readonly (readonly string[])[] {
  const alternatives: (readonly string[])[] = [];
  if (path.size > maxBranchDepth) return alternatives;
  const above = new Set([...path, element]);
  for (const wire of wiresOf(childrenNamed(element, 'connectionPointIn'))) {
    const source = sourceOf(chart, element, wire);
    if (!source || above.has(source)) continue;
    if (isStep(source)) alternatives.push([nameOf(source)]);
    else if (source.name === 'simultaneousConvergence') alternatives.push(allInputs(chart, source, above));
    else if (source.name !== 'transition' && source.name !== 'jumpStep')
      alternatives.push(...sourcesOf(chart, source, above));
  }
  return alternatives.filter((steps) => steps.length > 0);
}

const maxBranchDepth = 256;

function allInputs(chart: Chart, convergence: XmlElement, path: ReadonlySet<XmlElement>): readonly string[] {
  return [...new Set(sourcesOf(chart, convergence, path).flat())];
}

/** Names of the steps that each transition leads to. */
function targetsOf(chart: Chart): ReadonlyMap<string, readonly string[]> {
  const { place, elements } = chart;
  const steps = new Set([...elements.values()].filter(isStep).map((step) => foldName(nameOf(step))));
  const targets = new Map<string, string[]>();
  for (const element of elements.values()) {
    if (!isStep(element) && element.name !== 'jumpStep') continue;
    const name = element.name === 'jumpStep' ? (element.attributes.get('targetName')?.trim() ?? '') : nameOf(element);
    if (!steps.has(foldName(name))) {
      place.problems.report(
        'E6022',
        chartSpan(place, element),
        `The jump leads to the step ${name}, which this chart doesn't have; draw it or change the jump.`,
      );
      continue;
    }
    for (const id of transitionsAbove(chart, element)) {
      const known = targets.get(id) ?? [];
      if (!known.includes(name)) targets.set(id, [...known, name]);
    }
  }
  return targets;
}

function transitionsAbove(chart: Chart, element: XmlElement): ReadonlySet<string> {
  const found = new Set<string>();
  const visited = new Set<XmlElement>([element]);
  const stack = [element];
  while (stack.length > 0) {
    const top = stack.pop()!;
    for (const wire of wiresOf(childrenNamed(top, 'connectionPointIn'))) {
      const source = sourceOf(chart, top, wire);
      if (!source || visited.has(source)) continue;
      visited.add(source);
      if (source.name === 'transition') found.add(wire.from);
      else if (isStep(source)) {
        chart.place.problems.report(
          'E6023',
          chartSpan(chart.place, element),
          `No transition stands between the step ${nameOf(source)} and this ${element.name}; draw one.`,
        );
      } else if (source.name !== 'jumpStep') stack.push(source);
    }
  }
  return found;
}

function sourceOf(chart: Chart, element: XmlElement, wire: Wire): XmlElement | undefined {
  const source = chart.elements.get(wire.from);
  if (!source) {
    const message = `A wire of this ${element.name} comes from the element ${wire.from || '(none)'}, which this chart doesn't have; connect it again.`;
    chart.place.problems.report('E6001', chartSpan(chart.place, element), message);
  }
  return source;
}

// ---------------------------------------------------------------- conditions

function importCondition(chart: Chart, element: XmlElement, graph: readonly GraphElement[]): Condition | undefined {
  const { place } = chart;
  const span = chartSpan(place, element);
  const holder = childNamed(element, 'condition');
  const condition = holder && importConditionIn(place, element, holder, graph, span);
  if (!condition) {
    if (!holder || holder.children.length === 0)
      place.problems.report(
        'E6024',
        span,
        'This transition has no condition; give it one, TRUE where it always fires.',
      );
    return undefined;
  }
  return condition;
}

const isNegated = (transition: XmlElement): boolean => {
  const holder = childNamed(transition, 'condition');
  return holder !== undefined && booleanAttribute(holder, 'negated');
};

function importConditionIn(
  place: Place,
  element: XmlElement,
  holder: XmlElement,
  graph: readonly GraphElement[],
  span: SourceSpan,
): Condition | undefined {
  const reference = childNamed(holder, 'reference');
  if (reference) {
    const name = requiredAttribute(place, reference, 'name');
    return name === undefined ? undefined : { kind: 'named', name };
  }
  const inline = childNamed(holder, 'inline');
  if (inline) return importInline(place, inline, element, span);
  const wires = wiresOf(childrenNamed(holder, 'connectionPointIn'));
  if (wires.length === 0) return undefined;
  const source = wires.length === 1 ? graph.find(({ id }) => id === wires[0]!.from) : undefined;
  if (source?.kind === 'inVariable' && !source.negated && !source.edge)
    return namedOrExpression(place, source.expression);
  return { kind: 'body', body: { kind: 'graph', language: 'FBD', elements: behind(graph, wires), result: wires } };
}

/** A condition that is just the name of a transition of the POU is meant as that transition. */
function namedOrExpression(place: Place, expression: Expression): Condition {
  if (expression.kind === 'name' && place.transitions?.has(foldName(expression.name)))
    return { kind: 'named', name: expression.name };
  return { kind: 'expression', expression };
}

function importInline(place: Place, inline: XmlElement, element: XmlElement, span: SourceSpan): Condition | undefined {
  const text = inline.children.find((child) => child.name.toUpperCase() === 'ST');
  if (text) {
    const source = programText({ ...place, language: 'ST' }, text, graphicOf(element));
    const expression = parseExpressionText(place, { ...source, text: source.text.replace(/^(\s*):=/, '$1  ') });
    return expression && namedOrExpression(place, expression);
  }
  const body: Body | undefined = place.bodyIn(place, inline);
  if (body?.kind === 'sfc') {
    place.problems.report('E6024', span, "A condition can't be a chart; write it in ST, IL, LD or FBD.");
    return undefined;
  }
  return body && { kind: 'body', body };
}

/** The elements that wires lead back to. */
function behind(graph: readonly GraphElement[], wires: readonly Wire[]): readonly GraphElement[] {
  const byId = new Map(graph.map((element) => [element.id, element]));
  const found = new Set<GraphElement>();
  const stack = [...wires];
  while (stack.length > 0) {
    const element = byId.get(stack.pop()!.from);
    if (!element || found.has(element)) continue;
    found.add(element);
    stack.push(...wiresInto(element));
    if (element.kind === 'continuation') {
      const connector = graph.find(
        (other) => other.kind === 'connector' && foldName(other.name) === foldName(element.name),
      );
      if (connector) stack.push({ from: connector.id });
    }
  }
  return graph.filter((element) => found.has(element));
}
