import type { Commands, PlcClient } from '../../clients/node/src/index.js';
import { WatchStart } from '../../proto/plcemu/v1/stream_pb.js';
import { eventually } from '../support/eventually.js';
import { refusal } from '../support/refusal.js';
import { startHost, type HostProcess } from '../support/host-process.js';

let host: HostProcess;
let client: PlcClient;
beforeAll(async () => {
  host = await startHost({
    files: {
      'main.st': 'PROGRAM Main VAR Count : DINT; Text : STRING[32000]; END_VAR Count := Count + 1; END_PROGRAM',
    },
    args: ['main.st', '--scan-interval', '10ms'],
  });
  client = host.client('calls');
});
afterAll(() => host.dispose());

const never = new Promise<never>(() => undefined);

describe('an upload', () => {
  it('that the host refuses ends at once, and its source is closed, though both of its sides hang', async () => {
    const chunk = { piece: { case: 'chunk' as const, value: { name: 'p.st' } } };
    const pieces = [Promise.resolve({ done: false, value: chunk }), never];
    let closed = 0;
    const source: AsyncIterable<typeof chunk> = {
      [Symbol.asyncIterator]: () => ({
        next: () => pieces.shift()!,
        return: () => {
          closed += 1;
          return never;
        },
      }),
    };
    const error = await refusal(client.project.uploadProject(source));
    expect([error.codeName, error.reason]).toEqual(['INVALID_ARGUMENT', 'INVALID_REQUEST']);
    await eventually(() => closed === 1);
  });
});

describe('a stream of commands', () => {
  let commands: Commands;
  beforeEach(() => {
    commands = client.commands({ timeoutMs: 3000 });
  });
  afterEach(() => commands.close());

  it.each([
    ['can not be encoded', { case: 'uintValue' as const, value: -1n }, 'INVALID_ARGUMENT', 'INVALID_REQUEST'],
    [
      'is larger than a message',
      { case: 'stringValue' as const, value: 'x'.repeat(5_000_000) },
      'RESOURCE_EXHAUSTED',
      'TOO_LARGE',
    ],
  ])('refuses a command that %s, and no other', async (_, kind, codeName, reason) => {
    const before = commands.read({ paths: ['Main.Count'] });
    const bad = commands.write({ writes: [{ path: 'Main.Count', value: { kind } }] });
    const after = commands.read({ paths: ['Main.Count'] });
    await expect(bad).rejects.toMatchObject({ name: 'PlcError', codeName, reason });
    expect((await before).variables).toHaveLength(1);
    expect((await after).variables).toHaveLength(1);
    expect(commands.stats.reconnects).toBe(0);
  });

  it('takes many commands of one turn that are larger together than a message', async () => {
    const text = 'x'.repeat(20_000);
    const value = { kind: { case: 'stringValue' as const, value: text } };
    const answers = Array.from({ length: 256 }, () => commands.write({ writes: [{ path: 'Main.Text', value }] }));
    await Promise.all(answers);
    const { variables } = await commands.read({ paths: ['Main.Text'] });
    expect(variables[0]!.literal).toBe(`'${text}'`);
    expect(commands.stats.reconnects).toBe(0);
  });
});

it('a bidirectional call whose responses are left takes no more', async () => {
  const call = client.runtime.command();
  const read = { command: { case: 'read' as const, value: { paths: ['Main.Count'] } } };
  await call.send({ id: 1n, ...read });
  for await (const { id } of call.responses) {
    expect(id).toBe(1n);
    break;
  }
  await expect(call.send({ id: 2n, ...read })).rejects.toMatchObject({ name: 'PlcError', codeName: 'CANCELLED' });
});

describe('closing the client', () => {
  const underWay: readonly [what: string, use: (client: PlcClient, begun: () => void) => Promise<unknown>][] = [
    [
      'a call',
      (own, begun) => {
        const answer = own.runtime.runUntil({ condition: 'Main.Count < 0', limit: { seconds: 5n } });
        // The host has that, too, when it has answered this.
        void own.runtime.getState().then(begun);
        return answer;
      },
    ],
    [
      'a stream of requests',
      (own, begun) =>
        own.project.uploadProject(
          (async function* () {
            yield { piece: { case: 'open' as const, value: {} } };
            begun();
            await never;
          })(),
        ),
    ],
    [
      'a stream of responses',
      async (own, begun) => {
        for await (const _ of own.runtime.watch({ options: { start: { case: 'at', value: WatchStart.LATEST } } })) {
          begun();
        }
      },
    ],
    [
      'a bidirectional call',
      async (own, begun) => {
        const call = own.runtime.command();
        await call.send({ id: 1n, command: { case: 'read', value: { paths: ['Main.Count'] } } });
        for await (const _ of call.responses) begun();
      },
    ],
  ];

  it.each(underWay)('ends %s that is under way with CLIENT_CLOSED, at once', async (_, use) => {
    const own = host.client('closed');
    let error: Promise<unknown> | undefined;
    await new Promise<void>((begun) => void (error = refusal(use(own, begun))));
    const began = performance.now();
    own.close();
    expect(await error).toMatchObject({ name: 'PlcError', codeName: 'CANCELLED', reason: 'CLIENT_CLOSED' });
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
