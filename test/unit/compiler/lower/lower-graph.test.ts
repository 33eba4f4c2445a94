import type { GraphBody } from '../../../../server/src/compiler/syntax/graph.js';
import { lowerGraph } from '../../../../server/src/compiler/lower/lower-graph.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import type { Profile } from '../../../../server/src/compiler/profile.js';
import { defaultProfile } from '../../../../server/src/compiler/profile.js';
import { importText, programXml, projectXml } from '../../../support/plcopen-document.js';
import { showExpression, showStatement } from '../../../support/show-statement.js';

// A drawing in short: every element gets its number, place and wires.
let rows = 0;
const at = (y?: number, x = 0) => `<position x="${x}" y="${y ?? (rows += 20)}"/>`;
const wires = (...from: (number | string)[]) =>
  `<connectionPointIn>${from.map((source) => `<connection refLocalId="${String(source).split('.')[0]}"${String(source).includes('.') ? ` formalParameter="${String(source).split('.')[1]}"` : ''}/>`).join('')}</connectionPointIn>`;
const rail = (id: number) => `<leftPowerRail localId="${id}">${at()}</leftPowerRail>`;
const contact = (id: number, variable: string, from: (number | string)[], more = '') =>
  `<contact localId="${id}" ${more}>${at()}${wires(...from)}<variable>${variable}</variable></contact>`;
const coil = (id: number, variable: string, from: (number | string)[], more = '', y?: number) =>
  `<coil localId="${id}" ${more}>${at(y)}${wires(...from)}<variable>${variable}</variable></coil>`;
const input = (id: number, text: string, more = '') =>
  `<inVariable localId="${id}" ${more}>${at()}<expression>${text}</expression></inVariable>`;
const output = (id: number, text: string, from: (number | string)[], more = '', y?: number) =>
  `<outVariable localId="${id}" ${more}>${at(y)}${wires(...from)}<expression>${text}</expression></outVariable>`;
const block = (
  id: number,
  type: string,
  inputs: Record<string, (number | string)[]>,
  outputs: string[],
  more = '',
  y?: number,
) =>
  `<block localId="${id}" typeName="${type}" ${more}>${at(y)}<inputVariables>${Object.entries(inputs)
    .map(
      ([name, from]) =>
        `<variable formalParameter="${name.replace(/[!/]/, '')}"${name.startsWith('!') ? ' negated="true"' : ''}${name.startsWith('/') ? ' edge="rising"' : ''}>${wires(...from)}</variable>`,
    )
    .join(
      '',
    )}</inputVariables><inOutVariables/><outputVariables>${outputs.map((name) => `<variable formalParameter="${name}"><connectionPointOut/></variable>`).join('')}</outputVariables></block>`;

const variables = ['a', 'b', 'c', 'd', 'x', 'y', 'z', 'n:INT', 'm:INT', 't:TON', 's:SR'];

function lower(language: 'LD' | 'FBD', drawing: string, profile: Partial<Profile> = {}) {
  const { unit, findings } = importText(
    projectXml({ pous: programXml(variables, `<${language}>${drawing}</${language}>`) }),
  );
  const pou = unit.declarations[0];
  if (pou?.kind !== 'pou' || pou.body?.kind !== 'graph') throw new Error('no drawing');
  const problems = createProblems();
  const lowered = lowerGraph(pou.body, {
    problems,
    profile: { ...defaultProfile, ...profile },
    scope: '',
    declared: { pou },
  });
  return {
    text: lowered.statements.map(showStatement),
    hidden: lowered.declarations.map((d) => `${d.name} : ${d.type.kind === 'named' ? d.type.name : d.type.kind}`),
    codes: [...findings, ...problems.list()].map((finding) => finding.code),
    body: pou.body,
  };
}

