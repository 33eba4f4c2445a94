import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { HostError } from '../model/host-error.js';
import type { WorkerPool } from './engine.js';
import type { PoolReply, WarmMessage } from './messages.js';

/** A started thread, waiting for its engine. */
export interface PooledWorker {
  readonly worker: Worker;
  /** The kernel's number of the thread. */
  readonly threadId: number | undefined;
}
export interface OpenWorkerPool extends WorkerPool {
  /**
   * Leave for one thread to run ahead of all others, until the returned function is called; undefined where none is left. One
   * processor is always kept free of such threads, so that programs that never end cannot keep the host from ending them.
   */
  realtimeSeat(): (() => void) | undefined;
  /** A spare, or a new thread. Refuses with SHUTTING_DOWN once the pool is closed. */
  take(): Promise<PooledWorker>;
  /**
   * Lets a spare run the program aside, for about its budget. False where not even its initial values were ready within the limit;
   * a program that does not end its scan is given up, which its engine will find out.
   */
  warm(message: WarmMessage): Promise<boolean>;
}

/** A thread that starts takes the processor from running scans for some 50 ms, so the next spare is not started at once. */
const spareDelayMs = 300;

/** A pool that keeps `spares` threads ready once a worker has been taken. Spares do not keep the process alive. */
export function openWorkerPool(spares = 1): OpenWorkerPool {
  const ready: Promise<PooledWorker>[] = [];
  let closed = false;
  let refill: NodeJS.Timeout | undefined;
  let seats = availableParallelism() - 1;

  function add(): void {
    const starting = startWorker();
    // Who takes it hears of a failure; until then it is nobody's.
    starting.catch(() => {
      const index = ready.indexOf(starting);
      if (index >= 0) void ready.splice(index, 1);
    });
    ready.push(starting);
  }
  function refillLater(): void {
    if (closed || refill) return;
    refill = setTimeout(() => {
      refill = undefined;
      while (!closed && ready.length < spares) add();
    }, spareDelayMs);
    refill.unref();
  }

  return {
    realtimeSeat() {
      if (seats <= 0) return undefined;
      seats -= 1;
      let left = false;
      return () => {
        if (!left) seats += 1;
        left = true;
      };
    },
    async take() {
      if (closed) throw new HostError('SHUTTING_DOWN', 'The host is shutting down.');
      if (ready.length === 0) add();
      const taken = ready.shift()!;
      refillLater();
      return taken;
    },
    async warm(message) {
      const pooled = await this.take();
      const { worker } = pooled;
      const stopHearing = new AbortController();
      const heard = await new Promise<{ initialised: boolean; warmed: boolean }>((resolve) => {
        let initialised = false;
        let limit = setTimeout(() => resolve({ initialised, warmed: false }), message.initLimitMs);
        hear(worker, stopHearing.signal, {
          end: () => {
            clearTimeout(limit);
            resolve({ initialised: true, warmed: false });
          },
          message: (reply) => {
            clearTimeout(limit);
            if (reply.kind === 'warmed') {
              resolve({ initialised: true, warmed: true });
              return;
            }
            initialised = true;
            limit = setTimeout(() => resolve({ initialised, warmed: false }), message.budgetMs * 3);
          },
        });
        worker.postMessage(message);
      });
      stopHearing.abort();
      if (heard.warmed && !closed && ready.length < spares) ready.push(Promise.resolve(pooled));
      else void worker.terminate();
      return heard.initialised;
    },
    async close() {
      closed = true;
      clearTimeout(refill);
      await Promise.all(ready.splice(0).map((starting) => starting.then(({ worker }) => worker.terminate())));
    },
  };
}

let shared: OpenWorkerPool | undefined;
/** The pool of engines that were given none. */
export function sharedWorkerPool(): OpenWorkerPool {
  return (shared ??= openWorkerPool());
}

/** The built worker: beside this file in dist/, or in dist/ of the checkout when this file runs as TypeScript. */
function workerFile(): string {
  const here = fileURLToPath(new URL('worker/worker.js', import.meta.url));
  if (existsSync(here)) return here;
  const built = fileURLToPath(new URL('../../../dist/server/src/engine/worker/worker.js', import.meta.url));
  if (existsSync(built)) return built;
  throw new HostError('UNSUPPORTED', `The scan worker is not built: run npm run build (no ${built}).`);
}

async function startWorker(): Promise<PooledWorker> {
  const worker = new Worker(workerFile(), {
    name: 'scan',
    execArgv: [],
    // Its heap holds no user data; a small one is collected in less time.
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 },
  });
  // An error without a listener would end the process; whoever uses the worker listens too.
  worker.on('error', () => undefined);
  const stopHearing = new AbortController();
  const threadId = await new Promise<number | undefined>((resolve, reject) => {
    hear(worker, stopHearing.signal, {
      message: (reply) => resolve(reply.kind === 'ready' ? reply.threadId : undefined),
      end: (why) => reject(new Error(`the scan worker did not start: ${why}`)),
    });
  });
  stopHearing.abort();
  worker.unref();
  return { worker, threadId };
}

/** Listens until `signal`, leaving the worker's own listeners alone (Node keeps some on it). */
function hear(
  worker: Worker,
  signal: AbortSignal,
  on: { readonly message: (reply: PoolReply) => void; readonly end: (why: string) => void },
): void {
  const message = (reply: PoolReply): void => on.message(reply);
  const error = (cause: Error): void => on.end(cause.message);
  const exit = (code: number): void => on.end(`it ended with ${code}`);
  worker.on('message', message).on('error', error).on('exit', exit);
  signal.addEventListener('abort', () => worker.off('message', message).off('error', error).off('exit', exit), {
    once: true,
  });
}
