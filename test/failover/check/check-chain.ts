import type { History } from './history.js';
import type { Violation } from './violation.js';

/** `delivery` is dense and `previous` is what was spoken of last, within each connection, from the raw messages. */
export function checkChain({ watchers }: History): Violation[] {
  const violations: Violation[] = [];
  for (const [client, lines] of watchers) {
    let delivery: number | undefined;
    let spoke = 0;
    for (const line of lines) {
      if (line.kind !== 'message') continue;
      if (line.body === 'opened') {
        ({ delivery } = line);
        spoke = line.q ?? 0;
        continue;
      }
      if (delivery === undefined || line.delivery !== delivery + 1)
        violations.push({ invariant: 'chain', detail: `${client}: delivery ${line.delivery} follows ${delivery}` });
      if (line.previous !== spoke)
        violations.push({
          invariant: 'chain',
          detail: `${client}: previous is ${line.previous} where ${spoke} was spoken of`,
        });
      ({ delivery } = line);
      if (line.q !== undefined && !line.more) spoke = line.q;
    }
  }
  return violations;
}
