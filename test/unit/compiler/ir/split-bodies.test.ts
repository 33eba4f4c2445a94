import { splitBodies } from '../../../../server/src/compiler/ir/split-bodies.js';
import { verifyModule } from '../../../../server/src/compiler/ir/verify.js';
import { difference, runEmitted, runInterpreted } from '../../../support/compare-ir.js';
import { compileToIr } from '../../../support/compile-to-ir.js';
import { randomModule, randomPlan } from '../../../support/random-ir.js';
import { randomProgram } from '../../../support/random-program.js';

const count = Number(process.env['PLC_EMU_RANDOM_PROGRAMS'] ?? 60);
const firstSeed = Number(process.env['PLC_EMU_RANDOM_SEED'] ?? 0);
const tiny = { most: 24, part: 12 };

describe('a body in parts', () => {
  it(`leaves the same memory as the whole one, in ${count} random modules`, () => {
    let parts = 0;
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const module = randomModule(seed);
      const inParts = splitBodies(module, tiny);
      parts += inParts.functions.length - module.functions.length;
      expect(verifyModule(inParts)).toEqual([]);
      const whole = runInterpreted(module, randomPlan(seed));
      for (const run of [runInterpreted(inParts, randomPlan(seed)), runEmitted(inParts, randomPlan(seed), false)]) {
        const found = difference(whole, run);
        expect(found === undefined ? 'same' : `seed ${seed}: ${found}`).toBe('same');
      }
    }
    expect(parts).toBeGreaterThan(count);
  }, 3_600_000);

  it('is well formed, in random Structured Text', () => {
    let parts = 0;
    for (let seed = firstSeed; seed < firstSeed + 20; seed++) {
      const { module } = compileToIr(randomProgram(seed));
      const inParts = splitBodies(module, tiny);
      parts += inParts.functions.length - module.functions.length;
      expect(verifyModule(inParts)).toEqual([]);
    }
    expect(parts).toBeGreaterThan(20);
  });

  it('leaves no body of more than some thousand statements whole', () => {
    const lines = Array.from(
      { length: 12_000 },
      (_, at) => `a := a + b * ${at % 7}; IF a > ${at} THEN RETURN; END_IF;`,
    );
    const { module } = compileToIr(`PROGRAM Main VAR a, b : DINT; END_VAR\n${lines.join('\n')}\nEND_PROGRAM\n`);
    const inParts = splitBodies(module);
    const sizes = inParts.functions.map((fn) => fn.body.length);
    expect(Math.max(...module.functions.map((fn) => fn.body.length))).toBeGreaterThanOrEqual(24_000);
    expect(Math.max(...sizes)).toBeLessThan(6_000);
    expect(verifyModule(inParts)).toEqual([]);
  });

  it('is the same object as before where nothing is large, and the same parts for the same function', () => {
    const module = randomModule(1);
    expect(splitBodies(module)).toBe(module);
    const [once, again] = [splitBodies(module, tiny), splitBodies(module, tiny)];
    expect(once.functions.length).toBeGreaterThan(module.functions.length);
    once.functions.forEach((fn, index) => expect(again.functions[index]).toBe(fn));
  });
});
