/** A sample of memory in one life of a host. */
export interface MemorySample {
  readonly life: number;
  /** Since the life began. */
  readonly hours: number;
  readonly mib: number;
}

export interface Slope {
  readonly mibPerHour: number;
  /** The 95 % confidence interval; NaN where there are too few samples. */
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/**
 * How memory grows: one line through the samples of all lives, each life with a level of its own (least squares with fixed
 * effects). Neighbouring samples hang together, which would make the interval too small, so they are averaged in blocks first.
 */
export function slopeOf(samples: readonly MemorySample[], blockHours = 30 / 3600): Slope {
  const blocks = averaged(samples, blockHours);
  const lives = new Map<number, MemorySample[]>();
  for (const block of blocks) lives.set(block.life, [...(lives.get(block.life) ?? []), block]);
  let xx = 0;
  let xy = 0;
  const centred: { readonly x: number; readonly y: number }[] = [];
  for (const life of lives.values()) {
    const meanX = mean(life.map((s) => s.hours));
    const meanY = mean(life.map((s) => s.mib));
    for (const { hours, mib } of life) {
      const point = { x: hours - meanX, y: mib - meanY };
      centred.push(point);
      xx += point.x * point.x;
      xy += point.x * point.y;
    }
  }
  const mibPerHour = xy / xx;
  const freedom = centred.length - lives.size - 1;
  if (!(xx > 0) || freedom < 1) return { mibPerHour, low: Number.NaN, high: Number.NaN, samples: samples.length };
  const rest = centred.reduce((sum, { x, y }) => sum + (y - mibPerHour * x) ** 2, 0);
  const margin = studentT(freedom) * Math.sqrt(rest / freedom / xx);
  return { mibPerHour, low: mibPerHour - margin, high: mibPerHour + margin, samples: samples.length };
}

function averaged(samples: readonly MemorySample[], blockHours: number): MemorySample[] {
  const blocks = new Map<string, MemorySample[]>();
  for (const sample of samples) {
    const key = `${sample.life} ${Math.floor(sample.hours / blockHours)}`;
    blocks.set(key, [...(blocks.get(key) ?? []), sample]);
  }
  return [...blocks.values()].map((block) => ({
    life: block[0]!.life,
    hours: mean(block.map((s) => s.hours)),
    mib: mean(block.map((s) => s.mib)),
  }));
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** The 97.5 % point of Student's t distribution (Cornish-Fisher expansion, Abramowitz and Stegun 26.7.5); within 2 % from 3 on. */
function studentT(freedom: number): number {
  if (freedom === 1) return 12.706;
  if (freedom === 2) return 4.303;
  const z = 1.959964;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3;
}
