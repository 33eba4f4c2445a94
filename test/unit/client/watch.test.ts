import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { createWatch, type WatchRequestOptions } from '../../../clients/node/src/watch.js';
import type { WatchItem } from '../../../clients/node/src/watch-item.js';
import {
  WatchResponseSchema,
  type WatchRequestSchema,
  type WatchResponse,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import type { StreamMessageSchema } from '../../../proto/plcemu/v1/stream_pb.js';

type Message = MessageInitShape<typeof StreamMessageSchema>;
type Request = MessageInitShape<typeof WatchRequestSchema>;

const cursorOf = (sequence: number): Uint8Array => Uint8Array.of(sequence);
const opened: Message = {
  message: { case: 'opened', value: { sequence: 0n, cursor: cursorOf(0), epoch: '1-a' } },
};
/** Progress to a sequence, as the delivery after `delivery - 1` others. */
const progress = (delivery: number, sequence: number, previous = sequence - 1): Message => ({
  delivery: BigInt(delivery),
  previous: BigInt(previous),
  message: { case: 'progress', value: { sequence: BigInt(sequence), cursor: cursorOf(sequence) } },
});

/** A watch of a host that says these messages, connection by connection; the last connection again for all further ones. */
function watchOf(connections: readonly (readonly Message[])[], options: WatchRequestOptions = {}) {
  const requests: Request[] = [];
  const watch = createWatch(
    {
      watch: (request: Request): AsyncIterable<WatchResponse> => {
        const messages = connections[Math.min(requests.length, connections.length - 1)]!;
        requests.push(request);
        return (async function* () {
          for (const message of messages) yield await Promise.resolve(create(WatchResponseSchema, { message }));
        })();
      },
    } as unknown as Parameters<typeof createWatch>[0],
    options,
  );
  return { watch, requests };
}

async function all(watch: AsyncIterable<WatchItem>, into: WatchItem[] = []): Promise<WatchItem[]> {
  for await (const item of watch) into.push(item);
  return into;
}

describe('without reconnect', () => {
  it('a message that does not fit ends the loop with an error', async () => {
    const { watch } = watchOf([[opened, progress(2, 1)]], { reconnect: false });
    await expect(all(watch)).rejects.toMatchObject({ code: 15, reason: 'BROKEN_STREAM' });
    expect(watch.stats.violations).toBe(1);
  });

  it('a stream that ends without a word does, too', async () => {
    const { watch } = watchOf([[opened, progress(1, 1)]], { reconnect: false });
    await expect(all(watch)).rejects.toMatchObject({ code: 14 });
  });
});

describe('a stream that does not fit', () => {
  it('is opened again at the cursor', async () => {
    const { watch, requests } = watchOf([
      [opened, progress(1, 1), progress(3, 2)],
      [{ message: { case: 'opened', value: { sequence: 1n, cursor: cursorOf(1) } } }, progress(1, 2)],
    ]);
    const iterator = watch[Symbol.asyncIterator]();
    const kinds: string[] = [];
    while (kinds.length < 4) kinds.push(((await iterator.next()).value as WatchItem).kind);
    await iterator.return?.();
    expect(kinds).toEqual(['opened', 'progress', 'opened', 'progress']);
    expect(requests.at(-1)?.options?.start).toEqual({ case: 'cursor', value: cursorOf(1) });
  });

  it('again and again at the same cursor ends the watch', async () => {
    const { watch, requests } = watchOf([[opened, progress(2, 1)]]);
    await expect(all(watch)).rejects.toMatchObject({ reason: 'BROKEN_STREAM' });
    expect(requests).toHaveLength(5);
  });
});

describe('the iterator', () => {
  it('refuses to be asked for an item before the one before has come', async () => {
    const iterator = watchOf([[opened, progress(1, 1)]]).watch[Symbol.asyncIterator]();
    const first = iterator.next();
    await expect(iterator.next()).rejects.toThrow('Wait for an item');
    await expect(first).resolves.toMatchObject({ value: { kind: 'opened' } });
    await iterator.return?.();
  });

  it('gives the error back that is thrown into it', async () => {
    const iterator = watchOf([[opened]]).watch[Symbol.asyncIterator]();
    await iterator.next();
    await expect(iterator.throw?.(new Error('mine'))).rejects.toThrow('mine');
    await expect(iterator.next()).resolves.toMatchObject({ done: true });
  });

  it('gives nothing more after close, and what was in hand is done with', async () => {
    const { watch } = watchOf([[opened, progress(1, 1), progress(2, 2), progress(3, 3)]]);
    const items: WatchItem[] = [];
    for await (const item of watch) {
      items.push(item);
      if (item.kind === 'progress') watch.close();
    }
    expect(items.map(({ kind }) => kind)).toEqual(['opened', 'progress']);
    expect(watch.cursor).toEqual(cursorOf(1));
  });
});

it.each([0, -1, Number.NaN])('silence of %d ms is refused', (silenceMs) => {
  expect(() => watchOf([[opened]], { silenceMs })).toThrow(RangeError);
});

it.each([Infinity, 2 ** 40])('silence of %d ms is borne', async (silenceMs) => {
  const slow = async function* (_: Request, { signal }: { readonly signal: AbortSignal }) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (!signal.aborted) yield create(WatchResponseSchema, { message: opened });
  };
  const runtime = { watch: slow } as unknown as Parameters<typeof createWatch>[0];
  const items: WatchItem[] = [];
  await all(createWatch(runtime, { silenceMs, reconnect: false }), items).catch(() => undefined);
  expect(items).toHaveLength(1);
});
