import type { ClockMode, Engine } from '../engine/engine.js';
import type { Actor, LastWriter, RunState } from '../model/event.js';
import type { Fault } from '../model/fault.js';
import { HostError } from '../model/host-error.js';
import type { Generations } from './generations.js';
import type { HostRecord } from './host-record.js';
import type { LayoutBook, LoadedLayout } from './layout.js';
import type { ProcessMemory } from './process-memory.js';

/** The project whose program a runtime runs. */
export interface ProgramOrigin {
  readonly project: string;
  /** Counts accepted changes of the sources, from 1. */
  readonly revision: number;
  readonly profile: string;
}

/** A runtime as it is now. */
export interface RuntimeStatus {
  readonly runtime: string;
  readonly mode: RunState;
  readonly desired: 'RUN' | 'STOP';
  readonly scan: number;
  readonly clock: ClockMode;
  readonly fault?: Fault;
  readonly origin?: ProgramOrigin;
  readonly digest?: string;
  readonly tickNs?: bigint;
  readonly forced: number;
}

/** A command's answer: the state after it, and the event that tells others. */
export interface StatusAnswer {
  readonly status: RuntimeStatus;
  readonly sequence: bigint;
}

/** What the parts of one runtime share. */
export interface RuntimeCore {
  readonly name: string;
  readonly clock: ClockMode;
  readonly engine: Engine;
  readonly layouts: LayoutBook;
  readonly memory: ProcessMemory;
  readonly generations: Generations;
  readonly record: HostRecord;
  /** Replaces the tick of programs without cyclic tasks, nanoseconds. */
  readonly tickNs?: bigint;
  /** What clients are shown of where the program comes from: set when that is on disk. */
  origin: ProgramOrigin | undefined;
  /** Counts programs that began from their initial values. */
  loads: number;
  /** The project was closed: what the engine still holds is nobody's. */
  unloaded: boolean;
  status(): RuntimeStatus;
}

/** The layout of the program; NO_PROJECT without one. */
export function requireProgram(core: RuntimeCore): LoadedLayout {
  const layout = core.layouts.current();
  if (!layout || core.unloaded || core.engine.state().kind === 'empty') {
    throw new HostError('NO_PROJECT', `The runtime '${core.name}' has no program; open a project that builds.`, {
      runtime: core.name,
    });
  }
  return layout;
}

/** Time from one scan to the next, nanoseconds. */
export function tickOf(core: RuntimeCore, layout: LoadedLayout): bigint {
  return layout.image.hasTasks || core.tickNs === undefined ? layout.image.tickNs : core.tickNs;
}

export function writerNow(core: RuntimeCore, by: Actor, scan: number): LastWriter {
  return { by, scan, timeNs: core.record.clock.wallNs() };
}

export function modeOf(core: Pick<RuntimeCore, 'engine' | 'unloaded'>): RunState {
  if (core.unloaded) return 'EMPTY';
  switch (core.engine.state().kind) {
    case 'empty':
    case 'closed':
      return 'EMPTY';
    case 'stopped':
      return 'STOPPED';
    case 'running':
    case 'stepping':
      return 'RUNNING';
    case 'faulted':
      return 'FAULTED';
    case 'held':
      return 'PAUSED';
  }
}
