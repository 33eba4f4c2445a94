import { foldName } from '../../model/identifier.js';
import type { PouDeclaration } from '../syntax/ast.js';
import type { Compilation } from './compilation.js';

/** E2014, E2015, E5001: what kinds of POU have results, bodies and bases. IEC 61131-3:2013, 6.6.2 to 6.6.6. */
export function checkPou(c: Compilation, pou: PouDeclaration): void {
  if (pou.standard) return;
  const { problems, profile } = c;
  if (pou.pouKind === 'function') {
    const gives = pou.blocks.some(
      (b) => (b.section === 'VAR_OUTPUT' || b.section === 'VAR_IN_OUT') && b.variables.length > 0,
    );
    if (!pou.returnType && !gives && profile.name !== 'twincat' && c.exportedBy !== 'codesys') {
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
