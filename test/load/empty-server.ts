import { Server, ServerCredentials } from '@grpc/grpc-js';

/*
 * The twin of unary calls: a server of the same library with a handler that does nothing, on a Unix socket.
 *
 *   node empty-server.js PATH
 */
const [path = ''] = process.argv.slice(2);
const pass = (bytes: Buffer): Buffer => bytes;
const server = new Server();
server.addService(
  {
    call: {
      path: '/twin.Empty/Call',
      requestStream: false,
      responseStream: false,
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    },
  },
  { call: (_: unknown, answer: (error: null, response: Buffer) => void) => answer(null, Buffer.alloc(0)) },
);
server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), () => process.send?.('ready'));
process.on('disconnect', () => process.exit());
