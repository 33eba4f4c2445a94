import { status as Status, type ServiceError } from '@grpc/grpc-js';
import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { ErrorInfoSchema } from '../../../proto/google/rpc/error_details_pb.js';
import { StatusSchema, type Status as RpcStatus } from '../../../proto/google/rpc/status_pb.js';

/** A refused or failed call. Decide by `reason` and `code`, never by the text. */
export class PlcError extends Error {
  constructor(
    message: string,
    /** gRPC status code. */
    readonly code: number,
    /** Stable reason of the host, `GENERATION_CONFLICT`; empty where the transport failed. */
    readonly reason: string,
    readonly metadata: Readonly<Record<string, string>>,
    /** google.rpc.Status as it came, where it came. */
    readonly status?: RpcStatus,
  ) {
    super(message);
    this.name = 'PlcError';
  }

  /** Name of the code: `ABORTED`. */
  get codeName(): string {
    return Status[this.code] ?? String(this.code);
  }

  /** The first detail of a type, for example GenerationConflict. */
  detail<Desc extends DescMessage>(schema: Desc): MessageShape<Desc> | undefined {
    const any = this.status?.details.find((d) => d.typeUrl.endsWith(`/${schema.typeName}`));
    return any && fromBinary(schema, any.value);
  }
}

/** Turns what grpc-js throws into a PlcError with the host's reason. */
export function toPlcError(error: unknown): PlcError {
  if (error instanceof PlcError) return error;
  const failed = error as Partial<ServiceError> & Error;
  if (typeof failed.code !== 'number') throw error;
  const bytes = failed.metadata?.get('grpc-status-details-bin')[0];
  const message = failed.details ?? failed.message;
  if (!(bytes instanceof Uint8Array)) return new PlcError(message, failed.code, '', {});
  return statusToError(fromBinary(StatusSchema, bytes), failed.code, message);
}

/** The error that a google.rpc.Status stands for; Command streams carry them in messages. */
export function statusToError(
  status: RpcStatus,
  code: number = status.code,
  message: string = status.message,
): PlcError {
  const info = status.details.find((d) => d.typeUrl.endsWith(`/${ErrorInfoSchema.typeName}`));
  const read = info && fromBinary(ErrorInfoSchema, info.value);
  return new PlcError(message, code, read?.reason ?? '', read?.metadata ?? {}, status);
}
