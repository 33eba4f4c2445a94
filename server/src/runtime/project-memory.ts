import { HostError } from '../model/host-error.js';
import type { Log } from '../model/log.js';
import type { Project, ProjectSources, SourceDocument } from '../project/project.js';
import { readSources } from '../project/project.js';
import { writeProjectFiles } from '../project/project-files.js';
import { contentDigest, sourcesDigest } from '../project/sources-digest.js';
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
  /** The sources are on their way into the files: digests of those that change, by name, as `digestsOfChanged` has them. */
  readonly writeBack?: Readonly<Record<string, string>>;
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
  /**
   * The change that remembers a project; its sources are on disk when it resolves. With `files` they go from there into the files,
   * which hold these still. HostError STORAGE_FAILED.
   */
  change(project: Project, files?: readonly SourceDocument[]): Promise<StateChange>;
  /** Whether the files are somewhere on the way from what they held to these documents, which the host is writing, or could not write. */
  isUnderWay(files: readonly SourceDocument[], documents: readonly SourceDocument[]): boolean;
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
    const isUnderWay = known.writeBack && isBetween(onDisk.documents, known.writeBack, kept);
    if (onDisk.base !== base && !isUnderWay) {
      log.warn('the project file has changed; changes that were not written back are gone', { path, revision });
      return { sources: onDisk, revision: revision + 1 };
    }
    if (!isUnderWay) {
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
    async change(project, files) {
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
        ...(files && { writeBack: digestsOfChanged(files, documents) }),
      };
      return { kind: 'value', key: keyOf(runtime), value: JSON.stringify(value) };
    },
    isUnderWay(files, documents) {
      const changing = read()?.writeBack;
      return changing !== undefined && isBetween(files, changing, documents);
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

/** Of files that are to become `documents`: digests of those that change, as they are; empty for those that are not there yet. */
function digestsOfChanged(
  files: readonly SourceDocument[],
  documents: readonly SourceDocument[],
): Readonly<Record<string, string>> {
  const [before, after] = [digestsOf(files), digestsOf(documents)];
  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter((name) => before.get(name) !== after.get(name));
  return Object.fromEntries(changed.map((name) => [name, before.get(name) ?? '']));
}

/** Each file is as it was before it was written, or as it was to be: a host died while it wrote them, and nobody else did. */
function isBetween(
  files: readonly SourceDocument[],
  before: Readonly<Record<string, string>>,
  documents: readonly SourceDocument[],
): boolean {
  const [now, after] = [digestsOf(files), digestsOf(documents)];
  return (
    [...now].every(([name, digest]) => digest === after.get(name) || digest === before[name]) &&
    [...after.keys()].every((name) => now.has(name) || before[name] === '')
  );
}

const digestsOf = (documents: readonly SourceDocument[]): ReadonlyMap<string, string> =>
  new Map(documents.map((document) => [document.name, contentDigest(document)]));
