import { HostError, refusalOf } from '../model/host-error.js';
import type { FileReply, FileRequest } from './file-processes.js';
import { fileTasks, type FileTasks } from './file-tasks.js';

/** Does the file tasks of a host, one after the other; ended by it, or with it. */
process.on('message', (request: FileRequest) => void answer(request).then((reply) => process.send?.(reply)));
// Leaving in order would wait for threads that hang.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

async function answer({ task, args }: FileRequest): Promise<FileReply> {
  try {
    const act = fileTasks[task as keyof FileTasks] as (...given: readonly unknown[]) => Promise<unknown>;
    return { result: await act(...args) };
  } catch (error) {
    if (error instanceof HostError) return { refused: refusalOf(error) };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
