import type { Cursor } from '../../../server/src/model/cursor.js';
import {
  cursorFromText,
  cursorSizeBytes,
  cursorToText,
  decodeCursor,
  encodeCursor,
} from '../../../server/src/model/cursor.js';
import type { EventClass } from '../../../server/src/model/event.js';
import { HostError } from '../../../server/src/model/host-error.js';
import type { EventHost } from '../../support/event-host.js';
import {
  drain,
  eventsOf,
  logLine,
  scanEvent,
  startHost,
  stateEvent,
  takeAll,
  refusal,
} from '../../support/event-host.js';

function randomBytes(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}

function openWith(
  host: EventHost,
  bytes: Uint8Array,
  classes: readonly EventClass[] = ['run_state', 'log', 'scan'],
): string {
  try {
    const watch = host.open({ classes, start: { kind: 'cursor', bytes } });
    const opened = watch.take();
    watch.close();
    return opened?.kind === 'opened' ? `resume ${opened.sequence}` : 'nothing';
  } catch (error) {
    if (error instanceof HostError) return error.reason;
    throw error;
  }
}

describe('cursor bytes', () => {
  const cursor: Cursor = {
    hostId: '00112233445566778899aabbccddeeff',
    epoch: { boot: 7, nonce: 2n ** 64n - 1n },
    sequence: 2n ** 63n + 5n,
  };

  it('decode to what was encoded, as bytes and as text, within 64 bytes', () => {
    const bytes = encodeCursor(cursor);
    expect(bytes.length).toBe(cursorSizeBytes);
    expect(cursorSizeBytes).toBeLessThanOrEqual(64);
    expect(decodeCursor(bytes)).toEqual({ kind: 'cursor', cursor });
    expect(cursorFromText(cursorToText(bytes))).toEqual(bytes);
    expect(cursorToText(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
  });

  it('are malformed with any single bit flipped', () => {
    const bytes = encodeCursor(cursor);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeCursor(flipped).kind).toBe('malformed');
    }
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(1)],
    ['version 2', Uint8Array.of(2, ...encodeCursor(cursor).subarray(1))],
    ['ten megabytes', new Uint8Array(10_000_000)],
    ['one byte too many', Uint8Array.of(...encodeCursor(cursor), 0)],
    ['one byte too few', encodeCursor(cursor).subarray(0, 40)],
  ])('of %s are malformed', (_, bytes) => {
    expect(decodeCursor(bytes).kind).toBe('malformed');
  });

  it('of 64 random bytes are malformed or foreign ten thousand times, and never throw', async () => {
    const host = await startHost();
    const next = randomBytes(1);
    for (let i = 0; i < 10_000; i += 1) {
      const bytes = Uint8Array.from({ length: i % 2 === 0 ? 64 : cursorSizeBytes }, (_, at) => (at === 0 ? 1 : next()));
      expect(openWith(host, bytes)).toBe('CURSOR_MALFORMED');
    }
    expect(host.log.stats().subscriptions).toBe(0);
  });

  it.each(['a b', 'AAAA=', '====', 'A', '\u{1f600}', 'AB'.repeat(100), 'AB\n'])(
    'in the text %p are refused',
    (text) => {
      expect(cursorFromText(text)).toBeUndefined();
    },
  );
});

