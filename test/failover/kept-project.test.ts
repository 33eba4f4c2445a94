import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlcClient, WatchEvent } from '../../clients/node/src/index.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { createRandom } from '../support/random.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import { refusal } from '../support/refusal.js';

const text = (step: number): string => `PROGRAM Main
VAR Count : DINT; END_VAR
Count := Count + ${step};
END_PROGRAM
`;
const inline = (content: string, name = 'main.st') => ({
  source: { case: 'inline' as const, value: { documents: [{ name, content: Buffer.from(content) }] } },
});
const putMain = (step: number, revision: bigint) => ({
  patch: { expectedRevision: revision, edits: [{ edit: { case: 'putPou' as const, value: { name: 'Main', source: text(step) } } }] },
}); // prettier-ignore

/** Hosts one after the other in one directory. */
let directory = '';
let host: HostProcess;
let client: PlcClient;
const command: string[] = [];
async function begin(args: readonly string[] = [], files: Readonly<Record<string, string>> = {}): Promise<void> {
  command.splice(0, command.length, ...args);
  host = await startHost({ args: [...command, '--scan-interval', '10ms'], files, keep: true });
  directory = host.directory;
  client = host.client('engineer');
}
async function again(signal: NodeJS.Signals = 'SIGKILL', args: readonly string[] = command): Promise<void> {
  await host.stop(signal);
  await host.dispose();
  host = await startHost({ args: [...args, '--scan-interval', '10ms'], directory, keep: true });
  client = host.client('engineer');
}
const revision = async (runtime = ''): Promise<bigint> =>
  (await client.project.getProject({ runtime })).project!.revision;
const source = async (runtime = ''): Promise<string> =>
  (await client.project.getPou({ runtime, name: 'Main' })).pou!.source;
const stepOf = (found: string): number => Number(/Count \+ (\d+)/.exec(found)?.[1]);
const keptFiles = async (): Promise<string[]> =>
  (await readdir(join(directory, '.plc-emu'))).filter((name) => name.startsWith('sources-'));
const mode = async (runtime = ''): Promise<RunMode> => (await client.runtime.getState({ runtime })).state!.mode;

afterEach(async () => {
  await host.dispose();
  await rm(directory, { recursive: true, force: true });
});

