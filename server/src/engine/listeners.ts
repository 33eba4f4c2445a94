import type { EngineListener } from './engine.js';

/** Calls all listeners in the order of their arrival; one that throws is dropped, and the others hear of it. */
export interface Listeners {
  add(listener: EngineListener): () => void;
  call<K extends keyof EngineListener>(method: K, ...args: Parameters<Required<EngineListener>[K]>): void;
}

export function createListeners(): Listeners {
  let all: readonly EngineListener[] = [];
  const drop = (listener: EngineListener): void => {
    all = all.filter((other) => other !== listener);
  };
  const listeners: Listeners = {
    add(listener) {
      const own = { ...listener };
      all = [...all, own];
      return () => drop(own);
    },
    call(method, ...args) {
      for (const listener of all) {
        try {
          (listener[method] as ((...given: unknown[]) => void) | undefined)?.(...args);
        } catch (thrown) {
          drop(listener);
          const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
          listeners.call('onDefect', `a listener failed in ${method} and was dropped: ${text}`);
        }
      }
    },
  };
  return listeners;
}
