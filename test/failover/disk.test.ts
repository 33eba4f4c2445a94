import { spawnSync } from 'node:child_process';
import { open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PlcClient, WatchItem } from '../../clients/node/src/index.js';
import { RunStateChange, type Event } from '../../proto/plcemu/v1/event_pb.js';
import { eventually } from '../support/eventually.js';
import { createRandom } from '../support/random.js';
import { refusal } from '../support/refusal.js';
import { buildTrees } from './chaos.js';
import { changesIn, copyOf, pastOf, removeDirectory, startFixture, type HostFixture } from './host-fixture.js';
import { editionText } from './program.js';
import { readJournal, type JournalEntry } from './journal-reader.js';
import { recordTypes } from '../../server/src/model/record-type.js';

/** Damages of each kind; each starts a host. The rooms' own tests try every byte and a thousand bits without one. */
const cases = Number(process.env.PLC_EMU_DISK_CASES ?? 5);

beforeAll(buildTrees);

const write = async (client: PlcClient, value: number, requestId = ''): Promise<number> => {
  const { sequence } = await client.runtime.writeVariables({
    requestId,
    writes: [{ path: 'Main.Own1', value: { kind: { case: 'literal', value: String(value) } } }],
  });
  return Number(sequence);
};
const countOf = async (client: PlcClient): Promise<number> => {
  const { variables } = await client.runtime.readVariables({ paths: ['Main.Count'] });
  return Number(variables[0]!.literal);
};
const isScanning = async (client: PlcClient): Promise<void> => {
  const before = await countOf(client);
  await eventually(async () => (await countOf(client)) > before + 5);
};

describe('a host whose disk refuses', () => {
  let host: HostFixture;
  afterEach(async () => {
    await host.crash();
    await removeDirectory(host.directory);
  });

  it.each(['ENOSPC', 'EIO', 'EROFS'])(
    'with %s takes no changes, scans on, says so, and recovers by itself with everything acknowledged',
    async (code) => {
      const first = await startFixture();
      const control = join(first.directory, 'disk-fails');
      await first.stop();
      host = await startFixture({ directory: first.directory, disk: { controlFile: control } });
      const { client } = host;
      const seen: WatchItem[] = [];
      const watching = (async () => {
        for await (const item of client.watch({ classes: ['run_state'] })) seen.push(item);
      })();
      const changes = (): RunStateChange[] =>
        seen.flatMap((item) =>
          item.kind === 'events'
            ? item.events.flatMap(({ event: { payload } }) =>
                payload.case === 'runState' ? [payload.value.change] : [],
              )
            : [],
        );
      const acknowledged = new Map<number, number>();
      for (let value = 1; value <= 5; value += 1)
        acknowledged.set(await write(client, value, `before-${value}`), value);

      await writeFile(control, code);
      expect(await refusal(write(client, 100, 'during'))).toMatchObject({ reason: 'STORAGE_FAILED' });
      expect(await refusal(write(client, 101))).toMatchObject({ reason: 'STORAGE_FAILED' });
      expect(await refusal(client.runtime.stop({}))).toMatchObject({ reason: 'STORAGE_FAILED' });
      await isScanning(client);
      await eventually(() => changes().includes(RunStateChange.STORAGE_FAILED));

      await rm(control);
      await eventually(() => changes().includes(RunStateChange.STORAGE_RESTORED), 10_000);
      for (let value = 201; value <= 205; value += 1)
        acknowledged.set(await write(client, value, `after-${value}`), value);
      await host.crash();
      await watching.catch(() => undefined);

      host = await startFixture({ directory: host.directory });
      const written = changesIn(await pastOf(host.client), RunStateChange.WRITTEN);
      for (const id of ['before-1', 'before-5', 'after-201', 'after-205'])
        expect(written.filter((w) => w.requestId === id)).toHaveLength(1);
      // Answered again, not done again: also the one that nobody was promised.
      for (const [sequence, value] of acknowledged)
        expect(await write(host.client, value, value < 100 ? `before-${value}` : `after-${value}`)).toBe(sequence);
    },
  );
});

