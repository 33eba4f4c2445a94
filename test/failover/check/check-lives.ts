import { tickMs } from '../program.js';
import type { HarnessLine, LogLine, Scalar } from '../run-log.js';
import { oldestRunState, type History } from './history.js';
import type { Violation } from './violation.js';

type Kind<K extends HarnessLine['kind']> = Extract<HarnessLine, { kind: K }>;

/** An empty Node process takes this long on a quiet machine, ms; allowances grow with what it takes longer. */
const quietTwinMs = 120;
const mostRecoveryMs = 5000;
const retainIntervalMs = 100;
/** From the offer of retained values to the disk, and a scan that was under way, ms. */
const retainAllowanceMs = 400;
const crashWindowMs = 5 * 60_000;

/** What holds between the lives of a host: numbers, durable events, retained values, the desired state, the time of recovery. */
export function checkLives(history: History): Violation[] {
  return [
    ...checkNumbers(history),
    ...checkDurable(history),
    ...checkRetained(history),
    ...checkDesired(history),
    ...checkRecovery(history),
  ];
}

/** The first event of each life has a higher number than anything that anybody saw of the lives before. */
function checkNumbers(history: History): Violation[] {
  const violations: Violation[] = [];
  const starts = linesOf(history, 'start');
  const seen: { readonly t: number; readonly q: number }[] = [];
  for (const lines of [...history.watchers.values(), ...history.writers.values()])
    for (const line of lines) for (const q of numbersIn(line)) seen.push({ t: line.t, q });
  seen.sort((a, b) => a.t - b.t);
  for (const { sequence, payload } of history.journal) {
    if (payload?.kind !== 'host_started') continue;
    const serving = linesOf(history, 'serving').find(({ epoch }) => Number(epoch.split('-')[0]) === payload.boot);
    const begun = serving && starts.find(({ life }) => life === serving.life);
    if (!begun) continue;
    let highest = 0;
    for (const { t, q } of seen) {
      if (t >= begun.t) break;
      if (q > highest) highest = q;
    }
    if (sequence <= highest)
      violations.push({
        invariant: 'numbers',
        detail: `boot ${payload.boot} begins with number ${sequence}; ${highest} had been seen before`,
      });
  }
  return violations;
}

function numbersIn(line: LogLine): readonly number[] {
  switch (line.kind) {
    case 'done':
      return [line.sequence];
    case 'opened':
    case 'snapshot':
    case 'progress':
    case 'events':
      return [line.q];
    default:
      return [];
  }
}

function checkDurable(history: History): Violation[] {
  const journaled = new Set(history.journal.map(({ sequence }) => sequence));
  const oldest = oldestRunState(history.journal);
  return history.events
    .filter((e) => e.seen && ['run_state', 'project', 'audit'].includes(e.class) && !journaled.has(e.q))
    .filter((e) => e.class !== 'run_state' || e.q >= oldest)
    .map((e) => ({
      invariant: 'durable',
      detail: `${e.class} event ${e.q} (${e.text}) was seen and is not in the journal`,
    }));
}

/** `Mixed` counts retained words that were not of the restored scan; `Restored` is that scan. */
function checkRetained(history: History): Violation[] {
  const violations: Violation[] = [];
  const report = (detail: string): void => void violations.push({ invariant: 'retain', detail });
  const lives: { readonly t: number; readonly life: number }[] = [];
  const restored: { readonly t: number; readonly value: number; readonly epoch: string; readonly client: string }[] =
    [];
  for (const [client, lines] of history.watchers) {
    let epoch = '';
    let told = '';
    const look = (t: number, values: Readonly<Record<string, Scalar>>): void => {
      const { 'Main.Mixed': isMixed, 'Main.Restored': value, 'Main.Life': life, 'Main.Count': count } = values;
      if (typeof isMixed === 'number' && isMixed > 0)
        report(`${client}: ${isMixed} retained words were not of the scan that was restored`);
      if (typeof life === 'number' && typeof count === 'number') lives.push({ t, life });
      // Before the first scan of a life it is -1.
      if (typeof value === 'number' && value >= 0 && told !== epoch) {
        told = epoch;
        restored.push({ t, value, epoch, client });
      }
    };
    for (const line of lines) {
      if (line.kind === 'opened') ({ epoch } = line);
      if (line.kind === 'snapshot') look(line.t, line.values);
      if (line.kind === 'events') for (const event of line.events) look(line.t, event.values ?? {});
    }
  }
  lives.sort((a, b) => a.t - b.t);
  const servings = linesOf(history, 'serving');
  for (const killed of linesOf(history, 'killed')) {
    // A life that ended in its start has hardly scanned: what is restored is of the one before it.
    const serving = servings.find(({ life }) => life === killed.life);
    const begun = linesOf(history, 'start').find(({ life }) => life === killed.life);
    if (!serving || !begun) continue;
    const next = servings.find(({ t }) => t > killed.t);
    const after = next && restored.filter(({ epoch }) => epoch === next.epoch);
    if (!next || !after || after.length === 0) continue;
    const [{ value }] = after as [(typeof after)[number]];
    const odd = after.find((each) => each.value !== value);
    if (odd) report(`${odd.client}: life ${next.life} restored ${odd.value}, others say ${value}`);
    // One state may be on its way to the disk, and one wait for that.
    const allowedMs = retainIntervalMs + retainAllowanceMs + 2 * diskAt(history, killed.t);
    const limit = killed.t - allowedMs * noiseAt(history, killed.t);
    const first = restored.find(({ epoch }) => epoch === serving.epoch)?.value;
    // What it began with itself, and what it has scanned since; what the life before it scanned last may be lost by right.
    let old = first ?? 0;
    for (const each of lives) {
      if (each.t > limit) break;
      if (each.t >= begun.t) old = Math.max(old, each.life);
    }
    if (value < old)
      report(
        `life ${next.life} restored ${value}; ${old} had been there ${Math.round(killed.t - limit)} ms before the kill`,
      );
    // Watchers tell how far it was late, or again from an old cursor: only the clock says how far it can have come.
    const base = serving === servings[0] ? 0 : first;
    if (base === undefined) continue;
    const possible = base + Math.ceil((next.t - begun.t) / tickMs) + 50;
    if (value > possible)
      report(`life ${next.life} restored ${value}, which no scan had reached: at most ${possible} could have been`);
  }
  return violations;
}

