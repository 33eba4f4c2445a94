import { execFile, spawn } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRandom } from '../support/random.js';
import { checkRun } from './check/check-run.js';
import type { Violation } from './check/violation.js';
import { startClients, type ClientProcesses } from './client-processes.js';
import { clientOf, root, socketOf, now } from '../support/host-control.js';
import { createHostUnderTest, nextDeath, type Death, type HostUnderTest } from './host-under-test.js';
import { readJournal } from './journal-reader.js';
import { networkFaults, startProxy, type NetworkProxy } from './network-proxy.js';
import { programFile, programText } from './program.js';
import { createLogWriter, readLog, type LogWriter } from './run-log.js';
import type { SeededFaultName } from './seeded-faults.js';

export interface ChaosOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Disturbs the network between the clients and a host that lives on, instead of killing the host. */
  readonly network?: boolean;
  /** Switches a seeded fault on, and makes the rounds that bring it out. */
  readonly fault?: SeededFaultName;
  /** Keeps the directory with all logs; its path is in the result. */
  readonly keep?: boolean;
  readonly onRound?: (round: RoundResult) => void;
}

export interface RoundResult {
  readonly round: number;
  readonly how: string;
  /** From the kill, or the end of the disturbance, until all clients were current again, ms. */
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

/** Disturbs a host again and again under writers and watchers, and checks what they saw. */
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

/** The released tree, and the one with failpoints and seeded faults. */
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

async function runStretch(options: ChaosOptions, firstRound: number): Promise<StretchResult> {
  const { seed, fault } = options;
  const random = createRandom(seed);
  const directory = await mkdtemp(join(tmpdir(), 'plc-chaos-'));
  await writeFile(join(directory, programFile), programText);
  const log = createLogWriter(join(directory, 'harness.jsonl'));
  const operator = clientOf(directory, 'operator');
  const socket = socketOf(directory);
  const host = createHostUnderTest({ directory, ...(fault !== undefined && { fault }), log, operator, random });
  const proxy = options.network ? await startProxy({ path: socket.slice('unix:'.length), seed }) : undefined;
  const clients = startClients({
    directory,
    target: proxy?.target ?? socket,
    seed,
    ...(fault !== undefined && { fault }),
    log,
  });
  const recoveryMs: number[] = [];
  const onRound = (round: number, how: string, ms: number): void => {
    recoveryMs.push(ms);
    options.onRound?.({ round: firstRound + round, how, recoveryMs: Math.round(ms) });
  };
  let kills = 0;
  const stopProbe = probeDisk(directory, log);
  try {
    if (proxy) await disturbNetwork(options.rounds, host, clients, proxy, log, onRound);
    else kills = await killHost(options.rounds, host, clients, () => nextDeath(random, fault), log, onRound);
    await clients.stop();
    await host.end();
  } finally {
    operator.close();
    proxy?.close();
    clients.kill();
    host.kill();
    await stopProbe();
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

type OnRound = (round: number, how: string, recoveryMs: number) => void;

async function killHost(
  rounds: number,
  host: HostUnderTest,
  clients: ClientProcesses,
  choose: () => Death,
  log: LogWriter,
  onRound: OnRound,
): Promise<number> {
  let kills = 0;
  let death: Death = { kind: 'random' };
  const connected = clients.current(true);
  await host.start(death);
  await connected;
  for (let round = 1; round <= rounds; round += 1) {
    const how = await host.die(death);
    kills += 1;
    let killed = performance.now();
    let isBack = false;
    const back = clients.current(true).then(() => (isBack = true));
    const twin = measureTwin(log);
    for (let tries = 1; !isBack; tries += 1) {
      if (tries > 8) throw new Error(`the host does not stay alive:\n${host.stderr()}`);
      // It may die in its start, or before all have come back: then it is started again.
      death = tries > 2 ? { kind: 'random' } : choose();
      if (await host.start(death)) {
        await Promise.race([back, host.over()]);
        if (isBack) break;
        await host.die(death);
      }
      kills += 1;
      killed = performance.now();
    }
    await Promise.all([back, twin]);
    onRound(round, how, performance.now() - killed);
  }
  return kills;
}

const disturbedMs = 1500;

async function disturbNetwork(
  rounds: number,
  host: HostUnderTest,
  clients: ClientProcesses,
  proxy: NetworkProxy,
  log: LogWriter,
  onRound: OnRound,
): Promise<void> {
  const connected = clients.current(true);
  await host.start({ kind: 'random' });
  await connected;
  for (let round = 1; round <= rounds; round += 1) {
    const fault = networkFaults[(round - 1) % networkFaults.length]!;
    log.write({ t: now(), kind: 'network', fault });
    proxy.set(fault);
    await new Promise((done) => setTimeout(done, disturbedMs));
    proxy.set(undefined);
    log.write({ t: now(), kind: 'network', fault: '' });
    const healed = performance.now();
    const twin = measureTwin(log);
    await Promise.all([clients.current(false), twin]);
    onRound(round, fault, performance.now() - healed);
  }
}

const longDiskMs = 20;

/** Writes a small file through to the disk again and again, until the returned function is called. */
function probeDisk(directory: string, log: LogWriter): () => Promise<void> {
  let on = true;
  const done = (async () => {
    const file = await open(join(directory, 'disk-probe'), 'w');
    const bytes = Buffer.alloc(4096);
    while (on) {
      const began = performance.now();
      await file.write(bytes, 0, bytes.length, 0);
      await file.datasync();
      const ms = performance.now() - began;
      if (ms > longDiskMs) log.write({ t: now(), kind: 'disk', ms });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await file.close();
  })();
  return () => {
    on = false;
    return done;
  };
}

/** An empty Node process beside the one that restarts: what it takes longer than usual is the machine's doing. */
async function measureTwin(log: LogWriter): Promise<void> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((done) => child.once('exit', done));
  log.write({ t: now(), kind: 'twin', ms: performance.now() - began });
}
