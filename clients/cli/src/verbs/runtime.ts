import {
  GetStateResponseSchema,
  GetStatsResponseSchema,
  ListProfilesResponseSchema,
  ListRuntimesResponseSchema,
  ResetKind,
  ResetResponseSchema,
  RunUntilResponseSchema,
  SetProfileResponseSchema,
  StartResponseSchema,
  StepResponseSchema,
  StopResponseSchema,
  type DurationStats,
} from '../../../../proto/plcemu/v1/runtime_pb.js';
import { RunMode } from '../../../../proto/plcemu/v1/runtime_state_pb.js';
import { exitCode, UsageError } from '../exit-code.js';
import { durationMs, wholeNumber, withSession } from '../session.js';
import { showDuration, showState, table } from '../show.js';
import type { Verb } from '../verb.js';

const duration = (ms: number): { seconds: bigint; nanos: number } => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanos: Math.round((ms % 1000) * 1e6),
});

const run: Verb = {
  usage: 'plc-emu run [--until CONDITION] [--limit 5s] [--max-scans N]',
  summary: 'start scanning, or scan until a condition holds',
  run: (argv) =>
    withSession(
      argv,
      {
        until: { type: 'string' },
        limit: { type: 'string' },
        'max-scans': { type: 'string' },
        'request-id': { type: 'string' },
      },
      async (s) => {
        const requestId = s.values['request-id'] ?? '';
        if (s.values.until === undefined) {
          const response = await s.client.runtime.start({ runtime: s.runtime, requestId });
          s.print(StartResponseSchema, response, () => showState(response.state));
          return exitCode.done;
        }
        const limitMs = durationMs(s.values.limit ?? '10s');
        const response = await s.client.runtime.runUntil(
          {
            runtime: s.runtime,
            requestId,
            condition: s.values.until,
            limit: duration(limitMs),
            ...(s.values['max-scans'] !== undefined && {
              maxScans: wholeNumber('--max-scans', s.values['max-scans'], 1),
            }),
          },
          { timeoutMs: limitMs + 10_000 },
        );
        s.print(
          RunUntilResponseSchema,
          response,
          () => `${response.met ? 'met' : 'not met'} after ${response.scans} scans; ${showState(response.state)}`,
        );
        return response.met ? exitCode.done : exitCode.no;
      },
    ),
};

const stop: Verb = {
  usage: 'plc-emu stop',
  summary: 'stop after the scan that is under way',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      const response = await s.client.runtime.stop({ runtime: s.runtime, requestId: s.values['request-id'] ?? '' });
      s.print(StopResponseSchema, response, () => showState(response.state));
      return exitCode.done;
    }),
};

const step: Verb = {
  usage: 'plc-emu step [N]',
  summary: 'run N scans (default 1) and stop',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      const scans = wholeNumber('N', s.positionals[0] ?? '1', 1);
      const response = await s.client.runtime.step({
        runtime: s.runtime,
        scans,
        requestId: s.values['request-id'] ?? '',
      });
      s.print(StepResponseSchema, response, () => showState(response.state));
      return response.state?.mode === RunMode.FAULTED ? exitCode.no : exitCode.done;
    }),
};

const reset: Verb = {
  usage: 'plc-emu reset [cold|warm]',
  summary: 'initial values again; warm keeps RETAIN variables',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      const kind = s.positionals[0] ?? 'warm';
      if (kind !== 'cold' && kind !== 'warm') throw new UsageError(`'${kind}' is neither cold nor warm.`);
      const response = await s.client.runtime.reset({
        runtime: s.runtime,
        kind: kind === 'cold' ? ResetKind.COLD : ResetKind.WARM,
        requestId: s.values['request-id'] ?? '',
      });
      s.print(ResetResponseSchema, response, () => showState(response.state));
      return exitCode.done;
    }),
};

const state: Verb = {
  usage: 'plc-emu state [--all]',
  summary: 'what the runtime is doing',
  run: (argv) =>
    withSession(argv, { all: { type: 'boolean' } }, async (s) => {
      if (s.values.all) {
        const response = await s.client.runtime.listRuntimes({});
        s.print(ListRuntimesResponseSchema, response, () => response.runtimes.map(showState).join('\n'));
      } else {
        const response = await s.client.runtime.getState({ runtime: s.runtime });
        s.print(GetStateResponseSchema, response, () => showState(response.state));
      }
      return exitCode.done;
    }),
};

const stats: Verb = {
  usage: 'plc-emu stats',
  summary: 'times of scans, lateness, overruns',
  run: (argv) =>
    withSession(argv, {}, async (s) => {
      const response = await s.client.runtime.getStats({ runtime: s.runtime });
      const row = (name: string, d: DurationStats | undefined): string[] => [
        name,
        showDuration(d?.mean),
        showDuration(d?.p50),
        showDuration(d?.p99),
        showDuration(d?.max),
      ];
      s.print(GetStatsResponseSchema, response, () =>
        [
          `${response.scans} scans, ${response.overruns} overruns, ${response.lostRecords} records lost, ${response.variables} variables, ${response.memoryBytes} bytes, ${response.scheduling}`,
          table([
            ['', 'mean', 'p50', 'p99', 'max'],
            row('scan', response.duration),
            row('lateness', response.lateness),
            ...response.tasks.map((task) =>
              row(`task ${task.name} (${task.runs} runs, ${task.overruns} overruns)`, task.duration),
            ),
          ]),
        ].join('\n'),
      );
      return exitCode.done;
    }),
};

const profile: Verb = {
  usage: 'plc-emu profile [NAME]',
  summary: 'list the profiles, or rebuild under another',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      const name = s.positionals[0];
      if (name === undefined) {
        const response = await s.client.runtime.listProfiles({});
        s.print(ListProfilesResponseSchema, response, () => response.profiles.map((p) => p.name).join('\n'));
      } else {
        const response = await s.client.runtime.setProfile(
          { runtime: s.runtime, profile: name, requestId: s.values['request-id'] ?? '' },
          { timeoutMs: 30_000 },
        );
        s.print(SetProfileResponseSchema, response, () => showState(response.state));
      }
      return exitCode.done;
    }),
};

export const runtimeVerbs = { run, stop, step, reset, state, stats, profile };
