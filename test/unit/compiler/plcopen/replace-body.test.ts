import { bodyText, replaceBody } from '../../../../server/src/compiler/plcopen/replace-body.js';
import { importPlcopen } from '../../../../server/src/compiler/plcopen/import.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { applyEdits } from '../../../../server/src/project/apply-edits.js';
import { programXml, projectXml } from '../../../support/plcopen-document.js';

const ladder = `<LD><leftPowerRail localId="1"><position x="0" y="0"/></leftPowerRail>
  <contact localId="2"><position x="40" y="0"/><connectionPointIn><connection refLocalId="1"/></connectionPointIn><variable>a</variable></contact>
  <coil localId="3"><position x="90" y="0"/><connectionPointIn><connection refLocalId="2"/></connectionPointIn><variable>b</variable></coil></LD>`;
const content = projectXml({
  pous: `<!-- kept -->${programXml(['a', 'b', 'c'], ladder, `<actions><action name="Go"><body>${ladder}</body></action></actions>`)}`,
});
const document = { name: 'p.xml', content };

describe('the body of a PLCopen document', () => {
  it('is given as text, that of an action too', () => {
    expect(bodyText(document, 'main', createProblems())).toEqual({ language: 'LD', text: '|a| -> (b)\n' });
    expect(bodyText(document, 'MAIN.go', createProblems())).toEqual({ language: 'LD', text: '|a| -> (b)\n' });
    expect(bodyText(document, 'other', createProblems())).toBeUndefined();
  });

  it('is replaced by text, and all else stays as it was', () => {
    const text = '|a| |/c| -> (S b)\n\n#9: t : TON(IN := |a|, PT := T#1s) => Q\n#9.Q -> (c)\n';
    const changed = replaceBody(document, 'main', 'LD', text, createProblems())!;
    expect(bodyText({ name: 'p.xml', content: changed }, 'main', createProblems())?.text).toBe(text);
    expect(bodyText({ name: 'p.xml', content: changed }, 'main.Go', createProblems())?.text).toBe('|a| -> (b)\n');
    const [before, after] = [content, changed].map((xml) => xml.replace(/<\/actions><body>.*?<\/body><\/pou>/s, ''));
    expect(after).toBe(before);
  });

  it.each<['FBD' | 'CFC' | 'SFC', string]>([
    ['FBD', '#3: ADD(EN := a, IN1 := 1, !IN2 := c) => ENO, OUT\n#3.OUT -> b\n'],
    ['FBD', 'a -> JUMP end\n\nb -> c\n\nend:\n'],
    ['CFC', '@1 #3: OPERATOR ADD(In1 := a, In2 := c) => Out1\n@2 #3.Out1 -> b\n'],
    [
      'SFC',
      'INITIAL STEP A\nSTEP B:\n  D T#5s b\nSTEP C:\n  P ST {\n    c := TRUE;\n  }\n\nTRANSITION A -> B + C: a\nTRANSITION B + C -> A, PRIORITY 3: NAMED x\nTRANSITION A -> A: {a AND\n b}\n',
    ],
  ])('may come in another language: %s %j', (language, text) => {
    const problems = createProblems();
    const changed = replaceBody(document, 'main', language, text, problems)!;
    expect(problems.list()).toEqual([]);
    expect(bodyText({ name: 'p.xml', content: changed }, 'main', problems)).toMatchObject({
      language,
      text: text.replace('{a AND\n b}', '{a AND\n b}'),
    });
    expect(problems.list()).toEqual([]);
  });

  it('stays where the text is wrong, and the finding says where', () => {
    const problems = createProblems();
    expect(replaceBody(document, 'main', 'LD', '|a| -> (b)\n|c -> (b)', problems)).toBeUndefined();
    expect(problems.list()[0]).toMatchObject({ code: 'E6040', line: 2, pou: 'main' });
  });

  it('keeps the prefix that the document uses', () => {
    const prefixed = content.replace(/<(\/?)(?!\?|!|xhtml)/g, '<$1n:').replace('xmlns=', 'xmlns:n=');
    const changed = replaceBody({ name: 'p.xml', content: prefixed }, 'main', 'LD', '|c| -> (a)\n', createProblems())!;
    const { declarations } = importPlcopen({ name: 'p.xml', content: changed }, createProblems());
    expect(declarations[0]).toMatchObject({ body: { kind: 'graph', language: 'LD' } });
    expect(bodyText({ name: 'p.xml', content: changed }, 'main', createProblems())?.text).toBe('|c| -> (a)\n');
  });
});

describe('a patch of a drawing', () => {
  const patch = (source: string) =>
    applyEdits(
      [{ name: 'p.xml', content: new TextEncoder().encode(`\ufeff${content}`) }],
      [{ kind: 'put_pou', name: 'main', source, document: '' }],
    );

  it('takes the text form of its body', () => {
    const [changed] = patch('|c| -> (a)\n');
    expect(bodyText(changed!, 'main', createProblems())?.text).toBe('|c| -> (a)\n');
    expect([...(changed!.content as Uint8Array).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  it('is refused where that is wrong, with line and column', () => {
    expect(() => patch('|c| ->')).toThrow(/Line 1, column 7/);
  });
});
