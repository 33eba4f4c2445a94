import type { Engine, EngineOptions, WorkerPool } from './engine.js';

/** Makes an engine without an image. Its worker is taken from the pool at the first `load`. */
export function createEngine(options: EngineOptions): Engine {
  throw new Error(`not built yet: engine ${options.name}`);
}

/** A pool that keeps `spares` (default 1) started threads ready once the first engine has asked for one. */
export function createWorkerPool(options?: { readonly spares?: number }): WorkerPool {
  throw new Error(`not built yet: pool of ${options?.spares ?? 1}`);
}
