import type { SourceText } from '../../model/source-span.js';
import { Cursor } from '../st/cursor.js';
import { parseDirectAddress } from '../st/parse-expression.js';
import {
  parseExpression,
  parseInitialValue,
  parseInstructionList,
  parseStatements,
  parseStatementsBody,
  parseTypeText as parseType,
  parseUnit,
} from '../st/parse-unit.js';
import type {
  Body,
  Declaration,
  DirectAddress,
  Expression,
  IlInstruction,
  Statement,
  TypeNode,
} from '../syntax/ast.js';
import type { Place } from './import-place.js';

/** The parsers as import calls them: text in, tree out, findings where the place reports them. */
export const parseExpressionText = (place: Place, source: SourceText): Expression | undefined =>
  parseExpression(source, place.problems);
export const parseInitialText = (place: Place, source: SourceText): Expression | undefined =>
  parseInitialValue(source, place.problems);
export const parseStatementsText = (place: Place, source: SourceText): readonly Statement[] =>
  parseStatements(source, place.problems);
export const parseStatementsBodyText = (place: Place, source: SourceText): Body =>
  parseStatementsBody(source, place.problems);
export const parseInstructionsText = (place: Place, source: SourceText): readonly IlInstruction[] =>
  parseInstructionList(source, place.problems);
export const parseDeclarationsText = (place: Place, source: SourceText): readonly Declaration[] =>
  parseUnit(source, place.problems).declarations;
export const parseTypeText = (place: Place, source: SourceText): TypeNode | undefined =>
  parseType(source, place.problems);

export function parseAddressText(place: Place, source: SourceText): DirectAddress | undefined {
  const p = new Cursor(source, place.problems);
  const address = p.attempt(() => parseDirectAddress(p));
  p.reportLexicalProblems();
  return address;
}
