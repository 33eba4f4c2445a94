import { createScanMachine } from '../../server/src/engine/worker/scan-machine.js';
import { compile } from '../../server/src/compiler/compile.js';
import { findProfile } from '../../server/src/compiler/profile.js';
import type { ProgramImage } from '../../server/src/model/program-image.js';
import type { Value } from '../../server/src/model/value.js';
import { encodeValue, readValue } from '../../server/src/runtime/value-codec.js';
import { createVariableTree } from '../../server/src/runtime/variable-tree.js';

/** Errors of a source as `code@line`, in order of position. */
export function errorsOf(source: string, profile = 'iec'): string[] {
  const result = compile({
    name: 'test',
    documents: [{ name: 'test.st', content: source }],
    profile: findProfile(profile)!,
  });
  return result.diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.code}@${d.line ?? 0}`);
}

export function imageOf(source: string, profile = 'iec'): ProgramImage {
  const result = compile({
    name: 'test',
    documents: [{ name: 'test.st', content: source }],
    profile: findProfile(profile)!,
  });
  if (!result.image)
    throw new Error(result.diagnostics.map((d) => `${d.line ?? 0}:${d.column ?? 0} ${d.code} ${d.message}`).join('\n'));
  return result.image;
}

/** A plain form of a value that tests can write down: numbers where they are exact. */
function plain(value: Value): unknown {
  switch (value.kind) {
    case 'int':
      return Number(value.value);
    case 'bool':
    case 'real':
    case 'string':
      return value.value;
    case 'pointer':
      return value.address;
    case 'array':
      return value.elements.map(plain);
    case 'struct':
      return Object.fromEntries(value.members.map(([name, inner]) => [name, plain(inner)]));
  }
}

export interface Running {
  readonly image: ProgramImage;
  /** Lets time pass and runs one scan; gives the fault's code where there is one. */
  scan(ms?: number): string | undefined;
  get(path: string): unknown;
  set(path: string, value: Value): void;
}

/** Starts a program in virtual time, every program in each scan. */
export const start = (source: string, profile = 'iec'): Running => startImage(imageOf(source, profile));

export function startImage(image: ProgramImage): Running {
  const flat = {
    ...image,
    hasTasks: false,
    tasks: image.tasks.map(({ single: _single, intervalNs: _interval, ...task }) => task),
  };
  const machine = createScanMachine(flat, { module: new WebAssembly.Module(new Uint8Array(image.wasm)) });
  const tree = createVariableTree(image);
  let now = 0n;
  return {
    image,
    scan(ms = 10) {
      now += BigInt(ms) * 1_000_000n;
      machine.runScan(now);
      return machine.fault?.code;
    },
    get: (path) => plain(readValue(image.types, tree.resolve(path, machine.bytes), machine.bytes)),
    set(path, value) {
      machine.write(encodeValue(image.types, tree.resolve(path, machine.bytes), value));
    },
  };
}

/** Runs some scans and gives the variables named. */
export function run(
  source: string,
  paths: readonly string[],
  options: { readonly scans?: number; readonly profile?: string } = {},
): unknown[] {
  return runImage(imageOf(source, options.profile), paths, options.scans);
}

export function runImage(image: ProgramImage, paths: readonly string[], scans = 1): unknown[] {
  const running = startImage(image);
  for (let i = 0; i < scans; i += 1) {
    const fault = running.scan();
    if (fault) return [fault];
  }
  return paths.map((path) => running.get(path));
}
