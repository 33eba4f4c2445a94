import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand } from '../support/command-line.js';
import { startHost, type HostProcess } from '../support/host-process.js';

const counter = `PROGRAM Main
VAR Start AT %IX0.0 : BOOL; Count : INT; Total : LINT; Level : REAL; Wait : TIME; Done : BOOL; Ramp : TON; END_VAR
IF Start THEN Count := Count + 1; END_IF;
Total := Total + 4611686018427387904;
Level := INT_TO_REAL(Count) * 0.1;
Ramp(IN := Start, PT := T#250ms);
Done := Ramp.Q;
END_PROGRAM
`;

const launcher = resolve(import.meta.dirname, '../../clients/cli/bin/plc-emu.js');

let folder: string;
const path = (name: string): string => join(folder, name);
const put = async (name: string, content: unknown): Promise<string> => {
  await writeFile(path(name), typeof content === 'string' ? content : JSON.stringify(content));
  return path(name);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plc-emu-'));
  await put('main.st', counter);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('check', () => {
  it('ends with 0 for a sound file and says so', async () => {
    const result = await runCommand(['check', path('main.st')]);
    expect(result).toMatchObject({ code: 0, stdout: '0 errors, 0 warnings\n' });
  });

  it('ends with 1 for a wrong one, and names file, line, column and code', async () => {
    const file = await put('wrong.st', 'PROGRAM Main\nVAR a : INT; END_VAR\na := b + 1;\nEND_PROGRAM\n');
    const text = await runCommand(['check', file]);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/wrong\.st:3:6: error E2001: /);
    const json = await runCommand(['check', file, '--json']);
    expect(json.json()[0]).toMatchObject({ code: 'E2001', severity: 'error', line: 3, column: 6 });
    expect(json.json().at(-1)).toEqual({ done: true, errors: 1, warnings: 0 });
  });

  it('ends with 2 where a file is not there', async () => {
    const result = await runCommand(['check', path('nowhere.st'), '--json']);
    expect(result.code).toBe(2);
    expect(result.json()[0]).toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('simulate', () => {
  const simulate = async (scenario: unknown, ...more: string[]) =>
    runCommand(['simulate', path('main.st'), '--scenario', await put('scenario.json', scenario), '--json', ...more]);

  it('writes before a scan and expects right after it, on ticks of 100 ms', async () => {
    const result = await simulate({
      steps: [
        { at: '0ms', set: { 'Main.Start': true }, expect: { 'Main.Count': 1 } },
        { at: '150ms', expect: { 'Main.Count': 3, 'Main.Level': { near: 0.3, within: 0.001 } } },
        { scan: 4, set: { '%IX0.0': false }, expect: { 'Main.Count': 3 } },
      ],
    });
    expect(result.code).toBe(0);
    expect(result.json().map((line) => line.scan)).toEqual([1, 3, 4, undefined]);
    expect(result.json().at(-1)).toMatchObject({
      done: true,
      ok: true,
      scans: 4,
      fault: null,
      values: { 'Main.Count': 3, 'Main.Start': false },
    });
  });

  it('goes on after a failed expectation, and ends with 1', async () => {
    const result = await simulate({
      steps: [
        { scan: 1, expect: { 'Main.Count': 9 } },
        { scan: 2, expect: { 'Main.Count': 0 } },
      ],
    });
    expect(result.code).toBe(1);
    expect(result.json()[0]).toMatchObject({ ok: false, failures: [{ path: 'Main.Count', expected: 9, actual: 0 }] });
    expect(result.json()[1]).toMatchObject({ ok: true });
  });

  it('runs until a condition holds, within a limit that includes its end', async () => {
    const start = { scan: 1, set: { 'Main.Start': true } };
    // Ramp starts in scan 1 at 0 ms and is over in scan 4 at 300 ms; the limit counts from scan 2 at 100 ms.
    const met = await simulate({ steps: [start, { until: 'Main.Done AND Main.Count >= 4', limit: '200ms' }] });
    expect(met.json()[1]).toMatchObject({ ok: true, scan: 4 });
    const late = await simulate({ steps: [start, { until: 'Main.Done', limit: '199ms' }] });
    expect(late.json()[1]).toMatchObject({ ok: false, scan: 3 });
    expect(late.code).toBe(1);
  });

  it.each([
    ['a step back in time', { steps: [{ scan: 3 }, { at: '100ms' }] }],
    ['an unknown variable', { steps: [{ scan: 1, set: { 'Main.Strat': true } }] }],
    ['a value of another type', { steps: [{ scan: 1, set: { 'Main.Count': 'many' } }] }],
    ['a condition that is none', { steps: [{ until: 'Main.Count +' }] }],
    ['an unknown key', { stepz: [] }],
  ])('ends with 2 for %s', async (_what, scenario) => {
    const result = await simulate(scenario);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^plc-emu: .+/);
  });

  it('takes the tick of the scenario where the project has no tasks, and runs the scans asked for', async () => {
    const result = await simulate({ scanInterval: '10ms', steps: [{ at: '50ms' }] }, '--scans', '20');
    expect(result.json()[0]).toMatchObject({ scan: 6, timeMs: 50 });
    expect(result.json().at(-1)).toMatchObject({ scans: 20 });
  });

  it('ends a run at a fault with its place', async () => {
    const file = await put(
      'fault.st',
      'PROGRAM Main\nVAR a, b : INT; END_VAR\nb := b + 1;\na := 10 / (3 - b);\nEND_PROGRAM\n',
    );
    const result = await runCommand(['simulate', file, '--scans', '10', '--json']);
    expect(result.code).toBe(1);
    expect(result.json().at(-1)).toMatchObject({
      ok: false,
      scans: 2,
      fault: { code: 'R4001', scan: 3, site: { pou: 'Main', line: 4 } },
    });
  });

  it('writes a trace that drives another run to the same values', async () => {
    const scenario = await put('drive.json', {
      steps: [
        { scan: 2, set: { 'Main.Start': true } },
        { scan: 7, set: { 'Main.Start': false } },
      ],
    });
    await runCommand(['simulate', path('main.st'), '--scenario', scenario, '--scans', '12', '--trace', path('a.json')]);
    const first = await readFile(path('a.json'), 'utf8');
    expect(JSON.parse(first)).toMatchObject({ n_scans: 12, interval_ms: 100 });
    // Integers beyond 2^53 are written whole.
    expect(first).toContain('4611686018427387904');
    await runCommand(['simulate', path('main.st'), '--drive', path('a.json'), '--trace', path('b.json')]);
    expect(await readFile(path('b.json'), 'utf8')).toBe(first);
  });
});

describe('test', () => {
  it('runs cases side by side; an endless loop fails one of them', async () => {
    const body = 'PROGRAM Main VAR a : INT; END_VAR';
    const file = await put(
      'cases.jsonl',
      [
        {
          id: 'good',
          kind: 'run',
          program: 'Main',
          source: `${body} a := a + 1; END_PROGRAM`,
          scans: [{ inputs: { a: 4 }, dt_ms: 0, expect: { a: 5 } }],
        },
        {
          id: 'endless',
          kind: 'run',
          program: 'Main',
          source: `${body} WHILE TRUE DO a := a + 1; END_WHILE; END_PROGRAM`,
          scans: [{ inputs: {}, dt_ms: 0, expect: {} }],
        },
        { id: 'wrong', kind: 'reject', source: `${body} a := b; END_PROGRAM` },
        { id: 'sound', kind: 'accept', source: `${body} a := 1; END_PROGRAM` },
        {
          id: 'differs',
          kind: 'run',
          program: 'Main',
          source: `${body} a := 2; END_PROGRAM`,
          scans: [{ inputs: {}, dt_ms: 0, expect: { a: 3 } }],
        },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    const result = await runCommand([
      'test',
      file,
      '--json',
      '--timeout',
      '5000',
      '--jobs',
      '2',
      '--junit',
      path('report.xml'),
    ]);
    const rows = result.json();
    expect(rows.map((row) => [row.id, row.ok])).toEqual([
      ['good', true],
      ['endless', false],
      ['wrong', true],
      ['sound', true],
      ['differs', false],
      [undefined, undefined],
    ]);
    expect(rows.at(-1)).toEqual({ done: true, total: 5, passed: 3, failed: 2 });
    expect(rows[4]).toMatchObject({ got: { scan: 1, a: 2 }, expected: { a: 3 } });
    expect(result.code).toBe(1);
    expect(await readFile(path('report.xml'), 'utf8')).toMatch(/tests="5" failures="2"/);
  });

  it('runs scenario files that name their project', async () => {
    await put('case.json', {
      project: 'main.st',
      steps: [{ scan: 1, set: { 'Main.Start': true }, expect: { 'Main.Count': 1 } }],
    });
    const result = await runCommand(['test', path('case.json')]);
    expect(result).toMatchObject({ code: 0, stdout: '1 passed, 0 failed\n' });
  });
});

describe('the verbs that talk to a host', () => {
  let host: HostProcess;
  beforeAll(async () => {
    host = await startHost({ files: { 'main.st': counter }, args: ['main.st', '--scan-interval', '20ms'] });
  });
  afterAll(() => host.dispose());
  const call = (...args: string[]) => runCommand([...args, '--target', host.target, '--json', '--client', 'tester']);

  it('watch ends without a word when nobody reads on', async () => {
    await call('run');
    const line = `"${process.execPath}" "${launcher}" watch scan --target "${host.target}" | head -2`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `${line}; echo "\${PIPESTATUS[0]}"`], { timeout: 10_000 });
    expect(stderr.toString()).toBe('');
    expect(stdout.toString().split('\n').at(-2)).toBe('0');
    await call('stop');
  });

  it('read and write variables, by path and by address', async () => {
    expect(await call('write', 'Main.Start', 'true', 'Main.Level=1.5')).toMatchObject({ code: 0 });
    const read = await call('read', 'Main.Start', '%IX0.0', 'Main.Level');
    expect((read.json()[0]!.variables as { literal: string }[]).map((v) => v.literal)).toEqual(['TRUE', 'TRUE', '1.5']);
  });

  it('take negative values', async () => {
    await call('write', 'Main.Count', '-5');
    expect((await call('read', 'Main.Count')).stdout).toContain('"literal":"-5"');
  });

  it('run, step, stop and reset', async () => {
    expect((await call('step', '3')).json()[0]).toMatchObject({ state: { mode: 'RUN_MODE_STOPPED' } });
    expect((await call('run')).json()[0]).toMatchObject({ state: { mode: 'RUN_MODE_RUNNING' } });
    expect((await call('stop')).json()[0]).toMatchObject({ state: { mode: 'RUN_MODE_STOPPED' } });
    expect((await call('reset', 'cold')).json()[0]).toMatchObject({ state: { mode: 'RUN_MODE_STOPPED' } });
  });

  it('run until a condition: 0 when it is met, 1 when the limit came first', async () => {
    await call('reset', 'cold');
    expect((await call('run', '--until', 'Main.Count = 3', '--limit', '200ms')).code).toBe(1);
    await call('write', 'Main.Start', 'TRUE');
    expect(await call('run', '--until', 'Main.Count >= 3', '--limit', '10s')).toMatchObject({ code: 0 });
  });

  it('end with 3 and the reason where the host refuses', async () => {
    const result = await call('write', 'Main.Count', '70000');
    expect(result.code).toBe(3);
    expect(result.json()[0]).toMatchObject({ error: { code: 'INVALID_ARGUMENT', reason: 'VALUE_OUT_OF_RANGE' } });
  });

  it('end with 3 and name the winner where another client wrote first', async () => {
    const generation =
      ((await call('read', 'Main.Level')).json()[0]!.variables as { generation?: string }[])[0]!.generation ?? '0';
    expect(await call('write', 'Main.Level', '2.0', '--expect-generation', generation)).toMatchObject({ code: 0 });
    const second = await call('write', 'Main.Level', '3.0', '--expect-generation', generation);
    expect(second.code).toBe(3);
    expect(second.json()[0]).toMatchObject({ error: { code: 'ABORTED', reason: 'GENERATION_CONFLICT' } });
    expect(second.stdout + second.stderr).toContain('tester');
  });

  it('end with 4 where no host answers, and with 2 for a wrong command line', async () => {
    expect(await runCommand(['state', '--target', `unix:${path('no.sock')}`])).toMatchObject({ code: 4 });
    expect(await runCommand(['step', 'many', '--target', host.target])).toMatchObject({ code: 2 });
    expect(await runCommand(['dance'])).toMatchObject({ code: 2 });
  });

  it('watch from the earliest event, and go on from the cursor that they print', async () => {
    const first = await call('watch', 'state', '--since', 'earliest', '--count', '1');
    const cursor = /^cursor (\S+)$/m.exec(first.stderr)?.[1];
    expect(cursor).toBeDefined();
    await call('step', '2');
    const second = await call('watch', 'state', '--since', cursor!, '--count', '1');
    const events = second.json().filter((line) => line.kind === 'event');
    const seen = first.json().filter((line) => line.kind === 'event');
    expect(Number(events[0]!.sequence)).toBeGreaterThan(Number(seen.at(-1)!.sequence));
  });

  it('list channels and POUs, and export what was opened', async () => {
    expect((await call('io')).json()[0]).toMatchObject({
      channels: [{ address: '%IX0.0', path: 'Main.Start', type: 'BOOL' }],
    });
    expect((await call('pous')).json()[0]).toMatchObject({ pous: [{ name: 'Main', kind: 'program', language: 'ST' }] });
    const exported = await runCommand(['export', '--documents', '--target', host.target]);
    expect(exported.stdout).toBe(counter);
  });
});
