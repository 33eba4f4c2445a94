import { createEngine } from '../engine/create-engine.js';
import type { ClockMode, EngineRecord, EngineStats, MemoryCell, MemoryMove, WorkerPool } from '../engine/engine.js';
import type { Actor } from '../model/event.js';
import { foldName } from '../model/identifier.js';
import type { ProgramImage } from '../model/program-image.js';
import { createSharedTurn } from '../model/shared-turn.js';
import type { Claim } from './generations.js';
import { createGenerations } from './generations.js';
import type { HostRecord } from './host-record.js';
import { systemActor } from './host-record.js';
import { parseCondition } from './condition.js';
import type { LoadedLayout } from './layout.js';
import { createLayoutBook } from './layout.js';
import type { LifeCycle } from './life-cycle.js';
import { createLifeCycle } from './life-cycle.js';
import type { Overruns } from './overruns.js';
import { createOverruns } from './overruns.js';
import { createProcessMemory } from './process-memory.js';
import type { RuntimeCore, RuntimeStatus } from './runtime-core.js';
import { modeOf, tickOf, writerNow } from './runtime-core.js';
import type { GuardTerms, ReloadGuard } from './reload-guard.js';
import { createReloadGuard } from './reload-guard.js';
import type { Snapshots } from './snapshots.js';
import { createSnapshots } from './snapshots.js';
import { encodeValue, readValue } from './value-codec.js';
import type { ForcedPlaces, VariableReader } from './variables.js';
import { createVariableReader } from './variables.js';
import type { VariableWriter } from './write-variables.js';
import { createVariableWriter } from './write-variables.js';

/** One program on one engine, with everything clients can do to it. */
export interface Runtime {
  readonly core: RuntimeCore;
  readonly lifeCycle: LifeCycle;
  readonly reader: VariableReader;
  readonly writer: VariableWriter;
  readonly snapshots: Snapshots;
  status(): RuntimeStatus;
  stats(): EngineStats;
  /** Replaces the program; stopped before its first scan. `cells` are laid over the initial values. */
  load(image: ProgramImage, actor: Actor, cells?: readonly MemoryCell[]): Promise<void>;
  /** Online change between two scans. A refusal changes nothing. */
  swap(image: ProgramImage, moves: readonly MemoryMove[], by: SwapBy): Promise<Swapped>;
  /** Counts a write by the system to variables that a swap has initialised anew; those that are there. */
  reinitialised(paths: readonly string[]): readonly Claim[];
  /** The project is closed: stops, and is EMPTY from now on. */
  unload(actor: Actor): Promise<void>;
  /** Ends the engine. Nothing is told to others. */
  close(): Promise<void>;
}

export interface SwapBy {
  readonly actor: Actor;
  readonly guard?: GuardTerms;
  /** The variables of an earlier time of the same program: they take the place of its initial values. */
  readonly base?: Uint8Array;
}
export interface Swapped {
  /** Last scan of the old program. */
  readonly scan: number;
  /** Linear memory of the old program after that scan. */
  readonly before: Uint8Array;
  readonly guard?: ReloadGuard;
}

export interface RuntimeOptions {
  readonly name: string;
  readonly clock: ClockMode;
  readonly record: HostRecord;
  readonly pool?: WorkerPool;
  readonly changeKernel?: Uint8Array;
  readonly tickNs?: bigint;
  readonly watchdogMinMs?: number;
  /** Retained variables have changed: the bytes of the retain region after a scan. */
  readonly onRetain?: (layout: LoadedLayout, scan: number, bytes: Uint8Array) => void;
}

const virtualRingBytes = 256 * 1024;

