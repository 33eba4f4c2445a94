import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import type { PlcClient } from '../../clients/node/src/index.js';
import { ReadVariablesRequestSchema, RuntimeService } from '../../proto/plcemu/v1/runtime_pb.js';
import { RunMode } from '../../proto/plcemu/v1/runtime_state_pb.js';
import { clientOf, launch, root, socketOf, untilServing } from '../support/host-control.js';
import { medianOf, usageOf } from './measure.js';

/** Calls per second, medians of several turns that alternate, so that noise of the machine meets all alike. */
export interface CallRates {
  /** A handler that does nothing, of the same gRPC library. */
  readonly empty: number;
  /** By the same bare client as the empty handler: request and response pass as bytes. */
  readonly readVariables: number;
  /** By the Node client, which makes messages of them. */
  readonly clientReads: number;
  /** By the Node client on one Command stream. */
  readonly streamReads: number;
  /** Writes, each on disk before its answer; with group commit. */
  readonly writes: number;
  readonly streamWrites: number;
  /** Host processor time per call, us. */
  readonly cpuUs: { readonly empty: number; readonly readVariables: number; readonly streamReads: number };
}

const readVariablesPath = `/${RuntimeService.typeName}/${RuntimeService.method.readVariables.name}`;
const turns = 5;
const turnMs = 800;
const underWay = 32;

export async function measureCallRates(): Promise<CallRates> {
  const directory = await mkdtemp(join(tmpdir(), 'plc-load-'));
  await writeFile(
    join(directory, 'main.st'),
    'PROGRAM Main VAR Count : DINT; Value : DINT; END_VAR Count := Count + 1; END_PROGRAM',
  );
  const twinPath = join(directory, 'twin.sock');
  const twin = fork(join(root, 'dist/test/load/empty-server.js'), [twinPath]);
  await new Promise((resolve) => twin.once('message', resolve));
  const host = launch({
    build: 'dist',
    directory,
    args: ['main.st', '--data-dir', 'data', '--scan-interval', '10ms', '--start', '--log-level', 'warn'],
  });
  const client = clientOf(directory, 'rates');
  const bare = new Client(`unix:${twinPath}`, credentials.createInsecure());
  const bareToHost = new Client(socketOf(directory), credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
  });
  const readCount = Buffer.from(
    toBinary(ReadVariablesRequestSchema, create(ReadVariablesRequestSchema, { paths: ['Main.Count'] })),
  );
  const commands = client.commands();
  try {
    await untilServing(host, client, 60_000, (mode) => mode === RunMode.RUNNING);
    const kinds: Record<
      keyof Omit<CallRates, 'cpuUs'>,
      { readonly pid: number; readonly call: () => Promise<unknown> }
    > = {
      empty: { pid: twin.pid!, call: () => bareCall(bare, '/twin.Empty/Call', Buffer.alloc(0)) },
      readVariables: { pid: host.process.pid!, call: () => bareCall(bareToHost, readVariablesPath, readCount) },
      clientReads: { pid: host.process.pid!, call: () => client.runtime.readVariables({ paths: ['Main.Count'] }) },
      streamReads: { pid: host.process.pid!, call: () => commands.read({ paths: ['Main.Count'] }) },
      writes: { pid: host.process.pid!, call: () => client.runtime.writeVariables(writeOf(1)) },
      streamWrites: { pid: host.process.pid!, call: () => commands.write(writeOf(2)) },
    };
    const rates = new Map<string, number[]>();
    const costs = new Map<string, number[]>();
    for (let turn = 0; turn <= turns; turn += 1) {
      for (const [name, { pid, call }] of Object.entries(kinds)) {
        const cpu = usageOf(pid).cpuMs;
        const { count, seconds } = await drive(call, turnMs);
        // The first turn warms up.
        if (turn === 0) continue;
        rates.set(name, [...(rates.get(name) ?? []), count / seconds]);
        costs.set(name, [...(costs.get(name) ?? []), ((usageOf(pid).cpuMs - cpu) * 1000) / count]);
      }
    }
    const rate = (name: string): number => medianOf(rates.get(name)!);
    const cost = (name: string): number => medianOf(costs.get(name)!);
    return {
      empty: rate('empty'),
      readVariables: rate('readVariables'),
      clientReads: rate('clientReads'),
      streamReads: rate('streamReads'),
      writes: rate('writes'),
      streamWrites: rate('streamWrites'),
      cpuUs: { empty: cost('empty'), readVariables: cost('readVariables'), streamReads: cost('streamReads') },
    };
  } finally {
    commands.close();
    client.close();
    bare.close();
    bareToHost.close();
    twin.kill();
    host.process.kill('SIGTERM');
    await host.exited;
    await rm(directory, { recursive: true, force: true });
  }
}

function writeOf(value: number): NonNullable<Parameters<PlcClient['runtime']['writeVariables']>[0]> {
  return { writes: [{ path: 'Main.Value', value: { kind: { case: 'intValue', value: BigInt(value) } } }] };
}

function bareCall(client: Client, path: string, request: Buffer): Promise<unknown> {
  const pass = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(path, pass, pass, request, (error, answer) => (error ? reject(error) : resolve(answer))),
  );
}

async function drive(call: () => Promise<unknown>, forMs: number): Promise<{ count: number; seconds: number }> {
  const began = performance.now();
  const end = began + forMs;
  let count = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      await call();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: underWay }, one));
  return { count, seconds: (performance.now() - began) / 1000 };
}
