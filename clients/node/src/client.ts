import { Client, Metadata, credentials, type ChannelCredentials } from '@grpc/grpc-js';
import { DiagnosticsService } from '../../../proto/plcemu/v1/diagnostics_pb.js';
import { IoService } from '../../../proto/plcemu/v1/io_pb.js';
import { ProjectService } from '../../../proto/plcemu/v1/project_pb.js';
import { RuntimeService } from '../../../proto/plcemu/v1/runtime_pb.js';
import { createCommands, type Commands } from './commands.js';
import { mostMessageBytes } from './encode-request.js';
import { createServiceClient, type ConnectionContext, type ServiceClient } from './service-client.js';
import { resolveTarget, type TargetOptions } from './target.js';
import { createWatch, type Watch, type WatchRequestOptions } from './watch.js';

export interface ClientOptions extends TargetOptions {
  /** How this client is called in write conflicts and events; default `node/<pid>`. */
  readonly name?: string;
  /** Deadline of unary calls, ms; default 10,000. */
  readonly timeoutMs?: number;
  /** TLS: PEM of the authority. Without it the connection is plain. */
  readonly caPem?: Uint8Array;
}

/** A connection to one host. Calls are those of the API, by service; `watch` reconnects by itself. */
export interface PlcClient {
  readonly project: ServiceClient<typeof ProjectService>;
  readonly runtime: ServiceClient<typeof RuntimeService>;
  readonly io: ServiceClient<typeof IoService>;
  readonly diagnostics: ServiceClient<typeof DiagnosticsService>;
  /** Follows the host's log from a place, across dropped connections and restarts. */
  watch(options?: WatchRequestOptions): Watch;
  /** A stream for commands at high rate; see Commands. Each call opens another. */
  commands(options?: { readonly timeoutMs?: number }): Commands;
  /** Ends every watch; other calls and streams, and what is called afterwards, with a PlcError of the reason CLIENT_CLOSED. */
  close(): void;
}

/** Makes a client. Connects on the first call; nothing fails before. */
export function createClient(options: ClientOptions = {}): PlcClient {
  const target = resolveTarget(options);
  const secure: ChannelCredentials = options.caPem
    ? credentials.createSsl(Buffer.from(options.caPem))
    : credentials.createInsecure();
  const client = new Client(target.address, secure, {
    'grpc.max_receive_message_length': mostMessageBytes,
    'grpc.max_send_message_length': mostMessageBytes,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.min_reconnect_backoff_ms': 50,
    // A connection that went dead without a word (a router forgot it) is found out while a call waits on it.
    'grpc.keepalive_time_ms': 5000,
    'grpc.keepalive_timeout_ms': 5000,
    // Each client has its own connection: a reader that stops does not stop another's.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.default_authority': target.address.startsWith('unix:') ? 'localhost' : target.address,
  });
  let closed = false;
  const context: ConnectionContext = {
    client: () => (closed ? undefined : client),
    calls: new Set(),
    timeoutMs: options.timeoutMs ?? 10_000,
    metadata: () => {
      const metadata = new Metadata();
      metadata.set('plcemu-client', options.name ?? `node/${process.pid}`);
      if (target.token !== undefined) metadata.set('authorization', `Bearer ${target.token}`);
      return metadata;
    },
  };
  const runtime = createServiceClient(RuntimeService, context);
  /** Those that have not ended. */
  const streams = new Set<{ close(): void }>();
  return {
    project: createServiceClient(ProjectService, context),
    runtime,
    io: createServiceClient(IoService, context),
    diagnostics: createServiceClient(DiagnosticsService, context),
    watch: (request = {}) => createWatch(runtime, request, streams),
    commands: (settings) => {
      const commands = createCommands(runtime, {
        timeoutMs: settings?.timeoutMs ?? context.timeoutMs,
        onClose: () => streams.delete(commands),
        closeReason: () => (closed ? 'CLIENT_CLOSED' : ''),
      });
      streams.add(commands);
      return commands;
    },
    close: () => {
      closed = true;
      for (const stream of streams) stream.close();
      for (const call of context.calls) call.cancel();
      client.close();
    },
  };
}
