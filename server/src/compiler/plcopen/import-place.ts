import type { GraphicElement, Language, SourceSpan, SourceText } from '../../model/source-span.js';
import type { Problems } from '../problems.js';
import type { ProblemCode } from '../problem-table.js';
import { isReservedWord } from '../st/keyword.js';
import type { Body } from '../syntax/ast.js';
import type { ElementText, XmlDocument, XmlElement } from './xml-tree.js';
import { sourceOf, textOf } from './xml-tree.js';

/** Where in a document import is, and what it says about what it finds there. */
export interface Place {
  readonly document: XmlDocument;
  readonly problems: Problems;
  /** Whole document as a text, for spans of elements. */
  readonly source: SourceText;
  readonly language: Language;
  readonly pou?: string;
  /** Tool family: decides how values that the format leaves open are meant. */
  readonly dialect: 'codesys' | 'other';
  /** Folded names of the transitions that the POU declares. */
  readonly transitions?: ReadonlySet<string>;
  /** Names of the POU's variables that no text can spell. */
  readonly oddNames?: ReadonlySet<string>;
  /** Imports the body within a `body` or `inline` element. Bodies hold charts and charts hold bodies, hence not an import of a file. */
  readonly bodyIn: (place: Place, element: XmlElement) => Body | undefined;
  /** Names of addData and elements that were already reported as not understood. */
  readonly unknown: Set<string>;
}

