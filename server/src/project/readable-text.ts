import { bodyText } from '../compiler/plcopen/replace-body.js';
import { createProblems } from '../compiler/problems.js';
import { foldName } from '../model/identifier.js';
import { isXml } from './pou-source.js';
import type { SourceDocument } from './project.js';

/** Texts that were asked for; a document that changes is another object. */
const known = new WeakMap<SourceDocument, Map<string, string | undefined>>();

/** The body of a POU (or `Pou.Member`) of a PLCopen document in the form of docs/text-form.md; undefined where it has none. */
export function readableText(document: SourceDocument, name: string): string | undefined {
  if (!isXml(document)) return undefined;
  const texts = known.get(document) ?? new Map<string, string | undefined>();
  known.set(document, texts);
  const key = foldName(name);
  if (!texts.has(key)) texts.set(key, bodyText(document, name, createProblems())?.text);
  return texts.get(key);
}
