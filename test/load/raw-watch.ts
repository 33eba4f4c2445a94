import type { IncomingHttpHeaders } from 'node:http2';
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { createConnection } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { WatchRequestSchema } from '../../proto/plcemu/v1/runtime_pb.js';

/**
 * A Watch call on a connection of its own, without a gRPC library: it counts messages and bytes at the least cost, so that a few
 * hundred readers do not take from the host the processor that it is measured on.
 */
export interface RawWatch {
  readonly messages: number;
  readonly bytes: number;
  /** Defined once the stream has ended: grpc-status, or why there is none. */
  readonly ended: string | undefined;
  /** Stops reading; the transport fills up. */
  pause(): void;
  resume(): void;
  close(): void;
}

export interface RawWatchOptions {
  /** Path of the host's Unix socket. */
  readonly path: string;
  readonly request: MessageInitShape<typeof WatchRequestSchema>;
  readonly onMessage?: (bytes: Buffer) => void;
  readonly onEnd?: (why: string) => void;
}

export function openRawWatch(options: RawWatchOptions): RawWatch {
  const session: ClientHttp2Session = connect('http://localhost', {
    createConnection: () => createConnection({ path: options.path }),
    settings: { initialWindowSize: 1 << 18, enablePush: false },
  });
  const state = { messages: 0, bytes: 0, ended: undefined as string | undefined };
  const finish = (why: string): void => {
    if (state.ended !== undefined) return;
    state.ended = why;
    session.destroy();
    options.onEnd?.(why);
  };
  session.on('error', (error: Error) => finish(error.message));
  session.on('close', () => finish('closed'));
  const stream: ClientHttp2Stream = session.request({
    ':method': 'POST',
    ':path': '/plcemu.v1.RuntimeService/Watch',
    'content-type': 'application/grpc',
    te: 'trailers',
    'plcemu-client': 'load',
  });
  const body = Buffer.from(toBinary(WatchRequestSchema, create(WatchRequestSchema, options.request)));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  stream.end(Buffer.concat([head, body]));
  stream.on('error', (error: Error) => finish(error.message));
  stream.on('trailers', (headers: IncomingHttpHeaders) => finish(String(headers['grpc-status'] ?? 'no status')));
  stream.on('response', (headers: IncomingHttpHeaders) => {
    if (headers['grpc-status'] !== undefined) finish(String(headers['grpc-status']));
  });

  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    state.bytes += chunk.length;
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    while (bytes.length >= 5) {
      const length = bytes.readUInt32BE(1);
      if (bytes.length < 5 + length) break;
      state.messages += 1;
      options.onMessage?.(bytes.subarray(5, 5 + length));
      bytes = bytes.subarray(5 + length);
    }
    rest = bytes;
  });
  return {
    get messages() {
      return state.messages;
    },
    get bytes() {
      return state.bytes;
    },
    get ended() {
      return state.ended;
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    close: () => session.destroy(),
  };
}
