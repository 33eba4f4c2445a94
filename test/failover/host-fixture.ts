import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type PlcClient } from '../../clients/node/src/index.js';
import { RunStateChange, type Event } from '../../proto/plcemu/v1/event_pb.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { clientOf, launch, untilServing, type Build, type HostLife } from '../support/host-control.js';
import { programFile, programText } from './program.js';
import type { DiskFaults } from './write-back-disk.js';

/** A host in a directory of its own, for tests that damage what is below or around it. */
export interface HostFixture {
  readonly directory: string;
  readonly life: HostLife;
  readonly client: PlcClient;
  /** kill -9, and what is left behind. */
  crash(): Promise<void>;
  stop(): Promise<number | string>;
}

export interface FixtureOptions {
  /** Made where it is missing. */
  readonly directory?: string;
  readonly build?: Build;
  readonly program?: string;
  readonly args?: readonly string[];
  readonly disk?: Partial<DiskFaults>;
  readonly wrap?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the socket; default: in the data directory. */
  readonly socket?: string;
  /** Default: the program runs. */
  readonly start?: boolean;
}

export async function startFixture(options: FixtureOptions = {}): Promise<HostFixture> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'plc-host-')));
  await writeFile(join(directory, programFile), options.program ?? programText);
  const start = options.start ?? true;
  const life = launch({
    build: options.build ?? 'dist-faults',
    directory,
    args: [
      programFile,
      '--data-dir',
      'data',
      '--scan-interval',
      '10ms',
      ...(start ? ['--start'] : []),
      ...(options.socket === undefined ? [] : ['--listen', `unix:${options.socket}`]),
      ...(options.args ?? []),
    ],
    env: { ...(options.disk && { PLC_EMU_DISK: JSON.stringify(options.disk) }), ...options.env },
    ...(options.wrap && { wrap: options.wrap }),
  });
  const client =
    options.socket === undefined
      ? clientOf(directory, 'tester')
      : createClient({ target: `unix:${options.socket}`, name: 'tester', timeoutMs: 4000 });
  try {
    const wanted = start ? [RunMode.RUNNING] : [RunMode.RUNNING, RunMode.STOPPED];
    if (!(await untilServing(life, client, 30_000, (mode) => wanted.includes(mode))))
      throw new Error(`the host ended:\n${life.stderr()}`);
  } catch (error) {
    client.close();
    life.process.kill('SIGKILL');
    throw error;
  }
  const end = async (signal: NodeJS.Signals): Promise<number | string> => {
    client.close();
    life.process.kill(signal);
    return life.exited;
  };
  return {
    directory,
    life,
    client,
    crash: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}

export function removeDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true });
}

/** A copy of a directory as a killed host has left it; its lock names a process that is no more. */
export async function copyOf(directory: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'plc-host-'));
  await cp(join(directory, 'data'), join(copy, 'data'), { recursive: true, filter: (path) => !path.endsWith('.sock') });
  return copy;
}

/** What a host tells of its past: all durable run state events that it still has, oldest first, up to the present. */
export async function pastOf(client: PlcClient): Promise<Event[]> {
  const { head } = await client.diagnostics.getHost();
  const events: Event[] = [];
  for await (const item of client.watch({ classes: ['run_state'], start: 'earliest' })) {
    if (item.kind === 'events') events.push(...item.events.map(({ event }) => event));
    if ((item.kind === 'events' || item.kind === 'progress') && item.sequence >= head) break;
  }
  return events;
}

/** The events of one change. */
export function changesIn(
  events: readonly Event[],
  change: RunStateChange,
): Extract<Event['payload'], { case: 'runState' }>['value'][] {
  return events.flatMap(({ payload }) =>
    payload.case === 'runState' && payload.value.change === change ? [payload.value] : [],
  );
}
