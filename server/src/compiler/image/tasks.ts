import { foldName } from '../../model/identifier.js';
import type { ProgramInstance, TaskDescriptor } from '../../model/program-image.js';
import type { Compilation } from '../check/compilation.js';
import { elementaryTypes as e } from '../check/types.js';
import type { Expression, ResourceDeclaration, SourceUnit, TaskDeclaration } from '../syntax/ast.js';
import { nearestName } from '../../model/nearest-name.js';
import { globalScope, resourcesOf } from './instance-plan.js';
import { resolvePath, type PathContext } from './configuration-path.js';

/** Where no task says otherwise, programs run every 100 ms. */
export const defaultTickNs = 100_000_000n;

export interface TaskPlan {
  readonly tasks: readonly TaskDescriptor[];
  readonly tickNs: bigint;
  readonly hasTasks: boolean;
}

/** A program, or a function block that a task runs on its own, with its wasm export. */
export interface Runnable extends ProgramInstance {
  readonly resource: string;
  readonly task?: string;
}

/** Builds the tasks of all resources; programs without one run in the default task. */
export function planTasks(
  c: Compilation,
  units: readonly SourceUnit[],
  runnables: readonly Runnable[],
  context: PathContext,
): TaskPlan {
  const tasks: TaskDescriptor[] = [];
  const placed = new Set<Runnable>();
  for (const { resource } of resourcesOf(units)) {
    const seen = new Set<string>();
    for (const task of resource.tasks) {
      const key = foldName(task.name);
      if (seen.has(key)) {
        c.problems.report('E7005', task.span, `The task '${task.name}' is declared twice; rename one of them.`);
        continue;
      }
      seen.add(key);
      const programs = runnables.filter(
        (one) => one.resource === resource.name && one.task !== undefined && foldName(one.task) === key,
      );
      for (const one of programs) placed.add(one);
      const made = describeTask(c, task, resource, programs, context);
      if (made) tasks.push(made);
    }
    checkTaskNames(c, resource, seen);
  }
  const rest = runnables.filter((one) => !placed.has(one));
  const intervals = tasks.flatMap((task) => (task.intervalNs === undefined ? [] : [task.intervalNs]));
  const hasTasks = intervals.length > 0;
  const tickNs = hasTasks ? intervals.reduce(gcd) : defaultTickNs;
  if (rest.length > 0)
    tasks.push({ name: 'default', resource: '', intervalNs: tickNs, priority: 65535, programs: rest.map(asProgram) });
  return { tasks, tickNs, hasTasks };
}

const asProgram = ({ name, type, entry }: Runnable): ProgramInstance => ({ name, type, entry });

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

function checkTaskNames(c: Compilation, resource: ResourceDeclaration, known: ReadonlySet<string>): void {
  for (const program of resource.programs) {
    for (const name of [program.task, ...program.fbTasks.map((one) => one.task)]) {
      if (name === undefined || known.has(foldName(name))) continue;
      const near = nearestName(
        name,
        resource.tasks.map((task) => task.name),
      );
      c.problems.report(
        'E7006',
        program.span,
        `There is no task '${name}' in the resource '${resource.name}'${near ? `; did you mean '${near}'?` : '; declare it with TASK.'}`,
      );
    }
  }
}

/** The variable whose rising edge starts the task. W7008 for a constant, which has none. IEC 61131-3:2013, 6.8.2. */
function triggerOf(c: Compilation, task: TaskDeclaration): Expression | undefined {
  const { single } = task;
  if (single?.kind !== 'bool' && single?.kind !== 'int') return single;
  c.problems.report(
    'W7008',
    single.span,
    `SINGLE of the task '${task.name}' is a constant, which has no rising edge: name a BOOL variable, or leave SINGLE out.`,
  );
  return undefined;
}

function describeTask(
  c: Compilation,
  task: TaskDeclaration,
  resource: ResourceDeclaration,
  programs: readonly Runnable[],
  context: PathContext,
): TaskDescriptor | undefined {
  const interval = task.interval && c.evaluate(task.interval, globalScope, e.TIME)?.value;
  if (task.interval && interval === undefined) return undefined;
  const cyclic = typeof interval === 'bigint' && interval !== 0n;
  if (typeof interval === 'bigint' && (interval < 0n || (interval === 0n && !task.single))) {
    c.problems.report('E7005', task.interval!.span, `The interval of the task '${task.name}' has to be above zero.`);
    return undefined;
  }
  const priority = task.priority ? c.evaluate(task.priority, globalScope, undefined)?.value : 0n;
  if (typeof priority !== 'bigint' || priority < 0n || priority > 65535n) {
    if (priority !== undefined)
      c.problems.report(
        'E7005',
        task.priority?.span ?? task.span,
        `The priority of the task '${task.name}' is a number from 0 to 65535.`,
      );
    return undefined;
  }
  const trigger = triggerOf(c, task);
  const single = trigger && resolvePath(c, trigger, context);
  if (trigger ? !single : task.single && !cyclic) return undefined;
  if (!cyclic && !single && !task.interval) {
    // A task that nothing starts: CODESYS calls it freewheeling.
    return {
      name: task.name,
      resource: resource.name,
      intervalNs: defaultTickNs,
      priority: Number(priority),
      programs: programs.map(asProgram),
    };
  }
  return {
    name: task.name,
    resource: resource.name,
    ...(cyclic && { intervalNs: interval }),
    ...(single &&
      !cyclic && {
        single: { path: single.text, address: single.address, ...(single.bit !== undefined && { bit: single.bit }) },
      }),
    priority: Number(priority),
    programs: programs.map(asProgram),
  };
}
