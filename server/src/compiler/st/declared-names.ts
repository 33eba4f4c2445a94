import { foldName } from '../../model/identifier.js';
import type { SourceText } from '../../model/source-span.js';
import type { Declaration, PouDeclaration, SourceUnit, TypeNode, VariableBlock } from '../syntax/ast.js';
import { attributeOf } from './pragma.js';

/** A question of `{IF}`: `defined (variable: GVL.x)` asks `defined` of the kind `variable` with the words `GVL.x`. */
export interface Question {
  readonly operator: 'DEFINED' | 'HASATTRIBUTE' | 'HASTYPE';
  readonly kind: string;
  readonly name: string;
  /** What follows the comma. */
  readonly rest: string | undefined;
}

/** What the documents declare outside of all text whose condition asks for it. */
export interface DeclaredNames {
  /** The answer for a pragma at an offset of a text; undefined where it is not known. */
  answer(question: Question, source: SourceText, offset: number): boolean | undefined;
}

export function createDeclaredNames(units: readonly SourceUnit[]): DeclaredNames {
  const pous = new Map<string, PouDeclaration>();
  const globals = new Map<string, TypeNode>();
  const types = new Set<string>();
  const tasks = new Set<string>();
  const resources = new Set<string>();
  const addGlobals = (blocks: readonly VariableBlock[], list?: string): void => {
    for (const { variables } of blocks) {
      for (const { name, type } of variables) {
        globals.set(foldName(name), type);
        if (list !== undefined) globals.set(foldName(`${list}.${name}`), type);
      }
    }
  };
  const add = (d: Declaration): void => {
    switch (d.kind) {
      case 'pou':
        pous.set(foldName(d.name), d);
        return;
      case 'type':
        types.add(foldName(d.name));
        return;
      case 'globals':
        addGlobals(d.blocks, d.list);
        return;
      case 'configuration':
        addGlobals(d.blocks);
        for (const resource of d.resources) {
          addGlobals(resource.blocks);
          resources.add(foldName(resource.name));
          for (const { name } of resource.tasks) tasks.add(foldName(name));
        }
    }
  };
  for (const unit of units) unit.declarations.forEach(add);

  const pouAt = (source: SourceText, offset: number): PouDeclaration | undefined =>
    source.pou === undefined
      ? [...pous.values()].find(
          ({ span }) =>
            span.source.file === source.file &&
            span.source.text === source.text &&
            span.start <= offset &&
            offset < span.end,
        )
      : pous.get(foldName(source.pou));

  /** A variable as the place sees it: of the method or unit there, else a global one. */
  const findVariable = (name: string, source: SourceText, offset: number): TypeNode | undefined => {
    const pou = pouAt(source, offset);
    const method = pou?.methods.find(({ span }) => span.start <= offset && offset < span.end);
    const [first = '', second] = name.split('.');
    const owner = second === undefined ? undefined : pous.get(first);
    const own = (blocks: readonly VariableBlock[], key: string): TypeNode | undefined =>
      blocks.flatMap(({ variables }) => variables).find((variable) => foldName(variable.name) === key)?.type;
    return owner
      ? own(owner.blocks, second!)
      : ((method && own(method.blocks, name)) ?? (pou && own(pou.blocks, name)) ?? globals.get(name));
  };

  return {
    answer({ operator, kind, name, rest }, source, offset) {
      const key = foldName(name);
      switch (`${operator} ${kind}`) {
        case 'DEFINED VARIABLE':
          return findVariable(key, source, offset) !== undefined;
        case 'DEFINED TYPE':
          return types.has(key);
        case 'DEFINED POU':
          return pous.has(key);
        case 'DEFINED TASK':
          return tasks.has(key);
        case 'DEFINED RESOURCE':
          return resources.has(key);
        case 'HASATTRIBUTE POU': {
          const attribute = /^'([^']*)'$/.exec(rest ?? '')?.[1];
          if (attribute === undefined) return undefined;
          return attributeOf(pous.get(key)?.pragmas ?? [], attribute.toLowerCase()) !== undefined;
        }
        case 'HASTYPE VARIABLE': {
          // Generic types ask for more than a name.
          if (rest === undefined || !/^\w+$/.test(rest) || /^ANY/i.test(rest)) return undefined;
          const type = findVariable(key, source, offset);
          return type !== undefined && nameOf(type) === foldName(rest);
        }
        default:
          return undefined;
      }
    },
  };
}

/** Name of a type that has one. */
function nameOf(type: TypeNode): string | undefined {
  if (type.kind === 'named') return foldName(type.name);
  return type.kind === 'string' ? (type.wide ? 'WSTRING' : 'STRING') : undefined;
}
