import type { EngineState, ScanCondition } from '../engine/engine.js';
import { createConditionTest } from '../engine/worker/scan-condition.js';
import { HostError } from '../model/host-error.js';
import type { Fault } from '../model/fault.js';
import type { ProcessMemory } from './process-memory.js';
import type { Layout } from './layout.js';

/** What must hold after each of the first scans of a new program. */
export interface GuardTerms {
  readonly condition: string;
  /** 1 to `mostGuardScans`. */
  readonly scans: number;
}

export const usualGuardScans = 10;
export const mostGuardScans = 100_000;

export type GuardOutcome =
  | { readonly kind: 'held' }
  | { readonly kind: 'broken'; readonly scan: number }
  | { readonly kind: 'ended'; readonly scan: number; readonly fault?: Fault };

/** Watches a program from its first scan on, record by record, and settles once. */
export interface ReloadGuard {
  readonly outcome: Promise<GuardOutcome>;
  /** A scan of the program has ended, and `memory` is as it was then. */
  onScan(scan: number, memory: ProcessMemory): void;
  onState(state: EngineState): void;
}

export function checkGuard({ scans }: GuardTerms): void {
  if (scans >= 1 && scans <= mostGuardScans) return;
  throw new HostError('INVALID_REQUEST', `A guard watches 1 to ${mostGuardScans} scans, not ${scans}.`, {
    limit: String(mostGuardScans),
  });
}

/** `condition` is of the program of `layout`. */
export function createReloadGuard(condition: ScanCondition, scans: number, layout: Layout): ReloadGuard {
  const memory = new WebAssembly.Memory({ initial: layout.data.memory.pages });
  const holds = createConditionTest(condition, memory);
  let seen = 0;
  let settled = false;
  let resolve: (outcome: GuardOutcome) => void = () => undefined;
  const outcome = new Promise<GuardOutcome>((done) => (resolve = done));
  const settle = (value: GuardOutcome): void => {
    settled = true;
    resolve(value);
  };
  return {
    outcome,
    onScan(scan, { bytes }) {
      if (settled) return;
      new Uint8Array(memory.buffer).set(bytes);
      seen += 1;
      if (!holds()) settle({ kind: 'broken', scan });
      else if (seen >= scans) settle({ kind: 'held' });
    },
    onState({ kind, scan, fault }) {
      // A debugger that holds the program is no end of it.
      if (settled || kind === 'running' || kind === 'held') return;
      settle({ kind: 'ended', scan, ...(fault && { fault }) });
    },
  };
}

/** The error of a change that its guard has taken back; `revision` is that of the program that is in force again. */
export function guardBroken(
  outcome: Exclude<GuardOutcome, { kind: 'held' }>,
  condition: string,
  changedAfter: number,
  revision: number,
): HostError {
  const why =
    outcome.kind === 'broken'
      ? `'${condition.slice(0, 200)}' was false after scan ${outcome.scan}`
      : outcome.fault
        ? `the program faulted (${outcome.fault.code}: ${outcome.fault.message})`
        : 'the runtime ended scanning';
  return new HostError('GUARD_BROKEN', `The change was rolled back, as revision ${revision}: ${why}.`, {
    condition: condition.slice(0, 1000),
    scan: String(outcome.scan),
    changedAfterScan: String(changedAfter),
    revision: String(revision),
  });
}
