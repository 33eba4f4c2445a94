import { ResetKind } from '../../proto/plcemu/v1/runtime_pb.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import type { PlcClient } from '../../clients/node/src/index.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';

let host: HostProcess;
let client: PlcClient;
beforeAll(async () => {
  host = await startHost({
    files: { 'main.st': 'PROGRAM Main VAR n : DINT; END_VAR n := n + 1; END_PROGRAM' },
    args: ['main.st', '--scan-interval', '10ms', '--start', '--watchdog', '100ms'],
  });
  client = host.client();
});
afterAll(() => host.dispose());

const open = (runtime: string, name: string, text: string, start = true) =>
  client.project.openProject({
    runtime,
    source: { case: 'inline', value: { documents: [{ name: `${name}.st`, content: Buffer.from(text) }] } },
    start,
  });

describe('a scan that does not end', () => {
  it.each([
    ['while', 'WHILE TRUE DO n := n + 1; END_WHILE;'],
    ['for', 'FOR n := 1 TO 10 BY zero DO m := m + 1; END_FOR;'],
    ['repeat', 'REPEAT n := n + 1; UNTIL FALSE END_REPEAT;'],
    ['long', 'FOR n := 1 TO 2000000000 DO m := m + n; END_FOR;'],
  ])('faults its runtime with safe outputs, and no other: %s', async (runtime, statements) => {
    const { state: before } = await client.runtime.getState();
    await open(
      runtime, 'endless',
      `PROGRAM Main VAR n, m, zero : DINT; q AT %QX0.0 : BOOL; END_VAR q := TRUE; ${statements} END_PROGRAM`,
    ); // prettier-ignore
    await eventually(async () => (await client.runtime.getState({ runtime })).state?.mode === RunMode.FAULTED);
    const { state } = await client.runtime.getState({ runtime });
    expect(state?.fault?.code).toBe('R4005');
    const { variables } = await client.runtime.readVariables({ runtime, paths: ['Main.q'] });
    expect(variables[0]!.literal).toBe('FALSE');
    const { state: after } = await client.runtime.getState();
    expect(after?.mode).toBe(RunMode.RUNNING);
    expect(after!.scan).toBeGreaterThan(before!.scan);
    await client.runtime.deleteRuntime({ runtime });
  });
});

describe('a REAL that is NaN', () => {
  it('is told once, not in every scan; -0 differs from 0', async () => {
    await open(
      'nan', 'nan',
      'PROGRAM Main VAR n : DINT; z, r, s : REAL; END_VAR n := n + 1; r := z / z; IF n = 5 THEN s := -z; END_IF; END_PROGRAM',
      false,
    ); // prettier-ignore
    const watch = client.watch({ runtime: 'nan', classes: ['scan'], start: 'snapshot', lossless: true });
    const told: string[] = [];
    for await (const item of watch) {
      if (item.kind === 'snapshot') await client.runtime.step({ runtime: 'nan', scans: 10 });
      if (item.kind !== 'events') continue;
      for (const { event, changes } of item.events)
        for (const { path, value } of changes)
          if (path !== 'Main.n' && event.payload.case === 'scan')
            told.push(`${event.payload.value.scan} ${path} ${Object.is(value, -0) ? '-0' : String(value)}`);
      if (item.events.some(({ event }) => event.payload.case === 'scan' && event.payload.value.scan >= 10n)) break;
    }
    expect(told).toEqual(['1 Main.r NaN', '5 Main.s -0']);
    await client.runtime.deleteRuntime({ runtime: 'nan' });
  });
});

describe('B34: a program that makes objects without end', () => {
  it('faults its runtime when the heap is used up, in the line that asks for more; no other, and it can start again', async () => {
    const runtime = 'greedy';
    const text =
      'PROGRAM Main\nVAR n : DINT; p : POINTER TO LREAL; q AT %QX0.0 : BOOL; END_VAR\nq := TRUE; n := n + 1;\np := __NEW(LREAL, 6000);\nEND_PROGRAM';
    await client.project.openProject({
      runtime,
      source: { case: 'inline', value: { documents: [{ name: 'greedy.st', content: Buffer.from(text) }] } },
      profile: 'codesys',
      start: true,
    });
    const { state: before } = await client.runtime.getState();
    const faulted = () =>
      eventually(async () => (await client.runtime.getState({ runtime })).state?.mode === RunMode.FAULTED);
    const read = async (path: string) =>
      (await client.runtime.readVariables({ runtime, paths: [path] })).variables[0]!.literal;
    for (let round = 0; round < 2; round += 1) {
      await faulted();
      const { state } = await client.runtime.getState({ runtime });
      expect(state?.fault).toMatchObject({ code: 'R4006', message: 'out of memory', scan: 22n });
      expect(state?.fault?.site).toMatchObject({ pou: 'Main', line: 4 });
      expect(await read('Main.q')).toBe('FALSE');
      if (round > 0) break;
      await client.runtime.reset({ runtime, kind: ResetKind.WARM });
      await client.runtime.start({ runtime });
    }
    const { state: after } = await client.runtime.getState();
    expect(after?.mode).toBe(RunMode.RUNNING);
    expect(after!.scan).toBeGreaterThan(before!.scan);
    await client.runtime.deleteRuntime({ runtime });
  });
});

describe('B35: a program that logs without end', () => {
  it('gets a thousand lines a second into the log, which say what was left out; scans and calls go on', async () => {
    const runtime = 'chatty';
    const lines = "FOR i := 1 TO 5000 DO __LOG('the pump is on', 1); END_FOR; n := n + 1;";
    await open(runtime, 'chatty', `PROGRAM Main VAR i, n : DINT; END_VAR ${lines} END_PROGRAM`);
    const { state: before } = await client.runtime.getState();
    const logged = async () => {
      const all = [];
      for (let pageToken = ''; ;) {
        const page = await client.diagnostics.queryLogs({ runtime, contains: 'the pump', pageSize: 1000, pageToken });
        all.push(...page.events);
        if (page.nextPageToken === '') return all;
        pageToken = page.nextPageToken;
      }
    };
    await eventually(
      async () => (await logged()).some(({ payload }) => payload.case === 'log' && payload.value.suppressed > 10_000),
      10_000,
    );
    const seconds = new Map<bigint, number>();
    for (const { time } of await logged()) seconds.set(time!.seconds, (seconds.get(time!.seconds) ?? 0) + 1);
    // Windows of a second and seconds of the clock may overlap.
    expect(Math.max(...seconds.values())).toBeLessThanOrEqual(2000);
    const { state: after } = await client.runtime.getState();
    expect(after!.scan).toBeGreaterThan(before!.scan);
    await client.runtime.deleteRuntime({ runtime });
  }, 20_000);
});

describe('what looks like a command', () => {
  it.each(['; rm -rf "$HOME"', '$(touch pwned)', '`id`', "it's %n %s\n{}", '<b>&amp;'])(
    'is a name: %j',
    async (name) => {
      await open(
        'shell',
        name,
        `PROGRAM Main VAR s : STRING(60) := '${name.replace(/[$'\n]/g, '$$$&').replace('$\n', '$N')}'; END_VAR ; END_PROGRAM`,
      );
      expect((await client.project.getProject({ runtime: 'shell' })).project?.name).toBe(name);
      const { variables } = await client.runtime.readVariables({ runtime: 'shell', paths: ['Main.s'] });
      expect(variables[0]!.value?.kind.value).toBe(name);
    },
  );
});
