import {
  createScanMachine,
  type MachineOptions,
  type ScanMachine,
} from '../../../server/src/engine/worker/scan-machine.js';
import type { TaskDescriptor } from '../../../server/src/model/program-image.js';
import { at, tinyImage, type TinyOptions } from './tiny-image.js';

function machineOf(options: TinyOptions = {}, more: Partial<MachineOptions> = {}): ScanMachine {
  const image = tinyImage(options);
  return createScanMachine(image, { module: new WebAssembly.Module(image.wasm), ...more });
}
const cell = (address: number, ...bytes: number[]): { address: number; bytes: Uint8Array } => ({
  address,
  bytes: Uint8Array.from(bytes),
});
const u32 = (machine: ScanMachine, address: number): number =>
  new DataView(machine.memory.buffer).getUint32(address, true);
const i64 = (machine: ScanMachine, address: number): bigint =>
  new DataView(machine.memory.buffer).getBigInt64(address, true);
function run(machine: ScanMachine, scans: number): void {
  for (let i = 0; i < scans; i += 1) expect(machine.runScan()).toBeDefined();
}

describe('a scan machine', () => {
  it('numbers scans from 1 and lets scan n run at (n - 1) ticks', () => {
    const machine = machineOf();
    expect(machine.scan).toBe(0);
    run(machine, 3);
    expect(machine.scan).toBe(3);
    expect(u32(machine, at.count)).toBe(3);
    expect(i64(machine, at.now)).toBe(20_000_000n);
    expect(u32(machine, at.firsts)).toBe(1);
  });

  it('computes initial values with the functions of the host', () => {
    const machine = machineOf();
    expect(new DataView(machine.memory.buffer).getFloat64(at.real, true)).toBe(Math.SQRT2);
    expect(Buffer.from(machine.bytes.subarray(at.text, at.text + 19)).toString('latin1')).toBe('1.4142135623730951\0');
  });

  it.each([
    ['a fault that the code reports', at.divide, 'R4001', 7],
    ['a trap', at.trap, 'R4007', undefined],
    ['recursion without end', at.recurse, 'R4004', undefined],
  ])('says code, task and place of %s, and does not count the scan', (_, switchAddress, code, line) => {
    const machine = machineOf();
    run(machine, 2);
    machine.write([cell(switchAddress, 1)]);
    expect(machine.runScan()).toBeUndefined();
    expect(machine.scan).toBe(2);
    expect(machine.fault).toMatchObject({ code, scan: 3, task: 'Cyclic' });
    expect(machine.fault?.site?.line).toBe(line);
    machine.write([cell(switchAddress, 0)]);
    machine.reset('cold');
    expect(machine.fault).toBeUndefined();
    run(machine, 1);
    expect(machine.scan).toBe(1);
  });

  it('reports a fault in the initial values at scan 0', () => {
    expect(machineOf({ faultyInit: true }).fault).toMatchObject({ code: 'R4002', scan: 0 });
  });

  it('keeps retained variables over a warm reset and forgets them in a cold one', () => {
    const machine = machineOf();
    run(machine, 5);
    machine.reset('warm');
    expect([u32(machine, at.kept), u32(machine, at.count), machine.scan]).toEqual([5, 0, 0]);
    run(machine, 1);
    machine.reset('cold');
    expect([u32(machine, at.kept), u32(machine, at.count)]).toEqual([0, 0]);
  });

  it('zeroes outputs after a fault and takes retained variables back to the boundary', () => {
    const machine = machineOf();
    machine.write([cell(at.in, 9)]);
    run(machine, 2);
    const boundary = machine.variables().slice();
    machine.write([cell(at.divide, 1)]);
    machine.runScan();
    expect(u32(machine, at.kept)).toBe(3);
    machine.makeSafe(boundary);
    expect(u32(machine, at.kept)).toBe(2);
    expect(machine.bytes[at.out]).toBe(0);
  });

  it.each([
    ['an input', at.in, at.out],
    ['an output', at.out, at.out],
    ['a plain variable', at.count, at.count],
  ])('lets a force win over program and writes at %s, until it is released', (_, forced, seen) => {
    const machine = machineOf();
    machine.force([cell(forced, 77)]);
    run(machine, 2);
    machine.write([cell(forced, 3)]);
    expect(machine.bytes[forced]).toBe(77);
    run(machine, 1);
    expect(machine.bytes[seen]).toBe(77);
    machine.unforce([cell(forced, 0)]);
    machine.write([cell(at.in, 1), cell(at.count, 1)]);
    run(machine, 1);
    expect(machine.bytes[seen]).not.toBe(77);
  });

  it('forces single bits and leaves the others of the byte to the program', () => {
    const machine = machineOf();
    machine.force([{ address: at.out, bit: 7, bytes: Uint8Array.of(1) }]);
    machine.force([{ address: at.out, bit: 0, bytes: Uint8Array.of(0) }]);
    machine.write([cell(at.in, 0x03)]);
    run(machine, 1);
    expect(machine.bytes[at.out]).toBe(0x82);
    expect(machine.forced.cells()).toHaveLength(2);
    machine.unforce();
    run(machine, 1);
    expect(machine.bytes[at.out]).toBe(0x03);
  });

  it.each([
    ['before the variables', { address: 60, bytes: new Uint8Array(8) }],
    ['past their end', { address: at.end - 2, bytes: new Uint8Array(4) }],
    ['of no bytes', { address: at.count, bytes: new Uint8Array(0) }],
    ['at no whole number', { address: 100.5, bytes: new Uint8Array(1) }],
    ['with bit 8', { address: at.out, bit: 8, bytes: new Uint8Array(1) }],
  ])('refuses a write with a cell %s and applies none of it', (_, bad) => {
    const machine = machineOf();
    expect(() => machine.write([cell(at.in, 1), bad])).toThrow(
      expect.objectContaining({ reason: 'VALUE_OUT_OF_RANGE' }) as Error,
    );
    expect(machine.bytes[at.in]).toBe(0);
  });

  it('gives the same bytes again after a snapshot is restored', () => {
    const machine = machineOf();
    run(machine, 3);
    const snapshot = machine.snapshot();
    run(machine, 4);
    const first = machine.variables().slice();
    machine.restore(snapshot);
    expect(machine.scan).toBe(3);
    run(machine, 4);
    expect(machine.variables()).toEqual(first);
  });

  it('refuses the snapshot of another image', () => {
    const other = machineOf({ increment: 2 }).snapshot();
    expect(() => machineOf().restore(other)).toThrow(expect.objectContaining({ reason: 'WRONG_STATE' }) as Error);
  });

  it('takes over a running program with moved, converted and new values', () => {
    const old = machineOf();
    old.force([cell(at.in, 5)]);
    run(old, 4);
    const changed = machineOf({ increment: 10 });
    changed.takeOver(old, [
      { kind: 'bytes', from: at.count, to: at.count, size: 4 },
      { kind: 'bytes', from: at.in, to: at.in, size: 1 },
      { kind: 'convert', from: at.kept, fromType: 'u32', to: at.real, toType: 'f64' },
    ]);
    expect([changed.scan, u32(changed, at.count), u32(changed, at.kept)]).toEqual([4, 4, 0]);
    expect(new DataView(changed.memory.buffer).getFloat64(at.real, true)).toBe(4);
    run(changed, 1);
    expect([changed.scan, u32(changed, at.count), changed.bytes[at.out], u32(changed, at.firsts)]).toEqual([
      5, 14, 5, 0,
    ]);
  });

  it('refuses moves outside of memory and stays as it was', () => {
    const old = machineOf();
    const changed = machineOf({ increment: 10 });
    expect(() => changed.takeOver(old, [{ kind: 'bytes', from: 0, to: 1 << 30, size: 4 }])).toThrow(/outside/);
  });

  it('passes on what the program logs, with its task', () => {
    const lines: unknown[] = [];
    const machine = machineOf({}, { onLog: (...line) => lines.push(line) });
    machine.write([cell(at.log, 1)]);
    run(machine, 2);
    expect(lines).toEqual([['pump', 2, 0], ['pump', 2, 0]]); // prettier-ignore
  });

  it('refuses a module that imports what no host provides', () => {
    const image = tinyImage();
    const text = Buffer.from(image.wasm).toString('latin1').replace('\x03pow', '\x03wop');
    const module = new WebAssembly.Module(Uint8Array.from(Buffer.from(text, 'latin1')));
    expect(() => createScanMachine(image, { module })).toThrow(
      expect.objectContaining({ reason: 'UNSUPPORTED' }) as Error,
    );
  });
});

