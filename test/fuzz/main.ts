import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../support/host-control.js';
import type { FuzzOrder, FuzzReport } from './run-target.js';
import { targets } from './targets.js';

const help = `npm run fuzz -- [settings]
  --seconds N      for each target, default 60
  --jobs N         targets at a time, default 1
  --only NAME      one of ${Object.keys(targets).join(' ')}
  --seed N         where to begin; a finding is repeated with its seed; default: from the clock
  --keep FOLDER    writes inputs that failed there
`;

const argv = process.argv.slice(2);
const settingOf = (name: string): string | undefined => {
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
};
/** An input takes milliseconds; this is a hang. */
const silenceMs = 10_000;

interface Outcome {
  readonly inputs: number;
  readonly findings: readonly string[];
}

async function fuzz(order: FuzzOrder, keep: string | undefined): Promise<Outcome> {
  const findings: string[] = [];
  const kept: Promise<void>[] = [];
  let inputs = 0;
  let at = order.seed;
  let ended = false;
  const child = fork(join(root, 'dist/test/fuzz/run-target.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let silence: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      findings.push(`hangs after seed ${at}`);
      child.kill('SIGKILL');
    }, silenceMs);
  };
  child.on('message', (report: FuzzReport) => {
    heard();
    if (report.kind === 'at') at = report.seed;
    else if (report.kind === 'done') {
      inputs = report.inputs;
      ended = true;
    } else if (findings.length < 20) {
      findings.push(`seed ${report.seed}: ${report.error}`);
      if (keep !== undefined)
        kept.push(writeFile(join(keep, `${order.target}-${report.seed}`), Buffer.from(report.input, 'latin1')));
    }
  });
  heard();
  child.send(order);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(silence);
  await Promise.all(kept);
  if (!ended && findings.length === 0) findings.push(`the process ended after seed ${at}`);
  return { inputs, findings };
}

const seconds = Number(settingOf('--seconds') ?? 60);
const seed = Number(settingOf('--seed') ?? Date.now() % 1_000_000_000);
const only = settingOf('--only');
const jobs = Number(settingOf('--jobs') ?? 1);
if (
  argv.includes('--help') ||
  !(seconds > 0) ||
  !(jobs >= 1) ||
  !Number.isFinite(seed) ||
  (only !== undefined && !(only in targets))
) {
  process.stdout.write(help);
  process.exitCode = argv.includes('--help') ? 0 : 2;
} else {
  const waiting = Object.keys(targets).filter((target) => only === undefined || target === only);
  const work = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const { inputs, findings } = await fuzz({ target, seed, seconds }, settingOf('--keep'));
      process.stdout.write(`${target}: ${inputs} inputs from seed ${seed}, ${findings.length} findings\n`);
      for (const finding of findings) process.stdout.write(`  ${finding}\n`);
      if (findings.length > 0) process.exitCode = 1;
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}
