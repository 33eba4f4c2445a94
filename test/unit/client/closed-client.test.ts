import { createClient, type PlcClient } from '../../../clients/node/src/index.js';

/** Nobody listens there, and nobody is asked. */
const target = 'unix:/nowhere/plc-emu.sock';
const uses: readonly [what: string, use: (client: PlcClient) => Promise<unknown>][] = [
  ['a call', (client) => client.runtime.getState()],
  ['a stream of requests', (client) => client.project.uploadProject([])],
  [
    'a stream of responses',
    async (client) => {
      for await (const { document } of client.project.export()) throw new Error(document);
    },
  ],
  [
    'a watch',
    async (client) => {
      for await (const { kind } of client.watch()) throw new Error(kind);
    },
  ],
  ['a command', (client) => client.commands().read({ paths: ['Main.Count'] })],
];

it.each(uses)('%s on a closed client ends with CLIENT_CLOSED, at once', async (_, use) => {
  const client = createClient({ target });
  client.close();
  await expect(use(client)).rejects.toMatchObject({ name: 'PlcError', reason: 'CLIENT_CLOSED' });
});
