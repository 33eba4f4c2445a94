import type { MemoryCell } from '../engine/engine.js';
import type { TypeDescriptor, TypeId, VariableSection } from '../model/data-type.js';
import type { LastWriter } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import type { Value } from '../model/value.js';
import { isGlob } from './access-path.js';
import type { GenerationReading } from './generations.js';
import { pageOf, type Page } from './page.js';
import type { RuntimeCore } from './runtime-core.js';
import { requireProgram } from './runtime-core.js';
import { readValue, typeName } from './value-codec.js';
import type { Variable, VariableTree } from './variable-tree.js';

/** A variable with its value, all read after the same scan. */
export interface VariableReading {
  readonly path: string;
  readonly type: string;
  readonly value: Value;
  readonly generation: bigint;
  readonly lastWriter?: LastWriter;
  readonly forced: boolean;
}

export interface VariableListing {
  readonly path: string;
  readonly type: string;
  readonly section: VariableSection;
  readonly constant: boolean;
  readonly retain: boolean;
  readonly writable: boolean;
  readonly location?: string;
  readonly forced: boolean;
  readonly enumValues: readonly string[];
}

export interface ListRequest {
  readonly pattern: string;
  readonly hidden: boolean;
  readonly composites: boolean;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** Variables in one request. */
export const mostVariables = 10_000;

/** A place that is forced, by the path of its leaf. */
export interface ForcedPlace {
  readonly variable: Variable;
  readonly value: Value;
  readonly cells: readonly MemoryCell[];
}

/** Forced variables of a runtime by folded path. */
export type ForcedPlaces = Map<string, ForcedPlace>;

export interface VariableReader {
  list(request: ListRequest): Page<VariableListing>;
  read(paths: readonly string[]): { readonly variables: readonly VariableReading[]; readonly scan: number };
  /** One variable as it is. */
  readOne(variable: Variable): VariableReading;
  /** Resolves a path, following references; VARIABLE_NOT_FOUND. */
  resolve(path: string): Variable;
  /** Generation and last writer of a variable, with the writes that are under way; of an aggregate, those of its leaves together. */
  claimedGeneration(variable: Variable): GenerationReading;
  /** Paths that count a write of the variable. */
  leafPaths(variable: Variable): readonly string[];
}

export function createVariableReader(core: RuntimeCore, forced: ForcedPlaces): VariableReader {
  const types = (): readonly TypeDescriptor[] => requireProgram(core).image.types;
  const tree = (): VariableTree => requireProgram(core).tree;

  const leafPaths = (variable: Variable): readonly string[] => {
    if (variable.leaf >= 0 && tree().typeOf(variable).kind !== 'array' && tree().typeOf(variable).kind !== 'struct')
      return [variable.path];
    return [...tree().leavesBelow(variable)].filter((leaf) => !leaf.indirect).map((leaf) => leaf.path);
  };
  const generationOf = (variable: Variable, which: 'read' | 'claimed'): GenerationReading => {
    let count = 0n;
    let lastWriter: LastWriter | undefined;
    for (const path of leafPaths(variable)) {
      const reading = core.generations[which](path);
      count += reading.count;
      if (reading.lastWriter && (!lastWriter || reading.lastWriter.timeNs > lastWriter.timeNs))
        lastWriter = reading.lastWriter;
    }
    return { count, ...(lastWriter && { lastWriter }) };
  };
  const valueAt = (variable: Variable): Value => {
    try {
      return readValue(types(), variable, core.memory.bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new HostError(
        'WRONG_STATE',
        `'${variable.path}' refers to a place outside of the variables; run a scan first.`,
        { path: variable.path },
      );
    }
  };
  const readOne = (variable: Variable): VariableReading => {
    const { count, lastWriter } = generationOf(variable, 'read');
    return {
      path: variable.path,
      type: typeName(types(), variable.type),
      value: valueAt(variable),
      generation: count,
      ...(lastWriter && { lastWriter }),
      forced: forced.has(foldName(variable.path)),
    };
  };
  const resolve = (path: string): Variable => tree().resolve(path, core.memory.bytes);

  const listing = (variable: Variable): VariableListing => ({
    path: variable.path,
    type: typeName(types(), variable.type),
    section: variable.section,
    constant: variable.constant,
    retain: variable.retain,
    writable: !variable.constant && !isReference(types(), variable),
    ...(variable.location !== undefined && { location: variable.location }),
    forced: forced.has(foldName(variable.path)),
    enumValues: enumNames(types(), variable.type),
  });

  function* listed(request: ListRequest): Generator<Variable> {
    const pattern = request.pattern === '' ? '**' : request.pattern;
    if (request.composites) {
      yield* composites(tree(), pattern);
      return;
    }
    if (request.hidden && isGlob(pattern)) {
      yield* hiddenLeaves(tree());
      return;
    }
    if (isGlob(pattern)) yield* tree().select(pattern);
    else yield* tree().leavesBelow(resolve(pattern));
  }

  return {
    resolve,
    readOne,
    claimedGeneration: (variable) => generationOf(variable, 'claimed'),
    leafPaths,
    list: (request) =>
      pageOf(listed(request), listing, {
        ...request,
        most: mostVariables,
        usual: 1000,
        key: requireProgram(core).image.digest,
      }),
    read(paths) {
      requireProgram(core);
      if (paths.length === 0)
        throw new HostError('INVALID_REQUEST', 'The request names no variable; name a path or a glob.');
      const found: Variable[] = [];
      const add = (variable: Variable): void => {
        if (found.length >= mostVariables) {
          throw new HostError(
            'TOO_MANY_ITEMS',
            `A request reads at most ${mostVariables} variables; narrow the globs.`,
            { limit: String(mostVariables) },
          );
        }
        found.push(variable);
      };
      for (const path of paths) {
        if (!isGlob(path)) add(resolve(path));
        else for (const leaf of tree().select(path)) if (!leaf.indirect) add(leaf);
      }
      return { variables: found.map(readOne), scan: core.memory.scan };
    },
  };
}

export function isReference(types: readonly TypeDescriptor[], variable: { readonly type: TypeId }): boolean {
  return types[variable.type]?.kind === 'pointer';
}

function enumNames(types: readonly TypeDescriptor[], id: TypeId): readonly string[] {
  const type = types[id];
  return type?.kind === 'enum' ? type.values.map((v) => v.name) : [];
}

function* composites(tree: VariableTree, pattern: string): Generator<Variable> {
  // Every aggregate on the way to a selected leaf, once, then the leaf.
  const seen = new Set<string>();
  for (const leaf of tree.select(pattern)) {
    for (const at of boundaries(leaf.path)) {
      const path = leaf.path.slice(0, at);
      if (seen.has(path)) continue;
      seen.add(path);
      const parent = tryResolve(tree, path);
      if (parent) yield parent;
    }
    yield leaf;
  }
}

function boundaries(path: string): readonly number[] {
  return [...path.matchAll(/[.[]/g)].map((match) => match.index);
}

function tryResolve(tree: VariableTree, path: string): Variable | undefined {
  try {
    return tree.resolve(path);
  } catch {
    return undefined;
  }
}

function* hiddenLeaves(tree: VariableTree): Generator<Variable> {
  for (const root of tree.data.roots) yield* tree.leavesBelow(tree.resolve(root.path));
}