describe('a ladder', () => {
  it.each<[string, string, string[]]>([
    [
      'a contact in a row',
      rail(0) + contact(1, 'a', [0]) + contact(2, 'b', [1]) + coil(3, 'x', [2]),
      ['x := (a AND b);'],
    ],
    ['a negated contact', rail(7) + contact(1, 'a', [7], 'negated="true"') + coil(3, 'x', [1]), ['x := NOT a;']],
    [
      'parallel contacts',
      rail(0) + contact(1, 'a', [0]) + contact(2, 'b', [0]) + coil(3, 'x', [1, 2]),
      ['x := (a OR b);'],
    ],
    [
      'a branch that is shared',
      rail(0) +
        contact(1, 'a', [0]) +
        contact(2, 'b', [1]) +
        contact(4, 'c', [1]) +
        contact(5, 'd', [2, 4]) +
        coil(3, 'x', [5]),
      ['x := (((a AND b) OR (a AND c)) AND d);'],
    ],
    ['a coil on the rail', rail(0) + coil(3, 'x', [0]), ['x := TRUE;']],
    ['a bypass of a contact', rail(0) + contact(1, 'a', [0]) + coil(3, 'x', [0, 1]), ['x := TRUE;']],
    ['a negated coil', rail(0) + contact(1, 'a', [0]) + coil(3, 'x', [1], 'negated="true"'), ['x := NOT a;']],
    [
      'set and reset',
      rail(0) + contact(1, 'a', [0]) + coil(3, 'x', [1], 'storage="set"') + coil(4, 'y', [1], 'storage="reset"'),
      ['IF a THEN x := TRUE; END_IF;', 'IF a THEN y := FALSE; END_IF;'],
    ],
    ['coils in a row', rail(0) + contact(1, 'a', [0]) + coil(3, 'x', [1]) + coil(4, 'y', [3]), ['x := a;', 'y := a;']],
    ['an expression in a contact', rail(0) + contact(1, 'n &gt; 3', [0]) + coil(3, 'x', [1]), ['x := (n > 3);']],
    [
      'a timer',
      rail(0) +
        contact(1, 'a', [0]) +
        input(2, 'T#5s') +
        block(5, 'TON', { IN: [1], PT: [2] }, ['Q', 'ET'], 'instanceName="t"') +
        coil(3, 'x', ['5.Q']),
      ['t(IN := a, PT := T#5000ms);', 'x := t.Q;'],
    ],
    [
      'a jump over a rung',
      rail(0) +
        contact(1, 'a', [0]) +
        `<jump localId="8" label="end">${at()}${wires(1)}</jump>` +
        coil(3, 'x', [0]) +
        `<label localId="9" label="end">${at()}</label>` +
        coil(4, 'y', [0]),
      ['IF a THEN JMP end; END_IF;', 'x := TRUE;', 'end:', 'y := TRUE;'],
    ],
    [
      'a conditional return',
      rail(0) +
        contact(1, 'a', [0], 'negated="true"') +
        `<return localId="8">${at()}${wires(1)}</return>` +
        coil(3, 'x', [0]),
      ['IF NOT a THEN return; END_IF;', 'x := TRUE;'],
    ],
  ])('with %s', (_what, drawing, expected) => {
    const { text, codes } = lower('LD', drawing);
    expect(codes).toEqual([]);
    expect(text).toEqual(expected);
  });

  it('reads a contact when each coil needs it, so that rungs further down see what was written above', () => {
    const { text } = lower(
      'LD',
      rail(0) + contact(1, 'a', [0]) + coil(2, 'b', [1]) + contact(3, 'b', [0]) + coil(4, 'x', [3]),
    );
    expect(text).toEqual(['b := a;', 'x := b;']);
  });

  it('remembers edges of contacts and coils in hidden triggers, each of which runs once a scan', () => {
    const drawing =
      rail(0) + contact(1, 'a', [0], 'edge="rising"') + coil(2, 'x', [1]) + coil(3, 'y', [1], 'edge="falling"');
    const { text, hidden } = lower('LD', drawing);
    expect(hidden).toEqual(['$1$R_TRIG : R_TRIG', '$3$F_TRIG : F_TRIG']);
    expect(text).toEqual([
      '$1$R_TRIG(CLK := a);',
      'x := $1$R_TRIG.Q;',
      '$3$F_TRIG(CLK := $1$R_TRIG.Q);',
      'y := $3$F_TRIG.Q;',
    ]);
  });

  it('keeps what several paths of one value share, so that branches of branches stay small', () => {
    const stages = 40;
    let drawing = rail(0) + contact(1, 'a', [0]);
    let last = 1;
    for (let i = 0; i < stages; i += 1) {
      const id = 10 + i * 3;
      drawing += contact(id, 'b', [last]) + contact(id + 1, 'c', [last]) + contact(id + 2, 'd', [id, id + 1]);
      last = id + 2;
    }
    const { text } = lower('LD', drawing + coil(5, 'x', [last]));
    expect(text.length).toBe(stages);
    expect(text.join('').length).toBeLessThan(stages * 80);
  });

  it.each<[string, string, string, string[]]>([
    ['a coil that nothing leads to', coil(3, 'x', []), 'W6002', ['x := FALSE;']],
    ['a contact that nothing leads to', contact(1, 'a', []) + coil(3, 'x', [1]), 'W6001', ['x := FALSE;']],
    ['a wire from nowhere', coil(3, 'x', [99]), 'E6001', []],
    ['contacts in a circle', contact(1, 'a', [2]) + contact(2, 'b', [1]) + coil(3, 'x', [2]), 'E6004', ['x := FALSE;']],
    ['a jump to nowhere', rail(0) + `<jump localId="8" label="gone">${at()}${wires(0)}</jump>`, 'E6006', []],
    [
      'a label that stands twice',
      `<label localId="8" label="l">${at()}</label><label localId="9" label="L">${at()}</label>`,
      'E6007',
      [],
    ],
    [
      'a continuation without connector',
      `<continuation localId="8" name="k">${at()}</continuation>` + coil(3, 'x', [8]),
      'E6005',
      [],
    ],
    [
      'a wire from a jump',
      rail(0) +
        `<jump localId="8" label="l">${at()}${wires(0)}</jump><label localId="9" label="l">${at()}</label>` +
        coil(3, 'x', [8]),
      'E6010',
      [],
    ],
    ['a contact without variable', rail(0) + contact(1, '', [0]), 'E6008', []],
    ['a number that stands twice', rail(0) + rail(0), 'E6002', []],
    ['a number that is none', '<leftPowerRail localId="one"/>', 'E6003', []],
    [
      'an output that a block has not',
      rail(0) + block(5, 'TON', { IN: [0] }, ['Q'], 'instanceName="t"') + coil(3, 'x', ['5.ZZ']),
      'W6008',
      ['tIN := TRUE);', 'x := t.Q;'],
    ],
  ])('reports %s', (_what, drawing, code, expected) => {
    const { text, codes } = lower('LD', drawing);
    expect(codes).toContain(code);
    if (!code.startsWith('E') || expected.length > 0)
      expect(text.map((line) => line.replace(/ AND [ab]\)|\(/g, ''))).toEqual(expected);
  });
});

