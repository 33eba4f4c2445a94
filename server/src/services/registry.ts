import type {
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { Status } from '../../../proto/google/rpc/status_pb.js';
import type { Role } from '../../../proto/plcemu/v1/options_pb.js';
import type { Actor } from '../model/event.js';

/** Who calls, as the transport found out. */
export interface Caller {
  readonly actor: Actor;
  readonly role: Role;
  /** `unix`, or address and port. */
  readonly peer: string;
  /** Identity of the connection, for limits per connection. */
  readonly connection: object;
}

/** What a method knows of its call beside the request. */
export interface CallContext {
  /** `plcemu.v1.RuntimeService/Start`. */
  readonly method: string;
  readonly caller: Caller;
  /** Aborts when the client cancels, its connection ends, or the deadline passes. */
  readonly signal: AbortSignal;
}

/** The bytes of a response. */
export interface EncodedMessage {
  /** The caller's own, to write into. */
  readonly head: Uint8Array;
  /** Follows the head; other readers are given the same, so nobody writes into it. */
  readonly body: Uint8Array | undefined;
}

/** Messages of a server stream that are encoded already. Pull only: nothing is made before it is asked for. */
export interface EncodedStream {
  /** The next response; undefined when there is none now, or none any more. The first `room` bytes (default 0) are left to the transport. */
  take(room?: number): EncodedMessage | undefined;
  /** Calls back once, when `take` may give something after it gave undefined, or the stream has ended. */
  onReady(callback: () => void): void;
  /** Defined once the last message was taken: `error` is undefined for OK. */
  ended(): { readonly error: unknown } | undefined;
  /** The client is gone; frees everything. Idempotent. */
  close(): void;
}

type Awaitable<T> = T | Promise<T>;
export type MethodImplementation<M extends DescMethod> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: CallContext) => Awaitable<MessageInitShape<O> | Uint8Array>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (
          request: MessageShape<I>,
          context: CallContext,
        ) => Awaitable<AsyncIterable<MessageInitShape<O>> | EncodedStream>
      : M extends DescMethodClientStreaming<infer I, infer O>
        ? (requests: AsyncIterable<MessageShape<I>>, context: CallContext) => Awaitable<MessageInitShape<O>>
        : M extends DescMethodBiDiStreaming<infer I, infer O>
          ? (
              requests: AsyncIterable<MessageShape<I>>,
              context: CallContext,
            ) => AsyncIterable<MessageInitShape<O>> | EncodedStream
          : never;

/**
 * A service, implemented once for every transport. Errors are thrown as HostError. A unary method may give its response encoded.
 */
export type ServiceImplementation<S extends DescService> = {
  readonly [K in keyof S['method']]: MethodImplementation<S['method'][K]>;
};

export interface RegisteredService {
  readonly service: DescService;
  /** By `localName` of the method. */
  readonly methods: Readonly<Record<string, unknown>>;
}

/** All that a transport needs to know. */
export interface Registry {
  readonly services: readonly RegisteredService[];
  /** The status of a refusal, with details. Anything but a HostError is INTERNAL and was logged with its stack. */
  statusOf(error: unknown, method: string): Status;
  /** A unary call has ended, with its gRPC code, after some seconds. */
  called?(method: string, code: number, seconds: number): void;
}

export function register<S extends DescService>(
  service: S,
  implementation: ServiceImplementation<S>,
): RegisteredService {
  return { service, methods: implementation };
}
