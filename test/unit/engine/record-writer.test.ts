import { decodeRecord } from '../../../server/src/engine/record-codec.js';
import { allocateRing, createRingReader, defaultRingBytes } from '../../../server/src/engine/ring.js';
import { createPlainDetector } from '../../../server/src/engine/worker/change-detector.js';
import { createRecordWriter, type ScanFigures } from '../../../server/src/engine/worker/record-writer.js';

const variables = 10_000;
const changed = 500;

const figures = (scan: number): ScanFigures => ({
  scan,
  timeNs: BigInt(scan) * 1_000_000n,
  dateNs: 0n,
  latenessNs: 0,
  durationNs: 0,
  taskRuns: 1,
  missedTicks: 0,
});

function stalled(): {
  scan(): void;
  /** Takes `most` records. */
  read(most?: number): readonly string[];
  readonly losing: () => boolean;
  readonly now: () => number;
  /** What a reader of the records knows. */
  readonly mirror: Uint32Array;
  readonly words: Uint32Array;
} {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const ring = allocateRing(defaultRingBytes);
  const detector = createPlainDetector(memory, { start: 0, size: variables * 4 });
  const writer = createRecordWriter(ring, detector);
  const reader = createRingReader(ring);
  const words = new Uint32Array(memory.buffer, 0, variables);
  const mirror = new Uint32Array(variables);
  let scan = 0;
  return {
    scan() {
      scan += 1;
      for (let i = 0; i < changed; i += 1) words[(scan * 131 + i * 20) % variables] = scan * 1000 + i;
      writer.scan(figures(scan));
    },
    read(most = Infinity) {
      const seen: string[] = [];
      for (let at = reader.peek(); at >= 0 && seen.length < most; at = reader.peek()) {
        const record = decodeRecord(reader.views, at, () => '');
        if (record.kind === 'scan') record.indices.forEach((word, i) => (mirror[word] = record.values[i]!));
        if (record.kind === 'snapshot') new Uint8Array(mirror.buffer).set(record.bytes);
        seen.push(record.kind === 'lost' ? `lost ${record.scanRecords} from ${record.fromScan}` : record.kind);
        reader.release(reader.views.words[at / 4]!);
      }
      return seen;
    },
    losing: () => writer.losing,
    now: () => scan,
    mirror,
    words,
  };
}

describe('records while the reader stalls, 10,000 variables of which 5 % change', () => {
  it('all keep for 5 s of 1 ms cycles, wherever in the ring the stall begins', () => {
    expect(defaultRingBytes).toBeLessThanOrEqual(32 << 20);
    const run = stalled();
    for (const before of [0, 3000, 5000, 7000]) {
      for (let i = 0; i < before; i += 1) run.scan();
      // All but a few are read, so that the ring can't start over and the stall reaches across its end.
      run.read(Math.max(0, before - 10));
      for (let i = 0; i < 5000; i += 1) run.scan();
      expect(run.losing()).toBe(false);
      expect(run.read()).toEqual(Array.from({ length: Math.min(before, 10) + 5000 }, () => 'scan'));
      expect(run.mirror).toEqual(run.words);
    }
  });

  it('beyond the room are counted, told, and made good by a snapshot', () => {
    const run = stalled();
    while (!run.losing()) run.scan();
    const first = run.now();
    for (let i = 0; i < 100; i += 1) run.scan();
    const kept = run.read();
    expect(kept).toHaveLength(first - 1);
    expect(new Set(kept)).toEqual(new Set(['scan']));
    run.scan();
    expect(run.read()).toEqual([`lost 101 from ${first}`, 'snapshot', 'scan']);
    expect(run.mirror).toEqual(run.words);
  });
});
