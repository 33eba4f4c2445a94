/** Keeps what works on something apart from what replaces it. A failure is its caller's. */
export interface SharedTurn {
  /** At once, beside others of its kind; after a replacement that has begun. */
  use<T>(act: () => Promise<T>): Promise<T>;
  /** Alone: after all uses that have begun. */
  replace<T>(act: () => Promise<T>): Promise<T>;
}

export function createSharedTurn(): SharedTurn {
  const uses = new Set<Promise<unknown>>();
  let replacing: Promise<unknown> | undefined;
  return {
    async use(act) {
      while (replacing) await replacing;
      const use = act();
      uses.add(use);
      try {
        return await use;
      } finally {
        uses.delete(use);
      }
    },
    async replace(act) {
      while (replacing) await replacing;
      const replacement = Promise.allSettled(uses).then(act);
      const over = replacement.then(
        () => undefined,
        () => undefined,
      );
      replacing = over;
      try {
        return await replacement;
      } finally {
        if (replacing === over) replacing = undefined;
      }
    },
  };
}
