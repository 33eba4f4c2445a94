import { compile, type CompileInput } from '../../server/src/compiler/compile.js';
import { defaultProfile } from '../../server/src/compiler/profile.js';
import { createHostFunctions } from '../../server/src/engine/worker/host-functions.js';
import type { ProgramImage } from '../../server/src/model/program-image.js';
import { createVariableTree } from '../../server/src/runtime/variable-tree.js';

export interface BenchMachine {
  readonly image: ProgramImage;
  readonly memory: WebAssembly.Memory;
  /** Runs every program once, `nowNs` as the time of the scan. */
  scan(nowNs: number): void;
  /** A variable's value in the words of the twins' reports. */
  read(kind: string, path: string): string;
}

export function compileProgram(
  name: string,
  content: string,
  settings: Pick<CompileInput, 'instrument' | 'memory' | 'inspect'> = {},
): ProgramImage {
  const built = compile({ name, documents: [{ name, content }], profile: defaultProfile, ...settings });
  if (!built.image) {
    const first = built.diagnostics.find((one) => one.severity === 'error');
    throw new Error(
      `${name} does not compile: ${first ? `${first.code} line ${first.line ?? '?'}: ${first.message}` : 'no image'}`,
    );
  }
  return built.image;
}

/** The image on a memory of its own, driven without an engine: nothing but the generated code is timed. */
export function createBenchMachine(image: ProgramImage, wasm: Uint8Array = image.wasm): BenchMachine {
  const memory = new WebAssembly.Memory({ initial: image.memory.pages });
  const bytes = new Uint8Array(memory.buffer);
  const view = new DataView(memory.buffer);
  for (const run of image.initialMemory) bytes.set(run.bytes, run.address);
  const host = createHostFunctions({ bytes, onLog: () => undefined });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory, ...host } });
  (instance.exports['init'] as () => void)();
  const entries = image.tasks.flatMap((task) =>
    task.programs.map((program) => instance.exports[program.entry] as () => void),
  );
  const words = new Uint32Array(memory.buffer);
  const now = image.memory.nowAddress >> 2;
  const tree = createVariableTree(image);
  const [only] = entries;
  return {
    image,
    memory,
    scan(nowNs) {
      words[now] = nowNs;
      words[now + 1] = nowNs / 2 ** 32;
      if (entries.length === 1) only!();
      else for (const entry of entries) entry();
    },
    read(kind, path) {
      const variable = tree.resolve(path);
      const { address } = variable;
      if (kind === 'real') return `${view.getUint32(address, true)}`;
      if (kind === 'lreal') return `${view.getBigUint64(address, true)}`;
      if (kind === 'text') {
        const end = bytes.indexOf(0, address);
        return String.fromCharCode(...bytes.subarray(address, end));
      }
      const type = tree.typeOf(variable);
      if (type.kind !== 'elementary') throw new Error(`${path} is no number`);
      if (variable.bit !== undefined) return `${(bytes[address]! >> variable.bit) & 1}`;
      switch (type.name) {
        case 'INT':
          return `${view.getInt16(address, true)}`;
        case 'DINT':
          return `${view.getInt32(address, true)}`;
        case 'TIME':
          return `${view.getBigInt64(address, true)}`;
        default:
          return `${type.size === 1 ? bytes[address]! : type.size === 2 ? view.getUint16(address, true) : view.getUint32(address, true)}`;
      }
    },
  };
}
