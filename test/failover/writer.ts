import { status as Status } from '@grpc/grpc-js';
import { createClient, PlcError, type Commands, type PlcClient } from '../../clients/node/src/index.js';
import { createRandom, type Random } from '../support/random.js';
import { type LogWriter, type Write } from './run-log.js';
import { now } from '../support/host-control.js';

/** A client that writes, reads and competes, one operation after the other, and repeats what was cut off under the same id. */
export interface Client {
  readonly name: string;
  /** Resolves with the first success of something begun after this call; `reopened`: on a connection opened after it. */
  current(reopened: boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface WriterOptions {
  /** 1 to 8: the number of its own variable. */
  readonly index: number;
  readonly target: string;
  readonly log: LogWriter;
  readonly seed: number;
}

const unavailable: number = Status.UNAVAILABLE;
const retryMs = 40;
const conflict = 'GENERATION_CONFLICT';

export function startWriter(options: WriterOptions): Client {
  const { index, target, log } = options;
  const name = `writer${index}`;
  const own = `Main.Own${index}`;
  const random = createRandom(options.seed);
  const client: PlcClient = createClient({ target, name, timeoutMs: 4000 });
  // Half of them write on a stream. Its own repeating would hide what this log must show.
  const stream: Commands | undefined = index % 2 === 0 ? client.commands({ timeoutMs: 4000 }) : undefined;
  let stopped = false;
  let counter = 0;
  let generation: number | undefined;
  let waiting: { readonly since: number; resolve(): void }[] = [];

  const succeeded = (began: number): void => {
    const due = waiting.filter((w) => w.since <= began);
    if (due.length === 0) return;
    waiting = waiting.filter((w) => w.since > began);
    for (const each of due) each.resolve();
  };

  /** Repeats an operation until the host has answered it. */
  const untilAnswered = async (id: string, begin: () => void, attempt: () => Promise<void>): Promise<void> => {
    while (!stopped) {
      const began = now();
      begin();
      try {
        await attempt();
        succeeded(began);
        return;
      } catch (error) {
        if (!(error instanceof PlcError)) throw error;
        const passing = error.reason === '' || error.reason === 'SHUTTING_DOWN' || error.code === unavailable;
        if (!passing) {
          const current = error.reason === conflict ? Number(error.metadata.generation) : undefined;
          log.write({
            t: now(),
            c: name,
            kind: 'refused',
            id,
            reason: error.reason,
            ...(current !== undefined && { generation: current }),
          });
          if (current !== undefined) generation = current;
          succeeded(began);
          return;
        }
        log.write({ t: now(), c: name, kind: 'lost', id, error: `${error.codeName} ${error.reason}` });
        await sleep(retryMs * (0.5 + random.next()));
      }
    }
  };

  const write = (writes: readonly Write[]): Promise<void> => {
    const id = `${name}-${options.seed}-${(counter += 1)}`;
    return untilAnswered(
      id,
      () => log.write({ t: now(), c: name, kind: 'write', id, writes }),
      async () => {
        const request = {
          requestId: id,
          writes: writes.map(([path, value, expected]) => ({
            path,
            value: { kind: { case: 'literal' as const, value: String(value) } },
            ...(expected !== undefined && { expectedGeneration: BigInt(expected) }),
          })),
        };
        const answer = await (stream ? stream.write(request) : client.runtime.writeVariables(request));
        const results = answer.results.map((r) => [r.path, Number(r.generation)] as const);
        log.write({
          t: now(),
          c: name,
          kind: 'done',
          id,
          sequence: Number(answer.sequence),
          scan: Number(answer.scan),
          results,
        });
        if (writes[0]![0] === 'Main.Shared') generation = results[0]![1];
      },
    );
  };
  const read = (): Promise<void> => {
    const id = `${name}-read-${(counter += 1)}`;
    let began = 0;
    return untilAnswered(
      id,
      () => (began = now()),
      async () => {
        const request = { paths: ['Main.Shared', own] };
        const { variables, scan } = await (stream ? stream.read(request) : client.runtime.readVariables(request));
        const values = variables.map((v) => [v.path, numberOf(v.literal), Number(v.generation)] as const);
        log.write({ t: now(), c: name, kind: 'read', began, scan: Number(scan), values });
        generation = values[0]![2];
      },
    );
  };
  const command = (which: 'start' | 'stop'): Promise<void> => {
    const id = `${name}-${options.seed}-${which}-${(counter += 1)}`;
    return untilAnswered(
      id,
      () => log.write({ t: now(), c: name, kind: 'command', id, command: which }),
      async () => {
        const { sequence, state } = await client.runtime[which]({ requestId: id });
        log.write({
          t: now(),
          c: name,
          kind: 'done',
          id,
          sequence: Number(sequence),
          scan: Number(state?.scan ?? 0n),
          results: [],
        });
      },
    );
  };

  /** Unique among all writers and operations. */
  const value = (): number => (counter + 1) * 1000 + index;
  const step = async (): Promise<void> => {
    const choice = random.next();
    if (choice < 0.35) await write([[own, value()]]);
    else if (choice < 0.6 && generation !== undefined) await write([['Main.Shared', value(), generation]]);
    else if (choice < 0.75) {
      const twin = value();
      await write([
        ['Main.TwinA', twin],
        ['Main.TwinB', twin],
      ]);
    } else if (choice < 0.8) await write([['Main.InW', Math.floor(random.next() * 30_000)]]);
    else if (choice < 0.83) await write([['Main.Shared', value()]]);
    else if (choice < 0.84 && index === 1) {
      await command('stop');
      await sleep(20);
      await command('start');
    } else await read();
  };
  const done = (async () => {
    while (!stopped) {
      await step();
      await sleep(pauseMs(random));
    }
  })();

  return {
    name,
    current: () => new Promise((resolve) => waiting.push({ since: now(), resolve })),
    stop: async () => {
      stopped = true;
      client.close();
      await done;
    },
  };
}

function pauseMs(random: Random): number {
  return random.next() < 0.3 ? 0 : random.next() * 60;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** `LINT#12` or `12`. */
export function numberOf(literal: string): number {
  return Number(literal.slice(literal.lastIndexOf('#') + 1));
}
