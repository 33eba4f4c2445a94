import { compile } from '../../../../server/src/compiler/compile.js';
import { findProfile } from '../../../../server/src/compiler/profile.js';
import { createScanMachine } from '../../../../server/src/engine/worker/scan-machine.js';
import { createVariableTree } from '../../../../server/src/runtime/variable-tree.js';
import { readValue } from '../../../../server/src/runtime/value-codec.js';
import { errorsOf, imageOf } from '../../../support/run-source.js';

/** Values after some ticks of virtual time, tasks as configured. */
function ticks(source: string, count: number, paths: readonly string[]): unknown[] {
  const image = imageOf(source);
  const machine = createScanMachine(image, { module: new WebAssembly.Module(new Uint8Array(image.wasm)) });
  for (let i = 0; i < count; i += 1) machine.runScan(BigInt(i) * image.tickNs);
  const tree = createVariableTree(image);
  return paths.map((path) => {
    const value = readValue(image.types, tree.resolve(path, machine.bytes), machine.bytes);
    return 'value' in value && typeof value.value === 'bigint'
      ? Number(value.value)
      : 'value' in value
        ? value.value
        : value;
  });
}

const counter =
  'PROGRAM Counter VAR_INPUT step : INT := 1; END_VAR VAR_OUTPUT n : INT; END_VAR n := n + step; END_PROGRAM ';
const configuration = (text: string): string => `${counter} CONFIGURATION C ${text} END_CONFIGURATION`;