describe('a function block diagram', () => {
  it.each<[string, string, string[]]>([
    [
      'functions and their negated pins',
      input(1, 'a') + input(2, 'b') + block(3, 'AND', { IN1: [1], '!IN2': [2] }, ['OUT']) + output(4, 'x', ['3.OUT']),
      ['let $3$OUT = AND(IN1 := a, IN2 := NOT b);', 'x := $3$OUT;'],
    ],
    [
      'a value that several use',
      input(1, 'n') +
        block(3, 'ADD', { IN1: [1], IN2: [1] }, ['OUT']) +
        output(4, 'm', ['3.OUT']) +
        output(5, 'n', ['3.OUT']),
      ['let $3$OUT = ADD(IN1 := n, IN2 := n);', 'm := $3$OUT;', 'n := $3$OUT;'],
    ],
    ['a negated input variable', input(1, 'a', 'negated="true"') + output(4, 'x', [1]), ['x := NOT a;']],
    ['a set output variable', input(1, 'a') + output(4, 'x', [1], 'storage="set"'), ['IF a THEN x := TRUE; END_IF;']],
    [
      'EN and ENO',
      input(1, 'a') +
        input(2, 'n') +
        block(3, 'ADD', { EN: [1], IN1: [2], IN2: [2] }, ['ENO', 'OUT']) +
        output(4, 'm', ['3.OUT']) +
        output(5, 'x', ['3.ENO']),
      [
        'let $3$EN = a;',
        'IF $3$EN THEN let $3$OUT = ADD(IN1 := n, IN2 := n); END_IF;',
        'IF $3$EN THEN m := $3$OUT; END_IF;',
        'x := $3$EN;',
      ],
    ],
    [
      'a wired connector',
      input(1, 'a') +
        `<connector localId="2" name="k">${at()}${wires(1)}</connector><continuation localId="3" name="K">${at()}</continuation>` +
        output(4, 'x', [3]),
      ['x := a;'],
    ],
    ['a block whose result nobody reads', input(1, 'n') + block(3, 'Log', { text: [1] }, ['OUT']), ['Log(text := n);']],
    [
      'an edge on a pin',
      input(1, 'a') + block(3, 'SR', { '/S1': [1] }, ['Q1'], 'instanceName="s"'),
      ['$3$S1$in$R_TRIG(CLK := a);', 's(S1 := $3$S1$in$R_TRIG.Q);'],
    ],
    [
      'feedback through a variable',
      input(1, 'n') +
        `<inOutVariable localId="2">${at()}${wires('3.OUT')}<expression>m</expression></inOutVariable>` +
        block(3, 'ADD', { IN1: [1], IN2: [2] }, ['OUT']),
      ['let $3$OUT = ADD(IN1 := n, IN2 := m);', 'm := $3$OUT;'],
    ],
    [
      'feedback through a function block',
      input(1, 'a') +
        block(3, 'SR', { S1: [1], R: ['5.Q'] }, ['Q1'], 'instanceName="s"') +
        block(5, 'TON', { IN: ['3.Q1'] }, ['Q'], 'instanceName="t"'),
      ['t(IN := s.Q1);', 's(S1 := a, R := t.Q);'],
    ],
  ])('with %s', (_what, drawing, expected) => {
    const { text, codes } = lower('FBD', drawing);
    expect(codes).toEqual([]);
    expect(text).toEqual(expected);
  });

  it('gives a function in a loop the value of the last scan, of the type that its other inputs have', () => {
    const { text, hidden, codes } = lower(
      'FBD',
      input(1, 'a') + block(3, 'AND', { '!IN1': ['3.OUT'], IN2: [1] }, ['OUT']) + output(4, 'x', ['3.OUT']),
    );
    expect(codes).toEqual([]);
    expect(hidden).toEqual(['$3$OUT : BOOL']);
    expect(text).toEqual(['$3$OUT := AND(IN1 := NOT $3$OUT, IN2 := a);', 'x := $3$OUT;']);
  });

  it('reports a loop whose type nothing tells', () => {
    expect(
      lower('FBD', block(3, 'ADD', { IN1: ['3.OUT'], IN2: ['3.OUT'] }, ['OUT']) + output(4, 'n', ['3.OUT'])).codes,
    ).toEqual(['E6004']);
  });

  it('runs 100,000 wires into one pin in under two seconds', () => {
    const count = 100_000;
    const elements: GraphBody['elements'] = [
      ...Array.from({ length: count }, (_value, i) => {
        const element = { localId: String(i), kind: 'inVariable', x: 0, y: i };
        const span = {
          source: { file: 't', text: '', language: 'FBD' as const, firstLine: 1, firstColumn: 1 },
          start: 0,
          end: 0,
        };
        return {
          kind: 'inVariable' as const,
          id: String(i),
          element,
          span,
          expression: { kind: 'name' as const, name: `v${i}`, span },
          negated: false,
        };
      }),
    ];
    const span = elements[0]!.span;
    const sink = {
      kind: 'outVariable' as const,
      id: 'out',
      element: { localId: 'out', kind: 'outVariable', x: 0, y: 0 },
      span,
      expression: { kind: 'name' as const, name: 'x', span },
      negated: false,
      storage: 'none' as const,
      input: elements.map(({ id }) => ({ from: id })),
    };
    const started = process.cpuUsage();
    const lowered = lowerGraph(
      { kind: 'graph', language: 'FBD', elements: [...elements, sink] },
      { problems: createProblems(), profile: defaultProfile, scope: '' },
    );
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
    const height = (e: unknown): number =>
      (e as { left?: unknown }).left === undefined
        ? 0
        : 1 + Math.max(height((e as { left: unknown }).left), height((e as { right: unknown }).right));
    const [statement] = lowered.statements;
    expect(statement?.kind === 'assign' && height(statement.value)).toBeLessThan(20);
  });
});

