import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { ErrorInfoSchema } from '../../../proto/google/rpc/error_details_pb.js';
import type { Status } from '../../../proto/google/rpc/status_pb.js';
import { StatusSchema } from '../../../proto/google/rpc/status_pb.js';
import type { ErrorReason } from '../model/host-error.js';
import { HostError } from '../model/host-error.js';
import type { Log } from '../model/log.js';

/** Codes of gRPC that refusals use. */
export const code = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;
export type Code = (typeof code)[keyof typeof code];

/** One code for each reason; a new reason does not compile until it is here. */
export const codeOfReason: Readonly<Record<ErrorReason, Code>> = {
  INVALID_REQUEST: code.INVALID_ARGUMENT,
  NOT_FOUND: code.NOT_FOUND,
  VARIABLE_NOT_FOUND: code.NOT_FOUND,
  RUNTIME_NOT_FOUND: code.NOT_FOUND,
  CHANNEL_NOT_FOUND: code.NOT_FOUND,
  POU_NOT_FOUND: code.NOT_FOUND,
  TYPE_MISMATCH: code.INVALID_ARGUMENT,
  VALUE_OUT_OF_RANGE: code.INVALID_ARGUMENT,
  NOT_WRITABLE: code.PERMISSION_DENIED,
  DUPLICATE_TARGET: code.INVALID_ARGUMENT,
  GENERATION_CONFLICT: code.ABORTED,
  REVISION_CONFLICT: code.ABORTED,
  REVISION_MISSING: code.INVALID_ARGUMENT,
  GUARD_BROKEN: code.ABORTED,
  REQUEST_ID_REUSED: code.INVALID_ARGUMENT,
  NO_PROJECT: code.FAILED_PRECONDITION,
  PROJECT_HAS_ERRORS: code.INVALID_ARGUMENT,
  RUNTIME_FAULTED: code.FAILED_PRECONDITION,
  RUNTIME_EXISTS: code.ALREADY_EXISTS,
  WRONG_STATE: code.FAILED_PRECONDITION,
  BUSY: code.ABORTED,
  NOT_A_FILE: code.INVALID_ARGUMENT,
  FILE_NOT_FOUND: code.NOT_FOUND,
  FILE_CHANGED: code.ABORTED,
  FILE_TOO_LARGE: code.RESOURCE_EXHAUSTED,
  PATH_REFUSED: code.PERMISSION_DENIED,
  XML_DOCTYPE: code.INVALID_ARGUMENT,
  XML_DEPTH: code.INVALID_ARGUMENT,
  XML_MALFORMED: code.INVALID_ARGUMENT,
  XML_TOO_LARGE: code.RESOURCE_EXHAUSTED,
  ENCODING_UNSUPPORTED: code.INVALID_ARGUMENT,
  NOT_PLCOPEN: code.INVALID_ARGUMENT,
  TOO_LARGE: code.RESOURCE_EXHAUSTED,
  TOO_MANY_ITEMS: code.RESOURCE_EXHAUSTED,
  UNSUPPORTED: code.UNIMPLEMENTED,
  CURSOR_EXPIRED: code.OUT_OF_RANGE,
  CURSOR_AHEAD: code.OUT_OF_RANGE,
  CURSOR_TRUNCATED: code.OUT_OF_RANGE,
  CURSOR_FOREIGN: code.FAILED_PRECONDITION,
  CURSOR_MALFORMED: code.INVALID_ARGUMENT,
  FILTER_TOO_LARGE: code.RESOURCE_EXHAUSTED,
  SLOW_READER: code.RESOURCE_EXHAUSTED,
  TOO_MANY_SUBSCRIPTIONS: code.RESOURCE_EXHAUSTED,
  UNAUTHENTICATED: code.UNAUTHENTICATED,
  PERMISSION_DENIED: code.PERMISSION_DENIED,
  STORAGE_FAILED: code.UNAVAILABLE,
  DEADLINE_EXCEEDED: code.DEADLINE_EXCEEDED,
  CANCELLED: code.CANCELLED,
  SHUTTING_DOWN: code.UNAVAILABLE,
  WATCHDOG: code.DEADLINE_EXCEEDED,
  COMPILE_LIMIT: code.RESOURCE_EXHAUSTED,
};

const domain = 'plc-emu';
/** Longest message of a status, in characters: it travels as one header. */
const maxMessage = 1000;
/** Most bytes of metadata values in ErrorInfo, so that trailers stay small. */
const maxMetadata = 2000;

/** A message as a status detail. */
export function packDetail<D extends DescMessage>(schema: D, message: MessageShape<D>): Any {
  return create(AnySchema, { typeUrl: `type.googleapis.com/${schema.typeName}`, value: toBinary(schema, message) });
}

/** A refusal whose status carries further typed details. */
export class DetailedError extends HostError {
  constructor(
    cause: HostError,
    readonly details: readonly Any[],
  ) {
    super(cause.reason, cause.message, cause.metadata);
  }
}

/** The status of an error. Control characters and lone surrogates are replaced: the text travels in headers and logs. */
export function statusOf(error: unknown, method: string, log: Log): Status {
  if (error instanceof HostError) {
    const metadata: Record<string, string> = {};
    let left = maxMetadata;
    for (const [key, value] of Object.entries(error.metadata)) {
      metadata[key] = plainText(value, left);
      left -= metadata[key].length;
    }
    const details = [packDetail(ErrorInfoSchema, create(ErrorInfoSchema, { reason: error.reason, domain, metadata }))];
    if (error instanceof DetailedError) details.push(...error.details);
    return create(StatusSchema, {
      code: codeOfReason[error.reason],
      message: plainText(error.message, maxMessage),
      details,
    });
  }
  log.error('a call failed', {
    method,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  return create(StatusSchema, {
    code: code.INTERNAL,
    message: 'The host failed to answer; its log has the cause.',
    details: [packDetail(ErrorInfoSchema, create(ErrorInfoSchema, { reason: 'INTERNAL', domain }))],
  });
}

function plainText(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, Math.max(0, limit - 3))}...` : text;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return cut.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/gu, ' ');
}
