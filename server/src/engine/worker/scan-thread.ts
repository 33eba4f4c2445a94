import type { Fault } from '../../model/fault.js';
import { HostError } from '../../model/host-error.js';
import { controlWords } from '../control-page.js';
import type { StepReply } from '../engine.js';
import type { AttachMessage, CommandResult, Program, WorkerMessage } from '../messages.js';
import { createLoadedProgram, type LoadedProgram } from './loaded-program.js';
import type { Boundary, RecordWriter } from './record-writer.js';
import type { ConditionTest } from './scan-condition.js';

export type Mode =
  | { readonly kind: 'empty' | 'stopped' | 'faulted' }
  | { readonly kind: 'running'; readonly until?: PendingRun & { readonly test: ConditionTest } }
  | { readonly kind: 'stepping'; readonly pending: PendingRun };
/** A command that is answered when its scans have run. */
export interface PendingRun {
  readonly id: number;
  readonly limit: number;
  ran: number;
}
/** A program in its place: its records have a ring. */
export interface InstalledProgram extends LoadedProgram {
  readonly writer: RecordWriter;
}
/** Without `mark`. A plain `Omit` would merge the members of the union. */
type Unmarked<M> = M extends unknown ? Omit<M, 'mark'> : never;

/** What this thread is doing, and how it tells the host. */
export interface ScanThread {
  readonly attach: AttachMessage;
  readonly control: Int32Array;
  readonly mode: Mode;
  readonly program: InstalledProgram | undefined;
  /** Date and time of the last scan. */
  dateNs: bigint;
  /** `performance.now()` of the next paced scan; undefined: at once. */
  deadlineMs: number | undefined;
  /** A program was replaced, and its memory and code are garbage. */
  littered: boolean;

  /** Posts a message and leaves a mark at its place in the order of records. */
  post(message: Unmarked<WorkerMessage>): void;
  /** Lets the reader look at the ring, where it is not looking already. */
  wakeReader(): void;
  boundary(): Boundary;
  /** Scan and time of the boundary, for a reply. */
  here(more?: Omit<CommandResult, 'scan' | 'timeNs'>): CommandResult;
  /** The program; NO_PROJECT where there is none. */
  need(): InstalledProgram;
  /** Runs generated code where the watchdog sees it. */
  active<T>(run: () => T): T;
  /** Makes a program aside. What is in its place stays. */
  prepare(program: Program): LoadedProgram;
  /** The program takes the place of the one before; records go to its ring from here on. */
  install(program: LoadedProgram, id: number): InstalledProgram;
  /** Starts scanning. */
  start(mode: Mode): void;
  /** Stops scanning; the step or runUntil under way is answered after the state. No-op where nothing runs. */
  stop(how: StepReply['end']): void;
  /** Stopped, or faulted where the machine is; always told. The step or runUntil under way is answered. */
  settle(how: StepReply['end']): void;
}

export function createScanThread(attach: AttachMessage): ScanThread {
  const control = new Int32Array(attach.control);
  let mode: Mode = { kind: 'empty' };
  let program: InstalledProgram | undefined;
  let marks = 0;

  function postState(): void {
    const fault: Fault | undefined = mode.kind === 'faulted' ? program?.machine.fault : undefined;
    thread.post({ kind: 'state', state: mode.kind, scan: thread.boundary().scan, ...(fault && { fault }) });
  }
  function answerPending(before: Mode, end: StepReply['end']): void {
    const pending = before.kind === 'stepping' ? before.pending : before.kind === 'running' ? before.until : undefined;
    if (pending)
      thread.post({ kind: 'reply', id: pending.id, result: thread.here({ step: { scans: pending.ran, end } }) });
  }

  const thread: ScanThread = {
    attach,
    control,
    dateNs: 0n,
    deadlineMs: undefined,
    littered: false,
    get mode() {
      return mode;
    },
    get program() {
      return program;
    },
    post(message) {
      marks += 1;
      // First the message, then its mark: who finds the mark finds the message.
      attach.port.postMessage({ ...message, mark: marks });
      program?.writer.mark(marks);
      thread.wakeReader();
    },
    wakeReader() {
      if (Atomics.exchange(control, controlWords.armed, 0) === 0) return;
      Atomics.add(control, controlWords.wake, 1);
      Atomics.notify(control, controlWords.wake);
    },
    boundary: () => ({
      scan: program?.machine.scan ?? 0,
      timeNs: program?.machine.timeNs ?? 0n,
      dateNs: thread.dateNs,
    }),
    here(more) {
      const { scan, timeNs } = thread.boundary();
      return { scan, timeNs, ...more };
    },
    need() {
      if (!program) throw new HostError('NO_PROJECT', 'No program is loaded; open a project first.');
      return program;
    },
    active(run) {
      Atomics.add(control, controlWords.activity, 1);
      try {
        return run();
      } finally {
        Atomics.add(control, controlWords.activity, 1);
      }
    },
    prepare: (wanted) => thread.active(() => createLoadedProgram(wanted, attach, control)),
    install(prepared, id) {
      thread.post({ kind: 'program', id });
      thread.littered = program !== undefined;
      program = { ...prepared, writer: prepared.open(program?.writer.loss()) };
      return program;
    },
    start(next) {
      thread.deadlineMs = undefined;
      mode = next;
      postState();
    },
    stop(how) {
      if (mode.kind !== 'running' && mode.kind !== 'stepping') return;
      const before = mode;
      mode = { kind: 'stopped' };
      postState();
      answerPending(before, how);
    },
    settle(how) {
      const before = mode;
      const fault = program?.machine.fault;
      mode = { kind: fault ? 'faulted' : 'stopped' };
      if (fault) thread.post({ kind: 'fault', fault });
      postState();
      answerPending(before, how);
    },
  };
  return thread;
}
