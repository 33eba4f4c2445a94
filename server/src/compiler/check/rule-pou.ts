import { foldName } from '../../model/identifier.js';
import { findStandardFunction } from '../stdlib/standard-functions.js';
import type { Body, PouDeclaration, Statement } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';

/** Function blocks of edition 3. IEC 61131-3:2013, tables 43 to 46. */
const standardBlock = /^(SR|RS|[RF]_TRIG|CT(U|D|UD)(_(INT|DINT|LINT|UDINT|ULINT))?|(TP|TON|TOF)(_L?TIME)?)$/;

const isStandardName = (key: string): boolean => standardBlock.test(key) || findStandardFunction(key) !== undefined;

/** W2022, E2014, E2015, E5001: what kinds of POU have results, bodies and bases. IEC 61131-3:2013, 6.6.2 to 6.6.6. */
export function checkPou(c: Compilation, pou: PouDeclaration): void {
  if (pou.standard) return;
  const { problems, profile } = c;
  if (profile.name === 'iec' && pou.namespace.length === 0 && isStandardName(foldName(pou.name)))
    problems.report(
      'W2022',
      pou.nameSpan,
      `'${pou.name}' is a standard ${pou.pouKind === 'function' ? 'function' : 'function block'}, which this one replaces everywhere; give it a name of its own.`,
    );
  if (pou.pouKind === 'function') {
    const gives = pou.blocks.some(
      (b) => (b.section === 'VAR_OUTPUT' || b.section === 'VAR_IN_OUT') && b.variables.length > 0,
    );
    if (!pou.returnType && !gives && !acts(pou.body) && profile.name !== 'twincat' && c.exportedBy !== 'codesys') {
      problems.report(
        'E2014',
        pou.nameSpan,
        `The function '${pou.name}' has no result; write its type behind a colon, FUNCTION ${pou.name} : INT.`,
      );
    }
    if (pou.extends.length > 0 || pou.implements.length > 0)
      problems.report(
        'E5001',
        pou.nameSpan,
        `A function can't extend or implement anything; '${pou.name}' would have to be a function block.`,
      );
    for (const [kind, members] of [
      ['method', pou.methods],
      ['property', pou.properties],
      ['action', pou.actions],
    ] as const) {
      if (members.length === 0) continue;
      problems.report(
        'E2015',
        members[0]!.span,
        `A function has no ${kind}; '${pou.name}' would have to be a FUNCTION_BLOCK, or '${members[0]!.name}' a function of its own.`,
      );
    }
  } else if (pou.returnType) {
    problems.report(
      'E2014',
      pou.returnType.span,
      `A ${pou.pouKind === 'function_block' ? 'function block' : pou.pouKind} has no result type; '${pou.name}' would have to be a FUNCTION.`,
    );
  }
  if (pou.pouKind === 'interface') checkInterface(c, pou);
  for (const name of pou.usings) checkUsing(c, pou, name);
  if (pou.pouKind === 'program' && pou.implements.length > 0)
    problems.report('E5001', pou.nameSpan, `A program can't implement an interface.`);
  if (
    pou.pouKind === 'class' &&
    pou.body?.kind === 'statements' &&
    pou.body.statements.some((s) => s.kind !== 'empty')
  ) {
    problems.report(
      'E2015',
      pou.body.statements[0]!.span,
      `A class has no body of its own; move these statements to a method of '${pou.name}'.`,
    );
  }
}

/** E2011, E2015: an interface says what methods take and give, and nothing of how. IEC 61131-3:2013, 6.6.6. */
function checkInterface(c: Compilation, pou: PouDeclaration): void {
  for (const block of pou.blocks)
    c.problems.report(
      'E2011',
      block.span,
      `An interface has no variables; write a PROPERTY, or move them to the blocks that implement '${pou.name}'.`,
    );
  for (const method of pou.methods) {
    const first = firstStatement(method.body);
    if (first)
      c.problems.report(
        'E2015',
        first.span,
        `A method of an interface has no statements; write them in the blocks that implement '${pou.name}'.`,
      );
  }
}

/** Whether a body does anything: a function without a result may write globals. IEC 61131-3:2013, table 19, 1a. */
const acts = (body: Body | undefined): boolean =>
  body !== undefined && (body.kind !== 'statements' || firstStatement(body) !== undefined);

/** The first statement of a body that does something. */
export const firstStatement = (body: Body | undefined): Statement | undefined =>
  body?.kind === 'statements' ? body.statements.find((s) => s.kind !== 'empty') : undefined;

/** E2001 for USING of a namespace that no document declares, once for each. IEC 61131-3:2013, 6.9.4. */
function checkUsing(c: Compilation, pou: PouDeclaration, name: string): void {
  const key = foldName(name);
  const around = pou.namespace.map((_, i) => [...pou.namespace.slice(0, i + 1).map(foldName), key].join('.'));
  if ([key, ...around].some((each) => c.table.namespaces.has(each)) || c.missing.has(`namespace ${key}`)) return;
  c.missing.add(`namespace ${key}`);
  c.problems.report(
    'E2001',
    pou.nameSpan,
    `There is no namespace '${name}' for the USING in '${pou.name}'; add the documents that declare it.`,
  );
}
