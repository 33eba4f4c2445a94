import { HostError } from '../model/host-error.js';
import type { Log } from '../model/log.js';
import type { Project, ProjectSources, SourceDocument } from '../project/project.js';
import { readSources } from '../project/project.js';
import { writeProjectFiles } from '../project/project-files.js';
import { sourcesDigest } from '../project/sources-digest.js';
import type { SourceStore } from '../store/source-store.js';
import type { StateChange, StateTable } from '../store/state-table.js';

/** What the durable state says of a runtime's project. */
interface Remembered {
  readonly name?: string;
  readonly path?: string;
  readonly profile: string;
  readonly revision?: number;
  /** Digest of the files that the sources come from. */
  readonly base?: string;
  /** Digest of the sources in the source store, where no file has them. */
  readonly sources?: string;
  /** A crash before the files had them: they are still to be written. */
  readonly writeBack?: true;
}

const keyPrefix = 'project/';
const keyOf = (runtime: string): string => keyPrefix + runtime;

/** Names of the runtimes whose projects are remembered. */
export const rememberedRuntimes = (state: StateTable): readonly string[] =>
  state.keys(keyPrefix).map((key) => key.slice(keyPrefix.length));

export const forgetProject = (runtime: string): StateChange => ({
  kind: 'value',
  key: keyOf(runtime),
  value: undefined,
});

/** A project as it was when the host ended, or as its files are now. */
export interface Recalled {
  readonly sources: ProjectSources;
  readonly revision: number;
}

/** Keeps the project of one runtime over restarts: where it lies, its revision, and its sources where no file has them. */
export interface ProjectMemory {
  /** The change that remembers a project; its sources are on disk when it resolves. HostError STORAGE_FAILED. */
  change(project: Project, writeBack: boolean): Promise<StateChange>;
  /** Removes sources that the state does not name any more; to be called when a change is on disk. */
  tidy(): Promise<void>;
  /** Where the remembered project lies and under which profile; its path is absent where it was sent inline. */
  known(): { readonly path?: string; readonly profile: string } | undefined;
  /** The errors of `readSources`; STORAGE_FAILED where its sources were kept here and are lost. Call only where `known`. */
  recall(): Promise<Recalled>;
}

export interface ProjectMemoryOptions {
  readonly runtime: string;
  readonly state: StateTable;
  readonly sources: SourceStore;
  readonly log: Log;
}

export function createProjectMemory({ runtime, state, sources, log }: ProjectMemoryOptions): ProjectMemory {
  const read = (): Remembered | undefined => {
    const text = state.value(keyOf(runtime));
    return text === undefined ? undefined : (JSON.parse(text) as Remembered);
  };
  const files = async (path: string): Promise<ProjectSources> => readSources({ kind: 'path', path, roots: [path] });

  /** The sources that were kept, as far as they still stand against the files. */
  const merge = async (known: Remembered, kept: readonly SourceDocument[]): Promise<Recalled> => {
    const { path, base } = known;
    const revision = known.revision ?? 1;
    const own = { name: known.name ?? 'project', documents: kept, ...(base !== undefined && { base }) };
    if (path === undefined) return { sources: own, revision };
    let onDisk: ProjectSources;
    try {
      onDisk = await files(path);
    } catch (error) {
      log.warn('the project file can not be read; its newest accepted change is in force', {
        path,
        error: error instanceof HostError ? error.message : String(error),
      });
      return { sources: { ...own, path }, revision };
    }
    if (onDisk.base !== base) {
      log.warn('the project file has changed; changes that were not written back are gone', { path, revision });
      return { sources: onDisk, revision: revision + 1 };
    }
    if (!known.writeBack) {
      log.info('accepted changes that were not written back are in force', { path, revision });
      return { sources: { ...own, path }, revision };
    }
    try {
      await writeProjectFiles(path, onDisk.documents, kept);
      return { sources: { ...own, path, base: sourcesDigest(kept) }, revision };
    } catch (error) {
      log.error('an accepted change could not be written back', { path, error: String(error) });
      return { sources: { ...own, path }, revision };
    }
  };

  return {
    async change(project, writeBack) {
      const { name, path, profile, revision, base, documents } = project;
      const isOnDisk = path !== undefined && base === sourcesDigest(documents);
      const kept = isOnDisk ? undefined : await sources.keep(runtime, documents);
      const value: Remembered = {
        name,
        ...(path !== undefined && { path }),
        profile,
        revision,
        ...(base !== undefined && { base }),
        ...(kept !== undefined && { sources: kept }),
        ...(writeBack && { writeBack: true as const }),
      };
      return { kind: 'value', key: keyOf(runtime), value: JSON.stringify(value) };
    },
    tidy: () => sources.dropOthers(runtime, read()?.sources),
    known: read,
    async recall() {
      const known = read()!;
      let lost = false;
      if (known.sources !== undefined) {
        try {
          return await merge(known, await sources.read(runtime, known.sources));
        } catch (error) {
          if (known.path === undefined) throw error;
          lost = true;
          log.error('accepted changes of the project are lost', { path: known.path, error: String(error) });
        }
      }
      if (known.path === undefined) throw new HostError('NO_PROJECT', `The project of '${runtime}' was not kept.`);
      const onDisk = await files(known.path);
      const same = !lost && (known.base === undefined || known.base === onDisk.base);
      return { sources: onDisk, revision: (known.revision ?? 1) + (same ? 0 : 1) };
    },
  };
}
