import { watch, type FSWatcher } from 'chokidar';
import { stat } from 'node:fs/promises';
import type { Log } from '../model/log.js';

/** Follows the files of a project until it is closed. */
export interface FileWatch {
  close(): Promise<void>;
}

export interface FileWatchOptions {
  /** File or directory. */
  readonly path: string;
  /** Called when the files have changed and are complete; never again before it has resolved. */
  readonly onChange: () => Promise<void>;
  readonly log: Log;
  /** A file is complete when size and time stay the same for this long, milliseconds. */
  readonly stableMs?: number;
  /** Least time between two calls, milliseconds. */
  readonly intervalMs?: number;
}

const pollMs = 500;
const mostStableRounds = 250;

/**
 * The first change acts as soon as it is complete, those that follow within the interval act once at its end. Where the system
 * has no more watches, the files are polled and the log says so.
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
  let newest = path;

  const act = async (): Promise<void> => {
    timer = undefined;
    running = true;
    again = false;
    try {
      await stable(newest, stableMs);
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

  const open = (usePolling: boolean): FSWatcher => {
    const made = watch(path, {
      ignoreInitial: true,
      usePolling,
      interval: pollMs,
      depth: 32,
      ignored: (file) => /(^|\/)(\.[^/]+|node_modules)(\/|$)/.test(file.slice(path.length)),
    });
    made.on('all', (_event, file) => {
      newest = file;
      schedule();
    });
    made.on('error', (error) => {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (usePolling || closed) return;
      log.warn('the system can watch no more files; the project is polled instead', { path, code, pollMs });
      const old = watcher;
      watcher = open(true);
      void old.close();
    });
    return made;
  };
  let watcher = open(false);

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

/** Waits until size and time of a file stay the same; a file that is gone is left to the reader. */
async function stable(path: string, stableMs: number): Promise<void> {
  let before = await fingerprint(path);
  for (let round = 0; round < mostStableRounds; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, stableMs));
    const now = await fingerprint(path);
    if (now === before) return;
    before = now;
  }
}

async function fingerprint(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  return info ? `${info.size}/${info.mtimeMs}/${info.ino}` : '';
}
