import type { XmlElement } from './xml-tree.js';
import { childNamed, numberAttribute } from './xml-tree.js';

const apart = new Set(['leftPowerRail', 'rightPowerRail', 'comment', 'vendorElement']);

/**
 * Numbers of the networks (rungs) of a body from 1: elements that wires connect, power rails aside, counted from top to bottom.
 */
export function numberRungs(elements: readonly XmlElement[]): ReadonlyMap<XmlElement, number> {
  const byId = new Map<string, number>();
  elements.forEach((element, i) => byId.set(element.attributes.get('localId')?.trim() ?? '', i));
  const parent = elements.map((_element, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = i; at !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  elements.forEach((element, i) => {
    if (apart.has(element.name)) return;
    for (const from of referencesOf(element)) {
      const j = byId.get(from);
      if (j !== undefined && !apart.has(elements[j]!.name)) parent[find(i)] = find(j);
    }
  });
  const tops = new Map<number, { y: number; x: number; first: number }>();
  elements.forEach((element, i) => {
    if (apart.has(element.name)) return;
    const position = childNamed(element, 'position');
    const y = numberAttribute(position, 'y') ?? 0;
    const x = numberAttribute(position, 'x') ?? 0;
    const root = find(i);
    const top = tops.get(root);
    if (!top) tops.set(root, { y, x, first: i });
    else if (y < top.y || (y === top.y && x < top.x)) tops.set(root, { y, x, first: top.first });
  });
  const ordered = [...tops].sort(([, a], [, b]) => a.y - b.y || a.x - b.x || a.first - b.first);
  const numbers = new Map(ordered.map(([root], i) => [root, i + 1]));
  return new Map(
    elements.flatMap((element, i) => (apart.has(element.name) ? [] : [[element, numbers.get(find(i))!] as const])),
  );
}

/** Numbers of the elements that wires come from, all pins together. */
function* referencesOf(element: XmlElement): Generator<string> {
  const stack = [...element.children];
  while (stack.length > 0) {
    const child = stack.pop()!;
    if (child.name === 'connection') yield child.attributes.get('refLocalId')?.trim() ?? '';
    else if (child.name !== 'addData') for (const inner of child.children) stack.push(inner);
  }
}
