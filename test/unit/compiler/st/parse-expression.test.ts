import { parseExpression, parseInitialValue, parseTypeText } from '../../../../server/src/compiler/st/parse-unit.js';
import { withProblems } from '../../../support/parse-source.js';
import { showTree, showType } from '../../../support/show-syntax.js';

const day = 86_400_000_000_000n;

describe('an expression', () => {
  it.each([
    ['a + b * c', '(+ a (* b c))'],
    ['a - b - c', '(- (- a b) c)'],
    ['(a + b) * c', '(* (+ a b) c)'],
    ['a OR b AND c XOR d', '(OR a (XOR (AND b c) d))'],
    ['a = b AND c <> d', '(AND (= a b) (<> c d))'],
    ['a < b = c >= d', '(= (< a b) (>= c d))'],
    ['NOT a AND b', '(AND (NOT a) b)'],
    ['-a ** 2', '(** (- a) 2)'],
    ['2 ** -1', '(** 2 (- 1))'],
    ['a & b', '(AND a b)'],
    ['a AND_THEN b OR_ELSE c', '(OR_ELSE (AND_THEN a b) c)'],
    ['a MOD 3 / 2', '(/ (MOD a 3) 2)'],
    ['not TRUE or False', '(OR (NOT TRUE) FALSE)'],
    ['a.b.c', '(. (. a b) c)'],
    ['a[1, i + 1].b', '(. ([] a 1 (+ i 1)) b)'],
    ['p^.next^', '(^ (. (^ p) next))'],
    ['a[1][2]', '([] ([] a 1) 2)'],
    ['w.3', '(.% w X3)'],
    ['w.%X3', '(.% w X3)'],
    ['w.%B1 + 1', '(+ (.% w B1) 1)'],
    ['f(a, b := 1, c => d, NOT e => g)', '(call f a b=1 c=>d !e=>g)'],
    ['f(x := , y =>)', '(call f x= y=>)'],
    ['f().a', '(. (call f) a)'],
    ['o.m(1)', '(call (. o m) 1)'],
    ['AND(a, b)', '(call AND a b)'],
    ['NOT(a)', '(NOT a)'],
    ['MOD(a, b)', '(call MOD a b)'],
    ['THIS.x + THIS^.y', '(+ (. THIS x) (. THIS y))'],
    ['SUPER^.run(1)', '(call (. SUPER run) 1)'],
    ['NULL', 'NULL'],
    ['&x', '(call ADR x)'],
    ['%IX0.1', '%IX:0.1'],
    ['%qw10 + %MD4', '(+ %QW:10 %MD:4)'],
    ['%I3', '%IX:3'],
    ['Color#Red', 'Color#Red'],
    ['Lib.Color#Red', 'Lib.Color#Red'],
    ['Color.Red', '(. Color Red)'],
    ['step + task - on', '(- (+ step task) on)'],
    ['a (* one (* nested *) more *) + // rest\n b', '(+ a b)'],
    ['a /* c */ + {pragma} b', '(+ a b)'],
  ])('%s', (text, expected) => {
    const { result, found } = withProblems(text, parseExpression);
    expect(found).toEqual([]);
    expect(result && showTree(result)).toBe(expected);
  });
});

