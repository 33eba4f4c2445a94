import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createClient, type PlcClient } from '../../../clients/node/src/index.js';
import { eventually } from '../../support/eventually.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Nobody listens there. */
const target = 'unix:/nowhere/plc-emu.sock';
const client = createClient({ target });
afterAll(() => client.close());

const ends: readonly [how: string, use: (client: PlcClient) => Promise<object>][] = [
  [
    'a watch whose loop was left',
    async (client) => {
      const left = client.watch();
      const items = left[Symbol.asyncIterator]();
      const next = items.next();
      await items.return!();
      await next;
      return left;
    },
  ],
  [
    'a watch that failed',
    async (client) => {
      const failed = client.watch({ reconnect: false });
      await expect(failed[Symbol.asyncIterator]().next()).rejects.toMatchObject({ codeName: 'UNAVAILABLE' });
      return failed;
    },
  ],
  [
    'a watch that was closed',
    async (client) => {
      const closed = client.watch();
      const next = closed[Symbol.asyncIterator]().next();
      closed.close();
      expect((await next).done).toBe(true);
      return closed;
    },
  ],
  ['a watch that never began', (client) => Promise.resolve(client.watch())],
  [
    'a stream of commands that was closed',
    async (client) => {
      const closed = client.commands();
      const read = closed.read({ paths: ['Main.Count'] });
      closed.close();
      await expect(read).rejects.toMatchObject({ codeName: 'CANCELLED' });
      return closed;
    },
  ],
];

it.each(ends)('%s is forgotten by its client', async (_, use) => {
  const ended = new WeakRef(await use(client));
  await eventually(() => {
    collectGarbage();
    return ended.deref() === undefined;
  });
});

it('a watch that looks for its host ends at once when its client is closed', async () => {
  const own = createClient({ target });
  const watch = own.watch();
  const next = watch[Symbol.asyncIterator]().next();
  await eventually(() => watch.stats.reconnects > 0);
  own.close();
  expect((await next).done).toBe(true);
});
