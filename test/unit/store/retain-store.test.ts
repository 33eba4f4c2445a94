import type { RetainField, RetainImage } from '../../../server/src/store/retain-store.js';
import { matchRetained, openRetainStore } from '../../../server/src/store/retain-store.js';
import type { MemoryFileSystem } from '../../support/memory-file-system.js';
import { memoryFileSystem } from '../../support/memory-file-system.js';

const fields: readonly RetainField[] = [
  { name: 'Main.Count', type: 'DINT', sizeBytes: 4 },
  { name: 'Main.Name', type: 'STRING[3]', sizeBytes: 4 },
];
/** A state in which every byte is the scan number, so that a mixture shows. */
const image = (scan: number): RetainImage => ({ digest: 'd1', scan, fields, values: new Uint8Array(8).fill(scan) });
const path = '/data/retain-main';
const slots = [`${path}.a`, `${path}.b`];

async function saved(...scans: readonly number[]): Promise<MemoryFileSystem> {
  const fs = memoryFileSystem();
  const { store } = await openRetainStore(path, fs);
  for (const scan of scans) await store.save(image(scan));
  return fs.afterPowerCut();
}
async function read(fs: MemoryFileSystem): Promise<string> {
  const { reading } = await openRetainStore(path, fs);
  if (reading.kind !== 'restored') return reading.kind;
  const { values, scan } = reading.image;
  expect(values).toEqual(new Uint8Array(8).fill(scan));
  return `${scan}${reading.damage.length > 0 ? ' damaged' : ''}`;
}
/** The slot that holds a scan. */
const slotOf = (fs: MemoryFileSystem, scan: number): string =>
  slots.find((slot) => fs.files.get(slot)?.at(-1) === scan)!;

describe('retained values', () => {
  it('are none at first, then those saved last', async () => {
    expect(await read(memoryFileSystem())).toBe('none');
    expect(await read(await saved(1))).toBe('1');
    expect(await read(await saved(1, 2))).toBe('2');
    expect(await read(await saved(1, 2, 3, 4, 5))).toBe('5');
  });

  it('fall back to the other slot, whole, wherever the newer is cut', async () => {
    const whole = await saved(6, 7);
    const slot = slotOf(whole, 7);
    for (let cut = 0; cut < whole.files.get(slot)!.length; cut += 1) {
      const fs = whole.afterKill();
      fs.files.set(slot, fs.files.get(slot)!.slice(0, cut));
      expect(await read(fs)).toBe('6 damaged');
    }
  });

  it('are one of the two states, or lost, after any of 1,000 flipped bits in either slot or in both', async () => {
    const whole = await saved(6, 7);
    let random = 99;
    const next = (below: number): number => (random = (Math.imul(random, 1103515245) + 12345) >>> 0) % below;
    const outcomes = new Set<string>();
    for (let round = 0; round < 1000; round += 1) {
      const fs = whole.afterKill();
      const hit = round % 3 === 2 ? slots : [slots[round % 2]!];
      for (const slot of hit) fs.files.get(slot)![next(fs.files.get(slot)!.length)]! ^= 1 << next(8);
      outcomes.add(await read(fs));
    }
    expect([...outcomes].sort()).toEqual(['6 damaged', '7 damaged', 'lost']);
  });

  it.each([
    ['all zero', () => new Uint8Array(200)],
    ['of a newer format', (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, at) => (at === 4 ? 2 : byte))],
    ['empty', () => new Uint8Array(0)],
    ['far too large', () => new Uint8Array(70 * 1024 * 1024)],
  ])('are taken from the other slot where one is %s, and lost where both are', async (_, damage) => {
    const whole = await saved(6, 7);
    const one = whole.afterKill();
    one.files.set(slotOf(whole, 7), damage(whole.files.get(slotOf(whole, 7))!));
    expect(await read(one)).toBe('6 damaged');
    for (const slot of slots) whole.files.set(slot, damage(whole.files.get(slot)!));
    expect(await read(whole)).toBe('lost');
  });

  it('survive a crash at every operation of a save: one of the two states, never a mixture', async () => {
    for (let stopAt = 1; stopAt < 20; stopAt += 1) {
      const fs = memoryFileSystem();
      const { store } = await openRetainStore(path, fs);
      await store.save(image(1));
      await store.save(image(2));
      let count = 0;
      let dead: MemoryFileSystem | undefined;
      fs.fault = () => {
        count += 1;
        if (count === stopAt) dead = fs.afterKill();
        return dead ? 'EIO' : undefined;
      };
      for (let scan = 3; scan < 8 && !dead; scan += 1) await store.save(image(scan)).catch(() => undefined);
      fs.fault = undefined;
      expect(await read(dead ?? fs)).toMatch(/^[2-7]/);
    }
  });

  it('never touch the newer slot: a failing disk costs nothing that was saved, and the next save works', async () => {
    const fs = memoryFileSystem();
    const { store } = await openRetainStore(path, fs);
    await store.save(image(1));
    await store.save(image(2));
    fs.fault = (operation) => (operation === 'write' ? 'ENOSPC' : undefined);
    for (let scan = 3; scan < 10; scan += 1)
      await expect(store.save(image(scan))).rejects.toMatchObject({ reason: 'STORAGE_FAILED' });
    expect(await read(fs.afterKill())).toMatch(/^2/);
    fs.fault = undefined;
    await store.save(image(10));
    expect(await read(fs.afterPowerCut())).toBe('10');
  });

  it('are not written again while they are the same, and only the newest of those that wait is written', async () => {
    const fs = memoryFileSystem();
    const { store } = await openRetainStore(path, fs);
    await store.save(image(1));
    await store.save({ ...image(1), scan: 2 });
    expect(fs.counts.writes).toBe(1);
    await Promise.all([3, 4, 5, 6].map((scan) => store.save(image(scan))));
    expect(fs.counts.writes).toBe(3);
    await store.close();
    expect(await read(fs.afterPowerCut())).toBe('6');
  });

  it('are found by name and type in a changed program, and by nothing else', () => {
    const changed: RetainField[] = [
      { name: 'Main.New', type: 'DINT', sizeBytes: 4 },
      { name: 'MAIN.NAME', type: 'STRING[3]', sizeBytes: 4 },
      { name: 'Main.Count', type: 'UDINT', sizeBytes: 4 },
    ];
    const state = { ...image(1), values: Uint8Array.of(1, 2, 3, 4, 65, 66, 67, 0) };
    expect(matchRetained(state, changed).map((match) => match.bytes && [...match.bytes])).toEqual([
      undefined,
      [65, 66, 67, 0],
      undefined,
    ]);
    expect(matchRetained(state, fields).map((match) => match.bytes && [...match.bytes])).toEqual([
      [1, 2, 3, 4],
      [65, 66, 67, 0],
    ]);
  });
});
