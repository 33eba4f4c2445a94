import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { decodeDocument } from '../../server/src/compiler/plcopen/decode-document.js';
import { readXml } from '../../server/src/compiler/plcopen/read-xml.js';
import { textOf, type XmlDocument, type XmlElement } from '../../server/src/compiler/plcopen/xml-tree.js';
import { createProblems } from '../../server/src/compiler/problems.js';
import { corpusFiles, describeCorpus } from '../support/corpus.js';

/** A tree as text: names, attributes, and the text of elements without children. */
const line = (depth: number, name: string, attributes: readonly (readonly [string, string])[], text: string): string =>
  `${' '.repeat(depth)}${name} ${attributes.map(([key, value]) => `${key}=${value}`).join(' ')} ${text.replace(/\s+/g, ' ').trim()}`;

function ours(document: XmlDocument, element: XmlElement, depth = 0): string[] {
  const text = element.children.length === 0 ? textOf(document, element).text : '';
  return [
    line(depth, element.name, [...element.attributes], text),
    ...element.children.flatMap((child) => ours(document, child, depth + 1)),
  ];
}

type Ordered = Record<string, unknown>;

const piece = (text: unknown): string => (typeof text === 'string' ? text : '');

/** The same of an independent reader. */
function theirs(nodes: readonly Ordered[], depth = 0): string[] {
  return nodes.flatMap((node) => {
    const tag = Object.keys(node).find((key) => key !== ':@' && !key.startsWith('#') && !key.startsWith('?'));
    if (tag === undefined) return [];
    const children = node[tag] as Ordered[];
    const isLeaf = children.every((child) => Object.keys(child).every((key) => key.startsWith('#') || key === ':@'));
    const text = isLeaf
      ? children
          .map((child) => piece(child['#text'] ?? (child['#cdata'] as Ordered[] | undefined)?.[0]?.['#text']))
          .join('')
      : '';
    const attributes = Object.entries((node[':@'] as Record<string, string> | undefined) ?? {}).filter(
      ([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'),
    );
    return [line(depth, tag.replace(/^.*:/, ''), attributes, text), ...theirs(children, depth + 1)];
  });
}

describeCorpus('the reader of XML', () => {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    cdataPropName: '#cdata',
    htmlEntities: true,
    processEntities: { enabled: true, maxTotalExpansions: 10_000_000, maxExpandedLength: 100_000_000 },
    maxNestedTags: 600,
  });

  it('makes the same tree of every document of the field as an independent reader', () => {
    const files = [...corpusFiles('first'), ...corpusFiles('plcopen')];
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const problems = createProblems();
      const text = decodeDocument({ name: basename(file), content: readFileSync(file) }, problems)!;
      const document = readXml(file, text, problems)!;
      expect({ file, lines: ours(document, document.root) }).toEqual({
        file,
        lines: theirs(parser.parse(text) as Ordered[]),
      });
    }
  });
});