describe('tasks', () => {
  const program = (entry: string): TaskDescriptor['programs'] => [{ name: entry, type: entry, entry }];
  const task = (name: string, entry: string, intervalMs: number, priority: number): TaskDescriptor => ({
    name, resource: 'Res', intervalNs: BigInt(intervalMs) * 1_000_000n, priority, programs: program(entry),
  }); // prettier-ignore

  it('run at their intervals, and the record of runs has a bit for each', () => {
    const machine = machineOf({ tasks: [task('A', 'main', 10, 1), task('B', 'second', 30, 0)] });
    const runs = Array.from({ length: 7 }, () => machine.runScan());
    expect(runs).toEqual([0b11, 0b01, 0b01, 0b11, 0b01, 0b01, 0b11]);
    expect([u32(machine, at.count), u32(machine, at.second)]).toEqual([7, 3]);
  });

  it('run in order of priority, then of declaration', () => {
    const { schedule } = machineOf({
      tasks: [task('A', 'main', 10, 5), task('B', 'second', 10, 0), task('C', 'third', 10, 5)],
    });
    expect(schedule.order).toEqual([1, 0, 2]);
  });

  it('count due instants that time has passed over as overruns, and run once', () => {
    const machine = machineOf({ tasks: [task('A', 'main', 10, 0)] });
    machine.runScan(0n);
    machine.runScan(45_000_000n);
    machine.runScan(50_000_000n);
    expect(u32(machine, at.count)).toBe(3);
    expect(machine.schedule.overruns[0]).toBe(3);
  });

  const single = { path: 'S', address: at.single };
  it('with a SINGLE input run on its rising edge only', () => {
    const machine = machineOf({
      tasks: [{ name: 'E', resource: 'Res', single, priority: 0, programs: program('second') }],
    });
    const values = [0, 1, 1, 0, 1, 1, 0];
    for (const value of values) {
      machine.write([cell(at.single, value)]);
      machine.runScan();
    }
    expect(u32(machine, at.second)).toBe(2);
  });

  it('with SINGLE and INTERVAL also run periodically while SINGLE is FALSE', () => {
    const machine = machineOf({ tasks: [{ ...task('E', 'second', 20, 0), single }] });
    const ran = [0, 0, 0, 1, 1, 1, 0, 0].map((value) => {
      machine.write([cell(at.single, value)]);
      return machine.runScan();
    });
    expect(ran).toEqual([1, 0, 1, 1, 0, 0, 1, 0]);
  });

  it('of an image without cyclic tasks run in every scan, at the tick the host chooses', () => {
    const machine = machineOf({ hasTasks: false, tickNs: 100_000_000n }, { tickNs: 1_000_000n });
    run(machine, 3);
    expect([u32(machine, at.count), machine.timeNs]).toEqual([3, 2_000_000n]);
  });
});
