import { lowerIl } from '../../../../server/src/compiler/lower/lower-il.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { parseInstructionList, parseUnit } from '../../../../server/src/compiler/st/parse-unit.js';
import type { SourceText } from '../../../../server/src/model/source-span.js';

const seed = `NAMESPACE Lib
TYPE Color : (Red, Green := 5, Blue) INT := Red; P : STRUCT x, y : REAL := 1.5; END_STRUCT; END_TYPE
FUNCTION_BLOCK Fb EXTENDS Base IMPLEMENTS I
VAR_INPUT a AT %IX0.1 : BOOL R_EDGE; b : ARRAY[0..9, 1..2] OF INT := [2(1, 2), 3]; END_VAR
VAR CONSTANT c : STRING[20] := 'it$'s'; t : TIME := T#1d2h3.5s; END_VAR
METHOD PUBLIC Go : BOOL VAR n : INT; END_VAR Go := n > 3 AND NOT a; END_METHOD
PROPERTY V : INT GET V := 1; END_GET SET x := V; END_SET END_PROPERTY
IF a THEN b[1, 2] := 16#FF; ELSIF c = 'x' THEN fb(IN := a, Q => d); ELSE RETURN; END_IF;
CASE n OF 1, 2..4: x := 1; Color#Red: y := 2; ELSE z := 3; END_CASE;
FOR i := 1 TO 10 BY 2 DO WHILE x < 5 DO EXIT; END_WHILE; END_FOR;
REPEAT p^.q := THIS^.r + SUPER^.s(); UNTIL w.%X3 END_REPEAT;
END_FUNCTION_BLOCK
PROGRAM Chart
INITIAL_STEP S0: A(N); B(L, T#1s); END_STEP
TRANSITION t1 (PRIORITY := 1) FROM S0 TO (S1, S2) := a AND b; END_TRANSITION
STEP S1: END_STEP
ACTION A: x := 1; END_ACTION
TRANSITION FROM (S1, S2) TO S0: LD a END_TRANSITION
END_PROGRAM
CONFIGURATION C RESOURCE R ON PLC TASK T(INTERVAL := T#10ms, PRIORITY := 1); PROGRAM P WITH T : Main(x := g); END_RESOURCE
VAR_ACCESS v : R.P.x : INT READ_ONLY; END_VAR END_CONFIGURATION
END_NAMESPACE
`;
const list = `on: LD a
AND( b
OR c
)
ST d
CAL fb(IN := a, Q => b)
JMPC on
LIMIT 1, 2
FUNC(
A := 1,
B := (
LD x
)
)
RET
`;
const pieces = [
  '(', ')', '[', ']', ';', ':', ':=', '=>', '..', '.', ',', "'", '"', '(*', '*)', '{', '}', '//', '#', '%', '^', '&', '?', '\n', '\0', '\u2028', '\ud800',
  ' IF ', ' THEN ', ' ELSE ', ' END_IF ', ' CASE ', ' OF ', ' END_CASE ', ' FOR ', ' VAR ', ' END_VAR ', ' METHOD ', ' END_METHOD ', ' TYPE ', ' STRUCT ',
  ' PROGRAM ', ' END_PROGRAM ', ' ACTION ', ' STEP x ', ' TRANSITION ', ' NAMESPACE ', ' T#', ' 16#', ' 1E', ' NOT ', ' - ', ' LD ', ' JMP ', ' PROPERTY ', ' GET ',
]; // prettier-ignore

/** A small generator of numbers, the same on every run. */
function random(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutate(text: string, next: (below: number) => number): string {
  let result = text;
  for (let count = 1 + next(6); count > 0; count -= 1) {
    const at = next(result.length + 1);
    const length = next(next(4) === 0 ? 200 : 8);
    switch (next(4)) {
      case 0:
        result = result.slice(0, at) + result.slice(at + length);
        break;
      case 1:
        result = result.slice(0, at) + pieces[next(pieces.length)]! + result.slice(at);
        break;
      case 2:
        result = result.slice(0, at) + result.slice(at, at + length) + result.slice(at);
        break;
      default:
        result = result.slice(0, at) + pieces[next(pieces.length)]! + result.slice(at + length);
    }
  }
  return result;
}

const source = (text: string): SourceText => ({ file: 'x.st', text, language: 'ST', firstLine: 1, firstColumn: 1 });

describe('a mutated source', () => {
  it('is parsed without an exception, with positions in the text', () => {
    const next = random(1);
    const started = process.cpuUsage();
    for (let run = 0; run < 1500; run += 1) {
      const text = mutate(seed, next);
      const problems = createProblems();
      parseUnit(source(text), problems);
      const lines = text.split(/\r\n|\r|\n/).length;
      for (const found of problems.list()) {
        if (found.code === 'W0001') continue;
        const { line, column, endLine, endColumn } = found;
        const inside =
          line! >= 1 &&
          column! >= 1 &&
          endLine! <= lines &&
          (endLine! > line! || (endLine === line && endColumn! >= column!));
        if (!inside) throw new Error(`${JSON.stringify(found)} is outside of\n${text}`);
      }
    }
    expect(process.cpuUsage(started).user).toBeLessThan(20_000_000);
  });

  it('in Instruction List is parsed and lowered without an exception', () => {
    const next = random(2);
    for (let run = 0; run < 1500; run += 1) {
      const problems = createProblems();
      lowerIl(parseInstructionList(source(mutate(list, next)), problems), problems);
    }
    expect.assertions(0);
  });

  it('cut off anywhere is parsed without an exception, and reported', () => {
    for (let end = 0; end < seed.length; end += 3) {
      const problems = createProblems();
      parseUnit(source(seed.slice(0, end)), problems);
      if (end > 20 && end < seed.length - 20) expect(problems.errorCount).toBeGreaterThan(0);
    }
  });
});
