import {
  CreateSnapshotResponseSchema,
  DeleteRuntimeResponseSchema,
  ForkResponseSchema,
  ListSnapshotsResponseSchema,
  RestoreSnapshotResponseSchema,
} from '../../../../proto/plcemu/v1/runtime_pb.js';
import { RuntimeClock } from '../../../../proto/plcemu/v1/runtime_state_pb.js';
import { exitCode, UsageError } from '../exit-code.js';
import { withSession } from '../session.js';
import { showState, showTime, table } from '../show.js';
import type { Verb } from '../verb.js';

const snapshot: Verb = {
  usage: 'plc-emu snapshot [NAME]',
  summary: 'keep the state between two scans under a name; without one list them',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      const name = s.positionals[0];
      if (name === undefined) {
        const response = await s.client.runtime.listSnapshots({ runtime: s.runtime });
        s.print(ListSnapshotsResponseSchema, response, () =>
          response.snapshots.length === 0
            ? 'no snapshots'
            : table(
                response.snapshots.map((x) => [x.name, `scan ${x.scan}`, showTime(x.time), `${x.sizeBytes} bytes`]),
              ),
        );
      } else {
        const response = await s.client.runtime.createSnapshot({
          runtime: s.runtime,
          name,
          requestId: s.values['request-id'] ?? '',
        });
        s.print(
          CreateSnapshotResponseSchema,
          response,
          () => `${response.snapshot?.name ?? name} at scan ${response.snapshot?.scan ?? 0n}`,
        );
      }
      return exitCode.done;
    }),
};

const restore: Verb = {
  usage: 'plc-emu restore NAME',
  summary: 'go back to a snapshot; the runtime is stopped after it',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      if (s.positionals[0] === undefined) throw new UsageError('Name a snapshot.');
      const response = await s.client.runtime.restoreSnapshot({
        runtime: s.runtime,
        name: s.positionals[0],
        requestId: s.values['request-id'] ?? '',
      });
      s.print(RestoreSnapshotResponseSchema, response, () => showState(response.state));
      return exitCode.done;
    }),
};

const fork: Verb = {
  usage: 'plc-emu fork NAME [--virtual] [--snapshot NAME] [--start] | fork --delete NAME',
  summary: 'a second runtime from the state of this one',
  run: (argv) =>
    withSession(
      argv,
      {
        virtual: { type: 'boolean' },
        snapshot: { type: 'string' },
        start: { type: 'boolean' },
        delete: { type: 'boolean' },
        'request-id': { type: 'string' },
      },
      async (s) => {
        const name = s.positionals[0];
        if (name === undefined) throw new UsageError('Name the runtime.');
        const requestId = s.values['request-id'] ?? '';
        if (s.values.delete) {
          s.print(
            DeleteRuntimeResponseSchema,
            await s.client.runtime.deleteRuntime({ runtime: name, requestId }),
            () => `deleted ${name}`,
          );
          return exitCode.done;
        }
        const response = await s.client.runtime.fork({
          runtime: s.runtime,
          name,
          requestId,
          clock: s.values.virtual ? RuntimeClock.VIRTUAL : RuntimeClock.WALL,
          snapshot: s.values.snapshot ?? '',
          start: s.values.start ?? false,
        });
        s.print(ForkResponseSchema, response, () => showState(response.state));
        return exitCode.done;
      },
    ),
};

export const snapshotVerbs = { snapshot, restore, fork };
