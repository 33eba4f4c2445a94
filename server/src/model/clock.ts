/** Where time comes from. Injected everywhere, so that tests own it. */
export interface Clock {
  /** Nanoseconds, never going back; no epoch. */
  monotonicNs(): bigint;
  /** Nanoseconds since 1970-01-01 UTC. */
  wallNs(): bigint;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  monotonicNs: () => process.hrtime.bigint(),
  wallNs: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n,
};
