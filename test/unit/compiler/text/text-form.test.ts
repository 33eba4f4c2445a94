import type { Language } from '../../../../server/src/model/source-span.js';
import { lowerGraph } from '../../../../server/src/compiler/lower/lower-graph.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { defaultProfile } from '../../../../server/src/compiler/profile.js';
import { parseBody, printBody } from '../../../../server/src/compiler/text/text-form.js';
import { showStatement } from '../../../support/show-statement.js';

function read(language: Language, text: string) {
  const problems = createProblems();
  const body = parseBody({ file: 't.txt', text, language, firstLine: 1, firstColumn: 1 }, problems);
  return { body, findings: problems.list() };
}
function statements(language: 'LD' | 'FBD' | 'CFC', text: string): string[] {
  const { body, findings } = read(language, text);
  expect(findings).toEqual([]);
  if (body.kind !== 'graph') throw new Error('no drawing');
  const problems = createProblems();
  const { statements: list, value } = lowerGraph(body, { problems, profile: defaultProfile, scope: '' });
  expect(problems.errorCount).toBe(0);
  return [...list.map(showStatement), ...(value ? ['value'] : [])];
}

describe('the text form of drawings', () => {
  it.each<[string, string, string[]]>([
    ['|a| |/b| -> (x)', 'LD', ['x := (a AND NOT b);']],
    ['[|a|, |b|] |c| -> (S x)', 'LD', ['IF ((a OR b) AND c) THEN x := TRUE; END_IF;']],
    ['RAIL -> (/x)', 'LD', ['x := FALSE;']],
    ['|P a|#9', 'LD', []],
    ['#9 = |P a|\n#9 -> (x)\n#9 -> (y)', 'LD', ['$9$R_TRIG(CLK := a);', 'x := $9$R_TRIG.Q;', 'y := $9$R_TRIG.Q;']],
    ['|{n > 3}| -> (arr[1])', 'LD', ['arr[1] := (n > 3);']],
    ['#5: t : TON(IN := |a|, PT := T#3s) => Q, ET\n#5.Q -> (x)', 'LD', ['t(IN := a, PT := T#3000ms);', 'x := t.Q;']],
    ['n -> m', 'FBD', ['m := n;']],
    ['!{a AND b} -> SET x', 'FBD', ['IF NOT (a AND b) THEN x := TRUE; END_IF;']],
    [
      '#3: ADD(EN := a, IN1 := n, IN2 := {m + 1}) => ENO, OUT\n#3.OUT -> m',
      'FBD',
      [
        'let $3$EN = a;',
        'IF $3$EN THEN let $3$OUT = ADD(IN1 := n, IN2 := (m + 1)); END_IF;',
        'IF $3$EN THEN m := $3$OUT; END_IF;',
      ],
    ],
    ['#3: OPERATOR ADD(In1 := n, In2 := m) => Out1 -> k', 'CFC', ['let $3$Out1 = ADD(n, m);', 'k := $3$Out1;']],
    ['#3: EXECUTE(EN := |a|) => ENO { b := FALSE; }', 'LD', ['let $3$EN = a;', 'IF $3$EN THEN b := FALSE; END_IF;']],
    ['a -> >l>\n>l> -> x', 'FBD', ['x := a;']],
    [
      '#4.OUT -> <m> #2\n#4: ADD(IN1 := #2, IN2 := n) => OUT',
      'FBD',
      ['let $4$OUT = ADD(IN1 := m, IN2 := n);', 'm := $4$OUT;'],
    ],
    [
      '|a| -> JUMP end\n|b| -> (x)\nend:\n|c| -> (y)',
      'LD',
      ['IF a THEN JMP end; END_IF;', 'x := b;', 'end:', 'y := c;'],
    ],
    ['@2 a -> x\n@1 b -> y', 'FBD', ['y := b;', 'x := a;']],
    ['|a| |b| -> RESULT', 'LD', ['value']],
    ['// only a comment\n', 'LD', []],
  ])('reads %j in %s', (text, language, expected) => {
    if (text === '|P a|#9') {
      expect(read('LD', text).findings[0]).toMatchObject({ code: 'E6040', line: 1, column: 6 });
      return;
    }
    expect(statements(language as 'LD', text)).toEqual(expected);
  });

  it.each([
    '|a| |/b| -> (x)\n',
    '[|a|, |b| |c|] -> (R x)\n\n|/P a| -> (y)\n',
    '#5: t : TON(IN := |a|, PT := T#3s) => Q, ET\n#5.Q -> (x)\n',
    '// One.\n// Two.\n|a| -> (x)\n',
    '#9 = |P a|\n#9 -> (x)\n#9 -> (y)\n',
    '#3: ADD(IN1 := n, IN2) => OUT\n#3.OUT -> !{arr[i]}\n',
  ])('prints what it has read: %j', (text) => {
    const once = printBody(read('LD', text).body).text;
    expect(printBody(read('LD', once).body).text).toBe(once);
    if (!text.includes('/P')) expect(once).toBe(text);
  });

  it.each([
    ['|a| ->', 1, 7, 'a variable'],
    ['|a -> (x)', 1, 4, '|'],
    ['x := y;', 1, 3, '->'],
    ['|a| -> (x)\n|b| -> (x', 2, 10, ')'],
    ['#3: ADD(IN1 := n', 1, 17, ', or )'],
    ['{a + } -> x', 1, 6, 'a value'],
  ])('says what is wrong in %j', (text, line, column, message) => {
    const { findings } = read('LD', text);
    expect(findings[0]).toMatchObject({ line, column });
    expect(findings[0]!.message).toContain(message);
  });

  it('leaves out a line that it can not read, and reads the others', () => {
    const { body, findings } = read('LD', '|a| -> (x)\nnonsense here\n|b| -> (y)\n');
    expect(findings).toHaveLength(1);
    expect(body.kind === 'graph' && body.elements.filter(({ kind }) => kind === 'coil')).toHaveLength(2);
  });

  it('prints and reads a rung of 5,000 contacts', () => {
    const text = `${Array.from({ length: 5000 }, (_value, i) => `|a${i}|`).join(' ')} -> (x)\n`;
    expect(printBody(read('LD', text).body).text).toBe(text);
  });
});

