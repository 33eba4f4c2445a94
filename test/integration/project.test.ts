import { mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { PlcClient, WatchItem } from '../../clients/node/src/index.js';
import { ProjectChange, type ProjectEvent } from '../../proto/plcemu/v1/event_pb.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import { refusal } from '../support/refusal.js';

const counting = (step: number, more = ''): string => `PROGRAM Main
VAR Count : INT; T : TON; ${more} END_VAR
Count := Count + ${step};
T(IN := TRUE, PT := T#1h);
END_PROGRAM
`;

let host: HostProcess;
let client: PlcClient;
beforeEach(async () => {
  host = await startHost({ files: { 'main.st': counting(1) }, args: ['main.st', '--scan-interval', '10ms'] });
  client = host.client('engineer');
});
afterEach(() => host.dispose());

const literal = async (path: string): Promise<string> =>
  (await client.runtime.readVariables({ paths: [path] })).variables[0]!.literal;
const scan = async (): Promise<bigint> => (await client.runtime.getState()).state!.scan;

/** Project events from now on, as they come. */
function watchProject(): { readonly events: ProjectEvent[]; close(): void } {
  const watch = client.watch({ classes: ['project'], start: 'latest' });
  const events: ProjectEvent[] = [];
  void (async () => {
    for await (const item of watch as AsyncIterable<WatchItem>) {
      if (item.kind === 'events')
        for (const { event } of item.events) if (event.payload.case === 'project') events.push(event.payload.value);
    }
  })().catch(() => undefined);
  return { events, close: () => watch.close() };
}

describe('a project file that changes', () => {
  it('is swapped in between two scans, values kept, and everyone gets the diff', async () => {
    const { events } = watchProject();
    await client.runtime.start();
    await eventually(async () => (await scan()) > 5n);
    const before = BigInt(await literal('Main.Count'));
    await host.file('main.st', counting(1000, 'Extra : REAL := 2.5;'));
    const changed = await eventually(() => events.find((e) => e.change === ProjectChange.CHANGED));
    expect(changed.diff?.changedPous).toEqual(['Main']);
    expect(changed.diff?.addedVariables).toEqual(['Main.Extra']);
    expect(changed.cause).toBe('file');
    await eventually(async () => BigInt(await literal('Main.Count')) > 1000n);
    expect(BigInt(await literal('Main.Count')) % 1000n).toBeGreaterThanOrEqual(before);
    expect(await literal('Main.Extra')).toBe('2.5');
    expect((await client.runtime.getState()).state).toMatchObject({ mode: RunMode.RUNNING, revision: 2n });
    // The timer has not started anew.
    const { value } = (await client.runtime.readVariables({ paths: ['Main.T.ET'] })).variables[0]!;
    expect(
      value?.kind.case === 'durationValue'
        ? value.kind.value.seconds * 1000n + BigInt(value.kind.value.nanos) / 1_000_000n
        : 0n,
    ).toBeGreaterThan(50n);
  });

  it('changes nothing when it is broken, says why, and is taken when it is mended', async () => {
    const { events } = watchProject();
    await client.runtime.start();
    await host.file('main.st', 'PROGRAM Main\nVAR X : INT END_VAR\nX := ;\nEND_PROGRAM\n');
    const failed = await eventually(() => events.find((e) => e.change === ProjectChange.BUILD_FAILED));
    expect(failed.diagnostics.length).toBeGreaterThan(0);
    expect(failed.diagnostics[0]).toMatchObject({ line: expect.any(Number) as number });
    const { diagnostics, valid, revision } = await client.diagnostics.getDiagnostics();
    expect([valid, revision, diagnostics.length > 0]).toEqual([false, 1n, true]);
    const at = await scan();
    await eventually(async () => (await scan()) > at + 3n);
    await host.file('main.st', counting(2));
    await eventually(() => events.find((e) => e.change === ProjectChange.CHANGED));
    expect((await client.diagnostics.getDiagnostics()).valid).toBe(true);
  });

  it('is taken when an editor replaces it by a rename', async () => {
    const { events } = watchProject();
    await host.file('main.st.new', counting(5));
    await rename(join(host.directory, 'main.st.new'), join(host.directory, 'main.st'));
    await eventually(() => events.find((e) => e.change === ProjectChange.CHANGED));
    // And once more: the watch has not lost the file.
    await host.file('main.st.new', counting(7));
    await rename(join(host.directory, 'main.st.new'), join(host.directory, 'main.st'));
    await eventually(() => events.filter((e) => e.change === ProjectChange.CHANGED).length === 2);
    await client.runtime.step();
    expect(await literal('Main.Count')).toBe('7');
  });
});

describe('a patch', () => {
  const patch = (source: string, expectedRevision?: bigint) => ({
    patch: {
      edits: [{ edit: { case: 'putPou' as const, value: { name: 'main', source } } }],
      ...(expectedRevision !== undefined && { expectedRevision }),
    },
  });

  it('replaces a POU at its revision, and says what it did', async () => {
    await client.runtime.step({ scans: 3 });
    const answer = await client.project.applyPatch(patch(counting(10), 1n));
    expect([answer.revision, answer.diff?.changedPous]).toEqual([2n, ['Main']]);
    await client.runtime.step();
    expect(await literal('Main.Count')).toBe('13');
  });

  it('that gives only statements keeps the declarations', async () => {
    await client.project.applyPatch(patch('Count := 99;', 1n));
    await client.runtime.step();
    expect(await literal('Main.Count')).toBe('99');
    expect((await client.project.getPou({ name: 'MAIN' })).pou?.source).toContain('T : TON;');
  });

  it('is refused without a revision, at another revision, and with errors; then nothing has changed', async () => {
    const none = await refusal(client.project.applyPatch(patch(counting(2))));
    expect([none.code, none.reason]).toEqual([3, 'REVISION_MISSING']);
    const other = await refusal(client.project.applyPatch(patch(counting(2), 7n)));
    expect([other.code, other.reason, other.metadata.revision]).toEqual([10, 'REVISION_CONFLICT', '1']);
    const broken = await refusal(
      client.project.applyPatch(patch('PROGRAM Main\nVAR x : NOTYPE; END_VAR\nEND_PROGRAM', 1n)),
    );
    expect([broken.code, broken.reason]).toEqual([3, 'PROJECT_HAS_ERRORS']);
    expect((await client.project.getProject()).project?.revision).toBe(1n);
  });

  it('only validates when asked to, and plans what it would do to each variable', async () => {
    const changed = counting(1)
      .replace('Count : INT', 'Count : DINT; New : BOOL')
      .replace('T : TON; ', '')
      .replace(/T\(.*\n/, '');
    const answer = await client.project.applyPatch({ ...patch(changed, 1n), validateOnly: true });
    expect(answer.revision).toBe(1n);
    const { steps } = await client.project.planReload(patch(changed, 1n));
    const actions = Object.fromEntries(steps.map((s) => [s.path, [s.action, s.oldType, s.newType]]));
    expect(actions).toMatchObject({
      'Main.Count': [2, 'INT', 'DINT'],
      'Main.New': [3, '', 'BOOL'],
      'Main.T': [4, 'TON', ''],
    });
  });

  it('is written back to the file when asked to', async () => {
    await client.project.applyPatch({ ...patch('Count := 4;', 1n), writeBack: true });
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(join(host.directory, 'main.st'), 'utf8')).toContain('Count := 4;');
    // The watch sees its own file and takes it for what it is: nothing new.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await client.project.getProject()).project?.revision).toBe(2n);
  });
});

describe('opening a project', () => {
  const open = (path: string) => client.project.openProject({ source: { case: 'path', value: path } });

  it('takes inline documents and directories of sources', async () => {
    const inline = await client.project.openProject({
      source: {
        case: 'inline',
        value: { documents: [{ name: 'two.st', content: new TextEncoder().encode(counting(2)) }] },
      },
      start: true,
    });
    expect(inline.project).toMatchObject({ name: 'two', revision: 1n, valid: true, path: '' });
    expect((await client.runtime.getState()).state?.mode).toBe(RunMode.RUNNING);
    await mkdir(join(host.directory, 'parts'));
    await host.file('parts/a.st', 'FUNCTION Twice : INT VAR_INPUT x : INT; END_VAR Twice := 2 * x; END_FUNCTION');
    await host.file('parts/b.st', 'PROGRAM Main VAR y : INT := 4; END_VAR y := Twice(y); END_PROGRAM');
    await open('parts');
    await client.runtime.step();
    expect(await literal('Main.y')).toBe('8');
    expect((await client.project.listPous()).pous.map((p) => p.name)).toEqual(['Main', 'Twice']);
  });

  it('takes uploads in pieces', async () => {
    const bytes = new TextEncoder().encode(counting(3));
    await client.project.uploadProject([
      { piece: { case: 'open', value: { name: 'pieces' } } },
      { piece: { case: 'chunk', value: { name: 'p.st', content: bytes.subarray(0, 20) } } },
      { piece: { case: 'chunk', value: { name: 'p.st', content: bytes.subarray(20) } } },
    ]);
    await client.runtime.step();
    expect(await literal('Main.Count')).toBe('3');
  });

  it('closes it, too', async () => {
    await client.runtime.start();
    await client.project.closeProject();
    expect((await client.runtime.getState()).state?.mode).toBe(RunMode.EMPTY);
    const error = await refusal(client.runtime.start());
    expect([error.code, error.reason]).toEqual([9, 'NO_PROJECT']);
    await open('main.st');
    expect((await client.runtime.getState()).state?.mode).toBe(RunMode.STOPPED);
  });

  const bad: readonly [string, (directory: string) => Promise<string> | string, number, string][] = [
    ['a file that is not there', () => 'nothing.xml', 5, 'FILE_NOT_FOUND'],
    ['a directory without sources', async (d) => (await mkdir(join(d, 'empty')), 'empty'), 3, 'NOT_A_FILE'],
    ['a FIFO', (d) => (execFileSync('mkfifo', [join(d, 'pipe.xml')]), 'pipe.xml'), 3, 'NOT_A_FILE'],
    ['a device', () => '/dev/zero', 7, 'PATH_REFUSED'],
    ['a path outside of the roots', () => '../../etc/passwd', 7, 'PATH_REFUSED'],
    ['an absolute path outside of the roots', () => '/etc/passwd', 7, 'PATH_REFUSED'],
    ['a path with a NUL', () => 'main.st\0.xml', 7, 'PATH_REFUSED'],
    ['a path of 5,000 characters', () => 'x/'.repeat(2500), 7, 'PATH_REFUSED'],
    ['a symbolic link', async (d) => (await symlink('/etc/hosts', join(d, 'link.st')), 'link.st'), 7, 'PATH_REFUSED'],
    ['a directory link out', async (d) => (await symlink('/etc', join(d, 'etc')), 'etc/passwd'), 7, 'PATH_REFUSED'],
    [
      'a sparse file of 1 GB',
      async (d) => (await writeFile(join(d, 'big.xml'), ''), await truncate(join(d, 'big.xml'), 1e9), 'big.xml'),
      8,
      'FILE_TOO_LARGE',
    ],
    ['a file of no bytes', async (d) => (await writeFile(join(d, 'none.xml'), ''), 'none.xml'), 10, 'FILE_CHANGED'],
    [
      'XML that is not well-formed',
      async (d) => (await writeFile(join(d, 'bad.xml'), '<project><a></project>'), 'bad.xml'),
      3,
      'XML_MALFORMED',
    ],
    [
      'XML with a DOCTYPE',
      async (d) => (
        await writeFile(
          join(d, 'xxe.xml'),
          '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><project>&e;</project>',
        ),
        'xxe.xml'
      ),
      3,
      'XML_DOCTYPE',
    ],
    [
      'XML of something else',
      async (d) => (await writeFile(join(d, 'svg.xml'), '<svg xmlns="http://www.w3.org/2000/svg"/>'), 'svg.xml'),
      3,
      'NOT_PLCOPEN',
    ],
    [
      'a program with errors',
      async (d) => (await writeFile(join(d, 'err.st'), 'PROGRAM P x := 1; END_PROGRAM'), 'err.st'),
      3,
      'PROJECT_HAS_ERRORS',
    ],
  ];

  it('refuses what is no project with a clear reason, and scanning goes on', async () => {
    await client.runtime.start();
    const outcomes: unknown[] = [];
    for (const [what, make] of bad) {
      const error = await refusal(open(await make(host.directory)));
      outcomes.push([what, error.code, error.reason]);
    }
    expect(outcomes).toEqual(bad.map(([what, , code, reason]) => [what, code, reason]));
    expect((await client.project.getProject()).project).toMatchObject({ name: 'main', revision: 1n });
    const at = await scan();
    await eventually(async () => (await scan()) > at + 3n);
  });
});

describe('a program that never ends a scan', () => {
  it('faults its runtime with the place, and the host and other runtimes go on', async () => {
    await client.runtime.fork({ name: 'other', start: false });
    await client.project.openProject({
      source: {
        case: 'inline',
        value: {
          documents: [
            {
              name: 'loop.st',
              content: new TextEncoder().encode(
                'PROGRAM Main VAR x : INT; END_VAR\nWHILE TRUE DO x := x + 1; END_WHILE;\nEND_PROGRAM',
              ),
            },
          ],
        },
      },
      start: true,
    });
    const state = await eventually(async () => {
      const { state: now } = await client.runtime.getState();
      return now?.mode === RunMode.FAULTED ? now : undefined;
    });
    expect(state.fault?.code).toBe('R4005');
    await client.runtime.step({ runtime: 'other', scans: 3 });
    const start = await refusal(client.runtime.start());
    expect([start.code, start.reason]).toEqual([9, 'RUNTIME_FAULTED']);
    const write = await refusal(
      client.runtime.writeVariables({ writes: [{ path: 'Main.x', value: { kind: { case: 'intValue', value: 1n } } }] }),
    );
    expect([write.code, write.reason]).toEqual([9, 'RUNTIME_FAULTED']);
    await client.runtime.reset();
    expect((await client.runtime.getState()).state?.mode).toBe(RunMode.STOPPED);
  });
});
