import { exportPlcopen, exportPou } from '../../../../server/src/compiler/plcopen/export.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import type { ConfigurationDeclaration, PouDeclaration } from '../../../../server/src/compiler/syntax/ast.js';
import { importText, programXml, projectXml } from '../../../support/plcopen-document.js';

const kwNamespace = 'http://www.kw-software.com/xml/PLCopen/TC6_XML_V10_KW.xsd';
const ofPcWorx = (xml: string) => xml.replace('http://www.plcopen.org/xml/tc6_0201', kwNamespace);
const copy = (from: string, to: string) =>
  `<inVariable localId="1"><position x="0" y="0"/><connectionPointOut/><expression>${from}</expression></inVariable>
   <outVariable localId="2"><position x="9" y="0"/><connectionPointIn><connection refLocalId="1"/></connectionPointIn><expression>${to}</expression></outVariable>`;
const sheet = (name: string, content: string) => `<worksheet name="${name}" SizeX="9" SizeY="9">${content}</worksheet>`;
const step = (name: string, initial: boolean) => `
  <step localId="1" name="${name}" initialStep="${initial}"><position x="0" y="0"/><connectionPointIn><connection refLocalId="3"/></connectionPointIn></step>
  <transition localId="2"><position x="0" y="9"/><connectionPointIn><connection refLocalId="1"/></connectionPointIn><condition><inline name=""><ST>TRUE</ST></inline></condition></transition>
  <jumpStep localId="3" targetName="${name}"><position x="0" y="18"/><connectionPointIn><connection refLocalId="2"/></connectionPointIn></jumpStep>`;
const types = `<datatypeWorksheet><html xmlns="http://www.w3.org/1999/xhtml"><div id="MWTDESCRIPTION">TYPE<br/>
  Row : ARRAY [0..3] OF INT;<br/><br/>Pair : STRUCT<br/> a : INT; (* first *)<br/> r : Row;<br/>END_STRUCT;<br/>END_TYPE<br/></div></html></datatypeWorksheet>`;
const configuration = `<configuration name="C"><resource name="R">
  <task name="T" interval="00:00:00.1" priority="0"><pouInstance name="First:main" type="program"/></task></resource></configuration>`;
const mainOf = (xml: string) => {
  const { unit, codes } = importText(xml);
  return { codes, main: unit.declarations.find((d): d is PouDeclaration => d.kind === 'pou') };
};

describe('the import of documents of PC WORX', () => {
  it.each(['FBD', 'LD'])(
    'takes the worksheets of a body in %s as one drawing, each with numbers of its own',
    (language) => {
      const body = `<${language}>${sheet('One', copy('a', 'b'))}${sheet('Two', copy('b', 'c'))}</${language}>`;
      const { codes, main } = mainOf(ofPcWorx(projectXml({ pous: programXml(['a', 'b', 'c'], body) })));
      expect(codes).toEqual([]);
      expect(main?.body).toMatchObject({
        kind: 'graph',
        language,
        elements: [{ id: '1' }, { id: '2' }, { id: '2_1' }, { id: '2_2', input: [{ from: '2_1' }] }],
      });
    },
  );

  it('takes worksheets of statements and of charts one after the other', () => {
    const text = `<ST>${sheet('One', '<html xmlns="http://www.w3.org/1999/xhtml"><p>a := b;</p></html>')}${sheet('Two', 'b := a;')}</ST>`;
    expect(mainOf(ofPcWorx(projectXml({ pous: programXml(['a', 'b'], text) }))).main?.body).toMatchObject({
      statements: [{ target: { name: 'a' } }, { target: { name: 'b' } }],
    });
    const chart = `<SFC>${sheet('One', step('S', true))}${sheet('Two', step('T', false))}</SFC>`;
    expect(mainOf(ofPcWorx(projectXml({ pous: programXml([], chart) }))).main?.body).toMatchObject({
      kind: 'sfc',
      steps: [{ name: 'S' }, { name: 'T' }],
      transitions: [{ from: ['S'] }, { from: ['T'] }],
    });
  });

  it('reads an empty worksheet', () => {
    const { codes, main } = mainOf(ofPcWorx(projectXml({ pous: programXml([], `<FBD>${sheet('None', '')}</FBD>`) })));
    expect(codes).toEqual([]);
    expect(main?.body).toMatchObject({ kind: 'graph', elements: [] });
  });

  it('reads the types that a worksheet declares as text', () => {
    const { unit, codes } = importText(ofPcWorx(projectXml({ dataTypes: types })));
    expect(codes).toEqual([]);
    expect(unit.declarations).toMatchObject([
      { kind: 'type', name: 'Row', type: { kind: 'array' } },
      { kind: 'type', name: 'Pair', type: { kind: 'struct' } },
    ]);
  });

  it.each([
    ['name="First:main" type="program"', { name: 'First', program: 'main' }],
    ['name="main" type="program"', { name: 'main', program: 'main' }],
    ['name="First" type="main"', { name: 'First', program: 'main' }],
    ['name="main" typeName=""', { name: 'main', program: 'main' }],
  ])('finds the program of an instance with %s', (attributes, program) => {
    const { unit, codes } = importText(
      projectXml({
        configurations: `<configuration name="C"><resource name="R"><pouInstance ${attributes}/></resource></configuration>`,
      }),
    );
    expect(codes).toEqual([]);
    expect((unit.declarations[0] as ConfigurationDeclaration).resources[0]!.programs).toMatchObject([program]);
  });

  it('exports them as TC6 2.01 that says the same', () => {
    const body = `<FBD>${sheet('One', copy('a', 'b'))}${sheet('Two', copy('b', 'c'))}</FBD>`;
    const content = ofPcWorx(
      projectXml({ dataTypes: types, pous: programXml(['a', 'b', 'c'], body), configurations: configuration }),
    );
    const exported = String(exportPlcopen({ name: 'p.xml', content }, createProblems()));
    expect(exported).not.toMatch(/worksheet |datatypeWorksheet|kw-software/);
    expect(exported).toContain('<body WorksheetName="Two"><FBD>');
    expect(exported).toContain('<pouInstance name="First" typeName="main"/>');
    const { unit, codes } = importText(exported);
    expect(codes).toEqual([]);
    expect(unit.declarations).toMatchObject([
      { name: 'Row', type: { kind: 'array' } },
      { name: 'Pair', type: { kind: 'struct', members: [{ name: 'a' }, { name: 'r' }] } },
      { name: 'main', body: { elements: [{ id: '1' }, { id: '2' }, { id: '2_1' }, { id: '2_2' }] } },
      { kind: 'configuration' },
    ]);
    expect(exportPlcopen({ name: 'p.xml', content: exported }, createProblems())).toBe(exported);
    expect(exportPou({ name: 'p.xml', content }, 'main', createProblems())).toContain('<body WorksheetName="One">');
  });
});
