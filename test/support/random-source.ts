/** A seeded stream of choices: the same seed gives the same program on every machine. */
export interface RandomSource {
  /** Integer 0 .. count-1. */
  below(count: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** xorshift32 on a scrambled seed. */
export function createRandomSource(seed: number): RandomSource {
  let state = (Math.imul(seed + 1, 0x9e37_79b1) ^ 0x5bd1_e995) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  for (let round = 0; round < 8; round++) next();
  const below = (count: number): number => Math.floor((next() / 2 ** 32) * count);
  return {
    below,
    chance: (probability) => next() / 2 ** 32 < probability,
    pick: (choices) => choices[below(choices.length)]!,
  };
}
