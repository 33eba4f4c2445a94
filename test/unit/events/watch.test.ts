import type { OpenRequest, Snapshot, StreamMessage, Subscription } from '../../../server/src/events/subscription.js';
import {
  auditEvent,
  changesOf,
  drain,
  checkChain,
  eventsOf,
  logLine,
  scanEvent,
  startHost,
  stateEvent,
  system,
  takeAll,
  refusal,
} from '../../support/event-host.js';
import type { EventHost } from '../../support/event-host.js';

const kinds = (messages: readonly StreamMessage[]): string[] => messages.map((message) => message.kind);
const sequencesIn = (messages: readonly StreamMessage[]): number[] =>
  messages.flatMap((message) => eventsOf(message).map((event) => event.sequence));
const scansIn = (messages: readonly StreamMessage[]): unknown[] =>
  messages.flatMap((message) =>
    eventsOf(message).flatMap((event) => (event.payload.kind === 'scan' ? [event.payload['scan']] : [])),
  );

/** A snapshot at the newest number, whose one part says so. */
function snapshotsOf(host: EventHost, parts = 1): { provider: () => Promise<Snapshot>; taken: bigint[] } {
  const taken: bigint[] = [];
  return {
    taken,
    provider: () => {
      const sequence = host.log.assigned();
      taken.push(sequence);
      return Promise.resolve({
        sequence,
        parts: Array.from({ length: parts }, (_, i) => ({ payload: { at: sequence, part: i }, sizeBytes: 10 })),
      });
    },
  };
}

