import { runChaos } from './chaos.js';
import { networkFaults } from './network-proxy.js';

/** Kills in the usual run of the tests. 0: none of this, as in `.ci/run`, which makes fifty by itself. */
const rounds = Number(process.env.PLC_EMU_CHAOS_ROUNDS ?? 3);
const seed = Number(process.env.PLC_EMU_CHAOS_SEED ?? 41);

(rounds > 0 ? describe : describe.skip)('a host under eight writers, twelve watchers and two engineers', () => {
  it(
    `that is killed ${rounds} times breaks no invariant`,
    async () => {
      const result = await runChaos({ rounds, seed });
      expect(result.violations).toEqual([]);
      expect(result.kills).toBeGreaterThanOrEqual(rounds);
      expect(result.acknowledged).toBeGreaterThan(rounds);
    },
    60_000 + rounds * 30_000,
  );

  it('whose network delays, stalls, drops, drips, resets and cuts breaks no invariant', async () => {
    const result = await runChaos({ rounds: networkFaults.length, seed, network: true });
    expect(result.violations).toEqual([]);
    expect(result.events).toBeGreaterThan(100);
  }, 240_000);
});
