import { readFileSync } from 'node:fs';
import { createEngine, createWorkerPool } from '../../../server/src/engine/create-engine.js';
import type {
  Engine,
  EngineOptions,
  EngineRecord,
  EngineState,
  WorkerPool,
} from '../../../server/src/engine/engine.js';
import type { Fault } from '../../../server/src/model/fault.js';
import { changeKernel } from '../../../server/src/compiler/wasm/change-kernel.js';
import { eventually } from './eventually.js';
import { at, tinyImage, type TinyOptions } from './tiny-image.js';

let pool: WorkerPool;
const engines: Engine[] = [];
beforeAll(() => {
  pool = createWorkerPool();
});
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));
afterAll(() => pool.close());

interface Witness {
  readonly records: EngineRecord[];
  readonly states: EngineState[];
  readonly faults: Fault[];
  readonly retained: [scan: number, count: number][];
  readonly defects: string[];
  /** Kinds of all that happened, in order. */
  readonly order: string[];
}
function watch(engine: Engine): Witness {
  const witness: Witness = { records: [], states: [], faults: [], retained: [], defects: [], order: [] };
  engine.on({
    onRecords(records) {
      witness.records.push(...records);
      witness.order.push(...records.map((record) => record.kind));
    },
    onState(state) {
      witness.states.push(state);
      witness.order.push(state.kind);
    },
    onFault(fault) {
      witness.faults.push(fault);
      witness.order.push('fault');
    },
    onRetain: (scan, bytes) => void witness.retained.push([scan, new DataView(bytes.buffer).getUint32(0, true)]),
    onDefect: (message) => void witness.defects.push(message),
  });
  return witness;
}
function make(options: Partial<EngineOptions> = {}): Engine {
  const engine = createEngine({ name: 'main', clock: 'virtual', pool, realtime: false, ...options });
  engines.push(engine);
  return engine;
}
async function loaded(options: Partial<EngineOptions> = {}, tiny: TinyOptions = {}): Promise<Engine> {
  const engine = make(options);
  await engine.load(tinyImage(tiny));
  return engine;
}
const cell = (address: number, ...bytes: number[]): { address: number; bytes: Uint8Array } => ({
  address,
  bytes: Uint8Array.from(bytes),
});
function u32(engine: Engine, address: number): number {
  const { bytes, base } = engine.mirror()!;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(address - base, true);
}
const reason = (wanted: string): unknown => expect.objectContaining({ reason: wanted });

