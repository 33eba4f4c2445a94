import { Worker } from 'node:worker_threads';
import type { SourceDocument } from '../compiler/compile.js';
import { errorOf, HostError, type Refusal } from '../model/host-error.js';
import type { BuildResult } from '../model/program-image.js';

export interface CompileRequest {
  readonly id: number;
  readonly name: string;
  readonly documents: readonly SourceDocument[];
  readonly profile: string;
}
export type CompileReply = { readonly id: number } & (
  { readonly result: BuildResult } | { readonly refused: Refusal } | { readonly failed: string }
);

export interface CompilerData {
  /** Projects whose documents have more bytes than this are compiled from nothing each time. */
  readonly rememberedBytes: number;
}
/** What is remembered takes some 125 times the text (measured at 10,000 lines): two projects have half of the heap at most. */
const rememberedBytesPerMiB = 2048;

/** Compiles in a worker thread, one project at a time, within limits. */
export interface Compiler {
  /** An aborted signal ends it with CANCELLED. HostError COMPILE_LIMIT above the limits, NOT_FOUND for an unknown profile; anything else thrown is a defect. */
  compile(
    name: string,
    documents: readonly SourceDocument[],
    profile: string,
    signal?: AbortSignal,
  ): Promise<BuildResult>;
  close(): Promise<void>;
}

export interface CompilerOptions {
  /** Heap of the worker, MiB. */
  readonly memoryMiB: number;
  /** Longest compile, milliseconds. */
  readonly timeoutMs: number;
  /** Told when it begins to work, and when nothing is left to do. */
  readonly onBusy?: (busy: boolean) => void;
}

interface Job {
  readonly request: CompileRequest;
  readonly resolve: (result: BuildResult) => void;
  readonly reject: (error: Error) => void;
}

/** The worker is started with the first job and kept: its code stays compiled. */
export function createCompiler(options: CompilerOptions): Compiler {
  const queue: Job[] = [];
  let worker: Worker | undefined;
  let active: { readonly job: Job; readonly timer: NodeJS.Timeout } | undefined;
  let nextId = 1;
  let closed = false;

  const settle = (act: (job: Job) => void): void => {
    if (!active) return;
    const { job, timer } = active;
    clearTimeout(timer);
    active = undefined;
    if (queue.length === 0) options.onBusy?.(false);
    act(job);
    startNext();
  };
  const drop = (): void => {
    const old = worker;
    worker = undefined;
    old?.removeAllListeners();
    old?.on('error', () => undefined);
    void old?.terminate();
  };
  const limit = (what: string): HostError =>
    new HostError('COMPILE_LIMIT', `The project needs ${what} to compile; split it, or raise the limit.`, {
      memoryMiB: String(options.memoryMiB),
      timeoutMs: String(options.timeoutMs),
    });

  const start = (): Worker => {
    const made = new Worker(workerUrl(), {
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMiB, stackSizeMb: 8 },
      workerData: { rememberedBytes: options.memoryMiB * rememberedBytesPerMiB } satisfies CompilerData,
      name: 'compiler',
    });
    made.on('message', (reply: CompileReply) => {
      settle((job) => {
        if ('result' in reply) job.resolve(reply.result);
        else if ('refused' in reply) job.reject(errorOf(reply.refused));
        else job.reject(new Error(`the compiler failed: ${reply.failed}`));
      });
    });
    made.on('error', (error: NodeJS.ErrnoException) => {
      drop();
      const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      settle((job) => job.reject(outOfMemory ? limit(`more than ${options.memoryMiB} MiB`) : error));
    });
    made.on('exit', (code) => {
      drop();
      settle((job) => job.reject(new Error(`the compiler thread ended with ${code}`)));
    });
    made.unref();
    return made;
  };

  const startNext = (): void => {
    const job = active ? undefined : queue.shift();
    if (!job) return;
    const timer = setTimeout(() => {
      drop();
      settle((late) => late.reject(limit(`more than ${options.timeoutMs} ms`)));
    }, options.timeoutMs);
    active = { job, timer };
    options.onBusy?.(true);
    worker ??= start();
    worker.postMessage(job.request);
  };

  return {
    compile: (name, documents, profile, signal) =>
      new Promise((resolve, reject) => {
        const cancelled = (): HostError => new HostError('CANCELLED', 'The call was cancelled while it compiled.');
        if (signal?.aborted) {
          reject(cancelled());
          return;
        }
        if (closed) {
          reject(new HostError('SHUTTING_DOWN', 'The host is shutting down.'));
          return;
        }
        const request = { id: nextId, name, documents, profile };
        nextId += 1;
        const job: Job = {
          request,
          resolve: (result) => {
            signal?.removeEventListener('abort', onAbort);
            resolve(result);
          },
          reject: (error) => {
            signal?.removeEventListener('abort', onAbort);
            reject(error);
          },
        };
        const onAbort = (): void => {
          const at = queue.indexOf(job);
          if (at >= 0) queue.splice(at, 1)[0]!.reject(cancelled());
          else if (active?.job === job) {
            // Others wait for the thread; what it had compiled for nobody is not worth their time.
            drop();
            settle(() => job.reject(cancelled()));
          }
        };
        signal?.addEventListener('abort', onAbort);
        queue.push(job);
        startNext();
      }),
    async close() {
      closed = true;
      const refusal = new HostError('SHUTTING_DOWN', 'The host is shutting down.');
      for (const job of queue.splice(0)) job.reject(refusal);
      const old = worker;
      drop();
      settle((job) => job.reject(refusal));
      await old?.terminate();
    },
  };
}

/** Node 20 threads run JavaScript only: from the sources, the built file is taken. */
function workerUrl(): URL {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new URL('./compile-worker.js', here);
  return new URL('../../../dist/server/src/project/compile-worker.js', here);
}
