import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient, type PlcClient } from '../../clients/node/src/index.js';

/** A real `plc-emu host` in a process of its own, in a directory of its own. */
export interface HostProcess {
  readonly directory: string;
  /** `unix:PATH` of its socket. */
  readonly target: string;
  readonly process: ChildProcess;
  /** All it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** A client of the socket; closed by `dispose`. */
  client(name?: string): PlcClient;
  /** Writes a file below its directory; gives the path. */
  file(name: string, content: string): Promise<string>;
  /** Sends the signal and waits for the end; gives the exit code (null after a signal that killed it) and the time it took. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly ms: number }>;
  /** Ends what is left and removes the directory. */
  dispose(): Promise<void>;
}

export interface HostProcessOptions {
  readonly args?: readonly string[];
  /** A command that runs the command behind it. */
  readonly via?: readonly string[];
  /** Files made before the start. */
  readonly files?: Readonly<Record<string, string>>;
  /** An earlier host's directory; kept by `dispose` of this one only where `keep`. */
  readonly directory?: string;
  readonly keep?: boolean;
}

const launcher = resolve(import.meta.dirname, '../../clients/cli/bin/plc-emu.js');

/** Starts a host and waits until it serves. Throws with its stderr where it ends instead. */
export async function startHost(options: HostProcessOptions = {}): Promise<HostProcess> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'plc-emu-')));
  for (const [name, content] of Object.entries(options.files ?? {})) await writeFile(join(directory, name), content);
  const command = [...(options.via ?? []), process.execPath, launcher, 'host', ...(options.args ?? [])];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const clients: PlcClient[] = [];

  await new Promise<void>((ready, failed) => {
    const timer = setTimeout(() => failed(new Error(`the host does not start:\n${out}\n${err}`)), 15_000);
    child.stdout.on('data', () => {
      if (!out.includes('Try in a second terminal:')) return;
      clearTimeout(timer);
      ready();
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      failed(new Error(`the host ended with ${code}:\n${err}`));
    });
  });

  const target = `unix:${join(directory, '.plc-emu', 'plc-emu.sock')}`;
  return {
    directory,
    target,
    process: child,
    stdout: () => out,
    stderr: () => err,
    client(name = 'test') {
      const client = createClient({ target, name });
      clients.push(client);
      return client;
    },
    async file(name, content) {
      const path = join(directory, name);
      await writeFile(path, content);
      return path;
    },
    async stop(signal = 'SIGTERM') {
      const began = performance.now();
      child.kill(signal);
      const code = await exited;
      return { code, ms: performance.now() - began };
    },
    async dispose() {
      for (const client of clients) client.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await exited;
      }
      if (options.keep !== true) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Runs a host that is expected to end by itself, and gives how. */
export async function runHostToEnd(
  args: readonly string[],
  directory?: string,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const cwd = directory ?? (await mkdtemp(join(tmpdir(), 'plc-emu-')));
  try {
    const child = spawn(process.execPath, [launcher, 'host', ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    const code = await new Promise<number | null>((done) => child.once('exit', done));
    clearTimeout(timer);
    return { code, stderr };
  } finally {
    if (directory === undefined) await rm(cwd, { recursive: true, force: true });
  }
}
