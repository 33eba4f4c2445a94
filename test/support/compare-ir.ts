import type { IrModule } from '../../server/src/compiler/ir/ir.js';
import { emitModule } from '../../server/src/compiler/wasm/emit-module.js';
import { createInterpreter, InterpretedFault, type InterpreterHost } from './ir-interpreter.js';

class EmittedFault extends Error {
  constructor(
    readonly code: number,
    readonly site: number,
  ) {
    super(`fault ${code} at site ${site}`);
  }
}

/** Host functions for tests: the same object for the interpreter and the emitted code. */
export const testHost = {
  sin: Math.sin,
  cos: Math.cos,
  exp: Math.exp,
  ln: Math.log,
  pow: Math.pow,
} satisfies InterpreterHost;

export interface Outcome {
  /** `ok`, or the fault's text. A scan ends at its first fault. */
  readonly ends: readonly string[];
  readonly memory: Uint8Array;
}

export interface RunPlan {
  readonly scans: number;
  /** Bytes compared: from 0 up to this address. */
  readonly compared: number;
  /** Lays down the initial memory. */
  fill(memory: Uint8Array): void;
}

export function runEmitted(module: IrModule, plan: RunPlan, instrument: boolean): Outcome {
  const memory = new WebAssembly.Memory({ initial: module.pages });
  plan.fill(new Uint8Array(memory.buffer));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(emitModule(module, { instrument })), {
    env: {
      ...testHost,
      memory,
      hook: () => undefined,
      fault: (code: number, site: number) => {
        throw new EmittedFault(code, site);
      },
    },
  });
  const run = instance.exports['run'] as () => void;
  (instance.exports['init'] as () => void)();
  return outcome(plan, memory, run);
}

export function runInterpreted(module: IrModule, plan: RunPlan): Outcome {
  const memory = { buffer: new ArrayBuffer(module.pages * 65_536) };
  plan.fill(new Uint8Array(memory.buffer));
  const interpreter = createInterpreter(module, memory, testHost);
  interpreter.init();
  return outcome(plan, memory, () => interpreter.run('run'));
}

function outcome(plan: RunPlan, memory: { readonly buffer: ArrayBufferLike }, run: () => void): Outcome {
  const ends: string[] = [];
  for (let scan = 0; scan < plan.scans; scan++) {
    try {
      run();
      ends.push('ok');
    } catch (error) {
      if (!(error instanceof EmittedFault || error instanceof InterpretedFault)) throw error;
      ends.push(error.message);
    }
  }
  return { ends, memory: new Uint8Array(memory.buffer).slice(0, plan.compared) };
}

/** The first difference between two outcomes in words; undefined where they agree bit for bit. */
export function difference(expected: Outcome, actual: Outcome): string | undefined {
  if (expected.ends.join() !== actual.ends.join())
    return `ends [${expected.ends.join()}] against [${actual.ends.join()}]`;
  const at = expected.memory.findIndex((byte, index) => byte !== actual.memory[index]);
  return at < 0 ? undefined : `byte ${at}: ${expected.memory[at]} against ${actual.memory[at]}`;
}
