import type { MessagePort } from 'node:worker_threads';
import type { Fault } from '../model/fault.js';
import type { Refusal } from '../model/host-error.js';
import type {
  ClockMode, EngineSnapshot, EngineStateKind, MemoryCell, MemoryMove, MemoryRange, ResetKind, ScanCondition, StepReply,
} from './engine.js'; // prettier-ignore
import type { MachineImage } from './worker/scan-machine.js';

/** All that crosses the thread beside shared memory: two closed unions, plain data. */

/** A program and the shared memory that goes with it; new ones with each load and swap. */
export interface Program {
  readonly image: MachineImage;
  readonly module: WebAssembly.Module;
  readonly ring: SharedArrayBuffer;
  readonly stats: SharedArrayBuffer;
}

/** Sent once to a worker of the pool, which then belongs to one engine. */
export interface AttachMessage {
  readonly kind: 'attach';
  readonly name: string;
  readonly port: MessagePort;
  readonly control: SharedArrayBuffer;
  readonly clock: ClockMode;
  readonly tickNs?: bigint;
  readonly virtualDateNs: bigint;
  /** Compiled change kernel. */
  readonly kernel?: WebAssembly.Module;
  /** Try for a timer slack of 1 ns. */
  readonly realtime: boolean;
}
/** Sent to a spare: runs the program aside, so that its code is compiled when it is needed. */
export interface WarmMessage {
  readonly kind: 'warm';
  readonly image: MachineImage;
  readonly module: WebAssembly.Module;
  readonly tickNs?: bigint;
  /** Old linear memory up to the end of its variables, and what comes from there. */
  readonly from: Uint8Array;
  readonly moves: readonly MemoryMove[];
  readonly budgetMs: number;
  /** For computing its initial values. */
  readonly initLimitMs: number;
}
export type PoolMessage = AttachMessage | WarmMessage;
/** The thread has started; the program to warm has its initial values; it has run for its budget. */
export type PoolReply =
  | { readonly kind: 'ready'; readonly threadId: number | undefined }
  | { readonly kind: 'initialised' }
  | { readonly kind: 'warmed' };

export type EngineCommand =
  | {
      readonly kind: 'load';
      readonly program: Program;
      readonly cells: readonly MemoryCell[];
      readonly forces: readonly MemoryCell[];
      /** After the loss of a worker: go on from here, in this fault. */
      readonly revive?: { readonly snapshot: EngineSnapshot; readonly fault: Fault };
    }
  | {
      readonly kind: 'swap';
      readonly program: Program;
      readonly moves: readonly MemoryMove[];
      readonly forces?: readonly MemoryCell[];
      readonly cells?: readonly MemoryCell[];
    }
  | { readonly kind: 'run' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'step'; readonly scans: number }
  | { readonly kind: 'runUntil'; readonly condition: ScanCondition; readonly limitScans: number }
  | { readonly kind: 'reset'; readonly reset: ResetKind }
  | { readonly kind: 'write' | 'force'; readonly cells: readonly MemoryCell[]; readonly digest?: string }
  | { readonly kind: 'unforce'; readonly cells?: readonly MemoryCell[] }
  | { readonly kind: 'read'; readonly ranges: readonly MemoryRange[] }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'restore'; readonly snapshot: EngineSnapshot };

/** Host to worker. `id` is echoed in the reply. */
export interface CommandMessage {
  readonly id: number;
  readonly command: EngineCommand;
}

/** What a command gave beyond the scan and time of its boundary. */
export interface CommandResult {
  readonly scan: number;
  readonly timeNs: bigint;
  readonly bytes?: readonly Uint8Array[];
  readonly snapshot?: EngineSnapshot;
  readonly forces?: readonly MemoryCell[];
  readonly step?: Pick<StepReply, 'scans' | 'end'>;
}

/**
 * Worker to host. `mark` is the number of the mark in the ring where the message belongs in the order of records; absent where the
 * ring had no room (or is not there yet): then it belongs where it arrives.
 */
export type WorkerMessage = { readonly mark?: number } & (
  | { readonly kind: 'reply'; readonly id: number; readonly result: CommandResult }
  | ({ readonly kind: 'refused'; readonly id: number } & Refusal)
  /** From here on records are in the ring of this load or swap command. */
  | { readonly kind: 'program'; readonly id: number }
  | { readonly kind: 'state'; readonly state: EngineStateKind; readonly scan: number; readonly fault?: Fault }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** Once, before anything else: what the thread got of the kernel. */
  | { readonly kind: 'thread'; readonly slackNs?: number }
  | { readonly kind: 'defect'; readonly message: string }
);
