import type { Body, Expression, SfcAssociation, SfcBody, SfcStep, SfcTransition } from '../syntax/ast.js';
import { printGraph } from './print-graph.js';
import { textBetween, textOfExpression } from './span-text.js';

/** A chart as lines of text (docs/text-form.md): steps with their actions, then transitions from steps to steps. */
export function printChart(body: SfcBody): string {
  const lines = body.dialect === 'codesys' ? ['CODESYS', ''] : [];
  for (const step of body.steps) lines.push(...printStep(step));
  if (body.steps.length > 0) lines.push('');
  for (const transition of body.transitions) lines.push(...printTransition(transition));
  return `${lines.join('\n')}\n`;
}

function printStep(step: SfcStep): string[] {
  const head = `${step.initial ? 'INITIAL ' : ''}STEP ${step.name}`;
  const lines = [step.associations.length > 0 || step.macro ? `${head}:` : head];
  for (const association of step.associations) lines.push(...indented(printAssociation(association)));
  if (step.macro) lines.push(...indented(['SFC {', ...indented(printChart(step.macro).trimEnd().split('\n')), '}']));
  return lines;
}

function printAssociation(association: SfcAssociation): string[] {
  const { action } = association;
  const duration = association.duration ? ` ${operand(association.duration)}` : '';
  const indicator = association.indicator ? `, INDICATOR ${operand(association.indicator)}` : '';
  const head = `${association.ofStep ? 'STEP ' : ''}${association.qualifier}${duration} `;
  if (action.kind === 'named') return [`${head}${action.name}${indicator}`];
  const [first, ...rest] = printNested(action.body);
  const lines = [`${head}${first!}`, ...rest];
  return [...lines.slice(0, -1), `${lines.at(-1)!}${indicator}`];
}

function printTransition(transition: SfcTransition): string[] {
  const priority = transition.priority === undefined ? '' : `, PRIORITY ${transition.priority}`;
  const head = `TRANSITION ${transition.name === undefined ? '' : `"${transition.name}" `}${transition.from.join(' + ')} -> ${transition.to.join(' + ')}${priority}: `;
  const { condition } = transition;
  const not = transition.negated ? 'NOT ' : '';
  switch (condition.kind) {
    case 'named':
      return [`${head}${not}NAMED ${condition.name}`];
    case 'expression':
      return [`${head}${operand(condition.expression, true, not)}`];
    case 'body': {
      const [first, ...rest] = printNested(condition.body);
      return [`${head}${not}${first!}`, ...rest];
    }
  }
}

/** A body within braces, its language before them. */
function printNested(body: Body): string[] {
  switch (body.kind) {
    case 'graph':
      return [`${body.language} {`, ...indented(printGraph(body).trimEnd().split('\n')), '}'];
    case 'sfc':
      return ['SFC {', ...indented(printChart(body).trimEnd().split('\n')), '}'];
    case 'statements':
      return ['ST {', ...indented(textBetween(body.statements.map(({ span }) => span)).split('\n')), '}'];
    case 'il':
      return ['IL {', ...indented(textBetween(body.instructions.map(({ span }) => span)).split('\n')), '}'];
  }
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `  ${line}`));

/** An expression: bare where it is one word, or takes the rest of a line; else in braces. */
function operand(expression: Expression, toLineEnd = false, not = ''): string {
  const text = not === '' ? textOfExpression(expression) : `${not}(${textOfExpression(expression)})`;
  if (/^[\p{L}\p{N}_.#%^]+$/u.test(text)) return text;
  const bare = toLineEnd && !/[\n\r{}]|\/\/|^(NOT\s+)?(NAMED|LD|FBD|CFC|SFC|ST|IL)\b/.test(text);
  return bare ? text : `{${text}}`;
}
