import type { InstanceRegion, IrFunction, IrModule } from '../ir.js';
import { analyse, type CallNode } from './analysis.js';

export type CallTable = ReadonlyMap<string, readonly CallNode[]>;

/** The calls in each function, by its name. */
export const callsOf = (module: IrModule): CallTable =>
  new Map(module.functions.map((fn) => [fn.name, analyse(fn).calls]));

export interface CallOrder {
  /** Callees come before their callers, as far as there is no recursion. */
  readonly order: readonly string[];
  readonly recursive: boolean;
}

export function callOrder(calls: CallTable): CallOrder {
  const order: string[] = [];
  const entered = new Set<string>();
  const left = new Set<string>();
  let recursive = false;
  // A stack of its own: call chains may be long.
  for (const root of calls.keys()) {
    const stack: { readonly name: string; readonly called: readonly CallNode[]; next: number }[] = [];
    const enter = (name: string): void => {
      const called = calls.get(name);
      if (!called) return;
      if (!entered.has(name)) {
        entered.add(name);
        stack.push({ name, called, next: 0 });
      } else if (!left.has(name)) recursive = true;
    };
    if (!entered.has(root)) enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (top.next < top.called.length) enter(top.called[top.next++]!.callee);
      else {
        order.push(top.name);
        left.add(top.name);
        stack.pop();
      }
    }
  }
  return { order, recursive };
}

/** More instances than this are not told apart. */
const maxInstances = 200_000;
/** Elements of one array of instances that are told apart. */
const maxElements = 4096;

/** Where the instances that a function runs on may lie. */
export interface InstancePlaces {
  /** Absolute addresses; `unknown` where a call goes through a pointer. */
  readonly addresses: Set<number> | 'unknown';
  /** Some lie on the stack, where they share no byte with absolute cells. */
  readonly onStack: boolean;
}

/** For each function with an instance that can be reached. */
export function instancePlaces(
  module: IrModule,
  functions: ReadonlyMap<string, IrFunction>,
  calls: CallTable,
): ReadonlyMap<string, InstancePlaces> {
  const known = new Map<string, InstancePlaces>();
  const work: string[] = [];
  const queued = new Set<string>();
  const touch = (name: string): void => {
    if (queued.has(name)) return;
    queued.add(name);
    work.push(name);
  };
  const add = (name: string, addresses: Iterable<number> | 'unknown', onStack = false): void => {
    const old = known.get(name);
    if (old?.addresses === 'unknown') return;
    const set = old?.addresses ?? new Set<number>();
    const before = set.size;
    if (addresses !== 'unknown') for (const address of addresses) set.add(address);
    const next = {
      addresses: addresses === 'unknown' || set.size > maxInstances ? ('unknown' as const) : set,
      onStack: onStack || old?.onStack === true,
    };
    known.set(name, next);
    if (!old || set.size !== before || next.addresses === 'unknown' || next.onStack !== old.onStack) touch(name);
  };
  for (const entry of module.entries) if (functions.get(entry.callee)?.hasInstance) add(entry.callee, [entry.instance]);
  // A function without an instance may call on absolute ones.
  for (const fn of module.functions) if (!fn.hasInstance) touch(fn.name);
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    queued.delete(name);
    const own = known.get(name);
    for (const call of calls.get(name) ?? []) {
      if (!functions.get(call.callee)?.hasInstance) continue;
      const region = call.instance;
      const offsets = region && offsetsIn(region);
      if (!region || !offsets) add(call.callee, 'unknown');
      else if (region.base === 'absolute') add(call.callee, offsets);
      else if (region.base === 'frame') add(call.callee, [], true);
      else if (own?.addresses === 'unknown') add(call.callee, 'unknown');
      else if (own) add(call.callee, sums(own.addresses, offsets), own.onStack);
    }
  }
  return known;
}

/** Where in a region the instance may begin. */
function offsetsIn(region: InstanceRegion): readonly number[] | undefined {
  const { offset, size, stride } = region;
  if (stride === undefined) return [offset];
  const count = Math.ceil(size / stride);
  return count <= maxElements ? Array.from({ length: count }, (_, index) => offset + index * stride) : undefined;
}

function* sums(addresses: ReadonlySet<number>, offsets: readonly number[]): Generator<number> {
  for (const address of [...addresses]) for (const offset of offsets) yield address + offset;
}
