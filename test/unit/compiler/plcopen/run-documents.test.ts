import { compile } from '../../../../server/src/compiler/compile.js';
import { exportPlcopen } from '../../../../server/src/compiler/plcopen/export.js';
import { bodyText, replaceBody } from '../../../../server/src/compiler/plcopen/replace-body.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { defaultProfile, findProfile, type Profile } from '../../../../server/src/compiler/profile.js';
import { programXml, projectXml } from '../../../support/plcopen-document.js';
import { runProgram } from '../../../support/run-program.js';

const codesys = findProfile('codesys')!;
const run = (xml: string, profile: Profile = defaultProfile) => runProgram(xml, profile, 'test.xml');
const findingsOf = (xml: string, profile: Profile = defaultProfile) =>
  compile({ name: 'test', documents: [{ name: 'test.xml', content: xml }], profile }).diagnostics;

const at = '<position x="0" y="0"/>';
const from = (...ids: number[]) =>
  ids.map((id) => `<connectionPointIn><connection refLocalId="${id}"/></connectionPointIn>`).join('');
const step = (id: number, name: string, ...above: number[]) =>
  `<step localId="${id}" name="${name}" initialStep="${above.length === 0}">${at}${from(...above)}</step>`;
const transition = (id: number, above: number, condition: string, more = '') =>
  `<transition localId="${id}">${at}${from(above)}<condition${more}>${condition}</condition></transition>`;
const inline = (text: string) => `<inline name=""><ST>${text}</ST></inline>`;
const jump = (id: number, to: string, above: number) =>
  `<jumpStep localId="${id}" targetName="${to}">${at}${from(above)}</jumpStep>`;
const action = (id: number, ofStep: number, name: string) =>
  `<actionBlock localId="${id}">${at}${from(ofStep)}<action qualifier="N"><reference name="${name}"/></action></actionBlock>`;
const variable = (name: string, type: string) => `<variable name="${name}"><type>${type}</type></variable>`;
const statements = (text: string) => `<body><ST>${text}</ST></body>`;

