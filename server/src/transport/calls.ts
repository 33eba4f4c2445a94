import type { ServerSurfaceCall } from '@grpc/grpc-js/build/src/server-call.js';
import type { Metadata } from '@grpc/grpc-js';
import type { ServerHttp2Stream } from 'node:http2';
import type { CallContext, Caller } from '../services/registry.js';

/** What is known of a call since its metadata was accepted. */
export interface AcceptedCall {
  readonly caller: Caller;
  readonly stream: ServerHttp2Stream;
}

/** Finds callers of calls by the metadata object that travels from the interceptor to the handler. */
export interface Calls {
  accept(metadata: Metadata, call: AcceptedCall): void;
  open(method: string, call: ServerSurfaceCall): CallContext;
  /** Cuts a call off without waiting for its reader. */
  abort(call: ServerSurfaceCall): void;
}

export function createCalls(): Calls {
  const accepted = new WeakMap<Metadata, AcceptedCall>();
  const of = (call: ServerSurfaceCall): AcceptedCall => {
    const found = accepted.get(call.metadata);
    if (!found) throw new Error(`${call.getPath()} was not accepted by the interceptor`);
    return found;
  };
  return {
    accept: (metadata, call) => void accepted.set(metadata, call),
    open: (method, call) => new Context(method, of(call).caller, call),
    abort: (call) => of(call).stream.close(0x8 /* CANCEL */),
  };
}

/** The signal is made only when a method asks for it: most unary methods never do. */
class Context implements CallContext {
  #controller: AbortController | undefined;

  constructor(
    readonly method: string,
    readonly caller: Caller,
    private readonly call: ServerSurfaceCall,
  ) {}

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.call.cancelled) controller.abort();
      else this.call.once('cancelled', () => controller.abort());
    }
    return this.#controller.signal;
  }
}
