import type { Fault } from '../model/fault.js';
import { HostError } from '../model/host-error.js';
import type { ProgramImage } from '../model/program-image.js';
import { createConditionTest, type ConditionTest } from '../engine/worker/scan-condition.js';
import { createScanMachine, type ScanMachine } from '../engine/worker/scan-machine.js';
import { parseCondition } from '../runtime/condition.js';
import { encodeValue, readValue } from '../runtime/value-codec.js';
import { createVariableTree, type Variable, type VariableTree } from '../runtime/variable-tree.js';
import { meets, valueFromJson, valueToJson, type Json } from './json-value.js';
import type { Scenario, ScenarioStep } from './scenario-file.js';

export interface SimulateOptions {
  readonly scenario: Scenario;
  /** Least number of scans to run. */
  readonly minScans?: number;
  /** Replaces the tick of a program without tasks. */
  readonly tickNs?: bigint;
  /** Numbers for TIME in `set` are this unit; the drive of a trace has nanoseconds. */
  readonly timeUnit?: 'ms' | 'ns';
  /** Called for each step when it is done. */
  readonly onStep?: (result: StepResult) => void;
  /** Called before the first scan and after each. */
  readonly onScan?: (memory: Uint8Array) => void;
  /** Waits until the virtual time (ns since the start) has come; for `"clock": "wall"`. */
  readonly pace?: (virtualNs: bigint) => void;
  /** Give the values of all variables at the end. */
  readonly dump?: boolean;
}

export interface StepFailure {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: Json;
}

export interface StepResult {
  /** Index in the scenario, from 0. */
  readonly step: number;
  readonly scan: number;
  readonly timeMs: number;
  readonly ok: boolean;
  readonly values: Readonly<Record<string, Json>>;
  readonly failures: readonly StepFailure[];
}

export interface SimulationResult {
  readonly scans: number;
  readonly ok: boolean;
  readonly fault?: Fault;
  readonly values: Readonly<Record<string, Json>>;
  readonly tickNs: bigint;
}

/** An `until` without a limit ends after this many scans. */
const mostScansOfUntil = 1_000_000;

/**
 * Runs a program in virtual time under a scenario (api.md, scenario file). Throws INVALID_REQUEST where a step goes back in
 * time, VARIABLE_NOT_FOUND and TYPE_MISMATCH where it names what is not there. A failed expectation does not stop the run, a
 * fault does.
 */
export function simulate(image: ProgramImage, options: SimulateOptions): SimulationResult {
  const { scenario } = options;
  const interval = scenario.scanIntervalNs ?? options.tickNs;
  const machine = createScanMachine(image, {
    module: new WebAssembly.Module(new Uint8Array(image.wasm)),
    ...(interval !== undefined && { tickNs: interval }),
  });
  const tree = createVariableTree(image);
  const run: Run = { image, machine, tree, options, named: new Set(), ok: true };
  for (const step of scenario.steps)
    for (const [path] of [...step.set, ...step.expect]) run.named.add(tree.resolve(path, machine.bytes.slice()).path);
  options.onScan?.(machine.bytes);

  const { steps } = scenario;
  let next = 0;
  while (next < steps.length && !machine.fault) {
    const first = steps[next]!;
    if (first.when.kind === 'until') {
      runUntilStep(run, first, next, first.when.condition, first.when.limitNs);
      next += 1;
      continue;
    }
    const target = scanOf(first, next, machine);
    let last = next + 1;
    while (last < steps.length && steps[last]!.when.kind !== 'until' && scanOf(steps[last]!, last, machine) === target)
      last += 1;
    while (machine.scan + 1 < target && !machine.fault) runOneScan(run);
    if (machine.fault) break;
    for (let i = next; i < last; i += 1) applySets(run, steps[i]!);
    runOneScan(run);
    for (let i = next; i < last; i += 1) finishStep(run, steps[i]!, i, []);
    next = last;
  }
  // The steps that a fault left out have failed, too.
  if (next < steps.length) run.ok = false;
  while (machine.scan < (options.minScans ?? 0) && !machine.fault) runOneScan(run);
  return {
    scans: machine.scan,
    ok: run.ok && !machine.fault,
    ...(machine.fault && { fault: machine.fault }),
    values: options.dump ? dump(run) : valuesOf(run, [...run.named]),
    tickNs: machine.tickNs,
  };
}

