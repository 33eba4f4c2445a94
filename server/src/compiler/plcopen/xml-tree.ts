import type { SourceText, TextOrigin } from '../../model/source-span.js';

/** One element of a checked document. Offsets are UTF-16 offsets in the text of the document. */
export interface XmlElement {
  /** Local name, without prefix. */
  readonly name: string;
  /** Namespace URI; empty for none. */
  readonly namespace: string;
  /** Values with references resolved, by name as written; declarations of namespaces are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Of the start tag's `<`. */
  readonly start: number;
  /** After the start tag; equal to `contentEnd` where the element is empty. */
  readonly contentStart: number;
  /** Of the end tag's `<`, or `contentStart` for `<a/>`. */
  readonly contentEnd: number;
  /** After the end tag. */
  readonly end: number;
}

export interface XmlDocument {
  readonly file: string;
  readonly text: string;
  readonly root: XmlElement;
}

export function childNamed(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}
export function childrenNamed(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}
/** Follows `names` from child to child, first match each. */
export function descend(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let current = element;
  for (const name of names) current = childNamed(current, name);
  return current;
}
export function numberAttribute(element: XmlElement | undefined, name: string): number | undefined {
  const value = element?.attributes.get(name)?.trim();
  return value !== undefined && /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** Text within an element, and where its pieces stand in the document. */
export interface ElementText {
  readonly text: string;
  readonly pieces: TextOrigin['pieces'];
}

const breakingElements = new Set(['p', 'br', 'div', 'li', 'pre', 'tr', 'h1', 'h2', 'h3']);
const whitespaceOnly = /^\s*$/;

/**
 * All text within `element`, markup left out: character data with references resolved, CDATA as it stands. XHTML paragraphs
 * and line breaks end a line. The document is known to be well-formed.
 */
export function textOf(document: XmlDocument, element: XmlElement): ElementText {
  const { text } = document;
  const parts: string[] = [];
  const pieces: { at: number; offset: number }[] = [];
  let length = 0;
  const add = (part: string, offset: number): void => {
    if (part === '') return;
    pieces.push({ at: length, offset });
    parts.push(part);
    length += part.length;
  };
  let i = element.contentStart;
  const end = element.contentEnd;
  while (i < end) {
    // Within an element there is always a further `<`: at least that of its end tag.
    const markup = Math.min(text.indexOf('<', i), end);
    addCharacters(text, i, markup, add);
    i = markup;
    if (i >= end) break;
    if (text.startsWith('<![CDATA[', i)) {
      const close = text.indexOf(']]>', i);
      add(text.slice(i + 9, close), i + 9);
      i = close + 3;
    } else if (text.startsWith('<!--', i)) {
      i = text.indexOf('-->', i + 4) + 3;
    } else if (text.startsWith('<?', i)) {
      i = text.indexOf('?>', i) + 2;
    } else {
      const tag = /^<(\/?)(?:[^\s:/>]+:)?([^\s:/>]+)/.exec(text.slice(i, i + 80));
      const close = tagEnd(text, i);
      const closes = tag?.[1] === '/' || text.charCodeAt(close - 2) === 0x2f;
      if (closes && tag && breakingElements.has(tag[2]!) && !(parts.at(-1) ?? '\n').endsWith('\n')) add('\n', i);
      i = close;
    }
  }
  return { text: parts.join(''), pieces: pieces.length > 0 ? pieces : [{ at: 0, offset: element.contentStart }] };
}

/** Text of an element that holds a name or an expression, without white space around it. */
export function plainText(document: XmlDocument, element: XmlElement | undefined): string {
  if (!element) return '';
  const { text } = textOf(document, element);
  return whitespaceOnly.test(text) ? '' : text.trim();
}

/** Offset after the `>` of the tag at `start`; quoted attribute values may hold `>`. */
function tagEnd(text: string, start: number): number {
  let i = start + 1;
  for (;;) {
    const c = text.charCodeAt(i);
    if (c === 0x3e) return i + 1;
    if (c === 0x22) i = text.indexOf('"', i + 1);
    else if (c === 0x27) i = text.indexOf("'", i + 1);
    i += 1;
  }
}

function addCharacters(text: string, from: number, to: number, add: (part: string, offset: number) => void): void {
  const raw = text.slice(from, to);
  let i = from;
  while (i < to) {
    const reference = raw.indexOf('&', i - from);
    if (reference < 0) {
      add(text.slice(i, to), i);
      return;
    }
    add(raw.slice(i - from, reference), i);
    i = from + reference;
    const close = text.indexOf(';', i);
    add(resolveReference(text.slice(i + 1, close)) ?? '', i);
    i = close + 1;
  }
}

const namedReferences: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The characters that `&body;` stands for: the five of XML and numbers; undefined for any other. */
export function resolveReference(body: string): string | undefined {
  if (!body.startsWith('#')) return Object.hasOwn(namedReferences, body) ? namedReferences[body] : undefined;
  const digits = /^#(?:x([0-9A-Fa-f]{1,8})|(\d{1,9}))$/.exec(body);
  if (!digits) return undefined;
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  const legal =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  return legal ? String.fromCodePoint(code) : undefined;
}

/** Program text from within a document, for a parser: its spans give lines and columns of the document. */
export function sourceOf(
  document: XmlDocument,
  content: ElementText,
  about: Pick<SourceText, 'language' | 'pou' | 'element'>,
): SourceText {
  return {
    file: document.file,
    text: content.text,
    language: about.language,
    ...(about.pou !== undefined && { pou: about.pou }),
    ...(about.element && { element: about.element }),
    firstLine: 1,
    firstColumn: 1,
    origin: { document, pieces: content.pieces },
  };
}
