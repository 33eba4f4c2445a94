import type { CommandReply, EngineState, ResetKind, StepReply } from '../engine/engine.js';
import type { Appended } from '../events/event-log.js';
import type { Actor, RunState } from '../model/event.js';
import type { Fault } from '../model/fault.js';
import { HostError } from '../model/host-error.js';
import { createTurn } from '../model/turn.js';
import type { StateChange } from '../store/state-table.js';
import { parseCondition } from './condition.js';
import type { Call } from './host-record.js';
import { systemActor } from './host-record.js';
import type { RuntimeCore, StatusAnswer } from './runtime-core.js';
import { modeOf, requireProgram, tickOf, writerNow } from './runtime-core.js';

export interface UntilAnswer extends StatusAnswer {
  readonly met: boolean;
  readonly scans: number;
}

/** Run, stop, step, reset: one after the other, each with one event that says who and why. */
export interface LifeCycle {
  start(call: Call<StatusAnswer>): Promise<StatusAnswer>;
  stop(call: Call<StatusAnswer>): Promise<StatusAnswer>;
  step(call: Call<StatusAnswer>, scans: number): Promise<StatusAnswer>;
  reset(call: Call<StatusAnswer>, kind: ResetKind): Promise<StatusAnswer>;
  runUntil(call: Call<UntilAnswer>, condition: string, limitNs: bigint, maxScans: number): Promise<UntilAnswer>;
  /** Does something that changes the state otherwise (load, restore), in turn with the commands. */
  change<T>(actor: Actor, cause: string, act: () => Promise<T>): Promise<T>;
  /** Hears of the engine's states, in the order of its records. */
  onState(state: EngineState): void;
  /** Sequence of the newest event about the state. */
  lastSequence(): bigint;
}

/** A command under way. `appended`: its event, where the engine's state has changed already. */
interface Pending {
  readonly actor: Actor;
  readonly cause: string;
  readonly changes: (sequence: bigint) => readonly StateChange[];
  readonly quiet: boolean;
  appended?: Appended;
}

export const mostSteps = 1_000_000;