describe('an acknowledged change of the project outlives kill -9', () => {
  it('sent inline, patched, with another profile; its revision goes on, and a repeated request is not done twice', async () => {
    await begin();
    await client.project.openProject({ ...inline(text(1)), start: true });
    await again();
    expect([stepOf(await source()), await revision(), await mode()]).toEqual([1, 1n, RunMode.RUNNING]);

    const request = { ...putMain(2, 1n), requestId: 'second' };
    const answer = await client.project.applyPatch(request);
    await again();
    expect([stepOf(await source()), await revision()]).toEqual([2, 2n]);
    expect(await client.project.applyPatch(request)).toEqual(answer);
    expect((await refusal(client.project.applyPatch(putMain(9, 1n)))).reason).toBe('REVISION_CONFLICT');

    await client.runtime.setProfile({ profile: 'codesys' });
    await again();
    expect((await client.project.getProject()).project?.profile).toBe('codesys');
    expect([stepOf(await source()), await revision()]).toEqual([2, 3n]);
    expect(await keptFiles()).toHaveLength(1);

    await client.project.closeProject({});
    expect(await keptFiles()).toEqual([]);
    await again();
    expect(await mode()).toBe(RunMode.EMPTY);
  });

  it('sent to a runtime beside the main one; a fork ends with the host', async () => {
    await begin(['main.st'], { 'main.st': text(1) });
    await client.project.openProject({ ...inline(text(5), 'cell.st'), runtime: 'cell-2', start: true });
    await client.runtime.fork({ runtime: 'cell-2', name: 'trial' });
    await again();
    expect((await client.runtime.listRuntimes()).runtimes.map(({ runtime }) => runtime)).toEqual(['cell-2', 'main']);
    expect([stepOf(await source('cell-2')), await mode('cell-2')]).toEqual([5, RunMode.RUNNING]);
    expect([stepOf(await source()), await mode()]).toEqual([1, RunMode.STOPPED]);
    await client.runtime.deleteRuntime({ runtime: 'cell-2' });
    expect(await keptFiles()).toEqual([]);
  });

  it('a patch that no file has, until the file itself changes', async () => {
    await begin(['main.st'], { 'main.st': text(1) });
    await client.project.applyPatch(putMain(2, 1n));
    await again();
    expect([stepOf(await source()), await revision()]).toEqual([2, 2n]);
    expect(await readFile(join(directory, 'main.st'), 'utf8')).toBe(text(1));
    // A file that is touched, and not changed, takes nothing back.
    await writeFile(join(directory, 'main.st'), text(1));
    await again('SIGTERM');
    expect([stepOf(await source()), await revision()]).toEqual([2, 2n]);
    // What is written back now has both changes.
    await client.project.applyPatch({ ...putMain(3, 2n), writeBack: true });
    expect(await readFile(join(directory, 'main.st'), 'utf8')).toBe(text(3));
    expect(await keptFiles()).toEqual([]);
    await client.project.applyPatch(putMain(4, 3n));
    await host.stop('SIGKILL');
    await writeFile(join(directory, 'main.st'), text(7));
    await again();
    expect([stepOf(await source()), await revision()]).toEqual([7, 5n]);
    expect(host.stderr()).toContain('changes that were not written back are gone');
  });

  it('a project opened instead of the one on the command line, unless that says something new', async () => {
    await begin(['main.st', '--start'], { 'main.st': text(1), 'other.st': text(6) });
    await client.project.openProject({ source: { case: 'path', value: 'other.st' } });
    await client.runtime.start();
    await client.runtime.stop();
    await again();
    expect([stepOf(await source()), await mode()]).toEqual([6, RunMode.STOPPED]);
    await again('SIGTERM');
    expect([stepOf(await source()), await mode()]).toEqual([1, RunMode.RUNNING]);
    await client.project.openProject({ source: { case: 'path', value: 'other.st' } });
    await writeFile(join(directory, 'third.st'), text(8));
    await again('SIGKILL', ['third.st']);
    expect(stepOf(await source())).toBe(8);
  });

  /** Patches to `step` under a guard that takes long, and is killed when the change is on disk. */
  const killUnderGuard = async (step: number, expected: bigint, more: object = {}): Promise<void> => {
    const guard = { condition: 'Main.Count > 0', scans: 10_000 };
    const guarded = client.project.applyPatch({ ...putMain(step, expected), guard, ...more }).catch(() => undefined);
    // An event that anybody sees is on disk.
    const isTold = ({ event: { payload } }: WatchEvent): boolean =>
      payload.case === 'project' && payload.value.revision === expected + 1n;
    for await (const item of client.watch({ classes: ['project'], start: 'earliest' }))
      if (item.kind === 'events' && item.events.some(isTold)) break;
    await again();
    await guarded;
  };

  it('a guarded change that had not held is taken back', async () => {
    await begin();
    await client.project.openProject({ ...inline(text(1)), start: true });
    await killUnderGuard(2, 1n);
    expect([stepOf(await source()), await revision()]).toEqual([1, 3n]);
  });

  it('a guarded change that was to be written back, and had not held, leaves the file as it was', async () => {
    await begin(['main.st', '--start'], { 'main.st': text(1) });
    await client.project.applyPatch(putMain(2, 1n));
    await killUnderGuard(3, 2n, { writeBack: true });
    expect([stepOf(await source()), await revision()]).toEqual([2, 4n]);
    expect(await readFile(join(directory, 'main.st'), 'utf8')).toBe(text(1));
  });

  it('killed at any moment of a patch: all of it or nothing', async () => {
    await begin();
    const random = createRandom(11);
    await client.project.openProject(inline(text(1)));
    let acknowledged = 1;
    for (let round = 2; round <= 6; round += 1) {
      const before = await revision();
      const answer = client.project.applyPatch(putMain(round * 100, before), { timeoutMs: 2000 }).then(
        () => true,
        () => false,
      );
      await new Promise((done) => setTimeout(done, random.next() * 60));
      await again();
      const [step, now] = [stepOf(await source()), await revision()];
      if (await answer) expect([step, now]).toEqual([round * 100, before + 1n]);
      else expect([`${acknowledged} ${before}`, `${round * 100} ${before + 1n}`]).toContain(`${step} ${now}`);
      acknowledged = step;
      // Three crashes in five minutes change nothing here: the runtime never ran.
      expect((await keptFiles()).length).toBeLessThanOrEqual(2);
    }
  });

  it('says what it lost where the kept sources are damaged', async () => {
    await begin();
    await client.project.openProject(inline(text(1)));
    await host.stop('SIGKILL');
    const [file] = await keptFiles();
    await truncate(join(directory, '.plc-emu', file!), 30);
    await again();
    expect(await mode()).toBe(RunMode.EMPTY);
    expect(host.stderr()).toContain("The kept sources of 'main' are damaged.");
    await client.project.openProject(inline(text(2)));
    expect(stepOf(await source())).toBe(2);
  });
});
