import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../clients/node/src/index.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { RunStateChange } from '../../proto/plcemu/v1/event_pb.js';
import { eventually } from '../support/eventually.js';
import { runHostToEnd, startHost } from '../support/host-process.js';
import { refusal } from '../support/refusal.js';

const program = `PROGRAM Main
VAR Count : DINT; END_VAR
VAR RETAIN Kept : DINT; Name : STRING[8] := 'old'; END_VAR
Count := Count + 1;
Kept := Kept + 1;
END_PROGRAM`;
const files = { 'main.st': program };
const args = ['main.st', '--scan-interval', '10ms'];

describe('the host process', () => {
  it('ends with 0 within 2 s of SIGTERM while it scans and is watched, also when asked three times', async () => {
    const host = await startHost({ files, args: [...args, '--start'] });
    try {
      const goodbye = refusal(
        (async () => {
          for await (const _ of host.client().watch({ start: 'snapshot', reconnect: false }));
        })(),
      );
      await eventually(async () => (await host.client().runtime.getState()).state!.scan > 3n);
      host.process.kill('SIGTERM');
      host.process.kill('SIGTERM');
      const { code, ms } = await host.stop();
      expect(code).toBe(0);
      expect(ms).toBeLessThan(2000);
      expect((await goodbye).reason).toBe('SHUTTING_DOWN');
      await expect(stat(join(host.directory, '.plc-emu', 'plc-emu.sock'))).rejects.toThrow('ENOENT');
      // Logs are JSON Lines.
      for (const line of host.stderr().trim().split('\n')) JSON.parse(line);
    } finally {
      await host.dispose();
    }
  });

  it('goes on after kill -9 with what it had acknowledged: run state, retained values, generations, request ids, cursors', async () => {
    const first = await startHost({ files, args, keep: true });
    let second: Awaited<ReturnType<typeof startHost>> | undefined;
    try {
      const client = first.client('before');
      await client.runtime.start();
      const write = {
        requestId: 'once',
        writes: [{ path: 'Main.Name', value: { kind: { case: 'stringValue' as const, value: 'new' } } }],
      };
      const answer = await client.runtime.writeVariables(write);
      const cursor = (await client.diagnostics.getHost()).headCursor;
      await eventually(async () => (await client.runtime.getState()).state!.scan > 30n);
      const kept = async (c: typeof client): Promise<number> =>
        Number((await c.runtime.readVariables({ paths: ['Main.Kept'] })).variables[0]!.literal);
      const before = await kept(client);
      await first.stop('SIGKILL');

      second = await startHost({ args, directory: first.directory });
      const after = second.client('after');
      expect((await after.runtime.getState()).state?.mode).toBe(RunMode.RUNNING);
      // At most one retain interval is lost.
      expect(await kept(after)).toBeGreaterThanOrEqual(before - 20);
      const name = (await after.runtime.readVariables({ paths: ['Main.Name'] })).variables[0]!;
      expect(name.literal).toBe("'new'");
      expect(name.generation).toBeGreaterThan(answer.results[0]!.generation);
      expect(name.lastWriter?.client).toBe('system');
      expect(await after.runtime.writeVariables(write)).toEqual(answer);
      const seen: string[] = [];
      for await (const item of after.watch({ classes: ['run_state'], start: cursor })) {
        if (item.kind === 'epoch') seen.push('epoch');
        if (item.kind !== 'events') continue;
        for (const { event } of item.events)
          if (event.payload.case === 'runState') seen.push(RunStateChange[event.payload.value.change]);
        if (seen.includes('STARTED')) break;
      }
      expect(seen[0]).toBe('epoch');
      expect(seen).toContain('HOST_STARTED');
      // A cursor of the old epoch can't resume what lives in memory only.
      const scans = await refusal(
        (async () => {
          for await (const _ of after.watch({ classes: ['scan'], start: cursor, reconnect: false }));
        })(),
      );
      expect([scans.code, scans.reason]).toEqual([11, 'CURSOR_TRUNCATED']);
    } finally {
      await second?.dispose();
      await first.dispose();
      await rm(first.directory, { recursive: true, force: true });
    }
  });

  it('opens the project of the last time when none is named', async () => {
    const first = await startHost({ args: [...args], files, keep: true });
    await first.client().project.openProject({ source: { case: 'path', value: 'main.st' } });
    await first.stop();
    const second = await startHost({ directory: first.directory });
    try {
      expect((await second.client().project.getProject()).project?.name).toBe('main');
      expect((await second.client().runtime.getState()).state?.mode).toBe(RunMode.STOPPED);
    } finally {
      await second.dispose();
      await first.dispose();
    }
  });

  it('serves a broken project, and takes it when it is mended', async () => {
    const host = await startHost({ files: { 'main.st': 'PROGRAM Main x := 1; END_PROGRAM' }, args });
    try {
      const client = host.client();
      expect((await client.runtime.getState()).state?.mode).toBe(RunMode.EMPTY);
      expect((await client.diagnostics.getDiagnostics()).diagnostics.length).toBeGreaterThan(0);
      await host.file('main.st', program);
      await eventually(async () => (await client.runtime.getState()).state?.mode === RunMode.STOPPED);
      // Broken again, and put back as it was.
      const findings = async (): Promise<number> => (await client.diagnostics.getDiagnostics()).diagnostics.length;
      await host.file('main.st', program.replace('Kept + 1', 'Kept +'));
      await eventually(async () => (await findings()) > 0);
      await host.file('main.st', program);
      await eventually(async () => (await findings()) === 0);
      expect((await client.project.getProject()).project?.revision).toBe(2n);
    } finally {
      await host.dispose();
    }
  });

  it('serves metrics and health over HTTP, without side effects', async () => {
    const host = await startHost({ files, args: [...args, '--start', '--http', '127.0.0.1:0'] });
    try {
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(host.stdout())![1]!;
      const get = (path: string, method = 'GET'): Promise<Response> =>
        fetch(`http://127.0.0.1:${port}${path}`, { method });
      expect(await (await get('/healthz')).json()).toEqual({ ok: true, problems: [] });
      expect(await (await get('/metrics')).text()).toContain('plcemu_runtime_running{runtime="main"} 1');
      expect([(await get('/metrics', 'POST')).status, (await get('/other')).status]).toEqual([405, 404]);
    } finally {
      await host.dispose();
    }
  });
});

