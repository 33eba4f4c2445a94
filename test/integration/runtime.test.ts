import type { PlcClient, PlcError } from '../../clients/node/src/index.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { ResetKind } from '../../proto/plcemu/v1/runtime_pb.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import { refusal } from '../support/refusal.js';

const program = `PROGRAM Main
VAR
  Start : BOOL; Count : INT; Limit : INT(0..100) := 7; Delay : TIME := T#1s; Level : REAL; Ratio : LREAL; Word1 : WORD;
  Name : STRING[10] := 'abc'; Day : DATE; Arr : ARRAY[1..3] OF INT; Timer : TON;
END_VAR
VAR RETAIN Kept : DINT; END_VAR
VAR CONSTANT Fixed : INT := 5; END_VAR
Count := Count + 1;
Timer(IN := Start, PT := Delay);
END_PROGRAM`;

let host: HostProcess;
let client: PlcClient;
beforeAll(async () => {
  host = await startHost({ files: { 'main.st': program }, args: ['main.st', '--scan-interval', '10ms'] });
  client = host.client('first');
});
afterAll(() => host.dispose());
beforeEach(async () => {
  await client.runtime.stop();
  await client.runtime.reset({ kind: ResetKind.COLD });
});

const literal = async (path: string): Promise<string> =>
  (await client.runtime.readVariables({ paths: [path] })).variables[0]!.literal;

describe('the life cycle of a runtime', () => {
  it('runs, stops, and says so each time', async () => {
    const started = await client.runtime.start();
    expect(started.state?.mode).toBe(RunMode.RUNNING);
    await eventually(async () => (await client.runtime.getState()).state!.scan > 3n);
    const stopped = await client.runtime.stop();
    expect(stopped.state?.mode).toBe(RunMode.STOPPED);
    const again = await client.runtime.stop();
    expect(again.sequence).toBe(stopped.sequence);
    expect((await client.runtime.getState()).state!.scan).toBe(stopped.state!.scan);
  });

  it('steps the scans that are asked for, one by default', async () => {
    expect((await client.runtime.step()).state?.scan).toBe(1n);
    expect((await client.runtime.step({ scans: 9 })).state?.scan).toBe(10n);
    expect(await literal('Main.Count')).toBe('10');
  });

  it('refuses to step while it scans', async () => {
    await client.runtime.start();
    const error = await refusal(client.runtime.step());
    expect([error.code, error.reason]).toEqual([9, 'WRONG_STATE']);
  });

  it('keeps retained variables over a warm reset, and none over a cold one', async () => {
    await client.runtime.writeVariables({ writes: [write('Main.Kept', '41'), write('Main.Count', '7')] });
    await client.runtime.reset({ kind: ResetKind.WARM });
    expect([await literal('Main.Kept'), await literal('Main.Count')]).toEqual(['41', '0']);
    await client.runtime.reset({ kind: ResetKind.COLD });
    expect(await literal('Main.Kept')).toBe('0');
  });

  it('runs until a condition holds, and says when a limit came first', async () => {
    const met = await client.runtime.runUntil({ condition: 'Main.Count >= 5' });
    expect([met.met, met.scans, met.state?.mode]).toEqual([true, 5n, RunMode.STOPPED]);
    const unmet = await client.runtime.runUntil({ condition: 'Main.Count < 0', maxScans: 3 });
    expect([unmet.met, unmet.scans]).toEqual([false, 3n]);
    const wrong = await refusal(client.runtime.runUntil({ condition: 'Main.Nothing' }));
    expect([wrong.code, wrong.reason]).toEqual([3, 'INVALID_REQUEST']);
  });

  it('is ended by a stop in the middle of a run to a condition', async () => {
    const until = client.runtime.runUntil({ condition: 'Main.Count < 0', limit: { seconds: 30n, nanos: 0 } });
    await eventually(async () => (await client.runtime.getState()).state!.mode === RunMode.RUNNING);
    await host.client('second').runtime.stop();
    expect((await until).met).toBe(false);
  });

  it('gives the first answer again for the same request id, and refuses it with another body', async () => {
    const first = await client.runtime.step({ scans: 2, requestId: 'step-1' });
    expect(await client.runtime.step({ scans: 2, requestId: 'step-1' })).toEqual(first);
    expect((await client.runtime.getState()).state?.scan).toBe(2n);
    const error = await refusal(client.runtime.step({ scans: 3, requestId: 'step-1' }));
    expect([error.code, error.reason]).toEqual([3, 'REQUEST_ID_REUSED']);
  });
});

const write = (path: string, text: string, expectedGeneration?: bigint) => ({
  path,
  value: { kind: { case: 'literal' as const, value: text } },
  ...(expectedGeneration !== undefined && { expectedGeneration }),
});

