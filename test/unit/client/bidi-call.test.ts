import type { ServerDuplexStream } from '@grpc/grpc-js';
import { RuntimeService } from '../../../proto/plcemu/v1/runtime_pb.js';
import { eventually } from '../../support/eventually.js';
import { startStubHost, type StubCall, type StubHost } from './stub-host.js';

const read = (id: bigint): { id: bigint; command: { case: 'read'; value: object } } => ({
  id,
  command: { case: 'read', value: {} },
});
const refuse = (call: StubCall): void => void call.emit('error', { code: 8, details: 'Enough.' });
const answer = (call: StubCall): void => {
  call.on('data', () => (call as ServerDuplexStream<Buffer, Buffer>).write(Buffer.from([8, 1])));
};

let host: StubHost;
afterEach(() => host.dispose());

it('leaving the responses of a call cancels it, and what is sent afterwards is refused', async () => {
  host = await startStubHost(RuntimeService.method.command, answer);
  const call = host.client.runtime.command();
  await call.send(read(1n));
  for await (const { id } of call.responses) {
    expect(id).toBe(1n);
    break;
  }
  await expect(call.send(read(2n))).rejects.toMatchObject({ name: 'PlcError', codeName: 'CANCELLED' });
  await expect(call.send(read(3n))).rejects.toMatchObject({ name: 'PlcError', codeName: 'CANCELLED' });
  await eventually(() => host.counts.cancelled === 1);
});

it('what is sent on a call that the host has ended is refused as the call was', async () => {
  host = await startStubHost(RuntimeService.method.command, refuse);
  const call = host.client.runtime.command();
  const over = { name: 'PlcError', codeName: 'RESOURCE_EXHAUSTED', message: 'Enough.' };
  await expect(call.responses[Symbol.asyncIterator]().next()).rejects.toMatchObject(over);
  await expect(call.send(read(1n))).rejects.toMatchObject(over);
});

it('what waits for a transport that takes no more is refused when the call ends', async () => {
  // Never read.
  host = await startStubHost(RuntimeService.method.command, () => undefined);
  const call = host.client.runtime.command();
  const large = { ...read(1n), command: { case: 'read' as const, value: { paths: ['x'.repeat(1_000_000)] } } };
  const sent = Array.from({ length: 20 }, () => call.send(large));
  const outcome = Promise.allSettled(sent);
  await eventually(() => host.counts.begun === 1);
  call.cancel();
  expect((await outcome).at(-1)).toMatchObject({ status: 'rejected', reason: { codeName: 'CANCELLED' } });
});

it('nothing is sent after the end of the requests', async () => {
  host = await startStubHost(RuntimeService.method.command, answer);
  const call = host.client.runtime.command();
  await call.send(read(1n));
  call.end();
  await expect(call.send(read(2n))).rejects.toMatchObject({ name: 'PlcError', codeName: 'CANCELLED' });
  for await (const { id } of call.responses) {
    expect(id).toBe(1n);
    break;
  }
});

it('a request that can not be encoded is refused, and the call goes on', async () => {
  host = await startStubHost(RuntimeService.method.command, answer);
  const call = host.client.runtime.command();
  await expect(call.send(read(-1n))).rejects.toMatchObject({
    codeName: 'INVALID_ARGUMENT',
    reason: 'INVALID_REQUEST',
  });
  await call.send(read(1n));
  for await (const { id } of call.responses) {
    expect(id).toBe(1n);
    break;
  }
});
