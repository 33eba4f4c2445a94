import { HostError } from '../../model/host-error.js';
import type { MemoryRange } from '../engine.js';
import type { CommandResult, EngineCommand } from '../messages.js';
import { createConditionTest, type ConditionTest } from './scan-condition.js';
import type { ScanMachine } from './scan-machine.js';
import type { InstalledProgram, ScanThread } from './scan-thread.js';
import type { ScanCondition } from '../engine.js';
import { wallNs } from './wall-time.js';

/** Does a command between two scans. Undefined where it is answered after its scans. Throws HostError where it is refused. */
export function executeCommand(thread: ScanThread, id: number, command: EngineCommand): CommandResult | undefined {
  switch (command.kind) {
    case 'load':
      return load(thread, id, command);
    case 'swap':
      return swap(thread, id, command);
    case 'run':
      runnable(thread);
      if (thread.mode.kind === 'running') return thread.here();
      if (thread.mode.kind === 'stepping')
        throw new HostError('WRONG_STATE', 'The runtime is stepping; stop it first.');
      thread.start({ kind: 'running' });
      return thread.here();
    case 'stop':
      thread.need();
      thread.stop('stopped');
      return thread.here();
    case 'step':
      stopped(thread, 'A step');
      refuseCount(command.scans);
      thread.start({ kind: 'stepping', pending: { id, limit: command.scans, ran: 0 } });
      return undefined;
    case 'runUntil': {
      const { machine } = stopped(thread, 'A run until a condition');
      refuseCount(command.limitScans);
      const test = conditionTest(command.condition, machine);
      thread.start({ kind: 'running', until: { id, limit: command.limitScans, ran: 0, test } });
      return undefined;
    }
    case 'reset': {
      const { machine, writer } = thread.need();
      thread.active(() => machine.reset(command.reset));
      thread.dateNs = startDate(thread);
      writer.snapshot(thread.boundary(), 'reset');
      thread.settle('stopped');
      return thread.here();
    }
    case 'restore': {
      const { machine, writer } = thread.need();
      machine.restore(command.snapshot);
      writer.snapshot(thread.boundary(), 'restore');
      thread.settle('stopped');
      return forces(thread, machine);
    }
    case 'write':
      return change(thread, command.digest, (machine) => machine.write(command.cells));
    case 'force':
      return change(thread, command.digest, (machine) => machine.force(command.cells));
    case 'unforce':
      return change(thread, undefined, (machine) => machine.unforce(command.cells));
    case 'read':
      return thread.here({ bytes: read(thread.need().machine, command.ranges) });
    case 'snapshot':
      return thread.here({ snapshot: thread.need().machine.snapshot() });
    default:
      return command satisfies never;
  }
}

function load(thread: ScanThread, id: number, command: Extract<EngineCommand, { kind: 'load' }>): CommandResult {
  const prepared = thread.prepare(command.program);
  const { machine } = prepared;
  if (command.revive) machine.restore(command.revive.snapshot);
  else machine.write(command.cells);
  machine.force(command.forces);
  const { writer } = thread.install(prepared, id);
  thread.dateNs = startDate(thread);
  writer.snapshot(thread.boundary(), 'load');
  if (command.revive) machine.fail(command.revive.fault);
  thread.settle('stopped');
  return forces(thread, machine);
}

function swap(thread: ScanThread, id: number, command: Extract<EngineCommand, { kind: 'swap' }>): CommandResult {
  const old = thread.need();
  const prepared = thread.prepare(command.program);
  const { machine } = prepared;
  if (machine.fault) {
    const { code, message } = machine.fault;
    throw new HostError('RUNTIME_FAULTED', `The initial values of the new program fail: ${message}.`, { fault: code });
  }
  if (command.cells) machine.write(command.cells);
  machine.takeOver(old.machine, command.moves, command.forces);
  // Its condition speaks of the old memory.
  if (thread.mode.kind === 'running' && thread.mode.until) thread.stop('stopped');
  thread.install(prepared, id).writer.snapshot(thread.boundary(), 'swap');
  return forces(thread, machine);
}

/** Changes cells of the program with that digest. */
function change(thread: ScanThread, digest: string | undefined, apply: (machine: ScanMachine) => void): CommandResult {
  const { machine, writer } = runnable(thread);
  if (digest !== undefined && digest !== machine.image.digest)
    throw new HostError(
      'BUSY',
      'Another program has taken the place of the one that was meant; find its variables anew.',
    );
  apply(machine);
  writer.write(thread.boundary());
  return forces(thread, machine);
}

const forces = (thread: ScanThread, { forced }: ScanMachine): CommandResult => thread.here({ forces: forced.cells() });

const startDate = ({ attach }: ScanThread): bigint => (attach.clock === 'virtual' ? attach.virtualDateNs : wallNs());

function runnable(thread: ScanThread): InstalledProgram {
  const program = thread.need();
  if (thread.mode.kind === 'faulted') {
    const code = program.machine.fault?.code ?? 'R4007';
    throw new HostError('RUNTIME_FAULTED', 'The runtime is faulted; reset it first.', { fault: code });
  }
  return program;
}
function stopped(thread: ScanThread, what: string): InstalledProgram {
  const program = runnable(thread);
  if (thread.mode.kind !== 'stopped')
    throw new HostError('WRONG_STATE', `${what} needs a stopped runtime; stop it first.`);
  return program;
}

function conditionTest(condition: ScanCondition, { memory }: ScanMachine): ConditionTest {
  try {
    return createConditionTest(condition, memory);
  } catch (cause) {
    throw new HostError('INVALID_REQUEST', `The condition cannot be evaluated: ${String(cause)}`);
  }
}

function read({ bytes }: ScanMachine, ranges: readonly MemoryRange[]): Uint8Array[] {
  const outside = ranges.find(({ address, size }) => !(address >= 0 && size >= 0 && address + size <= bytes.length));
  if (outside) {
    throw new HostError('VALUE_OUT_OF_RANGE', `${outside.size} bytes at ${outside.address} lie outside of memory.`);
  }
  return ranges.map(({ address, size }) => bytes.slice(address, address + size));
}

function refuseCount(scans: number): void {
  if (Number.isSafeInteger(scans) && scans >= 1) return;
  throw new HostError('INVALID_REQUEST', `The number of scans must be a whole number from 1, not ${scans}.`);
}
