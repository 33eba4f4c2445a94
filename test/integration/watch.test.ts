import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createClient, type PlcClient, type Watch, type WatchItem } from '../../clients/node/src/index.js';
import { RunStateChange } from '../../proto/plcemu/v1/event_pb.js';
import { WatchStart, type StreamMessage } from '../../proto/plcemu/v1/stream_pb.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';
import { refusal } from '../support/refusal.js';

const program = `PROGRAM Main
VAR Count : DINT; Pulse : BOOL; Half : REAL; Text : STRING[20]; Wait : TIME; In1 AT %IX0.0 : BOOL; Out1 AT %QX0.0 : BOOL; OutW AT %QW1 : INT; END_VAR
Count := Count + 1;
Pulse := Count MOD 2 = 0;
Half := DINT_TO_REAL(Count) / 2.0;
Wait := Wait + T#3ms;
Text := CONCAT('n', DINT_TO_STRING(Count));
Out1 := In1;
OutW := DINT_TO_INT(Count / 10);
END_PROGRAM`;

let host: HostProcess;
let client: PlcClient;
beforeAll(async () => {
  host = await startHost({ files: { 'main.st': program }, args: ['main.st', '--scan-interval', '10ms', '--start'] });
  client = host.client('watcher');
});
afterAll(() => host.dispose());

/** A scan as a watcher sees it, for comparing histories. */
interface Seen {
  readonly sequence: bigint;
  readonly text: string;
}

function textOf(item: Extract<WatchItem, { kind: 'events' }>): Seen[] {
  return item.events.map(({ event, changes }) => {
    const scan = event.payload.case === 'scan' || event.payload.case === 'io' ? event.payload.value.scan : 0n;
    const values = changes.map((c) => `${c.path}=${String(c.value)}`).sort();
    return { sequence: event.sequence, text: `${event.payload.case} ${scan} ${values.join(' ')}` };
  });
}

async function collect(watch: Watch, into: Seen[], until: (seen: readonly Seen[]) => boolean): Promise<void> {
  for await (const item of watch) {
    if (item.kind === 'events') into.push(...textOf(item));
    if (until(into)) break;
  }
}

