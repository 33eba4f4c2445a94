import { HostError } from '../model/host-error.js';
import { parseDuration } from '../model/time-literal.js';
import type { Expectation, Json } from './json-value.js';

/** A scenario (api.md, scenario file): what to set and what to expect, scan by scan. */
export interface Scenario {
  /** Replaces the tick of a project without tasks. */
  readonly scanIntervalNs?: bigint;
  readonly clock: 'virtual' | 'wall';
  readonly steps: readonly ScenarioStep[];
  /** A test case names its project: a path relative to the scenario file. */
  readonly project?: string;
  readonly profile?: string;
}

/** `set` is written once, before the step's scan; `expect` is read right after that same scan. */
export interface ScenarioStep {
  readonly when:
    | { readonly kind: 'scan'; readonly scan: number }
    /** The first scan that runs at or after this virtual time. */
    | { readonly kind: 'at'; readonly ns: bigint }
    /** Runs one or more scans until the ST expression holds after one; `limitNs` counts from its start and includes its end. */
    | { readonly kind: 'until'; readonly condition: string; readonly limitNs?: bigint };
  readonly set: readonly (readonly [path: string, value: Json])[];
  readonly expect: readonly (readonly [path: string, value: Expectation])[];
}

const bad = (where: string, what: string): HostError =>
  new HostError('INVALID_REQUEST', `The scenario's ${where} ${what}.`, { field: where });

/** Reads the JSON of a scenario. Throws INVALID_REQUEST that names the field. */
export function parseScenario(json: unknown): Scenario {
  const root = record(json, 'top level');
  known(root, ['scanInterval', 'clock', 'steps', 'project', 'profile', 'name', 'description', '$schema'], 'top level');
  const clock = root.clock ?? 'virtual';
  if (clock !== 'virtual' && clock !== 'wall') throw bad('clock', 'must be "virtual" or "wall"');
  const steps = root.steps ?? [];
  if (!Array.isArray(steps)) throw bad('steps', 'must be an array');
  const interval = root.scanInterval === undefined ? undefined : durationField(root.scanInterval, 'scanInterval');
  if (interval !== undefined && interval <= 0n) throw bad('scanInterval', 'must be more than zero');
  return {
    clock,
    steps: steps.map((step, i) => parseStep(step, `steps[${i}]`)),
    ...(interval !== undefined && { scanIntervalNs: interval }),
    ...(root.project !== undefined && { project: text(root.project, 'project') }),
    ...(root.profile !== undefined && { profile: text(root.profile, 'profile') }),
  };
}

function parseStep(json: unknown, where: string): ScenarioStep {
  const step = record(json, where);
  known(step, ['at', 'scan', 'until', 'limit', 'set', 'expect', 'comment'], where);
  const named = ['at', 'scan', 'until'].filter((key) => step[key] !== undefined);
  if (named.length !== 1) throw bad(where, 'must have exactly one of "at", "scan" and "until"');
  return {
    when: parseWhen(step, where),
    set: entries(step.set, `${where}.set`) as [string, Json][],
    expect: entries(step.expect, `${where}.expect`).map(([path, value]) => [
      path,
      expectation(value, `${where}.expect.${path}`),
    ]),
  };
}

function parseWhen(step: Record<string, unknown>, where: string): ScenarioStep['when'] {
  if (step.limit !== undefined && step.until === undefined) throw bad(`${where}.limit`, 'goes with "until" only');
  if (step.scan !== undefined) {
    if (typeof step.scan !== 'number' || !Number.isSafeInteger(step.scan) || step.scan < 1)
      throw bad(`${where}.scan`, 'must be a scan number from 1');
    return { kind: 'scan', scan: step.scan };
  }
  if (step.at !== undefined) {
    const ns = durationField(step.at, `${where}.at`);
    if (ns < 0n) throw bad(`${where}.at`, 'must not be negative');
    return { kind: 'at', ns };
  }
  const condition = text(step.until, `${where}.until`);
  if (step.limit === undefined) return { kind: 'until', condition };
  const limitNs = durationField(step.limit, `${where}.limit`);
  if (limitNs < 0n) throw bad(`${where}.limit`, 'must not be negative');
  return { kind: 'until', condition, limitNs };
}

function expectation(value: unknown, where: string): Expectation {
  if (value === null || typeof value !== 'object' || !('near' in value)) return value as Json;
  const { near, within } = value as Record<string, unknown>;
  if (typeof near !== 'number' || typeof within !== 'number' || within < 0)
    throw bad(where, 'must have numbers "near" and "within"');
  return { near, within };
}

/** `100ms`, `T#100ms`, or a number of milliseconds, as nanoseconds. */
export function durationField(value: unknown, where: string): bigint {
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.round(value * 1e6));
  const ns = typeof value === 'string' ? parseDuration(value.replace(/^(T|TIME|LT|LTIME)#/i, '')) : undefined;
  if (ns === undefined) throw bad(where, 'must be a duration such as "100ms" or "1s500ms"');
  return ns;
}

function record(json: unknown, where: string): Record<string, unknown> {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw bad(where, 'must be a JSON object');
  return json as Record<string, unknown>;
}

function entries(json: unknown, where: string): [string, unknown][] {
  return json === undefined ? [] : Object.entries(record(json, where));
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw bad(where, 'must be a text');
  return value;
}

function known(object: Record<string, unknown>, names: readonly string[], where: string): void {
  const unknown = Object.keys(object).find((key) => !names.includes(key));
  if (unknown !== undefined)
    throw bad(
      where,
      `has an unknown key "${unknown}"; known are ${names.filter((n) => !n.startsWith('$')).join(', ')}`,
    );
}
