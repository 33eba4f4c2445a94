import type { ProblemCode } from '../problem-table.js';
import { lineColumn } from '../../model/source-span.js';
import { resolveReference } from './xml-tree.js';

/** Nesting of elements; the deepest real projects stay below 60. */
export const maxDepth = 512;
export const maxAttributes = 256;
export const maxElements = 500_000;

/** Where an element stands. Offsets are UTF-16 offsets in the text of the document. */
export interface XmlPlace {
  /** Local name, without prefix. */
  readonly name: string;
  /** Namespace URI; empty for none. */
  readonly namespace: string;
  /** Of the start tag's `<`. */
  readonly start: number;
  /** After the start tag; equal to `contentEnd` where the element is empty. */
  readonly contentStart: number;
  /** Of the end tag's `<`, or `contentStart` for `<a/>`. */
  contentEnd: number;
  /** After the end tag. */
  end: number;
}

/**
 * Checks that a text is well-formed XML 1.0 with namespaces, in time linear in the text, without recursion: refuses every
 * DOCTYPE, so that no entity but the five and numbers is ever resolved, and what exceeds the limits. Gives the places of the
 * elements in the order of their start tags. Throws XmlError at the first fault.
 */
export function checkXml(text: string): readonly XmlPlace[] {
  return new XmlChecker(text).check();
}

/** Why a text is no XML for us, and where. */
export class XmlError extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

