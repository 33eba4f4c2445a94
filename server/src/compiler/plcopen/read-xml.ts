import { XMLParser } from 'fast-xml-parser';
import type { Problems } from '../problems.js';
import type { SourceText } from '../../model/source-span.js';
import { lineColumn } from '../../model/source-span.js';
import { attributeValue, checkXml, isNamespaceDeclaration, maxDepth, XmlError, type XmlPlace } from './check-xml.js';
import type { XmlDocument, XmlElement } from './xml-tree.js';

/**
 * Reads an XML document to a tree that knows its offsets: the text is checked first (security.md: XML is validated before it
 * is parsed), fast-xml-parser gives elements and attributes, and the check their places, which findings need. Undefined after
 * an error was reported.
 */
export function readXml(file: string, text: string, problems: Problems): XmlDocument | undefined {
  try {
    const places = checkXml(text);
    return { file, text, root: placed(parse(text, places), places) };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const source: SourceText = { file, text, language: 'ST', firstLine: 1, firstColumn: 1 };
    problems.reportDocument(error.code, file, error.message, lineColumn(source, error.offset));
    return undefined;
  }
}

/** What fast-xml-parser gives in order: one key for the element's name, `:@` for its attributes, `#...` for text. */
type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  // Values stay as written: references are resolved by the check's own rules, and no text becomes a number.
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  cdataPropName: '#cdata',
  maxNestedTags: maxDepth + 1,
  // Names such as toString are legal; the tree holds them in maps.
  onDangerousProperty: (name: string) => name,
});

function parse(text: string, places: readonly XmlPlace[]): readonly Node[] {
  try {
    return parser.parse(text) as readonly Node[];
  } catch (error) {
    // The text is well-formed: what the parser refuses are names that JavaScript reserves, such as <__proto__>.
    throw new XmlError('E0001', places[0]!.start, `The document can't be read: ${(error as Error).message}.`);
  }
}

/** Joins the elements of the parser, in the order of their start tags, with their places. */
function placed(nodes: readonly Node[], places: readonly XmlPlace[]): XmlElement {
  let next = 0;
  const elementsOf = (list: readonly Node[]): XmlElement[] => {
    const elements: XmlElement[] = [];
    for (const node of list) {
      const key = elementKey(node);
      if (key === undefined) continue;
      const place = places[next];
      if (!place) throw new Error('the parser of XML sees more elements than the check');
      next += 1;
      elements.push({ ...place, attributes: attributesOf(node), children: elementsOf(node[key] as readonly Node[]) });
    }
    return elements;
  };
  const [root] = elementsOf(nodes);
  if (!root || next !== places.length) throw new Error('the parser of XML sees fewer elements than the check');
  return root;
}

function elementKey(node: Node): string | undefined {
  for (const key in node) if (key !== ':@' && !key.startsWith('#') && !key.startsWith('?')) return key;
  return undefined;
}

function attributesOf(node: Node): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>)) {
    if (!isNamespaceDeclaration(name)) attributes.set(name, attributeValue(value));
  }
  return attributes;
}
