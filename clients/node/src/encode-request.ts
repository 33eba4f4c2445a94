import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { status as Status } from '@grpc/grpc-js';
import { PlcError } from './plc-error.js';

/** What gRPC lets through as one message, here and at the host, bytes. */
export const mostMessageBytes = 4 * 1024 * 1024;

/**
 * The bytes of a request. Throws a PlcError where there are none: INVALID_REQUEST for a value that its field can't hold, TOO_LARGE
 * beyond `mostMessageBytes`. gRPC itself would end the whole stream for either.
 */
export function encodeRequest<Desc extends DescMessage>(schema: Desc, request: MessageInitShape<Desc>): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = toBinary(schema, create(schema, request));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PlcError(
      `The request can't be encoded: ${why}; mend the value.`,
      Status.INVALID_ARGUMENT,
      'INVALID_REQUEST',
      {},
    );
  }
  if (bytes.length <= mostMessageBytes) return bytes;
  throw new PlcError(
    `The request has ${bytes.length} bytes, at most ${mostMessageBytes} are taken; split it.`,
    Status.RESOURCE_EXHAUSTED,
    'TOO_LARGE',
    { limit: String(mostMessageBytes) },
  );
}
