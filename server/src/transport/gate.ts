import { toBinary } from '@bufbuild/protobuf';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { StatusSchema } from '../../../proto/google/rpc/status_pb.js';
import { Role } from '../../../proto/plcemu/v1/options_pb.js';
import type { Actor } from '../model/event.js';
import { HostError } from '../model/host-error.js';
import type { Registry } from '../services/registry.js';
import type { RoleTable, Token } from './auth.js';
import { checkRole } from './auth.js';
import type { Calls } from './calls.js';

/** How a listener tells who calls: the Unix socket by its file mode, TCP by the token. */
export type Policy = { readonly kind: 'unix' } | { readonly kind: 'tcp'; readonly token: Token };

/**
 * Stands between HTTP/2 and grpc-js: looks at the headers of every stream before grpc-js does, and before a message is read. True
 * where grpc-js is to go on; false where the call was refused, with its status sent.
 */
export type Gate = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[]) => boolean;

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

/** Refused tokens per minute and peer address before further ones are not even compared. */
const maxFailures = 20;

export function createGate(
  policy: Policy,
  roles: RoleTable,
  isUnary: (path: string) => boolean,
  registry: Registry,
  calls: Calls,
): Gate {
  const failures = createFailureCounter();

  const authenticate = (headers: IncomingHttpHeaders, peer: string, address: string): { actor: Actor; role: Role } => {
    const name = clientName(headers['plcemu-client']);
    if (policy.kind === 'unix') return { actor: { kind: 'client', name: name ?? 'local' }, role: Role.ADMIN };
    if (failures.tooMany(address)) throw unauthenticated('Too many refused tokens from this address; wait a minute.');
    const { authorization } = headers;
    const given = authorization === undefined ? undefined : /^Bearer ([^\s]{1,1024})$/i.exec(authorization)?.[1];
    if (given === undefined || !policy.token.matches(given)) {
      if (authorization !== undefined) failures.count(address);
      throw unauthenticated('This address needs the token of the host: metadata `authorization: Bearer TOKEN`.');
    }
    return { actor: { kind: 'client', name: name ?? peer }, role: Role.ADMIN };
  };

  return (stream, headers, rawHeaders) => {
    const path = headers[':path'] ?? '';
    try {
      checkTimeout(headers, path, isUnary);
      checkAuthorization(rawHeaders);
      const isPublic = roles.get(path) === 'public';
      const { remoteAddress = '', remotePort = 0 } = policy.kind === 'unix' ? {} : (stream.session?.socket ?? {});
      const peer = policy.kind === 'unix' ? 'unix' : `${remoteAddress}:${remotePort}`;
      const { actor, role } = isPublic ? anyone : authenticate(headers, peer, remoteAddress);
      // What grpc-js does not know it refuses itself.
      if (!roles.has(path)) return true;
      checkRole(roles, path, role);
      calls.accept(headers, { caller: { actor, role, peer, connection: stream.session ?? stream }, stream });
      return true;
    } catch (error) {
      refuse(stream, registry.statusOf(error, path.slice(1, 200)));
      return false;
    }
  };
}

const anyone = { actor: { kind: 'client', name: 'anyone' } as const, role: Role.VIEWER };

/** Trailers-only response, as the gRPC protocol has it. */
function refuse(stream: ServerHttp2Stream, status: ReturnType<Registry['statusOf']>): void {
  stream.on('error', () => undefined);
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': String(status.code),
      'grpc-message': encodeURI(status.message),
      'grpc-status-details-bin': Buffer.from(toBinary(StatusSchema, status)).toString('base64'),
    },
    { endStream: true },
  );
  // What the client still sends is thrown away.
  stream.resume();
}

function unauthenticated(message: string): HostError {
  return new HostError('UNAUTHENTICATED', message);
}

/** How a client calls itself, for events and audit; never what it may do. */
function clientName(given: string | string[] | undefined): string | undefined {
  if (typeof given !== 'string') return undefined;
  const name = given
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 64);
  return name === '' ? undefined : name;
}

/** Refuses malformed and absurd deadlines, and sets the cap of unary calls in place. */
function checkTimeout(headers: IncomingHttpHeaders, path: string, isUnary: (path: string) => boolean): void {
  const given = headers['grpc-timeout'];
  const capped = isUnary(path) && !longMethods.has(path);
  if (given === undefined) {
    if (capped) headers['grpc-timeout'] = unaryCap;
    return;
  }
  const match = typeof given === 'string' ? /^(\d{1,8})([HMSmun])$/.exec(given) : null;
  const seconds = match ? Number(match[1]) * unitSeconds[match[2]!]! : Number.NaN;
  if (!(seconds <= longestDeadlineS)) {
    throw new HostError(
      'INVALID_REQUEST',
      `The deadline (grpc-timeout) must be at most 8 digits and one of H M S m u n, and at most ${longestDeadlineS} s.`,
    );
  }
  if (capped && seconds > 30) headers['grpc-timeout'] = unaryCap;
}

/** Node keeps one of several `authorization` headers; which one is nobody's to guess. */
function checkAuthorization(rawHeaders: readonly string[]): void {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i] === 'authorization') count += 1;
  if (count > 1) throw unauthenticated('There is more than one `authorization`; send one.');
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
