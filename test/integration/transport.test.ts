import { connect as connectHttp2, constants, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { createConnection } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import { StatusSchema } from '../../proto/google/rpc/status_pb.js';
import type { PlcClient } from '../../clients/node/src/index.js';
import { eventually } from '../support/eventually.js';
import { startHost, type HostProcess } from '../support/host-process.js';

let host: HostProcess;
let client: PlcClient;
let address: string;
let token: string;
beforeAll(async () => {
  host = await startHost({
    files: { 'main.st': 'PROGRAM Main VAR x : INT; END_VAR x := x + 1; END_PROGRAM' },
    args: [
      'main.st',
      '--start',
      '--scan-interval',
      '10ms',
      '--listen',
      'unix:.plc-emu/plc-emu.sock',
      '--listen',
      '127.0.0.1:0',
    ],
  });
  client = host.client('bystander');
  address = /listening on (127\.0\.0\.1:\d+)/.exec(host.stdout())![1]!;
  token = (await readFile(join(host.directory, '.plc-emu', 'token'), 'utf8')).trim();
});
afterAll(() => host.dispose());

/** After whatever was done to the host: others are served, and scans go on. */
afterEach(async () => {
  const { state } = await client.runtime.getState();
  await eventually(async () => (await client.runtime.getState()).state!.scan > state!.scan);
});

const socketPath = (): string => join(host.directory, '.plc-emu', 'plc-emu.sock');
const overSocket = (): ClientHttp2Session =>
  connectHttp2('http://localhost', { createConnection: () => createConnection({ path: socketPath() }) });

interface Outcome {
  readonly status: string | undefined;
  readonly reason: string | undefined;
  readonly http: number | undefined;
}

/** One raw call: headers and bytes as given. */
function call(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body: Uint8Array = frame(new Uint8Array()),
): Promise<Outcome> {
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/plcemu.v1.DiagnosticsService/GetHost',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    let found: Record<string, unknown> = {};
    const take = (given: Record<string, unknown>): void => void (found = { ...found, ...given });
    stream.on('response', take);
    stream.on('trailers', take);
    stream.on('error', () => undefined);
    stream.on('close', () => {
      const details = found['grpc-status-details-bin'];
      const info =
        typeof details === 'string' ? fromBinary(StatusSchema, Buffer.from(details, 'base64')).details[0] : undefined;
      const reason = info && /^\n.([A-Z_]+)/s.exec(Buffer.from(info.value).toString('latin1'))?.[1];
      resolve({
        status: found['grpc-status'] as string | undefined,
        reason,
        http: found[':status'] as number | undefined,
      });
    });
    stream.resume();
    stream.end(body);
  });
}

