import { createScanMachine } from '../engine/worker/scan-machine.js';
import type { ProgramImage } from '../model/program-image.js';
import { buildDocuments, isSyntaxCode } from '../project/build-documents.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import { encodeValue, readValue } from '../runtime/value-codec.js';
import { createVariableTree, type Variable, type VariableTree } from '../runtime/variable-tree.js';
import { meets, valueFromJson, valueToJson, type Json } from './json-value.js';
import type { Scenario } from './scenario-file.js';
import { simulate, type StepResult } from './simulate.js';
import type { CaseOutcome, TestCase } from './test-case.js';

/** Builds and runs one case in this thread. Never throws: what goes wrong is the outcome. An endless loop is the caller's to end. */
export function runCase(test: TestCase, profile: string | undefined): CaseOutcome {
  try {
    return decide(test, profile ?? test.profile);
  } catch (error) {
    return {
      ok: false,
      got: { error: error instanceof Error ? error.message : String(error) },
      expected: test.kind,
      diagnostics: [],
    };
  }
}

type RunTest = Extract<TestCase, { kind: 'run' }>;

function decide(test: TestCase, profile: string | undefined): CaseOutcome {
  // Overflow is a fault only where the profile says so; a case that expects one says so by expecting it.
  const overflows = test.kind === 'run' && test.scans.some((scan) => scan.error?.includes('overflow'));
  const build = buildDocuments(
    test.id,
    test.documents,
    profile,
    overflows ? { decisions: { integerOverflow: 'fault' } } : {},
  );
  const errors = build.diagnostics.filter((d) => d.severity === 'error');
  const internal = errors.find((d) => d.code === build.internalErrorCode);
  const verdict = internal ? 'internal error' : errors.length > 0 ? 'reject' : 'accept';
  if (test.kind === 'accept' || test.kind === 'reject') {
    // A text that only has to be readable may mean nothing.
    if (
      test.kind === 'accept' &&
      test.stage === 'parse' &&
      verdict === 'reject' &&
      !errors.some((d) => isSyntaxCode(d.code))
    ) {
      return { ok: true, got: 'accept', expected: test.kind, diagnostics: build.diagnostics };
    }
    return { ok: verdict === test.kind, got: verdict, expected: test.kind, diagnostics: build.diagnostics };
  }
  if (!build.image)
    return {
      ok: false,
      got: verdict,
      expected: test.kind === 'run' ? 'run' : 'scenario',
      diagnostics: build.diagnostics,
    };
  const outcome = 'scenario' in test ? runScenario(build.image, test.scenario) : runScans(build.image, test as RunTest);
  return { ...outcome, diagnostics: build.diagnostics };
}

function runScans(image: ProgramImage, test: RunTest): Omit<CaseOutcome, 'diagnostics'> {
  const machine = createScanMachine(
    {
      ...image,
      hasTasks: false,
      tasks: image.tasks.map(({ single: _single, intervalNs: _interval, ...task }) => task),
    },
    {
      module: new WebAssembly.Module(new Uint8Array(image.wasm)),
    },
  );
  const tree = createVariableTree(image);
  const instance = findProgram(image, test.program);
  const find = (name: string): Variable => findVariable(tree, instance, name, machine.bytes);
  const write = (values: Readonly<Record<string, Json>>): void => {
    for (const [name, json] of Object.entries(values)) {
      const variable = find(name);
      machine.write(encodeValue(image.types, variable, valueFromJson(image.types, variable.type, json)));
    }
  };
  write(test.initial);
  let timeNs = 0n;
  for (const [i, scan] of test.scans.entries()) {
    write(scan.inputs);
    timeNs += BigInt(Math.round(scan.dtMs * 1e6));
    machine.runScan(timeNs);
    if ((machine.fault !== undefined) !== (scan.error !== undefined)) {
      return { ok: false, got: { scan: i + 1, fault: machine.fault ?? null }, expected: scan.error ?? scan.expect };
    }
    for (const [name, expected] of Object.entries(scan.expect)) {
      const variable = find(name);
      const actual = readValue(image.types, variable, machine.bytes);
      if (!meets(image.types, variable.type, actual, expected, test.tolerance)) {
        return { ok: false, got: { scan: i + 1, [name]: valueToJson(actual) }, expected: { [name]: expected } };
      }
    }
    // A faulted machine runs no further scan.
    if (machine.fault) break;
  }
  return { ok: true, got: 'run', expected: 'run' };
}

/** Instance of the program named, or of the only one. */
function findProgram(image: ProgramImage, program: string | undefined): string | undefined {
  const instances = image.tasks.flatMap((task) => task.programs);
  if (program === undefined) return instances.length === 1 ? instances[0]!.name : undefined;
  const folded = foldName(program);
  return (
    (instances.find((i) => foldName(i.name) === folded) ?? instances.find((i) => foldName(i.type) === folded))?.name ??
    program
  );
}

/** A variable of the program first, else a global or direct address. */
function findVariable(tree: VariableTree, instance: string | undefined, name: string, memory: Uint8Array): Variable {
  if (instance !== undefined && !name.startsWith('%')) {
    try {
      return tree.resolve(`${instance}.${name}`, memory);
    } catch (error) {
      // Not of the program: perhaps a global.
      if (!(error instanceof HostError)) throw error;
    }
  }
  return tree.resolve(name, memory);
}

function runScenario(image: ProgramImage, scenario: Scenario): Omit<CaseOutcome, 'diagnostics'> {
  const failed: StepResult[] = [];
  const result = simulate(image, {
    scenario,
    onStep: (step) => {
      if (!step.ok) failed.push(step);
    },
  });
  return result.ok
    ? { ok: true, got: 'pass', expected: 'pass' }
    : {
        ok: false,
        got: {
          failed: failed.map(({ step, scan, failures }) => ({ step, scan, failures })),
          ...(result.fault && { fault: result.fault }),
        },
        expected: 'pass',
      };
}
