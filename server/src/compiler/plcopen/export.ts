import type { SourceDocument } from '../compile-input.js';
import { formOf } from '../document-form.js';
import type { Problems } from '../problems.js';
import { parseUnit } from '../st/parse-unit.js';
import { importTwincat } from '../twincat/import-twincat.js';
import { sameName } from '../../model/identifier.js';
import { conform, currentNamespace } from './conform.js';
import { decodeDocument } from './decode-document.js';
import type { PrintedDeclaration } from './print-declaration.js';
import { printDeclaration } from './print-declaration.js';
import { plainWorksheets } from './plain-worksheets.js';
import { readXml } from './read-xml.js';
import { escapeAttribute } from './xml-write.js';
import type { XmlDocument, XmlElement } from './xml-tree.js';
import { childrenNamed, descend } from './xml-tree.js';

/**
 * A PLCopen document as valid TC6 XML 2.01: the same text where it is valid already, else with the least changes that make it so.
 * Single POUs get a project around them. Undefined after an error was reported.
 */
export function exportPlcopen(document: SourceDocument, problems: Problems): string | Uint8Array | undefined {
  const read = readDocument(document, problems);
  const xml = read && plainWorksheets(read, problems);
  if (!xml) return undefined;
  const { root } = xml;
  // The lines of the document stay the lines of the project.
  if (root.name !== 'project')
    return (
      (xml.text.slice(0, root.start).trimEnd() === '' ? declaration.trimEnd() : '') +
      withUtf8Declaration(xml.text.slice(0, root.start)) +
      projectAround(xml, root)
    );
  const exported = conform(xml, root, 'project');
  if (xml === read && exported === xml.text.slice(root.start, root.end)) return document.content;
  return withUtf8Declaration(xml.text.slice(0, root.start)) + exported + xml.text.slice(root.end);
}

const declaration = '<?xml version="1.0" encoding="utf-8"?>\n';

