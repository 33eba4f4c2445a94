import { applyFixes, parseDocument } from '../../../support/parse-source.js';

const frame = (body: string): string =>
  `PROGRAM p\nVAR\n  x, y, i : INT;\n  a, b : BOOL;\nEND_VAR\n${body}\nEND_PROGRAM\n`;

/** Body from line 6 on; the finding expected; the body that the fixes make, where they make one. */
const cases: readonly (readonly [string, string, string, number, number, string, string?])[] = [
  ['no semicolon', 'x := 1\ny := 2;', 'E1102', 6, 7, 'write `;`', 'x := 1;\ny := 2;'],
  ['no semicolon at the end', 'x := 1', 'E1102', 6, 7, 'write `;`', 'x := 1;'],
  [
    'no semicolon after a call',
    'a();\nfb(x := 1)\nIF a THEN x := 1; END_IF;',
    'E1102',
    7,
    11,
    'write `;`',
    'a();\nfb(x := 1);\nIF a THEN x := 1; END_IF;',
  ],
  [
    'no semicolon after END_IF',
    'IF a THEN x := 1; END_IF\ny := 2;',
    'W1001',
    6,
    25,
    'after END_IF',
    'IF a THEN x := 1; END_IF;\ny := 2;',
  ],
  ['= for :=', 'x = 5;', 'E1105', 6, 3, 'assign with `:=`', 'x := 5;'],
  [': = for :=', 'x : = 5;', 'E1105', 6, 3, 'together', 'x := 5;'],
  ['= for := in FOR', 'FOR i = 1 TO 5 DO x := i; END_FOR;', 'E1105', 6, 7, ':=', 'FOR i := 1 TO 5 DO x := i; END_FOR;'],
  [
    ':= in a condition',
    'IF x := 5 THEN y := 1; END_IF;',
    'E1106',
    6,
    6,
    'compare with `=`',
    'IF x = 5 THEN y := 1; END_IF;',
  ],
  ['== for =', 'IF x == 5 THEN y := 1; END_IF;', 'E1107', 6, 6, '`=`, not `==`', 'IF x = 5 THEN y := 1; END_IF;'],
  ['!= for <>', 'a := x != y;', 'E1107', 6, 8, '`<>`', 'a := x <> y;'],
  ['&& for AND', 'a := a && b;', 'E1107', 6, 8, '`AND`', 'a := a AND b;'],
  ['|| for OR', 'a := a || b;', 'E1107', 6, 8, '`OR`', 'a := a OR b;'],
  ['! for NOT', 'a := !b;', 'E1107', 6, 6, '`NOT`', 'a := NOT b;'],
  ['% for MOD', 'x := y % 3;', 'E1107', 6, 8, '`MOD`', 'x := y MOD 3;'],
  ['++', 'x++;', 'E1107', 6, 2, 'x := x + 1', 'x := x + 1;'],
  ['+=', 'x += 2;', 'E1107', 6, 3, 'x := x + ...', 'x := x + 2;'],
  ['=> for >=', 'IF x => 5 THEN y := 1; END_IF;', 'E1107', 6, 6, '>='],
  [
    'ELSEIF',
    'IF a THEN x := 1;\nELSEIF b THEN x := 2;\nEND_IF;',
    'E1108',
    7,
    1,
    'ELSIF',
    'IF a THEN x := 1;\nELSIF b THEN x := 2;\nEND_IF;',
  ],
  [
    'ELSE IF with one END_IF',
    'IF a THEN x := 1;\nELSE IF b THEN x := 2;\nEND_IF;',
    'E1103',
    7,
    1,
    'ELSIF',
    'IF a THEN x := 1;\nELSIF b THEN x := 2;\nEND_IF;',
  ],
  ['ENDIF', 'IF a THEN x := 1; ENDIF;', 'E1108', 6, 19, 'END_IF', 'IF a THEN x := 1; END_IF;'],
  ['END IF', 'IF a THEN x := 1; END IF;', 'E1108', 6, 19, 'END_IF', 'IF a THEN x := 1; END_IF;'],
  ['no END_IF', 'IF a THEN\n  x := 1;\ny := 2;', 'E1103', 9, 1, 'IF of line 6'],
  ['no END_FOR within IF', 'IF a THEN\n  FOR i := 1 TO 2 DO\n    x := 1;\nEND_IF;', 'E1103', 9, 1, 'FOR of line 7'],
  ['no END_CASE', 'CASE x OF\n  1: y := 1;', 'E1103', 8, 1, 'CASE of line 6'],
  ['END_IF too many', 'x := 1;\nEND_IF;\ny := 2;', 'E1104', 7, 1, 'END_IF'],
  ['ELSE without IF', 'x := 1;\nELSE\ny := 2;', 'E1104', 7, 1, 'ELSE'],
  ['no THEN', 'IF a\n  x := 1;\nEND_IF;', 'E1109', 6, 5, 'THEN is missing', 'IF a THEN\n  x := 1;\nEND_IF;'],
  ['no DO', 'WHILE a\n  x := 1;\nEND_WHILE;', 'E1109', 6, 8, 'DO is missing', 'WHILE a DO\n  x := 1;\nEND_WHILE;'],
  ['no OF', 'CASE x\n  1: y := 1;\nEND_CASE;', 'E1109', 6, 7, 'OF is missing', 'CASE x OF\n  1: y := 1;\nEND_CASE;'],
  ['THEN for DO', 'WHILE a THEN x := 1; END_WHILE;', 'E1109', 6, 9, 'DO', 'WHILE a DO x := 1; END_WHILE;'],
  ['no TO', 'FOR i := 1 DO x := 1; END_FOR;', 'E1109', 6, 12, 'Expected TO'],
  ['no UNTIL', 'REPEAT x := 1; END_REPEAT;', 'E1109', 6, 16, 'UNTIL'],
  [
    'an empty branch',
    'CASE x OF\n  1:\n  2: y := 1;\nEND_CASE;',
    'E1115',
    7,
    3,
    'write `;`',
    'CASE x OF\n  1: ;\n  2: y := 1;\nEND_CASE;',
  ],
  ['no operand', 'x := y + ;', 'E1112', 6, 10, 'Expected a value'],
  ['an open parenthesis', 'x := (y + 1;', 'E1101', 6, 12, 'parenthesis of line 6'],
  ['a closing parenthesis too many', 'x := (y + 1));', 'E1101', 6, 13, 'more `)`'],
  ['no comma', 'fb(x := 1 y := 2);', 'E1101', 6, 11, '`,` or `)`'],
  ['smart quotes', 's := ‘abc’;', 'E1010', 6, 6, 'quotes', "s := 'abc';"],
  ['a string without an end', "s := 'abc;\ny := 1;", 'E1002', 6, 6, 'not closed'],
  ['a keyword as a variable', 'x := end_if + 1;', 'E1112', 6, 6, 'keyword'],
  ['GOTO', 'GOTO done;', 'E1107', 6, 1, 'JMP'],
  ['BEGIN', 'BEGIN\nx := 1;', 'E1107', 6, 1, 'remove it'],
  ['#x', '#x := 1;', 'E1001', 6, 1, 'remove it', 'x := 1;'],
];

