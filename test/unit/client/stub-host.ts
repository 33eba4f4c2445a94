import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { DescMethod } from '@bufbuild/protobuf';
import { createClient, type PlcClient } from '../../../clients/node/src/index.js';

export type StubCall = ServerDuplexStream<Buffer, Buffer> | ServerReadableStream<Buffer, Buffer>;

/** A host that has one streaming call, and does in it what the test says; messages pass as bytes. */
export interface StubHost {
  readonly client: PlcClient;
  /** Calls that began, and those of them that the client cancelled. */
  readonly counts: { readonly begun: number; readonly cancelled: number };
  dispose(): Promise<void>;
}

export async function startStubHost(method: DescMethod, handle: (call: StubCall) => void): Promise<StubHost> {
  const directory = await mkdtemp(join(tmpdir(), 'plc-stub-'));
  const target = `unix:${join(directory, 'host.sock')}`;
  const counts = { begun: 0, cancelled: 0 };
  const pass = (bytes: Buffer): Buffer => bytes;
  const definition: ServiceDefinition = {
    call: {
      path: `/${method.parent.typeName}/${method.name}`,
      requestStream: true,
      responseStream: method.methodKind === 'bidi_streaming',
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    },
  };
  const server = new Server();
  server.addService(definition, {
    call: (call: StubCall) => {
      counts.begun += 1;
      call.on('cancelled', () => (counts.cancelled += 1));
      call.on('error', () => undefined);
      handle(call);
    },
  });
  await new Promise((resolve) => server.bindAsync(target, ServerCredentials.createInsecure(), resolve));
  const client = createClient({ target });
  return {
    client,
    counts,
    async dispose() {
      client.close();
      server.forceShutdown();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
