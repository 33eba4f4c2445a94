import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PlcClient } from '../../clients/node/src/index.js';
import { createRandom, type Random } from '../support/random.js';
import { checkRun } from './check/check-run.js';
import type { Violation } from './check/violation.js';
import type { ClientOrder, ClientReport } from './client-main.js';
import { clientOf, launch, root, socketOf, untilServing, type Build, type HostLife } from './host-control.js';
import { readJournal } from './journal-reader.js';
import { programFile, programText, tickMs, writerCount } from './program.js';
import { createLogWriter, now, readLog, type LogWriter } from './run-log.js';
import { failpoints, type FailpointName, type SeededFaultName, seededFaults } from './seeded-faults.js';
import { watcherCount } from './watcher.js';

export interface ChaosOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Switches a seeded fault on, and makes the rounds that bring it out. */
  readonly fault?: SeededFaultName;
  /** Keeps the directory with all logs; its path is in the result. */
  readonly keep?: boolean;
  readonly onRound?: (round: RoundResult) => void;
}

export interface RoundResult {
  readonly round: number;
  readonly how: string;
  /** From the kill until all clients were current again, ms. */
  readonly recoveryMs: number;
}

export interface ChaosResult {
  readonly rounds: number;
  readonly kills: number;
  readonly events: number;
  readonly acknowledged: number;
  readonly violations: readonly Violation[];
  readonly recoveryMs: { readonly p50: number; readonly max: number };
  readonly seconds: number;
  readonly directory?: string;
}

/** Rounds that share a data directory and a set of clients; logs are checked, and thrown away, after each stretch. */
const stretch = 50;

/** Kills a host again and again under writers and watchers, and checks what they saw. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const began = performance.now();
  await buildTrees();
  const results: StretchResult[] = [];
  for (let from = 0; from < options.rounds; from += stretch) {
    const rounds = Math.min(stretch, options.rounds - from);
    results.push(await runStretch({ ...options, rounds, seed: options.seed + from }, from));
  }
  const times = results.flatMap((r) => r.recoveryMs).sort((a, b) => a - b);
  const sum = (of: (r: StretchResult) => number): number => results.reduce((total, r) => total + of(r), 0);
  const directory = results.at(-1)?.directory;
  return {
    rounds: options.rounds,
    kills: sum((r) => r.kills),
    events: sum((r) => r.events),
    acknowledged: sum((r) => r.acknowledged),
    violations: results.flatMap((r) => r.violations),
    recoveryMs: { p50: Math.round(times[times.length >> 1] ?? 0), max: Math.round(times.at(-1) ?? 0) },
    seconds: Math.round((performance.now() - began) / 100) / 10,
    ...(directory !== undefined && { directory }),
  };
}

export async function buildTrees(): Promise<void> {
  const run = promisify(execFile);
  for (const args of [[], ['--seeded-faults']])
    await run(process.execPath, [join(root, 'scripts/build.mjs'), ...args], { cwd: root });
}

interface StretchResult {
  readonly kills: number;
  readonly events: number;
  readonly acknowledged: number;
  readonly violations: readonly Violation[];
  readonly recoveryMs: readonly number[];
  readonly directory?: string;
}

/** How a life ends: killed from outside after a while, or at a failpoint, which lies in the start for some. */
type Death =
  | { readonly kind: 'random' }
  | { readonly kind: 'starting'; readonly afterMs: number }
  | { readonly kind: 'failpoint'; readonly name: FailpointName; readonly pass: number };

