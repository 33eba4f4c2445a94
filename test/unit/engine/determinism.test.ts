import { createEngine, createWorkerPool } from '../../../server/src/engine/create-engine.js';
import type { Engine, EngineRecord, MemoryCell, WorkerPool } from '../../../server/src/engine/engine.js';
import { createScanMachine, type ScanMachine } from '../../../server/src/engine/worker/scan-machine.js';
import type { ProgramImage } from '../../../server/src/model/program-image.js';
import { eventually } from './eventually.js';
import { at, tinyImage } from './tiny-image.js';

let pool: WorkerPool;
const engines: Engine[] = [];
beforeAll(() => {
  pool = createWorkerPool();
});
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));
afterAll(() => pool.close());

async function engineOn(
  clock: 'wall' | 'virtual',
  image: ProgramImage,
): Promise<{ engine: Engine; records: EngineRecord[] }> {
  const engine = createEngine({ name: clock, clock, pool, realtime: false });
  engines.push(engine);
  const records: EngineRecord[] = [];
  engine.on({ onRecords: (batch) => void records.push(...batch) });
  await engine.load(image);
  return { engine, records };
}
const machineOf = (image: ProgramImage): ScanMachine =>
  createScanMachine(image, { module: new WebAssembly.Module(image.wasm) });
const input = (value: number): MemoryCell => ({ address: at.in, bytes: Uint8Array.of(value) });

describe('a run is a function of image, writes and time stamps', () => {
  it('on the wall clock, in the virtual clock and without a thread: the same bytes', async () => {
    const image = tinyImage({ tickNs: 2_000_000n });
    const wall = await engineOn('wall', image);
    const writes = new Map<number, MemoryCell>();
    await wall.engine.run();
    for (const value of [3, 250, 7]) {
      const { scan } = await wall.engine.write([input(value)]);
      writes.set(scan, input(value));
      await eventually(() => wall.engine.mirror()!.scan > scan + 2);
    }
    const { scan: last } = await wall.engine.stop();

    const machine = machineOf(image);
    const stamps = new Map(wall.records.flatMap((r) => (r.kind === 'scan' ? [[r.scan, r] as const] : [])));
    for (let scan = 0; scan <= last; scan += 1) {
      if (scan > 0) machine.runScan(stamps.get(scan)!.timeNs, stamps.get(scan)!.dateNs);
      if (writes.has(scan)) machine.write([writes.get(scan)!]);
    }
    expect(machine.variables()).toEqual(wall.engine.mirror()!.bytes);

    const virtual = await engineOn('virtual', image);
    for (const [scan, cell] of writes) {
      const { scan: now } = await virtual.engine.read([]);
      if (scan > now) await virtual.engine.step(scan - now);
      await virtual.engine.write([cell]);
    }
    const { scan: now } = await virtual.engine.read([]);
    if (last > now) await virtual.engine.step(last - now);
    // Time stamps of a wall clock that missed no tick are those of the virtual clock; the date differs, as it should.
    const missed = [...stamps.values()].some((record) => record.missedTicks > 0);
    const [a, b] = [virtual, wall].map(({ engine }) => {
      const bytes = engine.mirror()!.bytes.slice();
      bytes.fill(0, at.date - 64, at.date - 64 + 8);
      if (missed) bytes.fill(0, at.now - 64, at.now - 64 + 8);
      return bytes;
    });
    expect(a).toEqual(b);
  });

  it('after a snapshot is restored in another engine: the same bytes', async () => {
    const image = tinyImage();
    const first = await engineOn('virtual', image);
    await first.engine.write([input(9)]);
    await first.engine.step(17);
    await first.engine.force([{ address: at.markers, bytes: Uint8Array.of(1) }]);
    const snapshot = structuredClone(await first.engine.snapshot());
    await first.engine.step(100);
    const second = await engineOn('virtual', image);
    await second.engine.restore(snapshot);
    expect(await second.engine.step(100)).toMatchObject({ scan: 117 });
    expect(second.engine.mirror()!.bytes).toEqual(first.engine.mirror()!.bytes);
    expect(second.engine.forces()).toEqual(first.engine.forces());
  });

  it('replayed from its records over the first snapshot: the same bytes', async () => {
    const { engine, records } = await engineOn('virtual', tinyImage({ padding: 4096, spread: 40 }));
    await engine.step(50);
    await engine.write([input(3)]);
    await engine.step(50);
    const words = new Uint32Array(engine.mirror()!.bytes.length / 4);
    for (const record of records) {
      if (record.kind === 'snapshot') new Uint8Array(words.buffer).set(record.bytes);
      else if (record.kind === 'scan' || record.kind === 'write')
        record.indices.forEach((word, i) => (words[word] = record.values[i]!));
    }
    expect(new Uint8Array(words.buffer)).toEqual(engine.mirror()!.bytes);
  });
});
