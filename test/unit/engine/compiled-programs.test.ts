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
