import { compileToIr, type CompiledToIr } from '../../support/compile-to-ir.js';
import { createHostFunctions } from '../../../server/src/engine/worker/host-functions.js';
import { ScanFault } from '../../../server/src/engine/worker/scan-fault.js';
import type { ProgramImage } from '../../../server/src/model/program-image.js';
import {
  createInterpreter,
  InterpretedFault,
  TooManySteps,
  type InterpreterHost,
} from '../../support/ir-interpreter.js';
import { randomProgram } from '../../support/random-program.js';

/** PLC_EMU_RANDOM_PROGRAMS=10000 for the nightly run; PLC_EMU_RANDOM_SEED to begin elsewhere. */
const count = Number(process.env['PLC_EMU_RANDOM_PROGRAMS'] ?? 60);
const firstSeed = Number(process.env['PLC_EMU_RANDOM_SEED'] ?? 0);
const scans = 4;
const tickNs = 10_000_000n;

/** How the scans ended, and the variables after them. */
interface Trace {
  readonly ends: string;
  readonly variables: Uint8Array;
}

function trace(image: ProgramImage, bytes: Uint8Array, init: () => void, run: () => void): Trace {
  for (const chunk of image.initialMemory) bytes.set(chunk.bytes, chunk.address);
  const view = new DataView(bytes.buffer);
  const ends: string[] = [];
  const guarded = (step: () => void): boolean => {
    try {
      step();
      return true;
    } catch (error) {
      if (error instanceof ScanFault) ends.push(`${error.code} at ${error.siteId}`);
      else if (error instanceof InterpretedFault) ends.push(`R${error.code} at ${error.site}`);
      else throw error;
      return false;
    }
  };
  guarded(init);
  for (let scan = 0; scan < scans && ends.length === 0; scan++) {
    view.setBigInt64(image.memory.nowAddress, BigInt(scan) * tickNs, true);
    guarded(run);
  }
  const { start, size } = image.memory.variables;
  return { ends: ends.join(), variables: bytes.slice(start, start + size) };
}

function emitted(image: ProgramImage, wasm: Uint8Array): Trace {
  const memory = new WebAssembly.Memory({ initial: image.memory.pages });
  const bytes = new Uint8Array(memory.buffer);
  const host = createHostFunctions({ bytes, onLog: () => undefined });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory, ...host } });
  const entries = image.tasks.flatMap((task) =>
    task.programs.map((program) => instance.exports[program.entry] as () => void),
  );
  return trace(image, bytes, instance.exports['init'] as () => void, () => entries.forEach((entry) => entry()));
}

/** Undefined where the loops of a program, one in another, take too long. */
function interpreted({ image, module }: CompiledToIr): Trace | undefined {
  const bytes = new Uint8Array(image.memory.pages * 65_536);
  const host = createHostFunctions({ bytes, onLog: () => undefined }) as unknown as InterpreterHost;
  const interpreter = createInterpreter(module, bytes, host);
  const entries = image.tasks.flatMap((task) => task.programs.map((program) => program.entry));
  try {
    return trace(
      image,
      bytes,
      () => interpreter.init(),
      () => entries.forEach((entry) => interpreter.run(entry)),
    );
  } catch (error) {
    if (error instanceof TooManySteps) return undefined;
    throw error;
  }
}

function difference(expected: Trace, actual: Trace): string {
  if (expected.ends !== actual.ends) return `ends [${expected.ends}] against [${actual.ends}]`;
  const at = expected.variables.findIndex((byte, index) => byte !== actual.variables[index]);
  return at < 0 ? 'same' : `variable byte ${at}: ${expected.variables[at]} against ${actual.variables[at]}`;
}

describe('a random program in Structured Text', () => {
  it(`leaves the same variables interpreted, compiled, and compiled with hooks (${count} programs)`, () => {
    let faults = 0;
    let compared = 0;
    let tooLong = 0;
    for (let seed = firstSeed; compared < count; seed++) {
      const program = compileToIr(randomProgram(seed), { instrument: true });
      const expected = interpreted(program);
      if (!expected) {
        tooLong += 1;
        expect(tooLong).toBeLessThan(1 + count * 0.01);
        continue;
      }
      compared += 1;
      if (expected.ends !== '') faults += 1;
      expect(`seed ${seed}: ${difference(expected, emitted(program.image, program.image.wasm))}`).toBe(
        `seed ${seed}: same`,
      );
      expect(
        `seed ${seed}, hooks: ${difference(expected, emitted(program.image, program.image.instrumentedWasm!))}`,
      ).toBe(`seed ${seed}, hooks: same`);
    }
    // Most programs run to their end: otherwise little is compared.
    expect(faults).toBeLessThan(count * 0.6);
  }, 36_000_000);
});
