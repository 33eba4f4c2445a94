import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethod,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { Metadata, status as Status, type CallOptions as GrpcCallOptions, type Client } from '@grpc/grpc-js';
import { PlcError, toPlcError } from './plc-error.js';

export interface CallOptions {
  /** Ends the call with DEADLINE_EXCEEDED; unary calls have the client's default without it. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Unary<M extends DescMethod> = (
  request?: MessageInitShape<M['input']>,
  options?: CallOptions,
) => Promise<MessageShape<M['output']>>;
type ServerStream<M extends DescMethod> = (
  request?: MessageInitShape<M['input']>,
  options?: CallOptions,
) => AsyncIterable<MessageShape<M['output']>>;
type ClientStream<M extends DescMethod> = (
  requests: AsyncIterable<MessageInitShape<M['input']>> | Iterable<MessageInitShape<M['input']>>,
  options?: CallOptions,
) => Promise<MessageShape<M['output']>>;
type Bidi<M extends DescMethod> = (options?: CallOptions) => BidiCall<M>;

/** Both sides of a bidirectional call. */
export interface BidiCall<M extends DescMethod> {
  /** Resolves when the transport takes more. */
  send(request: MessageInitShape<M['input']>): Promise<void>;
  /** No more requests follow. */
  end(): void;
  cancel(): void;
  readonly responses: AsyncIterable<MessageShape<M['output']>>;
}

type Caller<M> = M extends DescMethod
  ? M['methodKind'] extends 'unary'
    ? Unary<M>
    : M['methodKind'] extends 'server_streaming'
      ? ServerStream<M>
      : M['methodKind'] extends 'client_streaming'
        ? ClientStream<M>
        : Bidi<M>
  : never;

/** A typed client of a generated service: one function per RPC, of its call kind. Errors are PlcErrors. */
export type ServiceClient<S extends DescService> = { readonly [K in keyof S['method']]: Caller<S['method'][K]> };

export interface ConnectionContext {
  /** undefined once it is closed. */
  client(): Client | undefined;
  /** Name, token and the like, for every call. */
  metadata(): Metadata;
  readonly timeoutMs: number;
}

/** Makes the client of one service from its descriptor. */
export function createServiceClient<S extends DescService>(service: S, context: ConnectionContext): ServiceClient<S> {
  const calls: Record<string, unknown> = {};
  for (const method of service.methods) calls[method.localName] = createCall(method, context);
  return calls as ServiceClient<S>;
}

function createCall(method: DescMethod, context: ConnectionContext): unknown {
  const path = `/${method.parent.typeName}/${method.name}`;
  const open = (): Client => {
    const client = context.client();
    if (!client) throw new PlcError('The client is closed.', Status.CANCELLED, 'CLIENT_CLOSED', {});
    return client;
  };
  const serialize = (message: unknown): Buffer => {
    const bytes = toBinary(method.input, message as MessageShape<DescMessage>);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  const deserialize = (bytes: Buffer): MessageShape<DescMessage> => fromBinary(method.output, bytes);
  const init = (request: unknown): MessageShape<DescMessage> =>
    create(method.input, (request ?? {}) as MessageInitShape<DescMessage>);
  const deadline = (options: CallOptions | undefined, fallbackMs?: number): GrpcCallOptions => {
    const timeoutMs = options?.timeoutMs ?? fallbackMs;
    return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
  };
  /** Cancels the call when the signal is raised; gives what ends that. */
  const abortable = (options: CallOptions | undefined, call: { cancel(): void }): (() => void) => {
    const { signal } = options ?? {};
    if (!signal) return () => undefined;
    const cancel = (): void => call.cancel();
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    return () => signal.removeEventListener('abort', cancel);
  };

  switch (method.methodKind) {
    case 'unary':
      return (request?: unknown, options?: CallOptions) =>
        new Promise((resolve, reject) => {
          const call = open().makeUnaryRequest(
            path,
            serialize,
            deserialize,
            init(request),
            context.metadata(),
            deadline(options, context.timeoutMs),
            (error, response) => {
              release();
              if (error) reject(toPlcError(error));
              else resolve(response);
            },
          );
          const release = abortable(options, call);
        });
    case 'server_streaming':
      return (request?: unknown, options?: CallOptions): AsyncIterable<unknown> => ({
        async *[Symbol.asyncIterator]() {
          const call = open().makeServerStreamRequest(
            path,
            serialize,
            deserialize,
            init(request),
            context.metadata(),
            deadline(options),
          );
          const release = abortable(options, call);
          try {
            for await (const message of call) yield message;
          } catch (error) {
            throw toPlcError(error);
          } finally {
            release();
            call.on('error', () => undefined);
            call.cancel();
          }
        },
      });
    case 'client_streaming':
      return async (requests: AsyncIterable<unknown> | Iterable<unknown>, options?: CallOptions) => {
        let settle: { resolve: (value: unknown) => void; reject: (error: unknown) => void };
        const answer = new Promise((resolve, reject) => (settle = { resolve, reject }));
        let ended = false;
        const call = open().makeClientStreamRequest(
          path,
          serialize,
          deserialize,
          context.metadata(),
          deadline(options),
          (error, response) => {
            ended = true;
            release();
            if (error) settle.reject(toPlcError(error));
            else settle.resolve(response);
          },
        );
        const release = abortable(options, call);
        for await (const request of requests) {
          if (ended) break;
          if (!call.write(init(request))) await Promise.race([once(call, 'drain'), answer.catch(() => undefined)]);
        }
        call.end();
        return answer;
      };
    case 'bidi_streaming':
      return (options?: CallOptions): BidiCall<DescMethod> => {
        const call = open().makeBidiStreamRequest(path, serialize, deserialize, context.metadata(), deadline(options));
        const release = abortable(options, call);
        const failed = new Promise<void>((resolve) =>
          call.once('status', () => {
            release();
            resolve();
          }),
        );
        // Also where nobody reads responses, or not yet: an error without a listener would end the process.
        let failure: Error | undefined;
        call.on('error', (error) => (failure = error));
        // One wait for all that send meanwhile.
        let draining: Promise<void> | undefined;
        return {
          send: async (request) => {
            if (call.write(init(request))) return;
            draining ??= Promise.race([once(call, 'drain'), failed]).finally(() => (draining = undefined));
            await draining;
          },
          end: () => call.end(),
          cancel: () => call.cancel(),
          responses: {
            async *[Symbol.asyncIterator]() {
              try {
                for await (const message of call) yield message as MessageShape<DescMessage>;
                if (failure !== undefined) throw failure;
              } catch (error) {
                throw toPlcError(error);
              }
            },
          },
        };
      };
  }
}

function once(emitter: { once(event: string, listener: () => void): unknown }, event: string): Promise<void> {
  return new Promise((resolve) => void emitter.once(event, resolve));
}
