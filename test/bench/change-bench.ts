import { changeKernel } from '../../server/src/compiler/wasm/change-kernel.js';
import { createDetector } from '../../server/src/engine/worker/change-detector.js';
import type { MemoryLayout } from '../../server/src/model/program-image.js';
import { createRandomSource } from '../support/random-source.js';
import { median } from './median.js';

export interface ChangeResult {
  readonly variables: number;
  readonly changed: number;
  /** Microseconds to find, encode and remember the changes of one scan; medians. */
  readonly kernelUs: number;
  readonly javascriptUs: number;
}

/** Compare and encode as the engine does it after a scan: 4-byte variables, some of them changed. */
export function benchChanges(variables: number, changed: number, rounds: number): ChangeResult {
  const bytes = variables * 4;
  const time = (kernel: WebAssembly.Module | undefined): number => {
    const pages = Math.ceil((64 + bytes) / 65_536);
    const memory = new WebAssembly.Memory({ initial: pages + Math.ceil((3 * (bytes + 128)) / 65_536) + 1 });
    const detector = createDetector(memory, { pages, variables: { start: 64, size: bytes } } as MemoryLayout, kernel);
    const words = new Uint32Array(memory.buffer, 64, variables);
    const random = createRandomSource(variables + changed);
    const places = Array.from({ length: changed }, () => random.below(variables));
    const expected = new Set(places).size;
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const place of places) words[place]! += 1;
      const start = process.hrtime.bigint();
      const count = detector.collect();
      times.push(Number(process.hrtime.bigint() - start) / 1000);
      if (count !== expected) throw new Error(`${count} changes found where ${expected} were made`);
    }
    return median(times.slice(rounds >> 2));
  };
  return { variables, changed, kernelUs: time(new WebAssembly.Module(changeKernel())), javascriptUs: time(undefined) };
}
