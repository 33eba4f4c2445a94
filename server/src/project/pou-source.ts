import type { SourceDocument } from '../compiler/compile.js';
import { formOf } from '../compiler/document-form.js';
import { foldName, sameName } from '../model/identifier.js';

/** Where a POU stands in the text of a document. Half-open UTF-16 offsets. */
export interface PouPlace {
  readonly name: string;
  readonly form: 'text' | 'xml' | 'twincat';
  readonly start: number;
  readonly end: number;
}

/** The text of a document, with its byte order mark; undefined where it is not UTF-8. */
export function textOf(document: SourceDocument): string | undefined {
  if (typeof document.content === 'string') return document.content;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(document.content);
  } catch {
    return undefined;
  }
}

export function isXml(document: SourceDocument): boolean {
  return formOf(document.name) === 'plcopen';
}

/** The POUs that a document declares at its top level, in order. */
export function pousIn(document: SourceDocument): readonly PouPlace[] {
  const text = textOf(document);
  if (text === undefined) return [];
  switch (formOf(document.name)) {
    case 'plcopen':
      return pousInXml(text, 'xml', /\bname\s*=\s*(?:"([^"]*)"|'([^']*)')/, 'pou');
    case 'twincat':
      return pousInXml(text, 'twincat', /\bName\s*=\s*(?:"([^"]*)"|'([^']*)')/, 'POU|Itf');
    case 'text':
      return pousInText(text);
  }
}

/** Finds a POU by name; of `Owner.Member` the owner. */
export function findPou(
  documents: readonly SourceDocument[],
  name: string,
): { readonly document: SourceDocument; readonly place: PouPlace } | undefined {
  const owner = name.split('.')[0]!;
  for (const document of documents) {
    const place = pousIn(document).find((p) => sameName(p.name, owner));
    if (place) return { document, place };
  }
  return undefined;
}

const openers = new Set(['PROGRAM', 'FUNCTION', 'FUNCTION_BLOCK', 'CLASS', 'INTERFACE']);
const modifiers = new Set(['ABSTRACT', 'FINAL', 'PUBLIC', 'PRIVATE', 'PROTECTED', 'INTERNAL']);

/** Words of program text with their places; comments, strings and pragmas are passed over. */
function* wordsOf(text: string): Generator<{ readonly word: string; readonly start: number; readonly end: number }> {
  const token =
    /\/\/[^\n\r]*|\(\*|\/\*|'(?:\$.|[^'$\n\r])*'?|"(?:\$.|[^"$\n\r])*"?|\{[^}]*\}?|[\p{L}_][\p{L}\p{N}_]*/gsu;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found] = match;
    if (found === '(*' || found === '/*') token.lastIndex = commentEnd(text, match.index, found === '(*');
    else if (/^[\p{L}_]/u.test(found)) yield { word: found, start: match.index, end: token.lastIndex };
  }
}

/** Comments of one kind nest. */
function commentEnd(text: string, start: number, round: boolean): number {
  const mark = round ? /\(\*|\*\)/g : /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(text); match; match = mark.exec(text)) {
    depth += match[0] === '(*' || match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}

/** The same in a plain text. */
export function pousInText(text: string): readonly PouPlace[] {
  const found: PouPlace[] = [];
  let open: { readonly keyword: string; readonly start: number; name?: string } | undefined;
  let inConfiguration = false;
  for (const { word, start, end } of wordsOf(text)) {
    const upper = foldName(word);
    if (inConfiguration) {
      // PROGRAM in a configuration declares an instance.
      inConfiguration = upper !== 'END_CONFIGURATION';
    } else if (!open) {
      if (upper === 'CONFIGURATION') inConfiguration = true;
      else if (openers.has(upper)) open = { keyword: upper, start };
    } else if (open.name === undefined) {
      if (!modifiers.has(upper)) open.name = word;
    } else if (upper === `END_${open.keyword}`) {
      found.push({ name: open.name, form: 'text', start: open.start, end });
      open = undefined;
    }
  }
  return found;
}

/** @param elements their names, joined by `|` */
function pousInXml(text: string, form: PouPlace['form'], nameAttribute: RegExp, elements: string): readonly PouPlace[] {
  const found: PouPlace[] = [];
  const mark = new RegExp(
    `<!--.*?-->|<!\\[CDATA\\[.*?\\]\\]>|<(?:[\\w.-]+:)?(?:${elements})\\b([^>]*)>|</(?:[\\w.-]+:)?(?:${elements})\\s*>`,
    'gs',
  );
  let open: { readonly name: string; readonly start: number } | undefined;
  for (let match = mark.exec(text); match; match = mark.exec(text)) {
    const attributes = match[1];
    if (attributes !== undefined) {
      const name = nameAttribute.exec(attributes);
      if (name && !attributes.endsWith('/')) open = { name: name[1] ?? name[2]!, start: match.index };
    } else if (match[0].startsWith('</') && open) {
      found.push({ name: open.name, form, start: open.start, end: mark.lastIndex });
      open = undefined;
    }
  }
  return found;
}

/** Where the statements of a textual POU lie: after its declarations, before its members and its end. */
export function bodyRange(text: string, place: PouPlace): { readonly start: number; readonly end: number } {
  const source = text.slice(place.start, place.end);
  let start = /\r\n|\n|\r/.exec(source)?.index ?? 0;
  let end = source.length;
  for (const { word, start: at, end: after } of wordsOf(source)) {
    const upper = foldName(word);
    if (upper === 'END_VAR') start = after;
    else if (['METHOD', 'ACTION', 'PROPERTY'].includes(upper)) {
      end = at;
      break;
    } else if (after === source.length) end = at;
  }
  return { start: place.start + start, end: place.start + end };
}
