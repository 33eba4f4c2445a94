import type { MessageInitShape } from '@bufbuild/protobuf';
import { execFile } from 'node:child_process';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { PlcClient, WatchItem } from '../../clients/node/src/index.js';
import { ProjectChange, ReloadAction, type ProjectEvent } from '../../proto/plcemu/v1/event_pb.js';
import { ExportFormat, type PatchSchema } from '../../proto/plcemu/v1/project_pb.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { largeProgram } from '../bench/large-program.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import { programXml, projectXml } from '../support/plcopen-document.js';
import { refusal } from '../support/refusal.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ladder = `<LD><leftPowerRail localId="1"><position x="0" y="0"/></leftPowerRail>
  <contact localId="2"><position x="40" y="0"/><connectionPointIn><connection refLocalId="1"/></connectionPointIn><variable>a</variable></contact>
  <coil localId="3"><position x="90" y="0"/><connectionPointIn><connection refLocalId="2"/></connectionPointIn><variable>b</variable></coil></LD>`;
const drawing = projectXml({
  pous: `\n<!--   kept   as it is -->\n${programXml(['a', 'b', 'c'], ladder, `<actions><action name="Go"><body>${ladder}</body></action></actions>`)}`,
});
const texts = `TYPE Kind : (Off, On); Pair : STRUCT x : INT; y : REAL := 2.5; END_STRUCT; END_TYPE
FUNCTION_BLOCK Step VAR_INPUT inc : INT := 1; END_VAR VAR_OUTPUT sum : DINT; END_VAR
sum := sum + inc;
END_FUNCTION_BLOCK
PROGRAM Main
VAR s : Step; k : Kind; p : Pair; t : TON; END_VAR
s(inc := 3);
IF s.sum > 10 THEN k := On; END_IF;
t(IN := k = On, PT := T#1s);
END_PROGRAM
CONFIGURATION C VAR_GLOBAL g : INT := 7; END_VAR RESOURCE R ON PLC
TASK Fast(INTERVAL := T#100ms, PRIORITY := 1); PROGRAM P1 WITH Fast : Main; END_RESOURCE END_CONFIGURATION
`;

let host: HostProcess;
let client: PlcClient;
beforeEach(async () => {
  host = await startHost({ files: { 'main.xml': drawing }, args: ['main.xml', '--scan-interval', '100ms'] });
  client = host.client('engineer');
});
afterEach(() => host.dispose());

const literal = async (path: string): Promise<string> =>
  (await client.runtime.readVariables({ paths: [path] })).variables[0]!.literal;
const open = (documents: Readonly<Record<string, string | Uint8Array>>, start = false) =>
  client.project.openProject({
    source: {
      case: 'inline',
      value: {
        documents: Object.entries(documents).map(([name, content]) => ({
          name,
          content: typeof content === 'string' ? bytes(content) : content,
        })),
      },
    },
    start,
  });
type Edit = NonNullable<MessageInitShape<typeof PatchSchema>['edits']>[number];
const putPou = (name: string, source: string): Edit => ({ edit: { case: 'putPou', value: { name, source } } });
const putDocument = (name: string, content: string): Edit => ({
  edit: { case: 'putDocument', value: { name, content: bytes(content) } },
});
const patch = async (edits: Edit[], more: object = {}) =>
  client.project.applyPatch({
    patch: { expectedRevision: (await client.project.getProject()).project!.revision, edits },
    ...more,
  });

async function exported(format = ExportFormat.PLCOPEN): Promise<Record<string, Uint8Array>> {
  const pieces: Record<string, Uint8Array[]> = {};
  for await (const { document, data } of client.project.export({ format })) (pieces[document] ??= []).push(data);
  return Object.fromEntries(Object.entries(pieces).map(([name, parts]) => [name, Buffer.concat(parts)]));
}

interface Seen {
  readonly project: ProjectEvent[];
  /** Numbers of the scans, in the order told. */
  readonly scans: bigint[];
  close(): void;
}
function watchAll(): Seen {
  const watch = client.watch({ classes: ['project', 'scan'], start: 'latest', lossless: true });
  const seen: Seen = { project: [], scans: [], close: () => watch.close() };
  void (async () => {
    for await (const item of watch as AsyncIterable<WatchItem>) {
      // After a change of the layout a snapshot speaks for the scans up to its own.
      if (item.kind === 'snapshot')
        for (let scan = (seen.scans.at(-1) ?? item.scan - 1n) + 1n; scan <= item.scan; scan += 1n)
          seen.scans.push(scan);
      if (item.kind !== 'events') continue;
      for (const { event } of item.events) {
        if (event.payload.case === 'project') seen.project.push(event.payload.value);
        if (event.payload.case === 'scan' && !event.payload.value.between) seen.scans.push(event.payload.value.scan);
      }
    }
  })().catch(() => undefined);
  return seen;
}
/** Kinds of the items that a watch gives until the project's change has been told. */
async function toldOf(change: () => Promise<unknown>): Promise<string[]> {
  const kinds: string[] = [];
  let told = false;
  for await (const item of client.watch({ classes: ['project', 'scan'], start: 'snapshot', lossless: true })) {
    kinds.push(item.kind);
    if (item.kind === 'snapshot' && kinds.length === 2) await change();
    if (item.kind !== 'events') continue;
    told ||= item.events.some(({ event }) => event.payload.case === 'project');
    if (told && item.events.some(({ event }) => event.payload.case === 'scan' && !event.payload.value.between)) break;
  }
  return kinds;
}
const missing = (scans: readonly bigint[]): string[] =>
  scans.flatMap((scan, i) => (i > 0 && scan !== scans[i - 1]! + 1n ? [`${scans[i - 1]}..${scan}`] : []));
const missedTicks = async (): Promise<bigint> => (await client.runtime.getStats()).overruns;
const cli = (...args: string[]) =>
  promisify(execFile)(process.execPath, [
    resolve(import.meta.dirname, '../../clients/cli/bin/plc-emu.js'),
    ...args, '--target', host.target,
  ]).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  ); // prettier-ignore

describe('an export', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['plain texts', { 'main.st': texts }],
    ['a drawing', { 'main.xml': drawing }],
  ])('of %s opens again as the same program', async (_what, documents) => {
    const first = await open(documents);
    const run = async () => {
      await client.runtime.step({ scans: 12 });
      const { variables } = await client.runtime.readVariables({ paths: ['**'] });
      return variables.map(({ path, literal }) => [path, literal]);
    };
    const before = await run();
    expect(before.length).toBeGreaterThan(2);
    const made = await exported();
    expect(Object.keys(made)).toEqual(['main.xml']);
    const again = await open(made);
    expect([await run(), again.project?.valid]).toEqual([before, true]);
    // The digest of an image has the places in the sources too: those of a text are others than those of its XML.
    if ('main.xml' in documents) expect(again.project?.digest).toBe(first.project?.digest);
    expect((await open(await exported())).project?.digest).toBe(again.project?.digest);
  });

  it('comes in pieces of at most 1 MiB, and from the command line', async () => {
    const long = `(* ${'x'.repeat(2_500_000)} *)\n${texts}`;
    await open({ 'main.st': long });
    const sizes: number[] = [];
    for await (const { data } of client.project.export({ format: ExportFormat.DOCUMENTS })) sizes.push(data.length);
    expect(sizes.map((size) => size <= 1024 * 1024)).toEqual([true, true, true]);
    expect(sizes.reduce((a, b) => a + b)).toBe(long.length);
    await cli('export', '--output', join(host.directory, 'out.xml'));
    expect(await readFile(join(host.directory, 'out.xml'), 'utf8')).toMatch(/^<\?xml.*<project xmlns=.*tc6_0201/s);
  });
});

describe('a drawing', () => {
  it('is read as text and patched as text, over the API and by the command line', async () => {
    const { pou } = await client.project.getPou({ name: 'main' });
    expect([pou?.language, pou?.text, pou?.source.includes('<leftPowerRail')]).toEqual(['LD', '|a| -> (b)\n', true]);
    expect((await cli('pous', 'main', '--text')).stdout.trim()).toBe('|a| -> (b)');
    await patch([putPou('main', '|a| |/c| -> (S b)\n'), putPou('main.Go', '|c| -> (a)\n')]);
    expect((await client.project.getPou({ name: 'main' })).pou?.text).toBe('|a| |/c| -> (S b)\n');
    await host.file('new.txt', '|c| -> (b)\n');
    expect(await cli('patch', '--revision', '2', '--pou', `main=${join(host.directory, 'new.txt')}`)).toMatchObject({
      code: 0,
    });
    expect((await client.project.getPou({ name: 'main' })).pou?.text).toBe('|c| -> (b)\n');
    await client.runtime.writeVariables({
      writes: [{ path: 'main.c', value: { kind: { case: 'boolValue', value: true } } }],
    });
    await client.runtime.step();
    expect(await literal('main.b')).toBe('TRUE');
  });

  it('that is patched wrongly stays, and the refusal names the place', async () => {
    const error = await refusal(patch([putPou('main', '|a| -> (b)\n|c -> (b)\n')]));
    expect([error.code, error.reason, error.message]).toEqual([
      3,
      'INVALID_REQUEST',
      expect.stringContaining('Line 2') as string,
    ]);
    expect((await client.project.getProject()).project?.revision).toBe(1n);
  });

  it('is written back at its place; all else in the file stays, and its mode', async () => {
    const path = join(host.directory, 'main.xml');
    const modeBefore = (await stat(path)).mode & 0o777;
    await patch([putPou('main', '|c| -> (b)\n')], { writeBack: true });
    const after = await readFile(path, 'utf8');
    const around = (text: string): string => text.replace(/<\/actions><body>.*?<\/body><\/pou>/s, '');
    expect(around(after)).toBe(around(drawing));
    expect(after).not.toBe(drawing);
    expect((await stat(path)).mode & 0o777).toBe(modeBefore);
    // What is on disk is what runs.
    const { project } = await client.project.getProject();
    const again = await open({ [path]: after });
    expect(again.project?.digest).toBe(project?.digest);
  });

  it('is not written back over a file that has changed meanwhile, nor outside of the project', async () => {
    const path = join(host.directory, 'main.xml');
    const outside = await refusal(patch([putDocument('../evil.st', 'x')], { writeBack: true }));
    expect([outside.reason, (await client.project.getProject()).project?.revision]).toEqual(['PATH_REFUSED', 1n]);
    // Broken on disk: the project keeps the last that builds.
    await writeFile(path, `${drawing}<`);
    const changed = await refusal(patch([putPou('main', '|c| -> (b)\n')], { writeBack: true }));
    expect([changed.code, changed.reason]).toEqual([10, 'FILE_CHANGED']);
    expect(await readFile(path, 'utf8')).toBe(`${drawing}<`);
  });
});

describe('a patch of what is no body', () => {
  const edits: readonly [string, (text: string) => string, [string, ReloadAction][]][] = [
    ['declarations', (t) => t.replace('t : TON;', 't : TON; more : INT := 4;'), [['P1.more', ReloadAction.REINITIALISED]]],
    ['data types', (t) => t.replace('x : INT;', 'x : DINT; z : BOOL;'), [['P1.p.x', ReloadAction.CONVERTED], ['P1.p.z', ReloadAction.REINITIALISED]]],
    ['globals', (t) => t.replace('g : INT := 7;', 'g : INT := 7; h : REAL;'), [['h', ReloadAction.REINITIALISED]]],
    ['tasks', (t) => t.replace('T#100ms', 'T#50ms'), []],
  ]; // prettier-ignore
  it.each(edits)(
    '%s: validates without a change, then changes them and keeps the rest',
    async (_what, change, expected) => {
      await open({ 'main.st': texts });
      await client.runtime.step({ scans: 5 });
      const edit = putDocument('main.st', change(texts));
      const validated = await patch([edit], { validateOnly: true });
      expect([validated.revision, (await client.project.getProject()).project?.revision]).toEqual([1n, 1n]);
      const answer = await patch([edit]);
      expect(answer.revision).toBe(2n);
      expect(answer.reload.map(({ path, action }) => [path.replace(/^C\.R\.|^R\./, ''), action])).toEqual(expected);
      // A task that now has half the interval is due when it was before, then twice as often.
      await client.runtime.step({ scans: answer.reload.length > 0 ? 1 : 2 });
      expect(await literal('P1.s.sum')).toBe('18');
    },
  );

  it('says the new tick after a change of a task', async () => {
    await open({ 'main.st': texts });
    await patch([putDocument('main.st', texts.replace('T#100ms', 'T#50ms'))]);
    expect((await client.runtime.getState()).state?.tick).toMatchObject({ seconds: 0n, nanos: 50_000_000 });
  });

  it('is refused with the finding where it does not build', async () => {
    await open({ 'main.st': texts });
    const error = await refusal(patch([putDocument('main.st', texts.replace('x : INT;', 'x : NOTHING;'))]));
    expect([error.reason, error.metadata.code]).toEqual(['PROJECT_HAS_ERRORS', expect.stringMatching(/^E/) as string]);
    const answer = await patch([putDocument('main.st', texts.replace('x : INT;', 'x : NOTHING;'))], {
      validateOnly: true,
    });
    expect(answer.diagnostics.length).toBeGreaterThan(0);
  });
});

describe('those who watch an online change', () => {
  const main = (variables: string, body: string): Edit[] => [
    putPou('Main', `PROGRAM Main VAR ${variables} END_VAR ${body} END_PROGRAM`),
  ];
  beforeEach(async () => {
    await open({ 'main.st': 'PROGRAM Main VAR a : INT; END_VAR a := a + 1; END_PROGRAM' });
    await client.runtime.start();
  });

  it('go on without an interruption where no variable moves', async () => {
    expect(await toldOf(() => patch(main('a : INT;', 'a := a + 2;')))).not.toContain('reset');
  });

  it('are told to begin anew where one does', async () => {
    expect(await toldOf(() => patch(main('more : DINT; a : INT;', 'a := a + 2;')))).toContain('reset');
  });
});

describe('an online change', () => {
  it('counts as a write for a variable that it initialises anew, and for no other', async () => {
    const text = (type: string): string => `PROGRAM Main VAR a : ${type}; b : INT; END_VAR END_PROGRAM`;
    await open({ 'main.st': text('INT') });
    const write = (path: string, value: string, expectedGeneration?: bigint) =>
      client.runtime.writeVariables({
        writes: [
          {
            path,
            value: { kind: { case: 'literal' as const, value } },
            ...(expectedGeneration !== undefined && { expectedGeneration }),
          },
        ],
      });
    const generations = async (): Promise<bigint[]> =>
      (await client.runtime.readVariables({ paths: ['Main.a', 'Main.b'] })).variables.map((v) => v.generation);
    await write('Main.a', '5');
    const [a, b] = await generations();
    await patch([putPou('Main', text('STRING[8]'))]);
    expect(await generations()).toEqual([a! + 1n, b]);
    expect((await refusal(write('Main.a', "'x'", a))).reason).toBe('GENERATION_CONFLICT');
    await write('Main.a', "'x'", a! + 1n);
  });

  it('that mends a project which was opened with errors begins from the initial values', async () => {
    const text = (end: string): string => `PROGRAM Main VAR a : INT := 3; END_VAR a := a + 1;${end}`;
    await open({ 'main.st': text(' END_PROGRAM') });
    await client.runtime.step({ scans: 4 });
    await client.project.openProject({
      source: {
        case: 'inline',
        value: { documents: [{ name: 'other.st', content: bytes(text(' b := 1; END_PROGRAM')) }] },
      },
      allowErrors: true,
    });
    await patch([putDocument('other.st', text(' END_PROGRAM'))]);
    await client.runtime.step({ scans: 1 });
    expect(await literal('Main.a')).toBe('4');
  });
});

describe('writes and forces while online changes move all variables', () => {
  const room = (words: number): Edit[] => [
    putPou('Room', `FUNCTION_BLOCK Room VAR Words : ARRAY[0..${words}] OF DINT; END_VAR END_FUNCTION_BLOCK`),
  ];
  const project = `FUNCTION_BLOCK Room VAR Words : ARRAY[0..1] OF DINT; END_VAR END_FUNCTION_BLOCK
PROGRAM Main
VAR Before : ARRAY[0..99] OF DINT; Space : Room; Target : DINT; Held : DINT; Copy : DINT; After : ARRAY[0..99] OF DINT; END_VAR
Copy := Held;
END_PROGRAM`;

  it('reach the variable that they name, and no other', async () => {
    await open({ 'main.st': project });
    await client.runtime.start();
    const commands = client.commands();
    let [writing, written, forced] = [true, 0, 0];
    const item = (path: string, value: number) => ({
      path, value: { kind: { case: 'literal' as const, value: String(value) } },
    }); // prettier-ignore
    const writers = [0, 1, 2, 3].map(async () => {
      while (writing) {
        written += 1;
        await commands.write({ writes: [item('Main.Target', written)] });
      }
    });
    const forcer = (async () => {
      while (writing) {
        forced += 1;
        await client.runtime.forceVariables({ writes: [item('Main.Held', forced)] });
        await client.runtime.unforceVariables({ paths: ['Main.Held'] });
        await client.runtime.forceVariables({ writes: [item('Main.Held', -forced)] });
      }
    })();
    for (let i = 1; i <= 12; i += 1) await patch(room(i * 7));
    writing = false;
    await Promise.all([...writers, forcer]);
    commands.close();
    await client.runtime.stop();
    await client.runtime.step({ scans: 2 });
    const { variables } = await client.runtime.readVariables({ paths: ['Main.**'] });
    const others = variables.filter(({ path }) => !['Main.Target', 'Main.Held', 'Main.Copy'].includes(path));
    expect(others.filter(({ literal }) => !/^(DINT#)?0$/.test(literal)).map(({ path }) => path)).toEqual([]);
    expect(written).toBeGreaterThan(12);
    expect([await literal('Main.Held'), await literal('Main.Copy')]).toEqual([`-${forced}`, `-${forced}`]);
    expect(variables.find(({ path }) => path === 'Main.Held')?.forced).toBe(true);
    await client.runtime.unforceVariables({});
  });
});

describe('forks while online changes go on', () => {
  const edition = (number: number): string =>
    `FUNCTION Edition : DINT Edition := ${number}; END_FUNCTION FUNCTION_BLOCK Room VAR Words : ARRAY[0..${number % 5}] OF DINT; END_VAR END_FUNCTION_BLOCK`;

  it('have the program that their project says, or are refused', async () => {
    await open({ 'edition.st': edition(0), 'main.st': 'PROGRAM Main VAR Space : Room; Is : DINT; END_VAR Is := Edition(); END_PROGRAM' }); // prettier-ignore
    await client.runtime.start();
    let changing = true;
    const changes = (async () => {
      for (let i = 1; i <= 40; i += 1) await patch([putDocument('edition.st', edition(i))]);
      changing = false;
    })();
    const odd: string[] = [];
    let forked = 0;
    const forker = async (name: string): Promise<void> => {
      while (changing) {
        try {
          await client.runtime.fork({ name, start: false });
        } catch (error) {
          expect(error).toMatchObject({ reason: 'BUSY' });
          continue;
        }
        forked += 1;
        const { pou } = await client.project.getPou({ runtime: name, name: 'Edition' });
        await client.runtime.step({ runtime: name, scans: 1 });
        const { variables } = await client.runtime.readVariables({ runtime: name, paths: ['Main.Is'] });
        const said = /Edition := (\d+)/.exec(pou!.source)![1]!;
        if (variables[0]!.literal.replace('DINT#', '') !== said) odd.push(`${said}: ${variables[0]!.literal}`);
        await client.runtime.deleteRuntime({ runtime: name });
      }
    };
    await Promise.all(['one', 'two', 'three', 'four'].map(forker));
    await changes;
    expect([odd, forked > 3]).toEqual([[], true]);
  });
});

describe('a guarded change', () => {
  const counting = (step: number, more = ''): string =>
    `PROGRAM Main\nVAR Count : DINT; ${more} t : TON; END_VAR\nCount := Count + ${step};\nt(IN := TRUE, PT := T#1h);\nEND_PROGRAM\n`;
  const guarded = (condition: string, scans: number, source: string) =>
    patch([putPou('Main', source)], { guard: { condition, scans } });

  it('that keeps its condition stays', async () => {
    await open({ 'main.st': counting(1) }, true);
    const answer = await guarded('Main.Count > 0 AND Main.Extra = 5', 5, counting(2, 'Extra : INT := 5;'));
    const { state } = await client.runtime.getState();
    expect([answer.revision, state!.scan >= answer.scan + 5n]).toEqual([2n, true]);
  });

  it('that breaks its condition is taken back in time: no scan is missed, values are as planned, everyone hears of it', async () => {
    await open({ 'main.st': counting(1, 'Gone : INT := 1;') }, true);
    await client.runtime.writeVariables({
      writes: [{ path: 'Main.Gone', value: { kind: { case: 'intValue', value: 77n } } }],
    });
    const seen = watchAll();
    await eventually(() => seen.scans.length > 3);
    const before = await missedTicks();
    // 1000 a scan: broken after the third.
    const started = Number(await literal('Main.Count'));
    const error = await refusal(guarded(`Main.Count < ${started + 3000}`, 10, counting(1000)));
    expect([error.code, error.reason, error.metadata.revision]).toEqual([10, 'GUARD_BROKEN', '3']);
    const { changedAfterScan, scan: brokenAt } = error.metadata;
    expect(Number(brokenAt) - Number(changedAfterScan)).toBeLessThanOrEqual(4);
    await eventually(() => seen.project.some((e) => e.cause === 'rollback'));
    const told = seen.project.filter((e) => e.change === ProjectChange.CHANGED).map((e) => [e.cause, e.revision]);
    expect(told).toEqual([['patch', 2n], ['rollback', 3n]]); // prettier-ignore
    // The old program counts by one again, from where the new one was; what the new one did not have is as it was.
    const [count, at] = [Number(await literal('Main.Count')), (await client.runtime.getState()).state!.scan];
    expect(count).toBeGreaterThanOrEqual(started + 3000);
    const thousands = Math.floor((count - started) / 1000);
    expect(thousands).toBeLessThanOrEqual(10);
    expect(await literal('Main.Gone')).toBe('77');
    expect((await client.project.getPou({ name: 'Main' })).pou?.source).toContain('Count + 1;');
    await eventually(() => seen.scans.at(-1)! > at + 3n);
    expect([missing(seen.scans), (await missedTicks()) - before]).toEqual([[], 0n]);
    seen.close();
  });

  it('that faults goes back to the old program, which waits for a reset', async () => {
    await open({ 'main.st': counting(1) }, true);
    const faulty = counting(1, 'z : DINT;').replace('Count + 1', 'Count / z');
    const error = await refusal(guarded('TRUE', 5, faulty));
    expect([error.reason, error.message]).toEqual(['GUARD_BROKEN', expect.stringContaining('faulted') as string]);
    expect((await client.runtime.getState()).state?.mode).toBe(RunMode.FAULTED);
    await client.runtime.reset();
    await client.runtime.step();
    expect(await literal('Main.Count')).toBe('1');
  });

  it('is refused, and nothing has changed, without a condition, a scanning runtime, or a sensible number of scans', async () => {
    await open({ 'main.st': counting(1) });
    const reasons = [await refusal(guarded('Main.Count > 0', 5, counting(2)))];
    await client.runtime.start();
    reasons.push(await refusal(guarded('Main.Nothing > 0', 5, counting(2))));
    reasons.push(await refusal(guarded('Main.Count', 5, counting(2))));
    reasons.push(await refusal(guarded('TRUE', 1_000_000, counting(2))));
    expect(reasons.map(({ reason }) => reason)).toEqual([
      'WRONG_STATE',
      'INVALID_REQUEST',
      'INVALID_REQUEST',
      'INVALID_REQUEST',
    ]);
    expect((await client.project.getProject()).project?.revision).toBe(1n);
  });

  it('comes from the command line, too', async () => {
    await open({ 'main.st': counting(1) }, true);
    await host.file('new.st', counting(2));
    const run = (condition: string) =>
      cli(
        'patch',
        '--revision',
        '1',
        '--pou',
        `Main=${join(host.directory, 'new.st')}`,
        '--guard',
        condition,
        '--guard-scans',
        '2',
      );
    const broken = await run('Main.Count < 0');
    expect([broken.code, broken.stderr]).toEqual([3, expect.stringContaining('GUARD_BROKEN') as string]);
  });
});

describe('a hot reload of 10,000 lines', () => {
  const large = (seconds: number): string =>
    largeProgram(10_000)
      .replace('  Sum : LREAL;', '  Sum : LREAL;\n  Clock : TON;\n  Edges : CTU;\n  Phase : BOOL;\n  Mark : INT;')
      .replace(
        '  Sum := Sum',
        `  Clock(IN := TRUE, PT := T#1h);\n  Phase := NOT Phase;\n  Edges(CU := Phase, PV := 30000);\n  Mark := ${seconds};\n  Sum := Sum`,
      );
  const elapsedMs = (values: Record<string, string>): number => {
    const [, , minutes = '0', whole = '0', ms = '0'] =
      /^T#((\d+)m_?)?(?:(\d+)s_?)?(?:([\d.]+)ms)?$/i.exec(values['Main.Clock.ET']!) ?? [];
    return Number(minutes) * 60_000 + Number(whole) * 1000 + Number(ms);
  };
  const read = async (): Promise<Record<string, string>> => {
    const { variables } = await client.runtime.readVariables({
      paths: ['Main.Cycle', 'Main.Clock.ET', 'Main.Edges.CV', 'Main.Mark'],
    });
    return Object.fromEntries(variables.map(({ path, literal }) => [path, literal]));
  };

  it('in the middle of a cycle misses no scan at 100 ms; timers and counters keep counting', async () => {
    await open({ 'big.st': large(1) }, true);
    const seen = watchAll();
    await eventually(() => seen.scans.length > 5, 10_000);
    const missed: bigint[] = [];
    const first = await read();
    for (const mark of [2, 3, 4]) {
      const missedBefore = await missedTicks();
      const before = await read();
      // Sent half a cycle after a scan was told.
      const at = seen.scans.length;
      await eventually(() => seen.scans.length > at);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const answer = await patch([putDocument('big.st', large(mark))]);
      expect(answer.revision).toBe(BigInt(mark));
      const after = await eventually(async () => {
        const now = await read();
        return now['Main.Mark'] === String(mark) && now;
      });
      const [cycles, edges, elapsed] = [
        Number(after['Main.Cycle']) - Number(before['Main.Cycle']),
        Number(after['Main.Edges.CV']) - Number(before['Main.Edges.CV']),
        elapsedMs(after) - elapsedMs(before),
      ];
      // Each cycle toggles; the timer has the time of as many cycles, to one tick.
      expect(Math.abs(edges - cycles / 2)).toBeLessThanOrEqual(1);
      expect(Math.abs(elapsed - cycles * 100)).toBeLessThanOrEqual(100);
      expect(cycles).toBeGreaterThan(0);
      missed.push((await missedTicks()) - missedBefore);
    }
    await eventually(() => seen.project.filter((e) => e.cause === 'patch').length === 3);
    const last = await read();
    expect(Number(last['Main.Cycle'])).toBeGreaterThan(Number(first['Main.Cycle']));
    expect(missing(seen.scans)).toEqual([]);
    // The median: a machine that is starved for a moment misses a tick without any reload, too.
    expect(missed.sort((a, b) => Number(a - b))[1]).toBe(0n);
    seen.close();
  }, 60_000);
});

describe('many openings and closings', () => {
  it('leave no file descriptor, listener or thread behind', async () => {
    const cycle = async (n: number): Promise<void> => {
      await client.project.openProject({
        source:
          n % 2 === 0
            ? { case: 'path', value: 'main.xml' }
            : { case: 'inline', value: { documents: [{ name: 'main.st', content: bytes(texts) }] } },
      });
      await client.runtime.start();
      await client.runtime.stop();
      await client.project.closeProject();
    };
    const held = async (): Promise<{ fds: number; threads: number }> => ({
      fds: (await readdir(`/proc/${host.process.pid}/fd`)).length,
      threads: (await readdir(`/proc/${host.process.pid}/task`)).length,
    });
    for (let n = 0; n < 6; n += 1) await cycle(n);
    const before = await held();
    // A worker that waits for the next project, or has not ended yet, has a thread and four descriptors; a leak would be one each time.
    const worker = { fds: 4, threads: 1 };
    const cycles = Number(process.env['PLC_EMU_CYCLES'] ?? 60);
    for (let n = 0; n < cycles; n += 1) await cycle(n);
    const settled = await eventually(async () => {
      const now = await held();
      return now.fds <= before.fds + worker.fds + 2 && now.threads <= before.threads + worker.threads;
    });
    expect(settled).toBe(true);
    expect(host.stderr()).not.toContain('MaxListenersExceededWarning');
  }, 600_000);
});
