import { verifyModule } from '../../../../server/src/compiler/ir/verify.js';
import { difference, runEmitted, runInterpreted, type RunPlan } from '../../../support/compare-ir.js';
import { randomLayout, randomModule } from '../../../support/random-ir.js';
import { createRandomSource } from '../../../support/random-source.js';

/** PLC_EMU_RANDOM_PROGRAMS=10000 for the nightly run; PLC_EMU_RANDOM_SEED to begin elsewhere. */
const count = Number(process.env['PLC_EMU_RANDOM_PROGRAMS'] ?? 200);
const firstSeed = Number(process.env['PLC_EMU_RANDOM_SEED'] ?? 0);

const planOf = (seed: number): RunPlan => ({
  scans: 3,
  compared: 2048,
  fill(memory) {
    // Small integers everywhere: no byte pattern is a NaN, whose bits a copy could keep.
    const random = createRandomSource(seed);
    for (let at = randomLayout.cells; at < randomLayout.end; at++) memory[at] = at % 4 === 3 ? 0 : random.below(3);
  },
});

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
        const plan = planOf(seed);
        const found = difference(runInterpreted(module, plan), runEmitted(module, plan, instrument));
        expect(found === undefined ? 'same' : `seed ${seed}: ${found}`).toBe('same');
      }
    },
    3_600_000,
  );
});
