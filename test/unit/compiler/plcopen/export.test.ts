import { exportPlcopen, exportPou, exportProject } from '../../../../server/src/compiler/plcopen/export.js';
import { importPlcopen } from '../../../../server/src/compiler/plcopen/import.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { parseUnit } from '../../../../server/src/compiler/st/parse-unit.js';
import type { Declaration } from '../../../../server/src/compiler/syntax/ast.js';
import { projectXml } from '../../../support/plcopen-document.js';

const exported = (content: string, name = 'p.xml') => String(exportPlcopen({ name, content }, createProblems()));
const pou = (inner: string) =>
  projectXml({ pous: `<pou name="main" pouType="program"><interface/><body>${inner}</body></pou>` });

/** Declarations without their places, as text. */
function shape(declarations: readonly Declaration[]): string {
  const places = new Set(['span', 'nameSpan', 'memberSpan']);
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === 'bigint') return `${value}n`;
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value).filter(([key]) => !places.has(key));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, plain(part)]));
  };
  return JSON.stringify(plain(declarations));
}

describe('the export of a PLCopen document', () => {
  it('leaves alone what is valid, and what it does not understand', () => {
    const valid = exported(
      pou(
        '<ST><xhtml xmlns="http://www.w3.org/1999/xhtml"/></ST><addData><data name="x" handleUnknown="preserve"><y a="1"/></data></addData>',
      ),
    );
    expect(exported(valid)).toBe(valid);
    expect(valid).toContain('<data name="x" handleUnknown="preserve"><y a="1"/></data>');
  });

  it.each<[string, string, RegExp]>([
    [
      'wraps bare text in XHTML',
      '<ST>a := 1;</ST>',
      /<ST><xhtml xmlns="http:\/\/www.w3.org\/1999\/xhtml">a := 1;<\/xhtml><\/ST>/,
    ],
    [
      'wraps several paragraphs in one element',
      '<ST><xhtml:p>a</xhtml:p><xhtml:p>b</xhtml:p></ST>',
      /<ST><xhtml xmlns="[^"]*"><xhtml:p>a<\/xhtml:p><xhtml:p>b<\/xhtml:p><\/xhtml><\/ST>/,
    ],
    ['names languages as the schema does', '<st>a</st>', /<ST><xhtml[^>]*>a<\/xhtml><\/ST>/],
    [
      'gives places to elements without',
      '<LD><leftPowerRail localId="1"/></LD>',
      /<leftPowerRail localId="1"><position x="0" y="0"\/><\/leftPowerRail>/,
    ],
    [
      'gives numbers to actions without',
      '<SFC><actionBlock localId="7"><position x="0" y="0"/><action><reference name="a"/></action></actionBlock></SFC>',
      /<action localId="8"><relPosition x="0" y="0"\/><reference name="a"\/><\/action>/,
    ],
    [
      'mends values that no type allows',
      '<LD><contact localId="1" negated="True" storage="none" edge="up"><position x="a" y="1"/><variable>b</variable></contact></LD>',
      /<contact localId="1" negated="true" storage="none" ?><position x="0" y="1"\/>/,
    ],
    [
      'puts children in order',
      '<LD><coil localId="1"><variable>b</variable><position x="1" y="1"/></coil></LD>',
      /<coil localId="1"><position x="1" y="1"\/><variable>b<\/variable><\/coil>/,
    ],
    [
      'keeps strange elements as vendor data',
      '<LD><label localId="1" label="l"><position x="1" y="1"/><magic><z/></magic></label></LD>',
      /<addData><data name="urn:plc-emu:kept" handleUnknown="preserve"><kept xmlns="urn:plc-emu"><magic><z\/><\/magic><\/kept><\/data><\/addData><\/label>/,
    ],
  ])('%s', (_what, body, expected) => {
    expect(exported(pou(body))).toMatch(expected);
  });

  it('moves older versions to 2.01, prefixes included, and adds what they lack', () => {
    const old = '<n:project xmlns:n="http://www.plcopen.org/xml/tc6_0200"><n:types/></n:project>';
    const text = exported(old);
    expect(text).toContain('<n:project xmlns:n="http://www.plcopen.org/xml/tc6_0201">');
    expect(text).toMatch(/<n:fileHeader companyName="" .*<n:types><n:dataTypes\/><n:pous\/><\/n:types><n:instances>/s);
    expect(exported(text)).toBe(text);
  });

  it('makes a project of a single POU, on the same lines', () => {
    const text = exported(
      '<pou xmlns="http://www.plcopen.org/xml/tc6_0201" name="f" pouType="FB">\n<interface/>\n</pou>',
    );
    expect(text.split('\n').slice(1).join('\n')).toMatch(/^<interface\/>\n<\/pou>/);
    const { declarations } = importPlcopen({ name: 'p.xml', content: text }, createProblems());
    expect(declarations).toMatchObject([{ kind: 'pou', name: 'f', pouKind: 'function_block' }]);
  });

  it('gives one POU of a project, with the namespaces it needs', () => {
    const project = projectXml({
      pous: '<pou name="a" pouType="program"><interface/><body><ST><xhtml:p>x := 1;</xhtml:p></ST></body></pou><pou name="b" pouType="program"/>',
    });
    const text = exportPou({ name: 'p.xml', content: project }, 'A', createProblems());
    const { declarations } = importPlcopen({ name: 'p.xml', content: text! }, createProblems());
    expect(declarations).toMatchObject([{ name: 'a', body: { statements: [{ kind: 'assign' }] } }]);
    expect(exportPou({ name: 'p.xml', content: project }, 'c', createProblems())).toBeUndefined();
  });
});

