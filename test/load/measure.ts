import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/host-control.js';

/** Figures of a distribution, in the unit of its values. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function distributionOf(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: sorted.at(-1) ?? Number.NaN };
}

export function medianOf(values: readonly number[]): number {
  return distributionOf(values).p50;
}

/** Use of the machine by a process so far. */
export interface Usage {
  /** User and system time, ms. */
  readonly cpuMs: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
}

const tickMs = 10;

/** From /proc; all zero where there is none. */
export function usageOf(pid: number): Usage {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
      residentMiB: mib('VmRSS'),
      peakMiB: mib('VmHWM'),
    };
  } catch {
    return { cpuMs: 0, residentMiB: 0, peakMiB: 0 };
  }
}

/** How late a bare sleep in C is beside the load, ms: what the machine does to everybody. Undefined where there is no gcc. */
export function startNoiseProbe(folder: string, periodMs: number, seconds: number): Promise<Distribution> | undefined {
  const program = join(folder, 'nanosleep');
  try {
    if (!existsSync(program)) execFileSync('gcc', ['-O2', '-o', program, join(root, 'test/load/nanosleep.c')]);
  } catch {
    return undefined;
  }
  const child = spawn(program, [String(periodMs * 1000), String(Math.floor((seconds * 1000) / periodMs))]);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) =>
    child.once('close', () =>
      resolve(
        distributionOf(
          text
            .trim()
            .split('\n')
            .map((line) => Number(line) / 1e6),
        ),
      ),
    ),
  );
}
