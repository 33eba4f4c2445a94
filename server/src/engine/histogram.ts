import type { Percentiles } from './engine.js';

/**
 * Histograms of nanoseconds in shared memory: written by the scan thread, read by any. Buckets are logarithmic with 16 steps
 * per octave, so percentiles are right within 6 %; count, sum and maximum are exact. From 4.3 s on all fall into the last bucket.
 */
const bucketCount = 464;
const floatsPerHistogram = 3 + bucketCount / 2;
export const histogramBytes = floatsPerHistogram * 8;

export interface HistogramWriter {
  add(ns: number): void;
}

export function createHistogramWriter(buffer: SharedArrayBuffer, byteOffset: number): HistogramWriter {
  const totals = new Float64Array(buffer, byteOffset, 3);
  const buckets = new Uint32Array(buffer, byteOffset + 24, bucketCount);
  return {
    add(ns) {
      totals[0]! += 1;
      totals[1]! += ns;
      if (ns > totals[2]!) totals[2] = ns;
      buckets[bucketOf(ns)]! += 1;
    },
  };
}

export function readHistogram(buffer: SharedArrayBuffer, byteOffset: number): Percentiles {
  const totals = new Float64Array(buffer, byteOffset, 3);
  const buckets = new Uint32Array(buffer, byteOffset + 24, bucketCount);
  const count = totals[0]!;
  const maxNs = totals[2]!;
  const percentile = (share: number): number => {
    const wanted = count * share;
    let seen = 0;
    for (let i = 0; i < bucketCount; i += 1) {
      seen += buckets[i]!;
      if (seen >= wanted && seen > 0) return Math.min(upperEdge(i), maxNs);
    }
    return maxNs;
  };
  return {
    count,
    p50Ns: percentile(0.5),
    p99Ns: percentile(0.99),
    p999Ns: percentile(0.999),
    maxNs,
    meanNs: count === 0 ? 0 : totals[1]! / count,
  };
}

function bucketOf(ns: number): number {
  if (!(ns >= 16)) return ns > 0 ? ns | 0 : 0;
  if (ns >= 0xffff_ffff) return bucketCount - 1;
  const whole = ns >>> 0;
  const octave = 31 - Math.clz32(whole);
  return (octave - 3) * 16 + ((whole >>> (octave - 4)) & 15);
}

/** The largest value of a bucket. */
function upperEdge(bucket: number): number {
  if (bucket < 16) return bucket;
  const octave = Math.floor(bucket / 16) + 3;
  return (16 + (bucket % 16) + 1) * 2 ** (octave - 4) - 1;
}
