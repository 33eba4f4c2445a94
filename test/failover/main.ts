import { runChaos } from './chaos.js';
import { seededFaults, type SeededFaultName } from './seeded-faults.js';

const help = `npm run chaos -- [settings]
  --rounds N       kills, default 20
  --seed N         repeats the random choices of a run; default: from the clock
  --fault NAME     switches a seeded fault on: ${Object.keys(seededFaults).join(' ')}
  --network        disturbs the network instead of killing the host
  --keep           keeps the logs and says where
  --json           one JSON object a line on stdout: each round, and at the end the whole
`;

interface Settings {
  rounds: number;
  seed: number;
  fault?: SeededFaultName;
  network: boolean;
  keep: boolean;
  json: boolean;
}

function read(argv: readonly string[]): Settings | undefined {
  const settings: Settings = { rounds: 20, seed: Date.now() % 1_000_000, network: false, keep: false, json: false };
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i]!;
    const value = (): string => argv[(i += 1)] ?? '';
    if (word === '--rounds') settings.rounds = Number(value());
    else if (word === '--seed') settings.seed = Number(value());
    else if (word === '--fault') settings.fault = value() as SeededFaultName;
    else if (word === '--network') settings.network = true;
    else if (word === '--keep') settings.keep = true;
    else if (word === '--json') settings.json = true;
    else return undefined;
  }
  const sane = settings.rounds > 0 && Number.isFinite(settings.seed);
  return sane && (settings.fault === undefined || settings.fault in seededFaults) ? settings : undefined;
}

const settings = read(process.argv.slice(2));
if (!settings) {
  process.stderr.write(help);
  process.exitCode = 2;
} else {
  const { json, ...options } = settings;
  if (!json) process.stdout.write(`seed ${settings.seed}\n`);
  const result = await runChaos({
    ...options,
    onRound: (round) =>
      process.stdout.write(
        json
          ? `${JSON.stringify(round)}\n`
          : `${String(round.round).padStart(4)}  ${round.how.padEnd(44)} current after ${round.recoveryMs} ms\n`,
      ),
  });
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    for (const { invariant, detail } of result.violations.slice(0, 50))
      process.stdout.write(`${invariant}: ${detail}\n`);
    process.stdout.write(
      `${result.rounds} rounds, ${result.kills} kills, ${result.events} events seen, ${result.acknowledged} writes acknowledged, ` +
        `${result.violations.length} violations, current again after ${result.recoveryMs.p50} ms (at most ${result.recoveryMs.max} ms), ` +
        `${result.seconds} s\n${result.directory === undefined ? '' : `logs in ${result.directory}\n`}`,
    );
  }
  process.exitCode = result.violations.length > 0 ? 1 : 0;
}
