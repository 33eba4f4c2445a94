import type { SourceDocument } from '../compiler/compile.js';
import { bodyText, replaceBody } from '../compiler/plcopen/replace-body.js';
import { formOf } from '../compiler/document-form.js';
import { createProblems } from '../compiler/problems.js';
import { HostError } from '../model/host-error.js';
import type { Language } from '../model/source-span.js';
import { bodyRange, findPou, isXml, textOf, type PouPlace } from './pou-source.js';
import { maxInlineBytes } from './project.js';
import { twincatEdits } from './twincat-edit.js';

export type Edit =
  | { readonly kind: 'put_document'; readonly document: SourceDocument }
  | { readonly kind: 'delete_document'; readonly name: string }
  | { readonly kind: 'put_pou'; readonly name: string; readonly source: string; readonly document: string }
  | { readonly kind: 'delete_pou'; readonly name: string };

export const mostEdits = 1000;

/** The documents after the edits, in order; those that no edit touches stay the same objects. */
export function applyEdits(documents: readonly SourceDocument[], edits: readonly Edit[]): readonly SourceDocument[] {
  if (edits.length === 0) throw new HostError('INVALID_REQUEST', 'The patch has no edit.');
  if (edits.length > mostEdits)
    throw new HostError('TOO_MANY_ITEMS', `A patch has at most ${mostEdits} edits, not ${edits.length}.`, {
      limit: String(mostEdits),
    });
  const after = edits.reduce(apply, documents);
  const size = after.reduce((sum, { content }) => sum + content.length, 0);
  if (size > maxInlineBytes)
    throw new HostError('TOO_LARGE', `The documents would have ${size} bytes together, at most ${maxInlineBytes}.`, {
      limit: String(maxInlineBytes),
    });
  if (after.length === 0) throw new HostError('INVALID_REQUEST', 'The patch leaves no document; close the project.');
  return after;
}

function apply(documents: readonly SourceDocument[], edit: Edit): readonly SourceDocument[] {
  switch (edit.kind) {
    case 'put_document': {
      if (edit.document.name === '') throw new HostError('INVALID_REQUEST', 'A document needs a name, like main.st.');
      const known = findDocument(documents, edit.document.name);
      if (!known) return [...documents, edit.document];
      return documents.map((d) => (d === known ? { ...edit.document, name: known.name } : d));
    }
    case 'delete_document': {
      const known = findDocument(documents, edit.name);
      if (!known)
        throw new HostError('NOT_FOUND', `The project has no document '${edit.name}'.`, { document: edit.name });
      return documents.filter((d) => d !== known);
    }
    case 'put_pou': {
      const found = findPou(documents, edit.name);
      if (!found) return addPou(documents, edit);
      if (edit.name.includes('.') && found.place.form === 'xml' && !/^\s*<(?:[\w.-]+:)?pou\b/.test(edit.source)) {
        const language = bodyText(found.document, edit.name, createProblems())?.language;
        if (language !== undefined) return drawn(documents, found.document, edit.name, language, edit.source);
      }
      if (edit.name.includes('.')) {
        throw partOfAnother(edit.name, found.place.name);
      }
      return replaced(documents, found, edit.source);
    }
    case 'delete_pou': {
      const found = findPou(documents, edit.name);
      if (!found) throw new HostError('POU_NOT_FOUND', `The project has no POU '${edit.name}'.`, { pou: edit.name });
      if (edit.name.includes('.')) throw partOfAnother(edit.name, found.place.name);
      if (found.place.form === 'twincat') return documents.filter((d) => d !== found.document);
      return spliced(documents, found.document, found.place.start, found.place.end, '');
    }
  }
}

const partOfAnother = (name: string, owner: string): HostError =>
  new HostError('UNSUPPORTED', `'${name}' is a part of another POU; put the whole of '${owner}'.`, { pou: name });

/** A document by its name, or by the end of its path where that is clear. */
function findDocument(documents: readonly SourceDocument[], name: string): SourceDocument | undefined {
  const exact = documents.find((d) => d.name === name);
  if (exact) return exact;
  const ending = documents.filter((d) => d.name.endsWith(`/${name}`));
  return ending.length === 1 ? ending[0] : undefined;
}

function addPou(
  documents: readonly SourceDocument[],
  edit: Extract<Edit, { kind: 'put_pou' }>,
): readonly SourceDocument[] {
  const target = edit.document === '' ? documents[0] : findDocument(documents, edit.document);
  if (!target)
    throw new HostError('NOT_FOUND', `The project has no document '${edit.document}'.`, { document: edit.document });
  const text = requireText(target);
  if (formOf(target.name) === 'twincat')
    throw new HostError(
      'INVALID_REQUEST',
      `'${target.name}' is an object of TwinCAT, which holds one program unit; put '${edit.name}' as a document of its own.`,
      { document: target.name },
    );
  if (!isXml(target)) return spliced(documents, target, text.length, text.length, `\n${edit.source}\n`);
  const end = /<\/(?:[\w.-]+:)?pous\s*>|<(?:[\w.-]+:)?pous\s*\/>/.exec(text);
  if (!end || !/^\s*<(?:[\w.-]+:)?pou\b/.test(edit.source)) {
    throw new HostError('INVALID_REQUEST', `A new POU of '${target.name}' is a <pou> element.`, {
      document: target.name,
    });
  }
  const whole = end[0].startsWith('</') ? `${edit.source}\n${end[0]}` : `<pous>${edit.source}</pous>`;
  return spliced(documents, target, end.index, end.index + end[0].length, whole);
}