async function runStretch(options: ChaosOptions, firstRound: number): Promise<StretchResult> {
  const random = createRandom(options.seed);
  const directory = await mkdtemp(join(tmpdir(), 'plc-chaos-'));
  await writeFile(join(directory, programFile), programText);
  const log = createLogWriter(join(directory, 'harness.jsonl'));
  const operator = clientOf(directory, 'operator');
  const clients = startClients(directory, options, log);
  const host = createHost(directory, options, log, operator, random);
  const recoveryMs: number[] = [];
  let kills = 0;
  try {
    let death: Death = { kind: 'random' };
    await host.start(death, true);
    await clients.current();
    for (let round = 1; round <= options.rounds; round += 1) {
      const how = await host.die(death);
      kills += 1;
      const killed = performance.now();
      const back = clients.current();
      const twin = measureTwin(log);
      death = nextDeath(random, options);
      for (let tries = 1; !(await host.start(death, false)); tries += 1) {
        if (tries > 3) throw new Error('the host does not start again');
        kills += 1;
        death = { kind: 'random' };
      }
      await Promise.all([back, twin]);
      const ms = performance.now() - killed;
      recoveryMs.push(ms);
      options.onRound?.({ round: firstRound + round, how, recoveryMs: Math.round(ms) });
    }
    await clients.stop();
    await host.end();
  } finally {
    operator.close();
    clients.kill();
    host.kill();
    log.close();
  }
  const journal = await readJournal(join(directory, 'data'));
  const lines = [join(directory, 'harness.jsonl'), ...clients.logFiles].flatMap(readLog);
  const violations = checkRun(lines, journal);
  if (!options.keep) await rm(directory, { recursive: true, force: true });
  return {
    kills,
    events: lines.reduce((sum, line) => sum + (line.kind === 'events' ? line.events.length : 0), 0),
    acknowledged: lines.filter((line) => line.kind === 'done').length,
    violations,
    recoveryMs,
    ...(options.keep && { directory }),
  };
}

function nextDeath(random: Random, options: ChaosOptions): Death {
  const seeded = options.fault && seededFaults[options.fault];
  if (seeded) {
    return 'failpoint' in seeded
      ? { kind: 'failpoint', name: seeded.failpoint, pass: 20 + random.below(60) }
      : { kind: 'random' };
  }
  const choice = random.next();
  if (choice < 0.45) return { kind: 'random' };
  if (choice < 0.55) return { kind: 'starting', afterMs: 20 + random.below(700) };
  const names = Object.keys(failpoints) as FailpointName[];
  const name = names[random.below(names.length)]!;
  const often = name.startsWith('journal.') || name.startsWith('write.');
  return { kind: 'failpoint', name, pass: 1 + random.below(often ? 80 : 3) };
}

/** An empty Node process beside the one that restarts: what it takes longer than usual is the machine's doing. */
async function measureTwin(log: LogWriter): Promise<void> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((done) => child.once('exit', done));
  log.write({ t: now(), kind: 'twin', ms: performance.now() - began });
}

interface Host {
  /** False where it died in the start, as it was told. */
  start(death: Death, first: boolean): Promise<boolean>;
  /** Waits for its death, or kills it. Gives how it died. */
  die(death: Death): Promise<string>;
  end(): Promise<void>;
  kill(): void;
}

function createHost(
  directory: string,
  options: ChaosOptions,
  log: LogWriter,
  operator: PlcClient,
  random: Random,
): Host {
  let life: HostLife | undefined;
  let number = 0;
  const seeded = options.fault && seededFaults[options.fault];
  const died = (how: string): string => {
    log.write({ t: now(), kind: 'killed', life: number, how });
    return how;
  };

  return {
    async start(death, first) {
      number += 1;
      // What is released runs wherever nothing has to happen inside of it.
      const plain = options.fault === undefined && death.kind !== 'failpoint' && number % 4 === 0;
      const build: Build = plain ? 'dist' : 'dist-faults';
      log.write({ t: now(), kind: 'start', life: number, build });
      const disk = seeded && 'disk' in seeded ? { writeBack: true, syncMs: 4 } : { syncMs: random.below(2) * 2 };
      life = launch({
        build,
        directory,
        args: [programFile, '--data-dir', 'data', '--scan-interval', `${tickMs}ms`, '--log-level', 'warn'],
        env: {
          PLC_EMU_SMALL: '1',
          PLC_EMU_DISK: JSON.stringify(disk),
          ...(options.fault !== undefined && { PLC_EMU_FAULT: options.fault }),
          ...(death.kind === 'failpoint' && { PLC_EMU_FAILPOINT: `${death.name}:${death.pass}` }),
        },
      });
      if (death.kind === 'starting') {
        const { process: child } = life;
        setTimeout(() => child.kill('SIGKILL'), death.afterMs).unref();
      }
      let serving = await untilServing(life, operator, 30_000);
      // It is stopped for a moment before it goes on by itself.
      const settles = performance.now() + 500;
      while (serving?.mode === 'STOPPED' && !first && performance.now() < settles && !life.stderr().includes('three crashes'))
        serving = await untilServing(life, operator, 5000);
      if (!serving) {
        await life.exited;
        died(death.kind === 'failpoint' ? `failpoint ${death.name} in the start` : 'starting');
        return false;
      }
      log.write({ t: now(), kind: 'serving', life: number, epoch: serving.epoch, mode: serving.mode });
      if (serving.mode !== 'RUNNING' || first) await command(operator, log, number);
      return life.running() || death.kind === 'failpoint' || death.kind === 'starting';
    },
    async die(death) {
      const current = life!;
      const waitMs = death.kind === 'random' ? 200 + random.next() * 1200 : 1500;
      await Promise.race([current.exited, new Promise((done) => setTimeout(done, waitMs))]);
      const byItself = !current.running();
      current.process.kill('SIGKILL');
      await current.exited;
      if (!byItself) return died('random');
      return died(death.kind === 'failpoint' ? `failpoint ${death.name}` : death.kind);
    },
    async end() {
      const current = life!;
      current.process.kill('SIGTERM');
      await current.exited;
      died('end');
    },
    kill: () => life?.process.kill('SIGKILL'),
  };
}

