type Bounds = readonly (readonly [low: number, high: number])[];

/** Elements of an array with these inclusive bounds. */
export function elementCount(bounds: Bounds): number {
  return bounds.reduce((product, [low, high]) => product * (high - low + 1), 1);
}

/** Place of an element, row by row, last index fastest; undefined outside of the bounds. */
export function ordinalOf(bounds: Bounds, indices: readonly number[]): number | undefined {
  if (indices.length !== bounds.length) return undefined;
  let ordinal = 0;
  for (const [i, [low, high]] of bounds.entries()) {
    const index = indices[i]!;
    if (index < low || index > high) return undefined;
    ordinal = ordinal * (high - low + 1) + (index - low);
  }
  return ordinal;
}

/** The inverse of `ordinalOf`. */
export function indicesOf(bounds: Bounds, ordinal: number): number[] {
  const indices: number[] = [];
  let rest = ordinal;
  for (const [low, high] of [...bounds].reverse()) {
    const length = high - low + 1;
    indices.unshift(low + (rest % length));
    rest = Math.floor(rest / length);
  }
  return indices;
}
