import { createHash } from 'node:crypto';
import { changeKernel } from '../../../server/src/compiler/wasm/change-kernel.js';
import { compile } from '../../../server/src/compiler/compile.js';
import { findProfile } from '../../../server/src/compiler/profile.js';
import { createEngine, createWorkerPool } from '../../../server/src/engine/create-engine.js';
import type { Engine, EngineOptions, WorkerPool } from '../../../server/src/engine/engine.js';
import { createScanMachine, type ScanMachine } from '../../../server/src/engine/worker/scan-machine.js';
import type { ProgramImage } from '../../../server/src/model/program-image.js';

let pool: WorkerPool;
const engines: Engine[] = [];
beforeAll(() => {
  pool = createWorkerPool();
});
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));
afterAll(() => pool.close());

function imageOf(content: string): ProgramImage {
  const { image, diagnostics } = compile({
    name: 'test',
    documents: [{ name: 'test.st', content }],
    profile: findProfile('iec')!,
  });
  expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
  return image!;
}
const machineOf = (image: ProgramImage): ScanMachine =>
  createScanMachine(image, { module: new WebAssembly.Module(image.wasm) });
/** The bytes of a variable of `Main`, wherever the layout puts it. */
function bytesOf(machine: ScanMachine, image: ProgramImage, name: string): Uint8Array {
  const root = image.roots.find((one) => one.path === 'Main')!;
  const type = image.types[root.type]!;
  const member = type.kind === 'struct' ? type.members.find((one) => one.name === name) : undefined;
  const start = member!.absolute ? member!.offset : root.address + member!.offset;
  return machine.bytes.subarray(start, start + image.types[member!.type]!.size);
}
async function engineOf(image: ProgramImage, options: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = createEngine({ name: 'main', clock: 'virtual', pool, changeKernel: changeKernel(), ...options });
  engines.push(engine);
  await engine.load(image);
  return engine;
}

const mixed = `
  PROGRAM Main
  VAR RETAIN Total : LREAL; END_VAR
  VAR
    T : TON; C : CTU; R : REAL := 1.0; L : LREAL; I : INT; Seed : UDINT := 1; Text : STRING; A : ARRAY[0..9] OF LREAL;
  END_VAR
    T(IN := NOT T.Q, PT := T#70ms);
    C(CU := T.Q, PV := 3);
    Seed := Seed * 1664525 + 1013904223;
    I := I + 1;
    L := EXPT(1.0001, INT_TO_LREAL(I)) + SIN(INT_TO_LREAL(I)) * EXP(-0.01 * INT_TO_LREAL(I));
    A[I MOD 10] := L;
    R := R * 1.01;
    Text := CONCAT(REAL_TO_STRING(R), '|');
    Total := Total + LN(1.0 + L * L);
  END_PROGRAM`;

const rates = `
  VAR_GLOBAL Shared : LREAL; Order : UDINT; END_VAR
  FUNCTION_BLOCK Filter
  VAR_INPUT In : REAL; END_VAR
  VAR_OUTPUT Out : REAL; END_VAR
    Out := Out + (In - Out) * 0.3;
  END_FUNCTION_BLOCK
  PROGRAM Fast
  VAR_EXTERNAL Shared : LREAL; Order : UDINT; END_VAR
  VAR Raw AT %IB0 : BYTE; F : Filter; P : TP; END_VAR
    F(In := USINT_TO_REAL(BYTE_TO_USINT(Raw)));
    P(IN := F.Out > 100.0, PT := T#35ms);
    Shared := Shared + COS(REAL_TO_LREAL(F.Out));
    Order := Order * 31 + 1;
  END_PROGRAM
  PROGRAM Slow
  VAR_EXTERNAL Shared : LREAL; Order : UDINT; END_VAR
  VAR Seen : ARRAY[0..4] OF LREAL; N : INT; Line : STRING[40]; END_VAR
    Seen[N MOD 5] := SQRT(ABS(Shared)) / 3.0;
    Line := CONCAT(LREAL_TO_STRING(Seen[N MOD 5]), INT_TO_STRING(N));
    N := N + 1;
    Order := Order * 31 + 2;
  END_PROGRAM
  CONFIGURATION C
    RESOURCE A ON CPU
      TASK T1(INTERVAL := T#10ms, PRIORITY := 1);
      PROGRAM Fast1 WITH T1 : Fast;
    END_RESOURCE
    RESOURCE B ON CPU
      TASK T2(INTERVAL := T#30ms, PRIORITY := 0);
      PROGRAM Slow1 WITH T2 : Slow;
    END_RESOURCE
  END_CONFIGURATION`;

