import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Severity } from '../../../proto/plcemu/v1/diagnostic_pb.js';
import { DiagnosticsService } from '../../../proto/plcemu/v1/diagnostics_pb.js';
import { EventSchema } from '../../../proto/plcemu/v1/event_pb.js';
import { encodeCursor } from '../model/cursor.js';
import { eventClasses, logSeverities, type LoggedEvent } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import { diagnosticMessage, durationOf, eventClassOf, nsOf, severityName, severityOf, timestampOf } from './convert.js';
import { eventMessage } from './event-message.js';
import type { RegisteredService } from './registry.js';
import { register } from './registry.js';
import type { Rooms } from './rooms.js';
import { epochText } from './watch-stream.js';

const usualPage = 100;
const mostPage = 1000;
/** Events looked at for one page, so that a filter that matches nothing does not hold up everyone. */
const mostScanned = 20_000;

interface Query {
  readonly eventClass: 'log' | 'audit';
  readonly pageSize: number;
  readonly pageToken: string;
  readonly sinceNs: bigint | undefined;
  readonly matches: (event: LoggedEvent) => boolean;
}

export function createDiagnosticsService({ record, runtimes, watches, host }: Rooms): RegisteredService {
  const { events } = record;

  /** One page of kept events; the token is the last sequence looked at. */
  const query = ({
    eventClass,
    pageSize,
    pageToken,
    sinceNs,
    matches,
  }: Query): { events: MessageInitShape<typeof EventSchema>[]; nextPageToken: string } => {
    const size = Math.min(pageSize === 0 ? usualPage : pageSize, mostPage);
    if (!/^\d{0,20}$/.test(pageToken))
      throw new HostError('INVALID_REQUEST', 'The page token is none of this host; begin again without one.');
    let after = pageToken === '' ? 0n : BigInt(pageToken);
    const found: MessageInitShape<typeof EventSchema>[] = [];
    for (let scanned = 0; scanned < mostScanned;) {
      const some = events.read({ classes: [eventClass], after, limit: 1000 });
      for (const event of some) {
        after = event.sequence;
        scanned += 1;
        if ((sinceNs !== undefined && event.timeNs < sinceNs) || !matches(event)) continue;
        found.push(create(EventSchema, eventMessage(event)));
        if (found.length === size) return { events: found, nextPageToken: String(after) };
      }
      if (some.length < 1000) return { events: found, nextPageToken: '' };
    }
    return { events: found, nextPageToken: String(after) };
  };

  return register(DiagnosticsService, {
    getDiagnostics: async (request) => {
      const project = await runtimes.get(request.runtime).projects.shown();
      const rank = (severity: Severity): number => severity;
      return {
        diagnostics: project.diagnostics
          .filter((d) => rank(severityOf[d.severity]) >= rank(request.minSeverity))
          .map(diagnosticMessage),
        revision: BigInt(project.revision),
        valid: project.valid,
      };
    },
    queryLogs: (request) => {
      if (request.contains.length > 1000)
        throw new HostError('INVALID_REQUEST', 'The text to look for has at most 1000 characters.', {
          field: 'contains',
        });
      const least = logSeverities.indexOf(severityName(request.minSeverity, 'info'));
      const wanted = request.contains.toLowerCase();
      return query({
        eventClass: 'log',
        pageSize: request.pageSize,
        pageToken: request.pageToken,
        sinceNs: request.since && nsOf(request.since),
        matches: ({ payload }) =>
          payload.kind === 'log' &&
          logSeverities.indexOf(payload.severity) >= least &&
          (request.runtime === '' || payload.runtime === request.runtime) &&
          payload.message.toLowerCase().includes(wanted),
      });
    },
    watchLogs: (request, context) =>
      watches.open(
        {
          runtime: request.runtime === '' ? '*' : request.runtime,
          options: request.options,
          classes: ['log'],
          minSeverity: severityName(request.minSeverity, 'info'),
        },
        context,
      ),
    queryAudit: (request) =>
      query({
        eventClass: 'audit',
        pageSize: request.pageSize,
        pageToken: request.pageToken,
        sinceNs: request.since && nsOf(request.since),
        matches: ({ payload }) =>
          payload.kind === 'audit' &&
          (request.runtime === '' ||
            payload.target === request.runtime ||
            payload.target.startsWith(`${request.runtime} `)),
      }),
    getHost: (_request, context) => {
      const head = events.head();
      const floors = events.floors();
      return {
        version: host.version,
        nodeVersion: process.version,
        platform: `${process.platform}/${process.arch}`,
        pid: process.pid,
        uptime: durationOf(BigInt(Math.round(process.uptime() * 1e9))),
        time: timestampOf(record.clock.wallNs()),
        host: events.hostId,
        epoch: epochText(events.epoch),
        head,
        headCursor: encodeCursor(events.cursorAt(head)),
        floors: eventClasses.map((c) => ({ class: eventClassOf[c], floor: floors[c] })),
        limits: Object.fromEntries(Object.entries(host.limits).map(([name, value]) => [name, BigInt(value)])),
        runtimes: runtimes.list().map((r) => r.core.name),
        listeners: [...host.listeners()],
        role: context.caller.role,
        client: context.caller.actor.name,
        subscriptions: events.stats().subscriptions,
        residentBytes: BigInt(process.memoryUsage.rss()),
      };
    },
  });
}
