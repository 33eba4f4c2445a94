import type { Diagnostic, Severity } from './diagnostic.js';
import type { Fault } from './fault.js';
import type { Value } from './value.js';

/** The classes of events, each with its own retention. Order is that of the bits of a class set. */
export const eventClasses = ['run_state', 'project', 'audit', 'log', 'io', 'scan'] as const;
export type EventClass = (typeof eventClasses)[number];

export interface EventClassRule {
  /** `at_once`: on disk before any reader sees it; `within_1s`: on disk within a second; `no`: memory only. */
  readonly durable: 'at_once' | 'within_1s' | 'no';
  /** What a subscriber that names no mode gets. */
  readonly delivery: 'lossless' | 'coalesce';
  /** Least role that may watch it. */
  readonly role: 'viewer' | 'admin';
  /** How much is kept, in memory and (durable classes) on disk: the oldest goes when either is exceeded. */
  readonly maxCount: number;
  readonly maxBytes: number;
}

const mebibyte = 1024 * 1024;

export const eventClassTable: Readonly<Record<EventClass, EventClassRule>> = {
  run_state: { durable: 'at_once', delivery: 'lossless', role: 'viewer', maxCount: 16_384, maxBytes: 8 * mebibyte },
  project: { durable: 'at_once', delivery: 'lossless', role: 'viewer', maxCount: 4_096, maxBytes: 8 * mebibyte },
  audit: { durable: 'at_once', delivery: 'lossless', role: 'admin', maxCount: 16_384, maxBytes: 8 * mebibyte },
  log: { durable: 'within_1s', delivery: 'lossless', role: 'viewer', maxCount: 16_384, maxBytes: 8 * mebibyte },
  io: { durable: 'no', delivery: 'coalesce', role: 'viewer', maxCount: 8_192, maxBytes: 8 * mebibyte },
  scan: { durable: 'no', delivery: 'coalesce', role: 'viewer', maxCount: 8_192, maxBytes: 20 * mebibyte },
};

/** One record of the log. `sequence` +1 per record within an epoch; never reused in the life of a data directory. */
export interface LoggedEvent<P extends EventPayload = EventPayload> {
  readonly sequence: bigint;
  readonly class: EventClass;
  /** Nanoseconds since 1970 UTC. */
  readonly timeNs: bigint;
  readonly payload: P;
  /** The storage had failed when it was numbered: seen live, but a crash may take it back (and the cursor answer says so). */
  readonly volatile?: true;
}

/** Who caused something. `system` is the host itself (cold start, reset, restore, re-initialisation). */
export interface Actor {
  readonly kind: 'client' | 'plugin' | 'workflow' | 'system';
  /** Name as authenticated, or as the client calls itself. */
  readonly name: string;
}

export type RunState = 'EMPTY' | 'STOPPED' | 'RUNNING' | 'PAUSED' | 'FAULTED';

// ---- run_state --------------------------------------------------------------------------------------------------

export interface RunStateEvent {
  readonly kind: 'run_state';
  readonly runtime: string;
  readonly state: RunState;
  readonly previous: RunState;
  /** `start`, `stop`, `step`, `reset_cold`, `reset_warm`, `fault`, `debug`, `restart`, `crash_loop` ... */
  readonly cause: string;
  readonly by: Actor;
  /** Last completed scan, 0 before the first. */
  readonly scan: number;
  readonly fault?: Fault;
}

export interface OverrunEvent {
  readonly kind: 'overrun';
  readonly runtime: string;
  readonly task: string;
  readonly scan: number;
  /** Overruns of this task since start, this one (or these, when reported together) included. */
  readonly total: number;
  readonly durationNs: bigint;
  readonly intervalNs: bigint;
}

export interface DebugStopEvent {
  readonly kind: 'debug_stop';
  readonly runtime: string;
  readonly scan: number;
  readonly reason: 'breakpoint' | 'step' | 'pause' | 'fault';
  /** Index into the image's sites. */
  readonly site: number;
  readonly breakpoint?: string;
}

