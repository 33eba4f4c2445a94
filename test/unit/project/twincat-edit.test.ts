import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyEdits } from '../../../server/src/project/apply-edits.js';
import { pousIn, textOf } from '../../../server/src/project/pou-source.js';
import { readDocuments } from '../../../server/src/project/read-documents.js';
import { bodyXml, declarationXml, twincatUnit } from '../../support/twincat-object.js';

const unit = {
  name: 'FB1.TcPOU',
  content: twincatUnit(
    'FB1',
    'FUNCTION_BLOCK FB1\nVAR\n  x : INT;\nEND_VAR\n',
    'x := 1; // <Method',
    `<Method Name="M" Id="{1}">${declarationXml('METHOD M : INT\n')}${bodyXml('M := 2;')}</Method>`,
  ),
};
const put = (source: string, name = 'FB1') => applyEdits([unit], [{ kind: 'put_pou', name, source, document: '' }]);
const textAfter = (source: string): string => textOf(put(source)[0]!)!;

describe('the program unit of a TwinCAT object', () => {
  it('is found by its name', () => {
    expect(pousIn(unit).map(({ name, form }) => [name, form])).toEqual([['FB1', 'twincat']]);
  });

  it('gets other statements, another text, or is replaced as an element', () => {
    expect(textAfter('x := a[b[0]]>2;')).toBe(
      unit.content.replace('x := 1; // <Method', '\nx := a[b[0]]]]><![CDATA[>2;\n'),
    );
    expect(textAfter('FUNCTION_BLOCK FB1\nVAR y : INT; END_VAR\ny := 1;\nEND_FUNCTION_BLOCK')).toBe(
      unit.content
        .replace('FUNCTION_BLOCK FB1\nVAR\n  x : INT;\nEND_VAR\n', 'FUNCTION_BLOCK FB1\nVAR y : INT; END_VAR\n')
        .replace('x := 1; // <Method', 'y := 1;\n'),
    );
    expect(textAfter('<POU Name="FB1" />')).toMatch(/<POU Name="FB1" \/>\s*<\/TcPlcObject>/);
  });

  it('refuses members among its text, and a second unit', () => {
    const withMember = 'FUNCTION_BLOCK FB1\nMETHOD M : INT\nM := 3;\nEND_METHOD\nEND_FUNCTION_BLOCK';
    expect(() => put(withMember)).toThrow(/elements of their own/);
    expect(() => put('PROGRAM P\nEND_PROGRAM', 'P')).toThrow(/a document of its own/);
  });

  it('goes with its document', () => {
    const other = { ...unit, name: 'b.TcPOU', content: unit.content.replaceAll('FB1', 'FB2') };
    expect(applyEdits([unit, other], [{ kind: 'delete_pou', name: 'FB1' }])).toEqual([other]);
  });
});

describe('a directory', () => {
  it('gives the objects of a TwinCAT project below it, whatever the case of their endings', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plc-emu-twincat-'));
    try {
      await mkdir(join(folder, 'POUs'));
      for (const name of ['POUs/A.TcPOU', 'B.tcdut', 'C.TcGVL', 'D.TcIO', 'E.TcTTO', 'F.TcVIS', 'G.plcproj'])
        await writeFile(join(folder, name), unit.content);
      const names = (await readDocuments(folder)).map(({ name }) => name.slice(folder.length + 1));
      expect(names).toEqual(['B.tcdut', 'C.TcGVL', 'D.TcIO', 'E.TcTTO', 'POUs/A.TcPOU']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
