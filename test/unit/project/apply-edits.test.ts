import { applyEdits, type Edit } from '../../../server/src/project/apply-edits.js';
import { findPou, pousIn, textOf } from '../../../server/src/project/pou-source.js';

const st = {
  name: 'a.st',
  content: `(* PROGRAM Fake (* nested *) *)
FUNCTION_BLOCK FB1 VAR x : INT; END_VAR x := 1; END_FUNCTION_BLOCK
// PROGRAM Comment
PROGRAM Main
VAR f : FB1; s : STRING := 'END_PROGRAM'; END_VAR
f();
END_PROGRAM
CONFIGURATION C RESOURCE R ON PLC TASK T(INTERVAL := T#10ms, PRIORITY := 0); PROGRAM P1 WITH T : Main; END_RESOURCE END_CONFIGURATION`,
};
const xml = {
  name: 'b.xml',
  content: `<project><types><pous><!-- <pou name="No"> --><pou name="Main" pouType="program"><interface/><body><ST><xhtml xmlns="x">a := b &lt; c;</xhtml></ST></body></pou>
<pou name='Other' pouType="functionBlock"><interface/><body><LD/></body></pou></pous></types></project>`,
};
const text = (documents: ReturnType<typeof applyEdits>, name: string): string =>
  textOf(documents.find((d) => d.name === name)!)!;
const edit = (documents: readonly { name: string; content: string }[], ...edits: Edit[]) =>
  applyEdits(documents, edits);
const putPou = (name: string, source: string, document = ''): Edit => ({ kind: 'put_pou', name, source, document });

describe('the POUs of a document', () => {
  it('are found past comments, strings and configurations', () => {
    expect(pousIn(st).map((p) => p.name)).toEqual(['FB1', 'Main']);
    expect(pousIn(xml).map((p) => p.name)).toEqual(['Main', 'Other']);
  });

  it('are found by name in any case, members by their owner', () => {
    expect(findPou([st], 'MAIN')?.place.name).toBe('Main');
    expect(findPou([st], 'fb1.Method')?.place.name).toBe('FB1');
    expect(findPou([st], 'None')).toBeUndefined();
  });
});

describe('an edit', () => {
  it('replaces a whole POU of a text', () => {
    const after = text(edit([st], putPou('main', 'PROGRAM Main\nEND_PROGRAM')), 'a.st');
    expect(after).toContain('PROGRAM Main\nEND_PROGRAM\nCONFIGURATION');
    expect(after).toContain('FUNCTION_BLOCK FB1');
    expect(after).not.toContain('f();');
  });

  it('replaces the statements alone where the source has no opening keyword', () => {
    const after = text(edit([st], putPou('Main', 'f(); f();')), 'a.st');
    expect(after).toContain("s : STRING := 'END_PROGRAM'; END_VAR\nf(); f();\nEND_PROGRAM");
  });

  it('replaces the body of an XML program, escaped, and a whole element', () => {
    const body = text(edit([xml], putPou('Main', 'x := a < b & c;')), 'b.xml');
    expect(body).toContain('<xhtml xmlns="x">x := a &lt; b &amp; c;</xhtml>');
    const whole = text(edit([xml], putPou('Other', '<pou name="Other"><body><ST/></body></pou>')), 'b.xml');
    expect(whole).toContain('<pou name="Other"><body><ST/></body></pou></pous>');
  });

  it('adds a POU to a document, text or XML', () => {
    expect(text(edit([st], putPou('New', 'FUNCTION New : INT END_FUNCTION')), 'a.st')).toMatch(
      /END_CONFIGURATION\nFUNCTION New/,
    );
    expect(text(edit([xml], putPou('New', '<pou name="New"/>', 'b.xml')), 'b.xml')).toContain(
      '<pou name="New"/>\n</pous>',
    );
  });

  it('deletes POUs and documents, and puts documents, in order', () => {
    const after = edit(
      [st, xml],
      { kind: 'delete_pou', name: 'FB1' },
      { kind: 'delete_document', name: 'b.xml' },
      { kind: 'put_document', document: { name: 'c.st', content: 'x' } },
    );
    expect(after.map((d) => d.name)).toEqual(['a.st', 'c.st']);
    expect(text(after, 'a.st')).not.toContain('FB1 VAR');
  });

  it('finds a document by the end of its path where only one has it', () => {
    const at = (name: string) => ({ ...st, name });
    const put: Edit = { kind: 'put_document', document: { name: 'a.st', content: 'new' } };
    expect(text(edit([at('/p/a.st'), at('/p/b.st')], put), '/p/a.st')).toBe('new');
    const names = edit([at('/p/a.st'), at('/p/q/a.st')], put).map((d) => d.name);
    expect(names).toEqual(['/p/a.st', '/p/q/a.st', 'a.st']);
  });

  it('leaves the documents that it does not touch', () => {
    expect(edit([st, xml], putPou('Main', 'f();'))[1]).toBe(xml);
  });

  it.each([
    ['a POU that is not there', { kind: 'delete_pou', name: 'Nope' }, 'POU_NOT_FOUND'],
    ['a document that is not there', { kind: 'delete_document', name: 'nope.st' }, 'NOT_FOUND'],
    ['statements for a graphical body', putPou('Other', 'x := 1;'), 'INVALID_REQUEST'],
    ['a new POU for a document that is not there', putPou('New', 'x', 'nope.st'), 'NOT_FOUND'],
    ['a part of a POU', { kind: 'delete_pou', name: 'Main.Act' }, 'UNSUPPORTED'],
    ['the last document', { kind: 'delete_document', name: 'b.xml' }, 'INVALID_REQUEST'],
    [
      'more bytes than a project has',
      { kind: 'put_document', document: { name: 'n.st', content: ' '.repeat(2 ** 24) } },
      'TOO_LARGE',
    ],
  ] as const)('of %s is refused', (_what, given, reason) => {
    expect(() => edit([xml], given)).toThrow(expect.objectContaining({ reason }) as Error);
  });

  it('keeps bytes as bytes, with their byte order mark, and refuses what is not UTF-8', () => {
    const bytes = {
      name: 'a.st',
      content: new Uint8Array([0xef, 0xbb, 0xbf, ...Buffer.from('PROGRAM P\nEND_PROGRAM')]),
    };
    const [after] = applyEdits([bytes], [putPou('P', 'PROGRAM P END_PROGRAM')]);
    expect([...(after!.content as Uint8Array).subarray(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x50]);
    const latin = { name: 'l.st', content: Uint8Array.of(0x50, 0xe4) };
    expect(() => applyEdits([latin], [putPou('P', 'x', 'l.st')])).toThrow('UTF-8');
  });
});
