import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  CreateSnapshotRequestSchema,
  CreateSnapshotResponseSchema,
  DeleteSnapshotRequestSchema,
  DeleteSnapshotResponseSchema,
  RestoreSnapshotRequestSchema,
  RestoreSnapshotResponseSchema,
  UploadSnapshotResponseSchema,
  type RestoreSnapshotRequest,
  type RuntimeService,
  type StoredSnapshotSchema,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import { HostError } from '../model/host-error.js';
import { pageOf } from '../runtime/page.js';
import type { StatusAnswer } from '../runtime/runtime-core.js';
import type { StoredSnapshot } from '../runtime/snapshots.js';
import { stateMessage, timestampOf } from './convert.js';
import type { ServiceImplementation } from './registry.js';
import type { Rooms } from './rooms.js';
import { onRuntime } from './rooms.js';

type SnapshotMethods = Pick<
  ServiceImplementation<typeof RuntimeService>,
  'createSnapshot' | 'restoreSnapshot' | 'uploadSnapshot' | 'downloadSnapshot' | 'listSnapshots' | 'deleteSnapshot'
>;

const chunkBytes = 1024 * 1024;
const mostUploadBytes = 128 * 1024 * 1024;

export function createSnapshotMethods({ runtimes, mutations, record }: Rooms): SnapshotMethods {
  const answered = ({
    status,
    sequence,
  }: StatusAnswer): { state: ReturnType<typeof stateMessage>; sequence: bigint } => ({
    state: stateMessage(status),
    sequence,
  });
  const create = onRuntime(
    CreateSnapshotRequestSchema,
    CreateSnapshotResponseSchema,
    ({ runtime, stored }: { runtime: string; stored: StoredSnapshot }) => ({
      snapshot: snapshotMessage(runtime, stored),
    }),
  );
  const restore = onRuntime(RestoreSnapshotRequestSchema, RestoreSnapshotResponseSchema, answered);
  const upload = onRuntime(RestoreSnapshotRequestSchema, UploadSnapshotResponseSchema, answered);
  const remove = onRuntime(DeleteSnapshotRequestSchema, DeleteSnapshotResponseSchema, () => ({}));
  const nameOf = (runtime: string): string => runtimes.get(runtime).core.name;

  return {
    createSnapshot: (request, context) =>
      mutations.perform(create, request, context, async (call) => {
        const { snapshots } = runtimes.get(request.runtime);
        const result = { runtime: nameOf(request.runtime), stored: await snapshots.create(request.name) };
        const changes = call.remember(result);
        if (changes.length > 0) await record.remember(changes).committed;
        return result;
      }),
    restoreSnapshot: (request, context) =>
      mutations.perform(restore, request, context, (call) => {
        const { snapshots } = runtimes.get(request.runtime);
        return snapshots.restore(call, snapshots.get(request.name).snapshot);
      }),
    async uploadSnapshot(requests, context) {
      let first: RestoreSnapshotRequest | undefined;
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const { piece } of requests) {
        if (piece.case === 'restore' && !first) first = piece.value;
        else if (piece.case === 'chunk' && first) {
          size += piece.value.length;
          if (size > mostUploadBytes)
            throw new HostError('TOO_LARGE', `A snapshot has at most ${mostUploadBytes} bytes.`, {
              limit: String(mostUploadBytes),
            });
          chunks.push(piece.value);
        } else throw new HostError('INVALID_REQUEST', 'An upload begins with one `restore`, and then has only chunks.');
      }
      if (!first) throw new HostError('INVALID_REQUEST', 'The upload is empty; begin with `restore`.');
      const { snapshots } = runtimes.get(first.runtime);
      const snapshot = snapshots.decode(Buffer.concat(chunks));
      return mutations.perform(upload, first, context, (call) => snapshots.restore(call, snapshot));
    },
    async *downloadSnapshot(request) {
      const { snapshots } = runtimes.get(request.runtime);
      const bytes = snapshots.encode(snapshots.get(request.name));
      for (let at = 0; at < bytes.length; at += chunkBytes)
        yield await Promise.resolve({ chunk: bytes.subarray(at, at + chunkBytes) });
    },
    listSnapshots: (request) => {
      const runtime = runtimes.get(request.runtime);
      const page = pageOf(runtime.snapshots.list(), (s) => snapshotMessage(runtime.core.name, s), {
        ...request,
        usual: 1000,
        most: 1000,
        key: `snapshots ${runtime.core.name}`,
      });
      return { snapshots: [...page.items], nextPageToken: page.nextPageToken };
    },
    deleteSnapshot: (request, context) =>
      mutations.perform(remove, request, context, async (call) => {
        runtimes.get(request.runtime).snapshots.delete(request.name);
        const changes = call.remember(undefined);
        if (changes.length > 0) await record.remember(changes).committed;
      }),
  };
}

function snapshotMessage(
  runtime: string,
  { name, timeNs, snapshot }: StoredSnapshot,
): MessageInitShape<typeof StoredSnapshotSchema> {
  return {
    name,
    runtime,
    scan: BigInt(snapshot.scan),
    time: timestampOf(timeNs),
    digest: snapshot.imageDigest,
    sizeBytes: BigInt(snapshot.bytes.length),
  };
}
