import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errorOf, HostError, type Refusal } from '../model/host-error.js';

export interface FileRequest {
  readonly task: string;
  readonly args: readonly unknown[];
}
export type FileReply = { readonly result: unknown } | { readonly refused: Refusal } | { readonly failed: string };

/** Longest that a file system may take for one task, milliseconds. */
export const fileTaskMs = 10_000;
/** Processes at once, those included that hang in the kernel and can't be ended. */
const mostProcesses = 4;
const idleMs = 30_000;

/**
 * Runs a task of `file-tasks.ts` in a process of its own, one at a time in each. A file system that hangs holds that process, and
 * neither this one's threads nor its end: DEADLINE_EXCEEDED after ten seconds, or where none comes free in that time.
 */
export interface FileProcesses {
  run(request: FileRequest, path: string): Promise<unknown>;
  /** Refuses what is under way with SHUTTING_DOWN, and ends the processes without waiting for them. */
  close(): void;
}

export function createFileProcesses(): FileProcesses {
  const all = new Set<ChildProcess>();
  const refusals = new Set<(error: HostError) => void>();
  const idle: { readonly child: ChildProcess; readonly timer: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];

  const start = (): ChildProcess => {
    const child = fork(fileURLToPath(processUrl()), [], { serialization: 'advanced', stdio: 'ignore', execArgv: [] });
    child.unref();
    child.channel?.unref();
    all.add(child);
    const gone = (): void => {
      if (!all.delete(child)) return;
      const at = idle.findIndex((one) => one.child === child);
      if (at >= 0) clearTimeout(idle.splice(at, 1)[0]!.timer);
      waiting.shift()?.();
    };
    // A process that could not be started has no exit.
    child.once('exit', gone).once('error', gone);
    return child;
  };
  const take = (): ChildProcess | undefined => {
    const one = idle.pop();
    if (one) clearTimeout(one.timer);
    return one?.child ?? (all.size < mostProcesses ? start() : undefined);
  };
  const giveBack = (child: ChildProcess): void => {
    idle.push({ child, timer: setTimeout(() => child.kill('SIGKILL'), idleMs).unref() });
    waiting.shift()?.();
  };

  return {
    run: (request, path) =>
      new Promise((resolve, reject) => {
        let child: ChildProcess | undefined;
        const end = (act: () => void): void => {
          clearTimeout(timer);
          refusals.delete(refuse);
          child?.off('message', onMessage).off('exit', onExit).off('error', onExit);
          const at = waiting.indexOf(begin);
          if (at >= 0) waiting.splice(at, 1);
          act();
        };
        const onMessage = (reply: FileReply): void =>
          end(() => {
            giveBack(child!);
            if ('result' in reply) resolve(reply.result);
            else if ('refused' in reply) reject(errorOf(reply.refused));
            else reject(new Error(`work on '${path}' failed: ${reply.failed}`));
          });
        const onExit = (): void => end(() => reject(new Error(`the process that worked on '${path}' ended`)));
        const begin = (): void => {
          child = take();
          if (!child) {
            waiting.push(begin);
            return;
          }
          child.on('message', onMessage).on('exit', onExit).on('error', onExit);
          child.send(request, (error) => error && onExit());
        };
        const refuse = (error: HostError): void =>
          end(() => {
            child?.kill('SIGKILL');
            reject(error);
          });
        refusals.add(refuse);
        const timer = setTimeout(() => refuse(unanswered(path)), fileTaskMs);
        begin();
      }),
    close: () => {
      for (const refuse of refusals) refuse(new HostError('SHUTTING_DOWN', 'The host is shutting down.'));
      for (const child of all) child.kill('SIGKILL');
    },
  };
}

const unanswered = (path: string): HostError =>
  new HostError(
    'DEADLINE_EXCEEDED',
    `The file system of '${path}' did not answer within ${fileTaskMs / 1000} s; check that it is reachable.`,
    { path },
  );

function processUrl(): URL {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new URL('./file-process.js', here);
  return new URL('../../../dist/server/src/project/file-process.js', here);
}
