import { createClient, type PlcClient } from '../../clients/node/src/index.js';
import { now } from '../support/host-control.js';
import { createRandom } from '../support/random.js';
import { createPersistent, sleep, type Client } from './persistent.js';
import { editionText, roomText } from './program.js';
import type { LogWriter } from './run-log.js';
import { numberOf } from './writer.js';

export const engineerCount = 2;

export interface EngineerOptions {
  /** From 1. */
  readonly index: number;
  readonly target: string;
  readonly log: LogWriter;
  readonly seed: number;
}

/** A scan that begins after a change of the project has ended before this, ms. */
const settlingMs = 80;

/** A client that changes the project while it runs, against another that does so too, and looks what has become of it. */
export function startEngineer({ index, target, log, seed }: EngineerOptions): Client {
  const name = `engineer${index}`;
  const random = createRandom(seed);
  const client: PlcClient = createClient({ target, name, timeoutMs: 4000 });
  const { untilAnswered, run } = createPersistent(name, log, random);
  let counter = 0;
  let revision: number | undefined;

  const patch = (expected: number): Promise<void> => {
    counter += 1;
    const id = `${name}-${seed}-${counter}`;
    const edition = counter * 10 + index;
    // Some of them are written to the file, too.
    const writeBack = random.next() < 0.4;
    const sources = [['Edition', editionText(edition)]];
    if (random.next() < 0.4) sources.push(['Room', roomText(edition)]);
    return untilAnswered({
      id,
      begin: () => log.write({ t: now(), c: name, kind: 'patch', id, edition, expected }),
      refused: ({ metadata }) => (revision = metadata.revision === undefined ? undefined : Number(metadata.revision)),
      attempt: async () => {
        const answer = await client.project.applyPatch({
          requestId: id,
          patch: {
            expectedRevision: BigInt(expected),
            edits: sources.map(([pou, source]) => ({
              edit: { case: 'putPou', value: { name: pou!, source: source! } },
            })),
          },
          writeBack,
        });
        revision = Number(answer.revision);
        log.write({ t: now(), c: name, kind: 'patched', id, revision });
      },
    });
  };
  const source = async (): Promise<{ readonly revision: number; readonly edition: number }> => {
    const { pou, revision: found } = await client.project.getPou({ name: 'Edition' });
    return { revision: Number(found), edition: Number(/:= (\d+)/.exec(pou?.source ?? '')?.[1]) };
  };
  const look = (): Promise<void> => {
    let began = 0;
    return untilAnswered({
      id: `${name}-look-${(counter += 1)}`,
      begin: () => (began = now()),
      attempt: async () => {
        const found = await source();
        log.write({ t: now(), c: name, kind: 'source', began, ...found });
        ({ revision } = found);
        const before = await client.runtime.readVariables({ paths: ['Main.Version'] });
        await sleep(settlingMs);
        const after = await client.runtime.readVariables({ paths: ['Main.Version'] });
        const again = await source();
        if (again.revision !== found.revision || after.scan < before.scan + 2n) return;
        const running = numberOf(after.variables[0]!.literal);
        log.write({ t: now(), c: name, kind: 'source', began, ...found, running });
      },
    });
  };

  return run(
    async () => {
      if (revision === undefined || random.next() < 0.4) await look();
      else await patch(revision);
      await sleep(random.next() * 300);
    },
    () => client.close(),
  );
}
