import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  EventSchema,
  ProjectEventSchema,
  RunStateEventSchema,
  WrittenVariableSchema,
} from '../../../proto/plcemu/v1/event_pb.js';
import { ProjectChange, ReloadAction, RunStateChange } from '../../../proto/plcemu/v1/event_pb.js';
import type {
  Actor,
  AuditEvent,
  EventPayload,
  LoggedEvent,
  LogLineEvent,
  ProjectPayload,
  ReloadChange,
  RunStatePayload,
  WriteEvent,
} from '../model/event.js';
import type { Severity } from '../../../proto/plcemu/v1/diagnostic_pb.js';
import { formatValue } from '../runtime/literal-text.js';
import {
  diagnosticMessage,
  durationOf,
  eventClassOf,
  faultMessage,
  modes,
  severityOf,
  timestampOf,
  writerMessage,
} from './convert.js';

type EventInit = MessageInitShape<typeof EventSchema>;
type RunStateInit = MessageInitShape<typeof RunStateEventSchema>;
type ProjectInit = MessageInitShape<typeof ProjectEventSchema>;

/** Events whose values are words of memory; they are encoded in columns. */
export type WordPayload = Extract<EventPayload, { kind: 'scan' | 'values' | 'io' }>;
export function isWordPayload(payload: EventPayload): payload is WordPayload {
  return payload.kind === 'scan' || payload.kind === 'values' || payload.kind === 'io';
}

/** An event that carries no words. */
export function eventMessage(event: LoggedEvent): EventInit {
  const { payload } = event;
  return {
    sequence: event.sequence,
    class: eventClassOf[event.class],
    time: timestampOf(event.timeNs),
    runtime: 'runtime' in payload ? (payload.runtime ?? '') : '',
    payload: payloadMessage(payload),
  };
}

function payloadMessage(payload: EventPayload): NonNullable<EventInit['payload']> {
  switch (payload.kind) {
    case 'audit':
      return { case: 'audit', value: auditMessage(payload) };
    case 'log':
      return { case: 'log', value: logMessage(payload) };
    case 'scan':
    case 'values':
    case 'io':
      return { case: undefined };
    case 'project_changed':
    case 'build':
    case 'profile_changed':
    case 'plugin':
    case 'workflow':
      return { case: 'project', value: projectMessage(payload) };
    case 'runtime':
      return { case: 'runState', value: runtimeMessage(payload) };
    default:
      return { case: 'runState', value: runStateMessage(payload) };
  }
}

function auditMessage(payload: AuditEvent): {
  method: string;
  client: string;
  role: string;
  peer: string;
  outcome: string;
  subject: string;
} {
  const { role = '', peer = '' } = parseDetail(payload.detail);
  return {
    method: payload.action,
    client: payload.by.name,
    role,
    peer,
    outcome: payload.outcome === 'done' ? 'OK' : (payload.reason ?? 'REFUSED'),
    subject: payload.target,
  };
}

/** Detail of an audit record: role and peer, `role=admin peer=unix`. */
export function auditDetail(role: string, peer: string): string {
  return `role=${role} peer=${peer}`;
}
function parseDetail(detail: string | undefined): { role?: string; peer?: string } {
  const match = /^role=(\S*) peer=(.*)$/.exec(detail ?? '');
  return match ? { role: match[1]!, peer: match[2]! } : {};
}

function logMessage(payload: LogLineEvent): {
  severity: Severity;
  message: string;
  source: string;
  scan: bigint;
  fields: Record<string, string>;
  suppressed: number;
} {
  const { suppressed, ...fields } = payload.fields ?? {};
  return {
    severity: severityOf[payload.severity],
    message: payload.message.slice(0, 8192).replace(/\p{Surrogate}/gu, '\ufffd'),
    source: payload.source,
    scan: BigInt(payload.scan ?? 0),
    fields,
    suppressed: Number(suppressed ?? 0),
  };
}

const changeOfCause: Readonly<Record<string, RunStateChange>> = {
  start: RunStateChange.STARTED,
  stop: RunStateChange.STOPPED,
  step: RunStateChange.STEPPED,
  reset_cold: RunStateChange.RESET,
  reset_warm: RunStateChange.RESET,
  fault: RunStateChange.FAULTED,
  restore: RunStateChange.RESTORED,
  swap: RunStateChange.SWAPPED,
};
const changeOfAction: Readonly<Record<WriteEvent['action'], RunStateChange>> = {
  write: RunStateChange.WRITTEN,
  force: RunStateChange.FORCED,
  unforce: RunStateChange.UNFORCED,
  initialise: RunStateChange.INITIALISED,
};
const nameOf = (actor: Actor | undefined): string => actor?.name ?? 'system';

