import { auditChainStart, findAuditBreak } from '../../../server/src/events/audit-chain.js';
import type { AuditRecord } from '../../../server/src/events/audit-chain.js';
import { decodePayload, encodePayload } from '../../../server/src/events/payload-codec.js';
import type { EventPayload } from '../../../server/src/model/event.js';
import { eventClasses } from '../../../server/src/model/event.js';
import { encodeCursor } from '../../../server/src/model/cursor.js';
import type { EventHost } from '../../support/event-host.js';
import {
  auditEvent,
  changesOf,
  eventsOf,
  logLine,
  scanEvent,
  startHost,
  stateEvent,
  system,
  takeAll,
  refusal,
  outcomeOf,
} from '../../support/event-host.js';

const settled = (promise: Promise<void>): Promise<string> => outcomeOf(promise, 'committed');
const isPending = (promise: Promise<void>): Promise<boolean> =>
  Promise.race([promise.then(() => false), Promise.resolve().then(() => Promise.resolve(true))]);

function hold(host: EventHost): () => void {
  let release = (): void => undefined;
  host.fs.syncGate = new Promise((resolve) => {
    release = () => {
      host.fs.syncGate = undefined;
      resolve();
    };
  });
  return release;
}
const kindsOf = (host: EventHost): string[] =>
  host.log.read({ classes: eventClasses, after: host.log.epochStart, limit: 1000 }).map((event) => event.payload.kind);

describe('the log', () => {
  it('numbers every record one higher than the one before it, over all classes', async () => {
    const host = await startHost();
    const first = host.log.assigned();
    host.log.append('scan', scanEvent(1));
    host.log.append('run_state', stateEvent());
    host.log.appendGroup([
      { class: 'log', payload: logLine('a') },
      { class: 'scan', payload: scanEvent(2) },
    ]);
    await host.time.settle();
    const sequences = host.log.read({ classes: eventClasses, after: first, limit: 10 }).map((event) => event.sequence);
    expect(sequences).toEqual([1n, 2n, 3n, 4n].map((n) => first + n));
  });

  it.each(['run_state', 'project', 'audit'] as const)(
    'shows no %s event, and nothing numbered after it, before it is on disk',
    async (eventClass) => {
      const host = await startHost();
      const watch = host.open({ classes: ['run_state', 'project', 'audit', 'scan'] });
      takeAll(watch);
      const release = hold(host);
      host.log.append('scan', scanEvent(1));
      const before = host.log.assigned();
      const { committed } =
        eventClass === 'run_state'
          ? host.log.append('run_state', stateEvent())
          : eventClass === 'project'
            ? host.log.append('project', { kind: 'plugin', plugin: 'p', change: 'started' })
            : host.log.append('audit', auditEvent('x'));
      host.log.append('scan', scanEvent(2));
      await host.time.settle();
      expect(host.log.head()).toBe(before);
      expect(takeAll(watch).flatMap((m) => eventsOf(m).map((e) => e.payload.kind))).toEqual(['scan']);
      expect(await isPending(committed)).toBe(true);
      release();
      await host.time.settle();
      expect(await settled(committed)).toBe('committed');
      expect(takeAll(watch).flatMap((m) => eventsOf(m)).length).toBe(2);
      expect(host.log.head()).toBe(host.log.assigned());
    },
  );

  it('lets log events be seen at once, and has them on disk within a second', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['log'] });
    takeAll(watch);
    host.log.append('log', logLine('a'));
    await host.time.settle();
    expect(takeAll(watch).length).toBe(1);
    await host.time.advance(1000);
    const after = await startHost({ fs: host.fs.afterPowerCut(), time: host.time });
    expect(after.log.read({ classes: ['log'], after: 0n, limit: 10 }).map((e) => e.payload.kind)).toEqual(['log']);
  });

  it('never shows an event that a crash takes back: what any reader saw is there after a power cut at any moment', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['run_state'] });
    const seen: number[] = [];
    for (let i = 1; i <= 60; i += 1) {
      host.log.append('run_state', stateEvent(i));
      for (let step = 0; step < i % 9; step += 1) await Promise.resolve();
      if (i % 4 === 0) await host.time.settle();
      seen.push(...takeAll(watch).flatMap((m) => eventsOf(m).map((e) => e.sequence)));
      const after = await startHost({ fs: host.fs.afterPowerCut() });
      const kept = after.log.read({ classes: ['run_state'], after: 0n, limit: 1000 }).map((e) => Number(e.sequence));
      for (const sequence of seen) expect(kept).toContain(sequence);
    }
    expect(seen.length).toBeGreaterThan(40);
  });

  it('keeps a flood of one class from dropping another', async () => {
    const host = await startHost({ limits: { rings: { log: { maxCount: 50, maxBytes: 1e6 } } } });
    host.log.append('project', { kind: 'plugin', plugin: 'p', change: 'started' });
    for (let i = 0; i < 1000; i += 1) host.log.append('log', logLine(`${i}`));
    await host.time.settle();
    expect(host.log.floors()).toMatchObject({ project: 0n, run_state: 0n, log: host.log.head() - 50n });
    expect(host.log.read({ classes: ['project'], after: 0n, limit: 10 }).length).toBe(1);
  });

  it('drops by bytes too', async () => {
    const host = await startHost({ limits: { rings: { scan: { maxCount: 1e6, maxBytes: 100_000 } } } });
    const words = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [i, i]));
    for (let i = 1; i <= 100; i += 1) host.log.append('scan', scanEvent(i, changesOf(words)));
    expect(host.log.stats().keptBytes.scan).toBeLessThanOrEqual(100_000);
    expect(host.log.floors().scan > 0n).toBe(true);
  });

  it('reads a page of some classes', async () => {
    const host = await startHost();
    for (let i = 0; i < 10; i += 1) host.log.append('log', logLine(`${i}`));
    await host.time.settle();
    const page = host.log.read({ classes: ['log'], after: 3n, limit: 4 });
    expect(page.map((e) => e.sequence)).toEqual([4n, 5n, 6n, 7n]);
    expect(host.log.read({ classes: ['log'], after: 3n, limit: 0 })).toEqual([]);
  });

  it('refuses an event that is too large for the journal, and gives no number to it', async () => {
    const host = await startHost();
    const before = host.log.assigned();
    expect(() => host.log.append('log', logLine('x'.repeat(9_000_000)))).toThrow(refusal('TOO_LARGE'));
    expect(host.log.assigned()).toBe(before);
  });
});