describe('variables', () => {
  it.each([
    ['main.START', 'TRUE', 'TRUE'],
    ['Main.Count', '-12', '-12'],
    ['Main.Limit', '100', '100'],
    ['Main.Delay', 'T#1m30s', 'T#1m30s'],
    ['Main.Level', '2.5', '2.5'],
    ['Main.Word1', '16#FF', '16#00FF'],
    ['Main.Name', "'xyz'", "'xyz'"],
    ['Main.Day', 'D#2026-11-21', 'D#2026-11-21'],
    ['Main.Arr', '[1, 2, 3]', '[1, 2, 3]'],
    ['Main.Arr[2]', '9', '9'],
  ])('take a literal: %s := %s', async (path, text, shown) => {
    await client.runtime.writeVariables({ writes: [write(path, text)] });
    expect(await literal(path)).toBe(shown);
  });

  it.each([
    ['a real number for an INT', 'Main.Count', { case: 'lrealValue', value: 3.5 }, 3, 'TYPE_MISMATCH'],
    ['a number above the range of INT', 'Main.Count', { case: 'intValue', value: 70_000n }, 3, 'VALUE_OUT_OF_RANGE'],
    ['a number outside of a subrange', 'Main.Limit', { case: 'intValue', value: 101n }, 3, 'VALUE_OUT_OF_RANGE'],
    ['a text for a BOOL', 'Main.Start', { case: 'stringValue', value: 'abc' }, 3, 'TYPE_MISMATCH'],
    ['NaN for a REAL', 'Main.Level', { case: 'realValue', value: Number.NaN }, 3, 'VALUE_OUT_OF_RANGE'],
    ['a text that is too long', 'Main.Name', { case: 'stringValue', value: 'x'.repeat(11) }, 3, 'VALUE_OUT_OF_RANGE'],
    ['too few elements', 'Main.Arr', { case: 'arrayValue', value: { elements: [] } }, 3, 'TYPE_MISMATCH'],
    ['no value', 'Main.Count', { case: undefined }, 3, 'INVALID_REQUEST'],
    ['a literal that is none', 'Main.Count', { case: 'literal', value: 'banana' }, 3, 'TYPE_MISMATCH'],
    ['an unknown variable', 'Main.Cuont', { case: 'intValue', value: 1n }, 5, 'VARIABLE_NOT_FOUND'],
    ['a constant', 'Main.Fixed', { case: 'intValue', value: 1n }, 7, 'NOT_WRITABLE'],
  ] as const)('refuse %s, and none of the request is written', async (_what, path, kind, code, reason) => {
    const writes = [write('Main.Word1', '16#1234'), { path, value: { kind: kind as never } }];
    const error = await refusal(client.runtime.writeVariables({ writes }));
    expect([error.code, error.reason]).toEqual([code, reason]);
    expect(await literal('Main.Word1')).toBe('16#0000');
  });

  it('refuse the same place twice, and more than 10,000', async () => {
    const twice = await refusal(
      client.runtime.writeVariables({ writes: [write('Main.Arr', '[1,2,3]'), write('Main.Arr[3]', '4')] }),
    );
    expect([twice.code, twice.reason]).toEqual([3, 'DUPLICATE_TARGET']);
    const many = await refusal(
      client.runtime.writeVariables({ writes: Array.from({ length: 10_001 }, () => write('Main.Count', '1')) }),
    );
    expect([many.code, many.reason]).toEqual([8, 'TOO_MANY_ITEMS']);
  });

  it('of 20 writers with the same generation let exactly one win, whom the others hear of', async () => {
    await client.runtime.start();
    const { generation } = (await client.runtime.readVariables({ paths: ['Main.Word1'] })).variables[0]!;
    const writers = Array.from({ length: 20 }, (_, i) => host.client(`writer-${i}`));
    const results = await Promise.all(
      writers.map((writer, i) =>
        writer.runtime.writeVariables({ writes: [write('Main.Word1', String(i + 1), generation)] }).then(
          () => ({ won: `writer-${i}` }),
          (error: unknown) => ({ error: error as PlcError }),
        ),
      ),
    );
    const winners = results.flatMap((r) => ('won' in r ? [r.won] : []));
    const losers = results.flatMap((r) => ('error' in r ? [r.error] : []));
    expect(winners).toHaveLength(1);
    expect(losers).toHaveLength(19);
    for (const error of losers) {
      expect([error.code, error.reason]).toEqual([10, 'GENERATION_CONFLICT']);
      expect(error.metadata.lastWriter).toBe(winners[0]);
    }
  });

  it('stay forced against the program and other writers until they are released', async () => {
    await client.runtime.forceVariables({ writes: [write('Main.Count', '500')] });
    await client.runtime.step({ scans: 3 });
    await client.runtime.writeVariables({ writes: [write('Main.Count', '1')] });
    await client.runtime.step();
    const forced = (await client.runtime.readVariables({ paths: ['Main.Count'] })).variables[0]!;
    expect([forced.literal, forced.forced]).toEqual(['500', true]);
    expect((await client.runtime.unforceVariables()).released).toEqual(['Main.Count']);
    await client.runtime.step();
    expect(await literal('Main.Count')).toBe('501');
  });

  it('are listed in pages, by glob', async () => {
    const all: string[] = [];
    let pageToken = '';
    do {
      const page = await client.runtime.listVariables({ pattern: 'Main.*', pageSize: 4, pageToken });
      expect(page.variables.length).toBeLessThanOrEqual(4);
      all.push(...page.variables.map((v) => v.path));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(all).toContain('Main.Count');
    expect(all).not.toContain('Main.Timer.Q');
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('the command stream', () => {
  it('answers each command with its id, refusals too, and goes on', async () => {
    const call = client.runtime.command();
    await call.send({ id: 1n, command: { case: 'write', value: { writes: [write('Main.Count', '5')] } } });
    await call.send({ id: 2n, command: { case: 'write', value: { writes: [write('Main.Nothing', '5')] } } });
    await call.send({ id: 3n, command: { case: 'step', value: { scans: 2 } } });
    await call.send({ id: 4n, command: { case: undefined } });
    call.end();
    const answers = new Map<bigint, string>();
    for await (const { id, result } of call.responses)
      answers.set(id, result.case === 'error' ? `error ${result.value.code}` : String(result.case));
    expect(Object.fromEntries(answers)).toEqual({ 1: 'write', 2: 'error 5', 3: 'step', 4: 'error 3' });
    expect(await literal('Main.Count')).toBe('7');
  });

  it('ends when its client goes, whether that reads or not', async () => {
    const call = client.runtime.command();
    for (let id = 1n; id <= 100n; id += 1n) await call.send({ id, command: { case: 'step', value: { scans: 1 } } });
    call.cancel();
    await new Promise((done) => setTimeout(done, 100));
    const read = async (): Promise<void> => {
      for await (const answer of call.responses) expect(answer.id).toBeGreaterThan(0n);
    };
    await expect(read()).rejects.toMatchObject({ code: 1 });
    expect((await client.runtime.readVariables({ paths: ['Main.Count'] })).variables).toHaveLength(1);
  });
});

describe('snapshots and forks', () => {
  it('put memory back, and run apart from their source', async () => {
    await client.runtime.step({ scans: 5 });
    await client.runtime.createSnapshot({ name: 'five' });
    await client.runtime.step({ scans: 5 });
    await client.runtime.fork({ name: 'side', snapshot: 'five' });
    await client.runtime.step({ runtime: 'side', scans: 100 });
    const read = async (runtime: string): Promise<string> =>
      (await client.runtime.readVariables({ runtime, paths: ['Main.Count'] })).variables[0]!.literal;
    expect([await read('main'), await read('side')]).toEqual(['10', '105']);
    await client.runtime.restoreSnapshot({ name: 'five' });
    expect(await read('main')).toBe('5');
    expect((await client.runtime.listRuntimes()).runtimes.map((r) => r.runtime)).toEqual(['main', 'side']);
    await client.runtime.deleteRuntime({ runtime: 'side' });
    const gone = await refusal(read('side'));
    expect([gone.code, gone.reason]).toEqual([5, 'RUNTIME_NOT_FOUND']);
  });

  it('travel as bytes', async () => {
    await client.runtime.step({ scans: 3 });
    const { snapshot } = await client.runtime.createSnapshot();
    const chunks: Uint8Array[] = [];
    for await (const { chunk } of client.runtime.downloadSnapshot({ name: snapshot!.name })) chunks.push(chunk);
    await client.runtime.step({ scans: 3 });
    await client.runtime.uploadSnapshot([
      { piece: { case: 'restore', value: {} } },
      ...chunks.map((chunk) => ({ piece: { case: 'chunk' as const, value: chunk } })),
    ]);
    expect(await literal('Main.Count')).toBe('3');
    const garbage = await refusal(
      client.runtime.uploadSnapshot([
        { piece: { case: 'restore', value: {} } },
        { piece: { case: 'chunk', value: new Uint8Array(100) } },
      ]),
    );
    expect([garbage.code, garbage.reason]).toEqual([3, 'INVALID_REQUEST']);
  });
});
