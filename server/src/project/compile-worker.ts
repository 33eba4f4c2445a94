import { parentPort, workerData } from 'node:worker_threads';
import { createLoweringMemory, type LoweringMemory } from '../compiler/compile.js';
import { HostError, refusalOf } from '../model/host-error.js';
import { buildDocuments } from './build-documents.js';
import type { CompilerData, CompileReply, CompileRequest } from './compiler.js';

/** Runs in a thread of its own, with a memory limit: hostile documents cost it, not the host. One request at a time. */
parentPort?.on('message', (request: CompileRequest) => {
  parentPort?.postMessage(answer(request));
});

/** Projects whose last compile is remembered, the latest last. */
const remembered = new Map<string, LoweringMemory>();
const mostRemembered = 2;
const { rememberedBytes } = workerData as CompilerData;

function memoryFor({ name, documents, profile }: CompileRequest): LoweringMemory | undefined {
  if (documents.reduce((sum, { content }) => sum + content.length, 0) > rememberedBytes) return undefined;
  const key = [profile, name, documents[0]?.name].join('\n');
  const memory = remembered.get(key) ?? createLoweringMemory();
  remembered.delete(key);
  remembered.set(key, memory);
  for (const oldest of remembered.keys()) if (remembered.size > mostRemembered) remembered.delete(oldest);
  return memory;
}

function answer(request: CompileRequest): CompileReply {
  const { id, name, documents, profile } = request;
  try {
    const memory = memoryFor(request);
    const { internalErrorCode: _code, ...result } = buildDocuments(name, documents, profile, {
      ...(memory && { memory }),
    });
    return { id, result };
  } catch (error) {
    if (error instanceof HostError) return { id, refused: refusalOf(error) };
    return { id, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