describe('a watch', () => {
  it('begins with Opened and goes on with what happens after it', async () => {
    const host = await startHost();
    host.log.append('scan', scanEvent(1));
    await host.time.settle();
    const watch = host.open({ classes: ['scan'] });
    const opened = watch.take();
    expect(opened).toMatchObject({ kind: 'opened', sequence: host.log.head(), epoch: host.log.epoch });
    expect(watch.take()).toBeUndefined();
    host.log.append('scan', scanEvent(2));
    host.log.append('scan', scanEvent(3));
    await host.time.settle();
    const messages = takeAll(watch);
    expect(scansIn(messages)).toEqual([2, 3]);
    checkChain([opened!, ...messages]);
  });

  it('gets everything that is kept at EARLIEST, in order over all classes', async () => {
    const host = await startHost();
    host.log.append('log', logLine('a'));
    host.log.append('run_state', stateEvent());
    host.log.append('scan', scanEvent(1));
    host.log.append('audit', auditEvent('x'));
    host.log.append('log', logLine('b'));
    await host.time.settle();
    const messages = takeAll(host.open({ start: { kind: 'earliest' }, classes: ['run_state', 'log', 'scan'] }));
    expect(kinds(messages)).toEqual(['opened', 'batch']);
    expect(eventsOf(messages[1]).map((event) => event.payload.kind)).toEqual([
      'host_started',
      'log',
      'run_state',
      'scan',
      'log',
    ]);
    expect(sequencesIn(messages)).toEqual([1, 2, 3, 4, 6]);
    checkChain(messages);
  });

  it('resumes from any message of any watch without a gap or a repeat, while others go on', async () => {
    const host = await startHost();
    const whole = host.open({ classes: ['scan', 'log'] });
    const history: number[] = [];
    const seen: number[] = [];
    let cursor: Uint8Array | undefined;
    let broken = host.open({ classes: ['scan', 'log'] });
    for (let scan = 1; scan <= 200; scan += 1) {
      host.log.appendGroup([
        { class: 'log', payload: logLine(`scan ${scan}`) },
        { class: 'scan', payload: scanEvent(scan) },
      ]);
      if (scan % 3 === 0) await host.time.settle();
      history.push(...sequencesIn(takeAll(whole)));
      if (scan % 7 === 0) {
        // Takes one message, and breaks.
        const messages = [broken.take(), broken.take()].flatMap((message) => message ?? []);
        seen.push(...sequencesIn(messages));
        for (const message of messages) if ('cursor' in message && message.cursor.length > 0) ({ cursor } = message);
        broken.close();
        broken = host.open({ classes: ['scan', 'log'], start: { kind: 'cursor', bytes: cursor! } });
      }
    }
    await host.time.settle();
    history.push(...sequencesIn(takeAll(whole)));
    seen.push(...sequencesIn(takeAll(broken)));
    expect(seen).toEqual(history);
    expect(history.length).toBe(400);
  });

  it('never gives a cursor between the records of one scan', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['log', 'scan'] });
    takeAll(watch);
    const ends = new Set<bigint>();
    for (let scan = 1; scan <= 20; scan += 1) {
      const { sequence } = host.log.appendGroup([
        {
          class: 'io',
          payload: { kind: 'io', runtime: 'main', scan, direction: 'input', changes: changesOf({ 0: 1 }) },
        },
        { class: 'log', payload: logLine('x') },
        { class: 'scan', payload: scanEvent(scan) },
      ]);
      ends.add(sequence);
      if (scan % 4 === 0) await host.time.settle();
    }
    const messages = takeAll(watch).filter((message) => message.kind === 'batch');
    expect(messages.length).toBe(5);
    for (const message of messages) expect(ends.has(message.sequence)).toBe(true);
  });

  it('cuts a scan that is too large for one message into pieces, and gives a cursor only with the last', async () => {
    const host = await startHost({ limits: { maxMessageBytes: 2000 } });
    const watch = host.open({ classes: ['scan'] });
    takeAll(watch);
    const before = host.log.head();
    const words = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, i + 1]));
    host.log.append('scan', scanEvent(1, changesOf(words)));
    host.log.append('scan', scanEvent(2, changesOf({ 5: 7 })));
    await host.time.settle();
    const messages = takeAll(watch).flatMap((message) => (message.kind === 'batch' ? [message] : []));
    expect(messages.length).toBeGreaterThan(4);
    expect(messages.slice(0, -2).every((message) => message.continued && message.sequence === before)).toBe(true);
    expect(messages.at(-1)!.continued).toBe(false);
    expect(messages.at(-1)!.sequence).toBe(host.log.head());
    const values = messages.flatMap((m) =>
      eventsOf(m).flatMap((e) => (e.payload['changes'] as { value: number[] }).value),
    );
    expect(values).toEqual([...Array.from({ length: 1000 }, (_, i) => i + 1), 7]);
    checkChain([...messages], { delivery: 0n, sequence: before });
  });

  it('joins a snapshot to what follows: the first batch begins where the snapshot stands', async () => {
    const host = await startHost();
    host.log.append('scan', scanEvent(1));
    await host.time.settle();
    const snapshots = snapshotsOf(host, 3);
    const watch = host.open({ classes: ['scan'], start: { kind: 'snapshot' }, snapshots: snapshots.provider });
    host.log.append('scan', scanEvent(2));
    await host.time.settle();
    const messages = takeAll(watch);
    host.log.append('scan', scanEvent(3));
    await host.time.settle();
    host.log.append('scan', scanEvent(4));
    messages.push(...(await drain(host, watch)));
    expect(kinds(messages)).toEqual(['opened', 'snapshot', 'snapshot', 'snapshot', 'batch']);
    expect(messages.slice(1, 4).map((m) => m.kind === 'snapshot' && m.more)).toEqual([true, true, false]);
    const at = snapshots.taken[0]!;
    const batch = messages[4]!;
    expect(batch).toMatchObject({ kind: 'batch', previous: at });
    expect(sequencesIn(messages).every((sequence) => BigInt(sequence) > at)).toBe(true);
    checkChain(messages);
  });

  it('holds a snapshot back until everything in it is on disk', async () => {
    const host = await startHost();
    let release = (): void => undefined;
    host.fs.syncGate = new Promise((resolve) => (release = resolve));
    // The event is numbered, and not yet on disk when the snapshot is taken.
    host.log.append('run_state', stateEvent());
    const snapshots = snapshotsOf(host);
    const watch = host.open({ classes: ['run_state'], start: { kind: 'snapshot' }, snapshots: snapshots.provider });
    await host.time.settle();
    expect(kinds(await drain(host, watch))).toEqual(['opened']);
    expect(snapshots.taken).toEqual([host.log.assigned()]);
    release();
    await host.time.settle();
    expect(takeAll(watch)[0]).toMatchObject({ kind: 'snapshot', sequence: snapshots.taken[0] });
  });

  it('takes one snapshot for all that ask while it is under way, and encodes each part once', async () => {
    const host = await startHost();
    const snapshots = snapshotsOf(host, 2);
    const request: Partial<OpenRequest> & { classes: ['scan'] } = {
      classes: ['scan'],
      start: { kind: 'snapshot' },
      snapshots: snapshots.provider,
    };
    const watches = Array.from({ length: 50 }, () => host.open(request));
    for (const watch of watches) expect(kinds(takeAll(watch))).toEqual(['opened']);
    await host.time.settle();
    for (const watch of watches) expect(kinds(takeAll(watch))).toEqual(['snapshot', 'snapshot']);
    // Nothing has happened since: one that comes later gets the same.
    expect(kinds(await drain(host, host.open(request)))).toEqual(['opened', 'snapshot', 'snapshot']);
    expect(snapshots.taken.length).toBe(1);
    expect(host.encoder.parts).toBe(2);
  });

  it('says Goodbye when the snapshot cannot be taken', async () => {
    const host = await startHost();
    const watch = host.open({ start: { kind: 'snapshot' }, snapshots: () => Promise.reject(new Error('no engine')) });
    expect((await drain(host, watch)).at(-1)).toMatchObject({ kind: 'goodbye', reason: 'SNAPSHOT_FAILED' });
    expect(watch.state()).toBe('ended');
  });

  it('frees a watch that closes while its snapshot is under way, a thousand times', async () => {
    const host = await startHost();
    for (let i = 0; i < 1000; i += 1) {
      const watch = host.open({ start: { kind: 'snapshot' }, snapshots: snapshotsOf(host).provider });
      takeAll(watch);
      if (i % 2 === 0) await host.time.settle();
      if (i % 4 === 0) watch.take();
      watch.close();
      expect(watch.take()).toBeUndefined();
    }
    expect(host.log.stats()).toMatchObject({ subscriptions: 0, queuedBytes: 0 });
  });

  it('sends Progress every second while nothing happens, behind the events and never before them', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['project'] });
    takeAll(watch);
    host.log.append('scan', scanEvent(1));
    await host.time.advance(3100);
    const messages = takeAll(watch);
    expect(kinds(messages)).toEqual(['progress', 'progress', 'progress']);
    expect(messages.at(-1)).toMatchObject({ sequence: host.log.head() });
    checkChain(messages);
    host.log.append('project', { kind: 'plugin', plugin: 'p', change: 'started' });
    await host.time.advance(2000);
    expect(kinds(takeAll(watch))[0]).toBe('batch');
  });

  it.each([
    ['classes', { classes: ['log'] as const }, ['log:a', 'log:b']],
    ['a least severity', { classes: ['log'] as const, minSeverity: 'error' as const }, ['log:b']],
    ['runtimes', { classes: ['scan'] as const, runtimes: ['fork'] }, ['scan:fork']],
    ['changes only', { classes: ['scan'] as const, changesOnly: true }, ['scan:main']],
    [
      'words',
      { classes: ['scan'] as const, changesOnly: true, words: { key: 'w9', select: () => Uint32Array.of(1 << 9) } },
      [],
    ],
    [
      'words, with empty scans',
      { classes: ['scan'] as const, words: { key: 'w1', select: () => Uint32Array.of(2) } },
      ['scan:main', 'scan:fork', 'scan:main'],
    ],
  ])('filters by %s', async (_, filter, expected) => {
    const host = await startHost();
    const watch = host.open({ filter: { ...filter, classes: [...filter.classes] } });
    host.log.append('log', logLine('a'));
    host.log.append('scan', scanEvent(1, changesOf({ 1: 5, 2: 6 })));
    host.log.append('scan', scanEvent(1, changesOf({}), 'fork'));
    host.log.append('scan', scanEvent(2, changesOf({})));
    host.log.append('log', logLine('b', 'error'));
    await host.time.settle();
    const seen = takeAll(watch).flatMap((message) =>
      eventsOf(message).map((e) => `${e.payload.kind}:${String(e.payload['message'] ?? e.payload['runtime'])}`),
    );
    expect(seen).toEqual(expected);
  });

  it('shows only the selected words of a scan', async () => {
    const host = await startHost();
    const watch = host.open({
      filter: { classes: ['scan'], words: { key: 'w', select: () => Uint32Array.of(0, 1 << 8) } },
    });
    host.log.append('scan', scanEvent(1, changesOf({ 3: 1, 40: 2, 41: 3 })));
    await host.time.settle();
    expect(eventsOf(takeAll(watch)[1])[0]!.payload['changes']).toMatchObject({ index: [40], value: [2] });
  });

  it.each([
    [Number.NaN, 'INVALID_REQUEST'],
    [-1, 'INVALID_REQUEST'],
    [1e308, 3_600_000],
    [0, 0],
    [250, 250],
  ])('takes a least interval of %p as %p', async (interval, outcome) => {
    const host = await startHost();
    const open = (): StreamMessage | undefined =>
      host.open({ filter: { classes: ['scan'], minIntervalMs: interval } }).take();
    if (typeof outcome === 'string') expect(open).toThrow(refusal(outcome));
    else expect(open()).toMatchObject({ limits: { minIntervalMs: outcome } });
  });

  it('merges scans within the least interval, and lets an urgent event pass with what there is', async () => {
    const host = await startHost();
    const watch = host.open({ filter: { classes: ['scan', 'run_state'], minIntervalMs: 100 } });
    takeAll(watch);
    const messages: StreamMessage[] = [];
    for (let scan = 1; scan <= 50; scan += 1) {
      host.log.append('scan', scanEvent(scan, changesOf({ [scan % 3]: scan })));
      await host.time.advance(10);
      messages.push(...takeAll(watch));
    }
    expect(messages.length).toBeGreaterThanOrEqual(5);
    expect(messages.length).toBeLessThanOrEqual(6);
    expect(messages.at(-1)).toMatchObject({ kind: 'batch', coalescedScans: 10 });
    host.log.append('scan', scanEvent(51));
    host.log.append('run_state', stateEvent(51));
    await host.time.settle();
    const urgent = takeAll(watch);
    messages.push(...urgent);
    expect(eventsOf(urgent[0]).map((event) => event.payload.kind)).toEqual(['scan', 'run_state']);
    checkChain(messages);
  });

  it('counts a merged scan once, also where I/O changed between it and the next', async () => {
    const host = await startHost();
    const watch = host.open({ filter: { classes: ['scan', 'io'], minIntervalMs: 100 } });
    takeAll(watch);
    const io = (scan: number) => ({
      class: 'io' as const,
      payload: {
        kind: 'io' as const,
        runtime: 'main',
        scan,
        direction: 'input' as const,
        changes: changesOf({ 9: scan }),
      },
    });
    host.log.append('scan', scanEvent(1));
    await host.time.advance(10);
    takeAll(watch);
    const { changes } = scanEvent(1);
    host.log.appendGroup([
      io(1),
      { class: 'scan', payload: { kind: 'values', runtime: 'main', scan: 1, cause: 'write', changes } },
    ]);
    host.log.appendGroup([io(2), { class: 'scan', payload: scanEvent(2) }]);
    await host.time.advance(200);
    expect(takeAll(watch)).toMatchObject([{ kind: 'batch', scan: 2, coalescedScans: 1 }]);
  });

  it('is one of at most 64 on a connection and 512 on the host', async () => {
    const host = await startHost();
    const connection = {};
    const mine = Array.from({ length: 64 }, () => host.open({ connection }));
    expect(() => host.open({ connection })).toThrow(refusal('TOO_MANY_SUBSCRIPTIONS'));
    mine[0]!.close();
    mine[0]!.close();
    expect(() => host.open({ connection })).not.toThrow();
    for (let i = 0; i < 448; i += 1) host.open({ connection: {} });
    expect(() => host.open({ connection: {} })).toThrow(refusal('TOO_MANY_SUBSCRIPTIONS'));
  });

  it("is told by its encoder's failure, and by nobody else's", async () => {
    const host = await startHost();
    const bad = host.open({
      filter: { classes: ['scan'], encodingKey: 'bad' },
      encoder: {
        batch: () => {
          throw new Error('broken');
        },
        snapshotPart: () => new Uint8Array(0),
      },
    });
    const good = host.open({ classes: ['scan'] });
    takeAll(bad);
    takeAll(good);
    host.log.append('scan', scanEvent(1));
    await host.time.settle();
    expect(takeAll(bad).at(-1)).toMatchObject({ kind: 'goodbye', reason: 'ENCODING_FAILED' });
    expect(scansIn(takeAll(good))).toEqual([1]);
  });

  it('gets a Reset and a snapshot when the layout of a runtime changes, and loses no other event', async () => {
    for (const taking of ['live', 'resumed'] as const) {
      const host = await startHost();
      const snapshots = snapshotsOf(host);
      host.log.append('scan', scanEvent(1));
      await host.time.settle();
      const first = host.open({ classes: ['scan', 'run_state'], snapshots: snapshots.provider });
      const messages = [first.take()!];
      if (taking === 'live') expect(first.take()).toBeUndefined();
      host.log.append('scan', scanEvent(2));
      await host.time.settle();
      host.log.append('scan', { kind: 'values', runtime: 'main', scan: 2, cause: 'swap', changes: changesOf({}, 2) });
      host.log.append('run_state', stateEvent(2, { cause: 'restart', by: system }));
      host.log.append('scan', scanEvent(3, changesOf({ 0: 3 }, 2)));
      await host.time.settle();
      messages.push(...takeAll(first));
      await host.time.settle();
      messages.push(...takeAll(first));
      host.log.append('scan', scanEvent(4, changesOf({ 0: 4 }, 2)));
      await host.time.settle();
      messages.push(...takeAll(first));
      expect(kinds(messages)).toEqual(['opened', 'batch', 'reset', 'batch', 'snapshot', 'batch']);
      expect(messages[2]).toMatchObject({ reason: 'LAYOUT_CHANGED', runtime: 'main' });
      expect(scansIn(messages)).toEqual([2, 4]);
      expect(eventsOf(messages[3]).map((event) => event.payload.kind)).toEqual(['run_state']);
      // Without a cursor: who resumed there would miss words.
      expect(messages.map((m) => m.kind === 'batch' && m.continued)).toEqual([false, false, false, true, false, false]);
      checkChain(messages);
    }
  });

  it('gets them, too, where it resumes with a cursor from just before that change', async () => {
    const host = await startHost();
    const snapshots = snapshotsOf(host);
    const open = (bytes?: Uint8Array): Subscription =>
      host.open({
        classes: ['scan', 'run_state'],
        snapshots: snapshots.provider,
        ...(bytes && { start: { kind: 'cursor', bytes } }),
      });
    host.log.append('scan', scanEvent(1));
    await host.time.settle();
    const first = open();
    takeAll(first);
    host.log.append('scan', scanEvent(2));
    await host.time.settle();
    const before = takeAll(first).at(-1);
    if (before?.kind !== 'batch') throw new Error('no batch');
    // Nothing has moved on the wire yet: only the words mean something else.
    host.log.append('scan', { kind: 'values', runtime: 'main', scan: 2, cause: 'swap', changes: changesOf({}, 2) });
    await host.time.settle();
    for (let i = 0; i < 2; i += 1) {
      const again = open(before.cursor);
      const messages = takeAll(again);
      await host.time.settle();
      messages.push(...takeAll(again));
      expect(kinds(messages)).toEqual(['opened', 'reset', 'snapshot']);
      // Cut off before the snapshot, it is told again.
      again.close();
    }
  });

  it('says Goodbye at a cursor from before a Reset whose snapshot it has not taken', async () => {
    const host = await startHost();
    const snapshots = snapshotsOf(host);
    host.log.append('scan', scanEvent(1));
    await host.time.settle();
    const watch = host.open({ classes: ['scan', 'run_state'], snapshots: snapshots.provider });
    takeAll(watch);
    const at = host.log.head();
    host.log.append('scan', { kind: 'values', runtime: 'main', scan: 1, cause: 'swap', changes: changesOf({}, 2) });
    host.log.append('run_state', stateEvent(1, { cause: 'restart', by: system }));
    host.log.append('scan', scanEvent(2, changesOf({ 0: 3 }, 2)));
    await host.time.settle();
    takeAll(watch);
    await host.time.settle();
    const messages = [watch.take()!, watch.take()!];
    expect(kinds(messages)).toEqual(['reset', 'batch']);
    watch.end('SLOW_READER', 'it took nothing');
    expect(takeAll(watch).at(-1)).toMatchObject({ kind: 'goodbye', sequence: at });
  });

  it('ends with Goodbye behind everything it had coming when the host stops', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['run_state'] });
    takeAll(watch);
    host.log.append('run_state', stateEvent(0, { cause: 'stop' }));
    await host.stop();
    const messages = takeAll(watch);
    expect(kinds(messages)).toEqual(['batch', 'goodbye']);
    expect(messages[1]).toMatchObject({ reason: 'SHUTTING_DOWN', sequence: host.log.head() });
    expect(() => host.open({})).toThrow(refusal('SHUTTING_DOWN'));
  });

  it('can be awaited message by message', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['scan'] });
    expect((await watch.next())?.kind).toBe('opened');
    const next = watch.next();
    host.log.append('scan', scanEvent(1));
    await host.time.settle();
    expect(scansIn([(await next)!])).toEqual([1]);
    watch.end('REVOKED', 'the token was revoked');
    expect((await watch.next())?.kind).toBe('goodbye');
    expect(await watch.next()).toBeUndefined();
  });
});
