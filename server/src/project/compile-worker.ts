import { parentPort } from 'node:worker_threads';
import { HostError } from '../model/host-error.js';
import { buildDocuments } from './build-documents.js';
import type { CompileReply, CompileRequest } from './compiler.js';

/** Runs in a thread of its own, with a memory limit: hostile documents cost it, not the host. One request at a time. */
parentPort?.on('message', (request: CompileRequest) => {
  parentPort?.postMessage(answer(request));
});

function answer({ id, name, documents, profile }: CompileRequest): CompileReply {
  try {
    const { internalErrorCode: _code, ...result } = buildDocuments(name, documents, profile);
    return { id, result };
  } catch (error) {
    if (error instanceof HostError)
      return { id, refused: { reason: error.reason, message: error.message, metadata: error.metadata } };
    return { id, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
