import type { SourceText } from '../model/source-span.js';
import type { SourceDocument } from './compile-input.js';
import { formOf } from './document-form.js';
import { decodeDocument } from './plcopen/decode-document.js';
import { importPlcopen } from './plcopen/import.js';
import type { Problems } from './problems.js';
import { parseUnit } from './st/parse-unit.js';
import type { SourceUnit } from './syntax/ast.js';
import { importTwincat } from './twincat/import-twincat.js';

/** Reads and parses a document in the form that its name tells: PLCopen XML, an object of TwinCAT, or text of ST and IL. */
export function readDocument(document: SourceDocument, problems: Problems): SourceUnit {
  const form = formOf(document.name);
  if (form === 'plcopen') return importPlcopen(document, problems);
  if (form === 'twincat') return importTwincat(document, problems);
  const text = decodeDocument(document, problems);
  if (text === undefined) return { file: document.name, declarations: [] };
  const source: SourceText = { file: document.name, text, language: 'ST', firstLine: 1, firstColumn: 1 };
  return parseUnit(source, problems);
}
