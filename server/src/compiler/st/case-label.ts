import type { CaseLabel } from '../syntax/ast.js';
import type { Cursor } from './cursor.js';
import { K, T } from './cursor.js';
import { parseExpression } from './parse-expression.js';

/** `1, 3..5:`, with the colon. */
export function parseCaseLabels(p: Cursor): CaseLabel[] {
  const labels: CaseLabel[] = [];
  do {
    const start = p.start();
    const low = parseExpression(p);
    const high = p.take(T.range) ? parseExpression(p) : undefined;
    labels.push({ low, ...(high && { high }), span: p.span(start) });
  } while (p.take(T.comma));
  if (!p.take(T.colon)) {
    if (p.kind() !== T.word) p.fail('E1101', `Expected \`:\` after the label of the CASE branch, found ${p.shown()}.`);
    const at = p.previousEnd();
    p.report('E1101', at, at, 'The label of the CASE branch has no colon behind it: write `:`.', ':');
  }
  return labels;
}

/** Whether what follows is `1:`, `A, B..C:` and the like, and no statement. Reads ahead no further than one statement. */
export function startsCaseLabel(p: Cursor): boolean {
  if (p.kind() === T.word && !p.isName() && p.keyword() !== K.TRUE && p.keyword() !== K.FALSE && p.keyword() !== K.NOT)
    return false;
  // No statement begins with a number: with a statement behind it, it is a label without its colon.
  const isNumber = p.kind() === T.int || p.kind() === T.minus;
  let operand = false;
  for (let i = 0; ; i += 1) {
    switch (p.kind(i)) {
      case T.colon:
        // `x : = 1` is a misspelt assignment.
        return operand && !(p.kind(i + 1) === T.equal);
      case T.word:
      case T.int:
      case T.real:
      case T.string:
      case T.wstring:
      case T.duration:
      case T.date:
        if (operand) return isNumber && p.kind(i) === T.word;
        if (p.kind(i) === T.word && !p.isName(i) && p.keyword(i) !== K.TRUE && p.keyword(i) !== K.FALSE) return false;
        operand = true;
        break;
      case T.prefix:
        if (operand && p.kind(i - 1) !== T.dot) return false;
        operand = false;
        break;
      case T.closeParen:
        operand = true;
        break;
      case T.openParen:
      case T.dot:
      case T.comma:
      case T.range:
      case T.plus:
      case T.minus:
      case T.star:
      case T.slash:
        operand = false;
        break;
      default:
        return false;
    }
  }
}
