import { receiveMessageOnPort } from 'node:worker_threads';
import { faultCodes, type Fault } from '../../model/fault.js';
import { HostError } from '../../model/host-error.js';
import { controlWords } from '../control-page.js';
import type { EngineStateKind } from '../engine.js';
import type { AttachMessage, CommandMessage, CommandResult, EngineCommand, WorkerMessage } from '../messages.js';
import { createLoadedProgram, type LoadedProgram } from './loaded-program.js';
import { createPacing, kernelThreadId, sharpenTimer } from './pacing.js';
import type { Boundary, RecordWriter } from './record-writer.js';
import { createConditionTest, type ConditionTest } from './scan-condition.js';

type Mode =
  | { readonly kind: 'empty' | 'stopped' | 'faulted' }
  | { readonly kind: 'running'; readonly until?: PendingRun & { readonly test: ConditionTest } }
  | { readonly kind: 'stepping'; readonly pending: PendingRun };
/** A command that is answered when its scans have run. */
interface PendingRun {
  readonly id: number;
  readonly limit: number;
  ran: number;
}
/** Without `Omit`, which would merge the members of the union. */
type Posted = WorkerMessage extends infer M ? (M extends unknown ? Omit<M, 'mark'> : never) : never;

const lateThresholdMs = 1;

/**
 * The life of a worker that belongs to an engine. `loop` blocks the thread until the engine is closed: between scans it takes the
 * mail, and it sleeps on the mail word when there is nothing to do.
 */
