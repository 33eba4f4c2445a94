import { watch, type FSWatcher } from 'chokidar';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Log } from '../model/log.js';
import { stampOf } from './project-files.js';
import { isSource, maxDepth } from './read-documents.js';
import { liesRemote } from './remote-path.js';

/** Follows the files of a project until it is closed. */
export interface FileWatch {
  close(): Promise<void>;
}

export interface FileWatchOptions {
  /** File or directory. */
  readonly path: string;
  /** Called once when it begins, and when the files have changed and are complete; never again before it has resolved. */
  readonly onChange: () => Promise<void>;
  readonly log: Log;
  /** A file is complete when size and time stay the same for this long, milliseconds. */
  readonly stableMs?: number;
  /** Least time between two calls, milliseconds. */
  readonly intervalMs?: number;
}

const pollMs = 500;
/** Polling takes one part in so many of the time. */
const pollShare = 30;
/** A folder with more entries than this is polled: to watch it, each of them would be kept in memory. */
const mostWatchedEntries = 20_000;
const mostStableRounds = 250;

/**
 * The first change acts as soon as it is complete, those that follow within the interval act once at its end. Where the system
 * has no more watches, the folder is very large, or the files lie on a network file system (whose other machines it tells nothing
 * of), they are polled and the log says so.
 */
export function watchFiles(options: FileWatchOptions): FileWatch {
  const { path, log } = options;
  const stableMs = options.stableMs ?? 20;
  const intervalMs = options.intervalMs ?? 1000;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  let lastRun = -Infinity;
  let newest: string | undefined;
  let watcher: FSWatcher | undefined;

  const act = async (): Promise<void> => {
    timer = undefined;
    running = true;
    again = false;
    try {
      const file = newest;
      if (file !== undefined) await untilStill(() => fingerprint(file), stableMs);
      lastRun = performance.now();
      if (!closed) await options.onChange();
    } catch (error) {
      log.warn('a change of the project file was not taken', {
        path,
        error: error instanceof Error ? error.message : String(error),
      });
    } finally {
      running = false;
      if (again) schedule();
    }
  };
  const schedule = (): void => {
    if (closed || timer) return;
    if (running) {
      again = true;
      return;
    }
    timer = setTimeout(() => void act(), Math.max(0, lastRun + intervalMs - performance.now()));
  };

  const watchNatively = (): void => {
    watcher = watch(path, {
      ignoreInitial: true,
      depth: maxDepth,
      ignored: (file, stats) => isIgnored(path, file, stats),
    });
    watcher.on('all', (_event, file) => {
      newest = file;
      schedule();
    });
    watcher.on('ready', schedule);
    watcher.on('error', (error) => {
      if (closed || !watcher) return;
      void watcher.close();
      watcher = undefined;
      void poll('the system can watch no more files', (error as NodeJS.ErrnoException).code);
    });
  };

  /** Reports a change when what it found stayed the same for `stableMs`. */
  const poll = async (why: string, code?: string): Promise<void> => {
    log.warn(`${why}; the project is polled instead`, { path, ...(code !== undefined && { code }), pollMs });
    newest = undefined;
    const digestNow = async (): Promise<string> => (await stampOf(path)).digest;
    let last: string | undefined;
    let answers = true;
    while (!closed) {
      const began = performance.now();
      try {
        let digest = await digestNow();
        if (digest !== last) {
          if (last !== undefined) digest = await untilStill(digestNow, stableMs, digest);
          schedule();
        }
        last = digest;
        answers = true;
      } catch (error) {
        if (answers) log.warn('the files of the project do not answer', { path, error: String(error) });
        answers = false;
      }
      await pause(Math.max(pollMs, (performance.now() - began) * pollShare));
    }
  };

  const begin = async (): Promise<void> => {
    if (await liesRemote(path)) return poll('a network file system does not tell of all changes');
    const { entries } = await stampOf(path).catch(() => ({ entries: 0 }));
    if (entries > mostWatchedEntries) return poll(`the folder has more than ${mostWatchedEntries} entries`);
    if (!closed) watchNatively();
  };
  void begin();

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await watcher?.close();
    },
  };
}

/** Hidden entries, and files that no project reads. */
function isIgnored(path: string, file: string, stats: Stats | undefined): boolean {
  if (/(^|\/)(\.[^/]+|node_modules)(\/|$)/.test(file.slice(path.length))) return true;
  return file !== path && stats?.isFile() === true && !isSource(file);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms).unref());

/** Looks again and again until it finds the same twice, and gives that; after `mostStableRounds` what it found last. */
async function untilStill(look: () => Promise<string>, stableMs: number, first?: string): Promise<string> {
  let before = first ?? (await look());
  for (let round = 0; round < mostStableRounds; round += 1) {
    await pause(stableMs);
    const now = await look();
    if (now === before) break;
    before = now;
  }
  return before;
}

/** Size and time of a file; a file that is gone is left to the reader. */
async function fingerprint(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  return info ? `${info.size}/${info.mtimeMs}/${info.ino}` : '';
}