function runStateMessage(payload: RunStatePayload): RunStateInit {
  switch (payload.kind) {
    case 'run_state': {
      const until =
        payload.cause === 'until'
          ? payload.state === 'RUNNING'
            ? RunStateChange.STARTED
            : RunStateChange.STOPPED
          : undefined;
      return {
        change: changeOfCause[payload.cause] ?? until ?? RunStateChange.MODE,
        mode: modes[payload.state],
        previous: modes[payload.previous],
        scan: BigInt(payload.scan),
        client: nameOf(payload.by),
        cause: payload.cause,
        ...(payload.fault && { fault: faultMessage(payload.fault), message: payload.fault.message }),
      };
    }
    case 'overrun': {
      const { task, scan, total, durationNs, intervalNs } = payload;
      return {
        change: RunStateChange.OVERRUN,
        task,
        scan: BigInt(scan),
        overruns: BigInt(total),
        duration: durationOf(durationNs),
        interval: durationOf(intervalNs),
        client: 'system',
      };
    }
    case 'debug_stop':
      return { change: RunStateChange.DEBUG_STOP, scan: BigInt(payload.scan), cause: payload.reason, client: 'system' };
    case 'write':
      return {
        change: changeOfAction[payload.action],
        scan: BigInt(payload.scan),
        client: nameOf(payload.by),
        cause: payload.action,
        requestId: payload.requestId ?? '',
        variables: payload.items.map((item): MessageInitShape<typeof WrittenVariableSchema> => ({
          path: item.path,
          literal: item.value ? formatValue(item.value) : '',
          generation: item.generation,
          ...(item.overwrote && { overwritten: writerMessage(item.overwrote) }),
        })),
      };
    case 'write_conflict':
      return {
        change: RunStateChange.WRITE_REFUSED,
        client: nameOf(payload.by),
        cause: 'conflict',
        variables: [
          {
            path: payload.path,
            generation: payload.generation,
            ...(payload.lastWriter && { overwritten: writerMessage(payload.lastWriter) }),
          },
        ],
        message: `generation ${payload.expectedGeneration} was expected`,
      };
    case 'retain_lost':
      return {
        change: RunStateChange.RETAIN_LOST,
        message: payload.detail,
        scan: BigInt(payload.fallbackScan ?? 0),
        client: 'system',
      };
    case 'storage':
      return {
        change: payload.state === 'FAILED' ? RunStateChange.STORAGE_FAILED : RunStateChange.STORAGE_RESTORED,
        message: payload.detail,
        client: 'system',
      };
    case 'journal_truncated':
      return {
        change: RunStateChange.JOURNAL_TRUNCATED,
        from: payload.from,
        to: payload.to,
        message: payload.detail,
        client: 'system',
      };
    case 'host_started':
      return {
        change: RunStateChange.HOST_STARTED,
        client: 'system',
        cause: payload.clean ? 'start' : 'crash',
        message: `boot ${payload.boot}, version ${payload.version}`,
      };
    case 'records_lost':
      return {
        change: RunStateChange.RECORDS_LOST,
        from: BigInt(payload.fromScan),
        to: BigInt(payload.toScan),
        client: 'system',
      };
  }
}

function runtimeMessage(payload: Extract<ProjectPayload, { kind: 'runtime' }>): RunStateInit {
  return {
    change: payload.change === 'deleted' ? RunStateChange.DELETED : RunStateChange.CREATED,
    client: nameOf(payload.by),
    cause: payload.change,
    message: payload.detail ?? '',
  };
}

const changeOfProjectCause = { open: ProjectChange.OPENED, close: ProjectChange.CLOSED } as const;

function projectMessage(payload: ProjectPayload): ProjectInit {
  switch (payload.kind) {
    case 'project_changed': {
      const named = (list: readonly ReloadChange[], ...changes: readonly ReloadChange['change'][]): string[] =>
        list.filter((c) => changes.includes(c.change)).map((c) => c.path);
      return {
        change:
          payload.cause === 'open' || payload.cause === 'close'
            ? changeOfProjectCause[payload.cause]
            : ProjectChange.CHANGED,
        name: payload.project,
        revision: BigInt(payload.revision),
        digest: payload.digest ?? '',
        client: nameOf(payload.by),
        cause: payload.cause,
        diff: {
          addedPous: named(payload.pous, 'added'),
          removedPous: named(payload.pous, 'removed'),
          changedPous: named(payload.pous, 'changed'),
          addedVariables: named(payload.variables, 'added'),
          removedVariables: named(payload.variables, 'removed', 'dropped'),
          changedVariables: named(payload.variables, 'changed', 'converted', 'reinitialised'),
        },
        reload: payload.variables.map(reloadMessage),
      };
    }
    case 'build':
      return {
        change: payload.ok ? ProjectChange.BUILT : ProjectChange.BUILD_FAILED,
        name: payload.project,
        diagnostics: payload.diagnostics.map(diagnosticMessage),
        client: 'system',
        cause: 'build',
      };
    case 'profile_changed':
      return {
        change: ProjectChange.PROFILE,
        name: payload.project,
        profile: payload.profile,
        client: nameOf(payload.by),
        cause: 'profile',
      };
    default:
      return {};
  }
}

function reloadMessage(change: ReloadChange): {
  path: string;
  action: ReloadAction;
  oldType: string;
  newType: string;
  reason: string;
} {
  const match = /^([^>]*)>([^:]*): (.*)$/s.exec(change.detail ?? '');
  const actions: Partial<Record<ReloadChange['change'], ReloadAction>> = {
    kept: ReloadAction.KEPT,
    converted: ReloadAction.CONVERTED,
    dropped: ReloadAction.DROPPED,
    removed: ReloadAction.DROPPED,
  };
  return {
    path: change.path,
    action: actions[change.change] ?? ReloadAction.REINITIALISED,
    oldType: match?.[1] ?? '',
    newType: match?.[2] ?? '',
    reason: match?.[3] ?? '',
  };
}
