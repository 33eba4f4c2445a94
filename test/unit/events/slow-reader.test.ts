import type { Snapshot, StreamMessage } from '../../../server/src/events/subscription.js';
import type { EventHost } from '../../support/event-host.js';
import {
  changesOf,
  checkChain,
  eventsOf,
  logLine,
  scanEvent,
  startHost,
  stateEvent,
  takeAll,
} from '../../support/event-host.js';

const scansIn = (messages: readonly StreamMessage[]): number[] =>
  messages.flatMap((m) => eventsOf(m).flatMap((e) => (e.payload.kind === 'scan' ? [Number(e.payload['scan'])] : [])));

async function scan(host: EventHost, from: number, to: number, settleEvery = 1): Promise<void> {
  for (let n = from; n <= to; n += 1) {
    host.log.append('scan', scanEvent(n, changesOf({ [n % 10]: n })));
    if (n % settleEvery === 0) await host.time.settle();
  }
  await host.time.settle();
}

describe('a slow reader', () => {
  it('that stays within its queue gets every scan', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['scan'] });
    const messages = takeAll(watch);
    await scan(host, 1, 256);
    expect(watch.state()).toBe('live');
    messages.push(...takeAll(watch));
    expect(scansIn(messages)).toEqual(Array.from({ length: 256 }, (_, i) => i + 1));
    checkChain(messages);
  });

  it('beyond its queue gets the newest value of each word, how many scans were merged, and the edges of each BOOL', async () => {
    const host = await startHost({ boolBits: () => Uint32Array.of(0b1) });
    const watch = host.open({ classes: ['scan', 'run_state'] });
    const messages = takeAll(watch);
    // Bit 0 of word 0 pulses in scan 100 only; bit 1 is not a BOOL; word 1 counts.
    for (let n = 1; n <= 600; n += 1) {
      const pulse = n === 100 ? ([2, 1] as const) : n === 101 ? ([1, 2] as const) : undefined;
      host.log.append('scan', scanEvent(n, changesOf({ ...(pulse && { 0: pulse }), 1: [n - 1, n] })));
      if (n === 300) host.log.append('run_state', stateEvent(300, { cause: 'debug' }));
      await host.time.settle();
    }
    expect(watch.state()).toBe('lagging');
    messages.push(...takeAll(watch));
    const batches = messages.filter((m) => m.kind === 'batch');
    expect(batches.map((m) => m.coalescedScans)).toEqual([600]);
    const events = eventsOf(batches[0]);
    expect(events.map((e) => e.payload.kind)).toEqual(['run_state', 'scan']);
    expect(events[1]!.payload).toMatchObject({
      scan: 600,
      changes: { index: [0, 1], before: [2, 0], value: [2, 600] },
    });
    expect(events[1]!.merged).toEqual({
      scans: 600,
      firstScan: 1,
      lastScan: 600,
      edges: { index: [0], bit: [0], count: [2] },
    });
    checkChain(messages);
    await scan(host, 601, 601);
    expect(watch.state()).toBe('live');
    expect(scansIn(takeAll(watch))).toEqual([601]);
  });

  it('that asked for lossless gets every scan all the same', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['scan'], delivery: 'lossless' });
    const messages = takeAll(watch);
    await scan(host, 1, 2000);
    expect(watch.state()).toBe('lagging');
    messages.push(...takeAll(watch));
    expect(scansIn(messages)).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1));
    checkChain(messages);
  });

  it.each([
    ['fail', ['goodbye'], 'CURSOR_EXPIRED'],
    ['reset', ['lagged', 'reset', 'snapshot'], 'SLOW_READER'],
  ] as const)(
    'that asked for lossless and is below the floor is told, with on_gap %s',
    async (onGap, kinds, reason) => {
      const host = await startHost({ limits: { rings: { scan: { maxCount: 300, maxBytes: 1e9 } } } });
      const snapshots = (): Promise<Snapshot> => Promise.resolve({ sequence: host.log.assigned(), parts: [] });
      const watch = host.open({ classes: ['scan'], delivery: 'lossless', onGap, snapshots });
      const opened = takeAll(watch);
      await scan(host, 1, 1000);
      const messages = takeAll(watch);
      await host.time.settle();
      messages.push(...takeAll(watch));
      expect(messages.map((m) => m.kind)).toEqual(kinds);
      expect(messages[0]).toMatchObject({ reason });
      if (onGap === 'reset') {
        expect(messages[0]).toMatchObject({ class: 'scan', to: host.log.floors().scan });
        await scan(host, 1001, 1001);
        messages.push(...takeAll(watch));
        expect(scansIn(messages)).toEqual([1001]);
      } else expect(messages[0]).toMatchObject({ sequence: (opened[0] as { sequence: bigint }).sequence });
      checkChain([...opened, ...messages]);
    },
  );

  it.each([
    ['one by one', 1],
    ['many at once', 50],
  ])('below the floor has all that was dropped, merged, when scans come %s', async (_, atOnce) => {
    const host = await startHost({
      boolBits: () => Uint32Array.of(0b1),
      limits: { rings: { scan: { maxCount: 300, maxBytes: 1e9 } } },
    });
    const watch = host.open({ classes: ['scan', 'run_state'] });
    const messages = takeAll(watch);
    for (let n = 1; n <= 2000; n += 1) {
      host.log.append('scan', scanEvent(n, changesOf({ 0: [(n - 1) % 2, n % 2], 1: [n - 1, n] })));
      if (n === 300) host.log.append('run_state', stateEvent(300, { cause: 'debug' }));
      if (n % atOnce === 0) await host.time.settle();
    }
    messages.push(...takeAll(watch));
    const batches = messages.filter((m) => m.kind === 'batch');
    const events = batches.flatMap((m) => eventsOf(m));
    const scans = events.filter((e) => e.payload.kind === 'scan');
    expect(events.filter((e) => e.payload.kind === 'run_state')).toHaveLength(1);
    expect(scans.reduce((sum, e) => sum + (e.merged?.scans ?? 1), 0)).toBe(2000);
    expect(scans.reduce((sum, e) => sum + (e.merged?.edges.count[0] ?? 1), 0)).toBe(2000);
    expect(scans.at(-1)!.payload).toMatchObject({ scan: 2000, changes: { index: [0, 1], value: [0, 2000] } });
    expect(scans.length).toBeLessThan(10);
    checkChain(messages);
    expect(watch.state()).toBe('live');
    await scan(host, 2001, 2001);
    expect(scansIn(takeAll(watch))).toEqual([2001]);
  });

  it('below the floor is reset where the layout has changed meanwhile, after what was before it', async () => {
    const host = await startHost({ limits: { rings: { scan: { maxCount: 300, maxBytes: 1e9 } } } });
    const snapshots = (): Promise<Snapshot> => Promise.resolve({ sequence: host.log.assigned(), parts: [] });
    const watch = host.open({ classes: ['scan'], snapshots });
    const messages = takeAll(watch);
    for (let n = 1; n <= 2000; n += 1) {
      const changes = changesOf({ 0: [n - 1, n] });
      host.log.append('scan', scanEvent(n, n <= 900 ? changes : { ...changes, layout: changes.layout + 1 }));
      await host.time.settle();
    }
    for (let i = 0; i < 3; i += 1) {
      messages.push(...takeAll(watch));
      await host.time.settle();
    }
    expect(messages.map((m) => m.kind)).toEqual(['opened', 'batch', 'reset', 'snapshot']);
    expect(messages[2]).toMatchObject({ reason: 'LAYOUT_CHANGED' });
    const [event] = eventsOf(messages[1]);
    expect(event!.merged?.scans).toBe(900);
    checkChain(messages);
  });

  it('that holds merged words gives them up where all readers together hold too much, and is told', async () => {
    const host = await startHost({
      limits: { rings: { scan: { maxCount: 300, maxBytes: 1e9 } }, maxTotalBytes: 400 },
    });
    const snapshots = (): Promise<Snapshot> => Promise.resolve({ sequence: host.log.assigned(), parts: [] });
    const watch = host.open({ classes: ['scan'], onGap: 'reset', snapshots });
    const messages = takeAll(watch);
    for (let n = 1; n <= 1000; n += 1) {
      host.log.append(
        'scan',
        scanEvent(n, changesOf(Object.fromEntries(Array.from({ length: 50 }, (_, w) => [w, n])))),
      );
      await host.time.settle();
    }
    for (let i = 0; i < 3; i += 1) {
      messages.push(...takeAll(watch));
      await host.time.settle();
    }
    expect(messages.map((m) => m.kind)).toEqual(['opened', 'lagged', 'reset', 'snapshot']);
    checkChain(messages);
  });

  it('that takes nothing for ten seconds with events waiting gets Goodbye with its cursor', async () => {
    const host = await startHost();
    const stopped = host.open({ classes: ['scan'] });
    const idle = host.open({ classes: ['project'] });
    takeAll(stopped);
    takeAll(idle);
    await scan(host, 1, 1);
    await host.time.advance(9000);
    expect(stopped.state()).toBe('live');
    // A reader that takes its progress messages is not stalled, however little happens.
    takeAll(idle);
    await host.time.advance(1600);
    expect(stopped.state()).toBe('ended');
    expect(idle.state()).toBe('live');
    const [goodbye] = takeAll(stopped);
    expect(goodbye).toMatchObject({ kind: 'goodbye', reason: 'SLOW_READER' });
    const resumed = host.open({
      classes: ['scan'],
      start: { kind: 'cursor', bytes: (goodbye as { cursor: Uint8Array }).cursor },
    });
    expect(scansIn(takeAll(resumed))).toEqual([1]);
    expect(host.log.stats()).toMatchObject({ goodbyes: 1, subscriptions: 2 });
  });

  it('that never takes even Opened is ended too', async () => {
    const host = await startHost();
    const watch = host.open({});
    await host.time.advance(11_000);
    expect(watch.state()).toBe('ended');
  });

  it('costs no more memory than its queue, however large the events, and all together no more than the total', async () => {
    const host = await startHost({ limits: { maxQueuedBytes: 100_000, maxTotalBytes: 1_000_000 } });
    const watches = Array.from({ length: 100 }, (_, i) =>
      host.open({ filter: { classes: ['log'], encodingKey: `${i}` } }),
    );
    for (const watch of watches) takeAll(watch);
    let most = 0;
    for (let n = 0; n < 50; n += 1) {
      host.log.append('log', logLine('x'.repeat(5000)));
      await host.time.settle();
      most = Math.max(most, host.log.stats().queuedBytes);
    }
    expect(most).toBeLessThanOrEqual(1_000_000);
    expect(host.log.stats().lagging).toBeGreaterThan(0);
    for (const watch of watches) {
      const messages = takeAll(watch);
      expect(messages.reduce((sum, m) => sum + eventsOf(m).length, 0)).toBe(50);
    }
  });

  it('costs the others nothing: they stay live while it lags', async () => {
    const host = await startHost();
    const slow = host.open({ classes: ['scan'] });
    const quick = host.open({ classes: ['scan'] });
    takeAll(slow);
    const seen = takeAll(quick);
    for (let n = 1; n <= 1000; n += 1) {
      await scan(host, n, n);
      seen.push(...takeAll(quick));
    }
    expect(slow.state()).toBe('lagging');
    expect(scansIn(seen).length).toBe(1000);
    expect(seen.every((m) => m.kind !== 'batch' || m.coalescedScans === 0)).toBe(true);
  });

  it('that loses the rest of a scan in pieces is told, and gets the scan again', async () => {
    const host = await startHost({ limits: { maxMessageBytes: 500, maxQueuedMessages: 8 } });
    const watch = host.open({ classes: ['scan'] });
    takeAll(watch);
    const words = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [i, i]));
    host.log.append('scan', scanEvent(1, changesOf(words)));
    await host.time.settle();
    const first = watch.take();
    expect(first).toMatchObject({ kind: 'batch', continued: true });
    await scan(host, 2, 20);
    const messages = takeAll(watch);
    expect(messages[0]).toMatchObject({ kind: 'lagged', reason: 'SLOW_READER', skipped: 0n });
    checkChain([first!, ...messages]);
  });
});