function replaced(
  documents: readonly SourceDocument[],
  found: { readonly document: SourceDocument; readonly place: PouPlace },
  source: string,
): readonly SourceDocument[] {
  const { document, place } = found;
  const text = requireText(document);
  if (place.form === 'twincat')
    return twincatEdits(text, place, source).reduce(
      (after, { start, end, insert }) => spliced(after, findDocument(after, document.name)!, start, end, insert),
      documents,
    );
  if (place.form === 'xml') {
    if (/^\s*<(?:[\w.-]+:)?pou\b/.test(source))
      return spliced(documents, document, place.start, place.end, source.trim());
    const language = bodyText(document, place.name, createProblems())?.language ?? 'ST';
    if (language !== 'ST' && language !== 'IL') return drawn(documents, document, place.name, language, source);
    return spliced(documents, document, ...xmlBody(text, place), xmlText(text, place, source));
  }
  const opener =
    /^\s*(?:\(\*.*?\*\)\s*|\/\/[^\n]*\n\s*|\{[^}]*\}\s*)*(PROGRAM|FUNCTION|FUNCTION_BLOCK|CLASS|INTERFACE)\b/is.test(
      source,
    );
  if (opener) return spliced(documents, document, place.start, place.end, source.trim());
  const body = bodyRange(text, place);
  return spliced(documents, document, body.start, body.end, `\n${source.trim()}\n`);
}

/** The body of a drawing or chart in the text form (docs/text-form.md). */
function drawn(
  documents: readonly SourceDocument[],
  document: SourceDocument,
  name: string,
  language: Language,
  source: string,
): readonly SourceDocument[] {
  const problems = createProblems();
  const mark = requireText(document).startsWith('\ufeff') ? '\ufeff' : '';
  const replacement = replaceBody(document, name, language, source, problems);
  const content = mark + (replacement ?? '');
  if (replacement === undefined) {
    const first = problems.list().find(({ severity }) => severity === 'error');
    const at = first?.line === undefined ? '' : `Line ${first.line}, column ${first.column ?? 1}: `;
    throw new HostError('INVALID_REQUEST', `${at}${first?.message ?? `The body of '${name}' can't be replaced.`}`, {
      pou: name,
    });
  }
  const changed = {
    ...document,
    content: typeof document.content === 'string' ? content : new TextEncoder().encode(content),
  };
  return documents.map((d) => (d === document ? changed : d));
}

/** The text inside the first element of an ST or IL body. */
function xmlBody(text: string, place: PouPlace): [number, number] {
  const source = text.slice(place.start, place.end);
  const match =
    /<(?:[\w.-]+:)?body\b[^>]*>\s*(?:<(?:[\w.-]+:)?(?:ST|IL)\b[^>]*>)\s*(<(?:[\w.-]+:)?(?:xhtml|p|html)\b[^>]*>)?(.*?)<\/(?:[\w.-]+:)?(?:xhtml|p|html|ST|IL)\s*>/s.exec(
      source,
    );
  if (!match) {
    throw new HostError('UNSUPPORTED', `The body of '${place.name}' is graphical; put the whole <pou> element.`, {
      pou: place.name,
    });
  }
  const inner = match[2]!;
  const closing = /<\/(?:[\w.-]+:)?(?:xhtml|p|html|ST|IL)\s*>$/.exec(match[0])![0];
  const end = place.start + match.index + match[0].length - closing.length;
  return [end - inner.length, end];
}

function xmlText(text: string, place: PouPlace, source: string): string {
  const [start, end] = xmlBody(text, place);
  if (text.slice(start, end).includes('<![CDATA[') && !source.includes(']]>')) return `<![CDATA[${source}]]>`;
  return source.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!);
}

function requireText(document: SourceDocument): string {
  const text = textOf(document);
  if (text === undefined)
    throw new HostError('ENCODING_UNSUPPORTED', `'${document.name}' is not UTF-8; put the whole document.`, {
      document: document.name,
    });
  return text;
}

function spliced(
  documents: readonly SourceDocument[],
  document: SourceDocument,
  start: number,
  end: number,
  insert: string,
): readonly SourceDocument[] {
  const text = requireText(document);
  const content = text.slice(0, start) + insert + text.slice(end);
  const changed = {
    ...document,
    content: typeof document.content === 'string' ? content : new TextEncoder().encode(content),
  };
  return documents.map((d) => (d === document ? changed : d));
}
