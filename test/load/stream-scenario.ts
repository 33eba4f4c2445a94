import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { clientOf, launch, root, socketOf, untilServing } from '../support/host-control.js';
import { distributionOf, startNoiseProbe, usageOf, type Distribution } from './measure.js';
import type { Sample, SubscriberOrder, SubscriberReport } from './subscribers-main.js';

export interface StreamScenario {
  readonly name: string;
  readonly program: string;
  readonly tickMs: number;
  readonly subscribers: number;
  /** Share of the readers that stop reading. */
  readonly stopped?: number;
  /** A client that reads without end beside it. */
  readonly flooding?: boolean;
  readonly seconds: number;
}

export interface StreamResult {
  readonly name: string;
  /** From the end of the scan to the decoded message, ms. */
  readonly latency: Distribution;
  /** How late scans began, ms, and how late a bare sleep in C woke up beside them. */
  readonly lateness: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly noise: Distribution | undefined;
  readonly messagesPerSecond: number;
  readonly bytesPerMessage: number;
  /** Of a core. */
  readonly cpuShare: number;
  /** Host processor time per message, us. */
  readonly cpuPerMessageUs: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
  /** Share of messages in which scans were merged, and most scans in one. */
  readonly coalescedShare: number;
  readonly mostMerged: number;
  readonly ended: readonly string[];
  readonly scans: number;
  readonly missedScans: number;
}

const probesPerScenario = 6;
/** Subscribers in one process. */
const perProcess = 125;

export async function runStreamScenario(scenario: StreamScenario): Promise<StreamResult> {
  const directory = await mkdtemp(join(tmpdir(), 'plc-load-'));
  await writeFile(join(directory, 'main.st'), scenario.program);
  const host = launch({
    build: 'dist',
    directory,
    args: [
      'main.st',
      '--data-dir',
      'data',
      '--scan-interval',
      `${scenario.tickMs}ms`,
      '--start',
      '--log-level',
      'warn',
    ],
  });
  const client = clientOf(directory, 'load');
  const path = socketOf(directory).slice('unix:'.length);
  const children: ChildProcess[] = [];
  const pid = host.process.pid!;
  let flood: Promise<void> | undefined;
  let flooding = true;
  try {
    await untilServing(host, client, 60_000, (mode) => mode === RunMode.RUNNING);
    const raw = scenario.subscribers - probesPerScenario;
    const stopped = Math.round(scenario.subscribers * (scenario.stopped ?? 0));
    for (let from = 0; from < raw; from += perProcess) {
      const count = Math.min(perProcess, raw - from);
      children.push(
        await begin({
          kind: 'begin',
          path,
          raw: count,
          probes: 0,
          stopped: Math.max(0, Math.min(count, stopped - from)),
        }),
      );
    }
    children.push(await begin({ kind: 'begin', path, raw: 0, probes: probesPerScenario, stopped: 0 }));
    if (scenario.flooding) {
      flood = (async () => {
        while (flooding) await client.runtime.readVariables({ paths: ['Main.Number'] }).catch(() => undefined);
      })();
    }
    // Layouts and snapshots are behind them.
    await new Promise((done) => setTimeout(done, 1500));
    for (const child of children) tell(child, { kind: 'zero' });
    const noise = startNoiseProbe(directory, scenario.tickMs, scenario.seconds);
    const before = await client.runtime.getStats({});
    const used = usageOf(pid);
    const began = performance.now();
    await new Promise((done) => setTimeout(done, scenario.seconds * 1000));
    const seconds = (performance.now() - began) / 1000;
    const usage = usageOf(pid);
    const after = await client.runtime.getStats({});
    const reports = await Promise.all(children.map((child) => ask(child)));
    flooding = false;
    await flood;
    const sum = (of: (r: SubscriberReport) => number): number => reports.reduce((total, r) => total + of(r), 0);
    const messages = sum((r) => r.messages);
    const rawReports = reports.slice(0, -1);
    const probes = reports.at(-1)!;
    const cpuMs = usage.cpuMs - used.cpuMs;
    return {
      name: scenario.name,
      latency: latencyOf(probes.samples),
      lateness: {
        p50: inMs(after.lateness?.p50),
        p99: inMs(after.lateness?.p99),
        max: inMs(after.lateness?.max),
      },
      noise: await noise,
      messagesPerSecond: messages / seconds,
      bytesPerMessage:
        rawReports.reduce((n, r) => n + r.bytes, 0) /
        Math.max(
          1,
          rawReports.reduce((n, r) => n + r.messages, 0),
        ),
      cpuShare: cpuMs / (seconds * 1000),
      cpuPerMessageUs: (cpuMs * 1000) / Math.max(1, messages),
      residentMiB: usage.residentMiB,
      peakMiB: usage.peakMiB,
      coalescedShare: probes.coalesced / Math.max(1, probes.messages),
      mostMerged: probes.mostMerged,
      ended: [...new Set(reports.flatMap((r) => r.ended))],
      scans: Number(after.scans - before.scans),
      missedScans: Number(after.overruns - before.overruns),
    };
  } finally {
    flooding = false;
    for (const child of children) child.kill();
    client.close();
    host.process.kill('SIGTERM');
    await host.exited;
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * The clock of the runtime runs beside the wall clock at a distance that nobody tells: it is taken from the message that was in the
 * log soonest after its scan, so times are too short by what that one took, some tens of microseconds.
 */
function latencyOf(samples: readonly Sample[]): Distribution {
  const distance = samples.reduce((least, s) => Math.min(least, s.logged - s.scanEnd), Infinity);
  return distributionOf(samples.map((s) => s.received - s.scanEnd - distance));
}

function begin(order: SubscriberOrder): Promise<ChildProcess> {
  const child = fork(join(root, 'dist/test/load/subscribers-main.js'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`subscribers ended with ${code}`)));
    tell(child, order);
  });
}

function ask(child: ChildProcess): Promise<SubscriberReport> {
  return new Promise((resolve) => {
    child.once('message', (report: SubscriberReport) => resolve(report));
    tell(child, { kind: 'report' });
  });
}

function tell(child: ChildProcess, order: SubscriberOrder): void {
  child.send(order);
}

function inMs(duration: { readonly seconds: bigint; readonly nanos: number } | undefined): number {
  return duration === undefined ? Number.NaN : Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
