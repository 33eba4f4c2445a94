import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { createClient, type PlcClient, type Watch } from '../../clients/node/src/index.js';
import { RunStateChange } from '../../proto/plcemu/v1/event_pb.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';

const crowd = 500;
const wide = 2000;
const program = `PROGRAM Main
VAR Count : DINT; a : ARRAY[1..${wide}] OF DINT; i : DINT; END_VAR
Count := Count + 1;
FOR i := 1 TO ${wide} DO a[i] := a[i] + i; END_FOR;
END_PROGRAM`;
const launcher = resolve(import.meta.dirname, '../../clients/cli/bin/plc-emu.js');

async function metric(host: HostProcess, name: string): Promise<number> {
  const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(host.stdout())![1]!;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^plcemu_${name} (\\S+)`, 'm').exec(text)?.[1]);
}

/** Notes the scans that a watch tells of, until it is closed. */
async function noteScans(watch: Watch, into: bigint[]): Promise<void> {
  for await (const item of watch) {
    if (item.kind !== 'events') continue;
    for (const { event } of item.events) if (event.payload.case === 'scan') into.push(event.payload.value.scan);
  }
}

const gapsIn = (scans: readonly bigint[]): bigint[] => scans.filter((scan, i) => i > 0 && scan !== scans[i - 1]! + 1n);

describe('many readers at once', () => {
  it(`${crowd} that lose their host all come back by themselves, and miss and repeat nothing that is kept`, async () => {
    const args = ['main.st', '--scan-interval', '100ms'];
    let host = await startHost({ files: { 'main.st': program }, args, keep: true });
    const { directory, target } = host;
    const clients: PlcClient[] = [];
    const watches: Watch[] = [];
    try {
      await host.client('operator').runtime.start();
      const seen: string[][] = [];
      for (let i = 0; i < crowd; i += 1) {
        const client = createClient({ target, name: `reader ${i}` });
        // Run states are kept over a crash; scans are not, and a snapshot says so.
        const watch = client.watch(
          i % 2 === 0
            ? { classes: ['run_state'], start: 'latest' }
            : { classes: ['scan'], variables: ['Main.Count'], start: 'snapshot', onGap: 'reset' },
        );
        clients.push(client);
        watches.push(watch);
        const own: string[] = [];
        seen.push(own);
        void (async () => {
          for await (const item of watch) {
            if (item.kind === 'opened') own.push('opened');
            if (item.kind !== 'events') continue;
            for (const { event } of item.events) {
              if (event.payload.case === 'runState')
                own.push(`${event.sequence} ${RunStateChange[event.payload.value.change]}`);
              if (event.payload.case === 'scan') own[0] = `scan ${event.payload.value.scan}`;
            }
          }
        })().catch((error: unknown) => own.push(`ended: ${String(error)}`));
      }
      const ofStates = seen.filter((_own, i) => i % 2 === 0);
      const ofScans = seen.filter((_own, i) => i % 2 === 1);
      const allScan = (): boolean => ofScans.every(([first]) => first?.startsWith('scan') === true);
      await eventually(() => allScan() && ofStates.every((own) => own.length > 0), 60_000);
      await host.stop('SIGKILL');
      for (const own of ofScans) own[0] = '';
      host = await startHost({ directory, args, keep: true });
      const last = (own: readonly string[]): string => own.findLast((text) => text !== 'opened') ?? '';
      await eventually(() => allScan() && ofStates.every((own) => last(own).endsWith(' STARTED')), 60_000);
      const states = ofStates.map((own) => own.filter((text) => text !== 'opened'));
      expect(states[0]!.map((text) => text.split(' ')[1])).toEqual(expect.arrayContaining(['HOST_STARTED', 'STARTED']));
      for (const own of states) expect(own).toEqual(states[0]);
    } finally {
      for (const watch of watches) watch.close();
      for (const client of clients) client.close();
      await host.dispose();
      await rm(directory, { recursive: true, force: true });
    }
  }, 180_000);

  it('of whom some have stopped: they are let go, the others get every scan, and each resumes when it wakes', async () => {
    const host = await startHost({
      files: { 'main.st': program },
      args: ['main.st', '--scan-interval', '20ms', '--start', '--http', '127.0.0.1:0'],
    });
    const stopped: ChildProcess[] = [];
    try {
      const lines: string[] = [];
      for (let i = 0; i < 4; i += 1) {
        const child = spawn(process.execPath, [launcher, 'watch', 'scan', '--json', '--target', host.target], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        child.stdout.on('data', (data: Buffer) => (lines[i] = data.toString().slice(0, 80)));
        stopped.push(child);
      }
      await eventually(() => [0, 1, 2, 3].every((i) => lines[i] !== undefined));
      const client = host.client('reader');
      const told: bigint[] = [];
      const watch = client.watch({ classes: ['scan'], start: 'latest', lossless: true, onGap: 'fail' });
      const reading = noteScans(watch, told);
      await eventually(() => told.length > 0);
      expect(await metric(host, 'subscriptions')).toBe(5);
      for (const child of stopped) child.kill('SIGSTOP');
      await eventually(async () => (await metric(host, 'subscriptions')) === 1, 40_000);
      const during = told.length;
      for (const child of stopped) child.kill('SIGCONT');
      await eventually(async () => (await metric(host, 'subscriptions')) === 5, 30_000);
      await eventually(() => told.length > during + 10);
      watch.close();
      await reading;
      expect(gapsIn(told)).toEqual([]);
    } finally {
      for (const child of stopped) child.kill('SIGKILL');
      await host.dispose();
    }
  }, 180_000);

  it('a host that may open too few files does not start, and says how many it takes', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `ulimit -n 64; exec "${process.execPath}" "${launcher}" host`]);
    expect([status, stderr.toString()]).toEqual([78, expect.stringContaining('it takes 128 at least')]);
  });

  const limited = existsSync('/usr/bin/prlimit') ? it : it.skip;
  limited(
    'more than the host has descriptors for: those that are there go on, others come when some have left',
    async () => {
      const host = await startHost({
        files: { 'main.st': program },
        args: ['main.st', '--scan-interval', '50ms', '--start'],
      });
      execFileSync('prlimit', ['--pid', String(host.process.pid), '--nofile=64']);
      const guests: Socket[] = [];
      try {
        const told: bigint[] = [];
        const watch = host
          .client('reader')
          .watch({ classes: ['scan'], variables: ['Main.Count'], start: 'latest', lossless: true });
        const reading = noteScans(watch, told);
        await eventually(() => told.length > 0);
        // They connect and say nothing; whom the host has no descriptor for, it turns away.
        let away = 0;
        const invite = (count: number): void => {
          for (let i = 0; i < count; i += 1) {
            const guest = connect({ path: host.target.slice('unix:'.length) });
            guest.on('error', () => undefined);
            guest.on('close', () => (away += 1));
            guests.push(guest);
          }
        };
        invite(80);
        await eventually(() => away > 5);
        expect(away).toBeLessThan(75);
        const full = told.length;
        await eventually(() => told.length > full + 5);
        let late = host.client('late');
        await eventually(async () => {
          // The host may have closed a descriptor of its own meanwhile: the next guest takes it.
          invite(10);
          late = host.client('late');
          await expect(late.runtime.getState({}, { timeoutMs: 1000 })).rejects.toThrow();
          return true;
        }, 20_000);
        for (const guest of guests) guest.destroy();
        await eventually(async () => (await late.runtime.getState()).state !== undefined, 20_000);
        watch.close();
        await reading;
        expect(gapsIn(told)).toEqual([]);
        expect((await host.stop()).code).toBe(0);
      } finally {
        for (const guest of guests) guest.destroy();
        await host.dispose();
      }
    },
    180_000,
  );
});
