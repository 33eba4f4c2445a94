import { findings } from '../../support/run-program.js';
import { applyFixes } from '../../support/parse-source.js';

/** Declarations that the mistakes are made with. Statements begin on line 28. */
const units = `TYPE
  Point : STRUCT x, y : REAL; END_STRUCT;
  State : (Idle, Busy, Done);
END_TYPE
FUNCTION Twice : INT
VAR_INPUT a : INT; b : INT := 1; END_VAR
  Twice := a * 2;
END_FUNCTION
FUNCTION_BLOCK Motor
VAR_INPUT start : BOOL; END_VAR
VAR_OUTPUT on : BOOL; END_VAR
VAR_IN_OUT hours : REAL; END_VAR
  on := start;
END_FUNCTION_BLOCK`;
const variables = `  count, limit : INT;
  running, stop : BOOL;
  speed : REAL;
  name : STRING(20);
  delay : TIME;
  timer : TON;
  values : ARRAY[1..10] OF INT;
  point : Point;`;
const program = (statements: string, declared = variables): string =>
  `${units}\nPROGRAM Main\nVAR CONSTANT Top : INT := 10; END_VAR\nVAR\n${declared}\n  state : State;\nEND_VAR\n${statements}\nEND_PROGRAM\n`;

interface Mistake {
  readonly title: string;
  readonly source: string;
  readonly code: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong. */
  readonly what: string;
  /** What to do. */
  readonly advice: string;
  /** The source with the fix. */
  readonly fixed?: string;
}

type Row = readonly [
  title: string,
  text: string,
  code: string,
  at: string,
  what: string,
  advice: string,
  fixed?: string,
];

const place = (at: string): { line: number; column: number } => {
  const [line, column] = at.split(':').map(Number);
  return { line: line!, column: column! };
};

const inStatements = (rows: readonly Row[]): Mistake[] =>
  rows.map(([title, text, code, at, what, advice, fixed]) => ({
    title,
    source: program(text),
    code,
    ...place(at),
    what,
    advice,
    ...(fixed !== undefined && { fixed: program(fixed) }),
  }));

/** The mistake is in the third declaration, on line 20. */
const inDeclarations = (rows: readonly Row[]): Mistake[] => {
  const declared = (text: string): string => program('', variables.replace('  speed : REAL;', text));
  return rows.map(([title, text, code, at, what, advice, fixed]) => ({
    title,
    source: declared(text),
    code,
    ...place(at),
    what,
    advice,
    ...(fixed !== undefined && { fixed: declared(fixed) }),
  }));
};

const inUnits = (rows: readonly Row[]): Mistake[] =>
  rows.map(([title, source, code, at, what, advice, fixed]) => ({
    title,
    source,
    code,
    ...place(at),
    what,
    advice,
    ...(fixed !== undefined && { fixed }),
  }));

