import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What the kernel does for a thread, and why not more. */
export interface ThreadPriority {
  readonly policy: 'fifo' | 'other';
  readonly priority: number;
  readonly note?: string;
}

const run = promisify(execFile);
const wantedPriority = 10;
const fifoNumber = 1;

const plain = (note: string): ThreadPriority => ({ policy: 'other', priority: 0, note });

/** For a thread that has no seat (worker-pool.ts). */
export const noSeat = plain(
  'No real-time scheduling: one processor is kept free, the others have a real-time runtime each.',
);

/** Asks for SCHED_FIFO by way of `chrt`, as Node has no call for it, and reports what is in force. */
export async function raiseThreadPriority(threadId: number | undefined): Promise<ThreadPriority> {
  if (threadId === undefined) return plain('No real-time scheduling: this system has no /proc.');
  let why = '';
  try {
    await run('chrt', ['-f', '-p', String(wantedPriority), String(threadId)], { timeout: 2000 });
  } catch (cause) {
    why =
      (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'the program chrt is missing'
        : 'not permitted (CAP_SYS_NICE)';
  }
  const { policy, priority } = await inForce(threadId);
  if (policy === fifoNumber) return { policy: 'fifo', priority };
  return plain(`No real-time scheduling: ${why || 'the kernel kept the plain policy'}.`);
}

/** Fields 40 and 41 of /proc/PID/stat (proc_pid_stat(5)). */
async function inForce(threadId: number): Promise<{ policy: number; priority: number }> {
  try {
    const stat = await readFile(`/proc/self/task/${threadId}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { priority: Number(fields[37]), policy: Number(fields[38]) };
  } catch {
    return { policy: 0, priority: 0 };
  }
}
