import { foldName, sameName } from '../../model/identifier.js';
import type { Compilation } from '../check/compilation.js';
import { findType } from '../check/lookup.js';
import { nearestName } from '../../model/nearest-name.js';
import type { BlockSymbol } from '../check/symbols.js';
import type {
  ConfigurationDeclaration,
  PouDeclaration,
  ProgramConfiguration,
  ResourceDeclaration,
  SourceUnit,
  Statement,
} from '../syntax/ast.js';
import { factsOf } from '../lower/scan-body.js';

/** An instance of a PROGRAM. */
export interface PlannedInstance {
  readonly name: string;
  readonly block: BlockSymbol;
  readonly resource: string;
  readonly configuration?: ProgramConfiguration;
  readonly retain: boolean;
  /** Runs in a task; others exist because code calls them or looks into them. */
  readonly scheduled: boolean;
  /** The instance itself, where this is a further task that calls it. */
  readonly twin?: PlannedInstance;
}

export const globalScope = { namespace: [], usings: [] } as const;

/** Resources with the name of their configuration, in order of declaration. */
export function resourcesOf(
  units: readonly SourceUnit[],
): { readonly configuration: ConfigurationDeclaration; readonly resource: ResourceDeclaration }[] {
  return units.flatMap((unit) =>
    unit.declarations.flatMap((d) =>
      d.kind === 'configuration' ? d.resources.map((resource) => ({ configuration: d, resource })) : [],
    ),
  );
}

/**
 * The program instances: those that configurations name; without any, each program under its own name, save those that other
 * code calls. Programs are also instances of their own where code names them without a configuration doing so.
 */
export function planInstances(c: Compilation, units: readonly SourceUnit[]): PlannedInstance[] {
  const planned: PlannedInstance[] = [];
  for (const { resource } of resourcesOf(units)) {
    for (const configuration of resource.programs) {
      const found = findType(c, globalScope, configuration.program);
      if (found?.kind !== 'block' || found.pouKind !== 'program') {
        const names = programs(c).map((p) => p.name);
        if (names.length === 0) {
          // A configuration on its own: its programs are in documents that were not given.
          c.problems.report(
            'W7007',
            configuration.span,
            `No document has the program '${configuration.program}', nor any other; '${configuration.name}' does not run.`,
          );
          continue;
        }
        const near = nearestName(configuration.program, names);
        // CODESYS and its kin export parts of projects: tasks then name programs, each its own instance, that stayed behind.
        if (c.exportedBy && sameName(configuration.name, configuration.program)) {
          const hint = near ? `; did you mean '${near}'?` : '.';
          c.problems.report(
            'W7007',
            configuration.span,
            `No document has the program '${configuration.program}', so '${configuration.name}' does not run${hint}`,
          );
          continue;
        }
        c.problems.report(
          'E7006',
          configuration.span,
          `There is no program '${configuration.program}'${near ? `; did you mean '${near}'?` : '; declare it or add its document.'}`,
        );
        continue;
      }
      const twin = planned.find(
        (one) => foldName(one.name) === foldName(configuration.name) && one.resource === resource.name,
      );
      if (twin?.block === found) {
        // CODESYS: one instance that several tasks call.
        c.problems.report(
          'W7006',
          configuration.span,
          `The program instance '${configuration.name}' is named again; both mean the same instance.`,
        );
        if (configuration.task !== undefined && twin.configuration?.task !== configuration.task)
          planned.push({ ...twin, configuration, twin });
        continue;
      }
      if (twin) {
        c.problems.report(
          'E2003',
          configuration.span,
          `The program instance '${configuration.name}' is declared twice; rename one of them.`,
        );
        continue;
      }
      planned.push({
        name: configuration.name,
        block: found,
        resource: resource.name,
        configuration,
        retain: configuration.retain,
        scheduled: true,
      });
    }
  }
  const used = usedPrograms(units);
  const configured = planned.length > 0;
  for (const block of programs(c)) {
    if (planned.some((one) => one.block === block)) continue;
    const called = used.calls.has(block.key);
    if (configured && !called && !used.heads.has(block.key)) continue;
    planned.push({ name: block.name, block, resource: '', retain: false, scheduled: !configured && !called });
  }
  return planned;
}

function programs(c: Compilation): BlockSymbol[] {
  return [...c.table.types.values()].filter(
    (s): s is BlockSymbol => s.kind === 'block' && s.pouKind === 'program' && !s.standard,
  );
}

/** Names that bodies call, and names they mention, where no variable of the POU hides them. */
function usedPrograms(units: readonly SourceUnit[]): { readonly calls: Set<string>; readonly heads: Set<string> } {
  const calls = new Set<string>();
  const heads = new Set<string>();
  for (const unit of units) {
    for (const d of unit.declarations) {
      if (d.kind !== 'pou') continue;
      const own = new Set(d.blocks.flatMap((b) => b.variables.map((v) => foldName(v.name))));
      own.add(foldName(d.name));
      for (const facts of bodiesOf(d).map(factsOf)) {
        for (const name of facts.calls) if (!own.has(name)) calls.add(name);
        for (const name of facts.heads) if (!own.has(name)) heads.add(name);
      }
    }
  }
  return { calls, heads };
}

/** All statement lists of a POU. */
export function bodiesOf(pou: PouDeclaration): (readonly Statement[])[] {
  const bodies = [
    pou.body,
    ...pou.methods.map((m) => m.body),
    ...pou.actions.map((a) => a.body),
    ...pou.properties.flatMap((p) => [p.get?.body, p.set?.body]),
  ];
  return bodies.flatMap((body) => (body?.kind === 'statements' ? [body.statements] : []));
}
