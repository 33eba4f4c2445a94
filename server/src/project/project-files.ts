import type { SourceDocument } from '../compiler/compile.js';
import { createFileProcesses, type FileProcesses } from './file-processes.js';
import { fileTasks, type FileTasks, type Stamp } from './file-tasks.js';
import { liesRemote } from './remote-path.js';

type Task = keyof FileTasks;
type Arguments<T extends Task> = Parameters<FileTasks[T]>;
type Result<T extends Task> = Promise<Awaited<ReturnType<FileTasks[T]>>>;
type Act<T extends Task> = (...args: Arguments<T>) => Promise<unknown>;

let processes: FileProcesses | undefined;

/** On a disk of this machine at once; elsewhere, where a call may never come back, in a process of its own. */
async function act<T extends Task>(task: T, args: Arguments<T>, paths: readonly string[] = [args[0]]): Result<T> {
  const remote = await Promise.all(paths.map(liesRemote));
  if (!remote.includes(true)) return (await (fileTasks[task] as Act<T>)(...args)) as Awaited<Result<T>>;
  processes ??= createFileProcesses();
  return (await processes.run({ task, args }, args[0])) as Awaited<Result<T>>;
}

/**
 * The real path and the documents of a project that lies below one of the roots. Errors of `allowedPath` and `readDocuments`;
 * DEADLINE_EXCEEDED, here and below, where a network file system does not answer.
 */
export const readProjectFiles = (path: string, roots: readonly string[]): Result<'read'> =>
  act('read', [path, roots], [path, ...roots]);

/** `placedDocuments` of write-back.ts. */
export const placeDocuments = (path: string, documents: readonly SourceDocument[]): Result<'placed'> =>
  act('placed', [path, documents]);

/** `writeBack` of write-back.ts. */
export const writeProjectFiles = (
  path: string,
  before: readonly SourceDocument[],
  after: readonly SourceDocument[],
): Result<'writeBack'> => act('writeBack', [path, before, after]);

export const stampOf = (path: string): Promise<Stamp> => act('stamp', [path]);

/** At the end of a host: refuses what a file system still holds up. */
export const closeProjectFiles = (): void => processes?.close();
