import type { PlcError } from '../../clients/node/src/index.js';

/** The error that a call is refused with; fails where it is not. */
export function refusal(call: Promise<unknown>): Promise<PlcError> {
  return call.then(
    () => Promise.reject(new Error('the call was not refused')),
    (error: unknown) => error as PlcError,
  );
}
