import { findProfile } from '../../../server/src/compiler/profile.js';
import { evaluate, runProgram, type RunningProgram } from '../../support/run-program.js';

const program = (declarations: string, statements: string): string =>
  `PROGRAM Main\nVAR\n${declarations}\nEND_VAR\n${statements}\nEND_PROGRAM\n`;

/** Code, POU and line of the fault that a scan ends with; undefined where it ends well. */
function faultOf(running: RunningProgram): string | undefined {
  try {
    running.scan();
  } catch {
    const { code, site } = running.machine.fault!;
    return `${code} ${site?.pou}:${site?.line}`;
  }
  return undefined;
}

describe('an index out of range is a fault in its line, and touches no neighbour', () => {
  const declarations = 'before : LINT := -1; a : ARRAY[-2..3] OF INT; after : LINT := -1; i : DINT; l : LREAL;';

  it.each([
    ['one below', 'i := -3;'],
    ['one above', 'i := 4;'],
    ['2^31 - 1', 'i := 2147483647;'],
    ['-2^31', 'i := -2147483648;'],
    ['made of NaN', 'l := 0.0; i := LREAL_TO_DINT(l / l) - 100;'],
  ])('%s', (_what, statement) => {
    const running = runProgram(program(declarations, `${statement}\na[i] := 77;`));
    expect(faultOf(running)).toBe('R4002 Main:6');
    expect(running.read('Main.before')).toBe(-1n);
    expect(running.read('Main.after')).toBe(-1n);
    expect(running.read('Main.a')).toEqual([0n, 0n, 0n, 0n, 0n, 0n]);
  });
});

describe('arithmetic beyond its range', () => {
  const declarations = 'i : INT; z : INT; d : DINT := -2147483648; m : DINT := -1; l : LINT; x : LREAL; r : REAL;';

  it.each([
    ['INT / 0', 'i := 10 / z;', 'R4001 Main:5'],
    ['INT MOD 0', 'i := 10 MOD z;', 'R4001 Main:5'],
    ['LINT / 0', 'l := l / INT_TO_LINT(z);', 'R4001 Main:5'],
    ['-2^31 / -1, which wraps', 'd := d / m;', undefined],
    ['-2^31 MOD -1', 'd := d MOD m;', undefined],
  ])('%s', (_what, statement, fault) => {
    expect(faultOf(runProgram(program(declarations, statement)))).toBe(fault);
  });

  it('has the value that the type defines', () => {
    const rows = [
      ['DINT', 'd / m', -2147483648n],
      ['DINT', 'd MOD m', 0n],
      ['DWORD', 'SHL(w, 32)', 0n],
      ['LWORD', 'SHL(q, 64)', 0n],
      ['LWORD', 'SHL(q, 63)', 1n << 63n],
      ['DWORD', 'SHR(w, 200)', 0n],
      ['LREAL', 'SQRT(x - 1.0)', Number.NaN],
      ['LREAL', 'LN(x)', -Infinity],
      ['LREAL', '1.0 / x', Infinity],
      ['LREAL', '-1.0 / x', -Infinity],
      ['INT', 'i + 1', -32768n],
      ['USINT', 'u - 1', 255n],
    ] as const;
    const variables =
      'd : DINT := -2147483648; m : DINT := -1; w : DWORD := 16#FFFFFFFF; q : LWORD := 1; x : LREAL; i : INT := 32767; u : USINT;';
    const values = evaluate(
      rows.map(([type, text]) => [type, text] as const),
      { variables },
    );
    expect(values).toEqual(rows.map(([, , value]) => value));
  });

  it('a REAL that no DINT holds becomes the nearest one, never another number', () => {
    const texts = ['3.0E9', '-3.0E9', '1.0E300', '0.0'];
    const values = evaluate(
      texts.map((_text, i) => ['DINT', `LREAL_TO_DINT(x${i})`] as const),
      { variables: texts.map((text, i) => `x${i} : LREAL := ${text};`).join('\n') },
    );
    expect(values).toEqual([2147483647n, -2147483648n, 2147483647n, 0n]);
  });
});

describe('texts', () => {
  it('are cut as the standard says, whatever the lengths and positions', () => {
    const rows = [
      ['LEFT(s, -1)', ''],
      ['LEFT(s, 0)', ''],
      ['LEFT(s, 99)', 'abcde'],
      ['RIGHT(s, -1)', ''],
      ['MID(s, 2, 99)', ''],
      ['MID(s, -1, 2)', ''],
      ['MID(s, 99, 2)', 'bcde'],
      ['INSERT(s, t, 5)', 'abcdexy'],
      ['DELETE(s, 99, 2)', 'a'],
      ['DELETE(s, -1, 2)', 'abcde'],
      ['REPLACE(s, t, 99, 2)', 'axy'],
    ] as const;
    const values = evaluate(
      rows.map(([text]) => ['STRING(20)', text] as const),
      { variables: "s : STRING := 'abcde'; t : STRING := 'xy';" },
    );
    expect(values).toEqual(rows.map(([, value]) => value));
  });

  it('joined a million times take no more memory than their variable', () => {
    const running = runProgram(
      program('s : STRING(40); n : DINT;', "FOR n := 1 TO 1000000 DO\n  s := CONCAT(s, 'abc');\nEND_FOR;"),
    );
    const size = running.machine.bytes.buffer.byteLength;
    running.scan();
    expect(running.read('Main.s')).toBe(`${'abc'.repeat(13)}a`);
    expect(running.machine.bytes.buffer.byteLength).toBe(size);
  });
});

describe('time', () => {
  it('of 10,000 timers ends for all of them in the same scan', () => {
    const running = runProgram(
      program(
        't : ARRAY[1..10000] OF TON; done, i : DINT;',
        'done := 0;\nFOR i := 1 TO 10000 DO\n  t[i](IN := TRUE, PT := T#1s);\n  IF t[i].Q THEN done := done + 1; END_IF;\nEND_FOR;',
      ),
    );
    const done: unknown[] = [];
    for (const ms of [0, 999, 1, 1]) {
      running.scan(ms);
      done.push(running.read('Main.done'));
    }
    expect(done).toEqual([0n, 0n, 10_000n, 10_000n]);
  });

  it.each(['iec', 'codesys', 'matiec', 'twincat'])(
    'that passes 2^32 ms gives a timer neither an edge too many nor too few: %s',
    (name) => {
      const running = runProgram(
        program(
          'go : BOOL; t : TON; edges : DINT; e : R_TRIG;',
          't(IN := go, PT := T#1d);\ne(CLK := t.Q);\nIF e.Q THEN edges := edges + 1; END_IF;',
        ),
        findProfile(name),
      );
      const hour = 3_600_000;
      const hours = Math.ceil(2 ** 32 / hour) + 60;
      for (let at = 0; at < hours; at += 1) {
        // Three timings: before the wrap, across it, after it.
        if (at === 10 || at === 1183 || at === 1210) running.write('Main.go', 'TRUE');
        if (at === 40 || at === 1209) running.write('Main.go', 'FALSE');
        running.scan(hour);
      }
      // 1,183 h begin 10 h before the wrap at 1,193 h and are over at 1,207 h.
      expect(running.read('Main.edges')).toBe(3n);
    },
  );
});
