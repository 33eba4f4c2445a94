import type { Appended } from '../events/event-log.js';
import type { Actor, ProjectChangedEvent, ReloadChange } from '../model/event.js';
import type { BuildResult } from '../model/program-image.js';
import { diffPous } from '../project/diff-images.js';
import type { Project, ProjectSources } from '../project/project.js';
import type { StateChange } from '../store/state-table.js';
import type { ReloadPlan } from './plan-reload.js';
import type { RuntimeCore } from './runtime-core.js';

/** What the log is told of the project of one runtime. */
export interface ProjectEvents {
  /** A change is in force, and `changes` of the durable state with it. */
  changed(
    cause: ProjectChangedEvent['cause'],
    by: Actor,
    before: Project | undefined,
    after: Project | undefined,
    plan: ReloadPlan | undefined,
    changes?: readonly StateChange[],
  ): Appended;
  built(sources: ProjectSources, result: BuildResult, durationMs: number): void;
}

/** Variables listed in an event; the whole plan is to be asked for. */
const mostListed = 1000;

export function createProjectEvents({ name, record }: RuntimeCore): ProjectEvents {
  return {
    changed(cause, by, before, after, plan, changes = []) {
      const { variables, truncated } = listed(plan);
      return record.append(
        'project',
        {
          kind: 'project_changed',
          project: (after ?? before)?.name ?? '',
          runtime: name,
          revision: String(after?.revision ?? 0),
          ...(after?.image && { digest: after.image.digest }),
          ...(before && { previousRevision: String(before.revision) }),
          by,
          cause,
          pous: diffPous(before?.image, after?.image),
          variables,
          ...(truncated && { truncated }),
        },
        changes,
      );
    },
    built(sources, result, durationMs) {
      record.append('project', {
        kind: 'build', project: sources.name, runtime: name, ok: result.image !== undefined,
        diagnostics: result.diagnostics.slice(0, 100), total: result.diagnostics.length, durationMs,
      }); // prettier-ignore
    },
  };
}

/** The variables of a plan that are not simply kept, as events list them. */
function listed(plan: ReloadPlan | undefined): {
  readonly variables: readonly ReloadChange[];
  readonly truncated?: true;
} {
  const differing = (plan?.steps ?? []).filter((step) => step.action !== 'kept');
  const variables = differing.slice(0, mostListed).map((step): ReloadChange => {
    const change =
      step.action === 'reinitialised' && step.oldType === undefined
        ? 'added'
        : step.action === 'kept'
          ? 'kept'
          : step.action;
    return { path: step.path, change, detail: `${step.oldType ?? ''}>${step.newType ?? ''}: ${step.reason}` };
  });
  return { variables, ...(differing.length > mostListed && { truncated: true as const }) };
}
