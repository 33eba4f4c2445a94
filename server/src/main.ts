import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { changeKernel } from './compiler/wasm/change-kernel.js';
import { ConfigError, readConfig, settingsHelp, type Config } from './config.js';
import { createEventLog } from './events/create-event-log.js';
import type { EventLog } from './events/event-log.js';
import { collectGarbage } from './engine/collect-garbage.js';
import { limitHeap } from './heap-limits.js';
import { systemClock } from './model/clock.js';
import { HostError } from './model/host-error.js';
import { serveObserve, type ObserveServer } from './observe/http.js';
import { createHostLog, type HostLog } from './observe/log.js';
import { createMetrics, type HostSample } from './observe/metrics.js';
import { createCompiler } from './project/compiler.js';
import { closeProjectFiles } from './project/project-files.js';
import { createHostRecord, type HostRecord } from './runtime/host-record.js';
import { resume } from './runtime/resume.js';
import { createRetainKeeper, type RetainKeeper } from './runtime/retain.js';
import { createRuntimes, type Runtimes } from './runtime/runtimes.js';
import { boolBitsOf } from './services/batch-encoder.js';
import { createRegistry } from './services/create-registry.js';
import { openRetainStore } from './store/retain-store.js';
import { openStore, type Store } from './store/open-store.js';
import { createSourceStore } from './store/source-store.js';
import { formatAddress } from './transport/address.js';
import { loadToken, type Token } from './transport/auth.js';
import { createGrpcTransport, grpcLimits, type GrpcTransport } from './transport/grpc.js';

/** Exit codes: 0 stopped in order, 70 a defect, 75 another host is running, 78 a setting is wrong. */
const exits = { ok: 0, defect: 70, busy: 75, config: 78 } as const;
const newcomerPort = 50_051;
/** Calls under way at the end have this long, ms. */
const graceMs = 400;
/** Clients that connect during the start wait for the project at most this long, ms. */
const patienceMs = 5000;

/** `plc-emu host`: runs until SIGTERM or SIGINT. Resolves with the exit code. */
export async function runHost(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(
      `plc-emu host [PROJECT] [settings]\n\n${settingsHelp()}\n  --config FILE                    settings as JSON\n`,
    );
    return exits.ok;
  }
  // Handlers first: a signal in the middle of the start ends it in order, further ones do nothing.
  const stop = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    process.on('SIGHUP', () => undefined);
  });
  let config: Config;
  try {
    config = readConfig(argv, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`plc-emu host: ${error.message}\n`);
    return exits.config;
  }
  const log = createHostLog(config.logLevel);
  // A promise that nobody awaited is a defect to be mended, and no reason to stop the scans.
  process.on('unhandledRejection', (error) => {
    log.error('a rejection was not handled', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  });
  const closers: (() => Promise<void> | void)[] = [];
  try {
    await start(config, log, closers);
    log.info('stopping', { signal: await stop });
    return exits.ok;
  } catch (error) {
    if (!(error instanceof HostError)) {
      log.error('the host could not start', {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return exits.defect;
    }
    log.error('the host could not start', { reason: error.reason, message: error.message });
    process.stderr.write(`plc-emu host: ${error.message}\n`);
    return error.reason === 'BUSY' ? exits.busy : exits.config;
  } finally {
    for (const close of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        log.error('a part of the host did not close', { error: String(error) });
      }
    }
    log.flush();
  }
}

async function start(config: Config, log: HostLog, closers: (() => Promise<void> | void)[]): Promise<void> {
  const version = versionOf();
  const store = await openStore({ directory: config.dataDir, clock: systemClock });
  closers.push(() => store.close());
  for (const note of store.notes) log.warn('recovery', { note });
  const parts: { runtimes?: Runtimes; transport?: GrpcTransport } = {};
  const events = createEventLog({
    identity: store.identity,
    journal: store.journal,
    recovery: store.recovery,
    clock: systemClock,
    version,
    boolBits: (runtime, version_) => {
      const layout = parts.runtimes?.find(runtime)?.core.layouts.find(version_);
      return layout && boolBitsOf(layout);
    },
  });
  // What was read of the journal, which may be tens of megabytes, before a program and its readers come on top of it.
  collectGarbage();
  const record = createHostRecord({
    events,
    state: store.state,
    requests: store.requests,
    clock: systemClock,
    log,
    record: (changes) => store.record(changes),
  });
  log.attach((severity, message, fields) => {
    record.append('log', { kind: 'log', severity, source: 'host', message, fields });
  });
  const retain = await openRetain(store, record, log);
  closers.push(() => retain.close());
  const compiler = createCompiler({
    memoryMiB: config.compileMemoryMiB,
    timeoutMs: config.compileTimeoutMs,
    onBusy: limitHeap().compiling,
  });
  closers.push(() => compiler.close());
  const runtimes = createRuntimes({
    record,
    compiler,
    defaultProfile: config.profile,
    sources: createSourceStore(store.dataDir.path),
    changeKernel: changeKernel(),
    ...(config.scanIntervalNs !== undefined && { tickNs: config.scanIntervalNs }),
    watchdogMinMs: config.watchdogMs,
    retain,
  });
  parts.runtimes = runtimes;

  const listening: string[] = [];
  const registry = createRegistry({
    record,
    runtimes: runtimes,
    host: {
      version,
      roots: rootsOf(config),
      watchFiles: config.watch,
      limits: { ...grpcLimits },
      listeners: () => listening,
    },
  });
  let token: Promise<Token> | undefined;
  const tokenFile = config.tokenFile ?? store.dataDir.file('token');
  let answer: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (answer = resolve));
  const metrics = createMetrics(() => sample(runtimes, events, parts.transport));
  const transport = createGrpcTransport({
    registry: { ...registry, called: (method, code, seconds) => metrics.called(method, code, seconds) },
    log,
    token: () => (token ??= loadToken(tokenFile)),
    insecurePlaintext: config.insecurePlaintext,
    tcpReflection: config.tcpReflection || config.newcomer,
    ready,
  });
  parts.transport = transport;
  // The order of the end: engines, so that nothing new happens; Goodbye to watches; connections.
  closers.push(async () => {
    await runtimes.close();
    log.detach();
    await events.close('SHUTTING_DOWN');
    await transport.close(graceMs);
  });
  closers.push(closeProjectFiles);
  for (const address of config.listen) listening.push(formatAddress(await transport.listen(address)));
  if (config.newcomer) listening.push(formatAddress(await listenForNewcomer(transport)));
  if (config.http) {
    const http: ObserveServer = await serveObserve(config.http, metrics, () => healthOf(runtimes, events));
    closers.push(() => http.close());
    listening.push(`http://${formatAddress({ ...config.http, port: http.port })}`);
  }
  log.info('listening', { addresses: listening.join(' '), ...(token && { tokenFile }), version, pid: process.pid });

  // A project that takes long to build keeps nobody waiting for longer than this.
  const patience = setTimeout(answer, patienceMs);
  try {
    await resume({
      record,
      runtimes,
      retain,
      command: { ...config, roots: rootsOf(config) },
      afterCrash: store.identity.previousStop === 'crash',
      crashLoop: store.identity.crashLoop,
    });
  } finally {
    clearTimeout(patience);
    answer();
  }
  greet(config, listening, token ? tokenFile : undefined, runtimes);
}

