import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { createClient, type PlcClient } from '../../clients/node/src/index.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';

/** Milliseconds since 1970, in fractions. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Which compiled tree runs: as released, or with failpoints and seeded faults in it. */
export type Build = 'dist' | 'dist-faults';

export const root = resolve(import.meta.dirname, import.meta.dirname.includes('/dist') ? '../../..' : '../..');

/** One life of a host in a directory of its own. */
export interface HostLife {
  readonly process: ChildProcess;
  /** Resolves with the exit code or signal. */
  readonly exited: Promise<number | string>;
  readonly running: () => boolean;
  /** When it ended, ms since 1970; the present while it runs. */
  endedAt(): number;
  stderr(): string;
}

export interface HostOptions {
  readonly build: Build;
  readonly directory: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Prefix that starts the process: `['prlimit', '--nofile=64']`. */
  readonly wrap?: readonly string[];
}

export function launch(options: HostOptions): HostLife {
  const runner = join(root, options.build, 'test/support/run-host.js');
  const command = [...(options.wrap ?? []), process.execPath, runner, ...options.args];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: options.directory,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.pipe(createWriteStream(join(options.directory, 'host.log'), { flags: 'a' }));
  child.stderr.on('data', (chunk: Buffer) => (err = (err + chunk.toString()).slice(-100_000)));
  let running = true;
  let endedAt: number | undefined;
  const exited = new Promise<number | string>((done) =>
    child.once('exit', (code, signal) => {
      running = false;
      endedAt = now();
      done(signal ?? code ?? 0);
    }),
  );
  return { process: child, exited, running: () => running, endedAt: () => endedAt ?? now(), stderr: () => err };
}

export interface Serving {
  readonly epoch: string;
  readonly mode: string;
  readonly head: bigint;
}

/** Waits until a host answers and its project is open; gives undefined where it has ended meanwhile. */
export async function untilServing(
  life: HostLife,
  client: PlcClient,
  timeoutMs: number,
  accept: (mode: RunMode) => boolean = (mode) => mode === RunMode.RUNNING || mode === RunMode.STOPPED,
): Promise<Serving | undefined> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  while (life.running()) {
    try {
      const { state } = await client.runtime.getState({}, { timeoutMs: 1000 });
      if (state && accept(state.mode)) {
        const { epoch, head } = await client.diagnostics.getHost({}, { timeoutMs: 1000 });
        return { epoch, mode: RunMode[state.mode], head };
      }
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`the host does not serve: ${String(last)}\n${life.stderr()}`);
    await new Promise((done) => setTimeout(done, 15));
  }
  return undefined;
}

export function clientOf(directory: string, name: string): PlcClient {
  return createClient({ target: socketOf(directory), name, timeoutMs: 4000 });
}

export function socketOf(directory: string): string {
  return `unix:${join(directory, 'data', 'plc-emu.sock')}`;
}
