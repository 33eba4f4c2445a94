import { create, fromBinary } from '@bufbuild/protobuf';
import {
  CommandRequestSchema,
  CommandResponseSchema,
  type CommandRequest,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import { createCommandStream, type LifeCycleCalls } from '../../../server/src/services/command.js';
import type { CallContext, EncodedStream } from '../../../server/src/services/registry.js';
import type { Rooms } from '../../../server/src/services/rooms.js';
import type { VariableCalls } from '../../../server/src/services/variable-calls.js';

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
const variables = { read: () => new Uint8Array(0) } as unknown as VariableCalls;

/** A client that sends reads without end, or up to `last`. */
function open(last = Infinity): { readonly stream: EncodedStream; readonly sent: () => number } {
  let id = 0;
  async function* requests(): AsyncGenerator<CommandRequest> {
    while (id < last) {
      id += 1;
      if (id % 50 === 0) await turn();
      yield create(CommandRequestSchema, { id: BigInt(id), command: { case: 'read', value: { paths: ['a'] } } });
    }
  }
  const stream = createCommandStream({} as Rooms, variables, {} as LifeCycleCalls)(requests(), {} as CallContext);
  return { stream: stream as EncodedStream, sent: () => id };
}

describe('a command stream', () => {
  it('takes no more from a client that does not take its answers', async () => {
    const { stream, sent } = open();
    for (let i = 0; i < 2000; i += 1) await turn();
    const held = sent();
    expect(held).toBeLessThanOrEqual(257);
    for (let i = 0; i < 10; i += 1) expect(stream.take()).toBeDefined();
    for (let i = 0; i < 100; i += 1) await turn();
    expect(sent()).toBe(held + 10);
    stream.close();
  });

  it('gives every answer once, behind the room of the transport, and ends after the last', async () => {
    const { stream } = open(1000);
    const ids: bigint[] = [];
    while (!stream.ended()) {
      const bytes = stream.take(5)?.head;
      if (bytes) ids.push(fromBinary(CommandResponseSchema, bytes.subarray(5)).id);
      else if (!stream.ended()) await new Promise<void>((ready) => stream.onReady(ready));
    }
    expect(ids).toEqual(Array.from({ length: 1000 }, (_, at) => BigInt(at + 1)));
    expect(stream.ended()).toEqual({ error: undefined });
  });

  it('begins commands of one message in their order, and answers them together', async () => {
    const more = Array.from({ length: 99 }, (_, at) => read(at + 2));
    const { ids, messages } = await answersTo([create(CommandRequestSchema, { ...read(1), more }), read(101)]);
    expect(ids).toEqual(Array.from({ length: 101 }, (_, at) => [BigInt(at + 1), 'read']));
    // A client that sends its commands alone gets their answers alone.
    expect(messages).toBe(2);
  });

  it('refuses commands beyond those that a message may have, and those within others', async () => {
    const tooMany = create(CommandRequestSchema, {
      ...read(1),
      more: Array.from({ length: 256 }, (_, at) => read(at + 2)),
    });
    const { ids } = await answersTo([
      tooMany,
      create(CommandRequestSchema, { ...read(1000), more: [{ ...read(1001), more: [read(1002)] }] }),
    ]);
    expect(ids.filter(([, result]) => result === 'error').map(([id]) => id)).toEqual([257n, 1001n]);
    expect(ids).toHaveLength(259);
  });
});

const read = (id: number): CommandRequest =>
  create(CommandRequestSchema, { id: BigInt(id), command: { case: 'read', value: { paths: ['a'] } } });

/** Ids and kinds of all answers, and in how many messages they came. */
async function answersTo(
  requests: readonly CommandRequest[],
): Promise<{ readonly ids: readonly (readonly [bigint, string | undefined])[]; readonly messages: number }> {
  async function* sent(): AsyncGenerator<CommandRequest> {
    yield* requests;
    await turn();
  }
  const rooms = { record: { log: { error: () => undefined } } } as unknown as Rooms;
  const stream = createCommandStream(
    rooms,
    variables,
    {} as LifeCycleCalls,
  )(sent(), {} as CallContext) as EncodedStream;
  const ids: [bigint, string | undefined][] = [];
  let messages = 0;
  while (!stream.ended()) {
    const bytes = stream.take()?.head;
    if (bytes) {
      const answer = fromBinary(CommandResponseSchema, bytes);
      for (const { id, result } of [answer, ...answer.more]) ids.push([id, result.case]);
      messages += 1;
    } else if (!stream.ended()) await new Promise<void>((ready) => stream.onReady(ready));
  }
  return { ids, messages };
}
