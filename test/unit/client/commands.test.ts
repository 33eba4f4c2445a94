import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { CommandRequestSchema, CommandResponseSchema, RuntimeService } from '../../../proto/plcemu/v1/runtime_pb.js';
import type { Commands } from '../../../clients/node/src/index.js';
import { startStubHost, type StubHost } from './stub-host.js';

/** A message as it came, and the commands in it. */
interface Message {
  readonly sizeBytes: number;
  readonly ids: readonly bigint[];
}

const mebibyte = 1024 * 1024;
let host: StubHost;
let commands: Commands;
/** By stream. The first is dropped when it has had `count` commands, before it has answered one. */
let streams: Message[][];
let count: number;
beforeEach(async () => {
  streams = [];
  host = await startStubHost(RuntimeService.method.command, (call) => {
    const messages: Message[] = [];
    streams.push(messages);
    const isFirst = streams.length === 1;
    call.on('data', (bytes: Buffer) => {
      const first = fromBinary(CommandRequestSchema, bytes);
      const ids = [first, ...first.more].map((command) => command.id);
      messages.push({ sizeBytes: bytes.length, ids });
      if (isFirst) {
        if (ids.includes(BigInt(count))) call.emit('error', { code: 14, details: 'Gone.' });
        return;
      }
      for (const id of ids) {
        const answer = create(CommandResponseSchema, { id, result: { case: 'write', value: {} } });
        (call as ServerDuplexStream<Buffer, Buffer>).write(Buffer.from(toBinary(CommandResponseSchema, answer)));
      }
    });
  });
  commands = host.client.commands();
});
afterEach(() => host.dispose());

it.each([
  ['small', 10, 600, 256],
  ['large', 20_000, 600, 52],
  ['very large', 1_500_000, 3, 1],
])(
  'commands of one turn that are %s go together up to 256 and 1 MiB, also when they are sent again',
  async (_, sizeBytes, given, together) => {
    count = given;
    const value = { kind: { case: 'literal' as const, value: 'x'.repeat(sizeBytes) } };
    const all = Array.from({ length: count }, (_each, i) => BigInt(i + 1));
    await Promise.all(all.map(() => commands.write({ writes: [{ path: 'Main.Text', value }] })));
    expect(streams).toHaveLength(2);
    for (const messages of streams) {
      expect(messages.flatMap((message) => message.ids)).toEqual(all);
      expect(Math.max(...messages.map(({ ids }) => ids.length))).toBe(together);
      for (const message of messages)
        expect(message.sizeBytes).toBeLessThan(Math.max(1.01 * mebibyte, 1.01 * sizeBytes));
    }
  },
);

it('commands under way when the client is closed, and later ones, end with CLIENT_CLOSED', async () => {
  count = 2;
  const underWay = commands.read({ paths: ['Main.Text'] });
  host.client.close();
  await expect(underWay).rejects.toMatchObject({ codeName: 'CANCELLED', reason: 'CLIENT_CLOSED' });
  await expect(commands.read({ paths: ['Main.Text'] })).rejects.toMatchObject({ reason: 'CLIENT_CLOSED' });
});
