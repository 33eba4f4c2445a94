import { createClient, PlcError, type PlcClient } from '../../clients/node/src/index.js';

/** A process of clients that never rest: what they are told, and what they say of it. */
export interface SoakOrder {
  readonly target: string;
  readonly seed: number;
}

export interface SoakCounts {
  readonly events: number;
  /** Times that a watch had to leave something out, and said so. */
  readonly announcedGaps: number;
  /** Messages that did not follow on the one before. */
  readonly brokenChains: number;
  readonly writes: number;
  readonly reads: number;
  readonly patches: number;
  readonly watchesOpened: number;
  /** Calls that a dead or starting host cut off, or that another client was ahead of. */
  readonly passing: number;
}

export type SoakReport =
  { readonly kind: 'counts'; readonly counts: SoakCounts } | { readonly kind: 'defect'; readonly message: string };

type Counts = { -readonly [K in keyof SoakCounts]: SoakCounts[K] };
const counts: Counts = {
  events: 0,
  announcedGaps: 0,
  brokenChains: 0,
  writes: 0,
  reads: 0,
  patches: 0,
  watchesOpened: 0,
  passing: 0,
};
const report = (said: SoakReport): void => void process.send?.(said);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a client has to live with while the host is killed and started. */
const passing: ReadonlySet<string> = new Set([
  '',
  'SHUTTING_DOWN',
  'NO_PROJECT',
  'WRONG_STATE',
  'BUSY',
  'REVISION_CONFLICT',
]);

/** Does something over and over until the process ends. */
async function repeat(everyMs: number, act: () => Promise<void>): Promise<never> {
  for (;;) {
    try {
      await act();
    } catch (error) {
      if (error instanceof PlcError && passing.has(error.reason)) counts.passing += 1;
      else report({ kind: 'defect', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    await pause(everyMs);
  }
}

/** Follows the log for ever; the client library checks that each message follows on the one before. */
async function follow(client: PlcClient): Promise<void> {
  counts.watchesOpened += 1;
  const watch = client.watch({ onGap: 'reset' });
  let broken = 0;
  for await (const item of watch) {
    if (item.kind === 'events') counts.events += item.events.length;
    else if (item.kind === 'lagged' || item.kind === 'reset') counts.announcedGaps += 1;
    counts.brokenChains += watch.stats.violations - broken;
    broken = watch.stats.violations;
  }
}

/** Opens a watch, takes some of it, and leaves; a kill may come in between. */
async function visit(client: PlcClient): Promise<void> {
  counts.watchesOpened += 1;
  let taken = 0;
  for await (const item of client.watch({ start: 'snapshot', onGap: 'reset' })) {
    if (item.kind === 'events') taken += item.events.length;
    if (taken > 50) return;
  }
}

function begin({ target, seed }: SoakOrder): void {
  const client = (name: string): PlcClient => createClient({ target, name: `${name}-${seed}`, timeoutMs: 4000 });
  for (let i = 0; i < 6; i += 1) void repeat(500, () => follow(client(`watcher${i}`)));
  const visitor = client('visitor');
  void repeat(1000, () => visit(visitor));
  const writer = client('writer');
  let number = 0;
  void repeat(50, async () => {
    number += 1;
    await writer.runtime.writeVariables({
      requestId: `soak-${seed}-${process.pid}-${number}`,
      writes: [{ path: 'Main.Demand', value: { kind: { case: 'literal', value: String(number % 1000) } } }],
    });
    counts.writes += 1;
  });
  const reader = client('reader');
  const commands = reader.commands({ timeoutMs: 4000 });
  void repeat(100, async () => {
    await commands.read({ paths: ['Main.Demand', 'Main.Number[3]'] });
    await reader.runtime.listVariables({ pattern: 'Main.*', pageSize: 200 });
    counts.reads += 2;
  });
  const engineer = client('engineer');
  void repeat(15_000, async () => {
    const { project } = await engineer.project.getProject({});
    if (!project) return;
    counts.patches += 1;
    await engineer.project.applyPatch({
      patch: {
        expectedRevision: project.revision,
        edits: [{ edit: { case: 'putPou', value: { name: 'Extra', source: extra(counts.patches) } } }],
      },
    });
  });
  setInterval(() => report({ kind: 'counts', counts }), 1000);
}

/** A function that changes with every patch. */
export function extra(number: number): string {
  return `FUNCTION Extra : DINT VAR_INPUT x : DINT; END_VAR Extra := x + ${number}; END_FUNCTION\n`;
}

process.on('message', begin);
process.on('disconnect', () => process.exit());
