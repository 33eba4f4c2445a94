import { status as Status } from '@grpc/grpc-js';
import { PlcError } from '../../clients/node/src/index.js';
import { now } from '../support/host-control.js';
import type { Random } from '../support/random.js';
import type { LogWriter } from './run-log.js';

/** A client that acts, one call after the other, and repeats what was cut off under the same id. */
export interface Client {
  readonly name: string;
  /** Resolves with the first success of something begun after this call; `reopened`: on a connection opened after it. */
  current(reopened: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** A call that is repeated until it is answered. */
export interface RepeatedCall {
  readonly id: string;
  /** Writes down that an attempt begins. */
  readonly begin: () => void;
  readonly attempt: () => Promise<void>;
  /** What a refusal says is in force, to be written down with it. */
  readonly refused?: (error: PlcError) => number | undefined;
}

export interface Persistent {
  /** Repeats a call until the host has answered it. */
  readonly untilAnswered: (call: RepeatedCall) => Promise<void>;
  /** Does `step` over and over until the client is stopped; `close` ends what is under way then. */
  readonly run: (step: () => Promise<void>, close: () => void) => Client;
}

const unavailable: number = Status.UNAVAILABLE;
const retryMs = 40;

export function createPersistent(name: string, log: LogWriter, random: Random): Persistent {
  let stopped = false;
  let waiting: { readonly since: number; resolve(): void }[] = [];
  const succeeded = (began: number): void => {
    const due = waiting.filter((w) => w.since <= began);
    if (due.length === 0) return;
    waiting = waiting.filter((w) => w.since > began);
    for (const each of due) each.resolve();
  };
  return {
    async untilAnswered({ id, begin, attempt, refused }) {
      while (!stopped) {
        const began = now();
        begin();
        try {
          await attempt();
          succeeded(began);
          return;
        } catch (error) {
          if (!(error instanceof PlcError)) throw error;
          if (stopped) return;
          if (!isPassing(error)) {
            const generation = refused?.(error);
            const { reason } = error;
            log.write({
              t: now(),
              c: name,
              kind: 'refused',
              id,
              reason,
              ...(generation !== undefined && { generation }),
            });
            succeeded(began);
            return;
          }
          log.write({ t: now(), c: name, kind: 'lost', id, error: `${error.codeName} ${error.reason}` });
          await sleep(retryMs * (0.5 + random.next()));
        }
      }
    },
    run(step, close) {
      const done = (async () => {
        while (!stopped) await step();
      })();
      return {
        name,
        current: () => new Promise((resolve) => waiting.push({ since: now(), resolve })),
        stop: async () => {
          stopped = true;
          close();
          await done;
        },
      };
    },
  };
}

/** A host that is gone, or on its way. */
function isPassing({ reason, code }: PlcError): boolean {
  return reason === '' || reason === 'SHUTTING_DOWN' || code === unavailable;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
