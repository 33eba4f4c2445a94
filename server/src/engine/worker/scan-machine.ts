import { HostError } from '../../model/host-error.js';
import type { Fault } from '../../model/fault.js';
import type { ProgramImage } from '../../model/program-image.js';
import type { EngineSnapshot, MemoryCell, MemoryMove, ResetKind } from '../engine.js';
import { createForcedCells, type ForcedCells } from './forced-cells.js';
import { createHostFunctions } from './host-functions.js';
import { applyMoves, moveForces, moveOutside } from './memory-moves.js';
import { cellOutside, putCells } from './memory-cells.js';
import { faultData, scanFaultOf } from './scan-fault.js';
import { createTaskSchedule, movePhases, type TaskSchedule } from './task-schedule.js';

/** What a machine needs of an image; plain data that crosses threads without the symbol tables. */
export type MachineImage = Pick<
  ProgramImage,
  'digest' | 'name' | 'memory' | 'initialMemory' | 'tasks' | 'tickNs' | 'hasTasks' | 'sites'
>;

export interface MachineOptions {
  /** Compiled `image.wasm` (or `instrumentedWasm`). */
  readonly module: WebAssembly.Module;
  /** Replaces the tick of an image without cyclic tasks. */
  readonly tickNs?: bigint;
  /** Whole pages beyond those of the image, for the change kernel. */
  readonly extraPages?: number;
  readonly hook?: (siteId: number) => void;
  /** A line that the program logs; severity 0 debug .. 3 error. */
  readonly onLog?: (text: string, severity: number, task: number) => void;
  /** Called around each task and before each of its programs, when given. */
  readonly onTask?: { begin(task: number): void; program(index: number): void; end(task: number): void };
}

/**
 * A program in its memory, run scan by scan by whoever holds it: no thread, no clock of its own. A run is a pure function of
 * image, writes, forces and the time stamps passed in. After a fault only `reset`, `restore` and reads make sense.
 */
export interface ScanMachine {
  readonly image: MachineImage;
  readonly memory: WebAssembly.Memory;
  /** All of linear memory. Never grows. */
  readonly bytes: Uint8Array;
  readonly tickNs: bigint;
  /** Number of the last scan that ended; 0 before the first. */
  readonly scan: number;
  /** Time stamp of the last scan that ended; -tick before the first. */
  readonly timeNs: bigint;
  readonly fault: Fault | undefined;
  readonly forced: ForcedCells;
  readonly schedule: TaskSchedule;

  /**
   * Runs one scan: forces, due tasks, forces. Default time: one tick after the scan before. Returns what ran as a bit per task (bit 31
   * for all from 31 on); undefined where the scan ended in a fault, which is then in `fault`.
   */
  runScan(timeNs?: bigint, dateNs?: bigint): number | undefined;
  /** All or none; VALUE_OUT_OF_RANGE names the cell that lies outside of the variables. */
  write(cells: readonly MemoryCell[]): void;
  force(cells: readonly MemoryCell[]): void;
  unforce(cells?: readonly MemoryCell[]): void;
  /** `fault` afterwards where computing the initial values failed. Forces stay. */
  reset(kind: ResetKind): void;
  /** Zero to all outputs, and the retained variables of `boundary` (a copy of `variables`), after a fault. */
  makeSafe(boundary: Uint8Array): void;
  /** Puts the machine into this fault. */
  fail(fault: Fault): void;
  snapshot(): EngineSnapshot;
  restore(snapshot: EngineSnapshot): void;
  /** Online change: takes over the run of `old`. Values without a move keep their initial value. */
  takeOver(old: ScanMachine, moves: readonly MemoryMove[], forces?: readonly MemoryCell[]): void;
  /** The `variables` region, a live view. */
  variables(): Uint8Array;
}

