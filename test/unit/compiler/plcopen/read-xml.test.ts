import { createProblems } from '../../../../server/src/compiler/problems.js';
import { decodeDocument, maxDocumentBytes } from '../../../../server/src/compiler/plcopen/decode-document.js';
import { readXml } from '../../../../server/src/compiler/plcopen/read-xml.js';
import { textOf } from '../../../../server/src/compiler/plcopen/xml-tree.js';

function read(text: string) {
  const problems = createProblems();
  const document = readXml('t.xml', text, problems);
  return { document, finding: problems.list()[0] };
}
const place = (text: string) => {
  const { finding } = read(text);
  return finding && `${finding.code} ${finding.line}:${finding.column}`;
};

describe('the reader of XML', () => {
  it.each([
    ['tags that do not match', '<r><a></r>', 'E0001 1:7'],
    ['a document that is cut off', '<r>\n<a>', 'E0001 2:4'],
    ['an attribute that stands twice', '<r a="1" a="2"/>', 'E0001 1:10'],
    ['an attribute without quotes', '<r a=1/>', 'E0001 1:6'],
    ['attributes that touch', '<r a="1"b="2"/>', 'E0001 1:9'],
    ['a second root', '<r/><s/>', 'E0001 1:5'],
    ['text after the root', '<r/>x', 'E0001 1:5'],
    ['an entity of HTML', '<r>&nbsp;</r>', 'E0001 1:4'],
    ['a bare ampersand', '<r>a & b</r>', 'E0001 1:6'],
    ['a reference to NUL', '<r a="&#0;"/>', 'E0001 1:7'],
    ['a reference to a half surrogate', '<r>&#xD800;</r>', 'E0001 1:4'],
    ['a less-than sign in a value', '<r a="<"/>', 'E0001 1:7'],
    [']]> in text', '<r>]]></r>', 'E0001 1:4'],
    ['a comment with two hyphens', '<r><!-- a -- b --></r>', 'E0001 1:11'],
    ['a comment without end', '<r><!-- a </r>', 'E0001 1:4'],
    ['an XML declaration after white space', '\n<?xml version="1.0"?><r/>', 'E0001 2:1'],
    ['a prefix that is not declared', '<x:r/>', 'E0001 1:1'],
    ['a NUL', '<r>\n a\u0000b</r>', 'E0006 2:3'],
    ['U+FFFE', '<r>\ufffe</r>', 'E0006 1:4'],
    ['a half surrogate', '<r>\ud800</r>', 'E0006 1:4'],
    ['a DOCTYPE', '<!DOCTYPE r><r/>', 'E0002 1:1'],
    ['a DOCTYPE in lower case', '<!doctype r><r/>', 'E0002 1:1'],
    ['a DOCTYPE within the root', '<r>\n<!DOCTYPE r></r>', 'E0002 2:1'],
    ['a DOCTYPE after much comment', `<!--${' '.repeat(100_000)}-->\n<!DOCTYPE r><r/>`, 'E0002 2:1'],
    ['entities that grow', '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><r>&b;</r>', 'E0002 1:1'],
    ['no element', '<!-- nothing -->', 'E0001 1:17'],
  ])('refuses %s and says where', (_what, text, expected) => {
    expect(read(text).document).toBeUndefined();
    expect(place(text)).toBe(expected);
  });

  it.each(['<r><!-- <!DOCTYPE r> --></r>', '<r><![CDATA[<!DOCTYPE r>]]></r>'])(
    'takes a DOCTYPE that is only text: %s',
    (text) => {
      expect(read(text).document).toBeDefined();
    },
  );

  it('nests to 512 elements and no deeper, without recursion', () => {
    const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;
    expect(read(nested(512)).document).toBeDefined();
    expect(place(nested(513))).toBe('E0003 1:1537');
    expect(place('<a>'.repeat(200_000))).toBe('E0003 1:1537');
  });

  it('refuses an element with too many attributes in time linear in their number', () => {
    const attributes = Array.from({ length: 100_000 }, (_value, i) => `a${i}="1"`).join(' ');
    expect(read(`<r ${attributes}/>`).finding?.code).toBe('E0007');
  });

  it('resolves prefixes to namespaces, and leaves their declarations out of the attributes', () => {
    const { document } = read('<n:r xmlns:n="u:1" xmlns="u:2" n:a="1" b="2"><c/><d xmlns=""/></n:r>');
    const root = document!.root;
    expect([root.name, root.namespace, ...root.attributes]).toEqual(['r', 'u:1', ['n:a', '1'], ['b', '2']]);
    expect(root.children.map((child) => [child.name, child.namespace])).toEqual([['c', 'u:2'], ['d', '']]); // prettier-ignore
  });

  it('keeps names of members that objects have by nature', () => {
    const { document } = read('<r valueOf="p"><toString/><x hasOwnProperty="1" name="__proto__"/></r>');
    const root = document!.root;
    expect([...root.attributes]).toEqual([['valueOf', 'p']]);
    expect(root.children.map((child) => child.name)).toEqual(['toString', 'x']);
    expect([...root.children[1]!.attributes]).toEqual([['hasOwnProperty', '1'], ['name', '__proto__']]); // prettier-ignore
    expect(({} as Record<string, unknown>)['p']).toBeUndefined();
  });

  it.each(['<r><__proto__/></r>', '<r><constructor/></r>', '<r __proto__="1"/>'])(
    'refuses %s, which the parser does',
    (text) => {
      const { document, finding } = read(text);
      expect(document).toBeUndefined();
      expect(finding).toMatchObject({ code: 'E0001' });
      expect(({} as Record<string, unknown>)['1']).toBeUndefined();
    },
  );

  it('makes white space in values blanks, unless it is written as a reference', () => {
    const { document } = read('<r a="x\r\ny\tz&#10;&lt;&#x41;"/>');
    expect(document!.root.attributes.get('a')).toBe('x y z\n<A');
  });

  it('gives text without markup, and where its pieces stand', () => {
    const { document } = read('<r><p>a &lt; <b>b</b></p><!-- x --><p><![CDATA[c & d]]></p></r>');
    const { text, pieces } = textOf(document!, document!.root);
    expect(text).toBe('a < b\nc & d\n');
    const c = text.indexOf('c');
    const piece = pieces.findLast(({ at }) => at <= c)!;
    expect(document!.text.slice(piece.offset + c - piece.at).startsWith('c & d')).toBe(true);
  });
});

