import { HostError } from '../../../server/src/model/host-error.js';
import type { Generation, StateChange } from '../../../server/src/store/state-table.js';
import { createStateTable, decodeChanges, encodeChanges } from '../../../server/src/store/state-table.js';
import type { EventHost } from '../../support/event-host.js';
import { startHost, stateEvent, system } from '../../support/event-host.js';
import type { ManualTime } from '../../support/manual-time.js';
import { manualTime } from '../../support/manual-time.js';
import { memoryFileSystem } from '../../support/memory-file-system.js';

const generation = (count: bigint): Generation => ({ count, by: system, scan: 3, timeNs: 5n });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Journals changes along with an event, and waits for the disk. */
async function commit(host: EventHost, changes: readonly StateChange[]): Promise<void> {
  host.log.append('run_state', stateEvent(), { attachment: host.store.record(changes) });
  await host.time.settle();
}
const after = (
  host: EventHost,
  how: 'afterKill' | 'afterPowerCut' = 'afterPowerCut',
  time = host.time,
): Promise<EventHost> => startHost({ fs: host.fs[how](), time });

describe('the small durable state', () => {
  it('comes back after a crash: desired state, generations, answers, values', async () => {
    const host = await startHost();
    await commit(host, [
      { kind: 'desired', runtime: 'main', state: 'RUN' },
      { kind: 'generation', project: 'p', path: 'Main.A', generation: generation(7n) },
      { kind: 'value', key: 'profile', value: 'codesys' },
      { kind: 'value', key: 'gone', value: 'x' },
      { kind: 'value', key: 'gone', value: undefined },
    ]);
    const { state } = (await after(host)).store;
    expect(state.desired('main')).toBe('RUN');
    expect(state.desired('other')).toBeUndefined();
    expect(state.generation('p', 'Main.A')).toEqual(generation(7n));
    expect(state.value('profile')).toBe('codesys');
    expect(state.keys('')).toEqual(['profile']);
  });

  it('is there if and only if the event is that it came with', async () => {
    const host = await startHost();
    for (let i = 1n; i <= 30n; i += 1n) {
      host.log.append('run_state', stateEvent(Number(i)), {
        attachment: host.store.record([{ kind: 'generation', project: 'p', path: 'a', generation: generation(i) }]),
      });
      for (let step = 0n; step < i % 8n; step += 1n) await Promise.resolve();
      const later = await startHost({ fs: host.fs.afterPowerCut() });
      const events = later.log.read({ classes: ['run_state'], after: 0n, limit: 100 });
      const newest = events.flatMap(({ payload }) => (payload.kind === 'run_state' ? [payload.scan] : [])).at(-1);
      expect(later.store.state.generation('p', 'a')?.count).toBe(newest === undefined ? undefined : BigInt(newest));
    }
  });

  it('comes back from checkpoints, while the journal before them is freed; a damaged one costs nothing', async () => {
    const time = manualTime();
    const options = { checkpointBytes: 2000, journal: { segmentBytes: 3000 } };
    const rings = { run_state: { maxCount: 5, maxBytes: 1e6 } };
    const host = await startHost({ time, store: options, limits: { rings } });
    for (let i = 1n; i <= 500n; i += 1n) {
      await commit(host, [{ kind: 'generation', project: 'p', path: `v${i % 20n}`, generation: generation(i) }]);
    }
    const files = [...host.fs.files.keys()].filter((path) => path.endsWith('.ckpt')).sort();
    expect(files.length).toBe(2);
    expect(host.store.journal.sizeBytes()).toBeLessThan(20_000);
    for (const damaged of [undefined, files[1]!]) {
      const fs = host.fs.afterKill();
      if (damaged) fs.files.get(damaged)![100]! ^= 1;
      const later = await startHost({ fs, time, store: options });
      for (let i = 0n; i < 20n; i += 1n) {
        expect(later.store.state.generation('p', `v${i}`)?.count).toBe(480n + (i === 0n ? 20n : i));
      }
      expect(later.store.notes.length).toBe(damaged ? 1 : 0);
    }
  });

  it('drops the generations of a project when told', async () => {
    const host = await startHost();
    await commit(host, [
      { kind: 'generation', project: 'p', path: 'a', generation: generation(1n) },
      { kind: 'generation', project: 'q', path: 'a', generation: generation(2n) },
      { kind: 'forget', project: 'p' },
    ]);
    const { state } = (await after(host)).store;
    expect(state.generation('p', 'a')).toBeUndefined();
    expect(state.generation('q', 'a')?.count).toBe(2n);
  });

  it('reads back every kind of change, with any text', () => {
    const text = '\n"\u0000\ud83d\ude00,';
    const changes: StateChange[] = [
      { kind: 'desired', runtime: text, state: undefined },
      { kind: 'generation', project: text, path: text, generation: generation(2n ** 64n - 1n) },
      { kind: 'forget', project: text },
      { kind: 'answer', id: text, digest: 'd', answer: Uint8Array.of(0, 255, 10), timeNs: 7n },
      { kind: 'value', key: text, value: text },
      { kind: 'value', key: 'k', value: undefined },
    ];
    const read = decodeChanges(encodeChanges(changes));
    expect(
      read.map((change) => (change.kind === 'answer' ? { ...change, answer: [...change.answer] } : change)),
    ).toEqual(changes.map((change) => (change.kind === 'answer' ? { ...change, answer: [...change.answer] } : change)));
  });

  it('keeps answers for ten minutes, and no more of them than it can hold', () => {
    const table = createStateTable();
    const minute = 60n * 1_000_000_000n;
    for (let i = 0; i < 200_100; i += 1) {
      table.apply([{ kind: 'answer', id: `${i}`, digest: 'd', answer: new Uint8Array(0), timeNs: minute }]);
    }
    expect(table.droppedAnswers()).toBe(100);
    expect(table.answer('200099', 10n * minute)).toBeDefined();
    expect(table.answer('200099', 12n * minute)).toBeUndefined();
  });
});

