import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import type { DiagnosticSchema, CodeSiteSchema } from '../../../proto/plcemu/v1/diagnostic_pb.js';
import { Severity } from '../../../proto/plcemu/v1/diagnostic_pb.js';
import { EventClass } from '../../../proto/plcemu/v1/event_pb.js';
import type { FaultSchema, RuntimeStateSchema } from '../../../proto/plcemu/v1/runtime_state_pb.js';
import { RunMode, RuntimeClock } from '../../../proto/plcemu/v1/runtime_state_pb.js';
import type { WriterSchema } from '../../../proto/plcemu/v1/value_pb.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { EventClass as EventClassName, LastWriter, RunState } from '../model/event.js';
import type { Fault } from '../model/fault.js';
import { HostError } from '../model/host-error.js';
import type { CodeSite } from '../model/program-image.js';
import type { RuntimeStatus } from '../runtime/runtime-core.js';

const second = 1_000_000_000n;

/** Nanoseconds as the well-known types have them; the fields of an init, so that no type name is needed. */
export function durationOf(ns: bigint): { seconds: bigint; nanos: number } {
  // Seconds and nanos of a Duration have the same sign.
  return { seconds: ns / second, nanos: Number(ns % second) };
}
export function timestampOf(ns: bigint): { seconds: bigint; nanos: number } {
  // Nanos of a Timestamp count forward, also before 1970.
  const nanos = ((ns % second) + second) % second;
  return { seconds: (ns - nanos) / second, nanos: Number(nanos) };
}
export function nsOf(time: Pick<Duration | Timestamp, 'seconds' | 'nanos'>): bigint {
  return time.seconds * second + BigInt(time.nanos);
}

/** A duration of a request, at least 0 and at most `mostNs`; `usual` where it is absent. */
export function boundedDuration(given: Duration | undefined, name: string, usual: bigint, mostNs: bigint): bigint {
  if (!given) return usual;
  const ns = nsOf(given);
  if (ns < 0n) throw new HostError('INVALID_REQUEST', `${name} is negative; give 0 or more.`, { field: name });
  return ns > mostNs ? mostNs : ns;
}

export const modes: Readonly<Record<RunState, RunMode>> = {
  EMPTY: RunMode.EMPTY,
  STOPPED: RunMode.STOPPED,
  RUNNING: RunMode.RUNNING,
  FAULTED: RunMode.FAULTED,
  PAUSED: RunMode.PAUSED,
};

export const eventClassOf: Readonly<Record<EventClassName, EventClass>> = {
  run_state: EventClass.RUN_STATE,
  project: EventClass.PROJECT,
  audit: EventClass.AUDIT,
  log: EventClass.LOG,
  io: EventClass.IO,
  scan: EventClass.SCAN,
};
export function eventClassName(value: EventClass): EventClassName {
  const found = (Object.keys(eventClassOf) as EventClassName[]).find((name) => eventClassOf[name] === value);
  if (!found) throw new HostError('INVALID_REQUEST', `There is no class of events ${value}.`, { field: 'classes' });
  return found;
}

export const severityOf = {
  debug: Severity.DEBUG,
  info: Severity.INFO,
  warning: Severity.WARNING,
  error: Severity.ERROR,
} as const;
export function severityName(value: Severity, usual: keyof typeof severityOf): keyof typeof severityOf {
  if (value === Severity.UNSPECIFIED) return usual;
  const found = (Object.keys(severityOf) as (keyof typeof severityOf)[]).find((name) => severityOf[name] === value);
  if (!found) throw new HostError('INVALID_REQUEST', `There is no severity ${value}.`, { field: 'min_severity' });
  return found;
}

export function stateMessage(status: RuntimeStatus): MessageInitShape<typeof RuntimeStateSchema> {
  return {
    runtime: status.runtime,
    mode: modes[status.mode],
    desired: status.desired === 'RUN' ? RunMode.RUNNING : RunMode.STOPPED,
    scan: BigInt(status.scan),
    clock: status.clock === 'wall' ? RuntimeClock.WALL : RuntimeClock.VIRTUAL,
    ...(status.fault && { fault: faultMessage(status.fault) }),
    project: status.origin?.project ?? '',
    revision: BigInt(status.origin?.revision ?? 0),
    digest: status.digest ?? '',
    profile: status.origin?.profile ?? '',
    ...(status.tickNs !== undefined && { tick: durationOf(status.tickNs) }),
    forced: status.forced,
  };
}

export function faultMessage(fault: Fault): MessageInitShape<typeof FaultSchema> {
  const { code, message, scan, task, site } = fault;
  return { code, message, scan: BigInt(scan), task: task ?? '', ...(site && { site: siteMessage(site) }) };
}

function siteMessage(site: CodeSite): MessageInitShape<typeof CodeSiteSchema> {
  const { pou, file, language, line, column, element } = site;
  return { pou, file, language, line, column, ...(element && { element: { ...element, rung: element.rung ?? 0 } }) };
}

export function diagnosticMessage(d: Diagnostic): MessageInitShape<typeof DiagnosticSchema> {
  return {
    code: d.code,
    severity: severityOf[d.severity],
    message: d.message,
    file: d.file,
    pou: d.pou ?? '',
    language: d.language ?? '',
    line: d.line ?? 0,
    column: d.column ?? 0,
    endLine: d.endLine ?? 0,
    endColumn: d.endColumn ?? 0,
    ...(d.element && { element: { ...d.element, rung: d.element.rung ?? 0 } }),
    fix: [...(d.fix ?? [])],
  };
}

export function writerMessage(writer: LastWriter): MessageInitShape<typeof WriterSchema> {
  return { client: writer.by.name, scan: BigInt(writer.scan), time: timestampOf(writer.timeNs) };
}