describe('a literal', () => {
  it.each([
    ['12', '12'],
    ['1_000', '1000'],
    ['16#FF_ff', '65535_16'],
    ['8#17', '15_8'],
    ['2#1010_0101', '165_2'],
    ['16#FFFF_FFFF_FFFF_FFFF', '18446744073709551615_16'],
    ['INT#-5', 'INT#-5'],
    ['UINT#16#FF', 'UINT#255_16'],
    ['word#2#11', 'WORD#3_2'],
    ['BOOL#1', 'BOOL#TRUE'],
    ['BOOL#false', 'BOOL#FALSE'],
    ['1.5', '1.5r'],
    ['1.0E-3', '0.001r'],
    ['2E3', '2000r'],
    ['1_0.2_5', '10.25r'],
    ['REAL#3', 'REAL#3r'],
    ['LREAL#-1.5', 'LREAL#-1.5r'],
    ["'it$'s $$5$N'", JSON.stringify("it's $5\n")],
    ["'$41$L$T$R$P'", JSON.stringify('A\n\t\r\f')],
    ['\'say "hi"\'', JSON.stringify('say "hi"')],
    ["'it''s'", JSON.stringify("it's")],
    ["''", '""'],
    ['"w$00e4$""', `w${JSON.stringify('wä"')}`],
    ["STRING#'x'", 'STRING#"x"'],
    ["CHAR#'$41'", 'CHAR#"A"'],
    ['WSTRING#"x"', 'WSTRING#w"x"'],
    ['T#1s', 'TIME:1000000000'],
    ['t#1d2h3m4s5ms6us7ns', `TIME:${day + 7_384_005_006_007n}`],
    ['TIME#-1d2h3.5s', `TIME:-${day + 7_203_500_000_000n}`],
    ['T#25h_15m', 'TIME:90900000000000'],
    ['T#1.5h', 'TIME:5400000000000'],
    ['LT#1us', 'LTIME:1000'],
    ['LTIME#100ns', 'LTIME:100'],
    ['D#1970-01-02', `DATE:${day}`],
    ['DATE#1969-12-31', `DATE:-${day}`],
    ['LD#2000-02-29', 'LDATE:951782400000000000'],
    ['TOD#12:30:15.25', 'TOD:45015250000000'],
    ['TIME_OF_DAY#00:00:00', 'TOD:0'],
    ['LTOD#23:59:59.999_999_999', 'LTOD:86399999999999'],
    ['DT#1970-01-02-01:00:00', `DT:${day + 3_600_000_000_000n}`],
    ['LDT#1970-01-01-00:00:00.000_000_001', 'LDT:1'],
  ])('%s', (text, expected) => {
    const { result, found } = withProblems(text, parseExpression);
    expect(found).toEqual([]);
    expect(result && showTree(result)).toBe(expected);
  });

  it.each([
    ['16#FFFFFFFFFFFFFFFFF', 'E1005', '64 bits'],
    ['2#102', 'E1005', 'base 2'],
    ['3#12', 'E1005', 'base 3'],
    ['1__0', 'E1005', 'underscore'],
    ['1E400', 'E1005', 'LREAL'],
    ['10ms', 'E1001', 'T#10ms'],
    ['T#5', 'E1006', 'unit'],
    ['T#5x', 'E1006', 'unknown unit `x`'],
    ['T#5s1h', 'E1006', 'out of order'],
    ['T#300000d', 'E1006', '292 years'],
    ['D#2023-02-30', 'E1007', 'calendar'],
    ['TOD#25:00:00', 'E1007', '23:59:59'],
    ['DT#2023-01-01', 'E1007', 'DT#2024'],
    ['D#3000-01-01', 'E1007', '2261'],
    ["'a$xb'", 'E1008', '$$'],
    ["'abc", 'E1002', 'not closed'],
    ['“abc”', 'E1010', 'quotes'],
    ['INT#', 'E1012', 'whole number'],
    ['BOOL#2', 'E1012', 'BOOL#0'],
    ['%IX', 'E1009', 'address'],
    ['%ZX1', 'E1009', 'address'],
    ['%IW-1', 'E1009', 'address'],
  ])('%s is reported', (text, code, message) => {
    const { found } = withProblems(text, parseExpression);
    expect(found.map((each) => each.code)).toContain(code);
    expect(found.map((each) => each.message).join()).toContain(message);
  });
});

describe('an initial value', () => {
  it.each([
    ['5', '5'],
    ['[1, 2, 3]', '[1, 2, 3]'],
    ['[2(0), 3(1, 2), 4()]', '[2*(0), 3*(1 2), 4*(<default>)]'],
    ['[[1, 2], [3, 4]]', '[[1, 2], [3, 4]]'],
    ['[2([3(7)])]', '[2*([3*(7)])]'],
    ['(a := 1, b := (c := 2), d := [1, 2])', '{a=1, b={c=2}, d=[1, 2]}'],
    ['[(x := 1), (x := 2)]', '[{x=1}, {x=2}]'],
    ['(1 + 2) * 3', '(* (+ 1 2) 3)'],
  ])('%s', (text, expected) => {
    const { result, found } = withProblems(text, parseInitialValue);
    expect(found).toEqual([]);
    expect(result && showTree(result)).toBe(expected);
  });
});

describe('a type', () => {
  it.each([
    ['INT', 'INT'],
    ['Lib.Sub.Point', 'Lib.Sub.Point'],
    ['STRING', 'STRING'],
    ['STRING[80]', 'STRING[80]'],
    ['WSTRING(N + 1)', 'WSTRING[(+ N 1)]'],
    ['ARRAY[0..9] OF INT', 'ARRAY[0..9] OF INT'],
    ['ARRAY [1..N, -1..1] OF ARRAY[0..1] OF STRING[5]', 'ARRAY[1..N,(- 1)..1] OF ARRAY[0..1] OF STRING[5]'],
    ['ARRAY[*, *] OF REAL', 'ARRAY[*,*] OF REAL'],
    ['INT(0..100)', 'INT(0..100)'],
    ['(Red, Green := 5, Blue)', '(Red, Green=5, Blue)'],
    ['(A, B) UINT', '(A, B) UINT'],
    ['BYTE (A := 1, B := 2)', '(A=1, B=2) BYTE'],
    [
      'STRUCT a, b : INT; c : ARRAY[0..1] OF BOOL := [TRUE]; END_STRUCT',
      'STRUCT {a: INT; b: INT; c: ARRAY[0..1] OF BOOL := [TRUE]}',
    ],
    ['UNION a : REAL; b : DWORD; END_UNION', 'UNION {a: REAL; b: DWORD}'],
    ['STRUCT OVERLAP a : REAL; b : DWORD; END_STRUCT', 'UNION {a: REAL; b: DWORD}'],
    ['REF_TO INT', 'ref_to INT'],
    ['POINTER TO ARRAY[0..1] OF INT', 'pointer ARRAY[0..1] OF INT'],
    ['REFERENCE TO Fb', 'reference Fb'],
  ])('%s', (text, expected) => {
    const { result, found } = withProblems(text, parseTypeText);
    expect(found).toEqual([]);
    expect(result && showType(result)).toBe(expected);
  });

  it('tells how to write an array with a size only', () => {
    const { found } = withProblems('ARRAY[10] OF INT', parseTypeText);
    expect(found.map((each) => each.message).join()).toContain('0..9');
  });
});
