import { Worker } from 'node:worker_threads';
import type { CaseOrder } from './case-worker.js';
import type { CaseOutcome, TestCase } from './test-case.js';

export interface RunCasesOptions {
  readonly jobs: number;
  /** For one case, ms. */
  readonly timeoutMs: number;
  /** Replaces the profile of every case. */
  readonly profile?: string;
  readonly onResult: (test: TestCase, result: CaseResult) => void;
}
export interface CaseResult extends CaseOutcome {
  readonly ms: number;
}

interface Reply {
  readonly index: number;
  readonly outcome: CaseOutcome;
  readonly ms: number;
}

/**
 * Runs cases side by side, each isolated in a worker and limited in time: an endless loop or a crash fails one case. Results
 * are given in the order of the cases.
 */
export async function runCases(cases: readonly TestCase[], options: RunCasesOptions): Promise<void> {
  const results: (CaseResult | undefined)[] = cases.map(() => undefined);
  let next = 0;
  let given = 0;
  const settle = (index: number, result: CaseResult): void => {
    results[index] = result;
    for (let ready = results[given]; ready; ready = results[given]) {
      options.onResult(cases[given]!, ready);
      results[given] = { ...ready, diagnostics: [] };
      given += 1;
    }
  };

  const lane = async (): Promise<void> => {
    let worker: Worker | undefined;
    while (next < cases.length) {
      const index = next;
      next += 1;
      worker ??= createWorker();
      const result = await runInWorker(
        worker,
        { index, test: cases[index]!, ...(options.profile !== undefined && { profile: options.profile }) },
        options.timeoutMs,
      );
      if (result.kind === 'reply') settle(index, { ...result.reply.outcome, ms: result.reply.ms });
      else {
        await worker.terminate();
        worker = undefined;
        settle(index, { ok: false, got: result.why, expected: cases[index]!.kind, diagnostics: [], ms: result.ms });
      }
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(options.jobs, cases.length)) }, lane));
}

function createWorker(): Worker {
  const worker = new Worker(new URL('./case-worker.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 8 },
  });
  // A worker that dies between cases must not take the process with it.
  worker.on('error', () => undefined);
  return worker;
}

type WorkerResult =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'lost'; readonly why: string; readonly ms: number };

function runInWorker(worker: Worker, order: CaseOrder, timeoutMs: number): Promise<WorkerResult> {
  const started = performance.now();
  return new Promise((resolve) => {
    const finish = (result: WorkerResult): void => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('exit', onExit);
      worker.off('error', onError);
      resolve(result);
    };
    const lost = (why: string): void => finish({ kind: 'lost', why, ms: Math.round(performance.now() - started) });
    const onMessage = (reply: Reply): void => finish({ kind: 'reply', reply });
    const onError = (error: Error): void => lost(`crashed: ${error.message}`);
    const onExit = (code: number): void => lost(`worker exited with ${code}`);
    const timer = setTimeout(() => lost(`timeout after ${timeoutMs} ms`), timeoutMs);
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(order);
  });
}