describe('the export of textual projects', () => {
  it.each([
    [
      'a program',
      "PROGRAM P VAR_INPUT a : INT := 3; END_VAR VAR RETAIN b AT %QX0.1 : BOOL; c : ARRAY[0..2] OF STRING[5] := [2('x'), 'y']; END_VAR a := a + 1; (* note *) b := a < 3; END_PROGRAM",
    ],
    ['an instruction list', 'FUNCTION F : INT VAR_INPUT a : INT; END_VAR\nLD a\nADD 1\nST F\nEND_FUNCTION'],
    [
      'types',
      'TYPE S : STRUCT a : INT := 1; b : E; END_STRUCT; E : (x, y := 5) := y; R : INT (-5..5); U : UNION a : DWORD; b : REAL; END_UNION; P : REF_TO S; END_TYPE',
    ],
    [
      'what the format has no words for',
      'NAMESPACE N CLASS C METHOD PUBLIC Go : BOOL VAR_INPUT a : BOOL; END_VAR Go := a; END_METHOD END_CLASS END_NAMESPACE',
    ],
    [
      'a configuration',
      'CONFIGURATION C VAR_GLOBAL g : INT; END_VAR RESOURCE R ON PLC TASK T(INTERVAL := T#20ms, PRIORITY := 1); PROGRAM I WITH T : P(a := g); END_RESOURCE END_CONFIGURATION',
    ],
    [
      'a chart',
      'PROGRAM Q VAR a : BOOL; END_VAR INITIAL_STEP A: END_STEP TRANSITION FROM A TO B := a; END_TRANSITION STEP B: X(N); END_STEP TRANSITION FROM B TO A := TRUE; END_TRANSITION ACTION X: a := TRUE; END_ACTION END_PROGRAM',
    ],
  ])('reads back the same for %s', (_what, text) => {
    const problems = createProblems();
    const before = parseUnit(
      { file: 't.st', text, language: 'ST', firstLine: 1, firstColumn: 1 },
      problems,
    ).declarations;
    expect(problems.list().filter(({ severity }) => severity === 'error')).toEqual([]);
    const xml = exportProject('t', [{ name: 't.st', content: text }], problems);
    const after = importPlcopen({ name: 't.xml', content: xml! }, problems).declarations;
    expect(problems.list().filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(shape(after)).toBe(shape(before));
  });

  it('joins documents of both kinds', () => {
    const documents = [
      { name: 'a.st', content: 'PROGRAM A x := 1; END_PROGRAM' },
      {
        name: 'b.xml',
        content: projectXml({
          pous: '<pou name="B" pouType="functionBlock"><interface/><body><ST><xhtml:p>y := 2;</xhtml:p></ST></body></pou>',
        }),
      },
    ];
    const xml = exportProject('both', documents, createProblems());
    const { declarations } = importPlcopen({ name: 'both.xml', content: xml! }, createProblems());
    expect(declarations.map((declaration) => declaration.kind === 'pou' && declaration.name)).toEqual(['A', 'B']);
  });
});
