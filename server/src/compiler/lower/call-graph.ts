import type { IrFunction } from '../ir/ir.js';
import { analyse } from '../ir/optimize/analysis.js';

/** Who calls whom, by IR name. */
export type CallGraph = ReadonlyMap<string, ReadonlySet<string>>;

export function callGraph(functions: ReadonlyMap<string, IrFunction>): CallGraph {
  return new Map([...functions.values()].map((fn) => [fn.name, new Set(analyse(fn).calls.map((call) => call.callee))]));
}

export function reachable(graph: CallGraph, from: Iterable<string>): Set<string> {
  const seen = new Set<string>(from);
  const stack = [...seen];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    for (const callee of graph.get(name) ?? []) {
      if (seen.has(callee)) continue;
      seen.add(callee);
      stack.push(callee);
    }
  }
  return seen;
}

/** One way around for each group of functions that call each other, dispatch through objects left out. */
export function findCycles(graph: CallGraph): string[][] {
  const cycles: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const root of graph.keys()) {
    if (state.has(root)) continue;
    // Depth first without recursion: calls may nest deep.
    const path: { readonly name: string; readonly rest: string[] }[] = [{ name: root, rest: [...graph.get(root)!] }];
    state.set(root, 'open');
    while (path.length > 0) {
      const top = path.at(-1)!;
      const next = top.rest.pop();
      if (next === undefined) {
        state.set(top.name, 'done');
        path.pop();
        continue;
      }
      if (next.endsWith('$dispatch') || !graph.has(next)) continue;
      const known = state.get(next);
      if (known === 'open')
        cycles.push([...path.slice(path.findIndex((p) => p.name === next)).map((p) => p.name), next]);
      else if (known === undefined) {
        state.set(next, 'open');
        path.push({ name: next, rest: [...graph.get(next)!] });
      }
    }
  }
  return cycles;
}

/** Bytes of frames that are in use at once at most; undefined where calls can go around. */
export function deepestStack(
  graph: CallGraph,
  functions: ReadonlyMap<string, IrFunction>,
  roots: readonly string[],
): number | undefined {
  const known = new Map<string, number>();
  const open = new Set<string>();
  let cyclic = false;
  const depth = (name: string): number => {
    const done = known.get(name);
    if (done !== undefined) return done;
    if (open.has(name)) {
      cyclic = true;
      return 0;
    }
    open.add(name);
    let below = 0;
    for (const callee of graph.get(name) ?? []) below = Math.max(below, depth(callee));
    open.delete(name);
    const total = below + (functions.get(name)?.frameSize ?? 0) + 32;
    known.set(name, total);
    return total;
  };
  const deepest = Math.max(0, ...roots.map(depth));
  return cyclic ? undefined : deepest;
}
