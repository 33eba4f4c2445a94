/** Date and time of the machine, nanoseconds since 1970 UTC, to the millisecond; follows corrections of the clock. */
export const wallNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