/** A relay in front of the host's socket whose connections can be cut. */
async function relayTo(path: string, at: string): Promise<{ cut(): void; close(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((front) => {
    const back = createConnection({ path });
    for (const [from, to] of [
      [front, back],
      [back, front],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => to.write(data));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(at, () => resolve()));
  return {
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

describe('a watch', () => {
  it('that loses its connection 20 times ends with the same history as one that never did', async () => {
    const path = join(host.directory, '.plc-emu', 'plc-emu.sock');
    const relay = await relayTo(path, join(host.directory, 'relay.sock'));
    const shaky = createClient({ target: `unix:${join(host.directory, 'relay.sock')}`, name: 'shaky' });
    try {
      const cursor = (await client.diagnostics.getHost()).headCursor;
      const [steady, broken]: [Seen[], Seen[]] = [[], []];
      const options = { classes: ['scan', 'io', 'run_state'] as const, start: cursor, lossless: true };
      const last = (seen: readonly Seen[]): bigint => seen.at(-1)?.sequence ?? 0n;
      let end = 1n << 62n;
      const watch = shaky.watch(options);
      const both = Promise.all([
        collect(client.watch(options), steady, (seen) => last(seen) >= end),
        collect(watch, broken, (seen) => last(seen) >= end),
      ]);
      for (let cuts = 1; cuts <= 20; cuts += 1) {
        const before = broken.length;
        await eventually(() => broken.length > before + (cuts % 5));
        relay.cut();
        await eventually(() => watch.stats.reconnects >= cuts);
      }
      end = (await client.diagnostics.getHost()).head + 5n;
      await both;
      const upTo = (seen: readonly Seen[]): Seen[] => seen.filter((s) => s.sequence <= end);
      expect(upTo(broken)).toEqual(upTo(steady));
      expect(upTo(broken).length).toBeGreaterThan(20);
      expect(watch.stats.violations).toBe(0);
    } finally {
      shaky.close();
      relay.close();
    }
  });

  it('joins snapshot and changes without a gap: the model is what a read says', async () => {
    const model = new Map<string, string>();
    let scan = 0n;
    for await (const item of client.watch({ classes: ['scan'], start: 'snapshot', lossless: true })) {
      if (item.kind === 'snapshot') {
        for (const change of item.values) model.set(change.path, String(change.value));
        ({ scan } = item);
        expect(model.get('Main.Count')).toBe(String(scan));
      }
      if (item.kind !== 'events') continue;
      for (const { event, changes } of item.events) {
        for (const change of changes) model.set(change.path, String(change.value));
        if (event.payload.case !== 'scan') continue;
        expect(event.payload.value.scan).toBe(scan + 1n);
        scan += 1n;
        // Every scan counts up and makes a text of it: columns of numbers, reals, times and texts are checked at once.
        const count = model.get('Main.Count')!;
        expect([model.get('Main.Text'), model.get('Main.Pulse'), model.get('Main.Half')]).toEqual([
          `n${count}`,
          String(Number(count) % 2 === 0),
          String(Number(count) / 2),
        ]);
        expect(model.get('Main.Wait')).toBe(String(3_000_000n * BigInt(count)));
      }
      if (model.size > 0 && scan % 20n === 0n) break;
    }
    expect(model.size).toBe(8);
  });

  it('shows two clients the same events in the same order, and a write once to its own writer', async () => {
    const cursor = (await client.diagnostics.getHost()).headCursor;
    const answers = await Promise.all(
      [host.client('a'), host.client('b')].map((writer, i) =>
        writer.runtime.writeVariables({
          writes: [{ path: 'Main.In1', value: { kind: { case: 'boolValue', value: i === 0 } } }],
        }),
      ),
    );
    const until = answers.reduce((most, a) => (a.sequence > most ? a.sequence : most), 0n);
    const histories = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const seen: { sequence: bigint; client: string }[] = [];
        for await (const item of host.client(name).watch({ classes: ['run_state'], start: cursor })) {
          if (item.kind !== 'events') continue;
          for (const { event } of item.events) {
            if (event.payload.case === 'runState' && event.payload.value.change === RunStateChange.WRITTEN)
              seen.push({ sequence: event.sequence, client: event.payload.value.client });
          }
          if (item.sequence >= until) break;
        }
        return seen;
      }),
    );
    expect(histories[0]).toEqual(histories[1]);
    expect(histories[0]!.map((s) => s.sequence).sort()).toEqual(answers.map((a) => a.sequence).sort());
    expect(histories[0]!.map((s) => s.client).sort()).toEqual(['a', 'b']);
  });

  it('numbers a write between the scan before it and the first that sees it', async () => {
    const cursor = (await client.diagnostics.getHost()).headCursor;
    // At least one scan ends between the cursor and the write.
    const scanNow = async (): Promise<bigint> => (await client.runtime.getState({})).state!.scan;
    const began = await scanNow();
    await eventually(async () => (await scanNow()) > began + 1n);
    const answer = await client.runtime.writeVariables({
      writes: [{ path: 'Main.Count', value: { kind: { case: 'intValue', value: 1_000_000n } } }],
    });
    let lastScan = 0n;
    let next: bigint | undefined;
    for await (const item of client.watch({ classes: ['scan', 'run_state'], start: cursor, lossless: true })) {
      if (item.kind !== 'events') continue;
      for (const { event } of item.events) {
        if (event.payload.case !== 'scan' || event.payload.value.between) continue;
        if (event.sequence < answer.sequence) lastScan = event.payload.value.scan;
        else next ??= event.payload.value.scan;
      }
      if (next !== undefined) break;
    }
    expect([lastScan, next]).toEqual([answer.scan, answer.scan + 1n]);
    await client.runtime.writeVariables({
      writes: [{ path: 'Main.Count', value: { kind: { case: 'intValue', value: 0n } } }],
    });
  });

  it('selects variables and channels by path and glob, and lists what is unknown', async () => {
    const paths = new Set<string>();
    let unknown: readonly string[] = [];
    let io = 0;
    for await (const item of client.watch({
      start: 'latest',
      classes: ['scan', 'io'],
      variables: ['main.count', 'Main.*al*', 'Main.Nothing'],
      channels: ['%QW*'],
    })) {
      if (item.kind === 'opened') ({ unknown } = item);
      if (item.kind !== 'events') continue;
      for (const { event, changes } of item.events) {
        for (const { path, address } of changes) {
          if (event.payload.case === 'io') expect(address).toBe('%QW1');
          else paths.add(path);
        }
        if (event.payload.case === 'io') io += 1;
      }
      if (io > 0) break;
    }
    expect(unknown).toEqual(['Main.Nothing']);
    expect([...paths].sort()).toEqual(['Main.Count', 'Main.Half']);
  });

  it('merges scans for a reader that asked for an interval, and counts the edges in between', async () => {
    let merged = 0;
    for await (const item of client.watch({ start: 'latest', classes: ['scan'], minIntervalMs: 100 })) {
      if (item.kind !== 'events' || !item.coalesced) continue;
      merged = item.coalesced.scans;
      // The pulse changes with every scan, whatever it is at the end.
      expect(item.coalesced.edges.get('Main.Pulse')).toBe(merged);
      if (merged >= 5) break;
    }
    expect(merged).toBeGreaterThanOrEqual(5);
  });

  it('gives names and values in full when it is verbose', async () => {
    const messages: StreamMessage[] = [];
    for await (const { message } of client.runtime.watchScans({
      options: { start: { case: 'at', value: WatchStart.SNAPSHOT }, verbose: true },
    })) {
      messages.push(message!);
      if (message?.message.case === 'batch') break;
    }
    expect(messages.map((m) => m.delivery)).toEqual(messages.map((_, i) => BigInt(i + 1)));
    const snapshot = messages.flatMap((m) => (m.message.case === 'snapshot' ? m.message.value.variables : []));
    expect(snapshot.map((v) => v.path)).toContain('Main.Text');
    const batch = messages.at(-1)!.message;
    const scan = batch.case === 'batch' ? batch.value.events[0]!.payload : undefined;
    const changed = scan?.case === 'scan' ? scan.value.variables : [];
    const text = changed.find((v) => v.path === 'Main.Text')!;
    expect(text.literal).toBe(`'${text.value?.kind.value as string}'`);
  });

  it('comes as I/O, logs and project alone, too', async () => {
    const start = { start: { case: 'at' as const, value: WatchStart.EARLIEST } };
    const first = async (stream: AsyncIterable<{ message?: StreamMessage | undefined }>): Promise<string> => {
      for await (const { message } of stream)
        if (message?.message.case === 'batch') return message.message.value.events[0]!.payload.case ?? '';
      return '';
    };
    expect(await first(client.io.watchIo({ options: start }))).toBe('io');
    expect(await first(client.diagnostics.watchLogs({ options: start }))).toBe('log');
    expect(await first(client.project.watchProject({ options: start }))).toBe('project');
  });
});

describe('a cursor', () => {
  const watchFrom = async (cursor: Uint8Array): Promise<void> => {
    for await (const _ of client.runtime.watch({ options: { start: { case: 'cursor', value: cursor } } })) return;
  };
  const altered = async (change: (bytes: Uint8Array) => void): Promise<Uint8Array> => {
    const bytes = (await client.diagnostics.getHost()).headCursor.slice();
    change(bytes);
    return bytes;
  };

  it.each([
    ['empty', () => Promise.resolve(new Uint8Array())],
    ['of one byte', () => Promise.resolve(Uint8Array.of(1))],
    ['of random bytes', () => Promise.resolve(Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 251))],
    ['of 1 MB', () => Promise.resolve(new Uint8Array(1_000_000))],
    ['with a flipped bit', () => altered((bytes) => (bytes[30]! ^= 1))],
    ['of another version', () => altered((bytes) => (bytes[0] = 2))],
  ])('that is %s is malformed, and the connection lives on', async (_what, make) => {
    const error = await refusal(watchFrom(await make()));
    expect([error.code, error.reason]).toEqual([3, 'CURSOR_MALFORMED']);
    await client.diagnostics.getHost();
  });

  it('and a start are needed', async () => {
    const error = await refusal(
      (async () => {
        for await (const _ of client.runtime.watch({})) return;
      })(),
    );
    expect([error.code, error.reason]).toEqual([3, 'INVALID_REQUEST']);
  });

  it('of another host is foreign', async () => {
    const other = await startHost();
    try {
      const { headCursor } = await other.client().diagnostics.getHost();
      const error = await refusal(watchFrom(headCursor));
      expect([error.code, error.reason]).toEqual([9, 'CURSOR_FOREIGN']);
    } finally {
      await other.dispose();
    }
  });
});