/** @param known the family of the tool, where the kind of document tells it */
export function createPlace(
  document: XmlDocument,
  problems: Problems,
  bodyIn: Place['bodyIn'],
  known?: Place['dialect'],
): Place {
  const dialect = known ?? (/http:\/\/www\.3s-software\.com\/plcopenxml\//.test(document.text) ? 'codesys' : 'other');
  const milder = new Map<ProblemCode, ProblemCode>();
  if (dialect === 'codesys') milder.set('E1115', 'W1004');
  // Nothing of a library runs until a project that uses it is built; what can't run there may still be read.
  if (!/<(?:[\w.-]+:)?(pouInstance|pou\s[^>]*pouType\s*=\s*["']program)/i.test(document.text))
    milder.set('E9104', 'W9104');
  return {
    document,
    problems: toned(problems, milder),
    language: 'ST',
    source: wholeText(document, 'ST'),
    dialect,
    bodyIn,
    unknown: new Set(),
  };
}

/** The same problems, some of which count for less here. */
function toned(problems: Problems, milder: ReadonlyMap<ProblemCode, ProblemCode>): Problems {
  return {
    ...(problems.declared && { declared: problems.declared }),
    report(code, span, message, fix) {
      problems.report(milder.get(code) ?? code, span, message, fix);
    },
    reportDocument(code, file, message, position) {
      problems.reportDocument(milder.get(code) ?? code, file, message, position);
    },
    get errorCount() {
      return problems.errorCount;
    },
    list: () => problems.list(),
  };
}

function wholeText(document: XmlDocument, language: Language, pou?: string): SourceText {
  return sourceOf(
    document,
    { text: document.text, pieces: [{ at: 0, offset: 0 }] },
    { language, ...(pou !== undefined && { pou }) },
  );
}

/** The same document, within a POU. */
export function within(place: Place, pou: string): Place {
  return { ...place, pou, source: wholeText(place.document, place.language, pou) };
}
export function speaking(place: Place, language: Language): Place {
  return { ...place, language, source: wholeText(place.document, language, place.pou) };
}

/** Span of an element's start tag. */
export function spanOf(place: Place, element: XmlElement): SourceSpan {
  return { source: place.source, start: element.start, end: element.contentStart };
}

/** Program text within an element, ready for a parser. */
export function programText(place: Place, element: XmlElement, graphic?: GraphicElement): SourceText {
  return programTextOf(place, textOf(place.document, element), graphic);
}
function programTextOf(place: Place, content: ElementText, graphic?: GraphicElement): SourceText {
  return sourceOf(place.document, content, {
    language: place.language,
    ...(place.pou !== undefined && { pou: place.pou }),
    ...(graphic && { element: graphic }),
  });
}

/** Program text in an attribute: its columns are those of the element, for references in attributes are resolved. */
export function attributeText(place: Place, element: XmlElement, name: string): SourceText {
  const text = element.attributes.get(name) ?? '';
  const tag = place.document.text.slice(element.start, element.contentStart);
  const at = new RegExp(`\\s${name}\\s*=\\s*["']`).exec(tag);
  const offset = element.start + (at ? at.index + at[0].length : 0);
  return programTextOf(place, { text, pieces: [{ at: 0, offset }] });
}

export function report(place: Place, code: ProblemCode, element: XmlElement, message: string): void {
  place.problems.report(code, spanOf(place, element), message);
}

/** The value of an attribute that must be there and not be empty; undefined after an error was reported. */
export function requiredAttribute(place: Place, element: XmlElement, name: string): string | undefined {
  const value = element.attributes.get(name)?.trim();
  if (value !== undefined && value !== '') return value;
  report(place, 'E0012', element, `<${element.name}> has no ${name}; give it one.`);
  return undefined;
}

const plainName = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Names that no text can spell, but that editors of drawings take: `Input/Output`, `Pump-1`. */
export const isOddName = (name: string): boolean => !plainName.test(name) && /^[\p{L}_][\p{L}\p{N}_/.+-]*$/u.test(name);

/** The name that an element declares; it must be an identifier that is no reserved word (IEC 61131-3:2013, 6.1.2, 6.1.3). */
export function declaredName(place: Place, element: XmlElement): string | undefined {
  const name = requiredAttribute(place, element, 'name');
  if (name === undefined) return undefined;
  if (isOddName(name)) {
    report(place, 'W0015', element, `"${name}" is no identifier, so only drawings can use it; rename it.`);
  } else if (!plainName.test(name)) {
    report(
      place,
      'E0012',
      element,
      `"${name}" is no name; a name consists of letters, digits and underscores and begins with no digit.`,
    );
  } else if (isReservedWord(name)) {
    report(place, 'E1110', element, `\`${name}\` is a reserved word and can't name anything; choose another name.`);
  }
  return name;
}

export function booleanAttribute(element: XmlElement, name: string): boolean {
  const value = element.attributes.get(name)?.trim().toLowerCase();
  return value === 'true' || value === '1';
}

/** Warns of children that are not among `known`: once per name and parent. */
export function warnUnknownChildren(place: Place, element: XmlElement, known: ReadonlySet<string>): void {
  for (const child of element.children) {
    if (known.has(child.name)) continue;
    const key = `${element.name}/${child.name}`;
    if (place.unknown.has(key)) continue;
    place.unknown.add(key);
    report(
      place,
      'W0011',
      child,
      `The element <${child.name}> in <${element.name}> is not understood and has no effect.`,
    );
  }
}

/** CODESYS and its kin; OpenPLC names what it took over from them likewise. */
const vendorPrefix = /^http:\/\/(www\.3s-software\.com|openplc\.org)\/plcopenxml\//;

/** Pieces of vendor data within `element`, by the last part of their name: `http://.../plcopenxml/method` is `method`. */
export function vendorData(
  element: XmlElement | undefined,
): readonly { readonly name: string; readonly data: XmlElement }[] {
  const found: { name: string; data: XmlElement }[] = [];
  for (const child of element?.children ?? []) {
    if (child.name !== 'addData') continue;
    for (const data of child.children) {
      const name = data.attributes.get('name') ?? '';
      found.push({ name: name.replace(vendorPrefix, '').toLowerCase(), data });
    }
  }
  return found;
}
export function vendorDataNamed(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return vendorData(element)
    .filter((entry) => entry.name === name)
    .map((entry) => entry.data);
}

/** `{attribute 'name' := 'value'}` of CODESYS, as name (lower case) and value. */
export function attributesOf(element: XmlElement): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const data of vendorDataNamed(element, 'attributes')) {
    for (const list of data.children) {
      for (const attribute of list.children) {
        found.set((attribute.attributes.get('Name') ?? '').toLowerCase(), attribute.attributes.get('Value') ?? '');
      }
    }
  }
  return found;
}
