import { parentPort } from 'node:worker_threads';
import { runCase } from './run-case.js';
import type { TestCase } from './test-case.js';

/** A thread that runs the cases it is sent, one after the other. */
export interface CaseOrder {
  readonly index: number;
  readonly test: TestCase;
  readonly profile?: string;
}

const port = parentPort;
port?.on('message', (order: CaseOrder) => {
  const started = performance.now();
  const outcome = runCase(order.test, order.profile);
  port.postMessage({ index: order.index, outcome, ms: Math.round((performance.now() - started) * 10) / 10 });
});
