import { createClient, type Commands, type PlcClient } from '../../clients/node/src/index.js';
import { createRandom, type Random } from '../support/random.js';
import { now } from '../support/host-control.js';
import { createPersistent, sleep, type Client } from './persistent.js';
import { type LogWriter, type Write } from './run-log.js';

export interface WriterOptions {
  /** 1 to 8: the number of its own variable. */
  readonly index: number;
  readonly target: string;
  readonly log: LogWriter;
  readonly seed: number;
}

const conflict = 'GENERATION_CONFLICT';

export function startWriter(options: WriterOptions): Client {
  const { index, target, log } = options;
  const name = `writer${index}`;
  const own = `Main.Own${index}`;
  const random = createRandom(options.seed);
  const client: PlcClient = createClient({ target, name, timeoutMs: 4000 });
  // Half of them write on a stream. Its own repeating would hide what this log must show.
  const stream: Commands | undefined = index % 2 === 0 ? client.commands({ timeoutMs: 4000 }) : undefined;
  let counter = 0;
  let generation: number | undefined;
  const { untilAnswered, run } = createPersistent(name, log, random);

  const write = (writes: readonly Write[]): Promise<void> => {
    const id = `${name}-${options.seed}-${(counter += 1)}`;
    return untilAnswered({
      id,
      begin: () => log.write({ t: now(), c: name, kind: 'write', id, writes }),
      refused: (error) => (error.reason === conflict ? (generation = Number(error.metadata.generation)) : undefined),
      attempt: async () => {
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
    });
  };
  const read = (): Promise<void> => {
    const id = `${name}-read-${(counter += 1)}`;
    let began = 0;
    return untilAnswered({
      id,
      begin: () => (began = now()),
      attempt: async () => {
        const request = { paths: ['Main.Shared', own] };
        const { variables, scan } = await (stream ? stream.read(request) : client.runtime.readVariables(request));
        const values = variables.map((v) => [v.path, numberOf(v.literal), Number(v.generation)] as const);
        log.write({ t: now(), c: name, kind: 'read', began, scan: Number(scan), values });
        generation = values[0]![2];
      },
    });
  };
  const command = (which: 'start' | 'stop'): Promise<void> => {
    const id = `${name}-${options.seed}-${which}-${(counter += 1)}`;
    return untilAnswered({
      id,
      begin: () => log.write({ t: now(), c: name, kind: 'command', id, command: which }),
      attempt: async () => {
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
    });
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
  return run(
    async () => {
      await step();
      await sleep(pauseMs(random));
    },
    () => client.close(),
  );
}

function pauseMs(random: Random): number {
  return random.next() < 0.3 ? 0 : random.next() * 60;
}

/** `LINT#12` or `12`. */
export function numberOf(literal: string): number {
  return Number(literal.slice(literal.lastIndexOf('#') + 1));
}
