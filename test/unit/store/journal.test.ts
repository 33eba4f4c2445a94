import type { Journal } from '../../../server/src/store/journal.js';
import { openJournal } from '../../../server/src/store/journal.js';
import type { JournalRecovery } from '../../../server/src/store/journal-recovery.js';
import { manualTime } from '../../support/manual-time.js';
import type { MemoryFileSystem } from '../../support/memory-file-system.js';
import { memoryFileSystem } from '../../support/memory-file-system.js';

const directory = '/data';
const hostId = '00112233445566778899aabbccddeeff';
const time = manualTime();
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function open(
  fs: MemoryFileSystem,
  options: { readonly segmentBytes?: number; readonly boot?: number; readonly maxBacklogBytes?: number } = {},
): Promise<{
  journal: Journal;
  recovery: JournalRecovery;
  committed: bigint[];
  failures: string[];
  restored: bigint[];
}> {
  const { journal, recovery } = await openJournal({ fs, timers: time.timers, directory, hostId, boot: 1, ...options });
  const committed: bigint[] = [];
  const failures: string[] = [];
  const restored: bigint[] = [];
  journal.listen({
    committed: (sequence) => void committed.push(sequence),
    failed: (error) => void failures.push(error.reason),
    restored: (dropped) => void restored.push(dropped),
  });
  return { journal, recovery, committed, failures, restored };
}

function put(journal: Journal, sequence: number, type = 1, urgent = true, attachment = ''): void {
  journal.append(
    { type, sequence: BigInt(sequence), body: text(`body of ${sequence}`), attachment: text(attachment) },
    urgent,
  );
}

const sequences = (recovery: JournalRecovery): number[] => recovery.records.map((record) => Number(record.sequence));
const lossesOf = (recovery: JournalRecovery): (readonly [number, number])[] =>
  recovery.losses.map((loss) => [Number(loss.from), Number(loss.to)] as const);

/** A journal of records 10, 20 ... in two segments, all acknowledged, as it lies on disk after kill -9. */
async function written(count: number, segmentBytes = 400): Promise<MemoryFileSystem> {
  const fs = memoryFileSystem();
  const { journal } = await open(fs, { segmentBytes });
  for (let i = 1; i <= count; i += 1) {
    put(journal, i * 10);
    await time.settle();
  }
  return fs.afterKill();
}
const segments = (fs: MemoryFileSystem): string[] =>
  [...fs.files.keys()].filter((path) => path.endsWith('.seg')).sort();
const tens = (count: number): number[] => Array.from({ length: count }, (_, i) => (i + 1) * 10);