describe('a wrong setting', () => {
  it.each([
    [['--nonsense'], '--nonsense'],
    [['--scan-interval', 'fast'], '--scan-interval'],
    [['--scan-interval', '1ns'], '--scan-interval'],
    [['--listen', '127.0.0.1:70000'], '--listen'],
    [['--listen', 'nowhere'], '--listen'],
    [['--listen', '0.0.0.0:0'], 'tlsCert'],
    [['--profile', 'pascal'], '--profile'],
    [['--http', 'unix:/tmp/x'], '--http'],
    [['--stdio'], '--stdio'],
    [['--data-dir'], '--data-dir'],
    [['a.st', 'b.st'], 'b.st'],
    [['--config', '/nonexistent.json'], 'config'],
    [['missing.st'], 'missing.st'],
  ])('%j ends the host with 78 and its name', async (given, named) => {
    const { code, stderr } = await runHostToEnd(given);
    expect([code, stderr.includes(named)]).toEqual([78, true]);
  });

  it('in a file ends it, too', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'plc-emu-'));
    try {
      await writeFile(join(directory, 'c.json'), '{"scan-interval":"10ms","colour":"red"}');
      const { code, stderr } = await runHostToEnd(['--config', 'c.json'], directory);
      expect([code, stderr]).toEqual([78, expect.stringContaining('colour')]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('the socket of a host', () => {
  let directory: string;
  const socket = (): string => join(directory, 's.sock');
  const listen = (): string[] => ['--listen', `unix:${socket()}`];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'plc-emu-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('can be opened by its owner alone, whatever the umask', async () => {
    const mask = process.umask(0);
    const host = await startHost({ directory, args: listen(), keep: true });
    process.umask(mask);
    try {
      expect((await stat(socket())).mode & 0o777).toBe(0o600);
      expect((await stat(join(directory, '.plc-emu'))).mode & 0o777).toBe(0o700);
    } finally {
      await host.dispose();
    }
  });

  it('replaces a stale one', async () => {
    const first = await startHost({ directory, args: listen(), keep: true });
    await first.stop('SIGKILL');
    const second = await startHost({ directory, args: listen(), keep: true });
    const client = createClient({ target: `unix:${socket()}` });
    await client.diagnostics.getHost();
    client.close();
    await second.dispose();
  });

  it.each([
    ['a regular file', () => writeFile(socket(), ''), 'no socket'],
    ['a symbolic link', () => symlink('/tmp/elsewhere', socket()), 'symbolic link'],
    ['in a directory that others may write', () => chmod(directory, 0o777), 'others may write'],
  ])('is refused where there is %s', async (_what, make, why) => {
    await make();
    const { code, stderr } = await runHostToEnd(listen(), directory);
    expect([code, stderr]).toEqual([78, expect.stringContaining(why)]);
  });

  it('is refused where its path is too long, and where another process answers', async () => {
    const long = await runHostToEnd(['--listen', `unix:${join(directory, 'x'.repeat(120))}`], directory);
    expect([long.code, long.stderr]).toEqual([78, expect.stringContaining('107')]);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(socket(), () => resolve()));
    const busy = await runHostToEnd(listen(), directory);
    other.close();
    expect([busy.code, busy.stderr]).toEqual([78, expect.stringContaining('already running')]);
  });

  it('is bound again within 5 s when its file is removed, and open connections live on', async () => {
    const host = await startHost({ directory, args: listen(), keep: true });
    try {
      const before = createClient({ target: `unix:${socket()}` });
      await before.diagnostics.getHost();
      await rm(socket());
      await eventually(() => stat(socket()), 5000);
      await before.diagnostics.getHost();
      const after = createClient({ target: `unix:${socket()}` });
      await after.diagnostics.getHost();
      expect((await stat(socket())).mode & 0o777).toBe(0o600);
      before.close();
      after.close();
    } finally {
      await host.dispose();
    }
  });

  it('and data directory belong to one host: the second ends with 75', async () => {
    const host = await startHost({ directory, keep: true });
    const second = await runHostToEnd(listen(), directory);
    expect(second.code).toBe(75);
    await host.client().diagnostics.getHost();
    await host.dispose();
  });
});

describe('TCP', () => {
  it('needs the token, which lies in a file of mode 0600', async () => {
    const host = await startHost({
      files,
      args: [...args, '--listen', '127.0.0.1:0', '--listen', 'unix:.plc-emu/plc-emu.sock'],
    });
    try {
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(host.stdout())![1]!;
      const tokenFile = join(host.directory, '.plc-emu', 'token');
      expect(host.stdout()).toContain('token');
      expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
      const token = (await readFile(tokenFile, 'utf8')).trim();
      const outcome = async (given: string | undefined): Promise<string> => {
        const client = createClient({ target: address, ...(given !== undefined && { token: given }) });
        try {
          await client.diagnostics.getHost();
          return 'in';
        } catch (error) {
          return (error as { reason: string }).reason;
        } finally {
          client.close();
        }
      };
      const flipped = `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`;
      expect(await Promise.all([undefined, token, flipped, token.slice(1), `${token}A`].map(outcome))).toEqual([
        'UNAUTHENTICATED', 'in', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED',
      ]); // prettier-ignore
      // The secret is nowhere but in its file.
      expect(host.stdout() + host.stderr()).not.toContain(token);
    } finally {
      await host.dispose();
    }
  });
});
