import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PlcError, type PlcClient } from '../../clients/node/src/index.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import type { DriveOrder, DriveReport } from '../support/network-drive.js';

const program = (step: number): string =>
  `PROGRAM Main VAR n : DINT; Demand : DINT; END_VAR n := n + ${step}; END_PROGRAM\n`;

/** Whoever may have mounts of its own may mount. */
const mountable = existsSync('/dev/fuse') && spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!mountable) process.stderr.write('skipped: no file system can be mounted here (needs root and /dev/fuse)\n');

async function startDrive(folder: string): Promise<ChildProcess> {
  const drive = fork(resolve(import.meta.dirname, '../../dist/test/support/network-drive.js'), [folder]);
  const { refused } = await new Promise<DriveReport>((done) => {
    drive.once('message', done);
    drive.once('exit', () => done({ refused: 'it ended' }));
  });
  if (refused === undefined) return drive;
  drive.kill('SIGKILL');
  throw new Error(`the drive can't be mounted: ${refused}`);
}

const tell = (drive: ChildProcess, order: DriveOrder): Promise<void> =>
  new Promise((done) => {
    drive.once('message', () => done());
    drive.send(order);
  });

const sourceOf = async (client: PlcClient): Promise<string> =>
  (await client.project.getPou({ name: 'Main' })).pou?.source ?? '';

const logged = async (client: PlcClient, contains: string): Promise<boolean> =>
  (await client.diagnostics.queryLogs({ contains })).events.length > 0;

(mountable ? describe : describe.skip)('B40: a project on a network drive', () => {
  let host: HostProcess;
  let client: PlcClient;
  let drive: ChildProcess;
  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'plc-emu-'));
    await mkdir(join(directory, 'drive'));
    drive = await startDrive(join(directory, 'drive'));
    host = await startHost({ directory, keep: true, args: ['--scan-interval', '20ms'] });
    client = host.client();
  }, 20_000);
  afterAll(async () => {
    await tell(drive, { kind: 'answer' });
    await host.dispose();
    const left = new Promise((done) => drive.once('exit', done));
    drive.send({ kind: 'leave' } satisfies DriveOrder);
    await left;
    await rm(host.directory, { recursive: true, force: true });
  });

  it('is opened, and followed by polling', async () => {
    await tell(drive, { kind: 'content', text: program(1) });
    await client.project.openProject({ source: { case: 'path', value: 'drive/main.st' }, start: true });
    expect(await sourceOf(client)).toContain('n + 1');
    await eventually(() => logged(client, 'network file system'), 5_000);
    await tell(drive, { kind: 'content', text: program(2) });
    await eventually(async () => (await sourceOf(client)).includes('n + 2'), 10_000);
  }, 20_000);

  it('that hangs costs neither scans, nor writes, nor other files; its calls end with DEADLINE_EXCEEDED', async () => {
    await tell(drive, { kind: 'hang' });
    await host.file('local.st', program(3));
    const hung = Array.from({ length: 6 }, (_, i) =>
      client.project
        .openProject({ runtime: `other${i}`, source: { case: 'path', value: 'drive/main.st' } })
        .then(() => 'opened', (error: unknown) => (error instanceof PlcError ? error.codeName : String(error))),
    ); // prettier-ignore
    const before = (await client.runtime.getState({})).state!;
    const began = performance.now();
    for (let i = 0; i < 20; i += 1) {
      await client.runtime.writeVariables({
        requestId: `hung-${i}`,
        writes: [{ path: 'Main.Demand', value: { kind: { case: 'intValue', value: BigInt(i) } } }],
      });
    }
    await client.project.openProject({ runtime: 'local', source: { case: 'path', value: 'local.st' } });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(await Promise.all(hung)).toEqual(Array<unknown>(6).fill('DEADLINE_EXCEEDED'));
    const after = (await client.runtime.getState({})).state!;
    const passed = performance.now() - began;
    expect(Number(after.scan - before.scan)).toBeGreaterThan((passed / 20) * 0.8);
    await tell(drive, { kind: 'answer' });
    await tell(drive, { kind: 'content', text: program(4) });
    await eventually(async () => (await sourceOf(client)).includes('n + 4'), 30_000);
  }, 60_000);

  it('that hangs does not hold the host when it is to stop', async () => {
    await tell(drive, { kind: 'hang' });
    const opening = client.project
      .openProject({ source: { case: 'path', value: 'drive/main.st' } })
      .catch(() => 'ended');
    await new Promise((done) => setTimeout(done, 300));
    const { code, ms } = await host.stop();
    expect([code, ms < 5000]).toEqual([0, true]);
    await opening;
  }, 20_000);
});

describe('B46: a system that has no more watches', () => {
  const limited = [
    'unshare',
    '--user',
    '--map-root-user',
    'sh',
    '-c',
    'echo 3 > /proc/sys/user/max_inotify_watches; exec "$0" "$@"',
  ];
  const possible = spawnSync(limited[0]!, [...limited.slice(1), 'true']).status === 0;
  if (!possible) process.stderr.write('skipped: no user namespace can be made here\n');

  (possible ? it : it.skip)('polls the project instead, says so, and takes changes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'plc-emu-'));
    for (let i = 0; i < 10; i += 1) {
      await mkdir(join(directory, `part${i}`));
      await writeFile(join(directory, `part${i}/f.st`), `FUNCTION F${i} : INT F${i} := ${i}; END_FUNCTION\n`);
    }
    await writeFile(join(directory, 'main.st'), program(1));
    const host = await startHost({ directory, via: limited, args: ['.', '--scan-interval', '50ms', '--start'] });
    try {
      const client = host.client();
      await eventually(() => logged(client, 'watch no more files'), 5_000);
      await writeFile(join(directory, 'main.st'), program(2));
      await eventually(async () => (await sourceOf(client)).includes('n + 2'), 10_000);
      await writeFile(join(directory, 'part7/more.st'), 'FUNCTION More : INT More := 1; END_FUNCTION\n');
      await eventually(async () => (await client.project.listPous({})).pous.some(({ name }) => name === 'More'), 10_000);
    } finally {
      await host.dispose();
    }
  }, 40_000); // prettier-ignore
});

describe('B46: a folder with very many files', () => {
  it('is polled at little cost, and its changes are taken', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'plc-emu-'));
    await mkdir(join(directory, 'data'));
    for (let i = 0; i < 21_000; i += 1) writeFileSync(join(directory, 'data', `${i}.csv`), '');
    await writeFile(join(directory, 'main.st'), program(1));
    const host = await startHost({ directory, args: ['.', '--scan-interval', '50ms', '--start'] });
    try {
      const client = host.client();
      await eventually(() => logged(client, 'more than 20000 entries'), 5_000);
      await writeFile(join(directory, 'main.st'), program(2));
      await eventually(async () => (await sourceOf(client)).includes('n + 2'), 10_000);
      await writeFile(join(directory, 'data/more.st'), 'FUNCTION More : INT More := 1; END_FUNCTION\n');
      await eventually(
        async () => (await client.project.listPous({})).pous.some(({ name }) => name === 'More'),
        10_000,
      );
    } finally {
      await host.dispose();
    }
  }, 40_000);
});
