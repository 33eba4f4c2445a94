import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { ClientOrder, ClientReport } from './client-main.js';
import { root, now } from '../support/host-control.js';
import { engineerCount } from './engineer.js';
import { writerCount } from './program.js';
import { type LogWriter } from './run-log.js';
import { watcherCount } from './watcher.js';

/** The eight writers, twelve watchers and two engineers of a run, in four processes of their own; each has a connection of its own. */
export interface ClientProcesses {
  readonly logFiles: readonly string[];
  /**
   * Resolves when each client has got through with something begun after this call; after 40 s in any case. `reopened`: the host is
   * another, so only connections count that are newer.
   */
  current(reopened: boolean): Promise<void>;
  stop(): Promise<void>;
  kill(): void;
}

export interface ClientProcessesOptions {
  readonly directory: string;
  readonly target: string;
  readonly seed: number;
  readonly fault?: string;
  readonly log: LogWriter;
}

const mostWaitMs = 40_000;
const range = (count: number, from: number): number[] => Array.from({ length: count }, (_, i) => from + i);

export function startClients({ directory, target, seed, fault, log }: ClientProcessesOptions): ClientProcesses {
  const writers = range(writerCount, 1);
  const watchers = range(watcherCount, 0);
  const engineers = range(engineerCount, 1);
  const names = [
    ...writers.map((i) => `writer${i}`),
    ...watchers.map((i) => `watcher${i + 1}`),
    ...engineers.map((i) => `engineer${i}`),
  ];
  const parts = [
    { writers: writers.slice(0, 4), watchers: watchers.slice(0, 3), engineers: [] },
    { writers: writers.slice(4), watchers: watchers.slice(3, 5), engineers: [] },
    { writers: [], watchers: watchers.slice(5, 9), engineers: engineers.slice(0, 1) },
    { writers: [], watchers: watchers.slice(9), engineers: engineers.slice(1) },
  ];
  const logFiles = parts.map((_, i) => join(directory, `clients-${i + 1}.jsonl`));
  let mark = 0;
  let missing = new Set<string>();
  let done: () => void = () => undefined;

  const hear = (report: ClientReport): void => {
    if (report.kind === 'defect') {
      process.stderr.write(`a client has a defect: ${report.message}\n`);
      return;
    }
    if (report.mark !== mark) return;
    missing.delete(report.client);
    log.write({ t: now(), kind: 'recovered', mark, c: report.client });
    if (missing.size === 0) done();
  };
  const children: ChildProcess[] = parts.map((part, i) => {
    const child = fork(join(root, 'dist-faults/test/failover/client-main.js'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...(fault !== undefined && { PLC_EMU_FAULT: fault }) },
    });
    child.on('message', hear);
    tell(child, { kind: 'begin', target, logFile: logFiles[i]!, ...part, seed: seed * 1000 + i * 10 });
    return child;
  });
  return {
    logFiles,
    async current(reopened) {
      mark += 1;
      missing = new Set(names);
      log.write({ t: now(), kind: 'asked', mark, clients: names });
      const all = new Promise<void>((resolve) => (done = resolve));
      for (const child of children) tell(child, { kind: 'report', mark, reopened });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, mostWaitMs)));
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
