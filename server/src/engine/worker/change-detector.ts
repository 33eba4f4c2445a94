import type { MemoryLayout, Region } from '../../model/program-image.js';
import { HostError } from '../../model/host-error.js';

/**
 * Finds what changed in the variables region since it was last asked. Columns: index of the u32 word in the region, and its new
 * value.
 */
export interface ChangeDetector {
  readonly kind: 'simd' | 'javascript';
  /** Compares, remembers the present as the past, and returns how many words differ. */
  collect(): number;
  /** The columns; the first `collect()` entries count. */
  readonly indices: Uint32Array;
  readonly values: Uint32Array;
  /** The region as it was at the last `collect` or `reset`. */
  readonly past: Uint8Array;
  /** Takes the present as the past without comparing. */
  reset(): void;
}

/** The same in plain JavaScript, about ten times slower than the SIMD kernel. */
export function createPlainDetector(memory: WebAssembly.Memory, region: Region): ChangeDetector {
  const words = (region.size + 3) >>> 2;
  const present = new Uint32Array(memory.buffer, region.start, words);
  const past = new Uint32Array(words);
  const indices = new Uint32Array(words);
  const values = new Uint32Array(words);
  past.set(present);
  return {
    kind: 'javascript',
    indices,
    values,
    past: new Uint8Array(past.buffer, 0, region.size),
    collect() {
      let count = 0;
      for (let i = 0; i < words; i += 1) {
        const value = present[i]!;
        if (value === past[i]) continue;
        past[i] = value;
        indices[count] = i;
        values[count] = value;
        count += 1;
      }
      return count;
    },
    reset: () => past.set(present),
  };
}

const pageBytes = 65536;
/** Past, indices and values, each as large as the region, rounded up to what the kernel compares at a time. */
const partBytes = (region: Region): number => Math.ceil(region.size / 64) * 64 + 64;

/** Pages that the kernel's detector needs behind those of the image. */
export function detectorPages(region: Region): number {
  return Math.ceil((3 * partBytes(region)) / pageBytes);
}

/** The detector for the variables of a memory that has `detectorPages` more pages than its image asks for. */
export function createDetector(
  memory: WebAssembly.Memory,
  layout: MemoryLayout,
  kernel?: WebAssembly.Module,
): ChangeDetector {
  const region = layout.variables;
  if (region.start % 4 !== 0)
    throw new HostError('UNSUPPORTED', `The variables start at ${region.start}, not at a word.`);
  return kernel
    ? createKernelDetector(memory, region, layout.pages * pageBytes, kernel)
    : createPlainDetector(memory, region);
}

/**
 * Kernel: imports `env.memory`, exports `diff(present, past, bytes, indices, values) -> count`, all i32 byte addresses; it
 * updates the past and writes both columns.
 */
type DiffKernel = (present: number, past: number, bytes: number, indices: number, values: number) => number;

function createKernelDetector(
  memory: WebAssembly.Memory,
  region: Region,
  base: number,
  kernel: WebAssembly.Module,
): ChangeDetector {
  const part = partBytes(region);
  const past = base;
  const indices = past + part;
  const values = indices + part;
  const words = (region.size + 3) >>> 2;
  const diff = new WebAssembly.Instance(kernel, { env: { memory } }).exports['diff'] as DiffKernel;
  const bytes = new Uint8Array(memory.buffer);
  const reset = (): void => void bytes.copyWithin(past, region.start, region.start + words * 4);
  reset();
  return {
    kind: 'simd',
    indices: new Uint32Array(memory.buffer, indices, words),
    values: new Uint32Array(memory.buffer, values, words),
    past: bytes.subarray(past, past + region.size),
    collect: () => diff(region.start, past, words * 4, indices, values),
    reset,
  };
}
