import { realpath } from 'node:fs/promises';
import { HostError } from '../model/host-error.js';
import type { Project } from '../project/project.js';
import type { HostRecord } from './host-record.js';
import { systemCall } from './host-record.js';
import { rememberedRuntimes } from './project-memory.js';
import type { RetainKeeper } from './retain.js';
import type { HostedRuntime, Runtimes } from './runtimes.js';
import { mainRuntime } from './runtimes.js';

/** What the host was started with. */
export interface StartCommand {
  readonly project?: string;
  readonly profile: string;
  readonly start: boolean;
  readonly watch: boolean;
  readonly roots: readonly string[];
}

export interface ResumeOptions {
  readonly record: HostRecord;
  readonly runtimes: Runtimes;
  readonly retain: RetainKeeper;
  readonly command: StartCommand;
  readonly afterCrash: boolean;
  /** Three crashes in five minutes: nothing is started. */
  readonly crashLoop: boolean;
}

/**
 * Opens what was open when the host ended, each runtime with its project, and starts what was to run. A project named on the command
 * line comes first, unless the host crashed, is started again with the same project, and a client had opened another in between: what
 * was acknowledged stands. Throws the error of a project named on the command line; others only go to the log.
 */
export async function resume(options: ResumeOptions): Promise<void> {
  const { record, runtimes, command } = options;
  const { state } = record;
  const path = command.project;
  const named = path === undefined ? undefined : await realpath(path).catch(() => path);
  const words = JSON.stringify([named ?? '', command.profile]);
  const isSameCommand = state.value(commandKey) === words;
  await openMain(options, named, isSameCommand);
  for (const name of rememberedRuntimes(state)) {
    if (name === mainRuntime) continue;
    const runtime = runtimes.getOrCreate(name);
    const project = await attempt(options, undefined, () => runtime.projects.restore({ watch: command.watch }));
    if (project?.image) await start(options, runtime, state.desired(name) === 'RUN');
  }
  if (!isSameCommand) record.remember([{ kind: 'value', key: commandKey, value: words }]);
}

const commandKey = 'command';

/** `named`: real path of the project on the command line. */
async function openMain(options: ResumeOptions, named: string | undefined, isSameCommand: boolean): Promise<void> {
  const { record, runtimes, retain, command, afterCrash } = options;
  const main = runtimes.get(mainRuntime);
  const { watch, profile, roots, project: path } = command;
  const known = main.projects.known();
  const retained = retain.cellsFor.bind(retain);
  const goesOn = known && (named === undefined || named === known.path || (afterCrash && isSameCommand));
  let project = goesOn
    ? await attempt(options, undefined, () =>
        main.projects.restore({ watch, retained, ...(named !== undefined && !isSameCommand && { profile }) }),
      )
    : undefined;
  if (!project && path !== undefined) {
    const source = { kind: 'path', path, roots: [path, ...roots] } as const;
    project = await attempt(options, path, () =>
      main.projects.open(systemCall, { source, profile, allowErrors: true, watch, retained }),
    );
  }
  if (!project?.image) return;
  // A client that stopped it before a crash wants it stopped.
  const desired = record.state.desired(mainRuntime);
  await start(options, main, desired === 'RUN' || (command.start && !(desired === 'STOP' && goesOn && afterCrash)));
}

/** Opens a project and tells its findings. A host whose project is gone still serves: a client can open another. */
async function attempt(
  options: ResumeOptions,
  named: string | undefined,
  open: () => Promise<Project>,
): Promise<Project | undefined> {
  const { log } = options.record;
  try {
    const project = await open();
    for (const d of project.diagnostics.slice(0, 20)) {
      log[d.severity === 'error' ? 'error' : d.severity === 'warning' ? 'warn' : 'info'](`${d.code} ${d.message}`, {
        file: d.file,
        line: d.line,
        column: d.column,
        pou: d.pou,
      });
    }
    return project;
  } catch (error) {
    log.error('the project could not be opened', {
      ...(named !== undefined && { project: named }),
      error: error instanceof HostError ? error.message : String(error),
    });
    if (named !== undefined && error instanceof HostError) throw error;
    return undefined;
  }
}

async function start({ record, crashLoop }: ResumeOptions, runtime: HostedRuntime, wanted: boolean): Promise<void> {
  if (!crashLoop) {
    if (wanted) await runtime.lifeCycle.start(systemCall);
    return;
  }
  const { name } = runtime.core;
  record.log.error('three crashes in five minutes: the runtime stays stopped', { runtime: name });
  record.append('run_state', {
    kind: 'run_state',
    runtime: name,
    state: 'STOPPED',
    previous: 'STOPPED',
    cause: 'crash_loop',
    by: systemCall.actor,
    scan: 0,
  });
}
