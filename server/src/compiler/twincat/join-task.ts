import type { Place } from '../plcopen/import-place.js';
import { report } from '../plcopen/import-place.js';
import { intervalProblem } from '../plcopen/task-interval.js';
import type { XmlElement } from '../plcopen/xml-tree.js';
import { childNamed, childrenNamed, plainText } from '../plcopen/xml-tree.js';
import type { JoinedText } from './joined-text.js';

/** A task as a configuration of its own, with the programs that it calls, each its own instance. `CycleTime` is in microseconds. */
export function joinTask(place: Place, task: XmlElement, into: JoinedText): void {
  const name = (task.attributes.get('Name')?.trim() ?? '').replace(/\W/g, '_');
  const number = (of: string): bigint | undefined => {
    const written = plainText(place.document, childNamed(task, of));
    return /^\d{1,15}$/.test(written) ? BigInt(written) : undefined;
  };
  const cycleUs = number('CycleTime') ?? 0n;
  const problem = cycleUs === 0n ? undefined : intervalProblem(cycleUs * 1000n);
  if (problem !== undefined)
    report(place, 'E0014', task, `The cycle time of the task ${name}, ${cycleUs} µs, ${problem}.`);
  const interval = cycleUs === 0n || problem !== undefined ? '' : `INTERVAL := T#${cycleUs}us, `;
  into.say(
    `CONFIGURATION ${name} RESOURCE ${name} ON PLC TASK ${name}(${interval}PRIORITY := ${number('Priority') ?? 0n});`,
    task.start,
  );
  for (const call of childrenNamed(task, 'PouCall')) {
    const program = plainText(place.document, childNamed(call, 'Name'));
    if (/^[A-Za-z_]\w*$/.test(program)) into.say(`PROGRAM ${program} WITH ${name} : ${program};`, call.start);
    else
      report(place, 'W0011', call, `The call of "${program}" in the task ${name} is not understood; it does not run.`);
  }
  into.say('END_RESOURCE END_CONFIGURATION', task.contentEnd);
}