describe('a request id', () => {
  async function call(host: EventHost, id: string, body: string, effects: string[]): Promise<string> {
    const result = host.store.requests.once(id, bytes(body), async (remember) => {
      effects.push(body);
      const answer = bytes(`answer ${effects.length}`);
      const appended = host.log.append('run_state', stateEvent(effects.length), {
        attachment: host.store.record(remember(answer)),
      });
      await appended.committed;
      return answer;
    });
    const text = result.then(
      (answer) => new TextDecoder().decode(answer),
      (error: unknown) => (error as { reason: string }).reason,
    );
    await host.time.settle();
    return text;
  }

  it('has one effect and one answer, a hundred times, also at once, also after a crash', async () => {
    const host = await startHost();
    const effects: string[] = [];
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(host, 'r1', 'body', effects)));
    expect(new Set(answers)).toEqual(new Set(['answer 1']));
    const later = await after(host);
    expect(await call(later, 'r1', 'body', effects)).toBe('answer 1');
    expect(effects).toEqual(['body']);
  });

  it('with another body is refused, also while the first is under way and after a crash', async () => {
    const host = await startHost();
    const effects: string[] = [];
    const [first, second] = await Promise.all([call(host, 'r1', 'a', effects), call(host, 'r1', 'b', effects)]);
    expect([first, second]).toEqual(['answer 1', 'REQUEST_ID_REUSED']);
    expect(await call(await after(host), 'r1', 'b', effects)).toBe('REQUEST_ID_REUSED');
    expect(effects).toEqual(['a']);
  });

  it('is forgotten after ten minutes, and an empty one is none', async () => {
    const host = await startHost();
    const effects: string[] = [];
    await call(host, 'r1', 'a', effects);
    await call(host, '', 'a', effects);
    await call(host, '', 'b', effects);
    await host.time.advance(11 * 60_000);
    expect(await call(host, 'r1', 'b', effects)).toBe('answer 4');
  });

  it('is performed for whoever has sent it again when the first caller has gone before anything changed', async () => {
    const host = await startHost();
    let cancel: (error: Error) => void = () => undefined;
    const gone = host.store.requests.once('r1', bytes('a'), () => new Promise((_, reject) => (cancel = reject)));
    const performed: string[] = [];
    const again = ['second', 'third'].map((name) =>
      host.store.requests.once('r1', bytes('a'), async () => {
        performed.push(name);
        await Promise.resolve();
        return bytes('done');
      }),
    );
    cancel(new HostError('CANCELLED', 'gone'));
    await expect(gone).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect(await Promise.all(again)).toEqual([bytes('done'), bytes('done')]);
    expect(performed).toEqual(['second']);
  });

  it('of a refused call leaves no trace', async () => {
    const host = await startHost();
    const refused = host.store.requests.once('r1', bytes('a'), () => Promise.reject(new Error('no')));
    await expect(refused).rejects.toThrow('no');
    expect(await call(host, 'r1', 'other', [])).toBe('answer 1');
  });
});