describe('encoding', () => {
  it('happens once for a hundred watches with equal filters, and they share the bytes', async () => {
    const host = await startHost();
    const watches = Array.from({ length: 100 }, () => host.open({ classes: ['scan'] }));
    for (const watch of watches) takeAll(watch);
    const before = host.encoder.batches;
    await scan(host, 1, 50);
    const streams = watches.map((watch) => takeAll(watch));
    expect(host.encoder.batches - before).toBe(50);
    expect(host.log.stats().encodes).toBe(host.encoder.batches);
    const bodies = streams.map((stream) => stream.map((m) => (m.kind === 'batch' ? m.body : undefined)));
    for (const stream of bodies) stream.forEach((body, i) => expect(body).toBe(bodies[0]![i]));
  });

  it('happens once for a hundred watches that resume from one cursor', async () => {
    const host = await startHost();
    const cursor = (host.open({ classes: ['scan'] }).take() as { cursor: Uint8Array }).cursor;
    await scan(host, 1, 100);
    const before = host.encoder.batches;
    for (let i = 0; i < 100; i += 1) {
      const watch = host.open({ classes: ['scan'], start: { kind: 'cursor', bytes: cursor } });
      expect(scansIn(takeAll(watch)).length).toBe(100);
    }
    expect(host.encoder.batches - before).toBe(1);
  });

  it('happens once per distinct filter', async () => {
    const host = await startHost();
    for (const key of ['a', 'b', 'a', 'b', 'c']) {
      takeAll(host.open({ filter: { classes: ['scan'], words: { key, select: () => undefined } } }));
    }
    const before = host.encoder.batches;
    await scan(host, 1, 10);
    expect(host.encoder.batches - before).toBe(30);
  });
});
