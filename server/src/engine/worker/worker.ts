/** The entry of a worker thread: a spare until an engine attaches it. */
import { parentPort } from 'node:worker_threads';
import { collectGarbage } from '../collect-garbage.js';
import type { PoolMessage, PoolReply } from '../messages.js';
import { kernelThreadId } from './pacing.js';
import { createRunner } from './runner.js';
import { warm } from './warm.js';

const parent = parentPort;
if (!parent) throw new Error('worker.js is the entry of a worker thread');

parent.on('message', (message: PoolMessage) => {
  switch (message.kind) {
    case 'attach':
      createRunner(message).loop();
      message.port.close();
      parent.close();
      return;
    case 'warm':
      warm(message, () => parent.postMessage({ kind: 'initialised' } satisfies PoolReply));
      parent.postMessage({ kind: 'warmed' } satisfies PoolReply);
      collectGarbage();
      return;
    default:
      message satisfies never;
  }
});
parent.postMessage({ kind: 'ready', threadId: kernelThreadId() } satisfies PoolReply);
