import type { DescMessage, DescMethod, Message } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  MethodDefinition,
  ServiceDefinition,
  StatusObject,
  UntypedHandleCall,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import { StatusSchema } from '../../../proto/google/rpc/status_pb.js';
import { HostError } from '../model/host-error.js';
import type { CallContext, EncodedStream, RegisteredService, Registry } from '../services/registry.js';
import type { Calls, OpenCall } from './calls.js';
import { grpcCode } from './grpc-code.js';
import { pump } from './pump.js';

/** A request that is no valid message: refused by the handler, so that it gets a proper status. */
class Malformed {
  constructor(readonly error: unknown) {}
}
type Request = Message | Malformed;
type Response = Message | Uint8Array;
/** A method as the adapter calls it: the types were checked where it was registered. */
type AnyMethod = (request: unknown, context: CallContext) => unknown;

function definitionOf(method: DescMethod): MethodDefinition<Request, Response> {
  const path = `/${method.parent.typeName}/${method.name}`;
  return {
    path,
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: (message) => encode(method.input, message as Message),
    requestDeserialize: (bytes) => decode(method.input, bytes),
    responseSerialize: (message) => encode(method.output, message),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

/** Bytes pass as they are: streams encode a message once for all its readers. */
function encode(schema: DescMessage, message: Message | Uint8Array): Buffer {
  const bytes = message instanceof Uint8Array ? message : toBinary(schema, message);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decode(schema: DescMessage, bytes: Buffer): Request {
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    return new Malformed(error);
  }
}

function checked(request: Request): Message {
  if (!(request instanceof Malformed)) return request;
  const cause = request.error instanceof Error ? request.error.message : 'not a message';
  throw new HostError('INVALID_REQUEST', `The request is no valid message of its type: ${cause}.`);
}

/** A grpc-js service definition and handlers for a registered service. */
export function adaptService(
  registered: RegisteredService,
  registry: Registry,
  calls: Calls,
): { definition: ServiceDefinition; handlers: UntypedServiceImplementation } {
  const definition: Record<string, MethodDefinition<Request, Response>> = {};
  const handlers: Record<string, UntypedHandleCall> = {};
  for (const method of registered.service.methods) {
    const implementation = registered.methods[method.localName] as AnyMethod | undefined;
    if (!implementation) throw new Error(`${method.parent.typeName}/${method.name} has no implementation`);
    definition[method.localName] = definitionOf(method);
    handlers[method.localName] = handlerOf(method, implementation.bind(registered.methods), registry, calls);
  }
  return { definition, handlers };
}

function handlerOf(method: DescMethod, implementation: AnyMethod, registry: Registry, calls: Calls): UntypedHandleCall {
  const name = `${method.parent.typeName}/${method.name}`;
  const failure = (error: unknown): StatusObject => {
    const status = registry.statusOf(error, name);
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)));
    return { code: grpcCode(status.code), details: status.message, metadata };
  };
  const response = (init: unknown): Response =>
    init instanceof Uint8Array ? init : create(method.output, init as Message);
  const respond = async (call: WritableCall, responses: unknown, context: OpenCall): Promise<void> => {
    const stream = responses as AsyncIterable<unknown> | EncodedStream;
    if ('take' in stream) await pump(stream, call, context);
    else for await (const init of stream) if (!(await write(call, response(init), context))) return;
    call.end();
  };

  switch (method.methodKind) {
    case 'unary': {
      const handle: handleUnaryCall<Request, Response> = (call, callback) => {
        void (async () => {
          const context = calls.open(name, call);
          const began = performance.now();
          const ended = (code: number): void => registry.called?.(name, code, (performance.now() - began) / 1000);
          try {
            const result = response(await implementation(checked(call.request), context));
            callback(null, result);
            ended(0);
          } catch (error) {
            const status = failure(error);
            callback(status);
            ended(status.code);
          }
        })();
      };
      return handle;
    }
    case 'client_streaming': {
      const handle: handleClientStreamingCall<Request, Response> = (call, callback) => {
        void (async () => {
          const context = calls.open(name, call);
          try {
            const result = response(await implementation(requestsOf(call), context));
            callback(null, result);
          } catch (error) {
            callback(failure(error));
          }
        })();
      };
      return handle;
    }
    case 'server_streaming': {
      const handle: handleServerStreamingCall<Request, Response> = (call) => {
        void (async () => {
          const context = calls.open(name, call);
          try {
            await respond(call, await implementation(checked(call.request), context), context);
          } catch (error) {
            fail(call, failure(error), context);
          }
        })();
      };
      return handle;
    }
    case 'bidi_streaming': {
      const handle: handleBidiStreamingCall<Request, Response> = (call) => {
        void (async () => {
          const context = calls.open(name, call);
          try {
            await respond(call, implementation(requestsOf(call), context), context);
          } catch (error) {
            fail(call, failure(error), context);
          }
        })();
      };
      return handle;
    }
  }
}

type WritableCall =
  | Parameters<handleServerStreamingCall<Request, Response>>[0]
  | Parameters<handleBidiStreamingCall<Request, Response>>[0];

function fail(call: WritableCall, status: StatusObject, context: CallContext): void {
  if (!context.signal.aborted) call.emit('error', status);
}

/** Requests that wait for the method before the transport is held. */
const mostWaiting = 32;

/** The requests of a stream, in batches as they come: the iterator of a Readable costs several times as much for each. */
async function* requestsOf(
  call:
    | Parameters<handleBidiStreamingCall<Request, Response>>[0]
    | Parameters<handleClientStreamingCall<Request, Response>>[0],
): AsyncGenerator<Message> {
  let waiting: Request[] = [];
  let over = 'no' as 'no' | 'ended' | 'broken';
  let wake: () => void = () => undefined;
  const take = (request: Request): void => {
    if (waiting.push(request) >= mostWaiting) call.pause();
    wake();
  };
  const finish = (how: 'ended' | 'broken') => (): void => {
    if (over === 'no') over = how;
    wake();
  };
  call.on('data', take);
  call.once('end', finish('ended'));
  call.once('close', finish('broken'));
  try {
    for (;;) {
      const batch = waiting;
      waiting = [];
      for (const request of batch) yield checked(request);
      if (waiting.length > 0) continue;
      if (over === 'ended') return;
      if (over === 'broken') throw new HostError('CANCELLED', 'The client is gone.');
      if (call.isPaused()) call.resume();
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    call.off('data', take);
  }
}

/** Writes one message and waits while the transport is full. False when the client is gone. */
async function write(call: WritableCall, message: Response, context: CallContext): Promise<boolean> {
  if (context.signal.aborted) return false;
  if (call.write(message)) return true;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      context.signal.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    context.signal.addEventListener('abort', done);
  });
  return !context.signal.aborted;
}
