import type { History } from './history.js';
import type { Violation } from './violation.js';

/**
 * `delivery` is dense and `previous` is what was spoken of last, within each connection, from the raw messages. A network that loses
 * bytes may break this: then the client must not have gone on.
 */
export function checkChain({ watchers, harness }: History): Violation[] {
  const violations: Violation[] = [];
  const mayBreak = harness.some((line) => line.kind === 'network');
  for (const [client, lines] of watchers) {
    let delivery: number | undefined;
    let spoke = 0;
    let broken: string | undefined;
    const report = (detail: string): void => {
      if (mayBreak) broken ??= detail;
      else violations.push({ invariant: 'chain', detail });
    };
    for (const line of lines) {
      if (line.kind !== 'message') {
        const goesOn = line.kind === 'events' || line.kind === 'progress' || line.kind === 'snapshot';
        if (broken !== undefined && goesOn)
          violations.push({ invariant: 'chain', detail: `${broken}, and it went on` });
        if (goesOn || line.kind === 'opened') broken = undefined;
        continue;
      }
      if (line.body === 'opened') {
        ({ delivery } = line);
        spoke = line.q ?? 0;
        continue;
      }
      if (delivery === undefined || line.delivery !== delivery + 1)
        report(`${client}: delivery ${line.delivery} follows ${delivery}`);
      if (line.previous !== spoke) report(`${client}: previous is ${line.previous} where ${spoke} was spoken of`);
      ({ delivery } = line);
      if (line.q !== undefined && !line.more) spoke = line.q;
    }
  }
  return violations;
}
