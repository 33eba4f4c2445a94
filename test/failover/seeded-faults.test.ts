import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChaos } from './chaos.js';
import { root } from '../support/host-control.js';
import { allEdits, seededFaults, type SeededFault, type SeededFaultName } from './seeded-faults.js';

const names = Object.keys(seededFaults) as SeededFaultName[];
/** Each fault takes a run of its own: all of them with `PLC_EMU_SEEDED_FAULTS=all`, else two. */
const chosen = process.env.PLC_EMU_SEEDED_FAULTS === 'all' ? names : (['event-repeated', 'write-torn'] as const);

describe('the seeded faults', () => {
  it('are at least fifteen, of most invariants', () => {
    expect(names.length).toBeGreaterThanOrEqual(15);
    expect(new Set(names.map((name) => seededFaults[name].breaks)).size).toBeGreaterThanOrEqual(10);
  });

  it('each name a file of the sources, and none of it is in a released file', () => {
    for (const { file } of allEdits()) expect(readFileSync(join(root, file), 'utf8')).not.toContain('inside.fault');
  });

  it.each(chosen)(
    '%s is caught and named by the invariant that it breaks',
    async (fault) => {
      const { breaks, rounds = 3 }: SeededFault = seededFaults[fault];
      const { violations } = await runChaos({ rounds, seed: 11, fault });
      expect(violations.map(({ invariant }) => invariant)).toContain(breaks);
    },
    240_000,
  );
});
