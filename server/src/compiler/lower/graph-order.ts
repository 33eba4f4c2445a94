import type { Profile } from '../profile.js';
import type { GraphBody, GraphElement, Wire } from '../syntax/graph.js';

/** Elements that do something by themselves; all others only carry values to them. */
export type Actor = Extract<
  GraphElement,
  { kind: 'coil' | 'outVariable' | 'inOutVariable' | 'block' | 'jump' | 'label' | 'return' }
>;

export function isActor(element: GraphElement): element is Actor {
  switch (element.kind) {
    case 'coil':
    case 'outVariable':
    case 'block':
    case 'jump':
    case 'label':
    case 'return':
      return true;
    case 'inOutVariable':
      return element.input.length > 0;
    default:
      return false;
  }
}

/** Wires into an element, all pins together. */
export function wiresInto(element: GraphElement): readonly Wire[] {
  switch (element.kind) {
    case 'block':
      return [...element.inputs, ...element.inOuts].flatMap((pin) => pin.wires);
    case 'leftRail':
    case 'inVariable':
    case 'continuation':
    case 'label':
    case 'comment':
      return [];
    default:
      return element.input;
  }
}

/** Elements whose tops differ by less stand in one row. */
const rowHeight = 10;

type Placed = Pick<GraphElement, 'element'>;
const byPosition = (a: Placed, b: Placed): number =>
  Math.abs(a.element.y - b.element.y) < rowHeight ? a.element.x - b.element.x : a.element.y - b.element.y;

/**
 * The order in which a body's elements act (TC6 XML, executionOrderId): those with a number first, by number; the others row by
 * row from the top, each row from the left, elements at one place as the document has them. In a body with jumps each network is
 * completed before the next one. Values that an element needs are fetched when its turn comes.
 */
export function actorsInOrder(body: GraphBody, profile: Profile): readonly Actor[] {
  const actors = body.elements.filter(isActor);
  const numbered = profile.graphOrder === 'topological' ? () => undefined : orderNumbers(actors);
  const first = actors.filter((actor) => numbered(actor) !== undefined).sort((a, b) => numbered(a)! - numbered(b)!);
  const rest = actors.filter((actor) => numbered(actor) === undefined);
  if (rest.some((actor) => actor.kind === 'jump' || actor.kind === 'label' || actor.kind === 'return')) {
    return [...first, ...networksOf(body, rest)];
  }
  if (profile.graphOrder === 'outputs-first') {
    const isBlock = (actor: Actor): boolean => actor.kind === 'block';
    return [
      ...first,
      ...rest.filter((actor) => !isBlock(actor)).sort(byPosition),
      ...rest.filter(isBlock).sort(byPosition),
    ];
  }
  return [...first, ...rest.sort(byPosition)];
}

/** Beremiz writes 0 for "no number"; where every element has a number and all differ, 0 is one of them. */
function orderNumbers(actors: readonly Actor[]): (actor: Actor) => number | undefined {
  const numbers = new Set(actors.map((actor) => actor.order));
  const zeroCounts = !numbers.has(undefined) && numbers.size === actors.length && actors.length > 1;
  return (actor) => (actor.order === undefined || (actor.order === 0 && !zeroCounts) ? undefined : actor.order);
}

function networksOf(body: GraphBody, actors: readonly Actor[]): readonly Actor[] {
  const networks = new Map<number, Actor[]>();
  for (const actor of actors) {
    const rung = actor.element.rung ?? 0;
    const network = networks.get(rung);
    if (network) network.push(actor);
    else networks.set(rung, [actor]);
  }
  // Where a network begins: the top left of all its elements, contacts included.
  const tops = new Map<number, { element: { x: number; y: number } }>();
  for (const element of body.elements) {
    const rung = element.element.rung ?? 0;
    const top = tops.get(rung)?.element;
    const { x, y } = element.element;
    tops.set(rung, { element: top ? { x: Math.min(top.x, x), y: Math.min(top.y, y) } : { x, y } });
  }
  const place = (rung: number): Placed => tops.get(rung) as Placed;
  return [...networks]
    .sort(([a], [b]) => byPosition(place(a), place(b)) || a - b)
    .flatMap(([, network]) => network.sort(byPosition));
}
