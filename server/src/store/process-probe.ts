import { readFileSync } from 'node:fs';
import { errorCode } from './file-system.js';

export interface ProcessProbe {
  readonly running: boolean;
  /** Any text that differs between two processes that had the same id one after the other; empty where unknown. */
  readonly birth: string;
}

/** Asks the kernel whether a process runs; on Linux also when it started, so that a reused process id is not taken for it. */
export function probeProcess(processId: number): ProcessProbe {
  return { running: isRunning(processId), birth: birthOf(processId) };
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function birthOf(processId: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // Field 22, counted after the command name, which may hold spaces and brackets.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${boot}/${start}`;
  } catch {
    return '';
  }
}
