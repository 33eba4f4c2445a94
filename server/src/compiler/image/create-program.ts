import { foldName } from '../../model/identifier.js';
import type { Compilation } from '../check/compilation.js';
import { elementaryTypes as e } from '../check/types.js';
import type { BlockSymbol, VariableSymbol } from '../check/symbols.js';
import { sizeOf } from '../check/type-size.js';
import { FunctionBuilder } from '../lower/function-builder.js';
import { callGraph, findCycles, reachable, type CallGraph } from '../lower/call-graph.js';
import { createLowering, type Placement } from '../lower/create-lowering.js';
import { createLoweringMemory, type LoweringMemory } from '../lower/lowering-memory.js';
import { lowerEntry } from '../lower/lower-entry.js';
import { emitRuntimeInitial, emitVariableInitial } from '../lower/lower-initializer.js';
import { absolutePlace } from '../lower/lower-place.js';
import type { Lowering } from '../lower/lowering.js';
import { checkInitialValues } from '../lower/rule-initial.js';
import { createFacts, factsOf, scanExpression } from '../lower/scan-body.js';
import type { IrEntry } from '../ir/ir.js';
import type { SourceUnit } from '../syntax/ast.js';
import { allocateMemory, type MemoryPlan } from './allocate-memory.js';
import { resolveConfiguration, type Configured } from './configured.js';
import { bodiesOf, planInstances, type PlannedInstance } from './instance-plan.js';
import { initialMemory } from './initial-memory.js';
import { markOverlaps } from './overlaps.js';
import { createProcessImage, type ProcessImage } from './process-image.js';
import { createOrigins, surroundingsDigest } from './surroundings.js';
import type { Runnable } from './tasks.js';
import { resolvePath, type PathContext } from './configuration-path.js';

/** A program on its way from declarations to an image. */
export interface Program {
  readonly lowering: Lowering;
  readonly units: readonly SourceUnit[];
  readonly plan: readonly PlannedInstance[];
  readonly memory: MemoryPlan;
  readonly image: ProcessImage;
  readonly configured: Configured;
  readonly runnables: readonly Runnable[];
  readonly bytes: Uint8Array;
  readonly pathContext: PathContext;
  readonly entries: readonly IrEntry[];
  readonly graph: CallGraph;
  /** Instances, process image and addresses of all variables. */
  layOut(): void;
  /** Everything that users wrote becomes IR, and what that needs of the standard library. */
  lower(): void;
}

export const initName = '$init';