export function createLifeCycle(core: RuntimeCore): LifeCycle {
  const { engine, record } = core;
  let current: Pending | undefined;
  let stopping: Pending | undefined;
  let previous: RunState = modeOf(core);
  let last = 0n;

  const inTurn = createTurn();

  const append = (pending: Pending | undefined, cause: string, by: Actor, fault?: Fault): Appended => {
    const state = modeOf(core);
    const changes = pending?.changes(record.nextSequence()) ?? [];
    const appended = record.append('run_state', {
      kind: 'run_state', runtime: core.name, state, previous, cause, by, scan: core.engine.state().scan, ...(fault && { fault }),
    }, changes); // prettier-ignore
    previous = state;
    last = appended.sequence;
    return appended;
  };

  const onState = (state: EngineState): void => {
    // The host is ending; a restart goes on from the desired state.
    if (state.kind === 'closed') return;
    const mode = modeOf(core);
    if (state.kind === 'faulted') {
      if (previous !== 'FAULTED') {
        const appended = append(current, 'fault', systemActor, state.fault);
        if (current) current.appended = appended;
      }
      return;
    }
    if (mode === previous) return;
    const pending = mode === 'STOPPED' && stopping ? stopping : current;
    // A step is one event, at its end.
    if (mode === 'RUNNING' && pending?.quiet) return;
    const appended = append(pending, pending?.cause ?? mode.toLowerCase(), pending?.actor ?? systemActor);
    if (pending) pending.appended = appended;
  };

  /** Runs a command of the engine and sees to it that there is exactly one event for it. */
  const perform = async <R extends CommandReply>(
    pending: Pending,
    always: boolean,
    act: () => Promise<R>,
  ): Promise<{ reply: R; sequence: bigint }> => {
    const reply = await act();
    if (!pending.appended && always) pending.appended = append(pending, pending.cause, pending.actor);
    if (!pending.appended) {
      // Nothing has changed; what was asked for is remembered all the same.
      const changes = pending.changes(last);
      if (changes.length > 0) await record.remember(changes).committed;
      return { reply, sequence: last };
    }
    await pending.appended.committed;
    return { reply, sequence: pending.appended.sequence };
  };

  const answerAt = (sequence: bigint): StatusAnswer => ({ status: core.status(), sequence });
  const desire = (state: 'RUN' | 'STOP'): StateChange => ({ kind: 'desired', runtime: core.name, state });
  const command = (call: Call<StatusAnswer>, cause: string, desired?: 'RUN' | 'STOP', quiet = false): Pending => ({
    actor: call.actor,
    cause,
    quiet,
    changes: (sequence) => [
      ...(desired && record.state.desired(core.name) !== desired ? [desire(desired)] : []),
      // The state is asked for last: the change of the desired state belongs into the answer.
      ...call.remember({ status: { ...core.status(), ...(desired && { desired }) }, sequence }),
    ],
  });

  const run = async <R extends CommandReply>(
    pending: Pending,
    always: boolean,
    act: () => Promise<R>,
  ): Promise<{ reply: R; sequence: bigint }> => {
    current = pending;
    try {
      return await perform(pending, always, act);
    } finally {
      current = undefined;
    }
  };

  const refuseFaulted = (): void => {
    const { fault } = engine.state();
    if (engine.state().kind !== 'faulted') return;
    throw new HostError(
      'RUNTIME_FAULTED',
      `The runtime '${core.name}' has faulted (${fault?.code ?? ''}: ${fault?.message ?? ''}); reset it first.`,
      {
        runtime: core.name,
        ...(fault && { fault: fault.code }),
      },
    );
  };
  const refuseRunning = (what: string): void => {
    if (engine.state().kind === 'running' || engine.state().kind === 'stepping') {
      throw new HostError('WRONG_STATE', `The runtime '${core.name}' is scanning; stop it before ${what}.`, {
        runtime: core.name,
      });
    }
  };

  return {
    onState,
    lastSequence: () => last,
    start: (call) =>
      inTurn(async () => {
        record.checkStorage();
        requireProgram(core);
        refuseFaulted();
        const { sequence } = await run(command(call, 'start', 'RUN'), false, () => engine.run());
        return answerAt(sequence);
      }),
    stop: (call) => {
      const act = async (): Promise<StatusAnswer> => {
        record.checkStorage();
        requireProgram(core);
        const pending = command(call, 'stop', 'STOP');
        stopping = pending;
        try {
          const { sequence } = await perform(pending, false, () => engine.stop());
          return answerAt(sequence);
        } finally {
          if (stopping === pending) stopping = undefined;
        }
      };
      // A step or a run to a condition may last; stop ends it instead of waiting for it.
      const kind = engine.state().kind;
      const interrupts =
        current !== undefined &&
        (current.cause === 'step' || current.cause === 'until') &&
        (kind === 'running' || kind === 'stepping');
      return interrupts ? act() : inTurn(act);
    },
    step: (call, scans) => {
      if (scans < 1 || scans > mostSteps) {
        throw new HostError('INVALID_REQUEST', `A step runs 1 to ${mostSteps} scans, not ${scans}.`, {
          limit: String(mostSteps),
        });
      }
      // Refused at once rather than after a step that is under way.
      refuseRunning('stepping');
      return inTurn(async () => {
        record.checkStorage();
        requireProgram(core);
        refuseFaulted();
        refuseRunning('stepping');
        const { sequence } = await run(command(call, 'step', undefined, true), true, () => engine.step(scans));
        return answerAt(sequence);
      });
    },
    runUntil: (call, condition, limitNs, maxScans) => {
      refuseRunning('running to a condition');
      return inTurn(async () => {
        record.checkStorage();
        const layout = requireProgram(core);
        refuseFaulted();
        refuseRunning('running to a condition');
        const test = parseCondition(condition, layout.tree);
        const byTime = Number(limitNs / tickOf(core, layout)) + 1;
        const limit = maxScans > 0 ? Math.min(maxScans, byTime) : byTime;
        // Its answer is known only at the end: nothing is kept for the request id with the event of its beginning.
        const pending: Pending = { actor: call.actor, cause: 'until', quiet: false, changes: () => [] };
        const { reply, sequence } = await run<StepReply>(pending, true, () => engine.runUntil(test, limit));
        const answer = { ...answerAt(sequence), met: reply.end === 'done', scans: reply.scans };
        const changes = call.remember(answer);
        if (changes.length > 0) await record.remember(changes).committed;
        return answer;
      });
    },
    reset: (call, kind) => {
      // Reset stops what runs.
      return inTurn(async () => {
        record.checkStorage();
        requireProgram(core);
        const pending = command(call, `reset_${kind}`);
        const all = (scan: number): StateChange => core.generations.bumpAll(writerNow(core, systemActor, scan));
        const withAll: Pending = { ...pending, changes: (sequence) => [...pending.changes(sequence), all(0)] };
        const { sequence } = await run(withAll, true, () => engine.reset(kind));
        return answerAt(sequence);
      });
    },
    change: (actor, cause, act) =>
      inTurn(async () => {
        current = { actor, cause, quiet: false, changes: () => [] };
        try {
          return await act();
        } finally {
          current = undefined;
        }
      }),
  };
}
