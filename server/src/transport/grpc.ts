import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { HostError } from '../model/host-error.js';
import type { Log } from '../model/log.js';
import type { Registry } from '../services/registry.js';
import { adaptService } from './adapter.js';
import type { ListenAddress } from './address.js';
import { formatAddress, isLoopback } from './address.js';
import type { Token } from './auth.js';
import { createRoleTable } from './auth.js';
import { createCalls } from './calls.js';
import type { Policy } from './gate.js';
import { createGate } from './gate.js';
import { createHealth } from './health.js';
import { createReflection } from './reflection.js';
import { openListener, type Listener } from './listener.js';

/** Limits of every listener; security.md. */
export const grpcLimits = {
  receiveBytes: 4 * 1024 * 1024,
  sendBytes: 4 * 1024 * 1024,
  streamsPerConnection: 100,
  unixConnections: 512,
  tcpConnections: 128,
  tcpConnectionsPerAddress: 8,
  metadataBytes: 8 * 1024,
} as const;
const prefaceMs = 3000;

const serverOptions = {
  'grpc.max_receive_message_length': grpcLimits.receiveBytes,
  'grpc.max_send_message_length': grpcLimits.sendBytes,
  'grpc.max_concurrent_streams': grpcLimits.streamsPerConnection,
  'grpc.max_metadata_size': grpcLimits.metadataBytes,
  'grpc-node.max_session_memory': 10,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.enable_channelz': 0,
} as const;

export interface GrpcOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** Makes or reads the token; asked for when a TCP listener needs it. */
  readonly token: () => Promise<Token>;
  /** TCP beyond loopback without TLS. */
  readonly insecurePlaintext: boolean;
  /** Reflection on TCP too. */
  readonly tcpReflection: boolean;
  /** Connections made before it resolves wait: nobody is told that there is no project while the last one is being opened. */
  readonly ready?: Promise<void>;
}

export interface GrpcTransport {
  /** Begins to listen; resolves with the address in force (a free port where 0 was asked). Refuses with PATH_REFUSED or INVALID_REQUEST. */
  listen(address: ListenAddress): Promise<ListenAddress>;
  connections(): number;
  /** No new calls; open ones have `graceMs`; then everything is cut and socket files are removed. Idempotent. */
  close(graceMs: number): Promise<void>;
}

type Open = Pick<Listener, 'connections' | 'close'>;

export function createGrpcTransport(options: GrpcOptions): GrpcTransport {
  const { registry, log } = options;
  const health = createHealth(registry.services.map((s) => s.service.typeName));
  const listeners: Open[] = [];
  let closing: Promise<void> | undefined;
  let isReady = options.ready === undefined;
  void options.ready?.then(() => (isReady = true));

  const listen = async (address: ListenAddress): Promise<ListenAddress> => {
    const policy = await policyFor(address, options);
    const base = [...registry.services, health.registered];
    const withReflection = address.kind === 'unix' || options.tcpReflection;
    const services = withReflection ? [...base, ...createReflection(base)] : base;
    const roles = createRoleTable(services);
    const unary = new Set(
      services.flatMap((s) =>
        s.service.methods.filter((m) => m.methodKind === 'unary').map((m) => `/${s.service.typeName}/${m.name}`),
      ),
    );
    const calls = createCalls();
    const gate = createGate(policy, roles, (path) => unary.has(path), registry, calls);
    const server = new Server(serverOptions);
    for (const service of services) {
      const { definition, handlers } = adaptService(service, registry, calls);
      server.addService(definition, handlers);
    }
    const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
    const http2 = http2ServerOf(server);
    const [forward] = http2.listeners('stream') as StreamListener[];
    http2.removeAllListeners('stream');
    const guarded: StreamListener = (stream, headers, flags, rawHeaders) => {
      if (gate(stream, headers, rawHeaders)) forward!.call(http2, stream, headers, flags, rawHeaders);
    };
    http2.on('stream', guarded);
    http2.on('session', watchPreface);

    const unixOnly = address.kind === 'unix';
    const listener = await openListener({
      address,
      connections: unixOnly ? grpcLimits.unixConnections : grpcLimits.tcpConnections,
      connectionsPerAddress: unixOnly ? grpcLimits.unixConnections : grpcLimits.tcpConnectionsPerAddress,
      onConnection: (socket) => {
        if (isReady) {
          injector.injectConnection(socket);
          return;
        }
        socket.on('error', () => undefined);
        void options.ready?.then(() => !socket.destroyed && injector.injectConnection(socket));
      },
      log,
    });
    listeners.push({
      connections: () => listener.connections(),
      async close(graceMs) {
        injector.drain(graceMs);
        await listener.close(graceMs);
        server.forceShutdown();
      },
    });
    return listener.address;
  };

  return {
    listen,
    connections: () => listeners.reduce((sum, l) => sum + l.connections(), 0),
    close(graceMs) {
      closing ??= (async () => {
        health.shutDown();
        await Promise.all(listeners.map((listener) => listener.close(graceMs)));
      })();
      return closing;
    },
  };
}

async function policyFor(address: ListenAddress, options: GrpcOptions): Promise<Policy> {
  if (address.kind === 'unix') return { kind: 'unix' };
  if (!isLoopback(address.host) && !options.insecurePlaintext) {
    throw new HostError(
      'INVALID_REQUEST',
      `Can't listen on ${formatAddress(address)}: it is not loopback and 'tlsCert' is missing; set TLS, or --insecure-plaintext behind a proxy that has it.`,
      { key: 'tlsCert' },
    );
  }
  if (!isLoopback(address.host))
    options.log.warn('TCP WITHOUT TLS: the token and all data travel in the clear', {
      address: formatAddress(address),
    });
  return { kind: 'tcp', token: await options.token() };
}

type StreamListener = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  rawHeaders: string[],
) => void;

/**
 * The HTTP/2 server behind the injector. grpc-js has no name for it, and only there can a stream be seen before grpc-js reads
 * its deadline (which it gets wrong for values that are malformed or too large).
 */
function http2ServerOf(server: Server): Http2Server {
  const { http2Servers } = server as unknown as { http2Servers?: Map<Http2Server, unknown> };
  const [http2] = http2Servers?.keys() ?? [];
  if (!http2) throw new Error('this version of @grpc/grpc-js keeps its HTTP/2 servers elsewhere');
  return http2;
}

/** Cuts connections that never finish the HTTP/2 preface. */
function watchPreface(session: ServerHttp2Session): void {
  const timer = setTimeout(() => session.destroy(), prefaceMs);
  const stop = (): void => clearTimeout(timer);
  session.once('remoteSettings', stop);
  session.once('close', stop);
}
