import type { GraphElement, Wire } from '../syntax/graph.js';

/** Elements that pass a value on from left to right. */
export type Carrier = Extract<GraphElement, { kind: 'contact' | 'coil' | 'connector' | 'continuation' }>;

export const isCarrier = (element: GraphElement): element is Carrier =>
  element.kind === 'contact' ||
  element.kind === 'coil' ||
  element.kind === 'connector' ||
  element.kind === 'continuation';

export interface CarriersBehind {
  /** Sources before what they lead to. */
  readonly order: readonly Carrier[];
  /** How many of the wires start at each carrier, by its number. */
  readonly uses: ReadonlyMap<string, number>;
}

/** Carriers that wires lead back to, up to blocks and variables; without recursion, for rungs can be long. */
export function carriersBehind(
  wires: readonly Wire[],
  byId: ReadonlyMap<string, GraphElement>,
  inputsOf: (element: GraphElement) => readonly Wire[],
  onCircle: (carrier: Carrier) => void,
): CarriersBehind {
  const order: Carrier[] = [];
  const uses = new Map<string, number>();
  const state = new Map<string, 'open' | 'closed'>();
  const stack: { readonly carrier: Carrier | undefined; readonly wires: readonly Wire[]; next: number }[] = [
    { carrier: undefined, wires, next: 0 },
  ];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const wire = top.wires[top.next];
    if (!wire) {
      stack.pop();
      if (top.carrier) {
        state.set(top.carrier.id, 'closed');
        order.push(top.carrier);
      }
      continue;
    }
    top.next += 1;
    const source = byId.get(wire.from);
    if (!source || !isCarrier(source)) continue;
    uses.set(source.id, (uses.get(source.id) ?? 0) + 1);
    const known = state.get(source.id);
    if (known === 'open') onCircle(source);
    if (known) continue;
    state.set(source.id, 'open');
    stack.push({ carrier: source, wires: inputsOf(source), next: 0 });
  }
  return { order, uses };
}
