import { PlcError } from '../../node/src/index.js';
import { exitCode, UsageError } from './exit-code.js';
import type { Verb } from './verb.js';

/** Verbs by room, loaded when one of them is called. */
const rooms: readonly { readonly verbs: readonly string[]; load(): Promise<Readonly<Record<string, Verb>>> }[] = [
  {
    verbs: ['open', 'close', 'project', 'pous', 'patch', 'build', 'export'],
    load: async () => (await import('./verbs/project.js')).projectVerbs,
  },
  {
    verbs: ['run', 'stop', 'step', 'reset', 'state', 'stats', 'profile'],
    load: async () => (await import('./verbs/runtime.js')).runtimeVerbs,
  },
  {
    verbs: ['vars', 'read', 'write', 'force', 'unforce'],
    load: async () => (await import('./verbs/variables.js')).variableVerbs,
  },
  { verbs: ['io'], load: async () => (await import('./verbs/io.js')).ioVerbs },
  { verbs: ['watch'], load: async () => (await import('./verbs/watch.js')).watchVerbs },
  { verbs: ['snapshot', 'restore', 'fork'], load: async () => (await import('./verbs/snapshots.js')).snapshotVerbs },
];

/** Verbs of the server's own program, for the list of verbs. */
const serverVerbs = [
  ['host [PROJECT] [--listen unix:PATH|HOST:PORT]... [--start]', 'run the host'],
  ['check FILE...', 'compile files and show their findings'],
  ['simulate FILE [--scenario S.json]', 'run a project offline in virtual time'],
  ['test PATH...', 'run cases side by side'],
] as const;

/** Runs a client verb; gives the exit code. */
export async function runClient(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${await help()}\n`);
    return name === undefined ? exitCode.usage : exitCode.done;
  }
  const room = rooms.find(({ verbs }) => verbs.includes(name));
  const verb = room && (await room.load())[name];
  if (!verb) {
    process.stderr.write(`plc-emu: there is no verb '${name}'; "plc-emu help" lists them.\n`);
    return exitCode.usage;
  }
  if (rest.includes('--help')) {
    process.stdout.write(`${verb.usage}\n${verb.summary}\n`);
    return exitCode.done;
  }
  const json = rest.includes('--json');
  try {
    return await verb.run(rest);
  } catch (error) {
    return report(error, verb, json);
  }
}

async function report(error: unknown, verb: Verb, json: boolean): Promise<number> {
  if (error instanceof UsageError || (error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
    process.stderr.write(`plc-emu: ${error.message}\nusage: ${verb.usage}\n`);
    return exitCode.usage;
  }
  if (!(error instanceof PlcError)) throw error;
  const unreachable = error.reason === '' && ['UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(error.codeName);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ error: { code: error.codeName, reason: error.reason, message: error.message, metadata: error.metadata } })}\n`,
    );
  if (unreachable) {
    process.stderr.write(
      `plc-emu: no host answers: ${error.message}\nStart one with "plc-emu host", or name it with --target or PLC_EMU_TARGET.\n`,
    );
    return exitCode.unreachable;
  }
  const { refusedFindings } = await import('./verbs/project.js');
  process.stderr.write(
    [`plc-emu: ${error.codeName} ${error.reason}: ${error.message}`, ...refusedFindings(error), ''].join('\n'),
  );
  return exitCode.refused;
}

async function help(): Promise<string> {
  const lines = serverVerbs.map(([usage, summary]) => `  ${usage}\n      ${summary}`);
  for (const room of rooms) {
    for (const verb of Object.values(await room.load()))
      lines.push(`  ${verb.usage.replace(/^plc-emu /, '')}\n      ${verb.summary}`);
  }
  return [
    'usage: plc-emu VERB [ARGUMENTS]',
    ...lines,
    'Every verb takes --json; those that talk to a host also --target, --token-file, --timeout and --runtime.',
    'Exit codes: 0 done, 1 the answer is no, 2 usage, 3 refused by the host, 4 host not reachable.',
  ].join('\n');
}