export function createRuntime(options: RuntimeOptions): Runtime {
  const { name, clock, record } = options;
  const engine = createEngine({
    name,
    clock,
    ...(options.pool && { pool: options.pool }),
    ...(options.changeKernel && { changeKernel: options.changeKernel }),
    ...(options.tickNs !== undefined && { tickNs: options.tickNs }),
    ...(options.watchdogMinMs !== undefined && { watchdogMinMs: options.watchdogMinMs }),
    // In virtual time the scan waits for the reader: a short ring keeps commands close.
    ...(clock === 'virtual' && { virtualDateNs: record.clock.wallNs(), ringBytes: virtualRingBytes }),
  });
  const layouts = createLayoutBook();
  const forced: ForcedPlaces = new Map();
  let next: { readonly layout: LoadedLayout; readonly isLoad: boolean } | undefined;
  let before: Uint8Array = new Uint8Array(0);
  let guarded: { readonly layout: LoadedLayout; readonly guard: ReloadGuard } | undefined;
  const memory = createProcessMemory({
    runtime: name,
    wallNs: () => record.clock.wallNs(),
    adopt: () => {
      if (!next) throw new Error(`the engine of ${name} tells of a program that was not given to it`);
      layouts.adopt(next.layout);
      if (next.isLoad) core.loads += 1;
      before = memory.bytes.slice();
      return next.layout;
    },
  });
  const core: RuntimeCore = {
    name,
    clock,
    engine,
    layouts,
    memory,
    generations: createGenerations(name, record.state),
    record,
    ...(options.tickNs !== undefined && { tickNs: options.tickNs }),
    origin: undefined,
    loads: 0,
    unloaded: false,
    status: () => statusOf(core, forced),
  };
  const lifeCycle = createLifeCycle(core);
  const reader = createVariableReader(core, forced);
  /** Forces keep their places while a program takes the place of another. */
  const forcing = createSharedTurn();
  const writer = createVariableWriter(core, reader, forced, forcing);
  const overruns = createOverruns(core);
  engine.on({
    onRecords: (records) =>
      tell(core, records, overruns, (scan) => {
        if (guarded?.layout === layouts.current()) guarded?.guard.onScan(scan, memory);
      }),
    onState: (state) => {
      lifeCycle.onState(state);
      if (guarded?.layout === layouts.current()) guarded?.guard.onState(state);
    },
    onRetain: (scan, bytes, image) => {
      const layout = layouts.current();
      if (layout?.image === image) options.onRetain?.(layout, scan, bytes);
    },
    onDefect: (message) => record.log.error('the engine has a defect', { runtime: name, message }),
  });

  /** Forced places that a new program still has, at their new addresses. */
  const forcesFor = (layout: LoadedLayout): ForcedPlaces => {
    const places: ForcedPlaces = new Map();
    for (const { variable: old, value } of forced.values()) {
      try {
        const variable = layout.tree.resolve(old.path);
        const cells = encodeValue(layout.data.types, variable, value);
        places.set(foldName(variable.path), { variable, value, cells });
      } catch {
        // It is gone, or takes no such value any more.
      }
    }
    return places;
  };
  const setForces = (places: ForcedPlaces): void => {
    forced.clear();
    for (const [key, place] of places) forced.set(key, place);
  };
  /** A snapshot brings its own forces. */
  const syncForces = (): void => {
    const layout = layouts.current();
    forced.clear();
    if (!layout) return;
    for (const cell of engine.forces()) {
      for (const id of layout.tree.leavesAt(cell.address, cell.bytes.length)) {
        const variable = layout.tree.leaf(id);
        if (variable.address !== cell.address || variable.bit !== cell.bit || variable.indirect) continue;
        const value = readValue(layout.data.types, variable, memory.bytes);
        forced.set(foldName(variable.path), { variable, value, cells: [cell] });
      }
    }
  };
  const initialised = (scan: number): void => {
    record.remember([core.generations.bumpAll(writerNow(core, systemActor, scan))]);
  };

  return {
    core,
    lifeCycle,
    reader,
    writer,
    snapshots: createSnapshots(core, lifeCycle, syncForces),
    status: () => core.status(),
    stats: () => engine.stats(),
    load: (image, actor, cells = []) =>
      lifeCycle.change(actor, 'load', () =>
        forcing.replace(async () => {
          next = { layout: layouts.prepare(image), isLoad: true };
          await engine.load(image, { cells });
          forced.clear();
          core.unloaded = false;
          initialised(0);
        }),
      ),
    swap: (image, moves, { actor, guard: terms, base }) =>
      lifeCycle.change(actor, 'swap', () =>
        forcing.replace(async () => {
          const layout = layouts.prepare(image, 'online');
          const guard = terms && createReloadGuard(parseCondition(terms.condition, layout.tree), terms.scans, layout);
          next = { layout, isLoad: false };
          guarded = guard && { layout, guard };
          const forces = forcesFor(layout);
          const address = image.memory.variables.start;
          const { scan } = await engine.swap(image, moves, {
            forces: [...forces.values()].flatMap(({ cells }) => cells),
            ...(base && { cells: [{ address, bytes: base.slice(address, address + image.memory.variables.size) }] }),
          });
          setForces(forces);
          return { scan, before, ...(guard && { guard }) };
        }),
      ),
    unload: (actor) =>
      lifeCycle.change(actor, 'close', () =>
        forcing.replace(async () => {
          await engine.stop();
          forced.clear();
          core.unloaded = true;
          core.origin = undefined;
          lifeCycle.onState(engine.state());
        }),
      ),
    reinitialised: (paths) =>
      paths.flatMap((path) => {
        const writer = writerNow(core, systemActor, memory.scan);
        try {
          return reader.leafPaths(reader.resolve(path)).map((leaf) => core.generations.claim(leaf, writer));
        } catch {
          return [];
        }
      }),
    close: () => engine.close(),
  };
}

function tell(
  core: RuntimeCore,
  records: readonly EngineRecord[],
  overruns: Overruns,
  onScan: (scan: number) => void,
): void {
  for (const each of records) {
    const group = core.memory.take(each);
    if (group.length > 0) core.record.events.appendGroup(group).committed.catch(() => undefined);
    if (each.kind !== 'scan') continue;
    onScan(each.scan);
    if (each.missedTicks > 0) overruns.missed(each);
  }
}

function statusOf(core: RuntimeCore, forced: ForcedPlaces): RuntimeStatus {
  const state = core.engine.state();
  const layout = core.layouts.current();
  return {
    runtime: core.name,
    mode: modeOf(core),
    desired: core.record.state.desired(core.name) ?? 'STOP',
    scan: state.scan,
    clock: core.clock,
    ...(state.fault && { fault: state.fault }),
    ...(core.origin && { origin: core.origin }),
    ...(layout && !core.unloaded && { digest: layout.image.digest, tickNs: tickOf(core, layout) }),
    forced: forced.size,
  };
}