describe('audit', () => {
  it('is a chain over restarts, in which a change or an omission shows', async () => {
    const first = await startHost();
    first.log.append('audit', auditEvent('a'));
    first.log.append('audit', auditEvent('b'));
    await first.time.settle();
    const second = await startHost({ fs: first.fs.afterKill(), time: first.time });
    second.log.append('audit', auditEvent('c'));
    second.log.append('audit', { ...auditEvent('d'), hash: 'a hash of the caller does not count' });
    await second.time.settle();
    const records = second.log.read({ classes: ['audit'], after: 0n, limit: 10 }) as readonly AuditRecord[];
    expect(records.map((r) => r.payload.action)).toEqual(['a', 'b', 'c', 'd']);
    expect(findAuditBreak(records, auditChainStart)).toBeUndefined();
    expect(findAuditBreak([records[0]!, records[2]!, records[3]!], auditChainStart)).toBe(records[2]!.sequence);
    const changed = records.map((r, i) =>
      i === 1 ? { ...r, payload: { ...r.payload, outcome: 'refused' as const } } : r,
    );
    expect(findAuditBreak(changed, auditChainStart)).toBe(records[1]!.sequence);
    expect(findAuditBreak(records.slice(1), records[0]!.payload.hash)).toBeUndefined();
  });
});

