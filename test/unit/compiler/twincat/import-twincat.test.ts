import { compile } from '../../../../server/src/compiler/compile.js';
import { findProfile } from '../../../../server/src/compiler/profile.js';
import { exportProject } from '../../../../server/src/compiler/plcopen/export.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { runImage } from '../../../support/run-source.js';
import { bodyXml, declarationXml, twincatObject, twincatUnit } from '../../../support/twincat-object.js';

interface Document {
  readonly name: string;
  readonly content: string | Uint8Array;
}
const build = (documents: readonly Document[]) =>
  compile({ name: 'test', documents, profile: findProfile('twincat')! });
const findings = (...documents: readonly Document[]): string[] =>
  build(documents).diagnostics.map(
    (d) => `${d.code}@${d.file}:${d.line ?? 0}:${d.column ?? 0}${d.pou === undefined ? '' : ` ${d.pou}`}`,
  );

const main = (body: string, members = ''): Document => ({
  name: 'MAIN.TcPOU',
  content: twincatUnit(
    'MAIN',
    'PROGRAM MAIN\nVAR\n  m : FB_Motor;\n  i : I_Motor;\n  speed : LREAL;\n  n : INT;\nEND_VAR\n',
    body,
    members,
  ),
});
const motor: Document = {
  name: 'FB_Motor.TcPOU',
  content: twincatUnit(
    'FB_Motor',
    "// a PROGRAM may use it\n{attribute 'reflection'}\nFUNCTION_BLOCK FB_Motor IMPLEMENTS I_Motor\nVAR_INPUT\n  enable : BOOL;\nEND_VAR\nVAR\n  own : LREAL;\nEND_VAR\n",
    '',
    `<Folder Name="Methods" Id="{1}" />
    <Method Name="Twice" Id="{2}" FolderPath="Methods\\">
      ${declarationXml('METHOD Twice : INT\nVAR_INPUT\n  n : INT;\nEND_VAR\n')}
      ${bodyXml('Twice := n * 2; // without an end of its line')}
    </Method>
    <Property Name="Speed" Id="{3}">
      ${declarationXml('PROPERTY PUBLIC Speed : LREAL')}
      <Get Name="Get" Id="{4}">${declarationXml('PUBLIC\nVAR\nEND_VAR\n')}${bodyXml('Speed := own;')}</Get>
      <Set Name="Set" Id="{5}">${declarationXml('VAR\n  t : LREAL;\nEND_VAR\n')}${bodyXml('t := Speed;\nown := t;')}</Set>
    </Property>`,
  ),
};
const shape: Document = {
  name: 'I_Motor.TcIO',
  content: twincatObject(`  <Itf Name="I_Motor" Id="{6}">
    ${declarationXml('INTERFACE I_Motor\n')}
    <Method Name="Twice" Id="{7}">${declarationXml('METHOD Twice : INT\nVAR_INPUT\n  n : INT;\nEND_VAR\n')}</Method>
    <Property Name="Speed" Id="{8}">${declarationXml('PROPERTY Speed : LREAL')}
      <Get Name="Get" Id="{9}">${declarationXml('')}</Get><Set Name="Set" Id="{10}">${declarationXml('')}</Set>
    </Property>
  </Itf>`),
};
const task = (name: string, programs: readonly string[], us = '5000'): Document => ({
  name: `${name}.TcTTO`,
  content: twincatObject(
    `<Task Name="${name}" Id="{11}"><!--CycleTime in micro seconds.--><CycleTime>${us}</CycleTime><Priority>20</Priority>${programs.map((program) => `<PouCall><Name>${program}</Name></PouCall>`).join('')}</Task>`,
  ),
});

