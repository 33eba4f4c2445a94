import { foldName } from '../../model/identifier.js';
import type { Problems } from '../problems.js';
import type { Profile } from '../profile.js';
import type {
  Body,
  Declaration,
  Expression,
  PouDeclaration,
  SourceUnit,
  Statement,
  TypeNode,
  VariableBlock,
  VariableDeclaration,
} from '../syntax/ast.js';
import { isActionElsewhere } from './find-action.js';
import { lowerGraph } from './lower-graph.js';
import { lowerInstructionList } from './lower-il.js';
import { lowerSfc } from './lower-sfc.js';

export interface DesugarContext {
  readonly problems: Problems;
  readonly profile: Profile;
  /** A POU of the project or of the standard library. */
  findPou(name: string): PouDeclaration | undefined;
  /** Type of a global variable. */
  findGlobal(name: string): TypeNode | undefined;
  /** Type that a name of a data type stands for. */
  findType(name: string): TypeNode | undefined;
  /** Whether a name is a function of the standard library. */
  isStandardFunction(key: string): boolean;
}

type Statements = Extract<Body, { kind: 'statements' }>;

/** Replaces bodies of IL, LD, FBD, CFC and SFC by statements; what they need to remember joins the POU's variables, hidden. */
export function desugarUnit(unit: SourceUnit, context: DesugarContext): SourceUnit {
  if (!unit.declarations.some(needsDesugar)) return unit;
  return {
    file: unit.file,
    declarations: unit.declarations.map((d) => (d.kind === 'pou' && needsDesugar(d) ? desugarPou(d, context) : d)),
  };
}

const isPlainBody = (body: Body | undefined): boolean => body === undefined || body.kind === 'statements';

function needsDesugar(declaration: Declaration): boolean {
  if (declaration.kind !== 'pou') return false;
  return (
    !isPlainBody(declaration.body) ||
    declaration.methods.some((m) => !isPlainBody(m.body)) ||
    declaration.actions.some((a) => !isPlainBody(a.body)) ||
    declaration.properties.some((p) => !isPlainBody(p.get?.body) || !isPlainBody(p.set?.body))
  );
}

function desugarPou(pou: PouDeclaration, context: DesugarContext): PouDeclaration {
  const hidden: VariableDeclaration[] = [];
  const lower = (body: Body, scope: string): Statements => {
    const lowered = lowerBody(body, scope, pou, context);
    hidden.push(...lowered.declarations);
    return { kind: 'statements', language: languageOf(body), statements: lowered.statements };
  };
  const plain = (body: Body | undefined, scope: string): Body | undefined =>
    body === undefined || body.kind === 'statements' ? body : lower(body, scope);
  const withBody = <T extends { readonly body?: Body }>(one: T, scope: string): T => {
    const body = plain(one.body, scope);
    return body && body !== one.body ? { ...one, body } : one;
  };
  const made: PouDeclaration = {
    ...withBody(pou, ''),
    methods: pou.methods.map((m) => withBody(m, m.name)),
    actions: pou.actions.map((a) => withBody(a, a.name)),
    properties: pou.properties.map((p) => ({
      ...p,
      ...(p.get && { get: withBody(p.get, `${p.name}_Get`) }),
      ...(p.set && { set: withBody(p.set, `${p.name}_Set`) }),
    })),
  };
  if (hidden.length === 0) return made;
  const block: VariableBlock = {
    section: 'VAR',
    constant: false,
    retain: false,
    nonRetain: false,
    persistent: false,
    variables: hidden,
    span: hidden[0]!.span,
  };
  return { ...made, blocks: [...made.blocks, block] };
}

interface Lowered {
  readonly statements: readonly Statement[];
  readonly declarations: readonly VariableDeclaration[];
  readonly value?: Expression;
}

/** The language that a body is written in. */
export function languageOf(body: Body): Statements['language'] {
  switch (body.kind) {
    case 'statements':
    case 'graph':
      return body.language;
    case 'il':
      return 'IL';
    case 'sfc':
      return 'SFC';
  }
}

/** A body in any language as statements of the tree. `resultName`: it is the condition of a transition, see SfcContext. */
function lowerBody(
  body: Body,
  scope: string,
  pou: PouDeclaration,
  context: DesugarContext,
  resultName?: string,
): Lowered {
  const { problems, profile } = context;
  switch (body.kind) {
    case 'statements':
      return { statements: body.statements, declarations: [], ...valueOf(body.statements, resultName) };
    case 'il': {
      const lowered = lowerInstructionList(body.instructions, problems, {
        scope,
        isFunction: (name) => isFunction(name, context),
        isInstance: (operand) => isInstance(operand, pou, context),
        ...(resultName !== undefined && { result: true }),
      });
      return { ...lowered, declarations: [] };
    }
    case 'graph':
      return lowerGraph(body, {
        problems,
        profile,
        scope,
        ...(resultName !== undefined && { resultName }),
        declared: { pou, findPou: (name) => context.findPou(name), findGlobal: (name) => context.findGlobal(name) },
      });
    case 'sfc':
      return lowerSfc(body, {
        problems,
        profile,
        pou,
        scope,
        lowerBody: (inner, innerScope, innerResult) => lowerBody(inner, innerScope, pou, context, innerResult),
        isAction: (name) => isActionElsewhere(name, pou, context),
      });
  }
}

/** A condition in ST: the last assignment to the transition's name, or a lone expression. */
function valueOf(
  statements: readonly Statement[],
  resultName: string | undefined,
): { readonly value?: Expression; readonly statements?: readonly Statement[] } {
  if (resultName === undefined) return {};
  const last = statements.at(-1);
  if (last?.kind === 'expression') return { value: last.expression, statements: statements.slice(0, -1) };
  if (
    last?.kind === 'assign' &&
    last.target.kind === 'name' &&
    (resultName === '' || foldName(last.target.name) === foldName(resultName))
  ) {
    return { value: last.value, statements: statements.slice(0, -1) };
  }
  return {};
}

function isFunction(name: string, context: DesugarContext): boolean {
  const pou = context.findPou(name);
  return pou ? pou.pouKind === 'function' : context.isStandardFunction(foldName(name));
}

function isInstance(operand: Expression, pou: PouDeclaration, context: DesugarContext): boolean {
  if (operand.kind !== 'name') return false;
  const key = foldName(operand.name);
  let type: TypeNode | undefined = context.findGlobal(operand.name);
  for (const block of pou.blocks)
    for (const variable of block.variables) if (foldName(variable.name) === key) ({ type } = variable);
  if (type?.kind !== 'named') return false;
  return context.findPou(type.name)?.pouKind === 'function_block';
}
