import { Worker } from 'node:worker_threads';
import { createEngine } from '../../../server/src/engine/create-engine.js';
import type { Engine } from '../../../server/src/engine/engine.js';
import { openWorkerPool, type OpenWorkerPool, type PooledWorker } from '../../../server/src/engine/worker-pool.js';
import { eventually } from './eventually.js';
import { at, tinyImage } from './tiny-image.js';

let real: OpenWorkerPool;
let engine: Engine;
beforeAll(() => {
  real = openWorkerPool();
});
afterEach(() => engine.close());
afterAll(() => real.close());

const reason = (wanted: string): unknown => expect.objectContaining({ reason: wanted });
/** The real pool, whose workers `seen` gets as well. */
function tapped(seen: (pooled: PooledWorker) => PooledWorker): OpenWorkerPool {
  return { ...real, take: async () => seen(await real.take()) };
}

describe('an engine whose thread is lost', () => {
  it('is faulted with its last values and safe outputs, keeps its forces, and a reset heals it', async () => {
    const workers: Worker[] = [];
    const pool = tapped((pooled) => {
      workers.push(pooled.worker);
      return pooled;
    });
    engine = createEngine({ name: 'main', clock: 'virtual', pool });
    const order: string[] = [];
    engine.on({
      onRecords: (records) => void order.push(...records.map(({ kind }) => kind)),
      onFault: (fault) => void order.push(fault.code),
      onState: ({ kind }) => void order.push(kind),
    });
    await engine.load(tinyImage());
    await engine.force([{ address: at.in, bytes: Uint8Array.of(5) }]);
    await engine.step(4);
    order.length = 0;
    await workers[0]!.terminate();
    await eventually(() => engine.state().kind === 'faulted');
    expect(order).toEqual(['write', 'R4007', 'faulted']);
    const { bytes, scan } = engine.mirror()!;
    expect([scan, bytes[at.count - 64], bytes[at.out - 64]]).toEqual([4, 4, 0]);
    await expect(engine.run()).rejects.toEqual(reason('RUNTIME_FAULTED'));
    const [read] = (await engine.read([{ address: at.count, size: 4 }])).bytes;
    expect(read).toEqual(Uint8Array.of(4, 0, 0, 0));
    expect(order).toEqual(['write', 'R4007', 'faulted']);
    await engine.reset('warm');
    expect(await engine.step(1)).toMatchObject({ scan: 1 });
    expect([engine.mirror()!.bytes[at.kept - 64], engine.mirror()!.bytes[at.out - 64]]).toEqual([5, 5]);
  });

  it('refuses the command that the thread took with it, and works with another thread', async () => {
    const code = "require('node:worker_threads').parentPort.on('message', () => { throw new Error('broken'); })";
    const broken = { worker: new Worker(code, { eval: true }), threadId: undefined };
    let first = true;
    const pool = tapped((pooled) => {
      if (!first) return pooled;
      first = false;
      void pooled.worker.terminate();
      return broken;
    });
    engine = createEngine({ name: 'main', clock: 'virtual', pool });
    await expect(engine.load(tinyImage())).rejects.toEqual(
      expect.objectContaining({ reason: 'RUNTIME_FAULTED', message: expect.stringContaining('broken') as unknown }),
    );
    await engine.load(tinyImage());
    expect(await engine.step(2)).toMatchObject({ scan: 2 });
  });

  it('says so where no thread can be had, and closes all the same', async () => {
    const pool: OpenWorkerPool = { ...real, take: () => Promise.reject(new Error('no threads')) };
    engine = createEngine({ name: 'main', clock: 'virtual', pool });
    await expect(engine.load(tinyImage())).rejects.toThrow('no threads');
    await engine.close();
    expect(engine.state().kind).toBe('closed');
  });

  it('can be closed while it gets another thread', async () => {
    const workers: Worker[] = [];
    const pool = tapped((pooled) => {
      workers.push(pooled.worker);
      return pooled;
    });
    engine = createEngine({ name: 'main', clock: 'virtual', pool });
    await engine.load(tinyImage());
    await workers[0]!.terminate();
    await eventually(() => engine.state().kind === 'faulted');
    const reset = expect(engine.reset('cold')).rejects.toEqual(reason('SHUTTING_DOWN'));
    await engine.close();
    await reset;
    expect(engine.state().kind).toBe('closed');
  });
});

describe('a pool of threads', () => {
  it('gives none once it is closed', async () => {
    const pool = openWorkerPool();
    await pool.close();
    await expect(pool.take()).rejects.toEqual(reason('SHUTTING_DOWN'));
  });
});
