import { hostname } from 'node:os';
import { HostError } from '../model/host-error.js';
import type { Timer, Timers } from '../model/timers.js';
import { systemTimers } from '../model/timers.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { errorCode, readWhole } from './file-system.js';
import type { ProcessProbe } from './process-probe.js';
import { probeProcess } from './process-probe.js';
import { storageError } from './storage-error.js';

export interface LockOptions {
  readonly timers?: Timers;
  readonly processId?: number;
  /** Name of this machine. */
  readonly machine?: string;
  readonly probe?: (processId: number) => ProcessProbe;
}

interface Holder {
  readonly pid: number;
  readonly birth: string;
  readonly machine: string;
}

const beatIntervalMs = 1000;
/** A holder on another machine (a container that is gone has another name) is dead when it skips this many beats. */
const silentBeats = 4;

/** A full, broken or read-only disk cannot hold a lock, and is no reason not to run. */
const diskCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);
const noLock = (): Promise<void> => Promise.resolve();

/** Takes the lock or throws HostError BUSY. Gives the function that frees it. */
export async function takeLock(fs: FileSystem, path: string, options: LockOptions): Promise<() => Promise<void>> {
  const processId = options.processId ?? process.pid;
  const probe = options.probe ?? probeProcess;
  const machine = options.machine ?? hostname();
  const timers = options.timers ?? systemTimers;
  const mine = JSON.stringify({ pid: processId, birth: probe(processId).birth, machine } satisfies Holder);

  for (let attempt = 0; attempt < 5; attempt += 1) {
    const file = await create(fs, path, mine);
    if (file === 'no disk') return noLock;
    if (file !== 'exists') return hold(fs, path, file, mine, timers);
    const found = await readText(fs, path);
    const holder = parse(found);
    if (holder?.machine === machine) {
      const { running, birth } = probe(holder.pid);
      if (running && holder.pid !== processId && (birth === holder.birth || holder.birth === '')) {
        throw busy(`process ${holder.pid}`, { pid: String(holder.pid) });
      }
    } else if (holder) {
      await new Promise<void>((resolve) => void timers.after(beatIntervalMs * silentBeats, resolve));
      if ((await readText(fs, path)) !== found) {
        throw busy(`process ${holder.pid} on machine ${holder.machine}`, {
          pid: String(holder.pid),
          machine: holder.machine,
        });
      }
    }
    if ((await setAside(fs, path, `${path}.${processId}.${attempt}.stale`, found)) === 'no disk') return noLock;
  }
  throw busy('a process that is just starting', {});
}

async function create(fs: FileSystem, path: string, text: string): Promise<OpenFile | 'exists' | 'no disk'> {
  let file: OpenFile;
  try {
    file = await fs.open(path, 'create');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return 'exists';
    if (diskCodes.has(code)) return 'no disk';
    throw storageError('lock the data directory', path, error);
  }
  await file.write(new TextEncoder().encode(text), 0).catch(() => undefined);
  return file;
}

/** Keeps the file open and writes a beat behind the holder's line, until released. */
function hold(fs: FileSystem, path: string, file: OpenFile, mine: string, timers: Timers): () => Promise<void> {
  const at = new TextEncoder().encode(mine).length;
  let beats = 0;
  let timer: Timer | undefined;
  const beat = (): void => {
    beats += 1;
    try {
      file.writeNow(new TextEncoder().encode(`\n${String(beats).padStart(12)}\n`), at);
    } catch {
      // The disk is full or broken: that is the journal's to report.
    }
    timer = timers.after(beatIntervalMs, beat);
  };
  beat();
  return async () => {
    timer?.cancel();
    await file.close().catch(() => undefined);
    const found = await readText(fs, path);
    if (found?.startsWith(mine) === true) await fs.unlink(path).catch(() => undefined);
  };
}

/**
 * Takes a stale lock (its process is gone, or was killed while writing it) out of the way. Of two processes that find it stale the
 * slower one may move the fresh lock of the faster: it sees that from the text, and puts it back.
 */
async function setAside(
  fs: FileSystem,
  path: string,
  aside: string,
  stale: string | undefined,
): Promise<'done' | 'no disk'> {
  try {
    await fs.rename(path, aside);
    if ((await readText(fs, aside)) === stale) await fs.unlink(aside);
    else await fs.rename(aside, path);
  } catch (error) {
    if (diskCodes.has(errorCode(error))) return 'no disk';
    // Somebody else was faster; the next attempt sees what is there now.
  }
  return 'done';
}

async function readText(fs: FileSystem, path: string): Promise<string | undefined> {
  const bytes = await readWhole(fs, path, 4096).catch(() => undefined);
  return bytes && new TextDecoder().decode(bytes);
}

function parse(text: string | undefined): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text?.split('\n', 1)[0] ?? '');
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, birth, machine } = value as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof birth !== 'string' || typeof machine !== 'string') return undefined;
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, birth, machine } : undefined;
  } catch {
    return undefined;
  }
}

function busy(who: string, metadata: Readonly<Record<string, string>>): HostError {
  return new HostError(
    'BUSY',
    `another host (${who}) uses this data directory; stop it, or give this one another`,
    metadata,
  );
}
