import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** What is measured of one runtime at the time of a scrape. Durations are nanoseconds. */
export interface RuntimeSample {
  readonly runtime: string;
  readonly running: boolean;
  readonly faulted: boolean;
  readonly scans: number;
  readonly missedTicks: number;
  readonly lostRecords: number;
  readonly durationP50Ns: number;
  readonly durationP99Ns: number;
  readonly latenessP99Ns: number;
  readonly memoryBytes: number;
}
export interface HostSample {
  readonly runtimes: readonly RuntimeSample[];
  readonly subscriptions: number;
  readonly lagging: number;
  readonly queuedBytes: number;
  readonly head: bigint;
  readonly connections: number;
  readonly storageFailed: boolean;
}

export interface Metrics {
  /** A call has ended with a gRPC code after some seconds. */
  called(method: string, code: number, seconds: number): void;
  /** Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics of a host; `sample` is asked at each scrape. */
export function createMetrics(sample: () => HostSample): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name: `plcemu_${name}`, help, labelNames, registers: [registry] });
  const running = gauge('runtime_running', '1 while the runtime scans', ['runtime']);
  const faulted = gauge('runtime_faulted', '1 while the runtime is FAULTED', ['runtime']);
  const scans = gauge('scans', 'Scans since the program was loaded', ['runtime']);
  const missed = gauge('scans_missed', 'Ticks that were left out', ['runtime']);
  const lost = gauge('records_lost', 'Change records lost between engine and log', ['runtime']);
  const duration = gauge('scan_duration_seconds', 'Time in a scan', ['runtime', 'quantile']);
  const lateness = gauge('scan_lateness_seconds', 'How late scans begin', ['runtime', 'quantile']);
  const memory = gauge('runtime_memory_bytes', 'Linear memory of the program', ['runtime']);
  const subscriptions = gauge('subscriptions', 'Watches open');
  const lagging = gauge('subscriptions_lagging', 'Watches that read from the log');
  const queued = gauge('subscription_queue_bytes', 'Encoded messages held for watches');
  const head = gauge('event_head', 'Sequence of the newest event');
  const connections = gauge('connections', 'Connections open');
  const storage = gauge('storage_failed', '1 while the disk refuses writes');
  const calls = new Counter({
    name: 'plcemu_calls_total',
    help: 'Unary calls by method and gRPC code',
    labelNames: ['method', 'code'],
    registers: [registry],
  });
  const seconds = new Counter({
    name: 'plcemu_call_seconds_total',
    help: 'Time spent in unary calls',
    labelNames: ['method'],
    registers: [registry],
  });
  const longest = gauge('call_seconds_max', 'Longest unary call since the last scrape', ['method']);
  // Counted in plain objects: labels are looked up at a scrape, not at every call.
  const counted = new Map<string, { seconds: number; longest: number; readonly codes: Map<number, number> }>();
  const flushCalls = (): void => {
    longest.reset();
    for (const [method, entry] of counted) {
      for (const [code, count] of entry.codes) calls.inc({ method, code: String(code) }, count);
      seconds.inc({ method }, entry.seconds);
      longest.set({ method }, entry.longest);
    }
    counted.clear();
  };

  const refresh = (): void => {
    flushCalls();
    const now = sample();
    for (const each of [running, faulted, scans, missed, lost, duration, lateness, memory]) each.reset();
    for (const r of now.runtimes) {
      const { runtime } = r;
      running.set({ runtime }, r.running ? 1 : 0);
      faulted.set({ runtime }, r.faulted ? 1 : 0);
      scans.set({ runtime }, r.scans);
      missed.set({ runtime }, r.missedTicks);
      lost.set({ runtime }, r.lostRecords);
      duration.set({ runtime, quantile: '0.5' }, r.durationP50Ns / 1e9);
      duration.set({ runtime, quantile: '0.99' }, r.durationP99Ns / 1e9);
      lateness.set({ runtime, quantile: '0.99' }, r.latenessP99Ns / 1e9);
      memory.set({ runtime }, r.memoryBytes);
    }
    subscriptions.set(now.subscriptions);
    lagging.set(now.lagging);
    queued.set(now.queuedBytes);
    head.set(Number(now.head));
    connections.set(now.connections);
    storage.set(now.storageFailed ? 1 : 0);
  };
  return {
    contentType: registry.contentType,
    called: (method, code, took) => {
      let entry = counted.get(method);
      if (!entry) counted.set(method, (entry = { seconds: 0, longest: 0, codes: new Map() }));
      entry.seconds += took;
      if (took > entry.longest) entry.longest = took;
      entry.codes.set(code, (entry.codes.get(code) ?? 0) + 1);
    },
    text: () => {
      refresh();
      return registry.metrics();
    },
  };
}