describe('the decoder of documents', () => {
  const decode = (content: Uint8Array | string) => {
    const problems = createProblems();
    return { text: decodeDocument({ name: 't.xml', content }, problems), finding: problems.list()[0] };
  };
  const bytes = (text: string, ...mark: number[]) => Uint8Array.from([...mark, ...Buffer.from(text, 'latin1')]);
  const utf16 = (text: string, big: boolean, mark: boolean) => {
    const buffer = Buffer.from(`${mark ? '\ufeff' : ''}${text}`, 'utf16le');
    return Uint8Array.from(big ? buffer.swap16() : buffer);
  };

  it.each<[string, Uint8Array, string]>([
    ['UTF-8 with a mark', bytes('<r>\xc3\xa4</r>', 0xef, 0xbb, 0xbf), '<r>ä</r>'],
    ['UTF-16LE with a mark', utf16('<r>ä</r>', false, true), '<r>ä</r>'],
    ['UTF-16BE with a mark', utf16('<r>ä</r>', true, true), '<r>ä</r>'],
    [
      'UTF-16LE without a mark',
      utf16('<?xml version="1.0" encoding="UTF-16"?><r/>', false, false),
      '<?xml version="1.0" encoding="UTF-16"?><r/>',
    ],
    ['UTF-16BE without a mark', utf16('<?xml version="1.0"?><r/>', true, false), '<?xml version="1.0"?><r/>'],
  ])('reads %s', (_what, content, expected) => {
    expect(decode(content).text).toBe(expected);
  });

  it.each<[string, number[], string]>([
    ['ISO-8859-1', [0xe4, 0x85], 'ä\x85'],
    ['windows-1252', [0x80], '€'],
    ['Shift_JIS', [0x83, 0x65, 0x83, 0x58], 'テス'],
    ['us-ascii', [0x41], 'A'],
  ])('reads what the declaration calls %s', (encoding, content, expected) => {
    const { text } = decode(
      Uint8Array.from([...bytes(`<?xml version='1.0' encoding='${encoding}'?><r>`), ...content, ...bytes('</r>')]),
    );
    expect(/<r>(.*)<\/r>/s.exec(text ?? '')?.[1]).toBe(expected);
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'E0009'],
    ['white space only', bytes(' \n\t'), 'E0009'],
    ['an encoding that nobody knows', bytes('<?xml version="1.0" encoding="x-klingon"?><r/>'), 'E0004'],
    ['UTF-16 that is none', bytes('<?xml version="1.0" encoding="utf-16"?><r/>'), 'E0004'],
    [
      'a mark against the declaration',
      bytes('<?xml version="1.0" encoding="Shift_JIS"?><r/>', 0xef, 0xbb, 0xbf),
      'E0004',
    ],
    ['UTF-32', bytes('<\0\0\0', 0xff, 0xfe, 0, 0), 'E0004'],
    ['bytes beyond ASCII', bytes('<?xml version="1.0" encoding="us-ascii"?><r>\xe4</r>'), 'E0005'],
    ['too many bytes', new Uint8Array(maxDocumentBytes + 1), 'E0008'],
  ])('refuses %s', (_what, content, code) => {
    const { text, finding } = decode(content);
    expect([text, finding?.code]).toEqual([undefined, code]);
  });

  it('says where the first invalid byte stands', () => {
    const { finding } = decode(bytes('<r>\n ab\xff</r>'));
    expect([finding?.code, finding?.line, finding?.column]).toEqual(['E0005', 2, 4]);
  });
});