describe('a failing disk', () => {
  it('refuses those that wait, lets scans go on, is told to readers, and heals by itself', async () => {
    for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
      const host = await startHost();
      const watch = host.open({ classes: ['run_state', 'scan'] });
      takeAll(watch);
      host.fs.fault = (operation) => (operation === 'write' ? code : undefined);
      const { committed } = host.log.append('run_state', stateEvent(1));
      host.log.append('scan', scanEvent(1));
      await host.time.settle();
      expect(await settled(committed)).toBe('STORAGE_FAILED');
      expect(host.log.storageFailed()).toBe(true);
      expect(await settled(host.log.append('run_state', stateEvent(2)).committed)).toBe('STORAGE_FAILED');
      host.log.append('scan', scanEvent(2));
      await host.time.advance(200);
      const seen = takeAll(watch).flatMap((m) => eventsOf(m));
      expect(seen.map((e) => [e.payload.kind, e.volatile === true])).toEqual([
        ['run_state', true],
        ['scan', false],
        ['storage', true],
        ['run_state', true],
        ['scan', false],
      ]);
      host.fs.fault = undefined;
      await host.time.advance(1000);
      expect(host.log.storageFailed()).toBe(false);
      const healed = host.log.append('run_state', stateEvent(3)).committed;
      await host.time.settle();
      expect(await settled(healed)).toBe('committed');
    }
  });

  it('takes nothing back that it has shown, once it heals', async () => {
    const host = await startHost();
    host.fs.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    const { sequence } = host.log.append('run_state', stateEvent(1));
    await host.time.advance(100);
    host.fs.fault = undefined;
    await host.time.advance(1000);
    const after = await startHost({ fs: host.fs.afterPowerCut(), time: host.time });
    const kept = after.log.read({ classes: ['run_state'], after: 0n, limit: 100 });
    expect(kept.map((e) => e.payload.kind)).toEqual([
      'host_started',
      'run_state',
      'storage',
      'storage',
      'host_started',
    ]);
    expect(kept[1]!.sequence).toBe(sequence);
  });

  it('withdraws what its caller has not done yet: nobody sees it, and no restart brings it back', async () => {
    const host = await startHost();
    const watch = host.open({ classes: ['run_state', 'project'] });
    takeAll(watch);
    // The bytes get to the file, but not for certain to the disk.
    host.fs.fault = (operation) => (operation === 'sync' || operation === 'truncate' ? 'EIO' : undefined);
    const attachment = host.store.record([{ kind: 'value', key: 'project', value: 'new' }]);
    const refused = host.log
      .append('project', { kind: 'plugin', plugin: 'p', change: 'started' }, { ifStorageFails: 'withdraw', attachment })
      .committed.then(
        () => undefined,
        (error: unknown) => error,
      );
    await host.time.advance(100);
    expect(await refused).toMatchObject({ reason: 'STORAGE_FAILED', metadata: { withdrawn: 'true' } });
    host.fs.fault = undefined;
    await host.time.advance(1000);
    expect(takeAll(watch).flatMap((m) => eventsOf(m).map((e) => e.payload.kind))).toEqual(['storage', 'storage']);
    const after = await startHost({ fs: host.fs.afterKill(), time: host.time });
    expect(after.log.read({ classes: ['project'], after: 0n, limit: 10 })).toEqual([]);
    expect(after.store.state.value('project')).toBeUndefined();
  });

  it('lets the host start, on a full, broken or read-only disk too, and gives no number twice', async () => {
    const first = await startHost();
    first.log.append('run_state', stateEvent(1));
    await first.time.settle();
    const used = first.log.assigned();
    for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
      const fs = first.fs.afterKill();
      fs.fault = (operation) => (operation === 'read' || operation === 'open' ? undefined : code);
      const host = await startHost({ fs });
      expect(host.log.epochStart > used).toBe(true);
      await host.time.advance(100);
      expect(host.log.storageFailed()).toBe(true);
      expect(kindsOf(host)).toContain('storage');
      expect(host.store.notes.join()).not.toBe('');
      const numbers = [host.log.epochStart, host.log.assigned()] as const;
      const later = await startHost({ fs: first.fs.afterKill() });
      expect(later.log.epochStart > numbers[1] || later.log.assigned() < numbers[0]).toBe(true);
      fs.fault = undefined;
      await host.time.advance(1000);
      expect(host.log.storageFailed()).toBe(false);
    }
  });
});