describe('a cursor of this epoch', () => {
  it('is answered by the table: floors, head, and what lies beyond', async () => {
    const host = await startHost({ limits: { rings: { scan: { maxCount: 10, maxBytes: 1e6 } } } });
    for (let scan = 1; scan <= 30; scan += 1) host.log.append('scan', scanEvent(scan));
    await host.time.settle();
    const head = host.log.head();
    const floor = host.log.floors().scan;
    expect(floor).toBe(head - 10n);
    const at = (sequence: bigint): Uint8Array => encodeCursor(host.log.cursorAt(BigInt.asUintN(64, sequence)));
    const cases: readonly (readonly [bigint, string])[] = [
      [0n, 'CURSOR_EXPIRED'],
      [floor - 2n, 'CURSOR_EXPIRED'],
      [floor - 1n, 'CURSOR_EXPIRED'],
      [floor, `resume ${floor}`],
      [floor + 1n, `resume ${floor + 1n}`],
      [head - 1n, `resume ${head - 1n}`],
      [head, `resume ${head}`],
      [head + 1n, 'CURSOR_AHEAD'],
      [2n ** 53n, 'CURSOR_AHEAD'],
      [2n ** 63n, 'CURSOR_AHEAD'],
      [2n ** 64n - 1n, 'CURSOR_AHEAD'],
    ];
    for (const [sequence, answer] of cases)
      expect([sequence, openWith(host, at(sequence))]).toEqual([sequence, answer]);
    // A flood of scans has cost the other classes nothing.
    expect(openWith(host, at(0n), ['run_state', 'log'])).toBe('resume 0');
  });

  it('below the floor carries floors and head in the refusal, and with RESET opens with a snapshot', async () => {
    const host = await startHost({ limits: { rings: { scan: { maxCount: 10, maxBytes: 1e6 } } } });
    for (let scan = 1; scan <= 30; scan += 1) host.log.append('scan', scanEvent(scan));
    await host.time.settle();
    const bytes = encodeCursor(host.log.cursorAt(1n));
    expect(() => host.open({ classes: ['scan'], start: { kind: 'cursor', bytes } })).toThrow(
      refusal('CURSOR_EXPIRED', { sequence: '1', head: '31', 'floor.scan': '21' }),
    );
    const watch = host.open({
      classes: ['scan'],
      start: { kind: 'cursor', bytes },
      onGap: 'reset',
      snapshots: () => Promise.resolve({ sequence: host.log.assigned(), parts: [] }),
    });
    expect((await drain(host, watch)).map((m) => [m.kind, 'reason' in m ? m.reason : ''])).toEqual([
      ['opened', ''],
      ['reset', 'CURSOR_EXPIRED'],
      ['snapshot', ''],
    ]);
    for (const reason of ['CURSOR_AHEAD', 'CURSOR_FOREIGN', 'CURSOR_MALFORMED']) {
      const wrong =
        reason === 'CURSOR_AHEAD'
          ? encodeCursor(host.log.cursorAt(99n))
          : reason === 'CURSOR_FOREIGN'
            ? encodeCursor({ ...host.log.cursorAt(1n), hostId: 'ff'.repeat(16) })
            : Uint8Array.of(9);
      const open = (): unknown =>
        host.open({
          start: { kind: 'cursor', bytes: wrong },
          onGap: 'reset',
          snapshots: () => Promise.reject(new Error()),
        });
      expect(open).toThrow(refusal(reason));
    }
  });

  it('just above the floor while events are being dropped resumes or expires, a thousand times, and never has a hole', async () => {
    const host = await startHost({ limits: { rings: { scan: { maxCount: 20, maxBytes: 1e6 } } } });
    let resumed = 0;
    let expired = 0;
    for (let i = 1; i <= 1000; i += 1) {
      for (let n = 0; n < 1 + (i % 5); n += 1) host.log.append('scan', scanEvent(i));
      if (i % 3 === 0) await host.time.settle();
      const from = host.log.floors().scan + BigInt((i % 7) - 3);
      if (from < 0n || from > host.log.head()) continue;
      let watch;
      try {
        watch = host.open({
          classes: ['scan'],
          delivery: 'lossless',
          start: { kind: 'cursor', bytes: encodeCursor(host.log.cursorAt(from)) },
        });
      } catch (error) {
        expect(error).toMatchObject({ reason: 'CURSOR_EXPIRED' });
        expired += 1;
        continue;
      }
      resumed += 1;
      // More is dropped between opening and reading.
      for (let n = 0; n < i % 4; n += 1) host.log.append('scan', scanEvent(i));
      if (i % 2 === 0) await host.time.settle();
      const messages = takeAll(watch);
      const seen = messages.flatMap((m) => eventsOf(m).map((e) => BigInt(e.sequence)));
      const goodbye = messages.some((m) => m.kind === 'goodbye' && m.reason === 'CURSOR_EXPIRED');
      // The first record of the log is no scan.
      if (!goodbye && seen.length > 0) expect(seen[0]).toBe(from < 1n ? 2n : from + 1n);
      seen.forEach((sequence, at) => at > 0 && expect(sequence).toBe(seen[at - 1]! + 1n));
      watch.close();
    }
    expect(resumed).toBeGreaterThan(200);
    expect(expired).toBeGreaterThan(200);
  });
});