function frame(message: Uint8Array, compressed = 0): Uint8Array {
  const head = Buffer.alloc(5);
  head[0] = compressed;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

describe('a raw call', () => {
  let session: ClientHttp2Session;
  beforeEach(() => {
    session = overSocket();
  });
  afterEach(async () => {
    // Whatever was refused, the same connection still answers.
    expect((await call(session, {})).status).toBe('0');
    session.close();
  });

  it.each(['2592000S', '99999999H', '-1S', '1X', '1', 'S', '123456789S', '1.5S', ''])(
    'with the deadline %j is refused',
    async (timeout) => {
      const outcome = await call(session, { 'grpc-timeout': timeout });
      expect([outcome.status, outcome.reason]).toEqual(['3', 'INVALID_REQUEST']);
    },
  );

  it.each(['30S', '500m', '1H', '99999999u'])('with the deadline %j is taken', async (timeout) => {
    expect((await call(session, { 'grpc-timeout': timeout })).status).toBe('0');
  });

  it('to a method that is not there is UNIMPLEMENTED', async () => {
    const outcome = await call(
      session,
      { ':path': '/plcemu.v1.RuntimeService/Explode' },
      frame(Buffer.alloc(65_536, 7)),
    );
    expect(outcome.status).toBe('12');
  });

  it.each([
    ['a truncated varint', Buffer.from([0x08, 0xff])],
    ['a group', Buffer.from([0x0b, 0x0c])],
    ['invalid UTF-8 in a text', Buffer.from([0x0a, 0x02, 0xc3, 0x28])],
    ['a length beyond the end', Buffer.from([0x0a, 0x7f, 0x41])],
  ])('with %s is INVALID_ARGUMENT', async (_what, bytes) => {
    const outcome = await call(session, { ':path': '/plcemu.v1.RuntimeService/GetState' }, frame(bytes));
    expect([outcome.status, outcome.reason]).toEqual(['3', 'INVALID_REQUEST']);
  });

  it('with garbage that claims to be compressed is refused', async () => {
    const outcome = await call(session, { 'grpc-encoding': 'gzip' }, frame(Buffer.from('garbage'), 1));
    expect(outcome.status).not.toBe('0');
  });

  it('that inflates beyond 4 MiB is RESOURCE_EXHAUSTED', async () => {
    const outcome = await call(
      session,
      { 'grpc-encoding': 'gzip' },
      frame(gzipSync(Buffer.alloc(64 * 1024 * 1024)), 1),
    );
    expect(outcome.status).toBe('8');
  });

  it('with a length of 4 GB and 10 bytes is refused at once', async () => {
    const body = Buffer.alloc(15);
    body.writeUInt32BE(0xffff_ffff, 1);
    expect((await call(session, {}, body)).status).toBe('8');
  });

  it('that is no gRPC is refused by its content type', async () => {
    expect((await call(session, { 'content-type': 'text/html' })).http).toBe(415);
  });
});

describe('a call over TCP', () => {
  let session: ClientHttp2Session;
  beforeEach(() => {
    session = connectHttp2(`http://${address}`);
  });
  afterEach(() => session.close());

  it.each([
    ['no token', {}],
    ['another token', { authorization: `Bearer ${'A'.repeat(43)}` }],
    ['a token without its scheme', { authorization: 'secret' }],
    ['a token of 1 kB', { authorization: `Bearer ${'A'.repeat(1000)}` }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('with %s is UNAUTHENTICATED, whatever the method', async (_what, headers) => {
    for (const path of [
      '/plcemu.v1.DiagnosticsService/GetHost',
      '/plcemu.v1.RuntimeService/Stop',
      '/plcemu.v1.RuntimeService/Explode',
    ]) {
      const outcome = await call(session, { ':path': path, ...headers });
      expect([path, outcome.status, outcome.reason]).toEqual([path, '16', 'UNAUTHENTICATED']);
    }
  });

  it('with the token is served, health without one', async () => {
    expect((await call(session, { authorization: `Bearer ${token}` })).status).toBe('0');
    expect((await call(session, { ':path': '/grpc.health.v1.Health/Check' })).status).toBe('0');
  });

  it('finds no reflection there', async () => {
    const outcome = await call(session, {
      ':path': '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      authorization: `Bearer ${token}`,
    });
    expect(outcome.status).toBe('12');
  });
});

describe('a connection', () => {
  it('that never says what it wants is closed within 5 s', async () => {
    const socket = createConnection({ path: socketPath() }).resume();
    const began = performance.now();
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('that talks something else is closed', async () => {
    const socket = createConnection({ path: socketPath() }).resume();
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  });

  it('beyond eight of one address is refused on TCP, and a place is free again after one has gone', async () => {
    const [name, port] = address.split(':');
    const sockets = Array.from({ length: 8 }, () => connectHttp2(`http://${address}`));
    await Promise.all(sockets.map((s) => call(s, { authorization: `Bearer ${token}` })));
    const ninth = createConnection({ host: name!, port: Number(port) }).resume();
    ninth.on('error', () => undefined);
    await new Promise<void>((resolve) => ninth.once('close', () => resolve()));
    sockets[0]!.close();
    await eventually(async () => {
      const again = connectHttp2(`http://${address}`);
      again.on('error', () => undefined);
      const outcome = await Promise.race([
        call(again, { authorization: `Bearer ${token}` }),
        new Promise<undefined>((r) => setTimeout(() => r(undefined), 300)),
      ]);
      again.destroy();
      return outcome?.status === '0';
    });
    for (const s of sockets) s.destroy();
  });

  it('is left alone by 300 streams that are opened and reset', async () => {
    const session = overSocket();
    session.on('error', () => undefined);
    for (let i = 0; i < 300; i += 1) {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/plcemu.v1.RuntimeService/Watch',
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
    }
    await eventually(async () => (await client.diagnostics.getHost()).subscriptions === 0);
    session.destroy();
  });
});
