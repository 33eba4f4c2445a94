import { toJson } from '@bufbuild/protobuf';
import { EventSchema, ProjectChange, RunStateChange, type Event } from '../../../../proto/plcemu/v1/event_pb.js';
import { Severity } from '../../../../proto/plcemu/v1/diagnostic_pb.js';
import type { Change, EventClassName, WatchEvent, WatchItem } from '../../../node/src/index.js';
import { exitCode, UsageError } from '../exit-code.js';
import { durationMs, wholeNumber, withSession } from '../session.js';
import { cursorText, showDuration, showTime } from '../show.js';
import { RunMode } from '../../../../proto/plcemu/v1/runtime_state_pb.js';
import type { Verb } from '../verb.js';

const classOf: Readonly<Record<string, readonly EventClassName[]>> = {
  scan: ['scan'],
  io: ['io'],
  log: ['log'],
  state: ['run_state'],
  project: ['project'],
  audit: ['audit'],
};

const watch: Verb = {
  usage:
    'plc-emu watch [scan|io|log|state|project|audit]... [--since CURSOR|earliest|snapshot] [--vars GLOB]... [--changes] [--interval 1s] [--reset] [--lossless] [--count N]',
  summary: 'follow what happens; resumes by itself, or from a cursor of an earlier watch',
  run: (argv) =>
    withSession(
      argv,
      {
        since: { type: 'string' },
        vars: { type: 'string', multiple: true },
        changes: { type: 'boolean' },
        interval: { type: 'string' },
        reset: { type: 'boolean' },
        lossless: { type: 'boolean' },
        count: { type: 'string' },
      },
      async (s) => {
        const unknown = s.positionals.find((word) => !(word in classOf));
        if (unknown !== undefined) throw new UsageError(`'${unknown}' is none of ${Object.keys(classOf).join(', ')}.`);
        const most = s.values.count === undefined ? Infinity : wholeNumber('--count', s.values.count, 1);
        const follow = s.client.watch({
          runtime: s.runtime,
          classes:
            s.positionals.length === 0
              ? ['run_state', 'project', 'log', 'io', 'scan']
              : s.positionals.flatMap((word) => classOf[word]!),
          variables: s.values.vars ?? [],
          changesOnly: s.values.changes ?? s.positionals.length === 0,
          lossless: s.values.lossless ?? false,
          onGap: s.values.reset ? 'reset' : 'fail',
          start: readStart(s.values.since),
          ...(s.values.interval !== undefined && { minIntervalMs: durationMs(s.values.interval) }),
        });
        process.once('SIGINT', () => follow.close());
        process.once('SIGTERM', () => follow.close());
        let shown = 0;
        for await (const item of follow) {
          for (const line of s.json ? jsonLines(item) : textLines(item)) process.stdout.write(`${line}\n`);
          if (item.kind === 'events') shown += item.events.length;
          // Closing, not leaving the loop: the item just shown is done with, and the cursor moves past it.
          if (shown >= most) follow.close();
        }
        // The last item's cursor: where the next watch goes on.
        if (follow.cursor.length > 0) process.stderr.write(`cursor ${cursorText(follow.cursor)}\n`);
        return exitCode.done;
      },
    ),
};

function readStart(since: string | undefined): 'latest' | 'snapshot' | 'earliest' | Uint8Array {
  if (since === undefined || since === 'latest') return 'latest';
  if (since === 'earliest' || since === 'snapshot') return since;
  return new Uint8Array(Buffer.from(since, 'base64url'));
}

function plain(change: Change): Record<string, unknown> {
  return {
    path: change.path,
    value: typeof change.value === 'bigint' ? change.value.toString() : change.value,
    ...(change.address !== undefined && { address: change.address }),
  };
}

function jsonLines(item: WatchItem): string[] {
  switch (item.kind) {
    case 'events':
      return item.events.map(({ event, changes }) => {
        const { changed: _columns, ...rest } = toJson(EventSchema, event) as Record<string, unknown>;
        return JSON.stringify({
          kind: 'event',
          ...rest,
          ...(changes.length > 0 && { changes: changes.map(plain) }),
          ...(item.coalesced && { coalescedScans: item.coalesced.scans }),
        });
      });
    case 'snapshot':
      return [
        JSON.stringify({
          kind: 'snapshot',
          runtime: item.runtime,
          at: item.at.toString(),
          scan: item.scan.toString(),
          values: item.values.map(plain),
        }),
      ];
    case 'progress':
      return [];
    default:
      return [JSON.stringify(item, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))];
  }
}

function textLines(item: WatchItem): string[] {
  switch (item.kind) {
    case 'events':
      return item.events.map((e) => showEvent(e, item.coalesced?.scans));
    case 'snapshot':
      return [`snapshot at scan ${item.scan}`, ...item.values.map((c) => `  ${showChange(c)}`)];
    case 'opened':
      return item.attempt === 1 ? [] : [`-- connected again (${item.attempt})`];
    case 'lagged':
      return [`-- ${item.class}: events ${item.from} to ${item.to} are missing (${item.reason})`];
    case 'reset':
      return [`-- begins anew: ${item.reason}`];
    case 'epoch':
      return ['-- the host was restarted'];
    case 'progress':
      return [];
  }
}

const showChange = (change: Change): string => `${change.path}=${String(change.value)}`;

function showEvent({ event, changes }: WatchEvent, merged: number | undefined): string {
  const head = `${showTime(event.time)} ${event.runtime}`;
  return `${head} ${describe(event, changes)}${merged === undefined ? '' : ` (${merged} scans merged)`}`;
}

function describe(event: Event, changes: readonly Change[]): string {
  const { payload } = event;
  const list =
    changes.slice(0, 20).map(showChange).join(' ') + (changes.length > 20 ? ` and ${changes.length - 20} more` : '');
  switch (payload.case) {
    case 'scan':
      return `scan ${payload.value.scan} took ${showDuration(payload.value.duration)} ${list}`;
    case 'io':
      return `io scan ${payload.value.scan} ${list}`;
    case 'runState': {
      const { change, client, variables, message, mode, scan, fault } = payload.value;
      const written = variables.map((v) => `${v.path} := ${v.literal}`).join(', ');
      return [
        RunStateChange[change],
        written,
        client === '' ? '' : `by ${client}`,
        message,
        written === '' ? `${RunMode[mode]} at scan ${scan}` : '',
        fault ? `${fault.code}: ${fault.message}` : '',
      ]
        .filter((x) => x !== '')
        .join(' ');
    }
    case 'project': {
      const { change, name, revision, diff, diagnostics } = payload.value;
      const names = [...(diff?.addedPous ?? []), ...(diff?.removedPous ?? []), ...(diff?.changedPous ?? [])];
      return [`project ${name} ${ProjectChange[change]} r${revision}`, names.join(', '), diagnostics[0]?.message ?? '']
        .filter((x) => x !== '')
        .join(' ');
    }
    case 'log':
      return `${Severity[payload.value.severity].toLowerCase()} ${payload.value.source}: ${payload.value.message}`;
    case 'audit':
      return `audit ${payload.value.client} ${payload.value.method} ${payload.value.outcome} ${payload.value.subject}`;
    case undefined:
      return '';
  }
}

export const watchVerbs = { watch };