describe('a host on a slow disk whose power is cut', () => {
  it('still has the project that anybody was shown, changed or not', async () => {
    let host = await startFixture({ disk: { writeBack: true, syncMs: 150 } });
    const { directory } = host;
    try {
      const edition = async (): Promise<string> =>
        /:= (\d+)/.exec((await host.client.project.getPou({ name: 'Edition' })).pou!.source)![1]!;
      const edit = { case: 'putPou' as const, value: { name: 'Edition', source: editionText(7) } };
      const patched = host.client.project
        .applyPatch({ patch: { expectedRevision: 1n, edits: [{ edit }] } })
        .catch(() => undefined);
      await eventually(async () => (await edition()) === '7');
      await host.crash();
      await patched;
      host = await startFixture({ directory });
      expect(await edition()).toBe('7');
    } finally {
      await host.crash();
      await removeDirectory(directory);
    }
  });
});

const mounting = ['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m,mode=700 plc data && exec "$@"', 'sh'];
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs plc /mnt']).status === 0;
const onRealDisk = canMount ? describe : describe.skip;

onRealDisk('a host on a file system of 1 MiB (needs user namespaces)', () => {
  it('scans on while it is full, and takes changes again when there is room', async () => {
    const first = await startFixture({ build: 'dist' });
    const { directory } = first;
    await first.stop();
    const host = await startFixture({ directory, build: 'dist', wrap: mounting, socket: join(directory, 'plc.sock') });
    try {
      const { client } = host;
      const filler = join('/proc', String(host.life.process.pid), 'root', directory, 'data/filler');
      await write(client, 1);
      await writeFile(filler, Buffer.alloc(2 << 20)).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'ENOSPC' }),
      );
      // What is left of the last page takes a few more.
      const filling = async (): Promise<void> => {
        for (let value = 2; value < 200; value += 1) await write(client, value);
      };
      expect(await refusal(filling())).toMatchObject({ reason: 'STORAGE_FAILED' });
      await isScanning(client);
      await rm(filler);
      await eventually(() => write(client, 1000), 10_000);
      const [failed, restored] = [RunStateChange.STORAGE_FAILED, RunStateChange.STORAGE_RESTORED];
      const past = await pastOf(client);
      expect(changesIn(past, failed)).toHaveLength(1);
      expect(changesIn(past, restored)).toHaveLength(1);
    } finally {
      await host.crash();
      await removeDirectory(directory);
    }
  });
});

/** A directory with a past: writes that were acknowledged, then kill -9. */
async function makePast(): Promise<{ directory: string; journal: readonly JournalEntry[] }> {
  const host = await startFixture({ build: 'dist' });
  for (let value = 1; value <= 40; value += 1) await write(host.client, value, `past-${value}`);
  await eventually(async () => (await countOf(host.client)) > 60);
  await host.crash();
  return { directory: host.directory, journal: await readJournal(join(host.directory, 'data')) };
}

/**
 * What a host that found its journal damaged tells must be true, and what it does not tell must lie at or below a loss that it
 * tells of: no event before a loss is shown, as nobody could resume there.
 */
function checkPast(past: readonly Event[], journal: readonly JournalEntry[], acknowledged: number): void {
  const known = new Map(journal.map((entry) => [entry.sequence, entry]));
  const start = changesIn(past, RunStateChange.HOST_STARTED).length;
  expect(start).toBeGreaterThanOrEqual(1);
  const losses = changesIn(past, RunStateChange.JOURNAL_TRUNCATED);
  const newest = journal.at(-1)!.sequence;
  const told = new Set<number>();
  for (const { sequence, payload } of past) {
    if (Number(sequence) > newest) continue;
    told.add(Number(sequence));
    const entry = known.get(Number(sequence));
    expect(entry).toBeDefined();
    if (payload.case === 'runState' && payload.value.change === RunStateChange.WRITTEN)
      expect(entry!.payload).toMatchObject({ kind: 'write', requestId: payload.value.requestId });
  }
  for (const { sequence, type } of journal) {
    if (type !== recordTypes.run_state || told.has(sequence) || sequence > acknowledged) continue;
    expect(losses.some(({ to }) => sequence <= Number(to))).toBe(true);
  }
}