async function openRetain(store: Store, record: HostRecord, log: HostLog): Promise<RetainKeeper> {
  const { store: retainStore, reading } = await openRetainStore(store.dataDir.file('retain-main'));
  const lost = (detail: string, fallbackScan?: number): void => {
    log.warn('retained variables were lost', { detail });
    record.append('run_state', {
      kind: 'retain_lost',
      runtime: 'main',
      detail,
      ...(fallbackScan !== undefined && { fallbackScan }),
    });
  };
  if (reading.kind === 'lost') lost(reading.damage.join('; '));
  if (reading.kind === 'restored' && reading.damage.length > 0) lost(reading.damage.join('; '), reading.image.scan);
  return createRetainKeeper(retainStore, reading.kind === 'restored' ? reading.image : undefined, (error) =>
    log.error('retained variables are not on disk', { error: String(error) }),
  );
}

/** The usual port, or a free one where it is taken. */
async function listenForNewcomer(transport: GrpcTransport): ReturnType<GrpcTransport['listen']> {
  const loopback = { kind: 'tcp', host: '127.0.0.1' } as const;
  try {
    return await transport.listen({ ...loopback, port: newcomerPort });
  } catch {
    return transport.listen({ ...loopback, port: 0 });
  }
}

/** What a person at the terminal wants to know, on stdout. */
function greet(config: Config, listening: readonly string[], tokenFile: string | undefined, runtimes: Runtimes): void {
  const { mode, origin } = runtimes.get('main').status();
  const socket = config.listen.find((a) => a.kind === 'unix');
  const isDefault = socket?.path === '.plc-emu/plc-emu.sock';
  const target =
    socket && !isDefault
      ? ` --target unix:${socket.path}`
      : socket
        ? ''
        : ` --target ${listening[0]} --token-file ${tokenFile}`;
  const lines = [
    `plc-emu ${versionOf()}: ${origin ? `${origin.project} is ${mode}` : 'no project is open'}`,
    ...listening.map((address) => `  listening on ${address}`),
    ...(tokenFile === undefined ? [] : [`  token for TCP in ${tokenFile}`]),
    'Try in a second terminal:',
    `  npx plc-emu watch${target}`,
    origin ? `  npx plc-emu vars${target}` : `  npx plc-emu open examples/conveyor.xml${target}`,
    `  npx plc-emu io${target}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function rootsOf(config: Config): readonly string[] {
  return config.roots.map((root) => (isAbsolute(root) ? root : relative('', root) || '.'));
}

function sample(runtimes: Runtimes, events: EventLog, transport: GrpcTransport | undefined): HostSample {
  const { subscriptions, lagging, queuedBytes } = events.stats();
  return {
    runtimes: runtimes.list().map((runtime) => {
      const stats = runtime.stats();
      const { mode } = runtime.status();
      return {
        runtime: runtime.core.name,
        running: mode === 'RUNNING',
        faulted: mode === 'FAULTED',
        scans: stats.scans,
        missedTicks: stats.missedTicks,
        lostRecords: stats.lostRecords,
        durationP50Ns: stats.duration.p50Ns,
        durationP99Ns: stats.duration.p99Ns,
        latenessP99Ns: stats.lateness.p99Ns,
        memoryBytes: stats.memoryBytes,
      };
    }),
    subscriptions,
    lagging,
    queuedBytes,
    head: events.head(),
    connections: transport?.connections() ?? 0,
    storageFailed: events.storageFailed(),
  };
}

/** A faulted program is the user's matter; the host is well as long as it can serve and keep what it promises. */
function healthOf(runtimes: Runtimes, events: EventLog): { ok: boolean; problems: readonly string[] } {
  const problems = [
    ...(events.storageFailed() ? ['the disk refuses writes'] : []),
    ...(runtimes.find('main') ? [] : ['there is no main runtime']),
  ];
  return { ok: problems.length === 0, problems };
}

function versionOf(): string {
  const file = new URL('../../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
