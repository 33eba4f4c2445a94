import { runProgram } from '../../../support/run-program.js';

const list = (body: string, variables: string, more = '') =>
  runProgram(`${more}\nPROGRAM Main\nVAR ${variables} END_VAR\n${body}\nEND_PROGRAM`);

describe('a program in Instruction List, compiled', () => {
  it('keeps the type of the current result', () => {
    const program = list(
      'LD 10\nMUL r\nST s\nGT 12.0\nST b\nLD i\nADD 1\nST i',
      'r : REAL := 1.5; s : REAL; b : BOOL; i : INT := 32767;',
    );
    program.scan();
    expect([program.read('Main.s'), program.read('Main.b'), program.read('Main.i')]).toEqual([15, true, -32768n]);
  });
  it('loops, and carries the result to labels', () => {
    const program = list(
      'LD 0\nagain: ADD 1\nST n\nLT 5\nJMPC on\nLD n\nMUL 10\nST m\nRET\non: LD n\nJMP again',
      'n, m : DINT;',
    );
    program.scan();
    expect([program.read('Main.n'), program.read('Main.m')]).toEqual([5n, 50n]);
  });
  it('calls functions and instances', () => {
    const program = list(
      'LD a\nCU c\nLD 3\nPV c\nLD c.CV\nTwice\nST n\nCAL t(IN := TRUE, PT := T#100ms, Q => q)',
      'a : BOOL; c : CTU; n : INT; t : TON; q : BOOL;',
      'FUNCTION Twice : INT VAR_INPUT x : INT; END_VAR\nLD x\nMUL 2\nST Twice\nEND_FUNCTION',
    );
    program.scan();
    program.write('Main.a', 'TRUE');
    program.scan(60);
    expect([program.read('Main.n'), program.read('Main.q')]).toEqual([2n, false]);
    program.scan(60);
    expect(program.read('Main.q')).toBe(true);
  });
});

describe('a chart in text, compiled', () => {
  const source = `PROGRAM Main
VAR go : BOOL; n : INT; lamp : BOOL; END_VAR
INITIAL_STEP Rest: END_STEP
TRANSITION FROM Rest TO Work := go; END_TRANSITION
STEP Work: Count(N); lamp(D, T#200ms); END_STEP
ACTION Count: n := n + 1; END_ACTION
TRANSITION FROM Work TO Rest:
  LD Work.T
  GE T#300ms
END_TRANSITION
END_PROGRAM`;
  it('runs its actions and times its steps', () => {
    const program = runProgram(source);
    program.scan(100);
    expect([program.read('Main.Rest.X'), program.read('Main.n')]).toEqual([true, 0n]);
    program.write('Main.go', 'TRUE');
    const seen = Array.from({ length: 5 }, () => {
      program.scan(100);
      return [program.read('Main.Work.X'), program.read('Main.n'), program.read('Main.lamp')];
    });
    expect(seen).toEqual([
      [true, 1n, false],
      [true, 2n, false],
      [true, 3n, true],
      [false, 3n, false],
      [true, 4n, false],
    ]);
    expect(program.read('Main.Work.T')).toBe(0n);
  });
});
