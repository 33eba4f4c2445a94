import { status } from '@grpc/grpc-js';

/** The code of a google.rpc.Status as grpc-js names it; UNKNOWN for a number that is none. */
export function grpcCode(code: number): status {
  const name = status[code] as keyof typeof status | undefined;
  return name === undefined ? status.UNKNOWN : status[name];
}