export function createRunner(attach: AttachMessage): { loop(): void } {
  const control = new Int32Array(attach.control);
  const pacing = createPacing(control);
  const { port } = attach;
  const virtual = attach.clock === 'virtual';
  let loaded: LoadedProgram | undefined;
  let writer: RecordWriter | undefined;
  let mode: Mode = { kind: 'empty' };
  let dateNs = 0n;
  let marks = 0;
  let deadlineMs = 0;

  /** Posts a message and its place in the order of records. */
  function post(message: Posted): void {
    marks += 1;
    port.postMessage({ ...message, mark: marks });
    writer?.mark(marks);
    wakeReader();
  }
  function wakeReader(): void {
    if (Atomics.exchange(control, controlWords.armed, 0) === 0) return;
    Atomics.add(control, controlWords.wake, 1);
    Atomics.notify(control, controlWords.wake);
  }
  const boundary = (): Boundary => ({
    scan: loaded?.machine.scan ?? 0,
    timeNs: loaded?.machine.timeNs ?? 0n,
    dateNs,
  });
  function postState(fault?: Fault): void {
    const kind: EngineStateKind = mode.kind;
    post({ kind: 'state', state: kind, scan: boundary().scan, ...(fault && { fault }) });
  }
  function enter(next: Mode): void {
    const changed = next.kind !== mode.kind;
    mode = next;
    if (changed) postState(next.kind === 'faulted' ? loaded?.machine.fault : undefined);
  }
  const here = (more: Omit<CommandResult, 'scan' | 'timeNs'> = {}): CommandResult => {
    const { scan, timeNs } = boundary();
    return { scan, timeNs, ...more };
  };
  /** Answers the step or runUntil that is under way, if one is. */
  function endPending(end: 'done' | 'limit' | 'stopped' | 'fault'): void {
    const pending = mode.kind === 'stepping' ? mode.pending : mode.kind === 'running' ? mode.until : undefined;
    if (!pending) return;
    post({ kind: 'reply', id: pending.id, result: here({ step: { scans: pending.ran, end } }) });
  }
  function need(): LoadedProgram & { readonly writer: RecordWriter } {
    if (!loaded || !writer) throw new HostError('NO_PROJECT', 'No program is loaded; open a project first.');
    return Object.assign(loaded, { writer });
  }
  function needRunnable(): LoadedProgram {
    const program = need();
    if (mode.kind === 'faulted') {
      const code = program.machine.fault?.code ?? 'R4007';
      throw new HostError('RUNTIME_FAULTED', 'The runtime is faulted; reset it first.', { fault: code });
    }
    return program;
  }
  function needStopped(what: string): LoadedProgram {
    const program = needRunnable();
    if (mode.kind !== 'stopped') throw new HostError('WRONG_STATE', `${what} needs a stopped runtime; stop it first.`);
    return program;
  }

  /** Generated code runs in here: the watchdog looks at the activity word. */
  function active<T>(run: () => T): T {
    Atomics.add(control, controlWords.activity, 1);
    try {
      return run();
    } finally {
      Atomics.add(control, controlWords.activity, 1);
    }
  }

  /** The program takes the place of the one before; records go to its ring from here on. */
  function install(program: LoadedProgram, id: number): void {
    post({ kind: 'program', id });
    writer = program.open(writer?.loss());
    loaded = program;
  }

  function start(next: Mode): void {
    deadlineMs = performance.now();
    enter(next);
  }

  /** Does what takes no scans; undefined where the reply comes later. */
  function execute(id: number, command: EngineCommand): CommandResult | undefined {
    switch (command.kind) {
      case 'load': {
        const program = active(() => createLoadedProgram(command.program, attach, control));
        const { machine } = program;
        if (command.revive) machine.restore(command.revive.snapshot);
        if (!machine.fault) machine.write(command.cells);
        machine.force(command.forces);
        endPending('stopped');
        install(program, id);
        dateNs = virtual ? attach.virtualDateNs : wallNs();
        writer!.snapshot(boundary(), 'load');
        if (command.revive) machine.fail(command.revive.fault);
        settle();
        return here({ forces: machine.forced.cells() });
      }
      case 'swap': {
        const old = need();
        const program = active(() => createLoadedProgram(command.program, attach, control));
        const { fault } = program.machine;
        if (fault) {
          throw new HostError('RUNTIME_FAULTED', `The initial values of the new program fail: ${fault.message}.`, {
            fault: fault.code,
          });
        }
        program.machine.takeOver(old.machine, command.moves, command.forces);
        if (mode.kind === 'running' && mode.until) {
          endPending('stopped');
          enter({ kind: 'stopped' });
        }
        install(program, id);
        writer!.snapshot(boundary(), 'swap');
        return here({ forces: program.machine.forced.cells() });
      }
      case 'run':
        needRunnable();
        if (mode.kind === 'running') return here();
        if (mode.kind === 'stepping') throw new HostError('WRONG_STATE', 'The runtime is stepping; stop it first.');
        start({ kind: 'running' });
        return here();
      case 'stop':
        need();
        if (mode.kind === 'running' || mode.kind === 'stepping') {
          endPending('stopped');
          enter({ kind: 'stopped' });
        }
        return here();
      case 'step':
        needStopped('A step');
        checkCount(command.scans);
        enter({ kind: 'stepping', pending: { id, limit: command.scans, ran: 0 } });
        return undefined;
      case 'runUntil': {
        const { machine } = needStopped('A run until a condition');
        checkCount(command.limitScans);
        let test: ConditionTest;
        try {
          test = createConditionTest(command.condition, machine.memory);
        } catch (cause) {
          throw new HostError('INVALID_REQUEST', `The condition cannot be evaluated: ${String(cause)}`);
        }
        start({ kind: 'running', until: { id, limit: command.limitScans, ran: 0, test } });
        return undefined;
      }
      case 'reset': {
        const program = need();
        endPending('stopped');
        active(() => program.machine.reset(command.reset));
        dateNs = virtual ? attach.virtualDateNs : wallNs();
        program.writer.snapshot(boundary(), 'reset');
        settle();
        return here();
      }
      case 'restore': {
        const program = need();
        program.machine.restore(command.snapshot);
        endPending('stopped');
        program.writer.snapshot(boundary(), 'restore');
        settle();
        return here({ forces: program.machine.forced.cells() });
      }
      case 'write':
        return change((machine) => machine.write(command.cells));
      case 'force':
        return change((machine) => machine.force(command.cells));
      case 'unforce':
        return change((machine) => machine.unforce(command.cells));
      case 'read': {
        const { machine } = need();
        const outside = command.ranges.find(
          (r) => !(r.address >= 0 && r.size >= 0 && r.address + r.size <= machine.bytes.length),
        );
        if (outside)
          throw new HostError(
            'VALUE_OUT_OF_RANGE',
            `${outside.size} bytes at ${outside.address} lie outside of memory.`,
          );
        return here({ bytes: command.ranges.map((r) => machine.bytes.slice(r.address, r.address + r.size)) });
      }
      case 'snapshot':
        return here({ snapshot: need().machine.snapshot() });
      default:
        return command satisfies never;
    }
  }
  function change(apply: (machine: LoadedProgram['machine']) => void): CommandResult {
    const program = need();
    if (mode.kind === 'faulted') needRunnable();
    apply(program.machine);
    program.writer.write(boundary());
    return here({ forces: program.machine.forced.cells() });
  }
  /** After load, reset, restore: stopped, or faulted where initial values failed. Always told. */
  function settle(): void {
    const fault = loaded!.machine.fault;
    mode = { kind: fault ? 'faulted' : 'stopped' };
    if (fault) post({ kind: 'fault', fault });
    postState(fault);
  }

  function takeMail(): void {
    for (;;) {
      const received = receiveMessageOnPort(port) as { message: CommandMessage } | undefined;
      if (!received) return;
      const { id, command } = received.message;
      try {
        const result = execute(id, command);
        if (result) post({ kind: 'reply', id, result });
      } catch (thrown) {
        const refusal =
          thrown instanceof HostError
            ? thrown
            : new HostError('UNSUPPORTED', `The engine failed at "${command.kind}": ${String(thrown)}`);
        const { reason, message, metadata } = refusal;
        post({ kind: 'refused', id, reason, message, metadata });
        if (!(thrown instanceof HostError)) post({ kind: 'defect', message: `${command.kind}: ${describe(thrown)}` });
      }
    }
  }

  function scanOnce(timeNs: bigint, latenessMs: number, missedTicks: number): void {
    const { machine, stats } = loaded!;
    dateNs = virtual ? attach.virtualDateNs + timeNs : wallNs();
    const begin = performance.now();
    let taskRuns: number | undefined;
    try {
      taskRuns = active(() => machine.runScan(timeNs, dateNs));
    } catch (thrown) {
      post({ kind: 'defect', message: `scan: ${describe(thrown)}` });
      machine.fail({ code: 'R4007', message: faultCodes.R4007, scan: machine.scan + 1 });
    }
    const end = performance.now();
    if (taskRuns === undefined) return failed();
    const durationNs = Math.round((end - begin) * 1e6);
    const latenessNs = Math.round(latenessMs * 1e6);
    writer!.scan({ scan: machine.scan, timeNs, dateNs, latenessNs, durationNs, taskRuns, missedTicks });
    wakeReader();
    stats.record.add((performance.now() - end) * 1e6);
    stats.duration.add(durationNs);
    stats.count('scans', 1);
    stats.set('lostRecords', writer!.lostRecords());
    stats.raise('ringHighWater', writer!.ring.usedBytes());
    countPending();
  }
  function failed(): void {
    const { machine, detector } = loaded!;
    machine.makeSafe(detector.past);
    writer!.write(boundary());
    endPending('fault');
    mode = { kind: 'faulted' };
    post({ kind: 'fault', fault: machine.fault! });
    postState(machine.fault);
  }
  function countPending(): void {
    if (mode.kind === 'stepping') {
      mode.pending.ran += 1;
      if (mode.pending.ran < mode.pending.limit) return;
      endPending('done');
      enter({ kind: 'stopped' });
    } else if (mode.kind === 'running' && mode.until) {
      const { until } = mode;
      until.ran += 1;
      const holds = until.test();
      if (!holds && until.ran < until.limit) return;
      endPending(holds ? 'done' : 'limit');
      enter({ kind: 'stopped' });
    }
  }

  /** One scan in real time: waits for its instant, leaves out the ticks that have passed altogether. */
  function pacedScan(seenMail: number): void {
    const { machine, stats } = loaded!;
    const tickMs = Number(machine.tickNs) / 1e6;
    if (pacing.waitUntil(deadlineMs, tickMs, seenMail) === 'mail') return;
    const latenessMs = performance.now() - deadlineMs;
    const missed = Math.max(0, Math.floor(latenessMs / tickMs));
    stats.lateness.add(latenessMs * 1e6);
    stats.set('spinNs', pacing.spinNs);
    if (missed > 0) stats.count('missedTicks', missed);
    if (latenessMs > Math.max(lateThresholdMs, tickMs / 10)) stats.count('lateScans', 1);
    deadlineMs += (missed + 1) * tickMs;
    scanOnce(machine.timeNs + machine.tickNs * BigInt(missed + 1), latenessMs, missed);
  }
  /** One scan in virtual time. Without a real deadline nothing is gained by losing records, so it gives the reader time. */
  function freeScan(seenMail: number): void {
    const { ring } = writer!;
    if (writer!.losing || ring.usedBytes() > ring.capacityBytes * 0.75) {
      if (!waitForRoom(seenMail)) return;
    }
    const { machine } = loaded!;
    scanOnce(machine.timeNs + machine.tickNs, 0, 0);
  }
  /** Ends a loss where it can; else sleeps until the reader has made room or mail comes. False where the loop should look again. */
  function waitForRoom(seenMail: number): boolean {
    const roomy = (): boolean =>
      writer!.resync(boundary()) && writer!.ring.usedBytes() <= writer!.ring.capacityBytes * 0.5;
    if (roomy()) return true;
    Atomics.store(control, controlWords.lost, 1);
    wakeReader();
    if (!roomy()) Atomics.wait(control, controlWords.mail, seenMail);
    return false;
  }

  return {
    loop() {
      const threadId = kernelThreadId();
      const slackNs = attach.realtime && threadId !== undefined && !virtual ? sharpenTimer(threadId) : undefined;
      port.postMessage({ kind: 'thread', ...(slackNs !== undefined && { slackNs }) } satisfies WorkerMessage);
      for (;;) {
        const seen = Atomics.load(control, controlWords.mail);
        takeMail();
        if (Atomics.load(control, controlWords.close) === 1) return;
        if (mode.kind === 'running' && !virtual) pacedScan(seen);
        else if (mode.kind === 'running' || mode.kind === 'stepping') freeScan(seen);
        else if (writer?.losing) waitForRoom(seen);
        else Atomics.wait(control, controlWords.mail, seen);
      }
    },
  };
}

const wallNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

function checkCount(scans: number): void {
  if (!Number.isSafeInteger(scans) || scans < 1) {
    throw new HostError('INVALID_REQUEST', `The number of scans must be a whole number from 1, not ${scans}.`);
  }
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
