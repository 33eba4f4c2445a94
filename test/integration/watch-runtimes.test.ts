import type { PlcClient, WatchItem } from '../../clients/node/src/index.js';
import { RuntimeClock } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';

const programOf = (more: string): string => `PROGRAM Main
VAR ${more} A : DINT; Wave : BOOL; In1 AT %IX0.0 : BOOL; Out1 AT %QX0.0 : BOOL; END_VAR
A := A + 1; Wave := NOT Wave; Out1 := NOT Out1;
END_PROGRAM`;

let host: HostProcess;
let client: PlcClient;
beforeEach(async () => {
  host = await startHost({
    files: { 'main.st': programOf('') },
    args: ['main.st', '--scan-interval', '20ms', '--start'],
  });
  client = host.client('watcher');
});
afterEach(() => host.dispose());

const changeOnline = async (): Promise<void> => {
  const { project } = await client.project.getProject();
  const content = new TextEncoder().encode(programOf('More : LINT;'));
  await client.project.applyPatch({
    patch: {
      expectedRevision: project!.revision,
      edits: [{ edit: { case: 'putDocument', value: { name: 'main.st', content } } }],
    },
  });
};
const valueOf = (item: Extract<WatchItem, { kind: 'snapshot' }>, path: string) =>
  item.values.find((change) => change.path === path)?.value;

describe('a watch of all runtimes', () => {
  it('gives a snapshot of each, by its own layout', async () => {
    await client.runtime.fork({ name: 'side', start: false });
    await client.runtime.writeVariables({
      runtime: 'side',
      writes: [{ path: 'Main.A', value: { kind: { case: 'literal', value: '-7' } } }],
    });
    await changeOnline();
    const snapshots: Extract<WatchItem, { kind: 'snapshot' }>[] = [];
    const watch = client.watch({ runtime: '*', start: 'snapshot', classes: ['scan'] });
    for await (const item of watch) {
      if (item.kind === 'snapshot') snapshots.push(item);
      if (item.kind === 'events') break;
    }
    expect(snapshots.map(({ runtime, more, state }) => [runtime, more, state?.runtime])).toEqual([
      ['main', true, 'main'],
      ['side', false, 'side'],
    ]);
    expect(valueOf(snapshots[0]!, 'Main.More')).toBe(0n);
    expect(valueOf(snapshots[1]!, 'Main.More')).toBeUndefined();
    expect(valueOf(snapshots[1]!, 'Main.A')).toBe(-7);
    expect(watch.stats).toEqual({ reconnects: 0, violations: 0 });
  });

  it('goes on when an online change moves the variables of one', async () => {
    await client.runtime.fork({ name: 'side', clock: RuntimeClock.WALL, start: true });
    const watch = client.watch({ runtime: '*', start: 'snapshot', classes: ['scan'] });
    const scans = new Map<string, number>();
    let resets = 0;
    const reading = (async () => {
      for await (const item of watch) {
        if (item.kind === 'reset') {
          resets += 1;
          scans.clear();
        }
        if (item.kind === 'events')
          for (const { event } of item.events) scans.set(event.runtime, (scans.get(event.runtime) ?? 0) + 1);
      }
    })();
    await eventually(() => scans.size === 2);
    await changeOnline();
    await eventually(() => resets === 1 && (scans.get('main') ?? 0) > 5 && (scans.get('side') ?? 0) > 5);
    watch.close();
    await reading;
    expect(watch.stats).toEqual({ reconnects: 0, violations: 0 });
  });

  it('counts the edges of each where scans are merged', async () => {
    await client.runtime.fork({ name: 'side', clock: RuntimeClock.WALL, start: true });
    const watch = client.watch({ runtime: '*', classes: ['scan'], minIntervalMs: 300 });
    for await (const item of watch) {
      if (item.kind !== 'events' || !item.alsoCoalesced) continue;
      const all = [item.coalesced!, ...item.alsoCoalesced];
      expect(all.map(({ runtime }) => runtime).sort()).toEqual(['main', 'side']);
      for (const { edges, scans } of all) expect(edges.get('Main.Wave')).toBe(scans);
      break;
    }
    expect(watch.stats.violations).toBe(0);
  });
});

it('a watch of a runtime that scans as fast as it can is told what it missed, merged, and never loses its place', async () => {
  await client.runtime.fork({ name: 'fast', clock: RuntimeClock.VIRTUAL, start: true });
  const watch = client.watch({ runtime: 'fast', start: 'snapshot', classes: ['scan'] });
  let [scans, edges, last, first] = [0, 0, 0n, -1n];
  const others: string[] = [];
  const end = performance.now() + 2000;
  for await (const item of watch) {
    if (item.kind === 'snapshot') first = item.scan;
    else if (item.kind !== 'events') others.push(item.kind);
    if (item.kind !== 'events') continue;
    const wave = item.coalesced?.edges.get('Main.Wave');
    scans += item.coalesced?.scans ?? item.events.length;
    edges += wave ?? item.events.length;
    last = item.scan;
    if (performance.now() > end) break;
  }
  expect(others).toEqual(['opened']);
  expect(BigInt(scans)).toBe(last - first);
  expect(edges).toBe(scans);
  expect(watch.stats).toEqual({ reconnects: 0, violations: 0 });
});

it('a watch of I/O with an interval tells the pulses of inputs and of outputs', async () => {
  const writing = setInterval(() => {
    const value = { kind: { case: 'boolValue' as const, value: Math.random() < 0.5 } };
    client.io.writeChannels({ writes: [{ address: '%IX0.0', value }] }).catch(() => undefined);
  }, 30);
  try {
    let [inputs, outputs] = [0, 0];
    for await (const item of client.watch({ classes: ['io'], minIntervalMs: 300 })) {
      if (item.kind !== 'events' || !item.coalesced) continue;
      const { edges } = item.coalesced;
      if (edges.has('Main.In1')) inputs += 1;
      outputs = Math.max(outputs, edges.get('Main.Out1') ?? 0);
      if (inputs > 1 && outputs > 0) break;
    }
    // 15 scans, in each of which it changes, or a few less where the machine is busy.
    expect(outputs).toBeGreaterThan(5);
  } finally {
    clearInterval(writing);
  }
});

it('a watch from EARLIEST resumes where it was cut off, also among events of before a restart', async () => {
  const { directory } = host;
  for (let i = 0; i < 20; i += 1) await client.runtime.writeVariables({ writes: [{ path: 'Main.A', value: { kind: { case: 'literal', value: '1' } } }] }); // prettier-ignore
  await host.stop('SIGKILL');
  const again = await startHost({ directory, args: ['main.st', '--scan-interval', '20ms'] });
  try {
    const user = again.client('late');
    const first = user.watch({ start: 'earliest' });
    const seen: bigint[] = [];
    for await (const item of first) {
      if (item.kind !== 'events') continue;
      seen.push(...item.events.map(({ event }) => event.sequence));
      break;
    }
    const whole: bigint[] = [];
    const start = first.cursor.length > 0 ? first.cursor : 'earliest';
    for await (const item of user.watch({ start })) {
      if (item.kind !== 'events') continue;
      whole.push(...item.events.map(({ event }) => event.sequence));
      // The new epoch has begun.
      if (item.events.some(({ event }) => event.payload.case === 'scan')) break;
    }
    expect(whole[0]).toBeLessThanOrEqual(seen[0]!);
    expect(new Set(whole).size).toBe(whole.length);
  } finally {
    await again.dispose();
  }
});
