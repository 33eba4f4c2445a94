import type { Problems } from '../problems.js';
import { parseUnit } from '../st/parse-unit.js';
import { sheetsOf } from './import-body.js';
import { instanceOf } from './import-configuration.js';
import { printDeclaration } from './print-declaration.js';
import { readXml } from './read-xml.js';
import type { XmlDocument, XmlElement } from './xml-tree.js';
import { childNamed, sourceOf, textOf } from './xml-tree.js';
import { escapeAttribute } from './xml-write.js';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The document without what PC WORX and others add to TC6: each worksheet or network of a POU becomes a body of its own, sheets of
 * types become types, instances name their program, and lists below the project move into `<types>`. The same document where there
 * is none of it; undefined after an error was reported.
 */
export function plainWorksheets(given: XmlDocument, problems: Problems): XmlDocument | undefined {
  const document = withTypes(given, problems);
  if (!document) return undefined;
  const edits: Edit[] = [];
  const stack = [document.root];
  while (stack.length > 0) {
    const element = stack.pop()!;
    const edit = editOf(document, element, problems);
    if (edit) edits.push(edit);
    else stack.push(...element.children);
  }
  return edited(document, edits, problems);
}

/** Lists that stand right below the project get `<types>` around them. */
function withTypes(document: XmlDocument, problems: Problems): XmlDocument | undefined {
  const { root, text } = document;
  const lists = root.children.filter(({ name }) => name === 'dataTypes' || name === 'pous');
  if (root.name !== 'project' || lists.length === 0 || childNamed(root, 'types')) return document;
  const prefix = /^<([^\s/>:]+:)?/.exec(text.slice(root.start, root.contentStart))?.[1] ?? '';
  const inner = lists.map(({ start, end }) => text.slice(start, end)).join('');
  const edits = lists.map(({ start, end }, i) => ({
    start,
    end,
    text: i === 0 ? `<${prefix}types>${inner}</${prefix}types>` : '',
  }));
  return edited(document, edits, problems);
}

function edited(document: XmlDocument, edits: Edit[], problems: Problems): XmlDocument | undefined {
  if (edits.length === 0) return document;
  const { text } = document;
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return readXml(document.file, parts.join('') + text.slice(at), problems);
}

function editOf(document: XmlDocument, element: XmlElement, problems: Problems): Edit | undefined {
  const { start, end } = element;
  switch (element.name) {
    case 'pou': {
      const body = childNamed(element, 'body');
      const language = body?.children.find((child) => sheetsOf(child).length > 0);
      return body && language && { start: body.start, end: body.end, text: bodiesOf(document, body, language) };
    }
    case 'datatypeWorksheet':
      return { start, end, text: typesOf(document, element, problems) };
    case 'pouInstance': {
      const written = element.attributes.get('name') ?? '';
      if (element.attributes.has('typeName') || !/^\s*program\s*$/i.test(element.attributes.get('type') ?? ''))
        return undefined;
      const { name, program } = instanceOf(element, written);
      const tag = document.text
        .slice(start, element.contentStart)
        .replace(/(\sname\s*=\s*)("[^"]*"|'[^']*')/, (_all, before: string) => `${before}"${escapeAttribute(name)}"`)
        .replace(/\stype\s*=\s*("[^"]*"|'[^']*')/, ` typeName="${escapeAttribute(program)}"`);
      return { start, end: element.contentStart, text: tag };
    }
    default:
      return undefined;
  }
}

/** One body for each sheet. What stands beside the sheets stays with the first. */
function bodiesOf(document: XmlDocument, body: XmlElement, language: XmlElement): string {
  const raw = (from: number, to: number): string => document.text.slice(from, to);
  const nameOf = (element: XmlElement): string => /^<([^\s/>]+)/.exec(raw(element.start, element.contentStart))![1]!;
  const [bodyName, languageName] = [nameOf(body), nameOf(language)];
  const sheets = sheetsOf(language).map((sheet, i) => {
    const title = escapeAttribute(sheet.attributes.get('name') ?? '');
    const content = `<${languageName}>${raw(sheet.contentStart, sheet.contentEnd)}</${languageName}>`;
    const [before, after] =
      i === 0 ? [raw(body.contentStart, language.start), raw(language.end, body.contentEnd)] : ['', ''];
    return `<${bodyName} WorksheetName="${title}">${before}${content}${after}</${bodyName}>`;
  });
  return sheets.join('');
}

function typesOf(document: XmlDocument, sheet: XmlElement, problems: Problems): string {
  const source = sourceOf(document, textOf(document, sheet), { language: 'ST' });
  return parseUnit(source, problems)
    .declarations.map((declaration) => printDeclaration(declaration).xml)
    .join('');
}
