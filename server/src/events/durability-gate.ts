/** Keeps records from readers until they are on disk. */
export interface DurabilityGate {
  /** A record that must be on disk before anyone sees it, or anything after `visibleBefore`. Settles as the disk says. */
  hold(sequence: bigint, visibleBefore: bigint): Promise<void>;
  /** Everything up to here is on disk. */
  committed(sequence: bigint): void;
  /** The disk refuses: all that wait are rejected, and nothing is held back any more. Gives their sequences. */
  failed(errorFor: (sequence: bigint) => Error): readonly bigint[];
  /** Newest visible sequence, given the newest number. */
  head(assigned: bigint): bigint;
}

interface Held {
  readonly sequence: bigint;
  readonly visibleBefore: bigint;
  resolve(): void;
  reject(error: Error): void;
}

export function createDurabilityGate(): DurabilityGate {
  let held: Held[] = [];
  return {
    hold: (sequence, visibleBefore) => {
      const committed = new Promise<void>((resolve, reject) => held.push({ sequence, visibleBefore, resolve, reject }));
      // Whoever does not wait for it must not bring the process down.
      committed.catch(() => undefined);
      return committed;
    },
    committed: (sequence) => {
      let count = 0;
      while (count < held.length && held[count]!.sequence <= sequence) count += 1;
      const done = held.slice(0, count);
      held = held.slice(count);
      for (const entry of done) entry.resolve();
    },
    failed: (errorFor) => {
      const refused = held;
      held = [];
      for (const entry of refused) entry.reject(errorFor(entry.sequence));
      return refused.map((entry) => entry.sequence);
    },
    head: (assigned) => held[0]?.visibleBefore ?? assigned,
  };
}
