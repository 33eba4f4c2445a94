import {
  fromBinary,
  type DescMessage,
  type DescMethod,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { EventEmitter } from 'node:events';
import { Metadata, status as Status, type CallOptions as GrpcCallOptions, type Client } from '@grpc/grpc-js';
import { encodeRequest } from './encode-request.js';
import { PlcError, toPlcError } from './plc-error.js';
import { sendAll } from './send-all.js';

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
  /**
   * Takes a request, or its bytes. Resolves when the transport takes more. Rejects where the request can't be encoded, and with
   * what ended the call, or CANCELLED, once it has ended.
   */
  send(request: MessageInitShape<M['input']> | Uint8Array): Promise<void>;
  /** No more requests follow. */
  end(): void;
  cancel(): void;
  /** Whoever stops iterating cancels the call. */
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
  /** Calls under way; cancelled when it is closed. */
  readonly calls: Set<Cancellable>;
}

interface Cancellable {
  cancel(): void;
}

/** How a call ended. */
interface EndStatus {
  readonly code: number;
}

const ok: number = Status.OK;
const cancelled: number = Status.CANCELLED;

/** Makes the client of one service from its descriptor. */
export function createServiceClient<S extends DescService>(service: S, context: ConnectionContext): ServiceClient<S> {
  const calls: Record<string, unknown> = {};
  for (const method of service.methods) calls[method.localName] = createCall(method, context);
  return calls as ServiceClient<S>;
}

function createCall(method: DescMethod, context: ConnectionContext): unknown {
  const path = `/${method.parent.typeName}/${method.name}`;
  const closed = (): PlcError => new PlcError('The client is closed.', Status.CANCELLED, 'CLIENT_CLOSED', {});
  const open = (): Client => {
    const client = context.client();
    if (!client) throw closed();
    return client;
  };
  const pass = (bytes: Buffer): Buffer => bytes;
  const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encode = (request: unknown): Buffer =>
    toBuffer(encodeRequest(method.input, (request ?? {}) as MessageInitShape<DescMessage>));
  const deserialize = (bytes: Buffer): MessageShape<DescMessage> => fromBinary(method.output, bytes);
  const toFailure = (error: unknown): PlcError => {
    const failure = toPlcError(error);
    return failure.code === cancelled && !context.client() ? closed() : failure;
  };
  const deadline = (options: CallOptions | undefined, fallbackMs?: number): GrpcCallOptions => {
    const timeoutMs = options?.timeoutMs ?? fallbackMs;
    return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
  };
  /** Has the call cancelled by the signal, and by the end of the client. */
  const follow = (options: CallOptions | undefined, call: Cancellable & EventEmitter): void => {
    const { signal } = options ?? {};
    const cancel = (): void => call.cancel();
    context.calls.add(call);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    call.once('status', ({ code }: EndStatus) => {
      context.calls.delete(call);
      signal?.removeEventListener('abort', cancel);
      // A call that is cancelled in the turn in which it begins is sent by grpc-js all the same.
      if (code === cancelled) setImmediate(cancel);
    });
    // Also where nobody reads responses, or not yet: an error without a listener would end the process.
    call.on('error', () => undefined);
  };

  switch (method.methodKind) {
    case 'unary':
      return (request?: unknown, options?: CallOptions) =>
        new Promise((resolve, reject) => {
          const call = open().makeUnaryRequest(
            path,
            pass,
            deserialize,
            encode(request),
            context.metadata(),
            deadline(options, context.timeoutMs),
            (error, response) => (error ? reject(toFailure(error)) : resolve(response)),
          );
          follow(options, call);
        });
    case 'server_streaming':
      return (request?: unknown, options?: CallOptions): AsyncIterable<unknown> => ({
        async *[Symbol.asyncIterator]() {
          const call = open().makeServerStreamRequest(
            path,
            pass,
            deserialize,
            encode(request),
            context.metadata(),
            deadline(options),
          );
          follow(options, call);
          try {
            for await (const message of call) yield message;
          } catch (error) {
            throw toFailure(error);
          } finally {
            call.cancel();
          }
        },
      });
    case 'client_streaming':
      return (requests: AsyncIterable<unknown> | Iterable<unknown>, options?: CallOptions) =>
        new Promise((resolve, reject) => {
          const call = open().makeClientStreamRequest(
            path,
            pass,
            deserialize,
            context.metadata(),
            deadline(options),
            (error, response) => (error ? reject(toFailure(error)) : resolve(response)),
          );
          follow(options, call);
          const over = once(call, 'status');
          const send = async (request: unknown): Promise<void> => {
            if (!call.write(encode(request))) await Promise.race([once(call, 'drain'), over]);
          };
          const sent = sendAll(requests, send, over);
          sent.then(
            () => call.end(),
            () => {
              // With the error of the source, as it is.
              resolve(sent);
              call.cancel();
            },
          );
        });
    case 'bidi_streaming':
      return (options?: CallOptions): BidiCall<DescMethod> => {
        const call = open().makeBidiStreamRequest(path, pass, deserialize, context.metadata(), deadline(options));
        follow(options, call);
        let isOver = false;
        let failure: EndStatus | undefined;
        call.once('status', (status: EndStatus) => {
          isOver = true;
          if (status.code !== ok) failure = status;
        });
        const over = once(call, 'status');
        // One wait for all that send meanwhile.
        let draining: Promise<void> | undefined;
        return {
          send: async (request) => {
            const bytes = request instanceof Uint8Array ? toBuffer(request) : encode(request);
            if (!isOver && !call.writableEnded) {
              if (call.write(bytes)) return;
              draining ??= Promise.race([once(call, 'drain'), over]).finally(() => (draining = undefined));
              await draining;
              if (!isOver) return;
            }
            throw failure ? toFailure(failure) : new PlcError('The call has ended.', Status.CANCELLED, '', {});
          },
          end: () => call.end(),
          cancel: () => call.cancel(),
          responses: {
            async *[Symbol.asyncIterator]() {
              try {
                for await (const message of call) yield message as MessageShape<DescMessage>;
                if (failure) throw toFailure(failure);
              } catch (error) {
                throw toFailure(error);
              } finally {
                call.cancel();
              }
            },
          },
        };
      };
  }
}

function once(emitter: EventEmitter, event: string): Promise<undefined> {
  return new Promise((resolve) => void emitter.once(event, () => resolve(undefined)));
}
