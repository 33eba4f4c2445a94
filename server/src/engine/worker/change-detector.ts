import type { Region } from '../../model/program-image.js';

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
