import { Metadata } from '@grpc/grpc-js';
import type { EncodedMessage, EncodedStream } from '../services/registry.js';
import type { OpenCall } from './calls.js';

/** In front of each gRPC message: not compressed, and its length. */
const prefixBytes = 5;
/** A reader that takes nothing for this long is cut off; its subscription says Goodbye before that. Milliseconds. */
const stallMs = 12_000;

/**
 * Moves an encoded stream to a call as fast as its reader takes it; resolves after the last message. The bytes go to the HTTP/2
 * stream itself: through grpc-js a message costs the host more than twice as much. Headers and trailers stay with grpc-js.
 */
export function pump(
  source: EncodedStream,
  call: { sendMetadata(metadata: Metadata): void },
  context: OpenCall,
): Promise<void> {
  const { stream } = context;
  call.sendMetadata(new Metadata());
  return new Promise<void>((resolve, reject) => {
    let stalled: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(stalled);
      context.signal.removeEventListener('abort', stop);
      source.close();
    };
    const stop = (): void => {
      finish();
      resolve();
    };
    const fail = (error: unknown): void => {
      finish();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const run = (): void => {
      if (stalled) clearTimeout(stalled);
      stalled = undefined;
      // What is ready goes down in one piece.
      stream.cork();
      write();
      stream.uncork();
    };
    const write = (): void => {
      while (stream.writable) {
        let message: EncodedMessage | undefined;
        try {
          message = source.take(prefixBytes);
        } catch (error) {
          fail(error);
          return;
        }
        if (!message) {
          const ended = source.ended();
          if (!ended) source.onReady(run);
          else if (ended.error === undefined) stop();
          else fail(ended.error);
          return;
        }
        const { head, body } = message;
        const length = head.length - prefixBytes + (body ? body.length : 0);
        head[0] = 0;
        head[1] = length >>> 24;
        head[2] = length >>> 16;
        head[3] = length >>> 8;
        head[4] = length;
        const hasRoom = stream.write(head);
        if (!(body ? stream.write(body) : hasRoom)) {
          stream.once('drain', run);
          stalled = setTimeout(() => context.abort(), stallMs);
          return;
        }
      }
    };
    if (context.signal.aborted) stop();
    else {
      context.signal.addEventListener('abort', stop);
      run();
    }
  });
}
