import { findings, runProgram } from '../../../support/run-program.js';

const program = (body: string, before = ''): string =>
  `${before}\nPROGRAM Main\nVAR x, y : INT; END_VAR\n${body}\nEND_PROGRAM\n`;

function valueOf(body: string, before?: string): unknown {
  const running = runProgram(program(body, before));
  running.scan();
  return running.read('Main.x');
}

describe('conditional compilation', () => {
  it.each([
    ['{define A}', '{IF defined (A)} x := 1; {ELSE} x := 2; nonsense!; {END_IF}', 1n],
    ['', '{IF defined (A)} x := 1; "{ELSE} x := 2; {END_IF}'.replace('"', ''), 2n],
    ["{define V '2'}", "{IF hasvalue (V, '1')} x := 1; {ELSIF hasvalue(v, '2')} x := 2; {ELSE} x := 3; {END_IF}", 2n],
    ['{define A}\n{undefine a}', '{if NOT defined(A)} x := 1; {else} x := 2; {end_if}', 1n],
    ['{define A}', '{IF defined(A) AND (defined(B) OR NOT defined(C))} x := 1; {END_IF}', 1n],
    ['{define A}', '{IF defined(A)}{IF defined(B)} x := 1; {ELSE} x := 2; {END_IF}{ELSE} x := 3; {END_IF}', 2n],
    ['', '{IF defined(A)}{IF defined(variable: x)} x := 1; {ELSE} x := 2; {END_IF}{ELSE} x := 3; {END_IF}', 3n],
    ['', '{IF defined(A)}{define B}{END_IF}{IF defined(B)} x := 1; {ELSE} x := 2; {END_IF}', 2n],
    ['', '{IF defined(A) AND defined(type: T)} x := 1; {ELSE} x := 2; {END_IF}', 2n],
    ['', "{IF FALSE} x := 'unclosed;\n{ELSE} x := 2; {END_IF}", 2n],
    ['', 'x := 4 {IF defined(A)} + 1 {ELSE} + 2 {END_IF};', 6n],
  ])('%s %s', (before, body, expected) => {
    expect(valueOf(body, before)).toBe(expected);
  });

  it('also chooses declarations and whole program units', () => {
    const running = runProgram(
      `{define BIG}\n{IF defined(BIG)}\nTYPE T : LINT; END_TYPE\n{ELSE}\nTYPE T : INT; END_TYPE\n{END_IF}
{IF defined(OTHER)}\nPROGRAM Main END_PROGRAM\n{END_IF}
PROGRAM Main\nVAR\n{IF defined(BIG)} x : T := 5000000000; {ELSE} x : T; {END_IF}\nEND_VAR\n;\nEND_PROGRAM`,
    );
    running.scan();
    expect(running.read('Main.x')).toBe(5_000_000_000n);
  });

  it.each([
    ['{IF defined (variable: x)}\nx := 1;\n{END_IF}', ['E9103 4']],
    ['{IF hasattribute (pou: Main, a)}\nx := 1;\n{ELSE}\nx := 2;\n{END_IF}', ['E9103 4']],
    ['{IF defined (A)}\nx := 1;', ['E1103 4']],
    ['x := 1;\n{END_IF}', ['E1104 5']],
    ['{IF TRUE}\nx := 1;\n{ELSE}\n{ELSE}\n{END_IF}', ['E1104 7']],
    ['{IF defined (A}\nx := 1;\n{END_IF}', ['E9103 4']],
    ['{IF FALSE}\nx := ;\n{END_IF}\nx := ;', ['E1112 7']],
    [`{IF ${'('.repeat(5000)}TRUE${')'.repeat(5000)}}\nx := 1;\n{END_IF}`, ['E9103 4']],
  ])('that can not be carried out is an error at its place: %j', (body, expected) => {
    const found = findings(program(body)).filter(({ severity }) => severity === 'error');
    expect(found.map(({ code, line }) => `${code} ${line}`)).toEqual(expected);
  });
});
