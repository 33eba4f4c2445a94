import { createGenerations } from '../../../server/src/runtime/generations.js';
import { createStateTable } from '../../../server/src/store/state-table.js';

const writer = (name: string, timeNs: bigint) => ({ by: { kind: 'client' as const, name }, scan: 1, timeNs });

describe('generations', () => {
  it('count a write from the moment it is claimed, and stay when it is journaled', () => {
    const state = createStateTable();
    const generations = createGenerations('main', state);
    expect(generations.read('Main.x')).toEqual({ count: 0n });
    const first = generations.claim('Main.x', writer('a', 1n));
    const second = generations.claim('Main.x', writer('b', 2n));
    expect(generations.read('Main.x')).toMatchObject({ count: 2n, lastWriter: { by: { name: 'b' } } });
    // The first reaches its scan while the second is still on its way.
    state.apply([first.change]);
    first.settle();
    expect(generations.read('Main.x').count).toBe(2n);
    state.apply([second.change]);
    second.settle();
    expect(generations.read('Main.x')).toMatchObject({ count: 2n, lastWriter: { by: { name: 'b' } } });
  });

  it('of all variables go up with a reset, whose writer is the system until someone writes again', () => {
    const state = createStateTable();
    const generations = createGenerations('main', state);
    const claim = generations.claim('Main.x', writer('a', 1n));
    state.apply([claim.change]);
    claim.settle();
    state.apply([generations.bumpAll({ by: { kind: 'system', name: 'system' }, scan: 0, timeNs: 5n })]);
    expect(generations.read('Main.x')).toMatchObject({ count: 2n, lastWriter: { by: { name: 'system' } } });
    expect(generations.read('Main.other')).toMatchObject({ count: 1n, lastWriter: { by: { name: 'system' } } });
    state.apply([generations.claim('Main.x', writer('c', 9n)).change]);
    expect(generations.read('Main.x')).toMatchObject({ count: 3n, lastWriter: { by: { name: 'c' } } });
  });

  it('of one runtime are not those of another', () => {
    const state = createStateTable();
    state.apply([createGenerations('main', state).claim('Main.x', writer('a', 1n)).change]);
    expect(createGenerations('fork', state).read('Main.x').count).toBe(0n);
  });
});
