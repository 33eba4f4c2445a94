import type { Metadata, ServerInterceptor } from '@grpc/grpc-js';
import { Metadata as GrpcMetadata, ServerInterceptingCall } from '@grpc/grpc-js';
import { toBinary } from '@bufbuild/protobuf';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Role } from '../../../proto/plcemu/v1/options_pb.js';
import { StatusSchema } from '../../../proto/google/rpc/status_pb.js';
import type { Actor } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import type { Registry } from '../services/registry.js';
import type { RoleTable, Token } from './auth.js';
import { checkRole } from './auth.js';
import type { Calls } from './calls.js';
import { grpcCode } from './grpc-code.js';

/** How a listener tells who calls: the Unix socket by its file mode, TCP by the token. */
export type Policy = { readonly kind: 'unix' } | { readonly kind: 'tcp'; readonly token: Token };

export interface Gate {
  /** First listener of every HTTP/2 stream: looks at what grpc-js would mistake or drop, before grpc-js does. */
  readonly onStream: (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    flags: number,
    rawHeaders: readonly string[],
  ) => void;
  /** Refuses or accepts a call when its metadata is there, before a message is read. */
  readonly interceptor: ServerInterceptor;
}

/** Deadlines above this are refused, below it unary calls are capped. Seconds. */
const longestDeadlineS = 2_000_000;
const unaryCap = '30S';
/** Unary methods that last as long as the work they were asked for. */
const longMethods: ReadonlySet<string> = new Set([
  '/plcemu.v1.RuntimeService/Step',
  '/plcemu.v1.RuntimeService/RunUntil',
  '/plcemu.v1.ProjectService/UploadProject',
  '/plcemu.v1.RuntimeService/UploadSnapshot',
]);
const unitSeconds: Readonly<Record<string, number>> = { H: 3600, M: 60, S: 1, m: 1e-3, u: 1e-6, n: 1e-9 };

interface Arrival {
  readonly stream: ServerHttp2Stream;
  readonly refusal?: HostError;
}

/** Refused tokens per minute and peer address before further ones are not even compared. */
const maxFailures = 20;

export function createGate(
  policy: Policy,
  roles: RoleTable,
  isUnary: (path: string) => boolean,
  registry: Registry,
  calls: Calls,
): Gate {
  // grpc-js calls the interceptor synchronously within the event that `onStream` saw first.
  let arrival: Arrival | undefined;
  const failures = createFailureCounter();

  const onStream: Gate['onStream'] = (stream, headers, _flags, rawHeaders) => {
    const refusal = checkTimeout(headers, isUnary) ?? checkAuthorization(rawHeaders);
    if (refusal) delete headers['grpc-timeout'];
    arrival = { stream, ...(refusal && { refusal }) };
  };

  const authenticate = (metadata: Metadata, peer: string, address: string): { actor: Actor; role: Role } => {
    const name = clientName(metadata);
    if (policy.kind === 'unix') return { actor: { kind: 'client', name: name ?? 'local' }, role: Role.ADMIN };
    if (failures.tooMany(address)) throw unauthenticated('Too many refused tokens from this address; wait a minute.');
    const [header] = metadata.get('authorization');
    const given = typeof header === 'string' ? /^Bearer ([^\s]{1,1024})$/i.exec(header)?.[1] : undefined;
    if (given === undefined || !policy.token.matches(given)) {
      if (header !== undefined) failures.count(address);
      throw unauthenticated('This address needs the token of the host: metadata `authorization: Bearer TOKEN`.');
    }
    return { actor: { kind: 'client', name: name ?? peer }, role: Role.ADMIN };
  };

  const interceptor: ServerInterceptor = (method, call) => {
    const arrived = arrival;
    arrival = undefined;
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, accept) => {
            try {
              if (!arrived) throw new Error('a call without a stream');
              if (arrived.refusal) throw arrived.refusal;
              const address = call.getConnectionInfo().remoteAddress ?? '';
              const peer = policy.kind === 'unix' ? 'unix' : call.getPeer();
              const open = roles.get(method.path) === 'public';
              const { actor, role } = open
                ? { actor: { kind: 'client', name: 'anyone' } as const, role: Role.VIEWER }
                : authenticate(metadata, peer, address);
              checkRole(roles, method.path, role);
              calls.accept(metadata, {
                caller: { actor, role, peer, connection: arrived.stream.session ?? arrived.stream },
                stream: arrived.stream,
              });
            } catch (error) {
              const status = registry.statusOf(error, method.path.slice(1));
              const trailers = new GrpcMetadata();
              trailers.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)));
              call.sendStatus({ code: grpcCode(status.code), details: status.message, metadata: trailers });
              return;
            }
            accept(metadata);
          },
        }),
    });
  };
  return { onStream, interceptor };
}

function unauthenticated(message: string): HostError {
  return new HostError('UNAUTHENTICATED', message);
}

/** How a client calls itself, for events and audit; never what it may do. */
function clientName(metadata: Metadata): string | undefined {
  const [given] = metadata.get('plcemu-client');
  if (typeof given !== 'string') return undefined;
  const name = given
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 64);
  return name === '' ? undefined : name;
}

/** Refuses malformed and absurd deadlines, and sets the cap of unary calls in place. */
function checkTimeout(headers: IncomingHttpHeaders, isUnary: (path: string) => boolean): HostError | undefined {
  const given = headers['grpc-timeout'];
  const path = headers[':path'] ?? '';
  const capped = isUnary(path) && !longMethods.has(path);
  if (given === undefined) {
    if (capped) headers['grpc-timeout'] = unaryCap;
    return undefined;
  }
  const match = typeof given === 'string' ? /^(\d{1,8})([HMSmun])$/.exec(given) : null;
  const seconds = match ? Number(match[1]) * unitSeconds[match[2]!]! : Number.NaN;
  if (!(seconds <= longestDeadlineS)) {
    return new HostError(
      'INVALID_REQUEST',
      `The deadline (grpc-timeout) must be at most 8 digits and one of H M S m u n, and at most ${longestDeadlineS} s.`,
    );
  }
  if (capped && seconds > 30) headers['grpc-timeout'] = unaryCap;
  return undefined;
}

/** Node keeps one of several `authorization` headers; which one is nobody's to guess. */
function checkAuthorization(rawHeaders: readonly string[]): HostError | undefined {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i] === 'authorization') count += 1;
  return count > 1 ? unauthenticated('There is more than one `authorization`; send one.') : undefined;
}

function createFailureCounter(): { count(address: string): void; tooMany(address: string): boolean } {
  const byAddress = new Map<string, { since: number; count: number }>();
  const entry = (address: string): { since: number; count: number } => {
    const now = performance.now();
    const known = byAddress.get(address);
    if (known && now - known.since < 60_000) return known;
    if (byAddress.size > 1000) byAddress.clear();
    const fresh = { since: now, count: 0 };
    byAddress.set(address, fresh);
    return fresh;
  };
  return {
    count: (address) => void (entry(address).count += 1),
    tooMany: (address) => entry(address).count >= maxFailures,
  };
}
