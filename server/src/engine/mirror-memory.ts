import type { Region } from '../model/program-image.js';
import type { EngineRecord, Mirror } from './engine.js';

/** The reader's copy of the variables region, kept by applying records in order. */
export interface MirrorMemory extends Mirror {
  apply(record: EngineRecord): void;
  /** A record from the host's own hand: zero to the outputs. Undefined where they are zero already. */
  zero(region: Region): { readonly indices: Uint32Array; readonly values: Uint32Array } | undefined;
}

export function createMirrorMemory(region: Region): MirrorMemory {
  const words = new Uint32Array((region.size + 3) >>> 2);
  const bytes = new Uint8Array(words.buffer, 0, region.size);
  const mirror: { -readonly [K in keyof MirrorMemory]: MirrorMemory[K] } = {
    bytes,
    base: region.start,
    scan: 0,
    timeNs: 0n,
    dateNs: 0n,
    consistent: true,
    apply(record) {
      switch (record.kind) {
        case 'scan':
          mirror.scan = record.scan;
          mirror.timeNs = record.timeNs;
          mirror.dateNs = record.dateNs;
          put(record.indices, record.values);
          return;
        case 'write':
          put(record.indices, record.values);
          return;
        case 'snapshot':
          mirror.scan = record.scan;
          mirror.timeNs = record.timeNs;
          mirror.dateNs = record.dateNs;
          mirror.consistent = true;
          bytes.set(record.bytes);
          return;
        case 'lost':
          mirror.consistent = false;
          return;
        case 'log':
          return;
        default:
          record satisfies never;
      }
    },
    zero({ start, size }) {
      const before = words.slice();
      bytes.fill(0, start - region.start, start - region.start + size);
      const changed: number[] = [];
      const from = (start - region.start) >>> 2;
      const to = (start - region.start + size + 3) >>> 2;
      for (let i = from; i < to; i += 1) if (words[i] !== before[i]) changed.push(i);
      if (changed.length === 0) return undefined;
      return { indices: Uint32Array.from(changed), values: Uint32Array.from(changed, (i) => words[i]!) };
    },
  };
  function put(indices: Uint32Array, values: Uint32Array): void {
    for (let i = 0; i < indices.length; i += 1) words[indices[i]!] = values[i]!;
  }
  return mirror;
}
