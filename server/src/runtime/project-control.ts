import type { MemoryCell } from '../engine/engine.js';
import type { Actor, ProjectChangedEvent, ReloadChange } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import type { BuildResult, ProgramImage } from '../model/program-image.js';
import { createTurn } from '../model/turn.js';
import { applyEdits, type Edit } from '../project/apply-edits.js';
import type { Compiler } from '../project/compiler.js';
import { diffPous } from '../project/diff-images.js';
import type { Project, ProjectSource, ProjectSources, SourceDocument } from '../project/project.js';
import { build, readSources, requireImage } from '../project/project.js';
import { sourcesDigest } from '../project/sources-digest.js';
import { watchFiles, type FileWatch } from '../project/watch-files.js';
import { placeDocuments, writeProjectFiles } from '../project/project-files.js';
import type { StateChange } from '../store/state-table.js';
import type { SourceStore } from '../store/source-store.js';
import type { Call } from './host-record.js';
import { systemActor } from './host-record.js';
import { parseCondition } from './condition.js';
import type { ReloadPlan, ReloadStep } from './plan-reload.js';
import { planReload } from './plan-reload.js';
import type { ProjectMemory } from './project-memory.js';
import { createProjectMemory, forgetProject } from './project-memory.js';
import { createProjectEvents } from './project-events.js';
import type { GuardTerms } from './reload-guard.js';
import { checkGuard, guardBroken } from './reload-guard.js';
import type { ProgramOrigin } from './runtime-core.js';
import type { Runtime, Swapped } from './runtime.js';
import { createVariableTree } from './variable-tree.js';

export interface OpenOptions {
  readonly source: ProjectSource;
  /** Name of the profile; empty: the runtime's, else the host's default. */
  readonly profile: string;
  /** Open with errors, too; the runtime has no program until they are mended. */
  readonly allowErrors: boolean;
  readonly watch: boolean;
  /** Nothing changes once the client has gone. */
  readonly signal?: AbortSignal;
  /** Values to lay over the initial ones: what was retained before a restart. */
  readonly retained?: (image: ProgramImage) => readonly MemoryCell[];
}

/** A project that was open when the host ended. */
export interface RestoreOptions extends Pick<OpenOptions, 'watch' | 'retained'> {
  /** Instead of the one that it had. */
  readonly profile?: string;
}

export interface PatchOptions {
  readonly edits: readonly Edit[];
  /** undefined: REVISION_MISSING. */
  readonly expectedRevision: bigint | undefined;
  readonly validateOnly: boolean;
  readonly writeBack: boolean;
  readonly guard?: GuardTerms;
  /** Nothing changes once the client has gone. */
  readonly signal?: AbortSignal;
}

export interface PatchAnswer {
  readonly revision: number;
  readonly pous: readonly ReloadChange[];
  readonly steps: readonly ReloadStep[];
  readonly diagnostics: BuildResult['diagnostics'];
  readonly scan: number;
}

/** The project of one runtime: opened, built, changed, watched, one thing after the other. */
export interface ProjectControl {
  project(): Project | undefined;
  /** NO_PROJECT without one. */
  require(): Project;
  /** The same, to be shown: once it is on disk, so that no revision is seen that a crash takes back and gives to another change. */
  shown(): Promise<Project>;
  open(call: Call<Project>, options: OpenOptions): Promise<Project>;
  /** What `restore` would open. */
  known(): ReturnType<ProjectMemory['known']>;
  /** Opens what was open when the host ended, with errors, too; the errors of `ProjectMemory.recall`. */
  restore(options: RestoreOptions): Promise<Project>;
  close(call: Call<void>): Promise<void>;
  patch(call: Call<PatchAnswer>, options: PatchOptions): Promise<PatchAnswer>;
  setProfile(call: Call<bigint>, profile: string): Promise<bigint>;
  /** Takes the files as they are now, where they have changed. */
  reload(): Promise<void>;
  /** What the patch, or the files as they are now, would do. */
  plan(options: PatchOptions | undefined): Promise<PatchAnswer>;
  /** Builds documents and changes nothing; an empty profile is the default. */
  check(documents: readonly SourceDocument[], profile: string): Promise<BuildResult>;
  readonly watched: boolean;
  /** Takes over another runtime's project, for a fork; its files are not followed. */
  adopt(project: Project): void;
  stopWatching(): Promise<void>;
}

export interface ProjectControlOptions {
  readonly runtime: Runtime;
  readonly compiler: Compiler;
  readonly defaultProfile: string;
  readonly sources: SourceStore;
}