describe('a chart from XML, compiled', () => {
  it('lets a jump end its branch, although a wire leads on from it to a convergence', () => {
    const chart = `<SFC>${step(1, 'Init')}${transition(2, 1, inline('TRUE'))}${step(3, 'Split', 2)}
      <selectionDivergence localId="4">${at}${from(3)}</selectionDivergence>
      ${transition(5, 4, inline('a'))}${transition(6, 4, inline('b'))}${jump(7, 'Split', 6)}
      <selectionConvergence localId="8">${at}${from(5, 7)}</selectionConvergence>${jump(9, 'Init', 8)}</SFC>`;
    const program = run(projectXml({ pous: programXml(['a', 'b'], chart) }));
    const active = () => ['Init', 'Split'].filter((name) => program.read(`main.${name}.X`) === true);
    program.scan();
    expect(active()).toEqual(['Split']);
    program.write('main.b', 'TRUE');
    program.scan();
    expect(active()).toEqual(['Split']);
    program.write('main.b', 'FALSE');
    program.write('main.a', 'TRUE');
    program.scan();
    expect(active()).toEqual(['Init']);
  });

  const motor = `<pou name="Motor" pouType="functionBlock"><interface><localVars>${variable('n', '<INT/>')}</localVars></interface>
    <actions><action name="Turn">${statements('n := n + 1;')}</action></actions>${statements('')}</pou>
    <pou name="Geared" pouType="functionBlock"><interface><addData>
      <data name="http://www.3s-software.com/plcopenxml/pouinheritance" handleUnknown="implementation"><Inheritance><Extends>Motor</Extends></Inheritance></data>
    </addData></interface>${statements('')}</pou>
    <pou name="Table" pouType="functionBlock"><interface><localVars>${variable('Drive', '<derived name="Geared"/>')}</localVars></interface>${statements('')}</pou>`;
  const pair =
    '<dataType name="Pair"><baseType><struct>' +
    variable('Left', '<derived name="Motor"/>') +
    '</struct></baseType></dataType>';

  it.each([
    ['a variable', 'm.Turn', 'm:Motor', 'main.m.n'],
    ['a member of an instance, inherited', 'T.Drive.Turn', 'T:Table', 'main.T.Drive.n'],
    ['a member of a structure', 'p.Left.Turn', 'p:Pair', 'main.p.Left.n'],
  ])('calls the action of an instance that is %s while the step is active', (_what, path, declared, counter) => {
    const chart = `<SFC>${step(1, 'Init')}${action(2, 1, path)}${transition(3, 1, inline('go'))}${step(4, 'Rest', 3)}${transition(5, 4, inline('FALSE'))}${jump(6, 'Init', 5)}</SFC>`;
    const program = run(projectXml({ dataTypes: pair, pous: motor + programXml(['go', declared], chart) }));
    program.scan();
    program.scan();
    expect(program.read(counter)).toBe(2n);
    program.write('main.go', 'TRUE');
    program.scan();
    program.scan();
    expect(program.read(counter)).toBe(2n);
  });

  it('calls the action of another program', () => {
    const other = `<pou name="Other" pouType="program"><interface><localVars>${variable('n', '<INT/>')}</localVars></interface>
      <actions><action name="Count">${statements('n := n + 1;')}</action></actions>${statements('')}</pou>`;
    const chart = `<SFC>${step(1, 'Init')}${action(2, 1, 'Other.Count')}${transition(3, 1, inline('FALSE'))}${jump(4, 'Init', 3)}</SFC>`;
    const program = run(projectXml({ pous: other + programXml([], chart) }));
    program.scan();
    expect(program.read('Other.n')).toBe(1n);
  });

  it('still takes a path to a BOOL as a variable', () => {
    const flag = `<pou name="Lamp" pouType="functionBlock"><interface><inputVars>${variable('On', '<BOOL/>')}</inputVars></interface>${statements('')}</pou>`;
    const chart = `<SFC>${step(1, 'Init')}${action(2, 1, 'l.On')}${transition(3, 1, inline('FALSE'))}${jump(4, 'Init', 3)}</SFC>`;
    const program = run(projectXml({ pous: flag + programXml(['l:Lamp'], chart) }));
    program.scan();
    expect(program.read('main.l.On')).toBe(true);
  });

  const named = `<transitions><transition name="Done">${statements('Done := a;')}</transition></transitions>`;
  const drawn = `<contact localId="9">${at}${from(8)}<variable>a</variable></contact><leftPowerRail localId="8">${at}</leftPowerRail>`;
  const negatedChart = (condition: string, more = '') =>
    `<SFC>${more}${step(1, 'Init')}${transition(2, 1, condition, ' negated="true"')}${step(3, 'Next', 2)}${transition(4, 3, inline('FALSE'))}${jump(5, 'Init', 4)}</SFC>`;
  const negated: [string, string][] = [
    ['by name', projectXml({ pous: programXml(['a'], negatedChart('<reference name="Done"/>'), named) })],
    ['drawn', projectXml({ pous: programXml(['a'], negatedChart(from(9), drawn)) })],
    ['in statements', projectXml({ pous: programXml(['a'], negatedChart(inline('a'))) })],
  ];

  it.each(negated)('negates a condition %s', (_what, xml) => {
    const program = run(xml);
    program.write('main.a', 'TRUE');
    program.scan();
    expect(program.read('main.Init.X')).toBe(true);
    program.write('main.a', 'FALSE');
    program.scan();
    expect(program.read('main.Next.X')).toBe(true);
  });

  it.each(negated)('keeps a negated condition %s through the text form', (_what, xml) => {
    const document = { name: 'test.xml', content: xml };
    const text = bodyText(document, 'main', createProblems())!.text;
    expect(text).toMatch(/: NOT (NAMED Done|FBD \{|\(a\))/);
    const problems = createProblems();
    const content = replaceBody(document, 'main', 'SFC', text, problems)!;
    expect(problems.list()).toEqual([]);
    expect(bodyText({ name: 'test.xml', content }, 'main', createProblems())!.text).toBe(text);
  });
});

describe('a drawing from XML, compiled', () => {
  const execute = (vendor: string) =>
    `<LD><leftPowerRail localId="1">${at}</leftPowerRail><block localId="2" typeName="EXECUTE">${at}
      <inputVariables><variable formalParameter="EN">${from(1)}</variable></inputVariables><inOutVariables/>
      <outputVariables><variable formalParameter="ENO"><connectionPointOut/></variable></outputVariables>
      <addData><data name="${vendor}/plcopenxml/stcode" handleUnknown="preserve"><STCode>n := n + 1;</STCode></data></addData></block></LD>`;
  it.each(['http://www.3s-software.com', 'http://openplc.org'])(
    'runs the statements of an EXECUTE block of %s',
    (vendor) => {
      const program = run(projectXml({ pous: programXml(['n:INT'], execute(vendor)) }));
      program.scan();
      program.scan();
      expect(program.read('main.n')).toBe(2n);
    },
  );

  const wired = (output: string, drawnOutputs = '<variable formalParameter="Q"><connectionPointOut/></variable>') =>
    `<LD><leftPowerRail localId="1">${at}</leftPowerRail><block localId="2" typeName="CTU" instanceName="c">${at}
      <inputVariables><variable formalParameter="CU">${from(1)}</variable></inputVariables><inOutVariables/><outputVariables>${drawnOutputs}</outputVariables></block>
      <outVariable localId="3">${at}<connectionPointIn><connection refLocalId="2" formalParameter="${output}"/></connectionPointIn><expression>x</expression></outVariable></LD>`;
  it('takes the main output of a block where a wire names one that the block has not, and warns', () => {
    const xml = projectXml({
      pous: programXml(['x', 'c:CTU'], wired('isSorting')).replace('<CTU/>', '<derived name="CTU"/>'),
    });
    expect(findingsOf(xml).map(({ code, message }) => [code, /its output (\w+) is taken/.exec(message)?.[1]])).toEqual([
      ['W6008', 'Q'],
    ]);
    const program = run(xml);
    program.scan();
    expect(program.read('main.x')).toBe(true);
  });
  it('takes an output that the block has, although it is not drawn', () => {
    const xml = projectXml({
      pous: programXml(['x:INT', 'c:CTU'], wired('CV')).replace('<CTU/>', '<derived name="CTU"/>'),
    });
    expect(findingsOf(xml)).toEqual([]);
    const program = run(xml);
    program.scan();
    expect(program.read('main.x')).toBe(1n);
  });
});

describe('a project from XML', () => {
  const configuration = (...programs: string[]) =>
    `<configuration name="C"><resource name="R"><task name="T" interval="T#10ms" priority="1">${programs
      .map((name) => `<pouInstance name="${name}" typeName=""/>`)
      .join('')}</task></resource></configuration>`;
  const count = programXml(['n:INT'], '<ST>n := n + 1;</ST>');

  it.each([[['Absent', 'main']], [['Absent']]])(
    'warns of a program that no document has and runs without it: %p',
    (programs) => {
      const xml = projectXml({ pous: count, configurations: configuration(...programs) });
      const found = findingsOf(xml, codesys);
      expect(found.map(({ code }) => code)).toEqual(['W7007']);
      expect(found[0]!.message).toContain("'Absent'");
      const program = run(xml);
      program.scan();
      expect(program.read('main.n')).toBe(1n);
    },
  );

  it('refuses an instance of a type that no document has', () => {
    const named = configuration('i').replace('typeName=""', 'typeName="Absent"');
    expect(findingsOf(projectXml({ pous: count, configurations: named })).map(({ code }) => code)).toEqual(['E7006']);
    const text = `PROGRAM main VAR n : INT; END_VAR n := n + 1; END_PROGRAM
      CONFIGURATION C RESOURCE R ON x PROGRAM Absent : Absent; END_RESOURCE END_CONFIGURATION`;
    const { diagnostics } = compile({
      name: 'test',
      documents: [{ name: 'test.st', content: text }],
      profile: defaultProfile,
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(['E7006']);
  });

  it('reads program units that stand right below the project, and networks within a drawing', () => {
    const rung = (id: number, input: string, output: string) =>
      `<network localId="${id}"><name>Rung ${id}</name><leftPowerRail localId="1">${at}</leftPowerRail>
        <contact localId="2">${at}${from(1)}<variable>${input}</variable></contact><coil localId="3">${at}${from(2)}<variable>${output}</variable></coil></network>`;
    const ladder = programXml(['a', 'b', 'c'], `<LD>${rung(1, 'a', 'b')}${rung(2, 'b', 'c')}</LD>`);
    const xml = projectXml({ pous: ladder })
      .replace(/<types>.*?<pous>/s, '<pous>')
      .replace('</pous></types>', '</pous>');
    const program = run(xml);
    program.write('main.a', 'TRUE');
    program.scan();
    expect(program.read('main.c')).toBe(true);
    const exported = String(exportPlcopen({ name: 'test.xml', content: xml }, createProblems()));
    expect(exported).toMatch(/<types>[^]*<body WorksheetName=""><LD>[^]*<body WorksheetName=""><LD>[^]*<\/types>/);
    const again = run(exported);
    again.write('main.a', 'TRUE');
    again.scan();
    expect(again.read('main.c')).toBe(true);
  });

  it('gives a global to externals that have none, with a warning, in documents of XML with a program', () => {
    const external = `<interface><externalVars>${variable('Wii', '<INT/>')}</externalVars>`;
    const pou = (text: string) => programXml(['x:INT'], `<ST>${text}</ST>`).replace('<interface>', external);
    const reader = pou('x := Wii;');
    const writer = pou('Wii := 7;').replace('name="main"', 'name="other"');
    const xml = projectXml({ pous: writer + reader });
    expect(findingsOf(xml).map(({ code }) => code)).toEqual(['W2019']);
    const program = run(xml);
    program.scan();
    program.scan();
    expect(program.read('main.x')).toBe(7n);
    const block = reader.replace('pouType="program"', 'pouType="functionBlock"');
    expect(findingsOf(projectXml({ pous: block })).map(({ code }) => code)).toEqual(['W2017']);
    const other = reader
      .replace('name="main"', 'name="other"')
      .replace('<INT/></type></variable></externalVars>', '<REAL/></type></variable></externalVars>');
    expect(
      findingsOf(projectXml({ pous: writer.replace('"other"', '"first"') + other })).map(({ code }) => code),
    ).toEqual(expect.arrayContaining(['W2019', 'E2017']));
  });

  it('never counts as read where nothing of it was', () => {
    const found = findingsOf(
      '<project xmlns="http://www.plcopen.org/xml/tc6_0201"><programs><pou/></programs></project>',
    );
    expect(found.map(({ code }) => code)).toEqual(['W0011', 'E0010']);
    expect(findingsOf(projectXml({}))).toEqual([]);
    expect(
      findingsOf(projectXml({ more: '<libraries><library name="L"/></libraries>' })).map(({ code }) => code),
    ).toEqual(['W0011']);
  });
});

describe('under the profile of MATIEC', () => {
  const matiec = findProfile('matiec')!;
  const timer = `<block localId="20" typeName="TON" instanceName="t">${at}<inputVariables>
      <variable formalParameter="IN">${from(21)}</variable><variable formalParameter="PT">${from(22)}</variable></inputVariables><inOutVariables/>
      <outputVariables><variable formalParameter="Q"><connectionPointOut/></variable></outputVariables></block>
    <inVariable localId="21">${at}<expression>A0</expression></inVariable><inVariable localId="22">${at}<expression>T#60ms</expression></inVariable>`;
  const chart = (
    condition: string,
    more: string,
  ) => `<SFC>${more}${step(1, 'S0')}${action(2, 1, 'A0')}${transition(3, 1, condition)}
    ${step(4, 'S1', 3)}${transition(5, 4, inline('TRUE'))}${jump(6, 'S0', 5)}</SFC>`;
  const charts: [string, string][] = [
    ['drawn', projectXml({ pous: programXml(['A0', 't:TON'], chart(from(20), timer)) })],
    [
      'named',
      projectXml({
        pous: programXml(
          ['A0', 't:TON'],
          chart('<reference name="Done"/>', ''),
          `<transitions><transition name="Done"><body><FBD>${timer}<outVariable localId="23">${at}<connectionPointIn><connection refLocalId="20" formalParameter="Q"/></connectionPointIn><expression>Done</expression></outVariable></FBD></body></transition></transitions>`,
        ),
      }),
    ],
  ];

  it.each(charts)('runs the timer of a %s condition in every scan, so that it starts anew', (_what, xml) => {
    const inS1 = (profile: Profile) => {
      const program = run(xml, profile);
      return Array.from({ length: 12 }, () => {
        program.scan(20);
        return program.read('main.S1.X') === true ? 'x' : '.';
      }).join('');
    };
    // The timer starts in scan 1, is done in scan 4 and seen in scan 5; S1 lasts a scan, in which A0 is FALSE.
    expect(inS1(matiec)).toBe('....x....x..');
    // Tested only while S0 is active, it never sees A0 FALSE and stays done.
    expect(inS1(defaultProfile)).toMatch(/x\.x\.x\.$/);
  });

  const blockOf = (text: string) =>
    `<pou name="Odd" pouType="functionBlock"><interface><outputVars>${variable('q', '<BOOL/>')}</outputVars></interface><body><ST><![CDATA[${text}]]></ST></body></pou>`;
  const foreign: [string, string][] = [
    ['C in braces', '{extern void go(ODD*); go(data__);}'],
    ['C in braces amid statements', 'q := q;\n{{ go(); }}\nq := q;'],
    ['C++', '/* D64 */\n#include <Arduino.h>\nvoid setup() {\n  q = false;\n}\nvoid loop() { if (!q) { q = true; } }'],
    ['Python', 'import struct\n\ndef block_loop():\n    global q\n    q = not q\n'],
  ];
  it.each(foreign)('tells once that %s does not run, an error elsewhere where a program uses it', (_what, text) => {
    const used = projectXml({ pous: blockOf(text) + programXml(['o:Odd'], '<ST>o();</ST>') });
    const codes = (xml: string, profile: Profile) => findingsOf(xml, profile).map(({ code }) => code);
    expect(codes(used, matiec)).toEqual(['W9104']);
    expect(codes(used, defaultProfile)).toEqual(['E9104']);
    const unused = projectXml({ pous: blockOf(text) + programXml(['a'], '<ST>a := TRUE;</ST>') });
    expect(codes(unused, defaultProfile)).toEqual(['W9104']);
  });
  it.each(["s := 'import os';\n", '(*\nimport os\n*)', '// def f():\n', 'IF q THEN q := f(q); {note} END_IF'])(
    'takes %j for Structured Text',
    (text) => {
      const xml = projectXml({ pous: blockOf(text) });
      expect(findingsOf(xml).map(({ code }) => code)).not.toContain('W9104');
    },
  );

  it('does not write a coil that nothing leads to', () => {
    const xml = projectXml({
      pous: programXml(['a'], `<LD><coil localId="1">${at}<variable>a</variable></coil></LD>`),
    });
    for (const [profile, kept] of [
      [matiec, true],
      [defaultProfile, false],
    ] as const) {
      const program = run(xml, profile);
      program.write('main.a', 'TRUE');
      program.scan();
      expect(program.read('main.a')).toBe(kept);
      expect(program.diagnostics.map(({ code }) => code)).toEqual(['W6002']);
    }
  });
});
