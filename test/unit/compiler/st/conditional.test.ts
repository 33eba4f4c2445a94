import { compile } from '../../../../server/src/compiler/compile.js';
import { defaultProfile } from '../../../../server/src/compiler/profile.js';
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

  const declared = `{attribute 'fast'}
FUNCTION F : INT VAR_INPUT a : INT; END_VAR F := a; END_FUNCTION
TYPE T : INT; END_TYPE
VAR_GLOBAL g : LREAL; s : STRING[20]; END_VAR
CONFIGURATION C RESOURCE R ON PLC TASK Slow(INTERVAL := T#1s); PROGRAM Main WITH Slow : Main; END_RESOURCE END_CONFIGURATION`;

  it.each([
    ['defined (variable: g)', true],
    ['defined (variable: X)', true],
    ['defined (variable: z)', false],
    ['defined (variable: a)', false],
    ['defined (variable: Main.y) AND NOT defined (variable: Main.z)', true],
    ['defined (type: t)', true],
    ['defined (type: F)', false],
    ['defined (pou: f) AND defined(pou: Main)', true],
    ['defined (task: Slow)', true],
    ['defined (task: Fast) OR defined (resource: S)', false],
    ["hasattribute (pou: F, 'fast')", true],
    ["hasattribute (pou: F, 'slow') OR hasattribute (pou: None, 'fast')", false],
    ['hastype (variable: g, LREAL)', true],
    ['hastype (variable: g, REAL)', false],
    ['hastype (variable: s, STRING)', true],
    ['NOT (hastype (variable: x, int) AND (defined (type: T) OR defined (none)))', false],
  ])('asks for declarations of all documents: %s', (condition, expected) => {
    const body = `{IF ${condition}} x := 1; {ELSE} x := 2; {END_IF}`;
    expect(valueOf(body, declared)).toBe(expected ? 1n : 2n);
    const [main, other] = [program(body), declared].map((content, i) => ({ name: `${i}.st`, content }));
    const { diagnostics } = compile({ name: 'test', documents: [main!, other!], profile: defaultProfile });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('declares what no other text does', () => {
    const own = '{IF NOT defined (type: T)}\nTYPE T : DINT; END_TYPE\n{END_IF}\n';
    expect(findings(own + program('x := 1; ', 'VAR_GLOBAL t : T; END_VAR'))).toEqual([]);
    expect(findings(`${own}TYPE T : INT; END_TYPE\n${program('x := 1;')}`)).toEqual([]);
  });

  it('asks for variables of the method or unit around', () => {
    const block = `FUNCTION_BLOCK B VAR n : INT; END_VAR
METHOD M : INT VAR k : INT; END_VAR {IF defined (variable: k) AND defined (variable: n)} M := 5; {ELSE} M := 6; {END_IF} END_METHOD
{IF defined (variable: k)} n := 1; {ELSE} n := 2; {END_IF}
END_FUNCTION_BLOCK
`;
    const running = runProgram(
      `${block}PROGRAM Main VAR b : B; x : INT; END_VAR b(); x := b.M() * 10 + b.n; END_PROGRAM`,
    );
    running.scan();
    expect(running.read('Main.x')).toBe(52n);
  });

  it.each([
    ["{IF hasattribute (variable: x, 'a')}\nx := 1;\n{END_IF}", ['E9103 4']],
    ['{IF hastype (variable: x, ANY_INT)}\nx := 1;\n{END_IF}', ['E9103 4']],
    ['{IF hasconstantvalue (x, 1)}\nx := 1;\n{ELSE}\nx := ;\n{END_IF}', ['E9103 4']],
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