describe('a compiled program', () => {
  it('has the same values after 500 scans as where the digest was taken', () => {
    const image = imageOf(mixed);
    const machine = machineOf(image);
    for (let i = 0; i < 500; i += 1) expect(machine.runScan()).toBe(1);
    const hash = createHash('sha256');
    for (const name of ['Total', 'R', 'L', 'I', 'Seed', 'Text', 'A']) hash.update(bytesOf(machine, image, name));
    expect(hash.digest('hex')).toMatchInlineSnapshot(
      `"7801bfcc8fc2e9f56aa136d20c9c98c359dda0146f47280ac4c7e0ccbdfeaf22"`,
    );
  });

  it('with tasks of several rates and inputs has the same values as where the digest was taken, restored midway or not', async () => {
    const image = imageOf(rates);
    const input = image.memory.inputs.start;
    const drive = async (engine: Engine, from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 1) {
        await engine.write([{ address: input, bytes: Uint8Array.of((at * 37) & 0xff) }]);
        await engine.step(10);
      }
    };
    const first = await engineOf(image);
    await drive(first, 0, 15);
    const snapshot = structuredClone(await first.snapshot());
    await drive(first, 15, 30);
    const second = await engineOf(image);
    await second.restore(snapshot);
    await drive(second, 15, 30);
    expect(second.mirror()!.bytes).toEqual(first.mirror()!.bytes);
    const hash = createHash('sha256');
    const { bytes } = first.mirror()!;
    // Root by root, so that it does not matter in what order the layout puts them.
    for (const { path, type, address } of image.roots.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
      const start = address - image.memory.variables.start;
      hash.update(`${path} `).update(bytes.subarray(start, start + image.types[type]!.size));
    }
    expect(hash.digest('hex')).toMatchInlineSnapshot(
      `"6e9172baddcb1d6e3ebcb9ff2159e94eefb2258ab1d7b52570ae888837e33b6d"`,
    );
  });

  it('has the same variables in a thread as without one', async () => {
    const image = imageOf(mixed);
    const machine = machineOf(image);
    for (let i = 0; i < 300; i += 1) machine.runScan();
    const engine = await engineOf(image);
    await engine.step(300);
    expect(engine.mirror()!.bytes).toEqual(machine.variables());
  });

  it.each([
    ['divides by zero', 'I := 10 / D;', 'R4001'],
    ['leaves its array', 'A[D + 11] := 1;', 'R4002'],
  ])('that %s faults with the line of the statement', async (_, statement, code) => {
    const image = imageOf(`
      PROGRAM Main
      VAR I : INT; D : INT; A : ARRAY[0..9] OF INT; Go : BOOL; END_VAR
        IF Go THEN
          ${statement}
        END_IF;
        Go := TRUE;
      END_PROGRAM`);
    const engine = await engineOf(image);
    expect(await engine.step(5)).toMatchObject({ scans: 1, end: 'fault' });
    const { fault } = engine.state();
    expect(fault).toMatchObject({ code, scan: 2 });
    expect(fault?.site?.line).toBe(5);
  });

  it('that never ends is stopped by the watchdog', async () => {
    const image = imageOf('PROGRAM Main VAR I : INT; END_VAR WHILE TRUE DO I := I + 1; END_WHILE; END_PROGRAM');
    const engine = await engineOf(image, { tickNs: 1_000_000n, watchdogMinMs: 80 });
    await expect(engine.step(1)).rejects.toEqual(expect.objectContaining({ reason: 'WATCHDOG' }));
    expect(engine.state()).toMatchObject({ kind: 'faulted', fault: { code: 'R4005', site: { pou: 'Main' } } });
  });
});
