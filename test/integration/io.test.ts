import type { PlcClient } from '../../clients/node/src/index.js';
import { IoDirection } from '../../proto/plcemu/v1/event_pb.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import { refusal } from '../support/refusal.js';

const program = `PROGRAM Main
VAR In1 AT %IX0.0 : BOOL; InW AT %IW2 : INT; Out1 AT %QX0.1 : BOOL; OutW AT %QW4 : INT; Mark AT %MD0 : DINT; END_VAR
Out1 := In1;
OutW := 2 * InW;
Mark := Mark + 1;
END_PROGRAM`;

let host: HostProcess;
let client: PlcClient;
beforeAll(async () => {
  host = await startHost({ files: { 'main.st': program }, args: ['main.st'] });
  client = host.client('io');
});
afterAll(() => host.dispose());
beforeEach(() => client.runtime.reset());

const value = (text: string) => ({ kind: { case: 'literal' as const, value: text } });
const literals = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await client.io.readChannels()).channels.map((c) => [c.address, c.literal]));

describe('I/O channels', () => {
  it('are the located variables, in order of direction and place', async () => {
    const { channels } = await client.io.listChannels();
    expect(channels.map((c) => [c.address, c.direction, c.path, c.type])).toEqual([
      ['%IX0.0', IoDirection.INPUT, 'Main.In1', 'BOOL'],
      ['%IW2', IoDirection.INPUT, 'Main.InW', 'INT'],
      ['%QX0.1', IoDirection.OUTPUT, 'Main.Out1', 'BOOL'],
      ['%QW4', IoDirection.OUTPUT, 'Main.OutW', 'INT'],
      ['%MD0', IoDirection.MARKER, 'Main.Mark', 'DINT'],
    ]);
    const outputs = await client.io.listChannels({ direction: IoDirection.OUTPUT, pageSize: 1 });
    expect(outputs.channels.map((c) => c.address)).toEqual(['%QX0.1']);
    const next = await client.io.listChannels({
      direction: IoDirection.OUTPUT,
      pageSize: 1,
      pageToken: outputs.nextPageToken,
    });
    expect([next.channels.map((c) => c.address), next.nextPageToken]).toEqual([['%QW4'], '']);
  });

  it('keep written inputs, and follow the program with the outputs', async () => {
    await client.io.writeChannels({
      writes: [
        { address: '%ix0.0', value: value('TRUE') },
        { address: '%IW2', value: value('21') },
      ],
    });
    await client.runtime.step({ scans: 2 });
    expect(await literals()).toEqual({ '%IX0.0': 'TRUE', '%IW2': '21', '%QX0.1': 'TRUE', '%QW4': '42', '%MD0': '2' });
    const globbed = await client.io.readChannels({ addresses: ['%Q*'] });
    expect(globbed.channels.map((c) => c.address)).toEqual(['%QX0.1', '%QW4']);
  });

  it('that are forced stay so until they are released, by address', async () => {
    await client.io.forceChannels({ writes: [{ address: '%QX0.1', value: value('TRUE') }] });
    await client.runtime.step();
    expect((await client.io.readChannels({ addresses: ['%QX0.1'] })).channels[0]).toMatchObject({
      literal: 'TRUE',
      forced: true,
    });
    expect((await client.io.unforceChannels({ addresses: ['%QX0.1'] })).released).toEqual(['%QX0.1']);
    await client.runtime.step();
    expect((await literals())['%QX0.1']).toBe('FALSE');
  });

  it('refuse what is not there, globs to write, and stale generations', async () => {
    const missing = await refusal(client.io.readChannels({ addresses: ['%IX99.7'] }));
    expect([missing.code, missing.reason]).toEqual([5, 'CHANNEL_NOT_FOUND']);
    const glob = await refusal(client.io.writeChannels({ writes: [{ address: '%I*', value: value('1') }] }));
    expect([glob.code, glob.reason]).toEqual([3, 'INVALID_REQUEST']);
    const stale = await refusal(
      client.io.writeChannels({ writes: [{ address: '%IW2', value: value('1'), expectedGeneration: 999n }] }),
    );
    expect([stale.code, stale.reason]).toEqual([10, 'GENERATION_CONFLICT']);
  });

  it('tell a watcher inputs before the outputs that they cause', async () => {
    const { headCursor } = await client.diagnostics.getHost();
    await client.io.writeChannels({ writes: [{ address: '%IX0.0', value: value('TRUE') }] });
    await client.runtime.step();
    const seen: string[] = [];
    for await (const item of client.watch({ classes: ['io'], start: headCursor, channels: ['%IX*', '%QX*'] })) {
      if (item.kind !== 'events') continue;
      for (const { event, changes } of item.events) {
        for (const c of changes)
          seen.push(
            `${event.payload.case === 'io' ? IoDirection[event.payload.value.direction] : ''} ${c.address} ${String(c.value)}`,
          );
      }
      if (seen.length >= 2) break;
    }
    expect(seen).toEqual(['INPUT %IX0.0 true', 'OUTPUT %QX0.1 true']);
  });
});
