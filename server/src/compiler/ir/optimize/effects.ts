import type { InstanceRegion, IrFunction, IrModule } from '../ir.js';
import { analyse, type CallNode } from './analysis.js';
import { callOrder, callsOf, instancePlaces, type CallTable } from './call-graph.js';
import { SpanSet, type Span } from './span.js';

/** Memory that a call of a function may write, through all that it calls; its own frame apart. */
export interface Effects {
  readonly absolute: SpanSet;
  /** From the instance address. */
  readonly instance: SpanSet;
  /** Some instance somewhere. */
  anything: boolean;
}

/** What one call may change, as its caller sees it. */
export interface CallEffects {
  readonly absolute: SpanSet | undefined;
  readonly region: { readonly base: Span['base']; readonly shift: number; readonly spans: SpanSet } | undefined;
  readonly anything: boolean;
}

/** What the optimiser knows of a module. */
export interface ModuleFacts {
  readonly functions: ReadonlyMap<string, IrFunction>;
  effectsOf(name: string): Effects;
  callEffects(call: CallNode): CallEffects;
  /** True where the two may share a byte inside `fn`, whose instance lies at one of its known addresses, if they are known. */
  mayMeet(fn: IrFunction, a: Span, b: Span): boolean;
  setMeets(fn: IrFunction, effects: CallEffects, span: Span): boolean;
  /** All of the above that concerns `fn`, as a text: equal texts of two modules mean equal answers. */
  outlook(fn: IrFunction): string;
}

export function moduleFacts(module: IrModule): ModuleFacts {
  const functions = new Map(module.functions.map((fn) => [fn.name, fn]));
  const calls = callsOf(module);
  const effects = new Map<string, Effects>();
  for (const fn of module.functions) {
    const own: Effects = { absolute: new SpanSet(), instance: new SpanSet(), anything: false };
    for (const span of analyse(fn).written) {
      if (span.base === 'absolute') own.absolute.add(span.start, span.end);
      else if (span.base === 'instance') own.instance.add(span.start, span.end);
    }
    effects.set(fn.name, own);
  }
  closeEffects(functions, calls, effects);
  const instances = instancePlaces(module, functions, calls);
  const sorted = new Map<string, Float64Array>();
  const addressesOf = (fn: IrFunction): Float64Array | undefined => {
    const known = sorted.get(fn.name);
    if (known) return known;
    const set = instances.get(fn.name)?.addresses;
    if (set === 'unknown' || set === undefined) return undefined;
    const list = Float64Array.from(set).sort();
    sorted.set(fn.name, list);
    return list;
  };

  /** Whether an instance of `fn` lies so that its bytes `own` share one with the absolute bytes. */
  const crosses = (fn: IrFunction, ownStart: number, ownEnd: number, start: number, end: number): boolean => {
    const addresses = addressesOf(fn);
    if (!addresses) return true;
    // address + ownStart < end and start < address + ownEnd
    let low = 0;
    let high = addresses.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (addresses[middle]! + ownEnd <= start) low = middle + 1;
      else high = middle;
    }
    return low < addresses.length && addresses[low]! + ownStart < end;
  };

  const setCrosses = (fn: IrFunction, own: Span, set: SpanSet): boolean => {
    const addresses = addressesOf(fn);
    if (addresses && addresses.length <= 16)
      return addresses.some((address) => set.meets(address + own.start, address + own.end));
    return set.ordered().some(([start, end]) => crosses(fn, own.start, own.end, start, end));
  };

  const effectTexts = new Map<string, string>();
  const effectText = (name: string): string => {
    let text = effectTexts.get(name);
    if (text === undefined) {
      const { absolute, instance, anything } = effects.get(name)!;
      const spans = (set: SpanSet): string => set.ordered().join(';');
      text = `${name}|${functions.get(name)!.hasInstance}|${anything}|${spans(absolute)}|${spans(instance)}`;
      effectTexts.set(name, text);
    }
    return text;
  };

  const facts: ModuleFacts = {
    functions,
    outlook(fn) {
      const callees = new Set(calls.get(fn.name)!.map((call) => call.callee));
      return [addressesOf(fn)?.join() ?? '', ...[...callees].map(effectText)].join('\n');
    },
    effectsOf: (name) => effects.get(name)!,
    callEffects(call) {
      const callee = functions.get(call.callee)!;
      const { absolute, instance, anything } = effects.get(call.callee)!;
      const writesInstance = callee.hasInstance && !instance.empty;
      return {
        absolute: absolute.empty ? undefined : absolute,
        region:
          writesInstance && call.instance
            ? { base: call.instance.base, shift: call.instance.offset, spans: spansIn(call.instance, instance) }
            : undefined,
        anything: anything || (writesInstance && !call.instance),
      };
    },
    mayMeet(fn, a, b) {
      if (a.base === b.base) return a.start < b.end && b.start < a.end;
      if (a.base === 'frame' || b.base === 'frame') return false;
      return a.base === 'instance'
        ? crosses(fn, a.start, a.end, b.start, b.end)
        : crosses(fn, b.start, b.end, a.start, a.end);
    },
    setMeets(fn, call, span) {
      if (call.anything) return true;
      if (call.absolute) {
        if (span.base === 'absolute' && call.absolute.meets(span.start, span.end)) return true;
        if (span.base === 'instance' && setCrosses(fn, span, call.absolute)) return true;
      }
      const { region } = call;
      if (!region) return false;
      if (region.base === span.base) return region.spans.meets(span.start - region.shift, span.end - region.shift);
      return region.spans
        .ordered()
        .some(([start, end]) =>
          facts.mayMeet(fn, span, { base: region.base, start: start + region.shift, end: end + region.shift }),
        );
    },
  };
  return facts;
}

/** What a callee writes of its instance, from the start of the region: with a stride it may be any of the instances. */
function spansIn(region: InstanceRegion, instance: SpanSet): SpanSet {
  if (region.stride === undefined) return instance;
  const whole = new SpanSet();
  whole.add(0, region.size);
  return whole;
}

/** Adds to each function's effects what its callees do. One round is enough unless there is recursion. */
function closeEffects(
  functions: ReadonlyMap<string, IrFunction>,
  calls: CallTable,
  effects: ReadonlyMap<string, Effects>,
): void {
  const { order, recursive } = callOrder(calls);
  const extent = (): number => {
    let sum = 0;
    for (const one of effects.values()) sum += one.absolute.size() + one.instance.size() + (one.anything ? 1 : 0);
    return sum;
  };
  for (let before = -1, after = 0; before !== after;) {
    before = after;
    for (const name of order)
      for (const call of calls.get(name)!) addCall(functions, effects, effects.get(name)!, call);
    after = recursive ? extent() : before;
  }
}

function addCall(
  functions: ReadonlyMap<string, IrFunction>,
  effects: ReadonlyMap<string, Effects>,
  own: Effects,
  call: CallNode,
): void {
  const inner = effects.get(call.callee);
  if (!inner) return;
  if (inner !== own) own.absolute.addAll(inner.absolute, 0);
  if (inner.anything) own.anything = true;
  if (!functions.get(call.callee)!.hasInstance || inner.instance.empty) return;
  const region = call.instance;
  if (!region) own.anything = true;
  else if (region.base === 'absolute') own.absolute.addAll(spansIn(region, inner.instance), region.offset);
  else if (region.base === 'instance' && !(inner === own && region.offset === 0)) {
    own.instance.addAll(spansIn(region, inner.instance), region.offset);
  }
}