describe('a cursor of an older epoch', () => {
  async function restarted(clean: boolean): Promise<{ before: EventHost; after: EventHost; cursors: Cursor[] }> {
    const before = await startHost();
    const cursors: Cursor[] = [];
    const note = ({ sequence }: { sequence: bigint }): void => void cursors.push(before.log.cursorAt(sequence));
    note(before.log.append('run_state', stateEvent(1)));
    note(before.log.append('log', logLine('a')));
    note(before.log.append('scan', scanEvent(1)));
    note(before.log.append('run_state', stateEvent(2)));
    await before.time.advance(1000);
    if (clean) await before.stop();
    const after = await startHost({ fs: before.fs.afterKill(), time: before.time });
    return { before, after, cursors };
  }

  it('resumes durable classes from whatever event it came, with the notice of the epoch, and numbers go on above', async () => {
    for (const clean of [true, false]) {
      const { before, after, cursors } = await restarted(clean);
      expect(after.log.epoch.boot).toBe(before.log.epoch.boot + 1);
      expect(after.log.epochStart > before.log.assigned()).toBe(true);
      for (const cursor of cursors) {
        const watch = after.open({
          classes: ['run_state', 'log'],
          start: { kind: 'cursor', bytes: encodeCursor(cursor) },
        });
        const messages = takeAll(watch);
        expect(messages[0]).toMatchObject({ kind: 'opened', sequence: cursor.sequence, resumedFrom: before.log.epoch });
        expect(messages.some((m) => m.kind === 'lagged' && m.class === 'log' && m.reason === 'CRASH')).toBe(!clean);
        const seen = messages.flatMap((m) => eventsOf(m).map((e) => e.sequence));
        const expected = [2, 3, 5].filter((s) => BigInt(s) > cursor.sequence);
        expect(seen.slice(0, -1)).toEqual(expected);
        expect(seen.at(-1)).toBe(Number(after.log.epochStart) + 1);
      }
    }
  });

  it('is truncated where scan or io is asked, and foreign where the epoch or the host is unknown', async () => {
    const { after, cursors } = await restarted(true);
    const cursor = cursors[0]!;
    const answer = (c: Cursor, classes?: readonly EventClass[]): string => openWith(after, encodeCursor(c), classes);
    expect(answer(cursor, ['run_state', 'scan'])).toBe('CURSOR_TRUNCATED');
    expect(answer(cursor, ['io'])).toBe('CURSOR_TRUNCATED');
    expect(answer(cursor, ['run_state'])).toBe(`resume ${cursor.sequence}`);
    expect(answer({ ...cursor, epoch: { ...cursor.epoch, nonce: cursor.epoch.nonce ^ 1n } }, ['run_state'])).toBe(
      'CURSOR_FOREIGN',
    );
    expect(answer({ ...cursor, epoch: { ...cursor.epoch, boot: 9 } }, ['run_state'])).toBe('CURSOR_FOREIGN');
    expect(answer({ ...cursor, hostId: 'ab'.repeat(16) }, ['run_state'])).toBe('CURSOR_FOREIGN');
    expect(answer({ ...cursor, sequence: 2n ** 64n - 1n }, ['run_state'])).toBe('CURSOR_TRUNCATED');
  });

  it('of a directory restored to an earlier time is foreign: the boot number comes again, the nonce does not', async () => {
    const first = await startHost();
    await first.stop();
    const backup = first.fs.afterKill();
    const second = await startHost({ fs: first.fs.afterKill(), time: first.time });
    const { sequence } = second.log.append('run_state', stateEvent(1));
    await second.time.settle();
    const cursor = encodeCursor(second.log.cursorAt(sequence));
    const restored = await startHost({ fs: backup, time: first.time });
    expect(restored.log.epoch.boot).toBe(second.log.epoch.boot);
    expect(openWith(restored, cursor, ['run_state'])).toBe('CURSOR_FOREIGN');
  });
});