describe('a host that was killed and finds its journal', () => {
  let past: Awaited<ReturnType<typeof makePast>>;
  let segment = '';
  let size = 0;
  let acknowledged = 0;
  beforeAll(async () => {
    past = await makePast();
    segment = readdirSync(join(past.directory, 'data'))
      .filter((name) => name.endsWith('.seg'))
      .at(-1)!;
    ({ size } = await stat(join(past.directory, 'data', segment)));
    acknowledged = Number((await readFile(join(past.directory, 'data/journal.mark'))).readBigUInt64LE(0));
  });
  afterAll(() => removeDirectory(past.directory));

  const afterDamage = async (damage: (file: string) => Promise<void>): Promise<void> => {
    const directory = await copyOf(past.directory);
    await damage(join(directory, 'data', segment));
    const host = await startFixture({ directory, build: 'dist' });
    try {
      checkPast(await pastOf(host.client), past.journal, acknowledged);
      await isScanning(host.client);
      // Numbers go on above everything that was ever given.
      expect(await write(host.client, 500)).toBeGreaterThan(past.journal.at(-1)!.sequence);
    } finally {
      await host.crash();
      await removeDirectory(directory);
    }
  };

  const random = createRandom(20);
  it.each(Array.from({ length: cases }, () => random.below(700)))(
    'cut by %i bytes says what is missing and invents nothing',
    (where) => afterDamage((file) => truncate(file, size - where - 1)),
  );

  it.each(Array.from({ length: cases }, () => [random.next(), random.below(8)] as const))(
    'with a bit flipped at %f of its length says what is missing and invents nothing',
    (where, bit) =>
      afterDamage(async (file) => {
        const handle = await open(file, 'r+');
        const byte = Buffer.alloc(1);
        const at = Math.floor(where * size);
        await handle.read(byte, 0, 1, at);
        byte[0]! ^= 1 << bit;
        await handle.write(byte, 0, 1, at);
        await handle.close();
      }),
  );
});

describe('a host that was killed and finds its retained values', () => {
  let past: Awaited<ReturnType<typeof makePast>>;
  beforeAll(async () => {
    past = await makePast();
  });
  afterAll(() => removeDirectory(past.directory));

  const zeros = async (file: string): Promise<void> => writeFile(file, Buffer.alloc((await stat(file)).size));
  const half = async (file: string): Promise<void> => truncate(file, (await stat(file)).size >> 1);
  const huge = (file: string): Promise<void> => truncate(file, 10 * 2 ** 30);
  const newer = async (file: string): Promise<void> => {
    const bytes = await readFile(file);
    bytes.writeUInt32LE(9, 4);
    await writeFile(file, bytes);
  };
  const flipped = async (file: string): Promise<void> => {
    const bytes = await readFile(file);
    bytes[bytes.length - 100]! ^= 4;
    await writeFile(file, bytes);
  };
  const both = (damage: (file: string) => Promise<void>) => async (a: string, b: string) => {
    await damage(a);
    await damage(b);
  };
  const one = (damage: (file: string) => Promise<void>) => (a: string) => damage(a);

  it.each([
    ['one all zero', one(zeros), 'kept'],
    ['one cut in half', one(half), 'kept'],
    ['one of 10 GB', one(huge), 'kept'],
    ['one of a newer format', one(newer), 'kept'],
    ['one with a flipped bit', one(flipped), 'kept'],
    ['both with a flipped bit', both(flipped), 'lost'],
    ['both cut in half', both(half), 'lost'],
  ] as const)('%s: they are those of one scan or none, and it says so', async (_title, damage, outcome) => {
    const directory = await copyOf(past.directory);
    await damage(join(directory, 'data/retain-main.a'), join(directory, 'data/retain-main.b'));
    const host = await startFixture({ directory, build: 'dist' });
    try {
      const lost = changesIn(await pastOf(host.client), RunStateChange.RETAIN_LOST);
      expect(lost).toHaveLength(1);
      const { variables } = await host.client.runtime.readVariables({ paths: ['Main.Mixed', 'Main.Restored'] });
      const [mixed, restored] = variables.map((v) => Number(v.literal));
      expect(mixed).toBe(0);
      if (outcome === 'kept') expect(restored).toBeGreaterThan(20);
      else expect(restored).toBe(0);
    } finally {
      await host.crash();
      await removeDirectory(directory);
    }
  });

  it('of another program: what has the same name and type is kept, the rest begins anew', async () => {
    const directory = await copyOf(past.directory);
    const program =
      'PROGRAM Main VAR Seen : DINT; First : BOOL := TRUE; END_VAR VAR RETAIN Other : DINT := 7; Life : DINT; END_VAR IF First THEN First := FALSE; Seen := Life; END_IF; END_PROGRAM';
    const host = await startFixture({ directory, build: 'dist', program });
    try {
      const { variables } = await host.client.runtime.readVariables({ paths: ['Main.Seen', 'Main.Other'] });
      expect(Number(variables[0]!.literal)).toBeGreaterThan(20);
      expect(Number(variables[1]!.literal)).toBe(7);
    } finally {
      await host.crash();
      await removeDirectory(directory);
    }
  });
});