/** Lays out memory, makes the instance, computes initial values. Throws HostError where the module does not fit. */
export function createScanMachine(image: MachineImage, options: MachineOptions): ScanMachine {
  const layout = image.memory;
  const memory = allocate(layout.pages + (options.extraPages ?? 0));
  const bytes = new Uint8Array(memory.buffer);
  const view = new DataView(memory.buffer);
  const forced = createForcedCells();
  const schedule = createTaskSchedule(image.tasks, !image.hasTasks);
  const tickNs = image.hasTasks ? image.tickNs : (options.tickNs ?? image.tickNs);
  const region = layout.variables;
  let scan = 0;
  let timeNs = -tickNs;
  let firstScan = true;
  let fault: Fault | undefined;
  let currentTask = 0;

  const instance = instantiate(options.module, {
    env: {
      memory,
      ...createHostFunctions({
        bytes,
        ...(options.hook && { hook: options.hook }),
        onLog: (text, severity) => options.onLog?.(text, severity, currentTask),
      }),
    },
  });
  const entryOf = (name: string): (() => void) => {
    const entry = instance.exports[name];
    if (typeof entry !== 'function') throw new HostError('UNSUPPORTED', `The image exports no function "${name}".`);
    return entry as () => void;
  };
  const init = entryOf('init');
  const programs = image.tasks.map((task) => task.programs.map((program) => entryOf(program.entry)));
  const singles = image.tasks.map((task) => task.single);
  const readSingle = (task: number): boolean => {
    const input = singles[task]!;
    const byte = bytes[input.address]!;
    return input.bit === undefined ? byte !== 0 : ((byte >> input.bit) & 1) === 1;
  };
  const { onTask } = options;

  function runTasks(due: readonly number[]): number {
    let ran = 0;
    for (const task of due) {
      currentTask = task;
      onTask?.begin(task);
      const entries = programs[task]!;
      for (let i = 0; i < entries.length; i += 1) {
        onTask?.program(i);
        entries[i]!();
      }
      onTask?.end(task);
      ran |= 1 << Math.min(task, 31);
    }
    return ran >>> 0;
  }

  function guarded<T>(run: () => T, number: number, task: () => string | undefined): T | undefined {
    try {
      return run();
    } catch (thrown) {
      const caught = scanFaultOf(thrown);
      if (!caught) throw thrown;
      const name = task();
      fault = faultData(caught, { scan: number, ...(name !== undefined && { task: name }), sites: image.sites });
      return undefined;
    }
  }

  function initialise(): void {
    bytes.fill(0, 0, layout.pages * pageBytes);
    for (const run of image.initialMemory) bytes.set(run.bytes, run.address);
    guarded(init, 0, () => undefined);
  }

  const machine: ScanMachine = {
    image,
    memory,
    bytes,
    tickNs,
    forced,
    schedule,
    get scan() {
      return scan;
    },
    get timeNs() {
      return timeNs;
    },
    get fault() {
      return fault;
    },
    runScan(at = timeNs + tickNs, dateNs = at) {
      view.setBigInt64(layout.nowAddress, at, true);
      view.setBigInt64(layout.dateAddress, dateNs, true);
      view.setUint32(layout.firstScanAddress, firstScan ? 1 : 0, true);
      if (forced.size > 0) forced.apply(bytes);
      const due = schedule.due(at, readSingle);
      const ran = guarded(
        () => runTasks(due),
        scan + 1,
        () => image.tasks[currentTask]?.name,
      );
      if (ran === undefined) return undefined;
      if (forced.size > 0) forced.apply(bytes);
      scan += 1;
      timeNs = at;
      firstScan = false;
      return ran;
    },
    write(cells) {
      refuseOutside(cells);
      putCells(bytes, cells);
      if (forced.size > 0) forced.apply(bytes);
    },
    force(cells) {
      refuseOutside(cells);
      forced.add(cells);
      forced.apply(bytes);
    },
    unforce(cells) {
      if (cells) forced.remove(cells);
      else forced.clear();
    },
    reset(kind) {
      const { start, size } = layout.retain;
      const retained = kind === 'warm' ? bytes.slice(start, start + size) : undefined;
      scan = 0;
      timeNs = -tickNs;
      firstScan = true;
      fault = undefined;
      schedule.restart();
      initialise();
      if (retained) retain(retained);
      if (forced.size > 0) forced.apply(bytes);
    },
    makeSafe(boundary) {
      const { outputs, retain } = layout;
      bytes.fill(0, outputs.start, outputs.start + outputs.size);
      const at = retain.start - region.start;
      bytes.set(boundary.subarray(at, at + retain.size), retain.start);
    },
    fail(cause) {
      fault = cause;
    },
    variables: () => bytes.subarray(region.start, region.start + region.size),
    snapshot: () => ({
      imageDigest: image.digest,
      scan,
      timeNs,
      bytes: machine.variables().slice(),
      tasks: schedule.phases(),
      forces: forced.cells(),
    }),
    restore(snapshot) {
      if (snapshot.imageDigest !== image.digest || snapshot.bytes.length !== region.size) {
        throw new HostError('WRONG_STATE', 'The snapshot is of another program; load that program first.');
      }
      refuseOutside(snapshot.forces);
      bytes.set(snapshot.bytes, region.start);
      schedule.setPhases(snapshot.tasks);
      forced.clear();
      forced.add(snapshot.forces);
      scan = snapshot.scan;
      timeNs = snapshot.timeNs;
      firstScan = scan === 0;
      fault = undefined;
    },
    takeOver(old, moves, forces) {
      const bad = moveOutside(moves, old.image.memory.pages * pageBytes, layout.pages * pageBytes);
      if (bad) throw new HostError('INVALID_REQUEST', `A move from ${bad.from} to ${bad.to} lies outside of memory.`);
      if (forces) refuseOutside(forces);
      applyMoves(old.bytes, bytes, moves);
      forced.clear();
      forced.add(forces ?? moveForces(old.forced.cells(), moves));
      if (forced.size > 0) forced.apply(bytes);
      scan = old.scan;
      timeNs = old.timeNs;
      firstScan = old.scan === 0;
      fault = old.fault;
      schedule.setPhases(movePhases(old.image.tasks, old.schedule.phases(), image.tasks, timeNs + tickNs));
    },
  };

  /** Lays retained bytes over the initial values. Addresses are not retained: an object that one referred to is gone. */
  function retain(retained: Uint8Array): void {
    const { retainedPointers = [] } = layout;
    const fresh = retainedPointers.map((address) => view.getUint32(address, true));
    bytes.set(retained, layout.retain.start);
    retainedPointers.forEach((address, i) => {
      view.setUint32(address, fresh[i]!, true);
    });
  }

  function refuseOutside(cells: readonly MemoryCell[]): void {
    const bad = cellOutside(cells, region);
    if (bad) {
      throw new HostError(
        'VALUE_OUT_OF_RANGE',
        `A cell of ${bad.bytes.length} bytes at ${bad.address} lies outside of the variables.`,
      );
    }
  }

  initialise();
  return machine;
}

export const pageBytes = 65536;

function allocate(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages });
  } catch (cause) {
    throw new HostError('TOO_LARGE', `No memory for the program: ${pages * 64} KiB. ${String(cause)}`);
  }
}

function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (cause) {
    throw new HostError('UNSUPPORTED', `The image does not fit this engine: ${String(cause)}`);
  }
}
