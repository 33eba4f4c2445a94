import type { PlcClient } from '../../clients/node/src/index.js';
import type { Random } from '../support/random.js';
import { launch, untilServing, type Build, type HostLife, now } from '../support/host-control.js';
import { programFile, tickMs } from './program.js';
import { type LogWriter } from './run-log.js';
import { failpoints, seededFaults, type FailpointName, type SeededFaultName } from './seeded-faults.js';

/** How a life ends: killed from outside after a while, in its start, or at a failpoint, which lies in the start for some. */
export type Death =
  | { readonly kind: 'random' }
  | { readonly kind: 'starting'; readonly afterMs: number }
  | { readonly kind: 'failpoint'; readonly name: FailpointName; readonly pass: number };

export function nextDeath(random: Random, fault: SeededFaultName | undefined): Death {
  if (fault !== undefined) {
    const seeded = seededFaults[fault];
    return 'failpoint' in seeded
      ? { kind: 'failpoint', name: seeded.failpoint, pass: 20 + random.below(60) }
      : { kind: 'random' };
  }
  const choice = random.next();
  if (choice < 0.45) return { kind: 'random' };
  if (choice < 0.55) return { kind: 'starting', afterMs: 20 + random.below(700) };
  const names = Object.keys(failpoints) as FailpointName[];
  const name = names[random.below(names.length)]!;
  const often = name.startsWith('journal.') || name.startsWith('write.');
  return { kind: 'failpoint', name, pass: 1 + random.below(often ? 80 : 3) };
}

/** The host of a run, from life to life in one directory. */
export interface HostUnderTest {
  /** False where it died in the start, as it was told. */
  start(death: Death): Promise<boolean>;
  /** Waits for its death, or kills it. Gives how it died. */
  die(death: Death): Promise<string>;
  /** Resolves when the present life is over, by whatever cause. */
  over(): Promise<unknown>;
  /** Stops it in order. */
  end(): Promise<void>;
  kill(): void;
  stderr(): string;
}

export interface HostUnderTestOptions {
  readonly directory: string;
  readonly fault?: SeededFaultName;
  readonly log: LogWriter;
  /** A client that sees to it that the program runs: after three crashes a host does not by itself. */
  readonly operator: PlcClient;
  readonly random: Random;
}

export function createHostUnderTest(options: HostUnderTestOptions): HostUnderTest {
  const { directory, fault, log, operator, random } = options;
  let life: HostLife | undefined;
  let number = 0;
  const died = (how: string): string => {
    log.write({ t: life?.endedAt() ?? now(), kind: 'killed', life: number, how });
    return how;
  };
  const diskOf = (): object => {
    const seeded = fault === undefined ? undefined : seededFaults[fault];
    if (seeded && 'disk' in seeded) return { writeBack: true, syncMs: 4 };
    // A power cut at every other kill: what was not synced is gone.
    return random.next() < 0.5 ? { writeBack: true, syncMs: random.below(3) } : {};
  };

  return {
    async start(death) {
      number += 1;
      // What is released runs wherever nothing has to happen inside of it.
      const plain = fault === undefined && death.kind !== 'failpoint' && number % 3 === 0;
      const build: Build = plain ? 'dist' : 'dist-faults';
      log.write({ t: now(), kind: 'start', life: number, build });
      life = launch({
        build,
        directory,
        args: [programFile, '--data-dir', 'data', '--scan-interval', `${tickMs}ms`, '--log-level', 'warn'],
        env: {
          PLC_EMU_SMALL: '1',
          PLC_EMU_DISK: JSON.stringify(diskOf()),
          ...(fault !== undefined && { PLC_EMU_FAULT: fault }),
          ...(death.kind === 'failpoint' && { PLC_EMU_FAILPOINT: `${death.name}:${death.pass}` }),
        },
      });
      if (death.kind === 'starting') {
        const { process: child } = life;
        setTimeout(() => child.kill('SIGKILL'), death.afterMs).unref();
      }
      let serving = await untilServing(life, operator, 30_000);
      // It is stopped for a moment before it goes on by itself.
      const settled = performance.now() + 500;
      const isToRun = (): boolean => number > 1 && !life!.stderr().includes('three crashes');
      while (serving?.mode === 'STOPPED' && isToRun() && performance.now() < settled)
        serving = await untilServing(life, operator, 5000);
      if (!serving) {
        await life.exited;
        died(death.kind === 'failpoint' ? `failpoint ${death.name} in the start` : 'starting');
        return false;
      }
      log.write({ t: now(), kind: 'serving', life: number, epoch: serving.epoch, mode: serving.mode });
      if (serving.mode !== 'RUNNING') await startProgram(operator, log, number);
      return true;
    },
    async die(death) {
      const current = life!;
      // Long enough for a seeded fault to show.
      const least = fault === undefined ? 200 : 1500;
      const waitMs = death.kind === 'random' ? least + random.next() * 1200 : 1500;
      await Promise.race([current.exited, new Promise((done) => setTimeout(done, waitMs))]);
      const byItself = !current.running();
      current.process.kill('SIGKILL');
      await current.exited;
      if (!byItself) return died('random');
      return died(death.kind === 'failpoint' ? `failpoint ${death.name}` : death.kind);
    },
    over: () => life!.exited,
    async end() {
      life?.process.kill('SIGTERM');
      await life?.exited;
      died('end');
    },
    kill: () => life?.process.kill('SIGKILL'),
    stderr: () => life?.stderr() ?? '',
  };
}

async function startProgram(operator: PlcClient, log: LogWriter, life: number): Promise<void> {
  const id = `operator-start-${life}`;
  log.write({ t: now(), c: 'operator', kind: 'command', id, command: 'start' });
  try {
    const { sequence, state } = await operator.runtime.start({ requestId: id });
    const scan = Number(state?.scan ?? 0n);
    log.write({ t: now(), c: 'operator', kind: 'done', id, sequence: Number(sequence), scan, results: [] });
  } catch (error) {
    log.write({ t: now(), c: 'operator', kind: 'lost', id, error: String(error) });
  }
}