interface Run {
  readonly image: ProgramImage;
  readonly machine: ScanMachine;
  readonly tree: VariableTree;
  readonly options: SimulateOptions;
  /** Canonical paths of all variables that the scenario names. */
  readonly named: Set<string>;
  ok: boolean;
}

function runOneScan(run: Run): void {
  run.options.pace?.(BigInt(run.machine.scan) * run.machine.tickNs);
  run.machine.runScan();
  run.options.onScan?.(run.machine.bytes);
}

/** The scan a step names: by number, or the first that runs at or after its time. Throws where that scan is over. */
function scanOf(step: ScenarioStep, index: number, machine: ScanMachine): number {
  const { when } = step;
  const scan =
    when.kind === 'scan'
      ? when.scan
      : when.kind === 'at'
        ? Number((when.ns + machine.tickNs - 1n) / machine.tickNs) + 1
        : 0;
  if (scan <= machine.scan) {
    throw new HostError(
      'INVALID_REQUEST',
      `Step ${index} goes back in time: it names scan ${scan}, and scan ${machine.scan} has run; put the steps in order.`,
      {
        step: String(index),
      },
    );
  }
  return scan;
}

function applySets(run: Run, step: ScenarioStep): void {
  for (const [path, json] of step.set) {
    const variable = run.tree.resolve(path, run.machine.bytes);
    const nanoseconds = run.options.timeUnit === 'ns' && typeof json === 'number' && isTime(run, variable.type);
    const value = valueFromJson(run.image.types, variable.type, nanoseconds ? json / 1e6 : json);
    run.machine.write(encodeValue(run.image.types, variable, value));
  }
}

function isTime(run: Run, id: number): boolean {
  const type = run.image.types[id]!;
  return type.kind === 'elementary' && type.size === 8 && /^L?(TIME|DATE|TOD|DT)$/.test(type.name);
}

function runUntilStep(
  run: Run,
  step: ScenarioStep,
  index: number,
  condition: string,
  limitNs: bigint | undefined,
): void {
  const { machine } = run;
  const holds: ConditionTest = createConditionTest(parseCondition(condition, run.tree), machine.memory);
  // The limit counts from the time of the first scan and includes its end.
  const most = limitNs === undefined ? mostScansOfUntil : Number(limitNs / machine.tickNs) + 1;
  applySets(run, step);
  let met = false;
  for (let i = 0; i < most && !met; i += 1) {
    runOneScan(run);
    if (machine.fault) break;
    met = holds();
  }
  finishStep(run, step, index, met ? [] : [{ path: condition, expected: true, actual: false }]);
}

function finishStep(run: Run, step: ScenarioStep, index: number, failures: StepFailure[]): void {
  const { image, tree, machine, options } = run;
  for (const [path, expectation] of step.expect) {
    const variable = tree.resolve(path, machine.bytes);
    const actual = readValue(image.types, variable, machine.bytes);
    if (machine.fault || !meets(image.types, variable.type, actual, expectation))
      failures.push({ path, expected: expectation, actual: valueToJson(actual) });
  }
  const ok = failures.length === 0 && !machine.fault;
  if (!ok) run.ok = false;
  const scan = machine.scan + (machine.fault ? 1 : 0);
  options.onStep?.({
    step: index,
    scan,
    timeMs: Number(BigInt(Math.max(scan, 1) - 1) * machine.tickNs) / 1e6,
    ok,
    values: valuesOf(
      run,
      [...step.set, ...step.expect].map(([path]) => path),
    ),
    failures,
  });
}

function valuesOf(run: Run, paths: readonly string[]): Record<string, Json> {
  const values: [string, Json][] = paths.map((path) => {
    const variable = run.tree.resolve(path, run.machine.bytes);
    return [path, valueToJson(readValue(run.image.types, variable, run.machine.bytes))];
  });
  return Object.fromEntries(values);
}

function dump(run: Run): Record<string, Json> {
  const values: [string, Json][] = [];
  for (const leaf of run.tree.select('**')) {
    const variable = leaf.indirect ? connected(run, leaf.path) : leaf;
    if (variable) values.push([leaf.path, valueToJson(readValue(run.image.types, variable, run.machine.bytes))]);
  }
  return Object.fromEntries(values);
}

/** The variable that a VAR_IN_OUT stands for; undefined before its first call. */
function connected({ tree, machine }: Run, path: string): Variable | undefined {
  try {
    return tree.resolve(path, machine.bytes);
  } catch {
    return undefined;
  }
}