describe('after a restart', () => {
  it('the first record says so, and that the last stop was none', async () => {
    const first = await startHost();
    await first.stop();
    const second = await startHost({ fs: first.fs.afterKill(), time: first.time });
    const third = await startHost({ fs: second.fs.afterKill(), time: first.time });
    const starts = third.log.read({ classes: ['run_state'], after: 0n, limit: 10 }).map((e) => e.payload);
    expect(starts).toMatchObject([
      { kind: 'host_started', boot: 1, clean: true },
      { kind: 'host_started', boot: 2, clean: true },
      { kind: 'host_started', boot: 3, clean: false },
    ]);
  });

  it('no number is ever given again, over 50 crashes at random moments', async () => {
    let fs = (await startHost()).fs.afterKill();
    const given = new Set<bigint>();
    for (let round = 0; round < 50; round += 1) {
      const host = await startHost({ fs, store: { sequenceBlock: 64n } });
      for (let i = 0; i < round; i += 1) {
        const { sequence } =
          i % 3 === 0 ? host.log.append('run_state', stateEvent(i)) : host.log.append('scan', scanEvent(i));
        expect(given.has(sequence)).toBe(false);
        given.add(sequence);
        if (i % 10 === 9) await host.time.advance(1100);
      }
      for (let step = 0; step < round % 7; step += 1) await Promise.resolve();
      fs = round % 2 === 0 ? host.fs.afterKill() : host.fs.afterPowerCut();
    }
    expect(given.size).toBe((50 * 49) / 2);
  });

  it('a damaged journal is told by an event with the stretch, once, and the cursors of that stretch are truncated', async () => {
    const first = await startHost({ store: { journal: { segmentBytes: 1000 } } });
    for (let i = 1; i <= 40; i += 1) {
      first.log.append('run_state', stateEvent(i));
      await first.time.settle();
    }
    const cursor = (sequence: bigint): Uint8Array => encodeCursor(first.log.cursorAt(sequence));
    const fs = first.fs.afterKill();
    const names = [...fs.files.keys()].filter((path) => path.endsWith('.seg')).sort();
    fs.files.delete(names[2]!);
    const second = await startHost({ fs, time: first.time });
    const told = second.log
      .read({ classes: ['run_state'], after: 0n, limit: 100 })
      .flatMap(({ payload }) => (payload.kind === 'journal_truncated' ? [payload] : []));
    expect(told.length).toBe(1);
    const { from, to } = told[0]!;
    expect(from > 1n && to > from && to < 40n).toBe(true);
    expect(second.log.floors()).toMatchObject({ run_state: to, project: to, audit: to, log: to });
    const open =
      (sequence: bigint): (() => unknown) =>
      () =>
        takeAll(second.open({ classes: ['run_state'], start: { kind: 'cursor', bytes: cursor(sequence) } }));
    expect(open(from - 1n)).toThrow(refusal('CURSOR_TRUNCATED'));
    expect(open(to - 1n)).toThrow(refusal('CURSOR_TRUNCATED'));
    expect(open(to)).not.toThrow();
    await second.time.settle();
    const third = await startHost({ fs: second.fs.afterKill(), time: first.time });
    expect(third.store.recovery.losses).toEqual([]);
    expect(third.log.floors().run_state).toBe(to);
  });
});

describe('events on disk', () => {
  it.each([
    [
      'bigints and bytes',
      {
        kind: 'write',
        runtime: 'main',
        by: system,
        action: 'write',
        scan: 1,
        items: [{ path: 'a', generation: 2n ** 64n - 1n, value: { kind: 'int', type: 'LINT', value: -5n } }],
      },
    ],
    [
      'numbers that JSON does not know',
      {
        kind: 'write',
        runtime: 'main',
        by: system,
        action: 'write',
        scan: 1,
        items: [Number.NaN, Infinity, -Infinity, -0].map((value) => ({
          path: 'a',
          generation: 1n,
          value: { kind: 'real', type: 'LREAL', value },
        })),
      },
    ],
    ['names that look like tags', { ...logLine('x'), fields: { $n: '1', $$n: '2', __proto__x: '3', $b: 'AA' } }],
    ['a single field that looks like a tag', { ...logLine('x'), fields: { $n: '1' } }],
    ['any text', logLine('\u0000\ud800\uffff "\\ \u{1f600}')],
  ] as readonly (readonly [string, EventPayload])[])('come back with %s', (_, payload) => {
    expect(decodePayload(encodePayload(123n, payload))).toEqual({ timeNs: 123n, payload });
  });

  it('are undefined where the bytes are something else, and do not reach a prototype', () => {
    for (const text of ['', '[]', '["1"]', '["x",{"kind":"log"}]', 'null', '{"a":1}', '["1",{"kind":']) {
      expect(decodePayload(new TextEncoder().encode(text))).toBeUndefined();
    }
    const hostile = decodePayload(new TextEncoder().encode('["1",{"kind":"log","__proto__":{"polluted":true}}]'));
    expect((hostile?.payload as unknown as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
