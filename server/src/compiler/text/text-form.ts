import type { Language, SourceText } from '../../model/source-span.js';
import type { Problems } from '../problems.js';
import { parseInstructionList, parseStatements } from '../st/parse-unit.js';
import type { Body } from '../syntax/ast.js';
import { parseChart } from './parse-chart.js';
import { parseGraph } from './parse-graph.js';
import { printChart } from './print-chart.js';
import { printGraph } from './print-graph.js';
import { textBetween } from './span-text.js';

/** A body as text that a person can read and edit, and its language. Textual bodies are their own text. */
export function printBody(body: Body): { readonly language: Language; readonly text: string } {
  switch (body.kind) {
    case 'graph':
      return { language: body.language, text: printGraph(body) };
    case 'sfc':
      return { language: 'SFC', text: printChart(body) };
    case 'statements':
      return { language: body.language, text: textBetween(body.statements.map(({ span }) => span)) };
    case 'il':
      return { language: 'IL', text: textBetween(body.instructions.map(({ span }) => span)) };
  }
}

/** Reads what `printBody` writes, or a person in its manner. Problems have lines and columns of `source`. */
export function parseBody(source: SourceText, problems: Problems): Body {
  switch (source.language) {
    case 'LD':
    case 'FBD':
    case 'CFC':
      return parseGraph(source, source.language, problems);
    case 'SFC':
      return parseChart(source, problems);
    case 'IL':
      return { kind: 'il', instructions: parseInstructionList(source, problems) };
    case 'ST':
      return { kind: 'statements', language: 'ST', statements: parseStatements(source, problems) };
  }
}