/** One variable that a client wrote or forced. */
export interface WrittenItem {
  readonly path: string;
  readonly value?: Value;
  /** Counts client writes of the variable, this one included. */
  readonly generation: bigint;
  /** The write before this one, where there was one: whom this one overwrote. */
  readonly overwrote?: LastWriter;
}

export interface LastWriter {
  readonly by: Actor;
  readonly scan: number;
  readonly timeNs: bigint;
}

export interface WriteEvent {
  readonly kind: 'write';
  readonly runtime: string;
  readonly by: Actor;
  readonly action: 'write' | 'force' | 'unforce' | 'initialise';
  /** Scan at whose start it took effect; the last scan in STOP. */
  readonly scan: number;
  readonly items: readonly WrittenItem[];
  readonly requestId?: string;
}

/** A write refused because another client had written first. */
export interface WriteConflictEvent {
  readonly kind: 'write_conflict';
  readonly runtime: string;
  readonly by: Actor;
  readonly path: string;
  readonly expectedGeneration: bigint;
  readonly generation: bigint;
  readonly lastWriter?: LastWriter;
}

/** Retained values could not be restored, in part or at all. */
export interface RetainLostEvent {
  readonly kind: 'retain_lost';
  readonly runtime: string;
  readonly detail: string;
  /** Scan of the older slot that was used instead; absent where variables have initial values. */
  readonly fallbackScan?: number;
}

export interface StorageEvent {
  readonly kind: 'storage';
  readonly state: 'FAILED' | 'RESTORED';
  readonly detail: string;
}

/** What recovery could not read back. Sequences are inclusive; nothing in between is served. */
export interface JournalTruncatedEvent {
  readonly kind: 'journal_truncated';
  readonly from: bigint;
  readonly to: bigint;
  readonly detail: string;
}

/** First record of each epoch. */
export interface HostStartedEvent {
  readonly kind: 'host_started';
  readonly boot: number;
  /** False after a crash. */
  readonly clean: boolean;
  readonly version: string;
}

/** Scan records that the ring between engine and log could not hold. */
export interface RecordsLostEvent {
  readonly kind: 'records_lost';
  readonly runtime: string;
  readonly fromScan: number;
  readonly toScan: number;
}

export type RunStatePayload =
  | RunStateEvent
  | OverrunEvent
  | DebugStopEvent
  | WriteEvent
  | WriteConflictEvent
  | RetainLostEvent
  | StorageEvent
  | JournalTruncatedEvent
  | HostStartedEvent
  | RecordsLostEvent;

// ---- project ----------------------------------------------------------------------------------------------------

/** What happens to a variable or a POU in a reload, and why. */
export interface ReloadChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed' | 'kept' | 'converted' | 'reinitialised' | 'dropped';
  readonly detail?: string;
}

export interface ProjectChangedEvent {
  readonly kind: 'project_changed';
  readonly project: string;
  /** Runtime that the project belongs to. */
  readonly runtime?: string;
  /** Digest of the image in force. */
  readonly digest?: string;
  readonly revision: string;
  readonly previousRevision?: string;
  readonly by: Actor;
  readonly cause: 'open' | 'close' | 'patch' | 'file' | 'profile' | 'restore' | 'rollback';
  readonly pous: readonly ReloadChange[];
  readonly variables: readonly ReloadChange[];
  /** The lists above are cut; the whole plan is to be asked for. */
  readonly truncated?: true;
}

export interface BuildEvent {
  readonly kind: 'build';
  readonly project: string;
  readonly runtime?: string;
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** All findings, also where `diagnostics` is cut. */
  readonly total: number;
  readonly durationMs: number;
}

export interface ProfileChangedEvent {
  readonly kind: 'profile_changed';
  readonly project: string;
  readonly runtime?: string;
  readonly profile: string;
  readonly by: Actor;
}

export interface PluginEvent {
  readonly kind: 'plugin';
  readonly plugin: string;
  readonly change: string;
  readonly detail?: string;
  readonly by?: Actor;
}

