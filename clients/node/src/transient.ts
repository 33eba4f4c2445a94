import { status as Status } from '@grpc/grpc-js';
import type { PlcError } from './plc-error.js';

const unavailable: number = Status.UNAVAILABLE;
const transportCodes: ReadonlySet<number> = new Set([
  Status.UNAVAILABLE,
  Status.INTERNAL,
  Status.UNKNOWN,
  Status.CANCELLED,
  Status.ABORTED,
  Status.DEADLINE_EXCEEDED,
]);

/** Whether opening the stream again may help: the connection failed, or the host ended the stream for a passing reason. */
export function isTransient(error: PlcError): boolean {
  if (error.reason === 'SLOW_READER' || error.reason === 'SHUTTING_DOWN') return true;
  return error.reason === '' ? transportCodes.has(error.code) : error.code === unavailable;
}
