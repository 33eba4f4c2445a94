import type { VariableBlock } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';
import type { Owner } from './symbols.js';

/** E2011, E2012: which sections a kind of POU has, and which of them may be CONSTANT or RETAIN. IEC 61131-3:2013, tables 13, 14 and 48. */
export function checkSection(c: Compilation, block: VariableBlock, owner: Owner | undefined): void {
  const { section } = block;
  if (section === 'VAR_GLOBAL' && owner && !(owner.kind === 'block' && owner.pouKind === 'program')) {
    c.problems.report(
      'E2011',
      block.span,
      `Global variables stand outside program units; move this VAR_GLOBAL before '${owner.name}', or write VAR.`,
    );
  }
  if (section === 'VAR_INST' && owner?.kind === 'callable' && owner.form === 'function') {
    c.problems.report(
      'E2011',
      block.span,
      `A function has no instance for VAR_INST; write VAR, or make '${owner.name}' a method.`,
    );
  }
  if (
    owner?.kind === 'block' &&
    owner.pouKind === 'class' &&
    (section === 'VAR_INPUT' || section === 'VAR_OUTPUT' || section === 'VAR_IN_OUT')
  ) {
    c.problems.report(
      'E2011',
      block.span,
      `A class has no ${section}; make it a FUNCTION_BLOCK or pass parameters to its methods.`,
    );
  }
  if (
    owner?.kind === 'callable' &&
    (owner.form === 'getter' || owner.form === 'setter') &&
    (section === 'VAR_INPUT' || section === 'VAR_OUTPUT' || section === 'VAR_IN_OUT')
  ) {
    c.problems.report(
      'E2011',
      block.span,
      `The accessors of a property have no ${section}; write VAR, or make '${owner.name}' a method.`,
    );
  }
  // Most compilers have inputs that are not written, VAR_INPUT CONSTANT; CODESYS also VAR_IN_OUT CONSTANT, passed by address.
  const unwritten =
    (section === 'VAR_INPUT' && c.profile.name !== 'matiec') ||
    (section === 'VAR_IN_OUT' && c.profile.implicitConversion === 'narrowing-with-warning');
  if (
    block.constant &&
    !unwritten &&
    (section === 'VAR_INPUT' || section === 'VAR_OUTPUT' || section === 'VAR_IN_OUT')
  ) {
    c.problems.report('E2012', block.span, `${section} can't be CONSTANT; remove the word CONSTANT.`);
  }
  const kept = block.retain || block.persistent;
  if (block.nonRetain && (kept || block.constant)) {
    c.problems.report(
      'E2012',
      block.span,
      `NON_RETAIN contradicts ${block.constant ? 'CONSTANT' : 'RETAIN'}; remove one of the words.`,
    );
  } else if (block.constant && kept && c.profile.implicitConversion === 'widening') {
    c.problems.report('E2012', block.span, 'A CONSTANT has its value always; remove the word RETAIN.');
  }
  if (block.retain && section === 'VAR' && owner?.kind === 'callable') {
    c.problems.report('E2012', block.span, 'Functions and methods keep nothing between calls; remove the word RETAIN.');
  }
  if (block.retain && (section === 'VAR_IN_OUT' || section === 'VAR_TEMP' || section === 'VAR_EXTERNAL')) {
    c.problems.report('E2012', block.span, `${section} can't be RETAIN; remove the word RETAIN.`);
  }
}