describe('the objects of a TwinCAT project', () => {
  it('are program units with methods, properties and actions, interfaces, and tasks that call programs', () => {
    const documents = [
      main(
        'm.Speed := 5;\nspeed := m.Speed;\ni := m;\nn := i.Twice(4);\nAct();',
        `<Action Name="Act" Id="{12}">${bodyXml('n := n + 100;')}</Action>`,
      ),
      motor,
      shape,
      task('PlcTask', ['MAIN']),
    ];
    const { image, diagnostics } = build(documents);
    expect(diagnostics).toEqual([]);
    expect(image?.tasks.map(({ name, intervalNs }) => [name, intervalNs])).toEqual([['PlcTask', 5_000_000n]]);
    expect(runImage(image!, ['MAIN.speed', 'MAIN.n'])).toEqual([5, 108]);
  });

  it('are types and lists of globals, whose attributes and names count', () => {
    const gvl = {
      name: 'GVL.TcGVL',
      content: twincatObject(
        `<GVL Name="GVL" Id="{1}">${declarationXml("{attribute 'qualified_only'}\nVAR_GLOBAL\n  count : INT;\nEND_VAR\nVAR_GLOBAL CONSTANT\n  most : INT := 7;\nEND_VAR\n")}</GVL>`,
      ),
    };
    const mode = {
      name: 'E_Mode.TcDUT',
      content: twincatObject(
        `<DUT Name="E_Mode" Id="{1}">${declarationXml("{attribute 'qualified_only'}\nTYPE E_Mode :\n(\n  Off,\n  Run := 3\n);\nEND_TYPE\n")}</DUT>`,
      ),
    };
    const program = (body: string): Document => ({
      name: 'P.TcPOU',
      content: twincatUnit('P', 'PROGRAM P\nVAR\n  e : E_Mode := E_Mode.Run;\nEND_VAR\n', body),
    });
    const { image, diagnostics } = build([program('IF e = E_Mode.Run THEN GVL.count := GVL.most; END_IF'), gvl, mode]);
    expect(diagnostics).toEqual([]);
    expect(runImage(image!, ['GVL.count'])).toEqual([7]);
    expect(findings(program('count := 1;\ne := Run;'), gvl, mode)).toEqual([
      'E2001@P.TcPOU:9:34 P',
      'E2013@P.TcPOU:10:6 P',
    ]);
  });

  it('are read in the encoding they have, with the lines they have', () => {
    const content = Buffer.from(
      `\ufeff${String(motor.content).replaceAll('\n', '\r\n').replace('t := Speed;', 't := Speed +;')}`,
    );
    expect(findings({ ...motor, content }, shape)).toEqual(['E1112@FB_Motor.TcPOU:33:59 FB_Motor']);
    expect(findings(main('n := 1;\nn := ;'), motor, shape)).toEqual(['E1112@MAIN.TcPOU:13:6 MAIN']);
    expect(findings({ name: 'X.TcDUT', content: '' })).toEqual(['E0009@X.TcDUT:1:1']);
  });

  it('end where their elements end', () => {
    expect(findings(main('IF n > 0 THEN\n  n := 1;'), motor, shape)).toEqual(['E1103@MAIN.TcPOU:16:3 MAIN']);
    expect(
      findings({ name: 'F.TcPOU', content: twincatUnit('F', 'FUNCTION F : INT\nVAR\n  x : INT;\n', 'F := 1;') })[0],
    ).toMatch(/^E\d+@F.TcPOU:/);
  });

  it.each([['NWL'], ['CFC'], ['SFC']])('have an error for each body that is drawn in <%s>', (element) => {
    const content = twincatUnit('P', 'PROGRAM P\nVAR\n  x : INT;\nEND_VAR\n', 'x := 1;').replace(
      /<ST>.*<\/ST>/s,
      `<${element}><XmlArchive><Data/></XmlArchive></${element}>`,
    );
    expect(findings({ name: 'P.TcPOU', content })).toEqual(['E0016@P.TcPOU:9:21 P']);
  });

  it('are refused where they are none', () => {
    expect(findings({ name: 'P.TcPOU', content: '<project/>' })).toEqual(['E0010@P.TcPOU:1:1']);
    expect(findings({ name: 'P.TcPOU', content: twincatUnit('P', 'VAR x : INT; END_VAR', '') })).toEqual([
      'E0015@P.TcPOU:3:3 P',
    ]);
    expect(findings({ name: 'P.TcPOU', content: twincatObject('<Other/>') })).toEqual(['W0011@P.TcPOU:3:1']);
  });

  it('may be tasks alone, or such as call what has stayed behind', () => {
    expect(findings(task('PlcTask', ['MAIN']))).toEqual(['W7007@PlcTask.TcTTO:3:116']);
    expect(findings(main(''), motor, shape, task('PlcTask', ['MAIN', 'Other', 'Lib.Prg'], '0'))).toEqual([
      'W0011@PlcTask.TcTTO:3:186',
      'W7007@PlcTask.TcTTO:3:149',
    ]);
    expect(findings(main(''), motor, shape, task('PlcTask', ['MAIN'], '90000000000'))).toEqual([
      'E0014@PlcTask.TcTTO:3:1',
    ]);
  });

  it('are exported as PLCopen XML that means the same', () => {
    const documents = [main('n := m.Twice(21);'), motor, shape, task('PlcTask', ['MAIN'])];
    const content = exportProject('p', documents, createProblems())!;
    const { image } = build([{ name: 'p.xml', content }]);
    expect(runImage(image!, ['MAIN.n'])).toEqual([42]);
    expect(image!.tasks.map(({ intervalNs }) => intervalNs)).toEqual([5_000_000n]);
  });
});
