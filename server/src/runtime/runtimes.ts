import type { ClockMode, WorkerPool } from '../engine/engine.js';
import { createWorkerPool } from '../engine/create-engine.js';
import { HostError } from '../model/host-error.js';
import type { Compiler } from '../project/compiler.js';
import type { SourceStore } from '../store/source-store.js';
import type { Call, HostRecord } from './host-record.js';
import type { ProjectControl } from './project-control.js';
import { createProjectControl } from './project-control.js';
import { forgetProject } from './project-memory.js';
import type { RetainKeeper } from './retain.js';
import type { RuntimeStatus } from './runtime-core.js';
import { requireProgram } from './runtime-core.js';
import type { Runtime } from './runtime.js';
import { createRuntime } from './runtime.js';
import { checkName } from './snapshots.js';

/** A runtime with the project it runs. */
export interface HostedRuntime extends Runtime {
  readonly projects: ProjectControl;
}

export interface ForkOptions {
  readonly from: string;
  readonly name: string;
  readonly clock: ClockMode;
  /** Name of a snapshot of the source; empty: its present memory. */
  readonly snapshot: string;
}

/** All runtimes of a host by name. `main` is always there. */
export interface Runtimes {
  /** The empty name is `main`. RUNTIME_NOT_FOUND. */
  get(name: string): HostedRuntime;
  find(name: string): HostedRuntime | undefined;
  list(): readonly HostedRuntime[];
  /** `get`, or a new runtime without a program. */
  getOrCreate(name: string): HostedRuntime;
  fork(call: Call<RuntimeStatus>, options: ForkOptions): Promise<HostedRuntime>;
  delete(call: Call<void>, name: string): Promise<void>;
  close(): Promise<void>;
}

export interface RuntimesOptions {
  readonly record: HostRecord;
  readonly compiler: Compiler;
  readonly defaultProfile: string;
  /** Keeps projects that no file has. */
  readonly sources: SourceStore;
  readonly changeKernel?: Uint8Array;
  readonly tickNs?: bigint;
  readonly watchdogMinMs?: number;
  /** Keeps the retained variables of `main`. */
  readonly retain?: RetainKeeper;
}

export const mainRuntime = 'main';
export const mostRuntimes = 64;

export function createRuntimes(options: RuntimesOptions): Runtimes {
  const { record, compiler, defaultProfile, sources, retain } = options;
  const pool: WorkerPool = createWorkerPool();
  const runtimes = new Map<string, HostedRuntime>();

  const make = (name: string, clock: ClockMode): HostedRuntime => {
    const runtime = createRuntime({
      name,
      clock,
      record,
      pool,
      ...(options.changeKernel && { changeKernel: options.changeKernel }),
      ...(options.tickNs !== undefined && { tickNs: options.tickNs }),
      ...(options.watchdogMinMs !== undefined && { watchdogMinMs: options.watchdogMinMs }),
      ...(retain && name === mainRuntime && { onRetain: (layout, scan, bytes) => retain.offer(layout, scan, bytes) }),
    });
    const projects = createProjectControl({ runtime, compiler, defaultProfile, sources });
    const hosted: HostedRuntime = { ...runtime, projects };
    runtimes.set(name, hosted);
    return hosted;
  };
  make(mainRuntime, 'wall');

  const find = (name: string): HostedRuntime | undefined => runtimes.get(name === '' ? mainRuntime : name);
  const get = (name: string): HostedRuntime => {
    const found = find(name);
    if (!found)
      throw new HostError(
        'RUNTIME_NOT_FOUND',
        `There is no runtime '${name.slice(0, 80)}'; list them to see what there is.`,
        { runtime: name.slice(0, 80) },
      );
    return found;
  };
  const checkRoom = (): void => {
    if (runtimes.size >= mostRuntimes) {
      throw new HostError('TOO_MANY_ITEMS', `A host has at most ${mostRuntimes} runtimes; delete one.`, {
        limit: String(mostRuntimes),
      });
    }
  };
  const created = (call: Pick<Call<never>, 'actor'>, name: string, change: string, detail?: string): void => {
    record.append('project', {
      kind: 'runtime',
      runtime: name,
      change,
      by: call.actor,
      ...(detail !== undefined && { detail }),
    });
  };

  return {
    find,
    get,
    list: () => [...runtimes.values()].sort((a, b) => (a.core.name < b.core.name ? -1 : 1)),
    getOrCreate(name) {
      const found = find(name);
      if (found) return found;
      checkName(name);
      checkRoom();
      return make(name, 'wall');
    },
    async fork(call, { from, name, clock, snapshot }) {
      record.checkStorage();
      checkName(name);
      const source = get(from);
      // The source may be changed while its memory is asked for, which must be of this image.
      const { image } = requireProgram(source.core);
      const { origin } = source.core;
      const project = source.projects.project();
      if (runtimes.has(name))
        throw new HostError('RUNTIME_EXISTS', `There is a runtime '${name}' already; choose another name.`, {
          runtime: name,
        });
      checkRoom();
      // An online change is in force a moment before the project says so.
      if (project?.image && project.image !== image) throw changing(source.core.name);
      const fork = make(name, clock);
      try {
        const memory = snapshot === '' ? await source.core.engine.snapshot() : source.snapshots.get(snapshot).snapshot;
        if (memory.imageDigest !== image.digest) {
          if (snapshot === '') throw changing(source.core.name);
          throw new HostError('WRONG_STATE', 'The snapshot was taken of another program; open that one first.', {
            digest: memory.imageDigest,
          });
        }
        await fork.load(image, call.actor);
        fork.core.origin = origin ?? { project: image.name, revision: 1, profile: image.profile.name };
        await fork.core.engine.restore(memory);
        if (project) fork.projects.adopt(project);
        created(call, name, 'created', `fork of ${source.core.name}`);
        await record.remember(call.remember(fork.status())).committed;
        return fork;
      } catch (error) {
        runtimes.delete(name);
        await fork.close();
        throw error;
      }
    },
    async delete(call, name) {
      record.checkStorage();
      const runtime = get(name);
      if (runtime.core.name === mainRuntime)
        throw new HostError('WRONG_STATE', "The runtime 'main' can't be deleted; close its project instead.", {
          runtime: mainRuntime,
        });
      runtimes.delete(runtime.core.name);
      await runtime.projects.stopWatching();
      await runtime.close();
      created(call, runtime.core.name, 'deleted');
      await record.remember([
        { kind: 'desired', runtime: runtime.core.name, state: undefined },
        { kind: 'forget', project: runtime.core.name },
        { kind: 'value', key: `generations/${runtime.core.name}`, value: undefined },
        forgetProject(runtime.core.name),
        ...call.remember(),
      ]).committed;
      await sources.dropOthers(runtime.core.name);
    },
    async close() {
      await Promise.all([...runtimes.values()].map((r) => r.projects.stopWatching()));
      await Promise.all([...runtimes.values()].map((r) => r.close()));
      await pool.close();
    },
  };
}

function changing(runtime: string): HostError {
  return new HostError('BUSY', `The program of '${runtime}' is just being changed; fork it again.`, { runtime });
}