function checkDesired(history: History): Violation[] {
  const violations: Violation[] = [];
  const commands: { readonly t: number; readonly id: string; readonly command: string }[] = [];
  const done = new Map<string, { readonly t: number; readonly sequence: number }>();
  for (const lines of history.writers.values()) {
    for (const line of lines) {
      if (line.kind === 'command') commands.push(line);
      if (line.kind === 'done') done.set(line.id, line);
    }
  }
  const starts = history.journal.flatMap(({ payload, timeMs }) =>
    payload?.kind === 'host_started' ? [{ boot: payload.boot, clean: payload.clean, timeMs }] : [],
  );
  const servings = linesOf(history, 'serving');
  for (const serving of servings.slice(1)) {
    const own = starts.find(({ boot }) => boot === Number(serving.epoch.split('-')[0]));
    if (!own) continue;
    const crashes = starts.filter((s) => !s.clean && s.timeMs <= own.timeMs && s.timeMs > own.timeMs - crashWindowMs);
    const kills = linesOf(history, 'killed').filter(({ t }) => t < serving.t);
    const answered = commands.flatMap((c) => {
      const at = done.get(c.id);
      return at && at.t < serving.t ? [{ ...c, sequence: at.sequence }] : [];
    });
    const last = answered.sort((a, b) => a.sequence - b.sequence).at(-1);
    // One that was under way at the kill, or came after it, may or may not have taken effect.
    const died = kills.at(-1)?.t ?? 0;
    const open = commands.some((c) => c.t < serving.t && !(done.get(c.id) && done.get(c.id)!.t < died));
    let expected: string | undefined;
    if (open) continue;
    if (crashes.length >= 3) expected = 'STOPPED';
    else if (kills.length < 3 && last) expected = last.command === 'start' ? 'RUNNING' : 'STOPPED';
    if (expected !== undefined && serving.mode !== expected)
      violations.push({
        invariant: 'desired',
        detail: `life ${serving.life} is ${serving.mode}, not ${expected}, after ${crashes.length} crashes and ${last?.command ?? 'nothing'}`,
      });
  }
  return violations;
}

function checkRecovery(history: History): Violation[] {
  const violations: Violation[] = [];
  const killed = linesOf(history, 'killed');
  const recovered = linesOf(history, 'recovered');
  for (const { mark, clients, t } of linesOf(history, 'asked')) {
    // The first is no recovery.
    if (!killed.some((k) => k.t <= t)) continue;
    for (const client of clients) {
      const back = recovered.find((r) => r.mark === mark && r.c === client);
      const since = killed.filter((k) => k.how !== 'end' && k.t < (back?.t ?? Infinity)).at(-1);
      const limit = mostRecoveryMs * noiseAt(history, t);
      if (!back)
        violations.push({ invariant: 'recovery', detail: `${client} did not come back after kill ${mark - 1}` });
      else if (since && back.t - since.t > limit)
        violations.push({
          invariant: 'recovery',
          detail: `${client} was current ${Math.round(back.t - since.t)} ms after a kill; ${Math.round(limit)} ms are allowed`,
        });
    }
  }
  return violations;
}

/** How much slower than a quiet machine this one was about `t`; at least 1. */
function noiseAt(history: History, t: number): number {
  const near = linesOf(history, 'twin').filter((twin) => Math.abs(twin.t - t) < 10_000);
  return Math.max(1, ...near.map(({ ms }) => ms / quietTwinMs));
}

/** How long the disk took at most in the seconds before `t`, ms. */
function diskAt(history: History, t: number): number {
  const near = linesOf(history, 'disk').filter((disk) => disk.t > t - 3000 && disk.t - disk.ms < t);
  return Math.max(0, ...near.map(({ ms }) => ms));
}

function linesOf<K extends HarnessLine['kind']>({ harness }: History, kind: K): readonly Kind<K>[] {
  return harness.filter((line): line is Kind<K> => line.kind === kind);
}
