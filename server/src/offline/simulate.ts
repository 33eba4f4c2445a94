import { writeFile } from 'node:fs/promises';
import type { ProgramImage } from '../model/program-image.js';
import { HostError } from '../model/host-error.js';
import { buildProgram } from '../project/build-program.js';
import { readDocuments } from '../project/read-documents.js';
import { createVariableTree } from '../runtime/variable-tree.js';
import { formatDiagnosticLines, junitReport } from './report.js';
import { durationField, parseScenario, type Scenario } from '../scenario/scenario-file.js';
import { simulate as run, type StepResult } from '../scenario/simulate.js';
import { createTraceRecorder, parseDrive, type Drive } from '../scenario/trace.js';
import { exitCodes, numberOption, printJson, printText, readArguments, UsageError } from './command.js';

const usage =
  'plc-emu simulate FILE [--scenario S.json] [--scans N] [--scan-interval 100ms] [--profile NAME] [--dump] [--trace FILE] [--drive FILE] [--junit FILE] [--json]';

/** Runs a project offline in virtual time. Exit 0 when every step is met, 1 when one fails or the program faults or has errors, 2 for usage. */
export async function simulate(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, usage, {
    json: { type: 'boolean' },
    dump: { type: 'boolean' },
    scenario: { type: 'string' },
    scans: { type: 'string' },
    'scan-interval': { type: 'string' },
    profile: { type: 'string' },
    trace: { type: 'string' },
    drive: { type: 'string' },
    junit: { type: 'string' },
  });
  if (positionals.length === 0) throw new UsageError(`Name a project file.\nusage: ${usage}`);
  if (values.scenario !== undefined && values.drive !== undefined)
    throw new UsageError('Give either --scenario or --drive.');
  const minScans = numberOption('scans', values.scans, 0, 100_000_000);
  const interval =
    values['scan-interval'] === undefined ? undefined : durationField(values['scan-interval'], '--scan-interval');
  const drive = values.drive === undefined ? undefined : parseDrive(await readJson(values.drive));
  const scenario: Scenario =
    drive?.scenario ??
    (values.scenario === undefined ? { clock: 'virtual', steps: [] } : parseScenario(await readJson(values.scenario)));

  const documents = (await Promise.all(positionals.map((path) => readDocuments(path)))).flat();
  const build = buildProgram(positionals[0]!, documents, values.profile ?? scenario.profile);
  if (!build.image) {
    if (values.json)
      printJson({ done: true, scans: 0, ok: false, fault: null, values: {}, diagnostics: build.diagnostics });
    else for (const line of formatDiagnosticLines(build.diagnostics)) printText(line);
    return exitCodes.no;
  }
  return report(build.image, {
    scenario,
    drive,
    interval,
    minScans: Math.max(minScans ?? (scenario.steps.length === 0 && !drive ? 1 : 0), drive?.scans ?? 0),
    values,
  });
}

interface Request {
  readonly scenario: Scenario;
  readonly drive: Drive | undefined;
  readonly interval: bigint | undefined;
  readonly minScans: number;
  readonly values: {
    readonly json?: boolean;
    readonly dump?: boolean;
    readonly trace?: string;
    readonly junit?: string;
  };
}

async function report(image: ProgramImage, request: Request): Promise<number> {
  const { scenario, drive, values } = request;
  const tickNs = request.interval ?? drive?.intervalNs;
  const steps: StepResult[] = [];
  const recorder =
    values.trace === undefined
      ? undefined
      : createTraceRecorder(
          image,
          createVariableTree(image),
          image.hasTasks ? image.tickNs : (scenario.scanIntervalNs ?? tickNs ?? image.tickNs),
          scenario.steps.map((step) => ({
            scan: step.when.kind === 'scan' ? step.when.scan : 0,
            set: Object.fromEntries(step.set),
          })),
        );
  const result = run(image, {
    scenario,
    minScans: request.minScans,
    ...(tickNs !== undefined && { tickNs }),
    ...(drive && { timeUnit: 'ns' as const }),
    dump: values.dump === true,
    ...(scenario.clock === 'wall' && { pace: createPace() }),
    ...(recorder && { onScan: (memory: Uint8Array) => recorder.record(memory) }),
    onStep: (step) => {
      steps.push(step);
      if (values.json) printJson(step);
      else printText(formatStep(step));
    },
  });
  if (recorder) await writeOutput(values.trace!, recorder.toJson());
  if (values.junit !== undefined) {
    await writeOutput(
      values.junit,
      junitReport(
        'simulate',
        steps.map((step) => ({
          name: `step ${step.step} at scan ${step.scan}`,
          ms: 0,
          ...(step.ok ? {} : { failure: JSON.stringify(step.failures) }),
        })),
        result.fault?.message,
      ),
    );
  }
  if (values.json)
    printJson({ done: true, scans: result.scans, ok: result.ok, fault: result.fault ?? null, values: result.values });
  else {
    for (const [path, value] of Object.entries(result.values)) printText(`  ${path} = ${JSON.stringify(value)}`);
    const fault = result.fault;
    if (fault)
      printText(
        `fault ${fault.code} in scan ${fault.scan}: ${fault.message}${fault.site ? ` (${fault.site.pou}, line ${fault.site.line})` : ''}`,
      );
    printText(`${result.scans} scans, ${result.ok ? 'ok' : 'failed'}`);
  }
  return result.ok ? exitCodes.done : exitCodes.no;
}

function formatStep(step: StepResult): string {
  const head = `${step.ok ? 'ok  ' : 'FAIL'} step ${step.step} scan ${step.scan} (${step.timeMs} ms)`;
  return [
    head,
    ...step.failures.map(
      (f) => `       ${f.path}: expected ${JSON.stringify(f.expected)}, got ${JSON.stringify(f.actual)}`,
    ),
  ].join('\n');
}

async function readJson(path: string): Promise<unknown> {
  const [document] = await readDocuments(path);
  const content = document!.content;
  try {
    return JSON.parse(typeof content === 'string' ? content : new TextDecoder().decode(content)) as unknown;
  } catch (error) {
    throw new UsageError(`'${path}' is not JSON: ${(error as Error).message}`);
  }
}

async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new HostError('STORAGE_FAILED', `'${path}' can't be written: ${(error as Error).message}`, { path });
  }
}

/** Waits in this thread until a virtual time has come on the wall clock. */
function createPace(): (virtualNs: bigint) => void {
  const started = process.hrtime.bigint();
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  return (virtualNs) => {
    const leftMs = Number(started + virtualNs - process.hrtime.bigint()) / 1e6;
    if (leftMs > 0) Atomics.wait(sleeper, 0, 0, leftMs);
  };
}
