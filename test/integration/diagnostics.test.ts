import type { PlcClient } from '../../clients/node/src/index.js';
import { Role } from '../../proto/plcemu/v1/options_pb.js';
import { Severity } from '../../proto/plcemu/v1/diagnostic_pb.js';
import { WatchStart } from '../../proto/plcemu/v1/stream_pb.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import { refusal } from '../support/refusal.js';

let host: HostProcess;
let client: PlcClient;
beforeAll(async () => {
  host = await startHost({
    files: { 'main.st': 'PROGRAM Main VAR x : INT; END_VAR x := x + 1; END_PROGRAM' },
    args: ['main.st'],
  });
  client = host.client('auditor');
});
afterAll(() => host.dispose());

describe('the audit trail', () => {
  it('says who did what, and who was refused what', async () => {
    await host.client('worker').runtime.step();
    await refusal(
      host
        .client('rogue')
        .runtime.writeVariables({ writes: [{ path: 'Main.y', value: { kind: { case: 'boolValue', value: true } } }] }),
    );
    const { events } = await client.diagnostics.queryAudit();
    const lines = events.map((e) => (e.payload.case === 'audit' ? e.payload.value : undefined)!);
    expect(lines).toEqual([
      expect.objectContaining({
        method: 'plcemu.v1.RuntimeService/Step',
        client: 'worker',
        outcome: 'OK',
        role: 'admin',
        peer: 'unix',
      }),
      expect.objectContaining({
        method: 'plcemu.v1.RuntimeService/WriteVariables',
        client: 'rogue',
        outcome: 'VARIABLE_NOT_FOUND',
        subject: 'Main.y',
      }),
    ]);
  });
});

describe('the log', () => {
  it('is kept, filtered by severity and text, in pages', async () => {
    await refusal(client.project.openProject({ source: { case: 'path', value: 'none.st' } }));
    const all = await client.diagnostics.queryLogs({ minSeverity: Severity.INFO });
    expect(all.events.map((e) => (e.payload.case === 'log' ? e.payload.value.message : ''))).toContain('listening');
    const none = await client.diagnostics.queryLogs({ contains: 'no such text' });
    expect([none.events, none.nextPageToken]).toEqual([[], '']);
    const page = await client.diagnostics.queryLogs({ pageSize: 1 });
    expect(page.events).toHaveLength(1);
    const wrong = await refusal(client.diagnostics.queryLogs({ pageToken: 'x' }));
    expect(wrong.code).toBe(3);
  });
});

describe('the host', () => {
  it('describes itself and its caller', async () => {
    const info = await client.diagnostics.getHost();
    expect(info).toMatchObject({ role: Role.ADMIN, client: 'auditor', runtimes: ['main'], pid: host.process.pid });
    expect(info.floors).toHaveLength(6);
    expect(info.limits.receiveBytes).toBe(4_194_304n);
    expect(info.head).toBeGreaterThan(0n);
  });

  it('refuses a message above 4 MiB and goes on', async () => {
    const error = await refusal(client.runtime.readVariables({ paths: ['x'.repeat(4 * 1024 * 1024)] }));
    expect(error.code).toBe(8);
    await client.diagnostics.getHost();
  });

  it('cancels a watch that its client gives up', async () => {
    const controller = new AbortController();
    const watch = (async () => {
      for await (const _ of client.runtime.watch(
        { options: { start: { case: 'at', value: WatchStart.LATEST } } },
        { signal: controller.signal },
      ));
    })().catch(() => undefined);
    await eventually(async () => (await client.diagnostics.getHost()).subscriptions === 1);
    controller.abort();
    await watch;
    await eventually(async () => (await client.diagnostics.getHost()).subscriptions === 0);
  });

  it('refuses more than 64 watches on one connection', async () => {
    const crowd = host.client('crowd');
    const streams = Array.from({ length: 65 }, () =>
      crowd.runtime.watch({ options: { start: { case: 'at', value: WatchStart.LATEST } } })[Symbol.asyncIterator](),
    );
    const outcomes: string[] = [];
    for (const stream of streams) {
      const answer = stream.next().then(
        () => 'opened',
        (error: unknown) => (error as { reason: string }).reason,
      );
      outcomes.push(await answer);
    }
    expect([outcomes.slice(0, 64).every((o) => o === 'opened'), outcomes[64]]).toEqual([
      true,
      'TOO_MANY_SUBSCRIPTIONS',
    ]);
    for (const stream of streams) await stream.return?.();
    await eventually(async () => (await client.diagnostics.getHost()).subscriptions === 0);
  });
});
