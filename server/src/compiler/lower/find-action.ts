import { sameName } from '../../model/identifier.js';
import type { PouDeclaration, TypeNode } from '../syntax/ast.js';

/** What is known of declarations where a chart is lowered. */
export interface ActionDeclarations {
  findPou(name: string): PouDeclaration | undefined;
  /** Type of a global variable. */
  findGlobal(name: string): TypeNode | undefined;
  /** Type that a name of a data type stands for. */
  findType(name: string): TypeNode | undefined;
}

/**
 * Whether a name that stands for the action of a step is one that `pou` inherits, or a path to an action of an instance or another
 * program, as CODESYS has it: `Table.Motor.Turn`. The POU's own actions are not looked at for a name without dots.
 */
export function isActionElsewhere(name: string, pou: PouDeclaration, known: ActionDeclarations): boolean {
  const path = name.split('.');
  const action = path.pop()!;
  if (path.length === 0) return lineOf(pou, known).some((base) => base !== pou && hasAction(base, action));
  const owner = ownerOf(path, pou, known);
  return owner !== undefined && lineOf(owner, known).some((base) => hasAction(base, action));
}

const hasAction = (pou: PouDeclaration, name: string): boolean =>
  pou.actions.some((action) => sameName(action.name, name));

/** The POU and those that it extends. */
function lineOf(pou: PouDeclaration, known: ActionDeclarations): readonly PouDeclaration[] {
  const line = new Set<PouDeclaration>();
  let base: PouDeclaration | undefined = pou;
  while (base && !line.has(base)) {
    line.add(base);
    base = base.extends[0] === undefined ? undefined : known.findPou(base.extends[0]);
  }
  return [...line];
}

/** The POU that the instance at the end of a path is of; undefined where the path leads to none. */
function ownerOf(path: readonly string[], pou: PouDeclaration, known: ActionDeclarations): PouDeclaration | undefined {
  const [first = '', ...rest] = path;
  if (sameName(first, 'THIS')) return follow(rest, pou, known);
  const variable = variableOf(first, pou, known) ?? known.findGlobal(first);
  if (variable) return follow(rest, variable, known);
  const program = known.findPou(first);
  if (program) return program.pouKind === 'program' ? follow(rest, program, known) : undefined;
  // The first part may name a list of globals.
  const [second, ...others] = rest;
  const global = second === undefined ? undefined : known.findGlobal(second);
  return global && follow(others, global, known);
}

function follow(
  path: readonly string[],
  start: TypeNode | PouDeclaration,
  known: ActionDeclarations,
): PouDeclaration | undefined {
  let at: TypeNode | PouDeclaration | undefined = start;
  for (const member of [...path, undefined]) {
    at = resolved(at, known);
    if (!at || member === undefined) break;
    at =
      at.kind === 'pou'
        ? variableOf(member, at, known)
        : at.kind === 'struct'
          ? at.members.find(({ name }) => sameName(name, member))?.type
          : undefined;
  }
  return at?.kind === 'pou' ? at : undefined;
}

/** What a type is once its names are followed: a POU, a structure, or any other type. */
function resolved(
  type: TypeNode | PouDeclaration | undefined,
  known: ActionDeclarations,
): TypeNode | PouDeclaration | undefined {
  let at = type;
  for (let depth = 0; at?.kind === 'named' && depth < maxAliases; depth += 1)
    at = known.findPou(at.name) ?? known.findType(at.name);
  return at?.kind === 'pointer' && at.form === 'reference' ? resolved(at.target, known) : at;
}
const maxAliases = 64;

const variableOf = (name: string, pou: PouDeclaration, known: ActionDeclarations): TypeNode | undefined =>
  lineOf(pou, known)
    .flatMap(({ blocks }) => blocks.flatMap(({ variables }) => variables))
    .find((variable) => sameName(variable.name, name))?.type;
