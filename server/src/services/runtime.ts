import type { MessageInitShape } from '@bufbuild/protobuf';
import { Severity } from '../../../proto/plcemu/v1/diagnostic_pb.js';
import {
  ForkRequestSchema,
  ForkResponseSchema,
  DeleteRuntimeRequestSchema,
  DeleteRuntimeResponseSchema,
  ResetKind,
  ResetRequestSchema,
  ResetResponseSchema,
  RunUntilRequestSchema,
  RunUntilResponseSchema,
  RuntimeService,
  SetProfileRequestSchema,
  SetProfileResponseSchema,
  StartRequestSchema,
  StartResponseSchema,
  StepRequestSchema,
  StepResponseSchema,
  StopRequestSchema,
  StopResponseSchema,
  type DurationStatsSchema,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import { RuntimeClock, type RuntimeStateSchema } from '../../../proto/plcemu/v1/runtime_state_pb.js';
import { HostError } from '../model/host-error.js';
import { listProfiles } from '../project/profile-list.js';
import { pageOf } from '../runtime/page.js';
import { requireProgram, type StatusAnswer } from '../runtime/runtime-core.js';
import type { Runtime } from '../runtime/runtime.js';
import { createCommandStream } from './command.js';
import { boundedDuration, durationOf, eventClassName, severityName, stateMessage } from './convert.js';
import { withDiagnostics } from './project-errors.js';
import type { RegisteredService } from './registry.js';
import { register } from './registry.js';
import type { Rooms } from './rooms.js';
import { onRuntime } from './rooms.js';
import { createSnapshotMethods } from './snapshot.js';
import { createVariableCalls } from './variable-calls.js';

const second = 1_000_000_000n;

export function createRuntimeService(rooms: Rooms): RegisteredService {
  const { runtimes, mutations, watches } = rooms;
  const variables = createVariableCalls(rooms);
  const answered = ({
    status,
    sequence,
  }: StatusAnswer): { state: MessageInitShape<typeof RuntimeStateSchema>; sequence: bigint } => ({
    state: stateMessage(status),
    sequence,
  });
  const start = onRuntime(StartRequestSchema, StartResponseSchema, answered);
  const stop = onRuntime(StopRequestSchema, StopResponseSchema, answered);
  const step = onRuntime(StepRequestSchema, StepResponseSchema, answered);
  const reset = onRuntime(ResetRequestSchema, ResetResponseSchema, answered);
  const runUntil = onRuntime(
    RunUntilRequestSchema,
    RunUntilResponseSchema,
    (a: StatusAnswer & { met: boolean; scans: number }) => ({
      ...answered(a),
      met: a.met,
      scans: BigInt(a.scans),
    }),
  );
  const setProfile = onRuntime(SetProfileRequestSchema, SetProfileResponseSchema, answered);
  const fork = onRuntime(ForkRequestSchema, ForkResponseSchema, (status: StatusAnswer['status']) => ({
    state: stateMessage(status),
  }));
  const remove = onRuntime(DeleteRuntimeRequestSchema, DeleteRuntimeResponseSchema, () => ({}));

  return register(RuntimeService, {
    start: (request, context) =>
      mutations.perform(start, request, context, (call) => runtimes.get(request.runtime).lifeCycle.start(call)),
    stop: (request, context) =>
      mutations.perform(stop, request, context, (call) => runtimes.get(request.runtime).lifeCycle.stop(call)),
    step: (request, context) =>
      mutations.perform(step, request, context, (call) =>
        runtimes.get(request.runtime).lifeCycle.step(call, request.scans || 1),
      ),
    reset: (request, context) =>
      mutations.perform(reset, request, context, (call) =>
        runtimes.get(request.runtime).lifeCycle.reset(call, request.kind === ResetKind.COLD ? 'cold' : 'warm'),
      ),
    runUntil: (request, context) => {
      if (request.condition.length > 4096)
        throw new HostError('INVALID_REQUEST', 'A condition has at most 4096 characters.', { field: 'condition' });
      const limit = boundedDuration(request.limit, 'limit', 10n * second, 3600n * second);
      return mutations.perform(runUntil, request, context, (call) =>
        runtimes.get(request.runtime).lifeCycle.runUntil(call, request.condition, limit, request.maxScans),
      );
    },
    getState: (request) => ({ state: stateMessage(runtimes.get(request.runtime).status()) }),
    getStats: (request) => {
      const runtime = runtimes.get(request.runtime);
      const layout = requireProgram(runtime.core);
      const stats = runtime.stats();
      return {
        runtime: runtime.core.name,
        scans: BigInt(stats.scans),
        overruns: BigInt(stats.missedTicks),
        duration: durationStats(stats.duration),
        lateness: durationStats(stats.lateness),
        tasks: layout.image.tasks.map((task) => {
          const measured = stats.tasks.find((t) => t.name === task.name);
          return {
            name: task.name,
            ...(task.intervalNs !== undefined && { interval: durationOf(task.intervalNs) }),
            priority: task.priority,
            runs: BigInt(measured?.runs ?? 0),
            overruns: BigInt(measured?.overruns ?? 0),
            ...(measured && {
              duration: durationStats(measured.duration),
              lateness: durationStats(measured.lateness),
            }),
          };
        }),
        lostRecords: BigInt(stats.lostRecords),
        scheduling: stats.pacing.policy === 'fifo' ? 'fifo' : stats.pacing.spinNs > 0 ? 'spin' : 'wait',
        memoryBytes: BigInt(stats.memoryBytes),
        variables: layout.leaves.count,
      };
    },
    setProfile: (request, context) =>
      withDiagnostics(
        mutations.perform(setProfile, request, context, async (call) => {
          const runtime = runtimes.get(request.runtime);
          const sequence = await runtime.projects.setProfile(
            { ...call, remember: (given) => call.remember({ status: runtime.status(), sequence: given }) },
            request.profile,
          );
          return { status: runtime.status(), sequence };
        }),
      ),
    listProfiles: () => ({
      profiles: listProfiles().map(({ name, ...decisions }) => ({
        name,
        decisions: Object.fromEntries(Object.entries(decisions).map(([k, v]) => [k, String(v)])),
      })),
    }),
    listVariables: (request) => {
      const { reader } = runtimes.get(request.runtime);
      const page = reader.list(request);
      return {
        variables: page.items.map((v) => ({ ...v, address: v.location ?? '', enumValues: [...v.enumValues] })),
        nextPageToken: page.nextPageToken,
      };
    },
    readVariables: (request) => variables.read(request),
    writeVariables: (request, context) => variables.write(request, context),
    forceVariables: (request, context) => variables.force(request, context),
    unforceVariables: (request, context) => variables.unforce(request, context),
    watchScans: (request, context) =>
      watches.open(
        {
          runtime: request.runtime,
          options: request.options,
          classes: ['scan'],
          variables: request.variables,
          changesOnly: request.changesOnly,
        },
        context,
      ),
    watch: (request, context) => {
      const { filter } = request;
      return watches.open(
        {
          runtime: request.runtime,
          options: request.options,
          classes: (filter?.classes ?? []).map(eventClassName),
          variables: filter?.variables ?? [],
          channels: filter?.channels ?? [],
          minSeverity: severityName(filter?.minSeverity ?? Severity.UNSPECIFIED, 'info'),
          changesOnly: filter?.changesOnly ?? false,
        },
        context,
      );
    },
    command: createCommandStream(rooms, variables, {
      start: (request, context) =>
        mutations.perform({ ...start, auditRefusalsOnly: true }, request, context, (call) =>
          runtimes.get(request.runtime).lifeCycle.start(call),
        ),
      stop: (request, context) =>
        mutations.perform({ ...stop, auditRefusalsOnly: true }, request, context, (call) =>
          runtimes.get(request.runtime).lifeCycle.stop(call),
        ),
      step: (request, context) =>
        mutations.perform({ ...step, auditRefusalsOnly: true }, request, context, (call) =>
          runtimes.get(request.runtime).lifeCycle.step(call, request.scans || 1),
        ),
    }),
    ...createSnapshotMethods(rooms),
    fork: (request, context) =>
      mutations.perform(fork, request, context, async (call) => {
        const clock = request.clock === RuntimeClock.WALL ? 'wall' : 'virtual';
        const made = await runtimes.fork(call, {
          from: request.runtime,
          name: request.name,
          clock,
          snapshot: request.snapshot,
        });
        if (request.start) await made.lifeCycle.start({ actor: call.actor, remember: () => [] });
        return made.status();
      }),
    listRuntimes: (request) => {
      const page = pageOf(runtimes.list(), (r) => stateMessage(r.status()), {
        ...request,
        usual: 1000,
        most: 1000,
        key: 'runtimes',
      });
      return { runtimes: [...page.items], nextPageToken: page.nextPageToken };
    },
    deleteRuntime: (request, context) => {
      if (request.runtime === '')
        throw new HostError('INVALID_REQUEST', 'Name the runtime to delete.', { field: 'runtime' });
      return mutations.perform(remove, request, context, (call) =>
        runtimes.delete({ ...call, remember: () => call.remember(undefined) }, request.runtime),
      );
    },
  });
}

type Percentiles = ReturnType<Runtime['stats']>['duration'];

function durationStats(p: Percentiles): MessageInitShape<typeof DurationStatsSchema> {
  const of = (ns: number): { seconds: bigint; nanos: number } => durationOf(BigInt(Math.round(ns)));
  return { mean: of(p.meanNs), p50: of(p.p50Ns), p99: of(p.p99Ns), max: of(p.maxNs) };
}
