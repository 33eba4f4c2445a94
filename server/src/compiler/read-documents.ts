import type { SourceText } from '../model/source-span.js';
import type { SourceDocument } from './compile-input.js';
import { decodeDocument } from './plcopen/decode-document.js';
import { importPlcopen } from './plcopen/import.js';
import type { Problems } from './problems.js';
import { parseUnit } from './st/parse-unit.js';
import type { SourceUnit } from './syntax/ast.js';

/** Reads and parses a document in the form that its name tells: PLCopen XML, or text of ST and IL. */
export function readDocument(document: SourceDocument, problems: Problems): SourceUnit {
  if (/\.xml$/i.test(document.name)) return importPlcopen(document, problems);
  const text = decodeDocument(document, problems);
  if (text === undefined) return { file: document.name, declarations: [] };
  const source: SourceText = { file: document.name, text, language: 'ST', firstLine: 1, firstColumn: 1 };
  return parseUnit(source, problems);
}