export interface WorkflowEvent {
  readonly kind: 'workflow';
  readonly workflow: string;
  readonly run?: string;
  readonly change: string;
  readonly detail?: string;
  readonly by?: Actor;
}

/** A runtime came or went: fork, simulation, snapshot restore. */
export interface RuntimeEvent {
  readonly kind: 'runtime';
  readonly runtime: string;
  readonly change: string;
  readonly detail?: string;
  readonly by?: Actor;
}

export type ProjectPayload =
  ProjectChangedEvent | BuildEvent | ProfileChangedEvent | PluginEvent | WorkflowEvent | RuntimeEvent;

// ---- audit ------------------------------------------------------------------------------------------------------

/** What the caller gives; the log adds the chain. */
export interface AuditEvent {
  readonly kind: 'audit';
  readonly by: Actor;
  /** Full method name or verb. */
  readonly action: string;
  readonly target: string;
  readonly outcome: 'done' | 'refused';
  /** Reason of the refusal. */
  readonly reason?: string;
  readonly detail?: string;
  readonly requestId?: string;
  /** SHA-256 over the previous record's hash and this record; set by the log. */
  readonly hash?: string;
}

// ---- log --------------------------------------------------------------------------------------------------------

export interface LogLineEvent {
  readonly kind: 'log';
  readonly severity: Severity | 'debug';
  /** `host`, `runtime/main`, `plugin/x` ... */
  readonly source: string;
  readonly message: string;
  readonly runtime?: string;
  readonly scan?: number;
  readonly fields?: Readonly<Record<string, string>>;
}

// ---- io, scan ---------------------------------------------------------------------------------------------------

/**
 * Changed words of a runtime's memory in columns, ascending by index, each index once. A word is 4 bytes of linear memory,
 * little-endian; index 0 begins at `layout.variables.start`. Owned by the log from append on: never written again.
 */
export interface WordChanges {
  /** Revision of the memory layout (counts reloads of the runtime): says which image explains the words. */
  readonly layout: number;
  readonly index: Uint32Array;
  /** Value after the change. */
  readonly value: Uint32Array;
  /** Value before it: edges are counted from it. */
  readonly before: Uint32Array;
}

export interface IoEvent {
  readonly kind: 'io';
  readonly runtime: string;
  readonly scan: number;
  readonly direction: 'input' | 'output';
  readonly changes: WordChanges;
}

export interface ScanEvent {
  readonly kind: 'scan';
  readonly runtime: string;
  readonly scan: number;
  /** Time stamp of the scan on the runtime's own clock, nanoseconds. */
  readonly nowNs: bigint;
  /** Wall clock at its end, nanoseconds since 1970 UTC. */
  readonly endNs: bigint;
  readonly durationNs: bigint;
  /** How late it began against its deadline. */
  readonly lateNs: bigint;
  readonly changes: WordChanges;
}

/**
 * Values changed between two scans: by a client, by reset, restore or resynchronisation. Also the first event of a new layout, after
 * load and swap (with or without changed words): from it readers learn that what they know of the variables is void.
 */
export interface ValuesEvent {
  readonly kind: 'values';
  readonly runtime: string;
  /** The last completed scan. */
  readonly scan: number;
  readonly cause: 'write' | 'load' | 'reset' | 'restore' | 'swap' | 'resync';
  readonly changes: WordChanges;
}

export type ScanPayload = ScanEvent | ValuesEvent | RecordsLostEvent;

export type EventPayload = RunStatePayload | ProjectPayload | AuditEvent | LogLineEvent | IoEvent | ScanPayload;

/** Which payloads a class holds. */
export interface PayloadOf {
  readonly run_state: RunStatePayload;
  readonly project: ProjectPayload;
  readonly audit: AuditEvent;
  readonly log: LogLineEvent;
  readonly io: IoEvent;
  readonly scan: ScanPayload;
}

/** Severity of log lines in ascending order, for minimum-severity filters. */
export const logSeverities = ['debug', 'info', 'warning', 'error'] as const;
