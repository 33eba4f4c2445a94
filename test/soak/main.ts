import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOf, launch, root, socketOf, untilServing, type HostLife } from '../support/host-control.js';
import { loadProgram } from '../load/load-program.js';
import { usageOf } from '../load/measure.js';
import { extra, type SoakCounts, type SoakOrder, type SoakReport } from './clients.js';
import { slopeOf, type MemorySample } from './slope.js';

const help = `npm run soak -- [settings]
  --minutes N   how long, default 30
  --kills N     times that the host is killed (kill -9) in the first third of that time, default 3; it lives through the rest
  --json        one JSON object a line: every minute, and at the end the whole
`;

const argv = process.argv.slice(2);
const settingOf = (name: string, otherwise: number): number => {
  const at = argv.indexOf(name);
  return at < 0 ? otherwise : Number(argv[at + 1]);
};
const minutes = settingOf('--minutes', 30);
const plannedKills = settingOf('--kills', 3);
const json = argv.includes('--json');

/** When each life ends, minutes from the start. */
const lives = [...Array.from({ length: plannedKills }, (_, i) => ((i + 1) * minutes) / 3 / plannedKills), minutes];
/**
 * The last life is sampled in its second half: until its rings are full, and answers reach their age of ten minutes, a host
 * grows, as it is meant to.
 */
const warmUpHours = minutes / 3 / 60;
const sampleMs = 1000;
const clientProcesses = 3;
const program = `${loadProgram({ variables: 3000, channels: 100, percent: 5 }).replace('VAR\n', 'VAR\n  Demand : DINT;\n')}${extra(0)}`;

interface Whole {
  readonly minutes: number;
  readonly kills: number;
  readonly slope: ReturnType<typeof slopeOf>;
  readonly mostMib: number;
  readonly counts: SoakCounts;
  readonly defects: readonly string[];
}

async function soak(): Promise<Whole> {
  const directory = await mkdtemp(join(tmpdir(), 'plc-soak-'));
  await writeFile(join(directory, 'main.st'), program);
  const operator = clientOf(directory, 'operator');
  const samples: MemorySample[] = [];
  const defects: string[] = [];
  const latest = new Map<ChildProcess, SoakCounts>();
  const counts = (): SoakCounts => sum([...latest.values()]);
  const began = performance.now();
  const passed = (): number => (performance.now() - began) / 60_000;
  let kills = 0;
  let mostMib = 0;
  let host: HostLife | undefined;
  const clients = Array.from({ length: clientProcesses }, (_, seed) => {
    const child = fork(join(root, 'dist/test/soak/clients.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (said: SoakReport) => {
      if (said.kind === 'counts') latest.set(child, said.counts);
      else if (defects.length < 100) defects.push(said.message);
    });
    child.send({ target: socketOf(directory), seed } satisfies SoakOrder);
    return child;
  });
  try {
    let told = 0;
    for (const [life, end] of lives.entries()) {
      host = launch({
        build: 'dist',
        directory,
        args: ['main.st', '--data-dir', 'data', '--scan-interval', '20ms', '--start', '--log-level', 'warn'],
      });
      const serving = await untilServing(host, operator, 60_000);
      if (!serving) throw new Error(`the host ended:\n${host.stderr()}`);
      // Three kills in five minutes: it does not go on by itself.
      if (serving.mode !== 'RUNNING') await operator.runtime.start();
      const born = performance.now();
      const age = (): number => (performance.now() - born) / 3_600_000;
      while (passed() < end) {
        await new Promise((resolve) => setTimeout(resolve, sampleMs));
        if (!host.running()) throw new Error(`the host ended:\n${host.stderr()}`);
        const { residentMiB } = usageOf(host.process.pid!);
        mostMib = Math.max(mostMib, residentMiB);
        if (life === plannedKills && age() > warmUpHours) samples.push({ life, hours: age(), mib: residentMiB });
        if (Math.floor(passed()) > told) {
          told = Math.floor(passed());
          tell({ minute: told, mib: Math.round(residentMiB), kills, ...counts() });
        }
      }
      if (life === plannedKills) break;
      host.process.kill('SIGKILL');
      await host.exited;
      kills += 1;
    }
  } finally {
    for (const child of clients) child.kill('SIGKILL');
    operator.close();
    host?.process.kill('SIGTERM');
    await host?.exited;
    await rm(directory, { recursive: true, force: true });
  }
  return { minutes: passed(), kills, slope: slopeOf(samples), mostMib, counts: counts(), defects };
}

function sum(all: readonly SoakCounts[]): SoakCounts {
  const total: Record<string, number> = {};
  for (const counts of all)
    for (const [key, value] of Object.entries(counts) as [string, number][]) total[key] = (total[key] ?? 0) + value;
  return total as unknown as SoakCounts;
}

function tell(minute: Readonly<Record<string, number>>): void {
  const text = Object.entries(minute).map(([key, value]) => `${key} ${value}`);
  process.stdout.write(json ? `${JSON.stringify(minute)}\n` : `${text.join(', ')}\n`);
}

if (argv.includes('--help') || !(minutes > 0) || !(plannedKills >= 0)) {
  process.stdout.write(help);
} else {
  const whole = await soak();
  const { slope, counts } = whole;
  if (json) process.stdout.write(`${JSON.stringify(whole)}\n`);
  else {
    process.stdout.write(
      `${whole.minutes.toFixed(1)} minutes, ${whole.kills} kills; memory grows by ${slope.mibPerHour.toFixed(1)} MiB an hour ` +
        `(95 %: ${slope.low.toFixed(1)} to ${slope.high.toFixed(1)}, ${slope.samples} samples), at most ${whole.mostMib.toFixed(0)} MiB; ` +
        `${counts.events} events, ${counts.writes} writes, ${counts.reads} reads, ${counts.patches} online changes, ` +
        `${counts.announcedGaps} gaps announced, ${counts.brokenChains} not; ${whole.defects.length} defects\n`,
    );
    for (const defect of whole.defects.slice(0, 20)) process.stdout.write(`${defect}\n`);
  }
  process.exitCode = whole.defects.length > 0 || counts.brokenChains > 0 ? 1 : 0;
}