const nameStart = String.raw`:A-Z_a-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}`;
// eslint-disable-next-line no-misleading-character-class -- each is a range of characters that XML names
const namePattern = new RegExp(`[${nameStart}][-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}${nameStart}]*`, 'uy');
const spacePattern = /[ \t\r\n]*/y;
const declarationPattern =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.[0-9]+\1([ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])[A-Za-z][A-Za-z0-9._-]*\3)?([ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(yes|no)\5)?[ \t\r\n]*\?>/y;
// Built from a text, for these are characters that no source should hold.
const forbiddenPattern = new RegExp(
  String.raw`[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]`,
);

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

interface OpenElement {
  readonly qualifiedName: string;
  readonly place: XmlPlace;
  readonly prefixes: ReadonlyMap<string, string>;
}

class XmlChecker {
  private at = 0;
  private readonly open: OpenElement[] = [];
  private readonly places: XmlPlace[] = [];
  private failLater: XmlError | undefined;

  constructor(private readonly text: string) {}

  check(): readonly XmlPlace[] {
    const { text } = this;
    const forbidden = forbiddenPattern.exec(text);
    if (forbidden) {
      // What stands before the character is read first: an earlier error explains more.
      const code = forbidden[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      this.failLater = new XmlError(
        'E0006',
        forbidden.index,
        `The character U+${code} is not allowed in XML; remove it.`,
      );
    }
    if (text.startsWith('<?xml') && /[ \t\r\n]/.test(text.charAt(5))) {
      declarationPattern.lastIndex = 0;
      const declaration = declarationPattern.exec(text);
      if (!declaration) this.fail(0, 'The XML declaration is malformed; write <?xml version="1.0" encoding="utf-8"?>.');
      this.at = declaration[0].length;
    }
    while (this.at < text.length) this.readContent();
    if (this.failLater) throw this.failLater;
    const unclosed = this.open.at(-1);
    if (unclosed) this.fail(text.length, `The document ends within <${unclosed.qualifiedName}>; it is cut off.`);
    if (this.places.length === 0) this.fail(text.length, 'The document has no element; it is no project.');
    return this.places;
  }

  private fail(offset: number, message: string, code: ProblemCode = 'E0001'): never {
    // A forbidden character further up is the first error.
    if (this.failLater && this.failLater.offset <= offset) throw this.failLater;
    throw new XmlError(code, offset, message);
  }

  private readContent(): void {
    const { text } = this;
    const start = this.at;
    let markup = text.indexOf('<', start);
    if (markup < 0) markup = text.length;
    if (markup > start) this.readCharacters(start, markup);
    this.at = markup;
    if (markup === text.length) return;
    const second = text.charCodeAt(markup + 1);
    if (second === 0x2f) this.readEndTag();
    else if (second === 0x21) this.readDeclaration();
    else if (second === 0x3f) this.readInstruction();
    else this.readStartTag();
  }

  private readCharacters(from: number, to: number): void {
    const { text } = this;
    if (this.open.length === 0) {
      spacePattern.lastIndex = from;
      spacePattern.test(text);
      if (spacePattern.lastIndex < to) {
        this.fail(
          spacePattern.lastIndex,
          `There is text ${this.places.length > 0 ? 'after' : 'before'} the root element; remove it.`,
        );
      }
      return;
    }
    const wrong = this.nextOf(']]>', from);
    if (wrong < to) this.fail(wrong, 'The characters ]]> must not stand in text; write ]]&gt;.');
    this.checkReferences(from, to);
  }

  private checkReferences(from: number, to: number): void {
    const { text } = this;
    let i = this.nextOf('&', from);
    while (i < to) {
      const close = text.indexOf(';', i);
      if (close < 0 || close > to || close - i > 12) {
        const close2 = close >= 0 && close < to ? text.slice(i, Math.min(close + 1, i + 24)) : '&';
        this.fail(i, `"${close2}" starts no reference; write &amp; for a plain ampersand.`);
      }
      const body = text.slice(i + 1, close);
      if (resolveReference(body) === undefined) {
        this.fail(
          i,
          `The reference &${body}; is not defined; only lt, gt, amp, quot, apos and numbers of legal characters are.`,
        );
      }
      i = this.nextOf('&', close);
    }
  }

  /** Next places of texts that are looked for again and again, so that each stretch is searched once. */
  private readonly ahead = new Map<string, number>();

  private nextOf(sought: string, from: number): number {
    const known = this.ahead.get(sought);
    if (known !== undefined && known >= from) return known;
    const found = this.text.indexOf(sought, from);
    const next = found < 0 ? Number.POSITIVE_INFINITY : found;
    this.ahead.set(sought, next);
    return next;
  }

  private readDeclaration(): void {
    const { text, at } = this;
    if (text.startsWith('<!--', at)) {
      const close = text.indexOf('--', at + 4);
      if (close < 0) this.fail(at, 'The comment that starts here does not end.');
      if (text.charCodeAt(close + 2) !== 0x3e) this.fail(close, 'Two hyphens must not stand within a comment.');
      this.at = close + 3;
    } else if (text.startsWith('<![CDATA[', at) && this.open.length > 0) {
      const close = text.indexOf(']]>', at);
      if (close < 0) this.fail(at, 'The CDATA section that starts here does not end.');
      this.at = close + 3;
    } else if (text.slice(at, at + 9).toUpperCase() === '<!DOCTYPE') {
      this.fail(at, 'A DOCTYPE is not allowed: document types and entities are never read; remove it.', 'E0002');
    } else {
      this.fail(at, 'This declaration is not allowed here; only comments and CDATA sections are.');
    }
  }

  private readInstruction(): void {
    const { text, at } = this;
    const target = this.nameAt(at + 2);
    if (target === undefined) this.fail(at, 'A processing instruction needs a name.');
    if (target.toLowerCase() === 'xml')
      this.fail(at, 'The XML declaration must be the very start of the document; nothing may stand before it.');
    const close = text.indexOf('?>', at + 2);
    if (close < 0) this.fail(at, 'The processing instruction that starts here does not end.');
    this.at = close + 2;
  }

  private nameAt(offset: number): string | undefined {
    namePattern.lastIndex = offset;
    return namePattern.exec(this.text)?.[0];
  }

  private skipSpace(): boolean {
    spacePattern.lastIndex = this.at;
    spacePattern.test(this.text);
    const skipped = spacePattern.lastIndex > this.at;
    this.at = spacePattern.lastIndex;
    return skipped;
  }

  private readStartTag(): void {
    const start = this.at;
    const qualifiedName = this.nameAt(start + 1);
    if (qualifiedName === undefined)
      this.fail(start, 'After < the name of an element must stand; write &lt; for a plain less-than sign.');
    if (this.places.length > 0 && this.open.length === 0)
      this.fail(start, `<${qualifiedName}> is a second root element; a document has one.`);
    if (this.open.length >= maxDepth) this.fail(start, `Elements are nested deeper than ${maxDepth}.`, 'E0003');
    if (this.places.length >= maxElements)
      this.fail(start, `The document has more than ${maxElements} elements; split it.`, 'E0008');
    this.at = start + 1 + qualifiedName.length;
    const written = this.checkAttributes(start, qualifiedName);
    const empty = this.text.charCodeAt(this.at) === 0x2f;
    this.at += empty ? 2 : 1;
    const element = this.resolve(start, qualifiedName, written);
    this.places.push(element.place);
    if (!empty) this.open.push(element);
  }

  /** Leaves `at` on `>` or `/>`. */
  private checkAttributes(start: number, owner: string): Map<string, string> {
    const { text } = this;
    const attributes = new Map<string, string>();
    for (;;) {
      const spaced = this.skipSpace();
      const c = text.charCodeAt(this.at);
      if (c === 0x3e || (c === 0x2f && text.charCodeAt(this.at + 1) === 0x3e)) return attributes;
      if (Number.isNaN(c)) this.fail(start, `The tag <${owner}> does not end.`);
      const at = this.at;
      const name = this.nameAt(at);
      if (name === undefined || !spaced) this.fail(at, `This character must not stand in the tag <${owner}>.`);
      this.at += name.length;
      this.skipSpace();
      if (text.charCodeAt(this.at) !== 0x3d) this.fail(this.at, `The attribute ${name} needs a value: ${name}="...".`);
      this.at += 1;
      this.skipSpace();
      const value = this.checkValue(name);
      if (attributes.has(name)) this.fail(at, `The attribute ${name} stands twice in <${owner}>.`);
      attributes.set(name, value);
      if (attributes.size > maxAttributes)
        this.fail(at, `<${owner}> has more than ${maxAttributes} attributes.`, 'E0007');
    }
  }

  /** The value as written. */
  private checkValue(name: string): string {
    const { text } = this;
    const quote = text.charAt(this.at);
    if (quote !== '"' && quote !== "'") this.fail(this.at, `The value of ${name} must stand in quotes.`);
    const from = this.at + 1;
    const close = text.indexOf(quote, from);
    if (close < 0) this.fail(this.at, `The value of ${name} does not end.`);
    const raw = text.slice(from, close);
    const less = raw.indexOf('<');
    if (less >= 0) this.fail(from + less, `A < must not stand in the value of ${name}; write &lt;.`);
    this.checkReferences(from, close);
    this.at = close + 1;
    return raw;
  }

  private resolve(start: number, qualifiedName: string, written: Map<string, string>): OpenElement {
    const outer = this.open.at(-1)?.prefixes ?? basePrefixes;
    let declared: Map<string, string> | undefined;
    for (const [name, value] of written) {
      if (!isNamespaceDeclaration(name)) continue;
      declared ??= new Map(outer);
      declared.set(name === 'xmlns' ? '' : name.slice(6), attributeValue(value));
    }
    const prefixes = declared ?? outer;
    for (const name of written.keys()) {
      const colon = name.indexOf(':');
      if (colon >= 0 && !isNamespaceDeclaration(name) && !prefixes.has(name.slice(0, colon)))
        this.fail(start, `The prefix of ${name} is not declared; declare it with xmlns:${name.slice(0, colon)}.`);
    }
    const colon = qualifiedName.indexOf(':');
    const prefix = colon < 0 ? '' : qualifiedName.slice(0, colon);
    const namespace = prefixes.get(prefix);
    if (namespace === undefined)
      this.fail(start, `The prefix of <${qualifiedName}> is not declared; declare it with xmlns:${prefix}.`);
    const name = qualifiedName.slice(colon + 1);
    // An empty element ends here; the end tag of another one moves its ends.
    return {
      qualifiedName,
      prefixes,
      place: { name, namespace, start, contentStart: this.at, contentEnd: this.at, end: this.at },
    };
  }

  private readEndTag(): void {
    const start = this.at;
    const name = this.nameAt(start + 2);
    const element = this.open.pop();
    if (!element) this.fail(start, `</${name ?? ''}> closes no element.`);
    if (name !== element.qualifiedName) {
      this.open.push(element);
      const { line } = lineColumn(
        { file: '', text: this.text, language: 'ST', firstLine: 1, firstColumn: 1 },
        element.place.start,
      );
      this.fail(start, `</${name ?? ''}> does not match <${element.qualifiedName}> of line ${line}.`);
    }
    this.at = start + 2 + name.length;
    this.skipSpace();
    if (this.text.charCodeAt(this.at) !== 0x3e) this.fail(this.at, `The tag </${name}> does not end.`);
    this.at += 1;
    element.place.contentEnd = start;
    element.place.end = this.at;
  }
}

const basePrefixes: ReadonlyMap<string, string> = new Map([
  ['', ''],
  ['xml', xmlNamespace],
]);

export function isNamespaceDeclaration(name: string): boolean {
  return name === 'xmlns' || name.startsWith('xmlns:');
}

/** A value as written, with white space and references resolved (XML 1.0, 3.3.3: white space is a space, unless referred to). */
export function attributeValue(raw: string): string {
  const spaced = /[\t\r\n]/.test(raw) ? raw.replace(/\r\n|[\t\r\n]/g, ' ') : raw;
  return spaced.includes('&')
    ? spaced.replace(/&([^;]*);/g, (_whole, body: string) => resolveReference(body) ?? '')
    : spaced;
}
