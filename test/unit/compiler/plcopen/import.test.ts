import type {
  ConfigurationDeclaration,
  Declaration,
  PouDeclaration,
  TypeDeclaration,
} from '../../../../server/src/compiler/syntax/ast.js';
import { lineColumn } from '../../../../server/src/model/source-span.js';
import { importText, programXml, projectXml } from '../../../support/plcopen-document.js';

const pous = (declarations: readonly Declaration[]): PouDeclaration[] =>
  declarations.filter((d): d is PouDeclaration => d.kind === 'pou');
const data = (name: string, content: string) =>
  `<addData><data name="http://www.3s-software.com/plcopenxml/${name}" handleUnknown="implementation">${content}</data></addData>`;
const body = (text: string) => `<body><ST><xhtml xmlns="http://www.w3.org/1999/xhtml">${text}</xhtml></ST></body>`;

describe('the import of PLCopen documents', () => {
  it.each([
    ['xhtml', '<ST><xhtml xmlns="http://www.w3.org/1999/xhtml">a := b &lt;&gt; c;</xhtml></ST>'],
    ['a paragraph', '<ST><xhtml:p>a := b &lt;&gt; c;</xhtml:p></ST>'],
    ['CDATA', '<ST><xhtml:p><![CDATA[a := b <> c;]]></xhtml:p></ST>'],
    ['bare text', '<ST>a := b &lt;&gt; c;</ST>'],
    ['markup', '<ST><xhtml:p>a := b <xhtml:b>&lt;&gt;</xhtml:b> c;</xhtml:p></ST>'],
    ['several paragraphs', '<ST><xhtml:p>a :=</xhtml:p><xhtml:p>b &lt;&gt; c;</xhtml:p></ST>'],
    ['a small element name', '<st>a := b &lt;&gt; c;</st>'],
  ])('reads a body that comes in %s', (_form, xml) => {
    const { unit, codes } = importText(projectXml({ pous: programXml(['a', 'b', 'c'], xml) }));
    const main = pous(unit.declarations)[0]!;
    expect(codes).toEqual([]);
    expect(main.body).toMatchObject({
      kind: 'statements',
      statements: [{ kind: 'assign', value: { kind: 'binary', op: '<>' } }],
    });
  });

  it('gives text the lines and columns of the document, entities, CDATA and paragraphs notwithstanding', () => {
    const xml = projectXml({
      pous: programXml(
        ['a'],
        '<ST><xhtml:p>a := a &lt;&gt; TRUE;\n  a := nothing;</xhtml:p><xhtml:p><![CDATA[  a := more;]]></xhtml:p></ST>',
      ),
    });
    const { unit } = importText(xml);
    const main = pous(unit.declarations)[0]!;
    if (main.body?.kind !== 'statements') throw new Error('no statements');
    const lines = xml.split('\n');
    for (const [i, name] of [
      [0, 'TRUE'],
      [1, 'nothing'],
      [2, 'more'],
    ] as const) {
      // prettier-ignore
      const statement = main.body.statements[i]!;
      if (statement.kind !== 'assign') throw new Error('no assignment');
      const { value } = statement;
      const span = value.kind === 'binary' ? value.right.span : value.span;
      const at = lineColumn(span.source, span.start);
      expect(lines[at.line - 1]!.slice(at.column - 1).startsWith(name)).toBe(true);
    }
  });

  it('reads types of all kinds', () => {
    const types = `
      <dataType name="S"><baseType><struct><variable name="a"><type><INT/></type><initialValue><simpleValue value="7"/></initialValue></variable></struct></baseType></dataType>
      <dataType name="E"><baseType><enum><values><value name="x" value="3"/><value name="y"/></values></enum></baseType></dataType>
      <dataType name="R"><baseType><subrangeSigned><range lower="-5" upper="5"/><baseType><INT/></baseType></subrangeSigned></baseType></dataType>
      <dataType name="A"><baseType><array><dimension lower="0" upper="N - 1"/><dimension lower="1" upper="2"/><baseType><derived name="S"/></baseType></array></baseType></dataType>
      <dataType name="T"><baseType><string length="20"/></baseType><initialValue><simpleValue value="'x'"/></initialValue></dataType>
      <dataType name="P"><baseType><pointer><baseType><derived name="Lib.Q"/></baseType></pointer></baseType></dataType>
      <dataType name="F"><baseType><derived name="REFERENCE TO INT"/></baseType></dataType>`;
    const { unit, codes } = importText(projectXml({ dataTypes: types }));
    expect(codes).toEqual([]);
    expect(unit.declarations.map((d) => [(d as TypeDeclaration).name, (d as TypeDeclaration).type])).toMatchObject([
      ['S', { kind: 'struct', members: [{ name: 'a', initial: { kind: 'int', value: 7n } }] }],
      ['E', { kind: 'enum', values: [{ name: 'x', value: { value: 3n } }, { name: 'y' }] }],
      ['R', { kind: 'subrange', low: { kind: 'unary' }, high: { value: 5n } }],
      [
        'A',
        { kind: 'array', dimensions: [{ high: { kind: 'binary' } }, { low: { value: 1n } }], element: { name: 'S' } },
      ],
      ['T', { kind: 'string', wide: false, length: { value: 20n } }],
      ['P', { kind: 'pointer', form: 'pointer', target: { name: 'Lib.Q' } }],
      ['F', { kind: 'pointer', form: 'reference', target: { name: 'INT' } }],
    ]);
  });

  it('reads sections with their attributes, repeated ones too, addresses and structured initial values', () => {
    const variables = `
      <inputVars><variable name="i"><type><BOOL/></type></variable></inputVars>
      <localVars retain="true"><variable name="a" address="%QX0.1"><type><BOOL/></type></variable></localVars>
      <localVars constant="true"><variable name="c"><type><array><dimension lower="0" upper="2"/><baseType><INT/></baseType></array></type>
        <initialValue><arrayValue><value repetitionValue="2"><simpleValue value="1"/></value><value><simpleValue value="5"/></value></arrayValue></initialValue></variable></localVars>
      <inputVars persistent="1"><variable name="s"><type><derived name="S"/></type>
        <initialValue><structValue><value member="x"><simpleValue value="TRUE"/></value></structValue></initialValue></variable></inputVars>`;
    const { unit, codes } = importText(
      projectXml({ pous: `<pou name="f" pouType="functionBlock"><interface>${variables}</interface></pou>` }),
    );
    expect(codes).toEqual([]);
    expect(pous(unit.declarations)[0]!.blocks).toMatchObject([
      { section: 'VAR_INPUT', variables: [{ name: 'i' }] },
      { section: 'VAR', retain: true, variables: [{ location: { text: '%QX0.1' } }] },
      {
        section: 'VAR',
        constant: true,
        variables: [
          { initial: { kind: 'arrayInit', elements: [{ repeat: { value: 2n } }, { values: [{ value: 5n }] }] } },
        ],
      },
      {
        section: 'VAR_INPUT',
        persistent: true,
        variables: [{ initial: { kind: 'structInit', members: [{ name: 'x' }] } }],
      },
    ]);
  });

  it('adds the quotes that Beremiz leaves out of strings, and takes CODESYS at its word', () => {
    const variable =
      '<variable name="s"><type><string/></type><initialValue><simpleValue value="abc"/></initialValue></variable>';
    const pou = `<pou name="f" pouType="program"><interface><localVars>${variable}</localVars></interface></pou>`;
    const initialOf = (xml: string) => pous(importText(xml).unit.declarations)[0]!.blocks[0]!.variables[0]!.initial;
    expect(initialOf(projectXml({ pous: pou }))).toMatchObject({ kind: 'string', value: 'abc' });
    expect(initialOf(projectXml({ pous: pou, more: data('libraries', '<Libraries/>') }))).toMatchObject({
      kind: 'name',
      name: 'abc',
    });
  });

  it.each([
    ['T#20ms', 20_000_000n],
    ['t#1s500ms', 1_500_000_000n],
    ['TIME#0.5s', 500_000_000n],
    ['PT0.02S', 20_000_000n],
    ['PT1M0.5S', 60_500_000_000n],
    ['00:00:00.100000', 100_000_000n],
    ['20ms', 20_000_000n],
  ])('reads the interval %s', (interval, ns) => {
    const { unit, codes } = importText(
      projectXml({
        configurations: `<configuration name="c"><resource name="r"><task name="t" interval="${interval}" priority="1"/></resource></configuration>`,
      }),
    );
    expect(codes).toEqual([]);
    expect((unit.declarations[0] as ConfigurationDeclaration).resources[0]!.tasks[0]).toMatchObject({
      name: 't',
      interval: { kind: 'duration', ns },
    });
  });

  it.each([
    ['T#abc', '1', 'E0014'],
    ['T#0ms', '1', 'E0014'],
    ['T#-5ms', '1', 'E0014'],
    ['PT0S', '1', 'E0014'],
    ['T#99999999999d', '1', 'E0014'],
    ['T#20ms', '2147483648', 'E0012'],
    ['T#20ms', '-1', 'E0012'],
  ])('refuses a task with the interval %s and the priority %s', (interval, priority, code) => {
    const task = `<task name="t" interval="${interval}" priority="${priority}"/>`;
    expect(
      importText(
        projectXml({ configurations: `<configuration name="c"><resource name="r">${task}</resource></configuration>` }),
      ).codes,
    ).toEqual([code]);
  });

  it("takes CODESYS' own settings of a task before the attributes, and its programs by name", () => {
    const settings = (attributes: string) => data('tasksettings', `<TaskSettings ${attributes}/>`);
    const { unit, codes } = importText(
      projectXml({
        configurations: `<configuration name="c"><resource name="r">
          <task name="a" interval="PT0S" priority="1"><pouInstance name="Main" typeName=""/>${settings('KindOfTask="Cyclic" Interval="10000" IntervalUnit="us"')}</task>
          <task name="b" priority="2"><pouInstance name="VisuElems.Visu_Prg" typeName=""/>${settings('KindOfTask="Event" Interval="t#20ms" Event="Main.go"')}</task>
        </resource></configuration>`,
      }),
    );
    expect(codes).toEqual(['W0013']);
    expect((unit.declarations[0] as ConfigurationDeclaration).resources[0]).toMatchObject({
      tasks: [{ interval: { ns: 10_000_000n } }, { single: { kind: 'member', member: 'go' } }],
      programs: [{ name: 'Main', program: 'Main', task: 'a' }],
    });
  });

  it('finds what CODESYS keeps in vendor data: POUs of an application, methods, properties, inheritance, lists of globals', () => {
    const members = `<data name="http://www.3s-software.com/plcopenxml/method" handleUnknown="implementation"><Method name="Go"><interface><returnType><BOOL/></returnType>
        ${data('accessmodifiers', '<AccessModifiers Protected="true" Final="true"/>')}</interface>${body('Go := TRUE;')}</Method></data>
      <data name="http://www.3s-software.com/plcopenxml/property" handleUnknown="implementation"><Property name="Speed"><interface><returnType><REAL/></returnType></interface>
        <SetAccessor><interface/>${body('x := Speed;')}</SetAccessor><GetAccessor><interface/>${body('Speed := x;')}</GetAccessor></Property></data>`;
    const block = `<pou name="Child" pouType="functionBlock"><interface>${data('pouinheritance', '<Inheritance><Extends>Base</Extends><Implements>IRun, IStop</Implements></Inheritance>')}</interface>
      <actions><action name="Reset">${body('x := 0.0;')}</action></actions>${body('')}<addData>${members}</addData></pou>`;
    const globals = `<globalVars name="GVL" constant="true"><variable name="old"><type><INT/></type></variable><addData>
        <data name="http://www.3s-software.com/plcopenxml/attributes" handleUnknown="implementation"><Attributes><Attribute Name="qualified_only" Value=""/></Attributes></data>
        <data name="http://www.3s-software.com/plcopenxml/mixedattrsvarlist" handleUnknown="implementation"><MixedAttrsVarList>
          <globalVars name="GVL" constant="true"><variable name="n"><type><INT/></type></variable></globalVars>
          <globalVars name="GVL"><variable name="v"><type><INT/></type></variable></globalVars></MixedAttrsVarList></data></addData></globalVars>`;
    const interfaceXml =
      '<Interface name="IRun"><Methods><Method name="Run"><interface/></Method></Methods></Interface>';
    const xml = projectXml({
      configurations: `<configuration name="c"><resource name="r">${globals}${data('pou', block)}</resource></configuration>`,
      more: data('interface', interfaceXml),
    });
    const { unit, codes } = importText(xml);
    expect(codes).toEqual([]);
    expect(unit.declarations).toMatchObject([
      { kind: 'configuration' },
      {
        kind: 'globals',
        list: 'GVL',
        qualifiedOnly: true,
        blocks: [
          { constant: true, variables: [{ name: 'n' }] },
          { constant: false, variables: [{ name: 'v' }] },
        ],
      },
      {
        kind: 'pou',
        name: 'Child',
        extends: ['Base'],
        implements: ['IRun', 'IStop'],
        actions: [{ name: 'Reset' }],
        methods: [
          {
            name: 'Go',
            access: 'PROTECTED',
            final: true,
            returnType: { name: 'BOOL' },
            body: { statements: [{ kind: 'assign' }] },
          },
        ],
        properties: [{ name: 'Speed', type: { name: 'REAL' }, get: { body: {} }, set: { body: {} } }],
      },
      { kind: 'pou', pouKind: 'interface', name: 'IRun', methods: [{ name: 'Run' }] },
    ]);
  });

  it('takes the interface from plain text where the structured one is empty', () => {
    const text = data(
      'interfaceasplaintext',
      '<InterfaceAsPlainText><xhtml xmlns="http://www.w3.org/1999/xhtml">PROGRAM main\nVAR\n  n : INT := 3;\nEND_VAR\n</xhtml></InterfaceAsPlainText>',
    );
    const { unit, codes } = importText(
      projectXml({ pous: `<pou name="main" pouType="program"><interface/>${body('n := 1;')}${text}</pou>` }),
    );
    expect(codes).toEqual([]);
    expect(pous(unit.declarations)[0]!.blocks).toMatchObject([
      { section: 'VAR', variables: [{ name: 'n', initial: { value: 3n } }] },
    ]);
  });

  it('reads CFC from vendor data beside an empty body', () => {
    const cfc = `<CFC><inVariable localId="1"><position x="0" y="0"/><connectionPointOut/><expression>a</expression></inVariable>
      <connector localId="2" name=""><position x="0" y="0"/><connectionPointIn><connection refLocalId="1"/></connectionPointIn></connector>
      <outVariable localId="3" executionOrderId="1"><position x="0" y="0"/><connectionPointIn><connection refLocalId="2"/></connectionPointIn><expression>b</expression></outVariable></CFC>`;
    const { unit, codes } = importText(
      projectXml({
        pous: programXml(['a', 'b'], `<ST><xhtml xmlns="http://www.w3.org/1999/xhtml"/></ST>${data('cfc', cfc)}`),
      }),
    );
    expect(codes).toEqual([]);
    expect(pous(unit.declarations)[0]!.body).toMatchObject({
      kind: 'graph',
      language: 'CFC',
      elements: [{ kind: 'inVariable' }, { kind: 'connector' }, { kind: 'outVariable' }],
    });
  });

  it('reads a single POU, and every namespace that versions 1.0 to 2.01 had', () => {
    const pou = (namespace: string) =>
      `<pou ${namespace} name="f" pouType="function"><interface><returnType><INT/></returnType></interface></pou>`;
    for (const version of ['tc6.xsd', 'tc6_0100', 'tc6_0200', 'tc6_0201']) {
      expect(importText(pou(`xmlns="http://www.plcopen.org/xml/${version}"`)).codes).toEqual([]);
    }
    expect(importText(pou('')).codes).toEqual(['W0010']);
    expect(importText(pou('xmlns="http://www.plcopen.org/xml/tc6_9999"')).codes).toEqual(['E0011']);
    expect(importText('<html/>').codes).toEqual(['W0010', 'E0010']);
  });

  it('warns once of each element that it does not know, and reads on', () => {
    const pou = `<pou name="f" pouType="program"><interface><magic/><magic/></interface>${body('')}</pou>`;
    const { codes, findings } = importText(projectXml({ pous: pou + pou.replace('"f"', '"g"') }));
    expect(codes).toEqual(['W0011']);
    expect(findings[0]!.message).toContain('<magic>');
  });

  it('takes names of members that objects have by nature', () => {
    const variables =
      '<variable name="constructor"><type><derived name="__proto__"/></type></variable><variable name="toString"><type><INT/></type></variable>';
    const { unit, codes } = importText(
      projectXml({
        pous: `<pou name="__proto__" pouType="functionBlock"><interface><localVars>${variables}</localVars></interface></pou>`,
      }),
    );
    expect(codes).toEqual([]);
    expect(pous(unit.declarations)[0]).toMatchObject({
      name: '__proto__',
      blocks: [{ variables: [{ name: 'constructor' }, { name: 'toString' }] }],
    });
    expect(({} as Record<string, unknown>)['blocks']).toBeUndefined();
  });

  it.each([
    ['a pou without a name', '<pou pouType="program"/>', 'E0012'],
    ['a kind of pou that nobody knows', '<pou name="x" pouType="banana"/>', 'E0015'],
    ['a kind of pou that stands within others', '<pou name="x" pouType="ACTION"/>', 'W0014'],
    ['a name that is a reserved word', '<pou name="END_IF" pouType="program"/>', 'E1110'],
    ['a name with a space', '<pou name="a b" pouType="program"/>', 'E0012'],
    ['a name that only drawings can use', '<pou name="a/b" pouType="program"/>', 'W0015'],
    ['a body in an unknown language', '<pou name="x" pouType="program"><body><Ladder/></body></pou>', 'E0016'],
    [
      'a variable without a type',
      '<pou name="x" pouType="program"><interface><localVars><variable name="a"/></localVars></interface></pou>',
      'E0013',
    ],
    [
      'a type that is none',
      '<pou name="x" pouType="program"><interface><localVars><variable name="a"><type><Int32/></type></variable></localVars></interface></pou>',
      'E0013',
    ],
    [
      'a body that closes its program',
      `<pou name="x" pouType="program"><interface/>${body('a := 1; END_PROGRAM PROGRAM y')}</pou>`,
      'E1101',
    ],
  ])('reports %s', (_what, xml, code) => {
    expect(importText(projectXml({ pous: xml })).codes).toContain(code);
  });
});