export function createProjectControl(options: ProjectControlOptions): ProjectControl {
  const { runtime, compiler, defaultProfile } = options;
  const { core } = runtime;
  const { record } = core;
  const events = createProjectEvents(core);
  const memory = createProjectMemory({ ...options, runtime: core.name, state: record.state, log: record.log });
  /** A fork ends with the host: its values were never on disk. */
  let durable = true;
  const remembering = async (next: Project, files?: readonly SourceDocument[]): Promise<StateChange[]> =>
    durable ? [await memory.change(next, files)] : [];
  let project: Project | undefined;
  /** When the project, as it is in force, is on disk; or was refused there. */
  let stored: Promise<unknown> = Promise.resolve();
  const writing = (
    appended: { readonly committed: Promise<void> },
    origin: ProgramOrigin | undefined,
  ): Promise<void> => {
    const written = appended.committed.finally(() => (core.origin = origin));
    stored = written.catch(() => undefined);
    return written;
  };
  /** The change is on disk, and sources that only the state before it named are gone. */
  const settled = async (...change: Parameters<typeof writing>): Promise<void> => {
    await writing(...change);
    await memory.tidy();
  };
  let watch: FileWatch | undefined;
  const inTurn = createTurn();
  const current = (): Project => {
    if (!project)
      throw new HostError('NO_PROJECT', `The runtime '${core.name}' has no project; open one.`, { runtime: core.name });
    return project;
  };
  const originOf = (p: Project): ProgramOrigin => ({ project: p.name, revision: p.revision, profile: p.profile });

  const timed = async (
    sources: ProjectSources,
    profile: string,
    signal?: AbortSignal,
  ): Promise<{ result: BuildResult; durationMs: number }> => {
    const started = performance.now();
    const result = await build(compiler, sources, profile, signal);
    return { result, durationMs: Math.round(performance.now() - started) };
  };

  /** Puts a new image in force: online where there is a program, else from the beginning. */
  const takeOver = async (
    next: Project,
    image: ProgramImage,
    by: Actor,
    guard?: GuardTerms,
  ): Promise<{ plan?: ReloadPlan; swapped?: Swapped }> => {
    const old = core.layouts.current();
    if (!old || core.unloaded || core.engine.state().kind === 'empty') {
      await runtime.load(image, by);
      return {};
    }
    const plan = planReload(old.image, image);
    const swapped = await runtime.swap(image, plan.moves, { actor: by, ...(guard && { guard }) });
    return { plan, swapped };
  };

  /** Swaps the program before a change back in, as a change of its own. */
  const rollBack = async (before: Project, image: ProgramImage, base: Uint8Array, by: Actor): Promise<Project> => {
    const broken = current();
    const restored: Project = { ...before, revision: broken.revision + 1 };
    const { moves, steps } = planReload(broken.image ?? image, image);
    await runtime.swap(image, moves, { actor: by, base });
    let remembered: readonly StateChange[];
    try {
      remembered = await remembering(restored);
    } finally {
      project = restored;
    }
    const plan: ReloadPlan = {
      moves,
      steps: steps.map((step) =>
        step.action === 'reinitialised' ? { ...step, action: 'kept', reason: 'as it was before the change' } : step,
      ),
    };
    await settled(events.changed('rollback', by, broken, restored, plan, remembered), originOf(restored));
    return restored;
  };

  /** Refuses what can't be guarded before anything changes. */
  const guardable = (guard: GuardTerms | undefined): void => {
    if (!guard) return;
    checkGuard(guard);
    if (core.engine.state().kind === 'running' && current().image) return;
    throw new HostError('WRONG_STATE', `The runtime '${core.name}' does not scan; start it before a guarded change.`, {
      runtime: core.name,
    });
  };

  /** Builds changed sources and swaps them in. Nothing changes where they have errors. */
  const advance = async (
    sources: ProjectSources,
    profile: string,
    by: Actor,
    cause: ProjectChangedEvent['cause'],
    keep: (answer: PatchAnswer) => readonly StateChange[],
    {
      guard,
      signal,
      files,
    }: Partial<Pick<PatchOptions, 'guard' | 'signal'>> & {
      /** What the files hold that are to be written afterwards. */
      readonly files?: readonly SourceDocument[] | undefined;
    } = {},
  ): Promise<PatchAnswer> => {
    const before = current();
    const { result, durationMs } = await timed(sources, profile, signal);
    if (!result.image) {
      events.built(sources, result, durationMs);
      if (cause === 'file') project = { ...before, diagnostics: result.diagnostics, valid: false };
    }
    const image = requireImage(result);
    const next: Project = {
      ...before,
      ...sources,
      revision: before.revision + 1,
      profile,
      image,
      diagnostics: result.diagnostics,
      valid: true,
    };
    // Until its guard has held, a crash takes a change back as the guard would.
    const remembered = guard
      ? await remembering({ ...before, revision: next.revision + 1 })
      : await remembering(next, files);
    // That took its time.
    refuseGone(signal);
    guardable(guard);
    const { plan, swapped } = await takeOver(next, image, by, guard);
    project = next;
    const answer = {
      revision: next.revision,
      pous: diffPous(before.image, image),
      steps: plan?.steps ?? [],
      diagnostics: result.diagnostics,
      scan: swapped?.scan ?? 0,
    };
    const watching = swapped?.guard;
    const anew = plan?.steps.filter(({ action, oldType }) => action === 'reinitialised' && oldType !== undefined) ?? [];
    const claims = runtime.reinitialised(anew.map(({ path }) => path));
    remembered.push(...claims.map(({ change }) => change));
    const origin = originOf(next);
    const event = (changes: readonly StateChange[]): Promise<void> => {
      const written = writing(events.changed(cause, by, before, next, plan, changes), origin);
      const settle = (done: boolean) => () => claims.forEach((claim) => claim.settle(done));
      written.then(settle(true), settle(false));
      return written;
    };
    if (!watching) {
      await event([...remembered, ...keep(answer)]);
      await memory.tidy();
      return answer;
    }
    // The answer is known when the guard has held; the change is told of at once.
    const told = event(remembered);
    const outcome = await watching.outcome;
    if (outcome.kind !== 'held') {
      const restored = await rollBack(before, before.image ?? image, swapped.before, by);
      throw guardBroken(outcome, guard?.condition ?? '', answer.scan, restored.revision);
    }
    await told;
    await settled(record.remember([...(await remembering(next, files)), ...keep(answer)]), origin);
    return answer;
  };

  const patched = (options: PatchOptions): ProjectSources => {
    const before = current();
    if (options.expectedRevision === undefined) {
      throw new HostError(
        'REVISION_MISSING',
        `Name the revision that the patch was made from; the project is at ${before.revision}.`,
        { revision: String(before.revision) },
      );
    }
    if (options.expectedRevision !== BigInt(before.revision)) {
      throw new HostError(
        'REVISION_CONFLICT',
        `The project is at revision ${before.revision}, not ${options.expectedRevision}; get it and patch again.`,
        {
          revision: String(before.revision),
          expectedRevision: String(options.expectedRevision),
        },
      );
    }
    const documents = applyEdits(before.documents, options.edits);
    return { name: before.name, ...(before.path !== undefined && { path: before.path }), documents };
  };

  /** The files are again as the project has them. */
  const recheck = async (before: Project): Promise<void> => {
    const { result, durationMs } = await timed(before, before.profile);
    project = { ...before, diagnostics: result.diagnostics, valid: result.image !== undefined };
    events.built(before, result, durationMs);
  };

  const reload = (): Promise<void> =>
    inTurn(async () => {
      const before = project;
      if (before?.path === undefined) return;
      const sources = await readSources({ kind: 'path', path: before.path, roots: [before.path] });
      // Half of a change that is in force already.
      if (memory.isUnderWay(sources.documents, before.documents)) return;
      if (sources.base === before.base) {
        if (!before.valid) await recheck(before);
        return;
      }
      await advance(
        { ...sources, name: before.name },
        before.profile,
        { kind: 'system', name: 'file' },
        'file',
        () => [],
      );
    });

  /** Puts a project in the place of what is open. */
  const establish = async (
    opening: Pick<Project, 'name' | 'path' | 'base' | 'documents' | 'revision' | 'profile'>,
    options: Omit<OpenOptions, 'source' | 'profile'>,
    by: Actor,
    keep: (next: Project) => readonly StateChange[],
  ): Promise<Project> => {
    const { result, durationMs } = await timed(opening, opening.profile, options.signal);
    if (!options.allowErrors) requireImage(result);
    const next: Project = {
      ...opening, diagnostics: result.diagnostics, valid: result.image !== undefined, ...(result.image && { image: result.image }),
    }; // prettier-ignore
    const remembered = await remembering(next);
    refuseGone(options.signal);
    const before = project;
    const known = memory.known();
    await stopWatching();
    if (core.engine.state().kind === 'running' || core.engine.state().kind === 'stepping') await core.engine.stop();
    const cells = result.image && options.retained ? options.retained(result.image) : [];
    if (result.image) await runtime.load(result.image, by, cells);
    else if (before) await runtime.unload(by);
    project = next;
    if (options.watch && next.path !== undefined)
      watch = watchFiles({ path: next.path, onChange: reload, log: record.log });
    events.built(next, result, durationMs);
    const isOther = known !== undefined && known.path !== next.path;
    const changes: StateChange[] = [
      ...(isOther ? [{ kind: 'forget' as const, project: core.name }] : []),
      ...remembered,
    ];
    const origin = result.image && originOf(next);
    await settled(events.changed('open', by, before, next, undefined, [...changes, ...keep(next)]), origin);
    return next;
  };

  const stopWatching = async (): Promise<void> => {
    const old = watch;
    watch = undefined;
    await old?.close();
  };

  return {
    project: () => project,
    require: current,
    async shown() {
      await stored;
      return current();
    },
    get watched() {
      return watch !== undefined;
    },
    open: (call, options) =>
      inTurn(async () => {
        record.checkStorage();
        const sources = await readSources(options.source);
        const profile = options.profile === '' ? (project?.profile ?? defaultProfile) : options.profile;
        return establish({ ...sources, revision: 1, profile }, options, call.actor, (next) => call.remember(next));
      }),
    known: () => memory.known(),
    restore: (options) =>
      inTurn(async () => {
        const profile = options.profile ?? memory.known()?.profile ?? defaultProfile;
        const { sources, revision } = await memory.recall();
        return establish({ ...sources, revision, profile }, { ...options, allowErrors: true }, systemActor, () => []);
      }),
    close: (call) =>
      inTurn(async () => {
        record.checkStorage();
        const before = current();
        await stopWatching();
        await runtime.unload(call.actor);
        project = undefined;
        const remembered: StateChange[] = [
          forgetProject(core.name),
          { kind: 'desired', runtime: core.name, state: undefined },
        ];
        const changes = [...remembered, ...call.remember()];
        await settled(events.changed('close', call.actor, before, undefined, undefined, changes), undefined);
      }),
    patch: (call, options) =>
      inTurn(async () => {
        const edited = patched(options);
        const before = current();
        if (options.validateOnly) return planFor(edited, before.profile, options.guard);
        record.checkStorage();
        guardable(options.guard);
        if (options.writeBack && before.path === undefined) {
          throw new HostError('WRONG_STATE', 'The project was sent inline and has no file to write back to.', {
            runtime: core.name,
          });
        }
        const target = options.writeBack ? before.path : undefined;
        const sources =
          target === undefined ? edited : { ...edited, documents: await placeDocuments(target, edited.documents) };
        const onDisk =
          target === undefined ? undefined : await readSources({ kind: 'path', path: target, roots: [target] });
        if (onDisk && onDisk.base !== before.base && !memory.isUnderWay(onDisk.documents, before.documents))
          throw new HostError(
            'FILE_CHANGED',
            `'${onDisk.path}' is not as the project has it; take its changes first.`,
            { path: onDisk.path ?? '' },
          );
        const answer = await advance(
          sources, before.profile, call.actor, 'patch', (answer) => call.remember(answer),
          { ...options, files: onDisk?.documents },
        ); // prettier-ignore
        if (!onDisk) return answer;
        // Where the files refuse it, the change is in force all the same, and on its way into the files.
        await writeProjectFiles(onDisk.path!, onDisk.documents, sources.documents);
        project = { ...current(), base: sourcesDigest(sources.documents) };
        await settled(record.remember(await remembering(project)), originOf(project));
        return answer;
      }),
    plan: (options) =>
      inTurn(async () => {
        const before = current();
        if (options && options.edits.length > 0) return planFor(patched(options), before.profile);
        if (before.path === undefined) return planFor(before, before.profile);
        return planFor(await readSources({ kind: 'path', path: before.path, roots: [before.path] }), before.profile);
      }),
    setProfile: (call, profile) =>
      inTurn(async () => {
        record.checkStorage();
        const before = current();
        await advance(before, profile, call.actor, 'profile', () => []);
        const sequence = record.nextSequence();
        const { committed } = record.append(
          'project',
          { kind: 'profile_changed', project: before.name, runtime: core.name, profile, by: call.actor },
          call.remember(sequence),
        );
        await committed;
        return sequence;
      }),
    check: (documents, profile) =>
      build(compiler, { name: project?.name ?? 'project', documents }, profile === '' ? defaultProfile : profile),
    reload,
    adopt: (taken) => {
      durable = false;
      project = taken;
      core.origin = originOf(taken);
    },
    stopWatching,
  };

  async function planFor(sources: ProjectSources, profile: string, guard?: GuardTerms): Promise<PatchAnswer> {
    if (guard) checkGuard(guard);
    const before = current();
    const { result } = await timed(sources, profile);
    const base = { revision: before.revision, diagnostics: result.diagnostics, scan: 0 };
    if (!result.image) return { ...base, pous: [], steps: [] };
    if (guard) parseCondition(guard.condition, createVariableTree(result.image));
    const steps = before.image ? planReload(before.image, result.image).steps : [];
    return { ...base, pous: diffPous(before.image, result.image), steps };
  }
}

function refuseGone(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new HostError('CANCELLED', 'The call was cancelled before it changed anything.');
}
