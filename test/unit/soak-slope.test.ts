import { slopeOf, type MemorySample } from '../soak/slope.js';
import { createRandom } from '../support/random.js';

const life = (number: number, level: number, growth: number, noise: () => number): MemorySample[] =>
  Array.from({ length: 360 }, (_, i) => {
    const hours = (i * 5) / 3600;
    return { life: number, hours, mib: level + growth * hours + noise() };
  });

describe('the slope of memory', () => {
  const random = createRandom(3);
  const noise = (): number => 4 * (random.next() - 0.5);

  it('is found whatever level each life begins at', () => {
    const { mibPerHour, low, high } = slopeOf([...life(1, 100, 12, noise), ...life(2, 140, 12, noise)]);
    expect(mibPerHour).toBeCloseTo(12, 0);
    expect(low).toBeLessThan(12);
    expect(high).toBeGreaterThan(12);
    expect(low).toBeGreaterThan(1);
  });

  it('is nothing, within its interval, where memory only wavers', () => {
    const { low, high } = slopeOf(life(1, 100, 0, noise));
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
  });

  it('has no interval where there is too little to go by', () => {
    expect(slopeOf(life(1, 100, 0, noise).slice(0, 3)).high).toBeNaN();
  });
});
