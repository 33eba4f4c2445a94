import type { Fault } from '../model/fault.js';
import type { ProgramImage } from '../model/program-image.js';

/**
 * One scan engine: one program image in one worker thread, scan by scan. This file is the contract; `createEngine` in
 * create-engine.ts makes one. Addresses are byte addresses in the image's linear memory. Scans are numbered from 1 since the
 * last load or reset; scan 0 means "before the first". Every refusal rejects with a `HostError`.
 */
export interface Engine {
  readonly name: string;

  /**
   * Replaces whatever is there by `image` and stops before its first scan. Refuses with UNSUPPORTED or TOO_LARGE when the module
   * cannot be made; what ran before is then untouched.
   */
  load(image: ProgramImage, options?: LoadOptions): Promise<CommandReply>;
  /**
   * Online change: compiles and warms `image` aside, then changes over between two scans. A refusal changes nothing; values that no
   * move carries take their initial value. Scan numbers, time and task phases go on; forces follow their cells unless `forces` is
   * given. Also works while stopped or faulted (a fault stays).
   */
  swap(image: ProgramImage, moves: readonly MemoryMove[], options?: SwapOptions): Promise<CommandReply>;

  /** Scans until stopped. On the virtual clock as fast as the machine can. No-op where it runs already. */
  run(): Promise<CommandReply>;
  /** Ends after the scan in progress. No-op where it is stopped already. Ends a `step` or `runUntil` too (their reply says so). */
  stop(): Promise<CommandReply>;
  /** Runs `scans` scans (at least 1) back to back, time advancing one tick each, then stops. WRONG_STATE while running. */
  step(scans: number): Promise<StepReply>;
  /** Runs (at the pace of the clock) until `condition` holds after a scan, or `limitScans` scans have run; then stops. */
  runUntil(condition: ScanCondition, limitScans: number): Promise<StepReply>;
  /** Initial values again, scan number and time from the beginning; `warm` keeps the retain region; ends a fault. Stopped after. */
  reset(kind: ResetKind): Promise<CommandReply>;

  /**
   * All or none, at one scan boundary; at once when stopped. VALUE_OUT_OF_RANGE where a cell lies outside of `variables`; here and for
   * forces BUSY where the addresses are of `image` and another has taken its place: nothing has changed, they are to be found anew.
   */
  write(cells: readonly MemoryCell[], atBoundary?: BoundaryHook, image?: ProgramImage): Promise<CommandReply>;
  /** Holds the cells at these values at the start and end of each scan, from now on; replaces earlier forces of the same bits. */
  force(cells: readonly MemoryCell[], atBoundary?: BoundaryHook, image?: ProgramImage): Promise<CommandReply>;
  /** Releases these cells (their values are ignored); all when called without. The values stay until something writes them. */
  unforce(cells?: readonly MemoryCell[], atBoundary?: BoundaryHook): Promise<CommandReply>;
  /** Cells that are forced now, as last acknowledged. */
  forces(): readonly MemoryCell[];
  /**
   * Bytes of any part of linear memory at one scan boundary, by way of the worker. Variables are read from `mirror()` instead,
   * without a round trip.
   */
  read(ranges: readonly MemoryRange[]): Promise<ReadReply>;

  snapshot(): Promise<EngineSnapshot>;
  /** Only of the same image (`imageDigest`), else WRONG_STATE. Stopped after; ends a fault. Scan number and time are the snapshot's. */
  restore(snapshot: EngineSnapshot): Promise<CommandReply>;

  /**
   * The variables region on this thread, as it was after `scan` (plus the writes acknowledged since). It changes only between
   * two turns of the event loop, or inside a call of this engine. Undefined where nothing is loaded. Do not write into it.
   * A resolved command's effect is always in it.
   */
  mirror(): Mirror | undefined;
  image(): ProgramImage | undefined;
  state(): EngineState;
  stats(): EngineStats;

  /** Calls `listener` from now on, in the order of the engine's records; returns the function that ends it. */
  on(listener: EngineListener): () => void;
  /** Ends the worker; pending commands are refused with SHUTTING_DOWN. Idempotent. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Name of the runtime, for thread names and messages. */
  readonly name: string;
  readonly clock: ClockMode;
  /** Replaces the tick of images without cyclic tasks (`hasTasks` false). Nanoseconds, at least 100,000. */
  readonly tickNs?: bigint;
  /** Virtual clock: date and time of its instant 0, nanoseconds since 1970 UTC. Default 0. */
  readonly virtualDateNs?: bigint;
  /** Capacity of the change record ring, bytes; default 32 MiB of address space, touched only as the reader falls behind. */
  readonly ringBytes?: number;
  /** How often changed retained variables are offered, ms; default 100. 0: never. */
  readonly retainIntervalMs?: number;
  /** A scan may take this many intervals (default 10), but at least `watchdogMinMs` (default 1000). */
  readonly watchdogIntervals?: number;
  readonly watchdogMinMs?: number;
  /** Bytes of the SIMD diff kernel (compiler/wasm/change-kernel.ts); without it a loop in JavaScript compares. */
  readonly changeKernel?: Uint8Array;
  /** Ask the kernel for SCHED_FIFO and a timer slack of 1 ns; what came of it is in `stats().pacing`. Default true. */
  readonly realtime?: boolean;
  /** Where workers come from; default one pool for the process, which keeps one spare. */
  readonly pool?: WorkerPool;
}
export type ClockMode = 'wall' | 'virtual';
export type ResetKind = 'cold' | 'warm';