/** The operator sees to it that the program runs: after three crashes a host does not by itself. */
async function command(operator: PlcClient, log: LogWriter, life: number): Promise<void> {
  const id = `operator-start-${life}`;
  log.write({ t: now(), c: 'operator', kind: 'command', id, command: 'start' });
  try {
    const { sequence, state } = await operator.runtime.start({ requestId: id });
    log.write({
      t: now(),
      c: 'operator',
      kind: 'done',
      id,
      sequence: Number(sequence),
      scan: Number(state?.scan ?? 0n),
      results: [],
    });
  } catch (error) {
    log.write({ t: now(), c: 'operator', kind: 'lost', id, error: String(error) });
  }
}

interface Clients {
  readonly logFiles: readonly string[];
  /** Resolves when each client has got through to a host that was started after this call; after 12 s in any case. */
  current(): Promise<void>;
  stop(): Promise<void>;
  kill(): void;
}

const mostRecoveryMs = 12_000;

function startClients(directory: string, options: ChaosOptions, log: LogWriter): Clients {
  const all = (count: number, from: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  const writers = all(writerCount, 1);
  const watchers = all(watcherCount, 0);
  const parts = [
    { writers: writers.slice(0, 4), watchers: watchers.slice(0, 3) },
    { writers: writers.slice(4), watchers: watchers.slice(3, 5) },
    { writers: [], watchers: watchers.slice(5, 9) },
    { writers: [], watchers: watchers.slice(9) },
  ];
  const logFiles = parts.map((_, i) => join(directory, `clients-${i + 1}.jsonl`));
  let mark = 0;
  let missing = new Set<string>();
  let done: () => void = () => undefined;
  const names = [...writers.map((i) => `writer${i}`), ...watchers.map((i) => `watcher${i + 1}`)];
  const children: ChildProcess[] = parts.map((part, i) => {
    const child = fork(join(root, 'dist-faults/test/failover/client-main.js'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...(options.fault !== undefined && { PLC_EMU_FAULT: options.fault }) },
    });
    child.on('message', (report: ClientReport) => {
      if (report.kind === 'defect') {
        process.stderr.write(`a client has a defect: ${report.message}\n`);
        return;
      }
      if (report.mark !== mark) return;
      missing.delete(report.client);
      log.write({ t: now(), kind: 'recovered', mark, c: report.client });
      if (missing.size === 0) done();
    });
    tell(child, {
      kind: 'begin',
      target: socketOf(directory),
      logFile: logFiles[i]!,
      ...part,
      seed: options.seed * 1000 + i * 10,
    });
    return child;
  });
  return {
    logFiles,
    async current() {
      mark += 1;
      missing = new Set(names);
      log.write({ t: now(), kind: 'asked', mark, clients: names });
      const all = new Promise<void>((resolve) => (done = resolve));
      for (const child of children) tell(child, { kind: 'report', mark });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, mostRecoveryMs)));
      await Promise.race([all, late]);
      clearTimeout(timer);
    },
    async stop() {
      const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
      for (const child of children) tell(child, { kind: 'stop' });
      await Promise.all(ended);
    },
    kill: () => children.forEach((child) => child.kill('SIGKILL')),
  };
}

function tell(child: ChildProcess, order: ClientOrder): void {
  child.send(order);
}
