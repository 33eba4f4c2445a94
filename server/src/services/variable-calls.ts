import type { MessageShape } from '@bufbuild/protobuf';
import type {
  ForceVariablesRequest,
  ForceVariablesResponse,
  ReadVariablesRequest,
  UnforceVariablesRequest,
  UnforceVariablesResponse,
  WriteVariablesRequest,
  WriteVariablesResponse,
  VariableWrite,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import {
  ForceVariablesRequestSchema,
  ForceVariablesResponseSchema,
  UnforceVariablesRequestSchema,
  UnforceVariablesResponseSchema,
  WriteVariablesRequestSchema,
  WriteVariablesResponseSchema,
} from '../../../proto/plcemu/v1/runtime_pb.js';
import { create } from '@bufbuild/protobuf';
import type { UnforceAnswer, WriteAnswer, WriteItem } from '../runtime/write-variables.js';
import { GenerationConflict } from '../runtime/write-variables.js';
import { GenerationConflictSchema } from '../../../proto/plcemu/v1/error_pb.js';
import { createByteSink } from './byte-sink.js';
import { DetailedError, packDetail } from './errors.js';
import type { Mutation } from './mutation.js';
import { writeReading } from './reading-bytes.js';
import type { CallContext } from './registry.js';
import type { Rooms } from './rooms.js';
import { valueFor, variableMessage } from './value.js';

/** Reads and writes of variables, as RuntimeService and its Command stream have them. */
export interface VariableCalls {
  /** A ReadVariablesResponse, encoded. */
  read(request: ReadVariablesRequest): Uint8Array;
  write(request: WriteVariablesRequest, context: CallContext, inStream?: boolean): Promise<WriteVariablesResponse>;
  force(request: ForceVariablesRequest, context: CallContext, inStream?: boolean): Promise<ForceVariablesResponse>;
  unforce(
    request: UnforceVariablesRequest,
    context: CallContext,
    inStream?: boolean,
  ): Promise<UnforceVariablesResponse>;
}

/** Fields of ReadVariablesResponse. */
const responseFields = { variables: 1, scan: 2 } as const;

export function createVariableCalls({ runtimes, mutations }: Rooms): VariableCalls {
  const sink = createByteSink();
  const written = ({
    scan,
    sequence,
    results,
  }: WriteAnswer): { scan: bigint; sequence: bigint; results: { path: string; generation: bigint }[] } => ({
    scan: BigInt(scan),
    sequence,
    results: [...results],
  });
  const paths = (request: { runtime: string; writes?: readonly VariableWrite[]; paths?: readonly string[] }): string =>
    `${request.runtime} ${(request.writes?.map((w) => w.path) ?? request.paths ?? []).slice(0, 50).join(' ')}`.trim();
  const write: Mutation<typeof WriteVariablesRequestSchema, typeof WriteVariablesResponseSchema, WriteAnswer> = {
    input: WriteVariablesRequestSchema,
    output: WriteVariablesResponseSchema,
    answer: written,
    subject: paths,
  };
  const force: Mutation<typeof ForceVariablesRequestSchema, typeof ForceVariablesResponseSchema, WriteAnswer> = {
    input: ForceVariablesRequestSchema,
    output: ForceVariablesResponseSchema,
    answer: written,
    subject: paths,
  };
  const unforce: Mutation<typeof UnforceVariablesRequestSchema, typeof UnforceVariablesResponseSchema, UnforceAnswer> =
    {
      input: UnforceVariablesRequestSchema,
      output: UnforceVariablesResponseSchema,
      answer: ({ scan, sequence, released }) => ({ scan: BigInt(scan), sequence, released: [...released] }),
      subject: paths,
    };
  const quiet = <M extends object>(mutation: M, inStream: boolean | undefined): M =>
    inStream ? { ...mutation, auditRefusalsOnly: true } : mutation;

  return {
    read(request) {
      const { variables, scan } = runtimes.get(request.runtime).reader.read(request.paths);
      for (const reading of variables) writeReading(sink, responseFields.variables, reading);
      sink.uint64(responseFields.scan, BigInt(scan));
      return sink.take();
    },
    write: (request, context, inStream) =>
      withConflicts(
        mutations.perform(quiet(write, inStream), request, context, (call) =>
          runtimes.get(request.runtime).writer.write(call, request.writes.map(itemOf)),
        ),
      ),
    force: (request, context, inStream) =>
      withConflicts(
        mutations.perform(quiet(force, inStream), request, context, (call) =>
          runtimes.get(request.runtime).writer.force(call, request.writes.map(itemOf)),
        ),
      ),
    unforce: (request, context, inStream) =>
      mutations.perform(quiet(unforce, inStream), request, context, (call) =>
        runtimes.get(request.runtime).writer.unforce(call, request.paths),
      ),
  };
}

export function itemOf({
  path,
  value,
  expectedGeneration,
}: Pick<VariableWrite, 'path' | 'value' | 'expectedGeneration'>): WriteItem {
  return {
    path,
    value: (types, type, canonical) => valueFor(value, types, type, canonical),
    ...(expectedGeneration !== undefined && { expectedGeneration }),
  };
}

/** Conflicts in a status: a header holds 8 kB at most, so that many are told in full. */
const mostConflicts = 10;

/** Gives a refused write its typed details. */
export async function withConflicts<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof GenerationConflict)) throw error;
    const details = error.conflicts.slice(0, mostConflicts).map(({ expected, current }) => {
      const message: MessageShape<typeof GenerationConflictSchema> = create(GenerationConflictSchema, {
        path: current.path,
        expectedGeneration: expected,
        current: variableMessage(current),
      });
      return packDetail(GenerationConflictSchema, message);
    });
    throw new DetailedError(error, details);
  }
}