describe('a mistake in statements', () => {
  it.each(
    cases.map(([title, body, code, line, column, message, fixed]) => ({
      title,
      body,
      code,
      line,
      column,
      message,
      fixed,
    })),
  )('$title', ({ body, code, line, column, message, fixed }) => {
    const { found } = parseDocument(frame(body));
    expect(found.map((each) => [each.code, each.line, each.column])).toContainEqual([code, line, column]);
    expect(found.find((each) => each.code === code)!.message).toContain(message);
    // One mistake, one finding; a string without an end hides the semicolon behind it.
    expect(found.length).toBeLessThanOrEqual(code === 'E1002' ? 2 : 1);
    if (fixed === undefined) return;
    expect(applyFixes(frame(body), found)).toBe(frame(fixed));
    expect(parseDocument(frame(fixed)).found).toEqual([]);
  });
});

describe('a mistake in declarations', () => {
  it.each([
    ['PROGRAM p\nVAR\n  x : INT\n  y : INT;\nEND_VAR\nEND_PROGRAM', 'E1102', 3, 'write `;`'],
    ['PROGRAM p\nVAR\n  x INT;\nEND_VAR\nEND_PROGRAM', 'E1111', 3, '`:` and a type'],
    ['PROGRAM p\nVAR\n  x : INT = 5;\nEND_VAR\nEND_PROGRAM', 'E1105', 3, ':='],
    ['PROGRAM p\nVAR\n  x : ;\nEND_VAR\nEND_PROGRAM', 'E1111', 3, 'Expected a type'],
    ['PROGRAM p\nVAR\n  if : INT;\n  y : INT;\nEND_VAR\nEND_PROGRAM', 'E1110', 3, 'reserved word'],
    ['PROGRAM p\nVAR\n  x, end_for : INT;\nEND_VAR\nEND_PROGRAM', 'E1110', 3, 'reserved word'],
    ['PROGRAM p\nVAR\n  x : INT;\n\nx := 1;\nEND_PROGRAM', 'E1113', 5, 'VAR of line 2'],
    ['PROGRAM p\nVAR\n  x : ARRAY[10] OF INT;\nEND_VAR\nEND_PROGRAM', 'E1111', 3, '0..9'],
    ['PROGRAM p\nVAR\n  x : INT;\nEND_VAR\nx := 1;\n', 'E1113', 6, 'PROGRAM of line 1'],
    ['FUNCTION f : INT\nf := 1;\nEND_PROGRAM', 'W1014', 3, 'END_FUNCTION'],
    ['FUNCTION f : INT\nf := 1;\nPROGRAM p\nEND_PROGRAM', 'E1113', 3, 'END_FUNCTION'],
    ['x := 1;\nPROGRAM p\nEND_PROGRAM', 'E1114', 1, 'outside'],
    ['TYPE T : STRUCT\n  a : INT;\nEND_TYPE', 'E1113', 3, 'STRUCT of line 1'],
    ['PROGRAM p\nx := 1;\nVAR y : INT; END_VAR\nEND_PROGRAM', 'E1111', 3, 'before the statements'],
    [
      'PROGRAM p\nVAR_INPUT x : INT; END_VAR\n{IF defined (variable: A)}\nx := 1;\n{END_IF}\nEND_PROGRAM',
      'E9103',
      3,
      'not known',
    ],
    ['PROGRAM p\nVAR_INPUT x : INT; END_VAR\n{IF defined (A)}\nx := 1;\nEND_PROGRAM', 'E1103', 3, '{END_IF}'],
    ['PROGRAM p\nVAR_INPUT x : INT; END_VAR\n{ELSE}\nx := 1;\nEND_PROGRAM', 'E1104', 3, 'no `{IF}`'],
    ['PROGRAM p\nEND_PROGRAM\n{{ int x; }}', 'E9104', 3, 'another language'],
    ['FUNCTION_BLOCK f<T : ANY_NUM>\nEND_FUNCTION_BLOCK', 'E9102', 1, 'one program unit per type'],
    ["TEST 'a'\nEND_TEST", 'E9105', 1, 'scenario'],
    [
      'PROGRAM p\nVAR x : INT; END_VAR\n__TRY x := 1; __CATCH(e) x := 2; __ENDTRY\nEND_PROGRAM',
      'E9202',
      3,
      'not supported',
    ],
  ])('%j', (text, code, line, message) => {
    const { found } = parseDocument(text);
    expect(found.map((each) => [each.code, each.line])).toContainEqual([code, line]);
    expect(found.find((each) => each.code === code)!.message).toContain(message);
  });
});

describe('the parser', () => {
  it('reports all mistakes of a file in one run', () => {
    const { found } = parseDocument(
      frame('x := ;\nIF a THEN y = 1; END_IF;\nx := y +;\nFOR i := 1 TO 3 x := 1; END_FOR;\nx := 1'),
    );
    expect(found.map((each) => [each.code, each.line])).toEqual([
      ['E1112', 6],
      ['E1105', 7],
      ['E1112', 8],
      ['E1101', 9],
      ['E1102', 10],
    ]);
  });
  it('lists at most 100 findings and counts the rest', () => {
    const { found } = parseDocument(frame('x := ;\n'.repeat(10_000)));
    expect(found).toHaveLength(101);
    expect(found.at(-1)!.message).toContain('9900');
  });
});