/** What stands before the root, for a text that is written as UTF-8. */
const withUtf8Declaration = (prolog: string): string =>
  prolog.replace(/^(<\?xml[^>]*?encoding\s*=\s*)(["'])[^"']*\2/, '$1$2utf-8$2');

function projectAround(xml: XmlDocument, root: XmlElement): string {
  const ruleName = root.name === 'globalVars' ? 'varList' : root.name;
  const inner = conform(xml, root, ruleName).replace(/^(<[^>]*?)\sxmlns=(["'])[^"']*\2/, '$1');
  const place = ({ pou: 'pous', dataType: 'dataTypes', globalVars: 'globals' } as const)[root.name] ?? 'pous';
  if (place !== 'globals') return projectOf('', [{ place, xml: inner }], '');
  return projectOf('', [{ place: 'configurations', xml: `<configuration name="Config">${inner}</configuration>` }], '');
}

/** A project of several documents, or of textual ones, as one document of TC6 XML 2.01. */
export function exportProject(
  name: string,
  documents: readonly SourceDocument[],
  problems: Problems,
): string | Uint8Array | undefined {
  const [only] = documents;
  if (only && documents.length === 1 && isXml(only)) return exportPlcopen(only, problems);
  const before = problems.errorCount;
  const printed = documents.flatMap((document) =>
    isXml(document) ? piecesOf(document, problems) : printedText(document, problems),
  );
  return problems.errorCount > before ? undefined : declaration + projectOf(name, printed);
}

/** One program unit of a PLCopen document as a project of its own; undefined where there is none of that name. */
export function exportPou(document: SourceDocument, pouName: string, problems: Problems): string | undefined {
  if (!isXml(document)) {
    const unit = parseText(document, problems);
    const pou = unit.find((found) => found.kind === 'pou' && sameName(found.name, pouName));
    return pou && declaration + projectOf(pouName, [printDeclaration(pou)]);
  }
  const xml = readPlain(document, problems);
  const pou = xml && findPou(xml.root, pouName);
  return xml && pou ? declaration + projectOf(pouName, [pieceOf(xml, pou, 'pou', 'pous')]) : undefined;
}

function findPou(root: XmlElement, pouName: string): XmlElement | undefined {
  const stack = [root];
  while (stack.length > 0) {
    const element = stack.pop()!;
    if (element.name === 'pou' && sameName(element.attributes.get('name') ?? '', pouName)) return element;
    if (element.name !== 'body') stack.push(...element.children);
  }
  return undefined;
}

const isXml = (document: SourceDocument): boolean => formOf(document.name) === 'plcopen';

function readDocument(document: SourceDocument, problems: Problems): XmlDocument | undefined {
  const text = decodeDocument(document, problems);
  return text === undefined ? undefined : readXml(document.name, text, problems);
}

function readPlain(document: SourceDocument, problems: Problems): XmlDocument | undefined {
  const xml = readDocument(document, problems);
  return xml && plainWorksheets(xml, problems);
}

function parseText(document: SourceDocument, problems: Problems): ReturnType<typeof parseUnit>['declarations'] {
  if (formOf(document.name) === 'twincat') return importTwincat(document, problems).declarations;
  const text = typeof document.content === 'string' ? document.content : new TextDecoder().decode(document.content);
  return parseUnit({ file: document.name, text, language: 'ST', firstLine: 1, firstColumn: 1 }, problems).declarations;
}
const printedText = (document: SourceDocument, problems: Problems): readonly PrintedDeclaration[] =>
  parseText(document, problems).map(printDeclaration);

/** What a PLCopen document declares, made valid, each piece for its place in another project. */
function piecesOf(document: SourceDocument, problems: Problems): readonly PrintedDeclaration[] {
  const xml = readPlain(document, problems);
  if (!xml) return [];
  const { root } = xml;
  if (root.name !== 'project') return [pieceOf(xml, root, root.name, root.name === 'dataType' ? 'dataTypes' : 'pous')];
  return [
    ...childrenNamed(descend(root, 'types', 'dataTypes'), 'dataType').map((element) =>
      pieceOf(xml, element, 'dataType', 'dataTypes'),
    ),
    ...childrenNamed(descend(root, 'types', 'pous'), 'pou').map((element) => pieceOf(xml, element, 'pou', 'pous')),
    ...childrenNamed(descend(root, 'instances', 'configurations'), 'configuration').map((element) =>
      pieceOf(xml, element, 'configuration', 'configurations'),
    ),
    ...childrenNamed(root, 'addData').flatMap((list) =>
      list.children.map((element) => pieceOf(xml, element, 'data', 'addData')),
    ),
  ];
}

/** A piece carries the namespaces that stand around it in its own document. */
function pieceOf(
  xml: XmlDocument,
  element: XmlElement,
  rule: string,
  place: PrintedDeclaration['place'],
): PrintedDeclaration {
  const text = conform(xml, element, rule);
  const around = [...xml.text.slice(0, element.start).matchAll(/\s(xmlns(?::[\w.-]+)?)\s*=\s*("[^"]*"|'[^']*')/g)];
  const tag = /^<[^>]*>/.exec(text)![0];
  const missing = new Map(
    around
      .map((match) => [match[1]!, match[2]!])
      .filter(([name]) => name !== 'xmlns' && text.includes(`${name!.slice(6)}:`) && !tag.includes(`${name}=`)) as [
      string,
      string,
    ][],
  );
  const declared = [...missing].map(([name, value]) => ` ${name}=${value}`).join('');
  return { place, xml: text.replace(/^<[^\s/>]+/, (open) => open + declared) };
}

/** `separator` between the parts: a line end, or nothing where the lines of the only piece must keep their numbers. */
function projectOf(name: string, printed: readonly PrintedDeclaration[], separator = '\n'): string {
  const at = (place: PrintedDeclaration['place']): string =>
    printed
      .filter((piece) => piece.place === place)
      .map((piece) => `${separator}${piece.xml}`)
      .join('');
  const more = at('addData');
  return [
    `<project xmlns="${currentNamespace}" xmlns:xhtml="http://www.w3.org/1999/xhtml">`,
    '<fileHeader companyName="" productName="plc-emu" productVersion="1" creationDateTime="1970-01-01T00:00:00"/>',
    `<contentHeader name="${escapeAttribute(name)}"><coordinateInfo><fbd><scaling x="1" y="1"/></fbd><ld><scaling x="1" y="1"/></ld><sfc><scaling x="1" y="1"/></sfc></coordinateInfo></contentHeader>`,
    `<types><dataTypes>${at('dataTypes')}</dataTypes><pous>${at('pous')}</pous></types>`,
    `<instances><configurations>${at('configurations')}</configurations></instances>${more === '' ? '' : `<addData>${more}</addData>`}`,
    '</project>',
    '',
  ].join(separator);
}