export function createProgram(
  base: Omit<Compilation, 'evaluate' | 'instanceCount'>,
  units: readonly SourceUnit[],
  earlier?: LoweringMemory,
): Program {
  const counts = countInstances(units);
  let plan: PlannedInstance[] = [];
  let schedule: PlannedInstance[] = [];
  let memory: MemoryPlan | undefined;
  let configured: Configured | undefined;
  let bytes: Uint8Array = new Uint8Array(0);
  let graph: CallGraph = new Map();
  const runnables: Runnable[] = [];
  const entries: IrEntry[] = [];
  const statics = new Map<VariableSymbol, number>();
  const placement: Placement = {
    poolStart: undefined,
    programAddress(block) {
      const own = plan.filter((one) => one.block === block);
      return own.length === 1 ? memory?.instances.get(own[0]!) : undefined;
    },
    directAddress: (node) => image.find(node),
    get heap() {
      return memory?.heap;
    },
    staticCell(variable) {
      let address = statics.get(variable);
      if (address === undefined) {
        address = c.pool.bytes(new Uint8Array(Math.max(8, sizeOf(variable.type))));
        statics.set(variable, address);
      }
      return address;
    },
  };
  const lowered = earlier ?? createLoweringMemory();
  const c = createLowering(
    { ...base, instanceCount: (program) => counts.get(foldName(program.name)) ?? 1 },
    placement,
    {
      memory: lowered,
      originOf: earlier ? createOrigins(units) : () => undefined,
    },
  );
  const image = createProcessImage(c);

  const pathContext = (): PathContext => ({ plan, memory: memory!, image, prefixes: c.configurationNames });

  const layOut = (): void => {
    schedule = planInstances(c, units);
    plan = schedule.filter((one) => !one.twin);
    requestAddresses(c, units, image);
    memory = allocateMemory(c, plan, image, makesObjects(units) ? c.profile.heapBytes : 0);
    placement.poolStart = memory.end;
    configured = resolveConfiguration(c, units, pathContext());
  };

  const lower = (): void => {
    if (earlier) earlier.enter(surroundingsDigest(c.profile, units, schedule, memory!));
    for (const fn of c.table.functions.values()) if (!fn.standard) c.needCallable(fn);
    for (const symbol of [...c.table.types.values()])
      if (symbol.kind === 'block' && !symbol.standard) needBlock(c, symbol);
    c.drain();
    bytes = initialMemory(c, plan, memory!);
    configured!.writeInitial(bytes);
    for (const [i, one] of schedule.entries()) if (one.scheduled) runnables.push(...makeRunnables(i, one));
    c.functions.set(initName, lowerInit());
    c.drain();
    checkInitialValues(c);
    graph = callGraph(c.functions);
    reportRecursion(c, graph);
    markOutsideWrites(c, graph);
    markOverlaps(c, image);
    c.cells.finish();
  };

  const lowerInit = () => {
    const f = new FunctionBuilder(c, initName, { namespace: [], usings: [] }, undefined, 'init', true);
    f.initializing = true;
    for (const variable of memory!.fixed) {
      const { storage } = variable;
      if (storage.kind === 'absolute')
        emitVariableInitial(f, absolutePlace(f, storage.address, variable.name, storage.bit), variable);
    }
    for (const one of plan)
      emitRuntimeInitial(f, absolutePlace(f, memory!.instances.get(one)!, one.name), one.block.type, undefined);
    f.emit({ op: 'return' });
    return f.finish();
  };

  const makeRunnables = (index: number, one: PlannedInstance): Runnable[] => {
    const instance = one.twin ?? one;
    const located = configured!.locations.filter((l) => l.instance === instance);
    const args = one.configuration?.args ?? [];
    const entry = `run${index}`;
    let callee = c.needBody(one.block);
    if (args.length > 0 || located.length > 0) {
      callee = `${one.resource}.${one.name}$entry${index}`;
      c.functions.set(
        callee,
        lowerEntry(c, callee, one.block, args, located, one.configuration?.span ?? one.block.declaration.span),
      );
    }
    entries.push({ exportName: entry, callee, instance: memory!.instances.get(instance)! });
    const made: Runnable[] = [
      {
        name: one.name,
        type: one.block.name,
        entry,
        resource: one.resource,
        ...(one.configuration?.task !== undefined && { task: one.configuration.task }),
      },
    ];
    for (const [i, association] of (one.configuration?.fbTasks ?? []).entries()) {
      const path = association.instance.split('.').reduce<Parameters<typeof resolvePath>[1]>(
        (object, member) => ({
          kind: 'member',
          object,
          member,
          memberSpan: one.configuration!.span,
          span: one.configuration!.span,
        }),
        { kind: 'name', name: one.name, span: one.configuration!.span },
      );
      const found = resolvePath(c, path, pathContext());
      const block =
        found?.type.kind === 'instance'
          ? c.table.types.get(foldName([...found.type.declaration.namespace, found.type.name].join('.')))
          : undefined;
      if (!found || block?.kind !== 'block') continue;
      entries.push({ exportName: `${entry}_${i}`, callee: c.needBody(block), instance: found.address });
      made.push({
        name: found.text,
        type: block.name,
        entry: `${entry}_${i}`,
        resource: one.resource,
        task: association.task,
      });
    }
    return made;
  };

  return {
    lowering: c,
    units,
    image,
    runnables,
    get plan() {
      return plan;
    },
    get memory() {
      return memory!;
    },
    get configured() {
      return configured!;
    },
    get graph() {
      return graph;
    },
    get bytes() {
      return bytes;
    },
    get pathContext() {
      return pathContext();
    },
    layOut,
    lower,
    entries,
  };
}

/** Instances that configurations make of each program, by folded name. */
function countInstances(units: readonly SourceUnit[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const unit of units) {
    for (const d of unit.declarations) {
      if (d.kind !== 'configuration') continue;
      for (const resource of d.resources) {
        const names = new Map(resource.programs.map((p) => [foldName(p.name), foldName(p.program)]));
        for (const program of names.values()) counts.set(program, (counts.get(program) ?? 0) + 1);
      }
    }
  }
  return counts;
}