const mistakes: readonly Mistake[] = [
  ...inStatements([
    ['no semicolon', 'count := 1\nlimit := 2;', 'E1102', '28:11', 'no semicolon', 'write `;`', 'count := 1;\nlimit := 2;'],
    ['= instead of :=', 'count = 5;', 'E1105', '28:7', '`=`', 'assign with `:=`', 'count := 5;'],
    ['= instead of := for a parameter', 'count := Twice(a = 1, b := 2);', 'E4002', '28:18', 'parameter', '`:=`', 'count := Twice(a := 1, b := 2);'],
    ['a variable misspelt', 'coutn := 1;', 'E2001', '28:1', "'coutn' is not declared", "Did you mean 'count'?", 'count := 1;'],
    ['a variable not declared', 'zebra := 1;', 'E2001', '28:1', "'zebra' is not declared", 'declare it in a VAR section'],
    ['a function misspelt', 'speed := SQTR(speed);', 'E2001', '28:10', "no function or instance 'SQTR'", "'SQRT'", 'speed := SQRT(speed);'],
    ['a function that does not exist', "PRINT('hello');", 'E2001', '28:1', "no function or function block instance 'PRINT'", 'declare it, or add the library'],
    ['a text for a number', 'count := name;', 'E3001', '28:10', "'count' takes INT, not STRING[20]", 'STRING_TO_INT(...)'],
    ['quotes around a number', "count := '5';", 'E3001', '28:10', 'STRING literal does not fit INT', 'without quotes'],
    ['a fraction for an integer', 'count := 3.5;', 'E3001', '28:10', 'real literal does not fit INT', 'whole number'],
    ['REAL for INT', 'count := speed;', 'E3001', '28:10', 'takes INT, not REAL', 'REAL_TO_INT(...)'],
    ['a number too large', 'count := 40000;', 'E3003', '28:10', '40000 is outside INT', 'use DINT'],
    ['a number for a duration', 'delay := 500;', 'E3001', '28:10', 'a number does not fit TIME', 'T#500ms'],
    ['a number for PT of a timer', 'timer(IN := running, PT := 5);', 'E3001', '28:28', "'PT' of 'TON'", 'T#5s'],
    ['a number added to a duration', 'delay := delay + 5;', 'E3002', '28:10', '+ does not work on TIME', 'T#5s'],
    ['a duration without T#', 'delay := 5s;', 'E1001', '28:10', 'duration', 'write `T#5s`', 'delay := T#5s;'],
    ['an unknown unit', 'delay := T#5sec;', 'E1006', '28:10', 'unknown unit `sec`', 'use d, h, m, s'],
    ['a hexadecimal number of C', 'count := 0x1F;', 'E1001', '28:10', '`0x1F`', '`16#1F`', 'count := 16#1F;'],
    ['digits that the base has not', 'count := 16#GG;', 'E1001', '28:10', 'no digits of base 16', '`16#FF`'],
    ['double quotes', 'name := "abc";', 'E3001', '28:9', "'name'", 'single quotes', "name := 'abc';"],
    ['texts added', "name := name + 'x';", 'E3002', '28:9', '+ does not work on STRING', 'CONCAT(a, b)'],
    ['YES for TRUE', 'running := yes;', 'E2001', '28:12', "'yes' is not declared", "'TRUE'", 'running := TRUE;'],
    ['a number as a condition', 'IF count THEN ; END_IF;', 'E3011', '28:4', 'has to be a BOOL, not INT', 'compare it'],
    ['BOOL compared with INT', 'running := running = count;', 'E3002', '28:12', '= does not work on BOOL and INT', 'running, or NOT before it'],
    ['a chain of comparisons', 'running := 1 < count < 5;', 'E3002', '28:12', 'gives a BOOL', '1 < count AND count < 5'],
    ['AND of BOOL and INT', 'running := running AND count;', 'E3002', '28:12', 'AND does not work', 'count <> 0'],
    ['BOOL in a sum', 'count := running + 1;', 'E3002', '28:10', '+ does not work on BOOL', 'BOOL_TO_INT(x)'],
    ['MOD of REAL', 'speed := speed MOD 2.0;', 'E3002', '28:10', 'MOD does not work on REAL', 'MOD is for integers'],
    ['a constant assigned', 'Top := 5;', 'E4007', '28:1', "'Top' is a CONSTANT", 'remove CONSTANT'],
    ['a value assigned', '5 := count;', 'E4006', '28:1', 'this is a value', 'name a variable on the left'],
    ['a function without parentheses', 'count := Twice;', 'E3012', '28:10', "'Twice' is a function", 'call it with parentheses'],
    ['a member of a function', 'count := Twice.x;', 'E3007', '28:16', "'Twice' keeps no variables", 'VAR_OUTPUT'],
    ['a member of a standard function', "count := LEN.x;", 'E3007', '28:14', 'LEN is a function', 'call it with parentheses'],
    ['a type for a value', 'count := INT;', 'E3012', '28:10', "'INT' is a type", 'declare a variable'],
    ['an instance without parentheses', 'timer;', 'E4009', '28:1', 'does nothing', 'call it with parentheses'],
    ['an instance as a value', 'count := timer + 1;', 'E3002', '28:10', '+ does not work on TON', 'timer.Q'],
    ['a parameter misspelt', 'timer(INN := TRUE);', 'E4002', '28:7', "no parameter 'INN'", "'IN'", 'timer(IN := TRUE);'],
    ['a parameter missing', 'count := LIMIT(1, 2);', 'E4016', '28:10', 'takes 3 arguments', '(MN, IN, MX)'],
    ['an argument too many', 'count := Twice(1, 2, 3);', 'E4003', '28:22', 'too many', 'remove it'],
    ['an output passed with :=', 'timer(IN := TRUE, PT := T#1s, Q := running);', 'E4019', '28:31', "'Q' is an output", '=>'],
    ['an input taken with =>', 'timer(IN => running);', 'E4019', '28:7', "'IN' is an input", ':='],
    ['a type called', 'TON(IN := TRUE, PT := T#1s);', 'E4001', '28:1', "'TON' is a function block", 'declare an instance'],
    ['an output misspelt', 'running := timer.QQ;', 'E3007', '28:18', "no member 'QQ'", "'Q'", 'running := timer.Q;'],
    ['an index out of range', 'values[11] := 1;', 'E3006', '28:8', '11 is outside 1..10', 'index within these bounds'],
    ['an index that is no integer', 'values[1.0] := 1;', 'E3005', '28:8', 'An index is an integer', 'convert it'],
    ['an array as a whole', 'values := 1;', 'E3001', '28:11', 'does not fit ARRAY', 'one element with [...]'],
    ['an index on a number', 'count[1] := 1;', 'E3004', '28:1', 'Only arrays have indices', 'remove the brackets'],
    ['a member that is not there', 'point.z := 1.0;', 'E3007', '28:7', "no member 'z'", 'its members are x, y'],
    ['^ on a variable', 'count^ := 1;', 'E3009', '28:1', 'this is INT', 'remove the ^'],
    ['a value of an enumeration misspelt', 'state := State#Bussy;', 'E2013', '28:10', "no value 'Bussy'", "'Busy'", 'state := State#Busy;'],
    ['a label twice', 'CASE count OF\n1: ;\n1: ;\nEND_CASE;', 'E4012', '30:1', 'stands twice', 'remove one'],
    ['CASE without OF', 'CASE count\n1: ;\nEND_CASE;', 'E1109', '28:11', 'OF is missing', 'write OF', 'CASE count OF\n1: ;\nEND_CASE;'],
    ['FOR without DO', 'FOR count := 1 TO 3\n;\nEND_FOR;', 'E1109', '28:20', 'DO is missing', 'write DO', 'FOR count := 1 TO 3 DO\n;\nEND_FOR;'],
    ['FOR over a BOOL', 'FOR running := 0 TO 1 DO ; END_FOR;', 'E4015', '28:5', 'not with BOOL', 'declare an INT'],
    ['no THEN', 'IF running\ncount := 1;\nEND_IF;', 'E1109', '28:11', 'THEN is missing', 'write THEN', 'IF running THEN\ncount := 1;\nEND_IF;'],
    ['no END_IF', 'IF running THEN\ncount := 1;', 'E1103', '30:1', 'IF of line 28', 'write END_IF'],
    ['ELSEIF', 'IF running THEN ;\nELSEIF stop THEN ;\nEND_IF;', 'E1108', '29:1', '`ELSEIF` is no keyword', 'write ELSIF', 'IF running THEN ;\nELSIF stop THEN ;\nEND_IF;'],
    ['&& for AND', 'running := running && stop;', 'E1107', '28:20', '`&&`', '`AND`', 'running := running AND stop;'],
    [':= in a condition', 'IF count := 3 THEN ;\nEND_IF;', 'E1106', '28:10', 'gives no value', 'compare with `=`', 'IF count = 3 THEN ;\nEND_IF;'],
    [':= in a condition in parentheses', 'IF (count := 3) THEN ;\nEND_IF;', 'E1106', '28:11', 'gives no value', 'compare with `=`', 'IF (count = 3) THEN ;\nEND_IF;'],
    ['=: for :=', 'count =: 3;', 'E1105', '28:7', '`:=`', 'the colon first', 'count := 3;'],
    ['<< for SHL', 'count := count << 2;', 'E1107', '28:16', 'has no `<<`', '`SHL(count, ...)`'],
    ['^ for **', 'speed := speed ^ 2;', 'E1107', '28:16', 'for a power', '`**`'],
    ['a string without its end', "name := 'abc;\ncount := 1;", 'E1002', '28:9', 'not closed on its line', "write `'`"],
    ['ELSE THEN', 'IF running THEN ;\nELSE THEN count := 2;\nEND_IF;', 'E1109', '29:6', 'takes no THEN', 'remove it', 'IF running THEN ;\nELSE  count := 2;\nEND_IF;'],
    ['a label without a colon', 'CASE count OF\n1 limit := 1;\n2: limit := 2;\nEND_CASE;', 'E1101', '29:2', 'no colon', 'write `:`', 'CASE count OF\n1: limit := 1;\n2: limit := 2;\nEND_CASE;'],
    ['DEFAULT in CASE', 'CASE count OF\n1: ;\nDEFAULT: ;\nEND_CASE;', 'E2001', '30:1', 'no DEFAULT', 'write ELSE'],
    ['BREAK', 'WHILE running DO\nBREAK;\nEND_WHILE;', 'E2001', '29:1', 'no BREAK', 'write EXIT', 'WHILE running DO\nEXIT;\nEND_WHILE;'],
    ['NEXT for END_FOR', 'FOR count := 1 TO 3 DO\n;\nNEXT count;', 'E1108', '30:1', '`NEXT` closes no block', 'write END_FOR', 'FOR count := 1 TO 3 DO\n;\nEND_FOR;'],
    ['END for END_WHILE', 'WHILE running DO\n;\nEND;', 'E1108', '30:1', '`END` closes no block', 'write END_WHILE', 'WHILE running DO\n;\nEND_WHILE;'],
    ['END_FOR for END_WHILE', 'WHILE running DO\n;\nEND_FOR;', 'E1108', '30:1', '`END_FOR` does not close the block', 'write END_WHILE', 'WHILE running DO\n;\nEND_WHILE;'],
    ['END_WHILE for END_FOR in an IF', 'IF running THEN\nFOR count := 1 TO 3 DO\n;\nEND_WHILE;\nEND_IF;', 'E1108', '31:1', '`END_WHILE` does not close the block', 'write END_FOR', 'IF running THEN\nFOR count := 1 TO 3 DO\n;\nEND_FOR;\nEND_IF;'],
    ['a stray END_IF in a loop', 'FOR count := 1 TO 3 DO\n;\nEND_IF;\nEND_FOR;', 'E1104', '30:1', '`END_IF` has no block', 'remove it'],
    ['an index in parentheses', 'count := values(1);', 'E4001', '28:10', 'This is ARRAY', 'brackets'],
    ['EXIT outside a loop', 'EXIT;', 'E4010', '28:1', 'within FOR, WHILE or REPEAT', 'RETURN'],
    ['division by the constant 0', 'count := count / 0;', 'E3010', '28:18', 'constant 0', 'correct the divisor'],
  ]),
  ...inDeclarations([
    ['a type of another language', '  speed : FLOAT;', 'E2002', '20:11', "no type 'FLOAT'", "'REAL'", '  speed : REAL;'],
    ['a type misspelt', '  speed : DNIT;', 'E2002', '20:11', "no type 'DNIT'", "'DINT'", '  speed : DINT;'],
    ['a type that does not exist', '  speed : Velocity;', 'E2002', '20:11', "'Velocity'", 'declare it or add the library'],
    ['a variable declared twice', '  count : REAL;', 'E2003', '20:3', "'count' is declared twice in 'Main', first on line 18", 'rename or remove'],
    ['a reserved word as a name', '  type : REAL;', 'E1110', '20:3', '`type` is a reserved word', 'choose another name'],
    ['no colon', '  speed REAL;', 'E1111', '20:9', 'after `speed`', '`:` and a type'],
    ['a comma between declarations', '  speed : REAL, more : INT;', 'E1111', '20:15', 'ends with `;`', 'write `;`', '  speed : REAL; more : INT;'],
    ['a minus between bounds', '  speed : ARRAY[1-10] OF REAL;', 'E1111', '20:17', 'two dots', 'write `1..10`', '  speed : ARRAY[1..10] OF REAL;'],
    ['no percent sign', '  speed AT MD4 : REAL;', 'E1009', '20:12', 'percent sign', 'write `%MD4`', '  speed AT %MD4 : REAL;'],
    ['an address of another size', '  speed AT %QX0.1 : REAL;', 'E7004', '20:3', 'one bit, which does not fit REAL', 'change the address, or the type'],
    ['a time of day beyond midnight', '  speed : TOD := TOD#25:00:00;', 'E1007', '20:18', 'later than 23:59:59', ''],
    ['an initial value without its closing quote', "  speed : STRING := 'abc;", 'E1002', '20:21', 'not closed on its line', 'where it ends'],
    ['a value outside a subrange', '  speed : INT(0..10) := 11;', 'E3003', '20:25', '11 is outside INT(0..10)', 'holds 0 to 10'],
    ['a text without characters', '  speed : STRING[0];', 'E2009', '20:18', 'at least one character', 'not 0'],
  ]),
  ...inUnits([
    ['no END_PROGRAM', 'PROGRAM Main\nVAR a : INT; END_VAR\na := 1;\n', 'E1113', '4:1', 'PROGRAM of line 1', 'write END_PROGRAM'],
    ['no END_VAR', 'PROGRAM Main\nVAR\n  a : INT;\na := 1;\nEND_PROGRAM\n', 'E1113', '4:1', 'VAR of line 2', 'write END_VAR'],
    ['END VAR in two words', 'PROGRAM Main\nVAR\n  a : INT;\nEND VAR\na := 1;\nEND_PROGRAM\n', 'E1108', '4:1', 'END_VAR is one word', 'underscore', 'PROGRAM Main\nVAR\n  a : INT;\nEND_VAR\na := 1;\nEND_PROGRAM\n'],
    ['END PROGRAM in two words', 'PROGRAM Main\nVAR a : INT; END_VAR\na := 1;\nEND PROGRAM\n', 'E1108', '4:1', 'END_PROGRAM is one word', 'underscore', 'PROGRAM Main\nVAR a : INT; END_VAR\na := 1;\nEND_PROGRAM\n'],
    ['VAR INPUT in two words', 'FUNCTION_BLOCK F\nVAR INPUT a : INT; END_VAR\nEND_FUNCTION_BLOCK\n', 'E1108', '2:1', 'VAR_INPUT is one word', 'underscore', 'FUNCTION_BLOCK F\nVAR_INPUT a : INT; END_VAR\nEND_FUNCTION_BLOCK\n'],
    ['FUNCTION BLOCK in two words', 'FUNCTION BLOCK F\nVAR_INPUT a : INT; END_VAR\nEND_FUNCTION_BLOCK\n', 'E1108', '1:1', 'FUNCTION_BLOCK is one word', 'underscore', 'FUNCTION_BLOCK F\nVAR_INPUT a : INT; END_VAR\nEND_FUNCTION_BLOCK\n'],
    ['END FUNCTION BLOCK in three words', 'FUNCTION_BLOCK F\nVAR_INPUT a : INT; END_VAR\nEND FUNCTION BLOCK\n', 'E1108', '3:1', 'END_FUNCTION_BLOCK is one word', 'underscore', 'FUNCTION_BLOCK F\nVAR_INPUT a : INT; END_VAR\nEND_FUNCTION_BLOCK\n'],
    ['STRUCT without a colon', 'TYPE\n  P : INT;\n  S STRUCT a : INT; END_STRUCT;\nEND_TYPE\n', 'E1111', '3:5', 'Expected `:`', 'definition of the type `S`', 'TYPE\n  P : INT;\n  S : STRUCT a : INT; END_STRUCT;\nEND_TYPE\n'],
    ['= before an enumeration', 'TYPE E = (A, B); END_TYPE\n', 'E1111', '1:8', 'Expected `:`', 'definition of the type `E`', 'TYPE E : (A, B); END_TYPE\n'],
    ['a function without its result type', 'FUNCTION F\nVAR_INPUT a : INT; END_VAR\nEND_FUNCTION\n', 'E2014', '1:10', 'no result', 'FUNCTION F : INT'],
    ['a result that has no type', 'FUNCTION F\nVAR_INPUT a : INT; END_VAR\nF := a;\nEND_FUNCTION\n', 'E4006', '3:1', "'F' has no result", 'F : INT'],
    ['a function that never assigns its result', 'FUNCTION F : INT\nVAR_INPUT a : INT; END_VAR\na := a + 1;\nEND_FUNCTION\n', 'W2014', '1:10', 'never assigns its result', 'F := ...'],
    ['a function that calls itself', 'FUNCTION F : INT\nVAR_INPUT n : INT; END_VAR\nF := n * F(n - 1);\nEND_FUNCTION\n', 'E4020', '1:10', "'F' calls itself", 'use a loop'],
    ['a program as a variable', 'PROGRAM P\nEND_PROGRAM\nPROGRAM Main\nVAR p1 : P; END_VAR\nEND_PROGRAM\n', 'E2010', '4:5', 'is a PROGRAM', 'make it a FUNCTION_BLOCK'],
    ['a literal for VAR_IN_OUT', `${units}\nPROGRAM Main\nVAR m : Motor; END_VAR\nm(hours := 1.5);\nEND_PROGRAM\n`, 'E4006', '17:12', "'hours' of 'Motor' is a VAR_IN_OUT", 'needs a variable'],
    ['VAR_IN_OUT left out', `${units}\nPROGRAM Main\nVAR m : Motor; END_VAR\nm(start := TRUE);\nEND_PROGRAM\n`, 'E4004', '17:1', "VAR_IN_OUT 'hours'", 'pass one with hours := variable'],
    ['an initial value of VAR_IN_OUT', 'FUNCTION_BLOCK F\nVAR_IN_OUT a : INT := 5; END_VAR\nEND_FUNCTION_BLOCK\n', 'E1111', '2:23', 'VAR_IN_OUT', 'remove the initial value'],
    ['a constant without a value', 'PROGRAM Main\nVAR CONSTANT c : INT; END_VAR\nEND_PROGRAM\n', 'E2004', '2:14', "'c'", 'value'],
    ['VAR_EXTERNAL without its global', 'PROGRAM Main\nVAR_EXTERNAL g : INT; END_VAR\nEND_PROGRAM\n', 'E2017', '2:14', "no VAR_GLOBAL 'g'", 'declare it'],
  ]),
]; // prettier-ignore

describe("a beginner's mistake", () => {
  it.each(mistakes)('is told with what to do: $title', ({ source, code, line, column, what, advice, fixed }) => {
    const found = findings(source);
    const shown = found.map((one) => `${one.code} ${one.line}:${one.column}`);
    expect(shown).toContain(`${code} ${line}:${column}`);
    const { message } = found.find((one) => one.code === code && one.line === line)!;
    expect(message).toContain(what);
    expect(message).toContain(advice);
    // One mistake, one error.
    expect(found.filter((one) => one.severity === 'error').map((one) => one.code)).toEqual(
      code.startsWith('E') ? [code] : [],
    );
    if (fixed === undefined) return;
    expect(applyFixes(source, found)).toBe(fixed);
    expect(findings(fixed).filter((one) => one.severity === 'error')).toEqual([]);
  });
});