/** Threads that have started and wait for work. Share one among the engines of a host. */
export interface WorkerPool {
  /** Ends the spares. Engines that have their worker keep it. */
  close(): Promise<void>;
}

export interface LoadOptions {
  /** Written after the initial values, before the first scan: retained values, for one. */
  readonly cells?: readonly MemoryCell[];
  readonly forces?: readonly MemoryCell[];
}
export interface SwapOptions {
  /** Replaces the set of forced cells at the change. */
  readonly forces?: readonly MemoryCell[];
  /** Written after the initial values, before the moves. */
  readonly cells?: readonly MemoryCell[];
}

export interface MemoryRange {
  readonly address: number;
  readonly size: number;
}
/** Bytes to put at `address`; with `bit` (0..7) only that bit of the one byte, set where `bytes[0]` is not 0. */
export interface MemoryCell {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly bit?: number;
}
/** Carries a value from the old memory to the new: as bytes, as a bit, or converted between scalars. */
export type MemoryMove =
  | { readonly kind: 'bytes'; readonly from: number; readonly to: number; readonly size: number }
  /** A BOOL: without a bit number the whole byte is 0 or 1. */
  | {
      readonly kind: 'bool';
      readonly from: number;
      readonly fromBit?: number;
      readonly to: number;
      readonly toBit?: number;
    }
  /** Integers saturate; reals to integers round to nearest, ties to even, NaN gives 0. */
  | {
      readonly kind: 'convert';
      readonly from: number;
      readonly fromType: ScalarType;
      readonly to: number;
      readonly toType: ScalarType;
    };
export type ScalarType = 'bool' | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64';

/** Evaluated in the worker after each scan. `module`: wasm that imports `env.memory` and exports `test: () -> i32`. */
export type ScanCondition =
  | {
      readonly kind: 'compare';
      readonly left: ScanOperand;
      readonly op: '=' | '<>' | '<' | '<=' | '>' | '>=';
      readonly right: ScanOperand;
    }
  | { readonly kind: 'not'; readonly term: ScanCondition }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly ScanCondition[] }
  | { readonly kind: 'module'; readonly wasm: Uint8Array };
export type ScanOperand =
  | { readonly kind: 'cell'; readonly type: ScalarType; readonly address: number; readonly bit?: number }
  | { readonly kind: 'constant'; readonly value: bigint | number | boolean };

export interface CommandReply {
  /** The last scan that had ended when the command took effect. */
  readonly scan: number;
  /** Engine time of that boundary, nanoseconds. */
  readonly timeNs: bigint;
}
/**
 * Called on this thread when a command has taken effect: after the records before that boundary, before those after it. What it
 * throws, the command rejects with; it stays in effect.
 */
export type BoundaryHook = (reply: CommandReply) => void;
export interface StepReply extends CommandReply {
  /** Scans that ran. */
  readonly scans: number;
  /** Why it ended. `done`: all scans ran, or the condition held. */
  readonly end: 'done' | 'limit' | 'stopped' | 'fault';
}
export interface ReadReply extends CommandReply {
  readonly bytes: readonly Uint8Array[];
}

/** All that decides the future of a run, as plain data. */
export interface EngineSnapshot {
  readonly imageDigest: string;
  readonly scan: number;
  readonly timeNs: bigint;
  /** The `variables` region. */
  readonly bytes: Uint8Array;
  readonly tasks: readonly TaskPhase[];
  readonly forces: readonly MemoryCell[];
}
export interface TaskPhase {
  readonly nextDueNs: bigint;
  /** Last seen value of the SINGLE input. */
  readonly single: boolean;
}

export interface Mirror {
  /** The variables region. `bytes[i]` is the byte at address `base + i`. */
  readonly bytes: Uint8Array;
  readonly base: number;
  readonly scan: number;
  /** Time stamps of that scan. */
  readonly timeNs: bigint;
  readonly dateNs: bigint;
  /** False between a `lost` record and the `snapshot` record after it: some bytes are of an older scan. */
  readonly consistent: boolean;
}