describe('journal', () => {
  it('gives back what was appended, with the sequence of the record before each', async () => {
    const fs = memoryFileSystem();
    const first = await open(fs);
    put(first.journal, 3, 1, true, 'state');
    put(first.journal, 7, 4);
    await time.settle();
    const { recovery } = await open(fs.afterKill());
    expect(recovery.records.map((r) => [r.sequence, r.previous, r.type, Buffer.from(r.attachment).toString()])).toEqual(
      [
        [3n, 0n, 1, 'state'],
        [7n, 3n, 4, ''],
      ],
    );
    expect(recovery.last).toBe(7n);
    expect(recovery.losses).toEqual([]);
  });

  it('writes what is appended while the disk is busy with one sync', async () => {
    const fs = memoryFileSystem();
    const { journal, committed } = await open(fs);
    put(journal, 1);
    await time.settle();
    const before = fs.counts.syncs;
    for (let i = 2; i <= 100; i += 1) put(journal, i);
    await time.settle();
    expect(committed).toEqual([1n, 100n]);
    expect(fs.counts.syncs - before).toBe(1);
  });

  it('takes a record that is not urgent to disk within half a second, or along with an urgent one', async () => {
    const { journal, committed } = await open(memoryFileSystem());
    put(journal, 1, 4, false);
    await time.advance(300);
    expect(committed).toEqual([]);
    await time.advance(200);
    expect(committed).toEqual([1n]);
    put(journal, 2, 4, false);
    put(journal, 3, 1, true);
    await time.settle();
    expect(committed).toEqual([1n, 3n]);
  });

  it('takes an urgent record to disk at once also when it comes in answer to a commit, behind one that is not urgent', async () => {
    const fs = memoryFileSystem();
    const { journal } = await openJournal({ fs, timers: time.timers, directory, hostId, boot: 1 });
    const committed: bigint[] = [];
    journal.listen({
      committed: (sequence) => {
        committed.push(sequence);
        if (sequence >= 9n) return;
        // As a caller does that awaited the commit and goes on.
        void Promise.resolve().then(() => {
          put(journal, Number(sequence) + 1, 4, false);
          put(journal, Number(sequence) + 2, 1, true);
        });
      },
      failed: () => undefined,
      restored: () => undefined,
    });
    put(journal, 1);
    await time.settle();
    expect(committed.at(-1)).toBe(9n);
  });

  it('tells what was acknowledged, whatever byte the file is cut at, and makes nothing up', async () => {
    const whole = await written(6);
    const last = segments(whole).at(-1)!;
    const size = whole.files.get(last)!.length;
    for (let cut = 0; cut < size; cut += 1) {
      const fs = whole.afterKill();
      fs.files.set(last, fs.files.get(last)!.slice(0, cut));
      const { recovery } = await open(fs);
      const kept = sequences(recovery);
      expect(kept).toEqual(tens(kept.length));
      expect(lossesOf(recovery)).toEqual([[kept.length * 10 + 1, 60]]);
      expect(recovery.floors[1]).toBe(60n);
    }
  });

  it('cuts a torn tail silently when nobody was promised it', async () => {
    const whole = memoryFileSystem();
    const { journal } = await open(whole);
    put(journal, 10);
    await time.settle();
    const acknowledged = whole.afterKill();
    put(journal, 20);
    await time.settle();
    const name = segments(whole)[0]!;
    const longer = whole.files.get(name)!;
    for (let cut = acknowledged.files.get(name)!.length; cut < longer.length; cut += 1) {
      const fs = acknowledged.afterKill();
      fs.files.set(name, longer.slice(0, cut));
      const { recovery } = await open(fs);
      expect(sequences(recovery)).toEqual([10]);
      expect(recovery.losses).toEqual([]);
      expect(fs.files.get(name)!.length).toBe(acknowledged.files.get(name)!.length);
    }
  });

  it('finds every one of 1,000 flipped bits in records, loses no other record, and says which', async () => {
    const whole = await written(12);
    let random = 12345;
    const next = (below: number): number => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      return random % below;
    };
    for (let round = 0; round < 1000; round += 1) {
      const fs = whole.afterKill();
      const names = segments(fs);
      const name = names[next(names.length)]!;
      const bytes = fs.files.get(name)!;
      bytes[next(bytes.length)]! ^= 1 << next(8);
      const { recovery } = await open(fs);
      const kept = sequences(recovery);
      const missing = tens(12).filter((sequence) => !kept.includes(sequence));
      expect(kept.every((sequence) => tens(12).includes(sequence))).toBe(true);
      for (const record of recovery.records)
        expect(Buffer.from(record.body).toString()).toBe(`body of ${record.sequence}`);
      expect(missing.length).toBeLessThanOrEqual(1);
      for (const sequence of missing) {
        expect(recovery.losses.some((loss) => loss.from <= BigInt(sequence) && loss.to >= BigInt(sequence))).toBe(true);
      }
      expect(recovery.losses.length).toBe(missing.length);
    }
  });

  it('says which stretch is gone when a segment in the middle is missing, once, and raises every floor over it', async () => {
    const fs = await written(12);
    const names = segments(fs);
    expect(names.length).toBeGreaterThan(2);
    fs.files.delete(names[1]!);
    const { recovery, journal } = await open(fs);
    const kept = sequences(recovery);
    const missing = tens(12).filter((sequence) => !kept.includes(sequence));
    expect(lossesOf(recovery)).toEqual([[missing[0]! - 9, missing.at(-1)]]);
    expect(recovery.floors.every((floor) => floor === BigInt(missing.at(-1)!))).toBe(true);
    put(journal, 200);
    await time.settle();
    const again = await open(fs.afterKill(), { boot: 2 });
    expect(again.recovery.losses).toEqual([]);
    expect(again.recovery.floors[1]).toBe(BigInt(missing.at(-1)!));
    expect(sequences(again.recovery)).toEqual([...kept, 200]);
  });

  it.each([
    [
      'a copy of a segment under another number',
      (fs: MemoryFileSystem, names: string[]) =>
        fs.files.set('/data/journal-00000099.seg', fs.files.get(names[0]!)!.slice()),
    ],
    [
      'a segment of another host',
      (fs: MemoryFileSystem, names: string[]) => {
        const bytes = fs.files.get(names[0]!)!.slice();
        bytes[24]! ^= 0xff;
        fs.files.set('/data/journal-00000099.seg', bytes);
      },
    ],
    [
      'a segment whose records were appended twice',
      (fs: MemoryFileSystem, names: string[]) => {
        const bytes = fs.files.get(names.at(-1)!)!;
        fs.files.set(names.at(-1)!, Buffer.concat([bytes, bytes.subarray(192)]));
      },
    ],
    ['a file of zeros', (fs: MemoryFileSystem) => fs.files.set('/data/journal-00000099.seg', new Uint8Array(5000))],
    [
      'a file of noise',
      (fs: MemoryFileSystem) =>
        fs.files.set(
          '/data/journal-00000099.seg',
          Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3),
        ),
    ],
  ])('passes over %s', async (_, damage) => {
    const fs = await written(6);
    damage(fs, segments(fs));
    const { recovery } = await open(fs);
    expect(sequences(recovery)).toEqual(tens(6));
    expect(recovery.losses).toEqual([]);
  });

  it('refuses a record with a known number and other contents, and says so', async () => {
    const fs = await written(3, 100_000);
    const other = memoryFileSystem();
    const { journal } = await open(other);
    put(journal, 10);
    journal.append({ type: 1, sequence: 20n, body: text('forged'), attachment: text('') }, true);
    await time.settle();
    const name = segments(fs)[0]!;
    const foreign = other.files.get(segments(other)[0]!)!.subarray(192);
    fs.files.set(name, Buffer.concat([fs.files.get(name)!, foreign]));
    const { recovery } = await open(fs);
    expect(recovery.records.map((r) => Buffer.from(r.body).toString())).toEqual([
      'body of 10',
      'body of 20',
      'body of 30',
    ]);
    expect(recovery.ignored.join()).toContain('second record 20');
  });

  it.each(['write', 'sync', 'open', 'syncDirectory'] as const)(
    'keeps records in memory while the disk refuses to %s, writes them when it gives way, and loses none',
    async (operation) => {
      for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
        const fs = memoryFileSystem();
        const { journal, committed, failures, restored } = await open(fs, { segmentBytes: 300 });
        put(journal, 10);
        await time.settle();
        fs.fault = (what) => (what === operation ? code : undefined);
        put(journal, 20);
        // Large enough for a new segment, so that `open` is reached too.
        journal.append({ type: 1, sequence: 30n, body: text('x'.repeat(400)), attachment: text('') }, true);
        const flushed = journal.flush().then(
          () => 'ok',
          (error: unknown) => (error as { reason: string }).reason,
        );
        await time.advance(3000);
        expect(await flushed).toBe('STORAGE_FAILED');
        expect(failures).toEqual(['STORAGE_FAILED']);
        expect(journal.failed()).toBe(true);
        put(journal, 40);
        fs.fault = undefined;
        await time.advance(1000);
        expect(journal.failed()).toBe(false);
        expect(restored).toEqual([0n]);
        expect(committed.at(-1)).toBe(40n);
        const { recovery } = await open(fs.afterPowerCut(), { boot: 2 });
        expect(sequences(recovery)).toEqual([10, 20, 30, 40]);
        expect(recovery.losses).toEqual([]);
      }
    },
  );

  it('drops the oldest when a dead disk fills its memory, and the next segment says so', async () => {
    const fs = memoryFileSystem();
    const { journal, restored } = await open(fs, { maxBacklogBytes: 300 });
    put(journal, 10);
    await time.settle();
    fs.fault = (what) => (what === 'write' ? 'ENOSPC' : undefined);
    for (let i = 2; i <= 12; i += 1) {
      put(journal, i * 10);
      await time.settle();
    }
    fs.fault = undefined;
    await time.advance(1000);
    const { recovery } = await open(fs.afterKill());
    const kept = sequences(recovery);
    expect(kept[0]).toBe(10);
    expect(kept.at(-1)).toBe(120);
    expect(restored).toEqual([BigInt(kept[1]! - 10)]);
    expect(recovery.floors[1]).toBe(BigInt(kept[1]! - 10));
    expect(recovery.losses).toEqual([]);
  });

  it('frees leading segments and rewrites others, and keeps every wanted record of a quiet type', async () => {
    const fs = memoryFileSystem();
    const { journal } = await open(fs, { segmentBytes: 2000 });
    // A project event now and then among a flood of another type.
    for (let i = 1; i <= 400; i += 1) {
      put(journal, i, i % 50 === 0 ? 2 : 1);
      if (i % 10 === 0) {
        journal.trim([0n, BigInt(Math.max(0, i - 20)), 0n]);
        journal.trimAttachments(BigInt(i - 1));
        await time.settle();
      }
    }
    const kept = journal.sizeBytes();
    expect(kept).toBeLessThan(10_000);
    const { recovery } = await open(fs.afterKill(), { boot: 2 });
    expect(recovery.losses).toEqual([]);
    expect(recovery.ignored).toEqual([]);
    const projects = recovery.records.filter((record) => record.type === 2).map((record) => Number(record.sequence));
    expect(projects).toEqual([50, 100, 150, 200, 250, 300, 350, 400]);
    const flood = recovery.records.filter((record) => record.type === 1 && record.sequence > 380n);
    expect(flood.length).toBe(19);
  });

  it('survives a crash at every operation of a compaction', async () => {
    let steps = 0;
    for (let stopAt = 1; stopAt <= 400; stopAt += 1) {
      const fs = memoryFileSystem();
      const { journal, committed } = await open(fs, { segmentBytes: 600 });
      let count = 0;
      let dead: MemoryFileSystem | undefined;
      fs.fault = () => {
        count += 1;
        if (count === stopAt) dead = fs.afterKill();
        return dead ? 'EIO' : undefined;
      };
      let promised = 0n;
      for (let i = 1; i <= 40 && !dead; i += 1) {
        put(journal, i, i % 10 === 0 ? 2 : 1);
        journal.trim([0n, BigInt(i - 1)]);
        journal.trimAttachments(BigInt(i - 1));
        const before = committed.at(-1) ?? 0n;
        await time.settle();
        promised = dead ? before : (committed.at(-1) ?? 0n);
      }
      steps = count;
      if (!dead) break;
      const { recovery } = await open(dead, { boot: 2 });
      expect(recovery.losses).toEqual([]);
      expect(recovery.ignored).toEqual([]);
      const projects = recovery.records.filter((record) => record.type === 2).map((record) => Number(record.sequence));
      expect(projects.filter((sequence) => BigInt(sequence) <= promised)).toEqual(
        [10, 20, 30, 40].filter((sequence) => BigInt(sequence) <= promised),
      );
      expect(recovery.last >= promised).toBe(true);
    }
    expect(steps).toBeGreaterThan(100);
  });
});