describe('configurations', () => {
  it('give tasks, their greatest common tick, and programs in order of declaration', () => {
    const image = imageOf(
      configuration(
        'RESOURCE R ON PLC TASK a(INTERVAL := T#20ms, PRIORITY := 1); TASK b(INTERVAL := T#50ms, PRIORITY := 0); PROGRAM P1 WITH a : Counter; PROGRAM P2 WITH b : Counter; PROGRAM P3 : Counter; END_RESOURCE',
      ),
    );
    expect(image.tickNs).toBe(10_000_000n);
    expect(image.hasTasks).toBe(true);
    expect(image.tasks.map((t) => [t.name, t.intervalNs, t.priority, t.programs.map((p) => p.name)])).toEqual([
      ['a', 20_000_000n, 1, ['P1']],
      ['b', 50_000_000n, 0, ['P2']],
      ['default', 10_000_000n, 65535, ['P3']],
    ]);
  });

  it('run each program at the pace of its task', () => {
    const source = configuration(
      'RESOURCE R ON PLC TASK a(INTERVAL := T#10ms); TASK b(INTERVAL := T#30ms); PROGRAM P1 WITH a : Counter; PROGRAM P2 WITH b : Counter; END_RESOURCE',
    );
    expect(ticks(source, 6, ['P1.n', 'P2.n'])).toEqual([6, 2]);
  });

  it('connect the parameters of programs', () => {
    const source = configuration(
      'VAR_GLOBAL s : INT := 5; sum AT %QW3 : INT; END_VAR RESOURCE R ON PLC PROGRAM P : Counter(step := s, n => sum); PROGRAM Q : Counter(n => %QW4); END_RESOURCE',
    );
    expect(ticks(source, 3, ['P.n', 'sum', '%QW4'])).toEqual([15, 15, 3]);
  });

  it('give variables at %I* and %Q* their addresses and initial values', () => {
    const source = `FUNCTION_BLOCK IO VAR i AT %I* : BOOL; q AT %Q* : INT; k : INT; END_VAR IF i THEN q := k; END_IF; END_FUNCTION_BLOCK
PROGRAM Main VAR io : IO; END_VAR io(); END_PROGRAM
CONFIGURATION C RESOURCE R ON PLC PROGRAM P : Main; END_RESOURCE
VAR_CONFIG R.P.io.i AT %IX0.3 : BOOL := TRUE; R.P.io.q AT %QW2 : INT; R.P.io.k : INT := 7; END_VAR END_CONFIGURATION`;
    const image = imageOf(source);
    expect(image.channels.map((c) => [c.address, c.path])).toEqual([
      ['%IX0.3', 'P.io.i'],
      ['%QW2', 'P.io.q'],
    ]);
    const machine = createScanMachine(image, { module: new WebAssembly.Module(new Uint8Array(image.wasm)) });
    machine.bytes[image.memory.inputs.start] = 8;
    machine.runScan(0n);
    expect(new DataView(machine.bytes.buffer).getInt16(image.memory.outputs.start + 4, true)).toBe(7);
  });

  it('let VAR_ACCESS name a variable within', () => {
    const source = configuration(
      'RESOURCE R ON PLC PROGRAM P : Counter; END_RESOURCE VAR_ACCESS Speed : R.P.n : INT READ_ONLY; END_VAR',
    );
    expect(ticks(source, 2, ['Speed'])).toEqual([2]);
  });

  it('start an event task by its variable', () => {
    const image = imageOf(
      configuration(
        'VAR_GLOBAL go : BOOL; END_VAR RESOURCE R ON PLC TASK e(SINGLE := go, PRIORITY := 2); PROGRAM P WITH e : Counter; END_RESOURCE',
      ),
    );
    expect(image.tasks[0]).toMatchObject({ name: 'e', single: { path: 'go' }, priority: 2 });
    expect(image.tasks[0]).not.toHaveProperty('intervalNs');
  });

  it('warn of a constant for SINGLE: the task runs by its interval, or not at all', () => {
    const source = (task: string): string =>
      configuration(`RESOURCE R ON PLC TASK t(${task}); PROGRAM P WITH t : Counter; END_RESOURCE`);
    expect(ticks(source('SINGLE := TRUE, INTERVAL := T#10ms'), 3, ['P.n'])).toEqual([3]);
    expect(ticks(source('SINGLE := FALSE, PRIORITY := 1'), 3, ['P.n'])).toEqual([0]);
    const { diagnostics } = compile({
      name: 'test',
      documents: [{ name: 'a.st', content: source('SINGLE := 1, INTERVAL := T#10ms') }],
      profile: findProfile('iec')!,
    });
    expect(diagnostics.map((d) => d.code)).toEqual(['W7008']);
  });

  it('let a task run a function block of a program', () => {
    const source = `FUNCTION_BLOCK F VAR n : INT; END_VAR n := n + 1; END_FUNCTION_BLOCK PROGRAM Main VAR f : F; END_VAR END_PROGRAM
CONFIGURATION C RESOURCE R ON PLC TASK a(INTERVAL := T#10ms); TASK b(INTERVAL := T#20ms); PROGRAM P WITH a : Main(f WITH b); END_RESOURCE END_CONFIGURATION`;
    expect(ticks(source, 4, ['P.f.n'])).toEqual([2]);
  });

  it.each([
    ['a task twice', 'RESOURCE R ON PLC TASK t(INTERVAL := T#1s); TASK t(INTERVAL := T#1s); END_RESOURCE', 'E7005@1'],
    ['an interval of zero', 'RESOURCE R ON PLC TASK t(INTERVAL := T#0s); END_RESOURCE', 'E7005@1'],
    [
      'a priority that is too large',
      'RESOURCE R ON PLC TASK t(INTERVAL := T#1s, PRIORITY := 70000); END_RESOURCE',
      'E7005@1',
    ],
    ['an unknown task', 'RESOURCE R ON PLC PROGRAM P WITH t : Counter; END_RESOURCE', 'E7006@1'],
    ['an unknown program', 'RESOURCE R ON PLC PROGRAM P : Count; END_RESOURCE', 'E7006@1'],
    [
      'an instance twice',
      `RESOURCE R ON PLC PROGRAM P : Counter; PROGRAM P : Other; END_RESOURCE END_CONFIGURATION PROGRAM Other END_PROGRAM CONFIGURATION D`,
      'E2003@1',
    ],
    [
      'VAR_CONFIG of another area',
      `RESOURCE R ON PLC PROGRAM P : W; END_RESOURCE VAR_CONFIG P.x AT %IX0.0 : BOOL; END_VAR END_CONFIGURATION PROGRAM W VAR x AT %Q* : BOOL; END_VAR END_PROGRAM CONFIGURATION D`,
      'E7008@1',
    ],
    [
      'VAR_CONFIG of another size',
      `RESOURCE R ON PLC PROGRAM P : W; END_RESOURCE VAR_CONFIG P.x AT %IB0 : INT; END_VAR END_CONFIGURATION PROGRAM W VAR x AT %I* : INT; END_VAR END_PROGRAM CONFIGURATION D`,
      'E7004@1',
    ],
    [
      'VAR_CONFIG with a value that its variable cannot have',
      `RESOURCE R ON PLC PROGRAM P : W; END_RESOURCE VAR_CONFIG P.x : INT := 40000; END_VAR END_CONFIGURATION PROGRAM W VAR x : INT; END_VAR END_PROGRAM CONFIGURATION D`,
      'E3003@1',
    ],
  ])('are refused with %s', (_, text, expected) => {
    expect(errorsOf(configuration(text))).toContain(expected);
  });
});