/** `held`: a debugger keeps it inside a scan. */
export type EngineStateKind = 'empty' | 'stopped' | 'running' | 'stepping' | 'faulted' | 'held' | 'closed';
export interface EngineState {
  readonly kind: EngineStateKind;
  readonly scan: number;
  readonly fault?: Fault;
}

/** What happened, in order. A listener that throws is a defect of its owner: it is reported once by `onDefect` and dropped. */
export interface EngineListener {
  /** One or more records that were waiting, oldest first. Records are the listener's to keep. */
  onRecords?(records: readonly EngineRecord[]): void;
  /** Comes after the records before it and before those after it. */
  onState?(state: EngineState): void;
  /** After the outputs were made safe (their change is a `write` record) and before `onState`. */
  onFault?(fault: Fault): void;
  /** Retained variables that have changed: the bytes of the retain region of `image` after `scan`. A copy. */
  onRetain?(scan: number, bytes: Uint8Array, image: ProgramImage): void;
  /** Something is wrong with the engine itself, one sentence. */
  onDefect?(message: string): void;
}

export type EngineRecord = ScanRecord | WriteRecord | SnapshotRecord | LostRecord | LogRecord;

/** Words that differ from the record before. Word i is the u32 (little-endian) at `mirror.base + 4 * i`. */
export interface ChangedWords {
  readonly indices: Uint32Array;
  readonly values: Uint32Array;
}
/** A scan has ended. */
export interface ScanRecord extends ChangedWords {
  readonly kind: 'scan';
  readonly scan: number;
  readonly timeNs: bigint;
  readonly dateNs: bigint;
  /** Start after its planned instant; 0 on the virtual clock. */
  readonly startLatenessNs: number;
  readonly durationNs: number;
  /** Tasks that ran, bit i = `image.tasks[i]`; bit 31 stands for all from 31 on. */
  readonly taskRuns: number;
  /** Ticks that were left out before this scan because the one before ended late, or the process stood still. */
  readonly missedTicks: number;
}
/** Values changed between scan `scan` and the next: client writes, forces, a fault's safe outputs. */
export interface WriteRecord extends ChangedWords {
  readonly kind: 'write';
  readonly scan: number;
}
/** All variables anew: after load, reset, restore, swap, and after `lost`. */
export interface SnapshotRecord {
  readonly kind: 'snapshot';
  readonly reason: 'load' | 'reset' | 'restore' | 'swap' | 'resync';
  readonly scan: number;
  readonly timeNs: bigint;
  readonly dateNs: bigint;
  readonly bytes: Uint8Array;
}
/** The ring was full: the records of these scans are gone. A `snapshot` with reason `resync` follows. */
export interface LostRecord {
  readonly kind: 'lost';
  readonly fromScan: number;
  readonly toScan: number;
  readonly scanRecords: number;
  readonly writeRecords: number;
  readonly logRecords: number;
}
/** A line that the program logged in scan `scan`; it precedes that scan's record. */
export interface LogRecord {
  readonly kind: 'log';
  readonly scan: number;
  readonly severity: 'debug' | 'info' | 'warning' | 'error';
  readonly task: string;
  readonly text: string;
  /** Lines of this task that the rate limit (1,000 a second) dropped since its line before. */
  readonly suppressed: number;
}

export interface Percentiles {
  readonly count: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
  readonly meanNs: number;
}
export interface TaskStats {
  readonly name: string;
  readonly runs: number;
  /** Due instants that passed without a run of their own. */
  readonly overruns: number;
  readonly duration: Percentiles;
  /** From the planned instant of a scan until the task began in it: also what tasks before it took. */
  readonly lateness: Percentiles;
}
export interface EngineStats {
  readonly scans: number;
  readonly missedTicks: number;
  /** Scans that started more than a tenth of a tick (at least 1 ms) late. */
  readonly lateScans: number;
  readonly duration: Percentiles;
  readonly lateness: Percentiles;
  /** From the end of the tasks to the record in the ring. */
  readonly record: Percentiles;
  readonly tasks: readonly TaskStats[];
  readonly lostRecords: number;
  readonly ring: { readonly capacityBytes: number; readonly usedBytes: number; readonly highWaterBytes: number };
  readonly memoryBytes: number;
  readonly pacing: PacingInForce;
}
/** How cycles are kept. `policy` as the kernel reports it; `slackNs` undefined where it cannot be read. */
export interface PacingInForce {
  readonly policy: 'fifo' | 'other';
  readonly priority: number;
  readonly slackNs?: number;
  /** The last stretch before a deadline is spun, ns; 0 = not. */
  readonly spinNs: number;
  /** Why it is not better, one sentence. */
  readonly note?: string;
  readonly kernel: 'simd' | 'javascript';
}