describe('an engine', () => {
  it.each([
    ['the JavaScript loop', undefined],
    ['the SIMD kernel', changeKernel()],
  ])('steps a program and mirrors its variables with %s', async (_, kernel) => {
    const engine = await loaded(kernel ? { changeKernel: kernel } : {});
    const witness = watch(engine);
    await engine.write([cell(at.in, 6)]);
    const reply = await engine.step(5);
    expect(reply).toEqual({ scan: 5, timeNs: 40_000_000n, scans: 5, end: 'done' });
    expect([u32(engine, at.count), engine.mirror()!.bytes[at.out - 64], engine.mirror()!.scan]).toEqual([5, 6, 5]);
    expect(witness.order).toEqual(['write', 'stepping', 'scan', 'scan', 'scan', 'scan', 'scan', 'stopped']);
    expect(witness.records.flatMap((r) => (r.kind === 'scan' ? [r.timeNs] : []))).toEqual([
      0n,
      10_000_000n,
      20_000_000n,
      30_000_000n,
      40_000_000n,
    ]);
    const [bytes] = (await engine.read([{ address: 64, size: at.end - 64 }])).bytes;
    expect(engine.mirror()!.bytes).toEqual(bytes);
  });

  it('runs on the wall clock until it is stopped, and a second run and stop change nothing', async () => {
    const engine = await loaded({ clock: 'wall' }, { tickNs: 2_000_000n });
    await engine.run();
    await engine.run();
    await eventually(() => engine.mirror()!.scan >= 5);
    const { scan } = await engine.stop();
    expect(await engine.stop()).toMatchObject({ scan });
    expect(engine.state()).toEqual({ kind: 'stopped', scan });
    expect(u32(engine, at.count)).toBe(scan);
  });

  it('applies a write while it runs between two scans, and the reply names the scan before', async () => {
    const engine = await loaded({ clock: 'wall' }, { tickNs: 200_000_000n });
    const witness = watch(engine);
    await engine.run();
    await eventually(() => engine.mirror()!.scan === 1);
    const { scan } = await engine.write([cell(at.in, 9)]);
    expect(scan).toBe(1);
    expect(witness.order).toEqual(['running', 'scan', 'write']);
    await eventually(() => engine.mirror()!.bytes[at.out - 64] === 9);
    expect(engine.mirror()!.scan).toBe(2);
  });

  it('tells a writer of its boundary between the records before and after it', async () => {
    const engine = await loaded({ clock: 'wall' }, { tickNs: 1_000_000n });
    const witness = watch(engine);
    await engine.run();
    const seen: [scan: number, last: string, bytes: number][] = [];
    for (const value of [1, 2, 3, 4, 5, 6, 7, 8]) {
      await engine.write([cell(at.in, value)], ({ scan }) => {
        seen.push([scan - engine.mirror()!.scan, witness.order.at(-1)!, engine.mirror()!.bytes[at.in - 64]!]);
      });
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((value) => [0, 'write', value]));
    const failing = engine.write([cell(at.in, 0)], () => {
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
    expect(engine.mirror()!.bytes[at.in - 64]).toBe(0);
  });

  it('applies two writers of one boundary in order, each as a whole', async () => {
    const engine = await loaded();
    const bad = { address: 4, bytes: new Uint8Array(4) };
    const [first, second, third] = await Promise.allSettled([
      engine.write([cell(at.in, 1), cell(at.markers, 1)]),
      engine.write([cell(at.in, 2), bad]),
      engine.write([cell(at.markers, 3)]),
    ]);
    expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((second as PromiseRejectedResult).reason).toEqual(reason('VALUE_OUT_OF_RANGE'));
    expect([engine.mirror()!.bytes[at.in - 64], engine.mirror()!.bytes[at.markers - 64]]).toEqual([1, 3]);
  });

  it('runs until a condition holds, or the limit is reached', async () => {
    const engine = await loaded();
    const count = { kind: 'cell', type: 'u32', address: at.count } as const;
    const holds = await engine.runUntil(
      { kind: 'compare', left: count, op: '>=', right: { kind: 'constant', value: 7n } },
      100,
    );
    expect(holds).toMatchObject({ end: 'done', scans: 7, scan: 7 });
    const never = await engine.runUntil(
      { kind: 'not', term: { kind: 'compare', left: count, op: '>', right: { kind: 'constant', value: 0 } } },
      20,
    );
    expect(never).toMatchObject({ end: 'limit', scans: 20, scan: 27 });
    await expect(engine.runUntil({ kind: 'module', wasm: Uint8Array.of(1, 2) }, 1)).rejects.toEqual(
      reason('INVALID_REQUEST'),
    );
  });

  it('ends a long step when it is stopped, and tells both', async () => {
    const engine = await loaded();
    const step = engine.step(1e9);
    await eventually(() => engine.mirror()!.scan > 10);
    const stop = await engine.stop();
    expect(await step).toMatchObject({ end: 'stopped', scan: stop.scan, scans: stop.scan });
  });

  it('holds forced cells, reports them, and releases them', async () => {
    const engine = await loaded();
    await engine.force([cell(at.in, 3), { address: at.out, bit: 7, bytes: Uint8Array.of(1) }]);
    await engine.write([cell(at.in, 1)]);
    await engine.step(1);
    expect(engine.mirror()!.bytes[at.out - 64]).toBe(0x83);
    expect(engine.forces()).toHaveLength(2);
    await engine.unforce([cell(at.in, 0)]);
    expect(engine.forces()).toHaveLength(1);
    await engine.unforce();
    expect(engine.forces()).toEqual([]);
  });

  it.each(['cold', 'warm'] as const)('begins again after a %s reset', async (kind) => {
    const engine = await loaded();
    const witness = watch(engine);
    await engine.step(4);
    await engine.reset(kind);
    expect(engine.mirror()).toMatchObject({ scan: 0 });
    expect([u32(engine, at.count), u32(engine, at.kept)]).toEqual([0, kind === 'warm' ? 4 : 0]);
    expect(witness.records.at(-1)).toMatchObject({ kind: 'snapshot', reason: 'reset', scan: 0 });
    expect(await engine.step(1)).toMatchObject({ scan: 1 });
  });

  it('goes back to a snapshot and repeats what followed, byte for byte', async () => {
    const engine = await loaded();
    await engine.step(3);
    const snapshot = await engine.snapshot();
    await engine.step(10);
    const first = engine.mirror()!.bytes.slice();
    await engine.restore(snapshot);
    expect(engine.mirror()!.scan).toBe(3);
    await engine.step(10);
    expect(engine.mirror()!.bytes).toEqual(first);
    await engine.load(tinyImage({ increment: 3 }));
    await expect(engine.restore(snapshot)).rejects.toEqual(reason('WRONG_STATE'));
  });

  it('puts a program log line before the record of its scan, and limits a flood', async () => {
    const engine = await loaded();
    const witness = watch(engine);
    await engine.write([cell(at.log, 1)]);
    await engine.step(1);
    expect(witness.order).toEqual(['write', 'stepping', 'log', 'scan', 'stopped']);
    expect(witness.records).toContainEqual({
      kind: 'log',
      scan: 1,
      severity: 'warning',
      task: 'Cyclic',
      text: 'pump',
      suppressed: 0,
    });
    await engine.step(3000);
    const lines = witness.records.filter((record) => record.kind === 'log');
    expect(lines.length).toBeLessThan(3000);
    expect(lines.length).toBeGreaterThanOrEqual(1000);
  });

  it('offers changed retained variables with their scan', async () => {
    const engine = await loaded({ retainIntervalMs: 1 });
    const witness = watch(engine);
    await engine.step(12);
    await eventually(() => witness.retained.at(-1)?.[0] === 12);
    expect(witness.retained.every(([scan, count]) => scan === count)).toBe(true);
  });

  it('starts with the cells and forces it is loaded with', async () => {
    const engine = make();
    await engine.load(tinyImage(), { cells: [cell(at.kept, 40)], forces: [cell(at.in, 2)] });
    await engine.step(1);
    expect([u32(engine, at.kept), engine.mirror()!.bytes[at.out - 64], engine.forces().length]).toEqual([41, 2, 1]);
  });

  it('counts what it does', async () => {
    const engine = await loaded({ clock: 'wall' }, { tickNs: 1_000_000n });
    await engine.run();
    await eventually(() => engine.mirror()!.scan >= 20);
    const { scan } = await engine.stop();
    const stats = engine.stats();
    expect(stats.scans).toBe(scan);
    expect(stats.duration.count).toBe(scan);
    expect(stats.lateness.p50Ns).toBeLessThanOrEqual(stats.lateness.p99Ns);
    expect(stats.tasks).toMatchObject([
      { name: 'Cyclic', runs: scan, duration: { count: scan }, lateness: { count: scan } },
    ]);
    expect(stats.tasks[0]!.lateness.maxNs).toBeGreaterThan(0);
    expect(stats.ring.highWaterBytes).toBeGreaterThan(0);
  });

  it('drops a listener that throws and tells the others', async () => {
    const engine = await loaded();
    engine.on({ onRecords: () => { throw new Error('mine'); } }); // prettier-ignore
    const witness = watch(engine);
    await engine.step(2);
    expect(witness.defects).toEqual([expect.stringContaining('mine')]);
    expect(u32(engine, at.count)).toBe(2);
  });
});

describe('an engine refuses', () => {
  it('commands without a program', async () => {
    const engine = make();
    await expect(engine.run()).rejects.toEqual(reason('NO_PROJECT'));
    await expect(engine.write([cell(at.in, 1)])).rejects.toEqual(reason('NO_PROJECT'));
    await expect(engine.swap(tinyImage(), [])).rejects.toEqual(reason('NO_PROJECT'));
    expect(engine.mirror()).toBeUndefined();
  });

  it('bytes that are no module, and runs on with what it had', async () => {
    const engine = await loaded();
    await engine.step(2);
    const broken = { ...tinyImage(), wasm: Uint8Array.of(0, 1, 2, 3) };
    await expect(engine.load(broken)).rejects.toEqual(reason('UNSUPPORTED'));
    await expect(engine.swap(broken, [])).rejects.toEqual(reason('UNSUPPORTED'));
    expect(await engine.step(1)).toMatchObject({ scan: 3 });
  });

  it('a step while it runs, and step counts that are none', async () => {
    const engine = await loaded({ clock: 'wall' });
    await expect(engine.step(0)).rejects.toEqual(reason('INVALID_REQUEST'));
    await engine.run();
    await expect(engine.step(1)).rejects.toEqual(reason('WRONG_STATE'));
  });

  it('commands once closed, and those that wait are refused', async () => {
    const engine = await loaded();
    const step = engine.step(1e9);
    const refused = expect(step).rejects.toEqual(reason('SHUTTING_DOWN'));
    await eventually(() => engine.mirror()!.scan > 0);
    await engine.close();
    await refused;
    await expect(engine.run()).rejects.toEqual(reason('SHUTTING_DOWN'));
    expect(engine.state().kind).toBe('closed');
  });

  it('an interval below 100 us', () => {
    expect(() => createEngine({ name: 'x', clock: 'wall', tickNs: 1000n, pool })).toThrow(/100 us/);
  });
});

describe('a faulted engine', () => {
  it('has safe outputs, tells fault after their change and before its state, and runs again after a reset', async () => {
    const engine = await loaded();
    await engine.write([cell(at.in, 5)]);
    await engine.step(1);
    const witness = watch(engine);
    await engine.write([cell(at.divide, 1)]);
    expect(await engine.step(10)).toMatchObject({ end: 'fault', scans: 0, scan: 1 });
    expect(witness.order).toEqual(['write', 'stepping', 'write', 'fault', 'faulted']);
    expect(witness.faults).toEqual([
      expect.objectContaining({
        code: 'R4001',
        scan: 2,
        task: 'Cyclic',
        site: expect.objectContaining({ line: 7 }) as unknown,
      }),
    ]);
    expect(engine.mirror()!.bytes[at.out - 64]).toBe(0);
    expect(u32(engine, at.kept)).toBe(1);
    await expect(engine.run()).rejects.toEqual(reason('RUNTIME_FAULTED'));
    await engine.reset('warm');
    expect(engine.state()).toEqual({ kind: 'stopped', scan: 0 });
    expect(await engine.step(1)).toMatchObject({ scan: 1, end: 'done' });
    expect(u32(engine, at.kept)).toBe(2);
  });

  it('is what a program becomes whose scan does not end; others run on, and a reset heals it', async () => {
    const engine = await loaded({ watchdogMinMs: 60, watchdogIntervals: 1, clock: 'wall' });
    const other = await loaded();
    const witness = watch(engine);
    await engine.write([cell(at.in, 5)]);
    await engine.run();
    await eventually(() => u32(engine, at.kept) > 1);
    const write = engine.write([cell(at.loop, 1)]);
    await write;
    await eventually(() => engine.state().kind === 'faulted');
    expect(witness.faults).toEqual([
      expect.objectContaining({
        code: 'R4005',
        task: 'Cyclic',
        site: expect.objectContaining({ pou: 'Main' }) as unknown,
      }),
    ]);
    expect(witness.order.slice(-3)).toEqual(['write', 'fault', 'faulted']);
    expect(engine.mirror()!.bytes[at.out - 64]).toBe(0);
    expect(await other.step(1)).toMatchObject({ scan: 1 });
    const kept = u32(engine, at.kept);
    await expect(engine.run()).rejects.toEqual(reason('RUNTIME_FAULTED'));
    await engine.reset('warm');
    expect(await engine.step(1)).toMatchObject({ scan: 1, end: 'done' });
    expect(u32(engine, at.kept)).toBe(kept + 1);
    expect(witness.defects).toEqual([]);
  });

  it('refuses the commands that waited on the endless scan', async () => {
    const engine = await loaded({ watchdogMinMs: 60 }, { tickNs: 1_000_000n });
    await engine.write([cell(at.loop, 1)]);
    const step = engine.step(1);
    const write = eventually(() => engine.state().kind === 'stepping').then(() => engine.write([cell(at.in, 1)]));
    const waiting = await Promise.allSettled([step, write]);
    expect(waiting.map((one) => (one as PromiseRejectedResult).reason as unknown)).toEqual([
      reason('WATCHDOG'),
      reason('WATCHDOG'),
    ]);
  });

  it('is none where only the initial values do not end: the load is refused', async () => {
    const engine = make({ watchdogMinMs: 60 });
    await expect(engine.load(tinyImage({ endlessInit: true }))).rejects.toEqual(reason('WATCHDOG'));
    expect(engine.state().kind).toBe('empty');
    await engine.load(tinyImage());
    expect(await engine.step(1)).toMatchObject({ scan: 1 });
  });

  it('is one whose initial values fail', async () => {
    const engine = make();
    await engine.load(tinyImage({ faultyInit: true }));
    expect(engine.state()).toMatchObject({ kind: 'faulted', fault: { code: 'R4002', scan: 0 } });
  });

  it('can be closed while its scan does not end', async () => {
    const engine = await loaded();
    await engine.write([cell(at.loop, 1)]);
    await engine.run();
    await engine.close();
    expect(engine.state().kind).toBe('closed');
  });
});

describe('an online change', () => {
  const keep = [{ kind: 'bytes', from: at.count, to: at.count, size: 4 }] as const;

  it('goes on with the scan, the time and the kept values', async () => {
    const engine = await loaded();
    await engine.step(5);
    const witness = watch(engine);
    expect(await engine.swap(tinyImage({ increment: 100 }), keep)).toEqual({ scan: 5, timeNs: 40_000_000n });
    expect(witness.records).toEqual([expect.objectContaining({ kind: 'snapshot', reason: 'swap', scan: 5 })]);
    expect([u32(engine, at.count), u32(engine, at.kept)]).toEqual([5, 0]);
    expect(await engine.step(1)).toMatchObject({ scan: 6, timeNs: 50_000_000n });
    expect(u32(engine, at.count)).toBe(105);
  });

  it('misses no scan at a cycle of 20 ms', async () => {
    const engine = await loaded({ clock: 'wall' }, { tickNs: 20_000_000n });
    const witness = watch(engine);
    await engine.run();
    await eventually(() => engine.mirror()!.scan >= 2);
    await engine.swap(tinyImage({ tickNs: 20_000_000n, increment: 2 }), keep);
    const { scan } = engine.mirror()!;
    await eventually(() => engine.mirror()!.scan >= scan + 2);
    const scans = witness.records.flatMap((record) => (record.kind === 'scan' ? [record] : []));
    expect(scans.map((record) => record.scan)).toEqual(scans.map((_, i) => i + 1));
  });

  it('lets go of the memory of the program before', async () => {
    // Each memory has some GB of address space to itself.
    const spaceGib = (): number =>
      Number(/VmSize:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024 / 1024;
    const engine = await loaded({ clock: 'wall' }, { tickNs: 50_000_000n });
    await engine.run();
    const before = spaceGib();
    for (let increment = 2; increment < 22; increment += 1)
      await engine.swap(tinyImage({ tickNs: 50_000_000n, increment }), keep);
    await eventually(() => spaceGib() < before + 60);
  });

  it('that is refused changes nothing', async () => {
    const engine = await loaded({ watchdogMinMs: 60 });
    await engine.step(5);
    const before = engine.image();
    await expect(engine.swap(tinyImage({ endlessInit: true }), keep)).rejects.toEqual(reason('WATCHDOG'));
    await expect(engine.swap(tinyImage({ faultyInit: true }), keep)).rejects.toEqual(reason('RUNTIME_FAULTED'));
    await expect(
      engine.swap(tinyImage({ increment: 2 }), [{ kind: 'bytes', from: 1 << 30, to: 64, size: 4 }]),
    ).rejects.toEqual(reason('INVALID_REQUEST'));
    expect(engine.image()).toBe(before);
    expect(await engine.step(1)).toMatchObject({ scan: 6 });
    expect(u32(engine, at.count)).toBe(6);
  });

  it('keeps forces where their cells go, or takes those it is given', async () => {
    const engine = await loaded();
    await engine.force([cell(at.count, 9, 0, 0, 0), cell(at.in, 4)]);
    await engine.swap(tinyImage({ increment: 5 }), keep);
    expect(engine.forces()).toEqual([cell(at.count, 9, 0, 0, 0)]);
    await engine.swap(tinyImage({ increment: 6 }), keep, { forces: [cell(at.in, 1)] });
    expect(engine.forces()).toEqual([cell(at.in, 1)]);
  });
});

describe('cells of a program that another has taken the place of', () => {
  const keep = [{ kind: 'bytes', from: at.count, to: at.count, size: 4 }] as const;

  it('are refused, and nothing is written', async () => {
    const engine = await loaded();
    const old = engine.image()!;
    await engine.swap(tinyImage({ increment: 5 }), keep);
    const cells = [cell(at.count, 77)];
    const present = engine.image()!;
    for (const use of ['write', 'force'] as const) {
      await expect(engine[use](cells, undefined, old)).rejects.toEqual(reason('BUSY'));
      await expect(engine[use](cells, undefined, present)).resolves.toMatchObject({ scan: 0 });
      await engine.write([cell(at.count, 0)]);
    }
  });

  it('are not offered as retained values of the new one', async () => {
    const engine = await loaded({ clock: 'wall', retainIntervalMs: 60 }, { tickNs: 5_000_000n });
    const second = tinyImage({ tickNs: 5_000_000n, increment: 5 });
    const offered: [scan: number, kept: number][] = [];
    engine.on({
      onRetain(scan, bytes, image) {
        if (image === second) offered.push([scan, new DataView(bytes.buffer).getUint32(0, true)]);
      },
    });
    await engine.run();
    // While it scans, something is always due a little later.
    await eventually(() => engine.mirror()!.scan >= 30);
    const { scan: changed } = await engine.swap(second, keep);
    await eventually(() => offered.length >= 2);
    // What is retained counts the scans since its program came.
    expect(offered.map(([scan, kept]) => scan - kept)).toEqual(offered.map(() => changed));
  });
});

describe('a reader that stalls', () => {
  it('hears what was lost, gets a snapshot, and misses nothing after it', async () => {
    const engine = await loaded({ clock: 'wall', ringBytes: 16384 }, { tickNs: 200_000n, padding: 1024, spread: 100 });
    const witness = watch(engine);
    await engine.run();
    await eventually(() => engine.mirror()!.scan >= 2);
    // This thread is the reader: while it is blocked nothing drains the ring.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
    await eventually(() => witness.order.includes('lost'));
    await eventually(() => engine.mirror()!.consistent);
    await engine.stop();
    const lost = witness.records.findIndex((record) => record.kind === 'lost');
    const record = witness.records[lost]!;
    const resync = witness.records[lost + 1]!;
    expect(record).toMatchObject({ kind: 'lost' });
    expect(resync).toMatchObject({ kind: 'snapshot', reason: 'resync' });
    if (record.kind !== 'lost') return;
    expect(record.scanRecords).toBe(record.toScan - record.fromScan + 1);
    const before = witness.records.slice(0, lost).findLast((one) => one.kind === 'scan');
    expect(record.fromScan).toBe(before!.scan + 1);
    expect(resync).toMatchObject({ scan: record.toScan });
    const [bytes] = (await engine.read([{ address: engine.mirror()!.base, size: engine.mirror()!.bytes.length }]))
      .bytes;
    expect(engine.mirror()!.bytes).toEqual(bytes);
    expect(engine.stats().lostRecords).toBeGreaterThanOrEqual(record.scanRecords);
  });

  it('loses nothing in virtual time, which waits for it', async () => {
    const engine = await loaded({ ringBytes: 16384 }, { padding: 1024, spread: 100 });
    const witness = watch(engine);
    await engine.step(2000);
    expect(witness.order).not.toContain('lost');
    expect(witness.records.filter((record) => record.kind === 'scan')).toHaveLength(2000);
  });
});