describe('the order in which elements act', () => {
  const three = (orders: [string, string, string]) =>
    input(1, 'a') +
    output(2, 'x', [1], orders[0], 300) +
    output(3, 'y', [1], orders[1], 100) +
    output(4, 'z', [1], orders[2], 200);

  it.each<[string, string, Partial<Profile>, string]>([
    ['is from top to bottom', three(['', '', '']), {}, 'y z x'],
    [
      'is that of their numbers, and then from top to bottom',
      three(['executionOrderId="1"', 'executionOrderId="0"', 'executionOrderId="0"']),
      {},
      'x y z',
    ],
    [
      'counts a number 0 where all elements have numbers of their own',
      three(['executionOrderId="2"', 'executionOrderId="1"', 'executionOrderId="0"']),
      {},
      'z y x',
    ],
    [
      'ignores numbers where the profile goes by data flow',
      three(['executionOrderId="1"', '', '']),
      { graphOrder: 'topological' },
      'y z x',
    ],
  ])('%s', (_what, drawing, profile, expected) => {
    expect(
      lower('FBD', drawing, profile)
        .text.map((line) => line[0])
        .join(' '),
    ).toBe(expected);
  });

  it('runs a block without a number when its value is first needed, and one with a number at its turn', () => {
    const drawing = (order: string) =>
      input(1, 'a') +
      block(3, 'SR', { S1: ['5.Q'] }, ['Q1'], `instanceName="s" ${order}`, 10) +
      block(5, 'TON', { IN: [1] }, ['Q'], 'instanceName="t"', 200);
    expect(lower('FBD', drawing('')).text).toEqual(['t(IN := a);', 's(S1 := t.Q);']);
    expect(lower('FBD', drawing('executionOrderId="1"')).text).toEqual(['s(S1 := t.Q);', 't(IN := a);']);
  });

  it('writes outputs before it runs blocks that none of them needs, in the profile of MATIEC', () => {
    const drawing =
      input(1, 'a') + block(3, 'TON', { IN: [1] }, ['Q'], 'instanceName="t"', 10) + output(4, 'x', [1], '', 200);
    expect(lower('FBD', drawing).text).toEqual(['t(IN := a);', 'x := a;']);
    expect(lower('FBD', drawing, { graphOrder: 'outputs-first' }).text).toEqual(['x := a;', 't(IN := a);']);
  });

  it('counts elements whose tops differ by less than ten units as one row', () => {
    const row =
      input(1, 'a') +
      `<outVariable localId="2"><position x="90" y="100"/>${wires(1)}<expression>x</expression></outVariable>` +
      `<outVariable localId="3"><position x="10" y="105"/>${wires(1)}<expression>y</expression></outVariable>`;
    expect(lower('FBD', row).text).toEqual(['y := a;', 'x := a;']);
  });
});

it('gives the value of a transition that is drawn: what is assigned to its name', () => {
  const { body } = lower('LD', rail(0) + contact(1, 'a', [0]) + coil(3, 'x', [1], 'negated="true"'));
  const lowered = lowerGraph(body, {
    problems: createProblems(),
    profile: defaultProfile,
    scope: 'X',
    resultName: 'X',
  });
  expect(lowered.statements.map(showStatement)).toEqual(['let $X$result = NOT a;']);
  expect(lowered.value && showExpression(lowered.value)).toBe('$X$result');
});
