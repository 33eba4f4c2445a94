import { createHash } from 'node:crypto';
import type { Clock } from '../model/clock.js';
import { HostError } from '../model/host-error.js';
import type { StateChange, StateTable } from './state-table.js';

/** Makes a mutating call happen once per request id, also when it is sent again while the first is under way or after a crash. */
export interface RequestTable {
  /**
   * Gives the answer known for `id`, or performs the call. `perform` gets the function that turns the answer into the change to
   * journal along with the call's event, and gives the answer when that is on disk. A call that is refused leaves no trace; one whose
   * caller went (CANCELLED) before it changed anything is performed for whoever has sent it again.
   * HostError REQUEST_ID_REUSED where the id came with another body. An empty id is performed every time.
   */
  once(
    id: string,
    body: Uint8Array,
    perform: (remember: (answer: Uint8Array) => StateChange[]) => Promise<Uint8Array>,
  ): Promise<Uint8Array>;
}

export function createRequestTable(state: StateTable, clock: Clock): RequestTable {
  const active = new Map<string, { readonly digest: string; readonly result: Promise<Uint8Array> }>();
  const reused = (id: string): HostError =>
    new HostError(
      'REQUEST_ID_REUSED',
      `request id "${id}" came before with another body; use a new id for a new request`,
      {
        requestId: id,
      },
    );

  const table: RequestTable = {
    once: (id, body, perform) => {
      if (id === '') return perform(() => []);
      const digest = createHash('sha256').update(body).digest('base64').slice(0, 22);
      const running = active.get(id);
      if (running && running.digest !== digest) return Promise.reject(reused(id));
      if (running)
        return running.result.catch((error: unknown) => {
          // Its caller has gone, this one has not.
          if (error instanceof HostError && error.reason === 'CANCELLED') return table.once(id, body, perform);
          throw error;
        });
      const known = state.answer(id, clock.wallNs());
      if (known) return known.digest === digest ? Promise.resolve(known.answer) : Promise.reject(reused(id));
      const remember = (answer: Uint8Array): StateChange[] => [
        { kind: 'answer', id, digest, answer, timeNs: clock.wallNs() },
      ];
      const result = perform(remember)
        .catch((error: unknown) => {
          // What was withdrawn did not happen. Whatever else went wrong after the effect, the answer stands for the effect.
          if (error instanceof HostError && error.metadata['withdrawn'] === 'true') state.forgetAnswer(id);
          throw error;
        })
        .finally(() => active.delete(id));
      active.set(id, { digest, result });
      return result;
    },
  };
  return table;
}
