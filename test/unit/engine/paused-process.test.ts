import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { serialize } from 'node:v8';
import { tinyImage } from './tiny-image.js';

/** Runs the image that comes on stdin at its tick; prints a line when it runs, and its figures when it reads another line. */
const child = `
  import { createInterface } from 'node:readline';
  import { deserialize } from 'node:v8';
  import { createEngine } from ${JSON.stringify(resolve('dist/server/src/engine/create-engine.js'))};
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const image = deserialize(Buffer.from((await lines.next()).value, 'base64'));
  const engine = createEngine({ name: 'main', clock: 'wall', realtime: false, watchdogMinMs: 400, watchdogIntervals: 1 });
  const scans = [];
  engine.on({ onRecords: (records) => scans.push(...records.filter((r) => r.kind === 'scan')) });
  await engine.load(image);
  await engine.run();
  console.log('running');
  await lines.next();
  const { scan } = await engine.stop();
  const gaps = scans.filter((r) => r.missedTicks > 50).map((r) => ({ missed: r.missedTicks, lateMs: r.startLatenessNs / 1e6 }));
  const ticks = Number(scans.at(-1).timeNs / 10_000_000n) + 1;
  console.log(JSON.stringify({ state: engine.state().kind, scan, ticks, gaps, missed: engine.stats().missedTicks }));
  await engine.close();
  process.exit(0);
`;

describe('a process that stands still', () => {
  it('has one late scan when it goes on, catches nothing up, and is not taken for a program that hangs', async () => {
    const host = spawn(process.execPath, ['--input-type=module', '-e', child], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const lines = createInterface({ input: host.stdout });
      const line = async (): Promise<string> => String((await (once(lines, 'line') as Promise<unknown[]>))[0]);
      const running = line();
      host.stdin.write(`${serialize(tinyImage()).toString('base64')}\n`);
      expect(await running).toBe('running');
      await new Promise((done) => setTimeout(done, 100));
      host.kill('SIGSTOP');
      await new Promise((done) => setTimeout(done, 1500));
      host.kill('SIGCONT');
      await new Promise((done) => setTimeout(done, 300));
      const figures = line();
      host.stdin.write('stop\n');
      const { state, scan, ticks, gaps, missed } = JSON.parse(await figures) as {
        state: string;
        scan: number;
        ticks: number;
        gaps: { missed: number; lateMs: number }[];
        missed: number;
      };
      expect(state).toBe('stopped');
      expect(gaps).toHaveLength(1);
      expect(gaps[0]!.missed).toBeGreaterThan(120);
      expect(gaps[0]!.lateMs).toBeGreaterThan(1200);
      // Time went on by the clock; scans that were left out stay left out.
      expect(ticks).toBe(scan + missed);
    } finally {
      host.kill('SIGKILL');
    }
  });
});
