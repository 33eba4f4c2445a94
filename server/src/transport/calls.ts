import type { ServerSurfaceCall } from '@grpc/grpc-js/build/src/server-call.js';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { CallContext, Caller } from '../services/registry.js';

/** What is known of a call since its headers were accepted. */
export interface AcceptedCall {
  readonly caller: Caller;
  readonly stream: ServerHttp2Stream;
}

/** Callers on their way from the gate, through grpc-js, to the handler. */
export interface Calls {
  /** Marks the headers, so that the handler finds the call in its metadata. A mark that a client sends is replaced. */
  accept(headers: IncomingHttpHeaders, call: AcceptedCall): void;
  open(method: string, call: ServerSurfaceCall): OpenCall;
}

/** The context of a call; the transport can also cut it off, without waiting for its reader. */
export interface OpenCall extends CallContext {
  /** The HTTP/2 stream below, for bytes that pass grpc-js by. */
  readonly stream: ServerHttp2Stream;
  abort(): void;
}

const mark = 'plcemu-call';

export function createCalls(): Calls {
  const accepted = new Map<string, AcceptedCall>();
  let next = 0;
  return {
    accept(headers, call) {
      next += 1;
      const id = String(next);
      headers[mark] = id;
      accepted.set(id, call);
      // A call that never reaches its handler is forgotten with its stream.
      call.stream.once('close', () => accepted.delete(id));
    },
    open(method, call) {
      const [id] = call.metadata.get(mark);
      const found = accepted.get(String(id));
      if (!found) throw new Error(`${call.getPath()} did not come through the gate`);
      return new Context(method, found, call);
    },
  };
}

/** The signal is made only when a method asks for it: most unary methods never do. */
class Context implements OpenCall {
  #controller: AbortController | undefined;

  constructor(
    readonly method: string,
    private readonly accepted: AcceptedCall,
    private readonly call: ServerSurfaceCall,
  ) {}

  get caller(): Caller {
    return this.accepted.caller;
  }

  get stream(): ServerHttp2Stream {
    return this.accepted.stream;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.call.cancelled) controller.abort();
      else this.call.once('cancelled', () => controller.abort());
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.accepted.stream.close(0x8 /* CANCEL */);
  }
}
