/** What of an element counts for its network. */
export interface RungNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** Numbers of the elements that wires come from, all pins together. */
  readonly from: readonly string[];
  /** Power rails and comments join nothing and belong to no network. */
  readonly apart: boolean;
}

/** Numbers of the networks (rungs) of a body from 1, for each node: elements that wires connect, counted from top to bottom. */
export function numberRungs(nodes: readonly RungNode[]): readonly (number | undefined)[] {
  const byId = new Map(nodes.map((node, i) => [node.id, i]));
  const parent = nodes.map((_node, i) => i);
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
  nodes.forEach((node, i) => {
    if (node.apart) return;
    for (const from of node.from) {
      const j = byId.get(from);
      if (j !== undefined && !nodes[j]!.apart) parent[find(i)] = find(j);
    }
  });
  const tops = new Map<number, { y: number; x: number; first: number }>();
  nodes.forEach((node, i) => {
    if (node.apart) return;
    const top = tops.get(find(i));
    if (!top) tops.set(find(i), { y: node.y, x: node.x, first: i });
    else if (node.y < top.y || (node.y === top.y && node.x < top.x)) Object.assign(top, { y: node.y, x: node.x });
  });
  const ordered = [...tops].sort(([, a], [, b]) => a.y - b.y || a.x - b.x || a.first - b.first);
  const numbers = new Map(ordered.map(([root], i) => [root, i + 1]));
  return nodes.map((node, i) => (node.apart ? undefined : numbers.get(find(i))));
}