/** Whether any body makes or ends objects while the program runs. */
const makesObjects = (units: readonly SourceUnit[]): boolean =>
  units.some((unit) =>
    unit.declarations.some(
      (d) =>
        d.kind === 'pou' &&
        bodiesOf(d)
          .map(factsOf)
          .some(({ calls }) => calls.has('__NEW') || calls.has('__DELETE')),
    ),
  );

/** Every address that declarations, bodies and configurations mention. */
function requestAddresses(c: Lowering, units: readonly SourceUnit[], image: ProcessImage): void {
  const facts = createFacts();
  const located = (variables: Iterable<VariableSymbol>): void => {
    for (const v of variables)
      if (v.location && v.section !== 'VAR_EXTERNAL') image.request(v.location, sizeOf(v.type));
  };
  located(c.table.globals.values());
  for (const list of c.table.lists.values()) located(list.variables.values());
  for (const symbol of c.table.types.values()) if (symbol.kind === 'block') located(symbol.variables.values());
  for (const unit of units) {
    for (const d of unit.declarations) {
      if (d.kind === 'pou')
        for (const body of bodiesOf(d)) for (const node of factsOf(body).addresses) facts.addresses.push(node);
      if (d.kind !== 'configuration') continue;
      for (const one of d.configVariables) if (one.location) image.request(one.location, directSize(one.location.size));
      for (const one of d.accessPaths) scanExpression(one.path, facts);
      for (const resource of d.resources) {
        for (const p of resource.programs) for (const arg of p.args) if (arg.value) scanExpression(arg.value, facts);
        for (const t of resource.tasks) if (t.single) scanExpression(t.single, facts);
      }
    }
  }
  for (const node of facts.addresses) image.request(node, directSize(node.size));
}

const directSize = (size: 'X' | 'B' | 'W' | 'D' | 'L'): number =>
  ({ X: e.BOOL, B: e.BYTE, W: e.WORD, D: e.DWORD, L: e.LWORD })[size].size;

function needBlock(c: Lowering, block: BlockSymbol): void {
  if (block.pouKind !== 'class') c.needBody(block);
  for (const method of block.methods.values()) if (!method.abstract) c.needCallable(method);
  for (const action of block.actions.values()) c.needCallable(action);
  for (const property of block.properties.values()) {
    if (property.getter && !property.getter.abstract) c.needCallable(property.getter);
    if (property.setter && !property.setter.abstract) c.needCallable(property.setter);
  }
}

/** E4020, once for each way around. */
function reportRecursion(c: Lowering, graph: CallGraph): void {
  for (const cycle of findCycles(graph)) {
    const names = cycle.map((name) => name.replace(/\$.*$/, ''));
    const span = spanOfFunction(c, cycle[0]!);
    if (span)
      c.problems.report(
        'E4020',
        span,
        `RECURSION: '${names[0]}' calls itself (${names.join(' -> ')}); use a loop, or keep a stack of your own.`,
      );
  }
}

function spanOfFunction(c: Lowering, irName: string) {
  const key = foldName(irName);
  const fn = c.table.functions.get(key);
  if (fn) return fn.span;
  const type = c.table.types.get(key);
  if (type?.kind === 'block') return type.declaration.nameSpan;
  for (const block of c.table.types.values()) {
    if (block.kind !== 'block') continue;
    for (const method of [...block.methods.values(), ...block.actions.values()])
      if (method.irName === irName) return method.span;
    for (const property of block.properties.values()) {
      for (const accessor of [property.getter, property.setter]) if (accessor?.irName === irName) return accessor.span;
    }
  }
  return undefined;
}

/** Members that a function writes from outside while their block's own code may be running further up the stack. */
function markOutsideWrites(c: Lowering, graph: CallGraph): void {
  const reached = new Map<string, Set<string>>();
  for (const { writer, domain, offset, size } of c.outsideWrites) {
    const block = domain.block!;
    const owners = [
      block.irName,
      ...[...block.methods.values(), ...block.actions.values()].map((m) => m.irName),
      ...[...block.properties.values()].flatMap((p) => [p.getter, p.setter].flatMap((a) => (a ? [a.irName] : []))),
    ];
    for (const owner of owners) {
      let from = reached.get(owner);
      if (!from) {
        from = reachable(graph, [owner]);
        reached.set(owner, from);
      }
      if (!from.has(writer) || owner === writer) continue;
      c.cells.mark([{ domain, offset }], size);
      break;
    }
  }
}
