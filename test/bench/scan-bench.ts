import { createBenchMachine, type BenchMachine } from './bench-machine.js';
import { median } from './median.js';
import type { Twin } from './twin.js';

export interface ScanResult {
  readonly program: string;
  /** Nanoseconds a scan, medians. */
  readonly ourNs: number;
  readonly cNs: number | undefined;
  /** C's time divided by ours: 1 is as fast as C. */
  readonly ratioToC: number | undefined;
  readonly instrumentedNs: number | undefined;
  /** Variables that agreed with the twin's. */
  readonly compared: number;
}

const tickNs = 10_000_000;

/** Scans before the comparison: enough for timers to run and states to change. */
const checkedScans = 2000;

/** Processor time of this process: other processes on the machine don't count. The twins measure the same. */
function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** What the program and its twin disagree on, at most three lines. */
function disagreements(machine: BenchMachine, report: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const line of report) {
    const [kind, path, ...rest] = line.split(' ');
    const value = machine.read(kind!, path!);
    if (value !== rest.join(' ')) found.push(`${path}: ${value}, in C ${rest.join(' ')}`);
    if (found.length === 3) break;
  }
  return found;
}

/** Times a program against its twin in turns. Throws where their variables differ: then a time says nothing. */
export function benchProgram(
  program: string,
  machine: BenchMachine,
  twin: Twin | undefined,
  rounds: number,
  batchMs: number,
): ScanResult {
  let now = 0;
  const run = (scans: number): number => {
    const start = cpuNs();
    for (let n = 0; n < scans; n++, now += tickNs) machine.scan(now);
    return (cpuNs() - start) / scans;
  };
  run(checkedScans);
  let compared = 0;
  if (twin) {
    const { report } = twin.run(checkedScans, 0, 0);
    const different = disagreements(machine, report);
    if (different.length > 0)
      throw new Error(`${program} and its twin disagree after ${checkedScans} scans: ${different.join('; ')}`);
    compared = report.length;
  }
  const scans = warmUp(run, batchMs);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(run(scans));
    if (twin) theirs.push(median(twin.run(1, scans, 2).times));
  }
  const ourNs = median(ours);
  const cNs = twin ? median(theirs) : undefined;
  return {
    program,
    ourNs,
    cNs,
    ratioToC: cNs === undefined ? undefined : cNs / ourNs,
    instrumentedNs: instrumentedTime(machine, batchMs),
    compared,
  };
}

/** Runs until the optimising compiler has had its turn; gives the number of scans that take `batchMs`. */
function warmUp(run: (scans: number) => number, batchMs: number): number {
  let scans = 100;
  let perScan = run(scans);
  for (let spent = 0; spent < batchMs * 4;) {
    scans = Math.max(100, Math.min(10_000_000, Math.round((batchMs * 1e6) / 4 / Math.max(perScan, 1))));
    perScan = run(scans);
    spent += (perScan * scans) / 1e6;
  }
  return Math.max(100, Math.round((batchMs * 1e6) / Math.max(perScan, 1)));
}

function instrumentedTime(machine: BenchMachine, batchMs: number): number | undefined {
  const { instrumentedWasm } = machine.image;
  if (!instrumentedWasm) return undefined;
  const slow = createBenchMachine(machine.image, instrumentedWasm);
  let now = 0;
  const run = (scans: number): number => {
    const start = cpuNs();
    for (let n = 0; n < scans; n++, now += tickNs) slow.scan(now);
    return (cpuNs() - start) / scans;
  };
  const scans = warmUp(run, batchMs / 4);
  return median([run(scans), run(scans), run(scans)]);
}
