import { createLoweringMemory, type LoweringMemory } from '../../server/src/compiler/compile.js';
import { compileProgram, createBenchMachine } from './bench-machine.js';
import { largeProgram } from './large-program.js';
import { median } from './median.js';

export interface CompileResult {
  readonly lines: number;
  /** Milliseconds from text to the end of the first scan, when the compiler has not run yet, and when the JIT has seen it (median). */
  readonly firstMs: number;
  readonly warmMs: number;
  /** Processor time of the warm run, collector and helper threads included: what a busy machine leaves of `warmMs`. */
  readonly warmCpuMs: number;
  /** Of `warmMs`: until all is parsed and checked, to verified IR; source to image; image to instance; the first scan. */
  readonly checkMs: number;
  readonly sourceMs: number;
  readonly instanceMs: number;
  readonly scanMs: number;
  /** The same after one line of one POU was edited, with what the compiler remembers of the compile before, as in the host. */
  readonly editMs: number;
  readonly wasmBytes: number;
}

/** Compiles before the ones that count as warm. */
const warmUp = 4;

export function benchCompile(lines: number, rounds: number): CompileResult {
  const source = largeProgram(lines);
  const results: {
    total: number;
    cpu: number;
    check: number;
    source: number;
    instance: number;
    scan: number;
    bytes: number;
  }[] = [];
  const run = (text: string, memory?: LoweringMemory) => {
    const cpu = process.cpuUsage();
    const start = performance.now();
    let checked = start;
    const inspect = (): void => void (checked = performance.now());
    const image = compileProgram('large.st', text, { inspect, ...(memory && { memory }) });
    const compiled = performance.now();
    const machine = createBenchMachine(image);
    const instantiated = performance.now();
    machine.scan(0);
    const end = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    return {
      total: end - start,
      cpu: (user + system) / 1000,
      check: checked - start,
      source: compiled - start,
      instance: instantiated - compiled,
      scan: end - instantiated,
      bytes: image.wasm.length,
    };
  };
  for (let round = 0; round < warmUp + rounds; round++) results.push(run(source));
  const edits: number[] = [];
  const memory = createLoweringMemory();
  run(source, memory);
  for (let round = 0; round < 2 * rounds; round++) {
    const edited = source.replace('IF Delay.Q THEN', `IF Delay.Q AND Count < ${1000 + round} THEN`);
    edits.push(run(edited, memory).total);
  }
  const warm = results.slice(warmUp);
  return {
    lines: source.split('\n').length,
    firstMs: results[0]!.total,
    warmMs: median(warm.map((one) => one.total)),
    warmCpuMs: median(warm.map((one) => one.cpu)),
    checkMs: median(warm.map((one) => one.check)),
    sourceMs: median(warm.map((one) => one.source)),
    instanceMs: median(warm.map((one) => one.instance)),
    scanMs: median(warm.map((one) => one.scan)),
    editMs: median(edits),
    wasmBytes: results[0]!.bytes,
  };
}