describe('the identity of a host', () => {
  const crash = async (host: EventHost, time: ManualTime): Promise<EventHost> => after(host, 'afterKill', time);

  it('keeps its id, counts its boots and takes another nonce each time', async () => {
    const first = await startHost();
    const second = await after(first);
    expect(second.log.hostId).toBe(first.log.hostId);
    expect(second.log.epoch.boot).toBe(2);
    expect(second.log.epoch.nonce).not.toBe(first.log.epoch.nonce);
    expect((await startHost()).log.hostId).not.toBe(first.log.hostId);
  });

  it('sees a crash loop in three crashes within five minutes, and not in slower ones or after an orderly stop', async () => {
    for (const [pauseMs, looping] of [
      [60_000, true],
      [200_000, false],
    ] as const) {
      const time = manualTime();
      let host = await startHost({ time });
      const seen: boolean[] = [];
      for (let i = 0; i < 3; i += 1) {
        await time.advance(pauseMs);
        host = await crash(host, time);
        seen.push(host.store.identity.crashLoop);
      }
      expect(seen).toEqual([false, false, looping]);
      await host.stop();
      expect((await crash(host, time)).store.identity.crashLoop).toBe(false);
    }
  });

  it('survives damage of either slot, and of both, without giving a number twice', async () => {
    for (const damaged of [['/data/host.a'], ['/data/host.b'], ['/data/host.a', '/data/host.b']]) {
      const host = await startHost({ store: { sequenceBlock: 1000n } });
      for (let i = 0; i < 300; i += 1)
        host.log.append('log', { kind: 'log', severity: 'info', source: 's', message: 'm' });
      await host.time.advance(1000);
      const fs = host.fs.afterKill();
      for (const name of damaged) fs.files.get(name)![40]! ^= 4;
      const later = await startHost({ fs, time: host.time, store: { sequenceBlock: 1000n } });
      expect(later.log.hostId).toBe(host.log.hostId);
      expect(later.log.epochStart > host.log.assigned()).toBe(true);
      expect(later.log.epoch.boot).toBeGreaterThan(host.log.epoch.boot);
      expect(later.log.read({ classes: ['log'], after: 0n, limit: 1000 }).length).toBe(300);
      expect(later.store.notes.length).toBeGreaterThan(0);
    }
  });

  it('has the mark of a block on disk before a number of it is given', async () => {
    const fs = memoryFileSystem();
    const host = await startHost({ fs, store: { sequenceBlock: 100n } });
    for (let i = 0; i < 2000; i += 1) {
      const { sequence } = host.log.append('scan', { kind: 'records_lost', runtime: 'main', fromScan: 1, toScan: 1 });
      if (i % 20 === 0) {
        await host.time.advance(1100);
        const later = await startHost({ fs: fs.afterPowerCut(), store: { sequenceBlock: 100n } });
        expect(later.log.epochStart >= sequence).toBe(true);
      }
    }
  });
});
