/** Why a command was refused. services/errors.ts maps each to one gRPC code; clients read the reason, never the text. */
export const errorReasons = [
  'INVALID_REQUEST',
  'NOT_FOUND',
  'VARIABLE_NOT_FOUND',
  'RUNTIME_NOT_FOUND',
  'CHANNEL_NOT_FOUND',
  'POU_NOT_FOUND',
  'TYPE_MISMATCH',
  'VALUE_OUT_OF_RANGE',
  'NOT_WRITABLE',
  'DUPLICATE_TARGET',
  'GENERATION_CONFLICT',
  'REVISION_CONFLICT',
  'REVISION_MISSING',
  'GUARD_BROKEN',
  'REQUEST_ID_REUSED',
  'NO_PROJECT',
  'PROJECT_HAS_ERRORS',
  'RUNTIME_FAULTED',
  'RUNTIME_EXISTS',
  'WRONG_STATE',
  'BUSY',
  'NOT_A_FILE',
  'FILE_NOT_FOUND',
  'FILE_CHANGED',
  'FILE_TOO_LARGE',
  'PATH_REFUSED',
  'XML_DOCTYPE',
  'XML_DEPTH',
  'XML_MALFORMED',
  'XML_TOO_LARGE',
  'ENCODING_UNSUPPORTED',
  'NOT_PLCOPEN',
  'TOO_LARGE',
  'TOO_MANY_ITEMS',
  'UNSUPPORTED',
  'CURSOR_EXPIRED',
  'CURSOR_AHEAD',
  'CURSOR_TRUNCATED',
  'CURSOR_FOREIGN',
  'CURSOR_MALFORMED',
  'FILTER_TOO_LARGE',
  'SLOW_READER',
  'TOO_MANY_SUBSCRIPTIONS',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'STORAGE_FAILED',
  'DEADLINE_EXCEEDED',
  'CANCELLED',
  'SHUTTING_DOWN',
  'WATCHDOG',
  'COMPILE_LIMIT',
] as const;
export type ErrorReason = (typeof errorReasons)[number];

/** A refused command. `message` is one sentence: what is wrong and what to do. `metadata` values are plain text. */
export class HostError extends Error {
  constructor(
    readonly reason: ErrorReason,
    message: string,
    readonly metadata: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'HostError';
  }
}

/** A refused command as it passes between threads and processes. */
export type Refusal = Pick<HostError, 'reason' | 'message' | 'metadata'>;

export const refusalOf = ({ reason, message, metadata }: HostError): Refusal => ({ reason, message, metadata });

export const errorOf = ({ reason, message, metadata }: Refusal): HostError => new HostError(reason, message, metadata);
