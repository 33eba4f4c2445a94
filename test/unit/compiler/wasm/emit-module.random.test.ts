import { verifyModule } from '../../../../server/src/compiler/ir/verify.js';
import { difference, runEmitted, runInterpreted } from '../../../support/compare-ir.js';
import { randomModule, randomPlan } from '../../../support/random-ir.js';

/** PLC_EMU_RANDOM_PROGRAMS=10000 for the nightly run; PLC_EMU_RANDOM_SEED to begin elsewhere. */
const count = Number(process.env['PLC_EMU_RANDOM_PROGRAMS'] ?? 200);
const firstSeed = Number(process.env['PLC_EMU_RANDOM_SEED'] ?? 0);

describe('emitted code', () => {
  it.each([
    ['fast', false],
    ['instrumented', true],
  ])(
    `of ${count} random modules leaves the same memory as the interpreter (%s form)`,
    (_form, instrument) => {
      for (let seed = firstSeed; seed < firstSeed + count; seed++) {
        const module = randomModule(seed);
        expect(verifyModule(module)).toEqual([]);
        const plan = randomPlan(seed);
        const found = difference(runInterpreted(module, plan), runEmitted(module, plan, instrument));
        expect(found === undefined ? 'same' : `seed ${seed}: ${found}`).toBe('same');
      }
    },
    3_600_000,
  );
});
