/**
 * `npm run bench [-- --quick] [--json FILE] [--only PROGRAM]`: times the generated code against C and prints tables. Ends by
 * itself: in less than ten minutes, with --quick in less than 50 seconds.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { compileProgram, createBenchMachine } from './bench-machine.js';
import { benchChanges } from './change-bench.js';
import { benchCompile } from './compile-bench.js';
import { benchJitter, type JitterResult } from './jitter-bench.js';
import { benchFolder } from './paths.js';
import { benchSave, type SaveResult } from './save-bench.js';
import { benchScale, virtualRate, type VirtualResult } from './scale-bench.js';
import { benchProgram, type ScanResult } from './scan-bench.js';
import { scanPrograms } from './scan-programs.js';
import { printTable } from './table.js';
import { buildTwin, gccVersion } from './twin.js';

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const quick = process.argv.includes('--quick');
const only = option('--only');

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: benchFolder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

function benchScans(gcc: string | undefined): readonly ScanResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'plc-emu-bench-'));
  const results: ScanResult[] = [];
  try {
    for (const program of scanPrograms()) {
      if (only !== undefined && program.name !== only) continue;
      const image = compileProgram(program.fileName, program.source, { instrument: true });
      const twin =
        gcc === undefined ? undefined : buildTwin(join(benchFolder, 'twins'), folder, program.name, program.twin);
      results.push(benchProgram(program.name, createBenchMachine(image), twin, quick ? 5 : 15, quick ? 30 : 100));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  printTable(
    'Scan: processor time against the same logic in C (gcc -O2); ratio 1 is as fast as C',
    ['program', 'ours ns', 'C ns', 'ratio', 'instrumented ns', 'variables compared'],
    results.map((one) => [one.program, one.ourNs, one.cNs, one.ratioToC?.toFixed(2), one.instrumentedNs, one.compared]),
  );
  return results;
}

async function benchPacing(): Promise<readonly JitterResult[]> {
  const jitter = await benchJitter(quick ? 1 : 10);
  const us = (value: number | undefined): string => value?.toFixed(0) ?? '-';
  printTable(
    'Lateness of scans, 10,000 variables, beside a bare clock_nanosleep loop in C; microseconds',
    ['tick ms', 'process', 'p50', 'p99', 'most', 'C p50', 'C p99', 'C most', 'scans', 'missed'],
    jitter.map((one) => [
      one.tickMs,
      one.while,
      us(one.p50Us),
      us(one.p99Us),
      us(one.maxUs),
      us(one.twinP50Us),
      us(one.twinP99Us),
      us(one.twinMaxUs),
      one.scans,
      one.missedTicks,
    ]),
  );
  const { pacing } = jitter[0]!;
  process.stdout.write(
    `In force: ${pacing.policy === 'fifo' ? `SCHED_FIFO ${pacing.priority}` : 'the usual policy'}, timer slack ${pacing.slackNs ?? 'unknown'} ns, spinning the last ${(pacing.spinNs / 1000).toFixed(0)} us. ${pacing.note ?? ''}\n`,
  );
  return jitter;
}

async function main(): Promise<void> {
  const started = performance.now();
  const gcc = gccVersion();
  if (gcc === undefined) process.stdout.write('There is no gcc here: programs are timed without their twins in C.\n');
  const scan = benchScans(gcc);
  const rest = only === undefined;
  const changes = rest
    ? [benchChanges(10_000, 100, 2000), benchChanges(100_000, 100, quick ? 500 : 2000), benchChanges(10_000, 500, 2000)]
    : [];
  if (rest) {
    printTable(
      'Change record: find, encode and remember the words that changed in a scan',
      ['variables', 'changed', 'kernel us', 'JavaScript us'],
      changes.map((one) => [one.variables, one.changed, one.kernelUs.toFixed(1), one.javascriptUs.toFixed(1)]),
    );
  }
  const compile = (rest ? (quick ? [10_000] : [1_000, 10_000, 50_000]) : []).map((lines) =>
    benchCompile(lines, quick ? 3 : 5),
  );
  if (rest) {
    printTable(
      'Compile: Structured Text to the end of the first scan',
      [
        'lines',
        'first ms',
        'warm ms',
        'warm cpu ms',
        'parse and check ms',
        'source ms',
        'instance ms',
        'scan ms',
        'after an edit ms',
        'wasm bytes',
      ],
      compile.map((one) => [
        one.lines,
        one.firstMs,
        one.warmMs,
        one.warmCpuMs,
        one.checkMs,
        one.sourceMs,
        one.instanceMs,
        one.scanMs.toFixed(1),
        one.editMs,
        one.wasmBytes,
      ]),
    );
  }
  const save: SaveResult[] = [];
  for (const lines of rest && !quick ? [10_000, 50_000] : []) save.push(await benchSave(lines, 5));
  if (save.length > 0) {
    printTable(
      'Save: from the file saved to the first new scan, a running host at 10 ms scans and a client that reads',
      ['lines', 'one POU edited ms', 'all POUs edited ms'],
      save.map((one) => [one.lines, one.onePouMs, one.allPousMs]),
    );
  }
  const virtual: VirtualResult[] = [];
  if (rest) {
    for (const program of scanPrograms().filter((one) =>
      ['noop', 'fb-50', 'bit-logic', 'strings'].includes(one.name),
    )) {
      virtual.push({
        program: program.name,
        scansPerSecond: virtualRate(compileProgram(program.fileName, program.source), quick ? 200 : 1000),
      });
    }
    printTable(
      'Virtual time: whole scans of the scan machine in a second',
      ['program', 'scans/s'],
      virtual.map((one) => [one.program, one.scansPerSecond]),
    );
  }
  const sizes: readonly (readonly [number, number])[] = rest && !quick ? [[1_000, 10], [10_000, 10], [10_000, 100], [10_000, 1_000], [100_000, 100], [100_000, 1_000]] : []; // prettier-ignore
  const scale = sizes.map(([variables, instances]) => benchScale(variables, instances));
  if (scale.length > 0) {
    printTable(
      'Scale: variables and block instances',
      ['variables', 'instances', 'compile ms', 'scan us', 'change record us', 'memory KB', 'wasm KB'],
      scale.map((one) => [
        one.variables,
        one.instances,
        one.compileMs,
        one.scanUs.toFixed(1),
        one.changeUs.toFixed(1),
        one.memoryKb,
        one.wasmKb.toFixed(1),
      ]),
    );
  }
  const [cpu] = cpus();
  const jitter = rest ? await benchPacing() : [];
  const report = {
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      memoryMb: Math.round(totalmem() / 2 ** 20),
      system: `${type()} ${release()}`,
    },
    versions: { node: process.versions.node, v8: process.versions.v8, gcc: gcc ?? null },
    commit: commit(),
    quick,
    seconds: Math.round((performance.now() - started) / 1000),
    scan,
    changes,
    compile,
    save,
    virtual,
    scale,
    jitter,
  };
  process.stdout.write(
    `\n${report.machine.cpu}, ${report.machine.cores} cores; node ${report.versions.node}; ${gcc ?? 'no gcc'}; ${report.commit.slice(0, 12)}; ${report.seconds} s\n`,
  );
  const file = option('--json');
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}

await main();