describe('the text form of charts', () => {
  const chart = `INITIAL STEP Idle
STEP Fill:
  N Valve
  D T#5s Heater
  P ST {
    Count := Count + 1;
  }
  STEP P1 Enter
STEP Stir:
  S Mixer, INDICATOR Stirring
  N LD {
    |a| -> (x)
  }

TRANSITION Idle -> Fill + Stir: Start AND NOT Alarm
TRANSITION Fill + Stir -> Idle, PRIORITY 2: NAMED Done
TRANSITION Fill -> Idle: LD {
  |Abort| |/Locked| -> RESULT
}
`;

  it('reads steps, actions of every form, and transitions', () => {
    const { body, findings } = read('SFC', chart);
    expect(findings).toEqual([]);
    expect(body).toMatchObject({
      kind: 'sfc',
      steps: [
        { name: 'Idle', initial: true, associations: [] },
        {
          name: 'Fill',
          initial: false,
          associations: [
            { qualifier: 'N', action: { kind: 'named', name: 'Valve' } },
            { qualifier: 'D', duration: { kind: 'duration', ns: 5_000_000_000n }, action: { name: 'Heater' } },
            { qualifier: 'P', action: { kind: 'inline', body: { kind: 'statements' } } },
            { qualifier: 'P1', ofStep: true, action: { name: 'Enter' } },
          ],
        },
        {
          name: 'Stir',
          associations: [
            { qualifier: 'S', indicator: { name: 'Stirring' } },
            { action: { kind: 'inline', body: { kind: 'graph' } } },
          ],
        },
      ],
      transitions: [
        { from: ['Idle'], to: ['Fill', 'Stir'], condition: { kind: 'expression', expression: { kind: 'binary' } } },
        { from: ['Fill', 'Stir'], to: ['Idle'], priority: 2, condition: { kind: 'named', name: 'Done' } },
        { from: ['Fill'], to: ['Idle'], condition: { kind: 'body', body: { kind: 'graph' } } },
      ],
    });
  });

  it('prints what it has read', () => {
    expect(printBody(read('SFC', chart).body).text).toBe(chart);
  });

  it.each([
    ['STEP A\nTRANSITION A B: x', 2, 14, '->'],
    ['STEP A:\n  Q Valve', 2, 3, 'qualifier'],
    ['STEP A\nTRANSITION A -> A: x +', 2, 23, 'a value'],
    ['PLACE A', 1, 1, 'STEP'],
  ])('says what is wrong in %j', (text, line, column, message) => {
    const { findings } = read('SFC', text);
    expect(findings[0]).toMatchObject({ line, column });
    expect(findings[0]!.message).toContain(message);
  });
});
