import type { Expression, SfcAssociation, SfcStep, SfcTransition } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { startsMember } from './block.js';
import { parseExpression } from './parse-expression.js';
import { parseInstructions } from '../il/parse-il.js';

/** Elements of a textual chart as they are read. */
export interface ChartParts {
  readonly steps: SfcStep[];
  readonly transitions: SfcTransition[];
}

/** Whether INITIAL_STEP, STEP or TRANSITION begins here. */
export function startsChartElement(p: Cursor): boolean {
  const keyword = p.keyword();
  if (keyword === K.INITIAL_STEP) return true;
  return (keyword === K.STEP || keyword === K.TRANSITION) && startsMember(p);
}

/** A step or a transition. IEC 61131-3:2013, 6.7.2, 6.7.3. */
export function parseChartElement(p: Cursor, chart: ChartParts): void {
  if (p.keyword() === K.TRANSITION) {
    const transition = p.attempt(() => parseTransition(p));
    if (transition) chart.transitions.push(transition);
    else skipTo(p, K.END_TRANSITION);
    return;
  }
  const step = p.attempt(() => parseStep(p));
  if (step) chart.steps.push(step);
  else skipTo(p, K.END_STEP);
}

function skipTo(p: Cursor, end: number): void {
  while (p.kind() !== T.end && p.keyword() !== end && !isOuterEnd(p.keyword())) p.advance();
  if (p.takeKeyword(end)) p.take(T.semicolon);
}

function isOuterEnd(keyword: number): boolean {
  return (
    keyword === K.END_PROGRAM ||
    keyword === K.END_FUNCTION_BLOCK ||
    keyword === K.END_FUNCTION ||
    keyword === K.INITIAL_STEP
  );
}

function parseStep(p: Cursor): SfcStep {
  const start = p.start();
  const initial = p.keyword() === K.INITIAL_STEP;
  p.advance();
  const name = p.expectName('the name of the step');
  p.take(T.colon);
  const associations: SfcAssociation[] = [];
  while (!p.takeKeyword(K.END_STEP)) {
    if (p.take(T.semicolon)) continue;
    if (p.kind() !== T.word || !p.isName()) {
      p.fail('E1117', `Expected an action or END_STEP in the step of line ${p.line(start)}, found ${p.shown()}.`);
    }
    associations.push(parseAssociation(p));
  }
  p.take(T.semicolon);
  return { name, initial, associations, span: p.span(start) };
}

const qualifiers = new Set(['N', 'R', 'S', 'L', 'D', 'P', 'SD', 'DS', 'SL', 'P0', 'P1']);
const timed = new Set(['L', 'D', 'SD', 'DS', 'SL']);

/** `Action(L, T#1s, indicator);`; without a qualifier it is N. */
function parseAssociation(p: Cursor): SfcAssociation {
  const start = p.start();
  const name = p.expectName('the name of an action');
  let qualifier = 'N';
  let duration: Expression | undefined;
  let indicator: Expression | undefined;
  if (p.take(T.openParen)) {
    if (
      p.kind() === T.word &&
      qualifiers.has(p.word().toUpperCase()) &&
      (p.kind(1) === T.comma || p.kind(1) === T.closeParen)
    ) {
      qualifier = p.word().toUpperCase();
      p.advance();
      if (timed.has(qualifier)) {
        if (!p.take(T.comma))
          p.fail('E1117', `The qualifier ${qualifier} needs a duration: write \`(${qualifier}, T#1s)\`.`);
        duration = parseExpression(p);
      }
      p.take(T.comma);
    } else if (p.kind() === T.word && p.kind(1) === T.comma && /^[A-Z]{1,2}\d?$/i.test(p.word())) {
      p.fail('E1117', `\`${p.word()}\` is no qualifier: write N, R, S, L, D, P, SD, DS, SL, P0 or P1.`);
    }
    // Indicator variables document where the action reports; they have no effect.
    while (p.kind() !== T.closeParen) {
      const expression = parseExpression(p);
      indicator ??= expression;
      if (!p.take(T.comma)) break;
    }
    p.expect(T.closeParen, '`)`', 'after the action');
  }
  const span = p.span(start);
  if (!p.take(T.semicolon))
    p.report('E1102', p.previousEnd(), p.previousEnd(), 'The action has no semicolon at its end: write `;`.', ';');
  return {
    qualifier: qualifier as SfcAssociation['qualifier'],
    ...(duration && { duration }),
    action: { kind: 'named', name },
    ...(indicator && { indicator }),
    span,
  };
}

/** `TRANSITION name (PRIORITY := 1) FROM a TO (b, c) := condition; END_TRANSITION`. */
function parseTransition(p: Cursor): SfcTransition {
  const start = p.start();
  p.advance();
  let name: string | undefined;
  if (p.keyword() !== K.FROM && p.kind() === T.word) name = p.expectName('the name of the transition');
  let priority: number | undefined;
  if (p.take(T.openParen)) {
    if (!p.takeKeyword(K.PRIORITY)) p.fail('E1117', `Expected \`PRIORITY := number\`, found ${p.shown()}.`);
    p.expect(T.assign, '`:=`', 'after PRIORITY');
    if (p.kind() !== T.int || !/^\d{1,9}$/.test(p.word()))
      p.fail('E1117', `A priority is a whole number, found ${p.shown()}.`);
    priority = Number(p.word());
    p.advance();
    p.expect(T.closeParen, '`)`', 'after the priority');
  }
  if (!p.takeKeyword(K.FROM)) p.fail('E1117', `Expected FROM and the steps before the transition, found ${p.shown()}.`);
  const from = parseStepNames(p);
  if (!p.takeKeyword(K.TO)) p.fail('E1117', `Expected TO and the steps behind the transition, found ${p.shown()}.`);
  const to = parseStepNames(p);
  let condition: SfcTransition['condition'];
  if (p.take(T.assign)) {
    condition = { kind: 'expression', expression: parseExpression(p) };
    if (!p.take(T.semicolon))
      p.report('E1102', p.previousEnd(), p.previousEnd(), 'The condition has no semicolon at its end: write `;`.', ';');
  } else if (p.take(T.colon)) {
    const before = p.enterSource({ language: 'IL' });
    condition = { kind: 'body', body: { kind: 'il', instructions: parseInstructions(p, false) } };
    p.leaveSource(before);
  } else {
    p.fail('E1117', `Expected \`:=\` and the condition of the transition, found ${p.shown()}.`);
  }
  if (!p.takeKeyword(K.END_TRANSITION))
    p.fail('E1117', `The TRANSITION of line ${p.line(start)} is not closed: write END_TRANSITION before ${p.shown()}.`);
  p.take(T.semicolon);
  return {
    ...(name !== undefined && { name }),
    from,
    to,
    ...(priority !== undefined && { priority }),
    condition,
    span: p.span(start),
  };
}

function parseStepNames(p: Cursor): string[] {
  if (!p.take(T.openParen)) return [p.expectName('the name of a step')];
  const names: string[] = [];
  do {
    names.push(p.expectName('the name of a step'));
  } while (p.take(T.comma));
  p.expect(T.closeParen, '`)`', 'after the names of the steps');
  return names;
}
