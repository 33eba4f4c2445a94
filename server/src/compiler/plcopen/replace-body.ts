import type { Language } from '../../model/source-span.js';
import { sameName } from '../../model/identifier.js';
import type { SourceDocument } from '../compile-input.js';
import type { Problems } from '../problems.js';
import type { Body, PouDeclaration } from '../syntax/ast.js';
import { parseBody, printBody } from '../text/text-form.js';
import { decodeDocument } from './decode-document.js';
import { importPlcopen } from './import.js';
import { bodyXml } from './print-chart-xml.js';
import { readXml } from './read-xml.js';
import type { XmlElement } from './xml-tree.js';
import { childNamed } from './xml-tree.js';

/** The body of a POU, or of its action or method `Pou.Member`, of a PLCopen document as text that can be edited. */
export function bodyText(
  document: SourceDocument,
  name: string,
  problems: Problems,
): { readonly language: Language; readonly text: string } | undefined {
  const [pouName = '', member] = name.split('.');
  const pou = importPlcopen(document, problems).declarations.find(
    (d): d is PouDeclaration => d.kind === 'pou' && sameName(d.name, pouName),
  );
  const body: Body | undefined =
    member === undefined
      ? pou?.body
      : pou && [...pou.actions, ...pou.methods].find(({ name: found }) => sameName(found, member))?.body;
  return body && printBody(body);
}

/**
 * A PLCopen document in which the body of a POU, or of an action `Pou.Action`, is what `text` says in the text form; all else stays
 * byte for byte. Undefined after an error was reported, or where there is no such body.
 */
export function replaceBody(
  document: SourceDocument,
  name: string,
  language: Language,
  text: string,
  problems: Problems,
): string | undefined {
  const content = decodeDocument(document, problems);
  const xml = content === undefined ? undefined : readXml(document.name, content, problems);
  const element = xml && findBody(xml.root, name);
  if (!xml || !element) return undefined;
  const before = problems.errorCount;
  const body = parseBody({ file: name, text, language, pou: name, firstLine: 1, firstColumn: 1 }, problems);
  if (problems.errorCount > before) return undefined;
  const prefix = /^<([^\s/>:]+:)?/.exec(xml.text.slice(element.start, element.start + 80))?.[1] ?? '';
  const inner = prefix === '' ? bodyXml(body) : withPrefix(bodyXml(body), prefix);
  return `${xml.text.slice(0, element.start)}<${prefix}body>${inner}</${prefix}body>${xml.text.slice(element.end)}`;
}

function findBody(root: XmlElement, name: string): XmlElement | undefined {
  const [pouName = '', member] = name.split('.');
  const stack = [root];
  while (stack.length > 0) {
    const element = stack.pop()!;
    const isPou = element.name === 'pou' && sameName(element.attributes.get('name') ?? '', pouName);
    if (isPou && member === undefined) return childNamed(element, 'body');
    if (isPou)
      return childNamed(
        childNamed(element, 'actions')?.children.find((action) =>
          sameName(action.attributes.get('name') ?? '', member!),
        ),
        'body',
      );
    if (element.name !== 'body') stack.push(...element.children);
  }
  return undefined;
}

/** Elements of TC6 get the prefix that the document uses; those with a namespace of their own don't. */
function withPrefix(text: string, prefix: string): string {
  return text.replace(/<(\/?)(?!xhtml\b|CallType\b|STCode\b|attributes?\b|negated\b)([A-Za-z])/g, `<$1${prefix}$2`);
}
