import { compile } from '../../../server/src/compiler/compile.js';
import { profiles } from '../../../server/src/compiler/profile.js';
import { programXml, projectXml } from '../../support/plcopen-document.js';

const codes = (name: string, content: string, profile = profiles[0]!): readonly string[] =>
  compile({ name, documents: [{ name, content }], profile }).diagnostics.map((d) => d.code);
const statements = 't(PT := seconds); small := large;';
const text = `PROGRAM main VAR t : TON; seconds : LREAL; small : INT; large : DINT; END_VAR ${statements} END_PROGRAM`;
const document = projectXml({
  pous: programXml(
    ['t:TON', 'seconds:LREAL', 'small:INT', 'large:DINT'],
    `<ST><xhtml xmlns="http://www.w3.org/1999/xhtml">${statements}</xhtml></ST>`,
  ),
});

const vendor = 'http://www.3s-software.com/plcopenxml/';
const variable = (attributes: string, type = '<BOOL/>'): string =>
  `<variable ${attributes}><type>${type}</type></variable>`;
const st = (body: string): string => `<ST><xhtml:p>${body}</xhtml:p></ST>`;
const task = (settings: string): string =>
  `<configuration name="c"><resource name="r"><task name="t" interval="PT0S" priority="1"><pouInstance name="main" typeName=""/>` +
  `<addData><data name="${vendor}tasksettings" handleUnknown="implementation"><TaskSettings ${settings}/></data></addData></task></resource></configuration>`;

describe('conversions that a tool let pass', () => {
  it('are warnings in what it exported, under every profile', () => {
    for (const profile of profiles) expect(codes('a.xml', document, profile)).toEqual(['W3001', 'W3001']);
  });

  it('are errors in text under the profile iec', () => {
    expect(codes('a.st', text)).toEqual(['E3001', 'E3001']);
  });
});

describe('what a tool exported and its own configuration completes', () => {
  const incomplete = (owner: string): string =>
    `<pou name="main" pouType="program"><interface><localVars>${owner}</localVars></interface><body>${st(';')}</body></pou>`;

  it('has incomplete addresses as warnings; a text gets the error', () => {
    const pous = incomplete(variable('name="a" address="%I*"'));
    expect(codes('a.xml', projectXml({ pous }))).toEqual(['W7001']);
    expect(codes('a.st', 'PROGRAM main VAR a AT %I* : BOOL; END_VAR ; END_PROGRAM')).toEqual(['E7001']);
  });

  it('has types of elements in small letters', () => {
    const pous = incomplete(
      variable('name="a"', '<bool/>') + variable('name="b"', '<Int/>') + variable('name="s"', '<WString length="3"/>'),
    );
    expect(codes('a.xml', projectXml({ pous }))).toEqual([]);
    expect(codes('a.xml', projectXml({ pous: incomplete(variable('name="a"', '<bol/>')) }))).toContain('E0013');
  });

  it('lets comments go without a number, and nothing else', () => {
    const drawn = (element: string): string => programXml(['a'], `<FBD>${element}</FBD>`);
    expect(codes('a.xml', projectXml({ pous: drawn('<comment><position x="0" y="0"/></comment>') }))).toEqual([]);
    expect(codes('a.xml', projectXml({ pous: drawn('<label label="x"/>') }))).toContain('E6003');
  });
});

describe('a project of CODESYS', () => {
  const main = programXml(['a'], st(';'));

  it('has functions without a result, also with an empty element for it', () => {
    for (const result of ['', '<returnType/>']) {
      const pous = `<pou name="f" pouType="function"><interface>${result}<inputVars>${variable('name="i"')}</inputVars></interface><body>${st('')}</body></pou>${programXml(['a'], st('f(i := a);'))}`;
      const more = `<addData><data name="${vendor}projectinformation" handleUnknown="discard"/></addData>`;
      expect(codes('a.xml', projectXml({ pous, more }))).toEqual([]);
      expect(codes('a.xml', projectXml({ pous }))).toContain('E2014');
    }
  });

  it('has tasks that run freely; a cyclic one needs its interval', () => {
    for (const interval of ['', '0', 't#0ms'])
      expect(
        codes(
          'a.xml',
          projectXml({ pous: main, configurations: task(`KindOfTask="Freewheeling" Interval="${interval}"`) }),
        ),
      ).toEqual([]);
    expect(
      codes(
        'a.xml',
        projectXml({ pous: main, configurations: task('KindOfTask="Cyclic" Interval="0" IntervalUnit="ms"') }),
      ),
    ).toContain('E0014');
  });

  const list = (inner: string): string => `<globalVars name="G">${inner}</globalVars>`;
  const withLists = (lists: string): string =>
    `<addData><data name="${vendor}globalvars" handleUnknown="implementation">${lists}</data></addData>`;

  it('starts tasks at the edge of a variable of a list', () => {
    const configurations = task('KindOfTask="Event" Event="G.go"');
    const more = withLists(list(variable('name="go"')));
    expect(codes('a.xml', projectXml({ pous: main, configurations, more }))).toEqual([]);
    const wrong = withLists(list(variable('name="stop"')));
    expect(codes('a.xml', projectXml({ pous: main, configurations, more: wrong }))).toContain('E7006');
  });
});
